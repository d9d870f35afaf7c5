package loyalty_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/store"
)

// give gives points as a request's body says.
func (c *till) give(body string) (p event.Point, err error) {
	var in loyalty.PointInput
	text := `{"profile_id": "` + c.profile + `", "point_definition_handle": "bonus", "value_initial": 50}`
	for _, s := range []string{text, body} {
		if err := json.Unmarshal([]byte(s), &in); err != nil {
			c.t.Fatal(err)
		}
	}
	err = c.try(func(t *store.Tenant) (err error) {
		p, err = loyalty.IssuePoints(t, in)
		return err
	})
	return p, err
}

func (c *till) mustGive(body string) event.Point {
	c.t.Helper()
	p, err := c.give(body)
	if err != nil {
		c.t.Fatal(err)
	}
	return p
}

func (c *till) bonus(more string) event.PointDefinition {
	return c.definePoints(`{"name": "Bonus", "handle": "bonus", "kind": "action"` + more + `}`)
}

func TestGivenPointsAreDatedByTheirDefinition(t *testing.T) {
	eachTill(t, func(t *testing.T, c *till) {
		c.do(func(t *store.Tenant) error {
			rec, err := t.Record()
			if err != nil {
				return err
			}
			rec.Timezone = "Australia/Melbourne"
			return t.UpdateRecord(rec)
		})
		c.bonus(`, "accrue_delay": 2, "issue_period": 1, "issue_period_type": "absolute_month"`)
		for body, want := range map[string]string{
			`{}`: `{"status": "pending", "issued_at": "2026-03-14 12:00:00", "accrued_at": "2026-03-16 12:00:00",
				"expires_at": "2026-04-30 13:59:59", "source_type": "api", "source_id": null, "source": null, "rate": null}`,
			`{"issued_at": "2026-03-01", "meta": {"a": 1}, "description": "Sorry"}`: `{"status": "active",
				"accrued_at": "2026-03-03 00:00:00", "meta": {"a": 1}, "description": "Sorry"}`,
			`{"accrued_at": "2026-01-31 00:00:00"}`: `{"status": "expired", "value_remaining": 0,
				"expires_at": "2026-02-28 12:59:59", "value_initial": 50}`,
			`{"accrued_at": "2026-02-01", "expires_at": "2027-01-01", "value_remaining": 12.5}`: `{"status": "active",
				"value_initial": 50, "value_remaining": 12.5, "expires_at": "2027-01-01 00:00:00"}`,
		} {
			checkFields(t, c.mustGive(body), want)
		}
		if usable, pending := c.balance(c.profile); usable != "62.5" || pending != "50" {
			t.Errorf("usable %s, pending %s", usable, pending)
		}
		var types []string
		for _, e := range c.allEvents()[1:] {
			types = append(types, e.Type)
		}
		if len(types) != 5 {
			t.Errorf("events: %v", types)
		}
	})
}

func TestPointsThatCannotBeGiven(t *testing.T) {
	eachTill(t, func(t *testing.T, c *till) {
		c.bonus("")
		c.definePoints(`{"name": "Status", "handle": "status", "kind": "tier"}`)
		c.definePoints(`{"name": "Old", "handle": "old", "is_published": false}`)
		c.mustGive(`{"external_id": "P-1"}`)
		before, events := asJSON(c.rows()), len(c.allEvents())
		for body, field := range map[string]string{
			`{"profile_id": null}`: "profile_id",
			`{"profile_id": "0194f3a2-7c1e-7b44-9d0a-3f5e8a6b1c20"}`:               "profile_id",
			`{"point_definition_handle": null}`:                                    "point_definition_id",
			`{"point_definition_handle": "nothing"}`:                               "point_definition_handle",
			`{"point_definition_handle": "status"}`:                                "point_definition_handle",
			`{"point_definition_handle": "old"}`:                                   "point_definition_handle",
			`{"point_definition_id": 99}`:                                          "point_definition_id",
			`{"value_initial": null}`:                                              "value_initial",
			`{"value_initial": 0}`:                                                 "value_initial",
			`{"value_initial": -5}`:                                                "value_initial",
			`{"value_remaining": 50.0001}`:                                         "value_remaining",
			`{"value_remaining": 0}`:                                               "value_remaining",
			`{"issued_at": "2026-03-20"}`:                                          "issued_at",
			`{"issued_at": "1800-01-01"}`:                                          "issued_at",
			`{"accrued_at": "2026-05-01", "expires_at": "2026-04-01", "meta": {}}`: "expires_at",
			`{"external_id": "P-1", "value_initial": 70}`:                          "external_id",
			`{"meta": "text"}`:                                                     "meta",
		} {
			_, err := c.give(body)
			var invalid *problem.Invalid
			if !errors.As(err, &invalid) || len(invalid.Fields[field]) == 0 {
				t.Errorf("%s: got %v, want a fault of %s", body, err, field)
			}
		}
		if diff := cmp.Diff(before, asJSON(c.rows())); diff != "" || len(c.allEvents()) != events {
			t.Errorf("refused points left something: %s", diff)
		}
	})
}

func TestPointsAreTakenBackByRowsOfTheLedger(t *testing.T) {
	eachTill(t, func(t *testing.T, c *till) {
		c.bonus("")
		p := c.mustGive(`{}`)
		reverse := func(body string) (got event.Point, err error) {
			var in loyalty.PointReversal
			if err := json.Unmarshal([]byte(body), &in); err != nil {
				t.Fatal(err)
			}
			err = c.try(func(t *store.Tenant) (err error) {
				got, err = loyalty.ReversePoints(t, p.ID, in)
				return err
			})
			return got, err
		}
		for _, body := range []string{`{"value": 0}`, `{"value": -1}`, `{"value": 50.5}`} {
			if _, err := reverse(body); err == nil {
				t.Errorf("%s was taken", body)
			}
		}
		got, err := reverse(`{"value": 20, "description": "A mistake"}`)
		if err != nil || got.ValueRemaining.String() != "30" || got.Status != "active" {
			t.Errorf("a part: %s, %v", asJSON(got), err)
		}
		got, err = reverse(`{}`)
		if err != nil || got.ValueRemaining != 0 || got.Status != "reversed" {
			t.Errorf("the rest: %s, %v", asJSON(got), err)
		}
		var conflict *problem.Conflict
		if _, err = reverse(`{}`); !errors.As(err, &conflict) {
			t.Errorf("nothing: %v", err)
		}
		c.wantBalance("taken back", "0")
		c.do(func(t *store.Tenant) error {
			rows, err := t.LedgerOfInstance(p.ID)
			if len(rows) != 3 || rows[1].Description != "A mistake" {
				c.t.Errorf("ledger: %+v", rows)
			}
			return err
		})
	})
}

func TestPointsAreListedByTheirStatus(t *testing.T) {
	eachTill(t, func(t *testing.T, c *till) {
		c.bonus("")
		ids := map[string]int64{
			"pending": c.mustGive(`{"accrued_at": "2026-04-01"}`).ID,
			"expired": c.mustGive(`{"accrued_at": "2026-01-01", "expires_at": "2026-02-01"}`).ID,
			"active":  c.mustGive(`{"expires_at": "2026-12-01"}`).ID,
		}
		ids["reversed"] = c.mustGive(`{}`).ID
		ids["consumed"] = c.mustGive(`{"value_initial": 100, "expires_at": "2026-11-01"}`).ID
		c.do(func(t *store.Tenant) error {
			_, err := loyalty.ReversePoints(t, ids["reversed"], loyalty.PointReversal{})
			return err
		})
		c.spend(10_000)
		for status, id := range ids {
			c.do(func(t *store.Tenant) error {
				p, err := loyalty.ListPoints(t, store.List{Filters: []store.Filter{{Field: "status", Value: status}}})
				if len(p.Items) != 1 || p.Items[0].ID != id || p.Items[0].Status != status {
					c.t.Errorf("%s: got %s", status, asJSON(p.Items))
				}
				return err
			})
		}
	})
}

func TestTheForecastIsOfTheNextExpiryAlone(t *testing.T) {
	eachTill(t, func(t *testing.T, c *till) {
		c.bonus("")
		forecast := func(want string) {
			t.Helper()
			c.do(func(t *store.Tenant) error {
				f, err := loyalty.PointForecast(t, c.profile)
				checkFields(c.t.(*testing.T), f, want)
				return err
			})
		}
		forecast(`{"next_expiry_at": null, "next_expiry_points": 0, "next_expiry_dollars": 0}`)
		c.mustGive(`{}`)
		c.mustGive(`{"accrued_at": "2026-04-01", "expires_at": "2026-04-02"}`)
		forecast(`{"next_expiry_at": null}`)
		for _, day := range []string{"2026-06-01", "2026-05-01", "2026-05-01"} {
			c.mustGive(fmt.Sprintf(`{"expires_at": "%s"}`, day))
		}
		forecast(`{"next_expiry_at": "2026-05-01 00:00:00", "next_expiry_points": 100, "next_expiry_dollars": 1}`)
	})
}
