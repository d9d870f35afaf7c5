package loyalty_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// correct lays a request's body over tier points.
func (c *club) correct(id int64, body string) (p event.TierPoint, err error) {
	err = c.try(func(t *store.Tenant) error {
		p, err = loyalty.UpdateTierPoint(t, id, func(in *loyalty.TierPointInput) error { return json.Unmarshal([]byte(body), in) })
		return err
	})
	return p, err
}

func (c *club) reverse(id int64) error {
	return c.try(func(t *store.Tenant) error { return loyalty.DeleteTierPoint(t, id) })
}

func (c *club) readPoint(id int64) (p event.TierPoint) {
	c.t.Helper()
	c.do(func(t *store.Tenant) (err error) {
		p, err = loyalty.ReadTierPoint(t, id)
		return err
	})
	return p
}

func (c *club) tryEarn(body string) (p event.TierPoint, err error) {
	err = c.try(func(t *store.Tenant) error {
		var in loyalty.TierPointInput
		if err := json.Unmarshal([]byte(body), &in); err != nil {
			return err
		}
		p, err = loyalty.AddTierPoints(t, in)
		return err
	})
	return p, err
}

func TestCorrectedTierPointsAreReversedAndGivenAnew(t *testing.T) {
	eachClub(t, func(t *testing.T, c *club) {
		wrong := c.earn(1000, 0)
		c.day(1)
		same, err := c.correct(wrong.ID, `{"value": "1000.0"}`)
		if err != nil || same.ID != wrong.ID {
			t.Fatalf("without a change %+v, %v", same, err)
		}
		right, err := c.correct(wrong.ID, `{"value": 100, "meta": {"by": "support"}}`)
		if err != nil {
			t.Fatal(err)
		}
		if right.ID == wrong.ID || right.Value != 100*scalar.One || right.Status != "active" || right.AccruedAt != wrong.AccruedAt || string(right.Meta) != `{"by":"support"}` {
			t.Errorf("corrected %+v", right)
		}
		if got := c.readPoint(wrong.ID); got.Status != "reversed" || got.Value != wrong.Value {
			t.Errorf("the former %+v", got)
		}
		if _, err := c.correct(wrong.ID, `{"value": 7}`); !isConflict(err) {
			t.Errorf("corrected twice: %v", err)
		}
		got := c.tier()
		if got.TotalPoints12m != 100*scalar.One || got.CurrentTier.Handle != "platinum" {
			t.Errorf("total %s, tier %s", got.TotalPoints12m, got.CurrentTier.Handle)
		}
		c.day(366)
		c.calculate()
		c.holds("member")
	})
}

func TestReversedTierPointsAreGoneFromTheTotal(t *testing.T) {
	eachClub(t, func(t *testing.T, c *club) {
		first := c.earn(60, 0)
		c.day(3)
		c.earn(20, 0)
		pending := c.earn(500, 5)
		for _, id := range []int64{first.ID, pending.ID} {
			if err := c.reverse(id); err != nil {
				t.Fatal(err)
			}
			if err := c.reverse(id); !isConflict(err) {
				t.Errorf("reversed twice: %v", err)
			}
		}
		got := c.tier()
		if got.TotalPoints12m != 20*scalar.One || got.NextProgressChangeAt != scalar.At(noon.AddDate(0, 0, 3+365)) {
			t.Errorf("total %s, changes at %s", got.TotalPoints12m, got.NextProgressChangeAt)
		}
		c.day(30)
		c.calculate()
		c.holds("member")
	})
}

func TestTierPointsAreListed(t *testing.T) {
	eachClub(t, func(t *testing.T, c *club) {
		gone, kept := c.earn(60, 0), c.earn(20, 3)
		if err := c.reverse(gone.ID); err != nil {
			t.Fatal(err)
		}
		want := map[int64]string{gone.ID: "reversed", kept.ID: "pending"}
		for name, list := range map[string]func(*store.Tenant) (store.Page[event.TierPoint], error){
			"all": func(t *store.Tenant) (store.Page[event.TierPoint], error) {
				return loyalty.ListTierPoints(t, store.List{})
			},
			"of the profile": func(t *store.Tenant) (store.Page[event.TierPoint], error) {
				return loyalty.ListProfileTierPoints(t, c.member, store.List{})
			},
		} {
			got := map[int64]string{}
			c.do(func(t *store.Tenant) error {
				p, err := list(t)
				clear(got)
				for _, p := range p.Items {
					got[p.ID] = p.Status
				}
				return err
			})
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got)\n%s", name, diff)
			}
		}
	})
}

func TestTierPointsOfADefinition(t *testing.T) {
	eachClub(t, func(t *testing.T, c *club) {
		var d event.PointDefinition
		c.do(func(t *store.Tenant) (err error) {
			d = event.PointDefinition{Kind: "tier", AccrueDelay: 14}
			d.Name, d.Handle, d.IsPublished = "Status", "status", true
			d, err = loyalty.PointDefinitions.Create(t, d)
			return err
		})
		body, err := json.Marshal(map[string]any{"profile_id": c.member, "point_definition_id": d.ID, "value": 100, "source_id": "9"})
		if err != nil {
			t.Fatal(err)
		}
		p, err := c.tryEarn(string(body))
		if err != nil {
			t.Fatal(err)
		}
		if p.Status != "pending" || p.AccruedAt.String() != "2026-03-28 12:00:00" || p.SourceType != "api" || p.Source.ID != "9" {
			t.Errorf("given %+v", p)
		}
		err = c.try(func(t *store.Tenant) error { return loyalty.PointDefinitions.Delete(t, d.ID) })
		if !isConflict(err) {
			t.Errorf("deleted: %v", err)
		}
	})
}

func TestTierPointsAreRefused(t *testing.T) {
	eachClub(t, func(t *testing.T, c *club) {
		var spendable event.PointDefinition
		c.do(func(t *store.Tenant) (err error) {
			spendable.Name, spendable.Handle, spendable.IsPublished = "Points", "points", true
			spendable, err = loyalty.PointDefinitions.Create(t, spendable)
			return err
		})
		for field, more := range map[string]any{
			"profile_id": "00000000-0000-0000-0000-000000000000", "value": 0, "point_definition_id": spendable.ID,
			"issued_at": "2026-03-20 00:00:00", "accrued_at": "1812-01-01 00:00:00", "meta": 7, "source_type": string(make([]byte, 1)),
		} {
			in := map[string]any{"profile_id": c.member, "value": 10}
			in[field] = more
			body, err := json.Marshal(in)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.tryEarn(string(body)); len(faults(t, err)[field]) != 1 {
				t.Errorf("%s: %v", field, err)
			}
		}
		p := c.earn(10, 0)
		if _, err := c.correct(p.ID, `{"profile_id": "00000000-0000-0000-0000-000000000000"}`); len(faults(t, err)["profile_id"]) != 1 {
			t.Errorf("given to another: %v", err)
		}
		var missing *loyalty.NotFoundError
		if err := c.reverse(p.ID + 1); !errors.As(err, &missing) {
			t.Errorf("reversed what is not there: %v", err)
		}
	})
}

func TestTierPointsOfASaleFollowIt(t *testing.T) {
	eachClub(t, func(t *testing.T, c *club) {
		sale := c.sell(receipt(`"profile_id": "` + c.member + `", "total": 150, `))
		points := c.readSale(sale.ID).TierPoints
		if len(points) != 1 || points[0].Value != 150*scalar.One {
			t.Fatalf("the sale gave %+v", points)
		}
		if err := c.reverse(points[0].ID); !isConflict(err) {
			t.Errorf("reversed: %v", err)
		}
		if _, err := c.correct(points[0].ID, `{"value": 1}`); !isConflict(err) {
			t.Errorf("corrected: %v", err)
		}
		c.holds("silver")
	})
}

func TestTierPointsOfASaleNameItsExternalID(t *testing.T) {
	eachClub(t, func(t *testing.T, c *club) {
		sale := c.sell(receipt(`"profile_id": "` + c.member + `", "external_id": "ORDER-9", "total": 150, `))
		for _, p := range c.readSale(sale.ID).TierPoints {
			if p.Source == nil || p.Source.ExternalID != "ORDER-9" {
				t.Errorf("the source is %+v", p.Source)
			}
		}
	})
}
