package loyalty_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

func (s *shop) define(body string) (st event.Status) {
	s.t.Helper()
	var in loyalty.StatusInput
	if err := json.Unmarshal([]byte(body), &in); err != nil {
		s.t.Fatal(err)
	}
	s.do(func(t *store.Tenant) (err error) {
		st, err = loyalty.CreateStatus(t, in)
		return err
	})
	return st
}

// eachShopLater is eachShop with a clock that the test moves.
func eachShopLater(t *testing.T, test func(t *testing.T, s *shop, clock *time.Time)) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			url := storetest.SQLiteURL(t)
			if engine == "postgres" {
				url = storetest.PostgresURL(t)
			}
			clock := noon
			db, err := store.Open(context.Background(), url, store.Options{Now: func() time.Time { return clock }})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { db.Close() })
			test(t, newShop(t, db, "shop"), &clock)
		})
	}
}

func TestStatusHoldsUntilItExpires(t *testing.T) {
	eachShopLater(t, func(t *testing.T, s *shop, clock *time.Time) {
		gold := s.define(`{"name": "Gold", "handle": "gold", "period": 30, "period_type": "days"}`)
		s.define(`{"name": "Staff", "handle": "staff", "sort_order": 2, "colour": "#fc0"}`)
		p := s.create(`{"first_name": "Ada", "statuses": ["gold", "staff"]}`)
		if !cmp.Equal(p.Statuses, []string{"gold", "staff"}) || p.StatusesOriginal[0].ExpiresAt.String() != "2026-04-13 12:00:00" {
			t.Fatalf("got %v, %+v", p.Statuses, p.StatusesOriginal)
		}
		*clock = noon.AddDate(0, 0, 30)
		p = s.read(p.ID)
		if !cmp.Equal(p.Statuses, []string{"staff"}) || len(p.StatusesOriginal) != 2 || p.StatusesOriginal[0].IsActive {
			t.Errorf("after its end: %v, %+v", p.Statuses, p.StatusesOriginal)
		}
		s.update(p.ID, `{"statuses": ["staff"]}`)
		if p = s.read(p.ID); len(p.StatusesOriginal) != 2 {
			t.Errorf("an update that names the statuses that hold changed them: %+v", p.StatusesOriginal)
		}
		p = s.update(p.ID, `{"statuses": ["gold", "staff"]}`)
		if !p.StatusesOriginal[0].IsActive || p.StatusesOriginal[0].ExpiresAt.String() != "2026-05-13 12:00:00" {
			t.Errorf("given again: %+v", p.StatusesOriginal[0])
		}
		s.do(func(t *store.Tenant) error { return loyalty.DeleteStatus(t, gold.ID) })
		if p = s.read(p.ID); !cmp.Equal(p.Statuses, []string{"staff"}) || len(p.StatusesOriginal) != 1 {
			t.Errorf("after its definition went: %+v", p.StatusesOriginal)
		}
		if got := s.events(p.ID); !cmp.Equal(got, []string{"profile.created", "profile.updated"}) {
			t.Errorf("events %v", got)
		}
	})
}

func TestStatusThatNobodyDefined(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		err := s.tryCreate(`{"first_name": "Ada", "statuses": ["gold"]}`)
		want := map[string][]string{"statuses.0": {"The selected status is invalid."}}
		if diff := cmp.Diff(want, faults(t, err)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestStatusDefinitionRules(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		gold := s.define(`{"name": "Gold", "handle": "gold", "description": "shiny"}`)
		for _, c := range []struct{ name, body, field string }{
			{"a handle is unique", `{"name": "Gold", "handle": "gold"}`, "handle"},
			{"a handle has no spaces", `{"name": "Gold", "handle": "old gold"}`, "handle"},
			{"a name is needed", `{"handle": "x"}`, "name"},
			{"days need a number", `{"name": "X", "handle": "x", "period_type": "days"}`, "period"},
			{"a number needs its unit", `{"name": "X", "handle": "x", "period": 3}`, "period_type"},
			{"a unit of nobody", `{"name": "X", "handle": "x", "period": 3, "period_type": "moons"}`, "period_type"},
			{"a date needs to be given", `{"name": "X", "handle": "x", "period_type": "absolute_date"}`, "absolute_expiry"},
			{"a zone exists", `{"name": "X", "handle": "x", "timezone": "Mars/Olympus"}`, "timezone"},
		} {
			var in loyalty.StatusInput
			if err := json.Unmarshal([]byte(c.body), &in); err != nil {
				t.Fatal(err)
			}
			err := s.try(func(t *store.Tenant) error {
				_, err := loyalty.CreateStatus(t, in)
				return err
			})
			if got := faults(t, err); len(got) != 1 || got[c.field] == nil {
				t.Errorf("%s: %v", c.name, got)
			}
		}
		s.do(func(tenant *store.Tenant) error {
			got, err := loyalty.UpdateStatus(tenant, gold.ID, func(in *loyalty.StatusInput) error {
				return json.Unmarshal([]byte(`{"colour": "#fc0"}`), in)
			})
			if got.Colour != "#fc0" || got.Description != "shiny" || got.Name != "Gold" {
				t.Errorf("updated: %+v", got)
			}
			return err
		})
		err := s.try(func(t *store.Tenant) error {
			_, err := loyalty.UpdateStatus(t, gold.ID, func(in *loyalty.StatusInput) error {
				in.Handle = "silver"
				return nil
			})
			return err
		})
		if faults(t, err)["handle"] == nil {
			t.Errorf("a changed handle: %v", err)
		}
	})
}
