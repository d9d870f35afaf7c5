package loyalty_test

import (
	"errors"
	"testing"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

func TestATierThatWasHeldCannotBeDeleted(t *testing.T) {
	eachClub(t, func(t *testing.T, c *club) {
		remove := func(handle string) error {
			return c.try(func(t *store.Tenant) error { return loyalty.TierDefinitions.Delete(t, c.tiers[handle]) })
		}
		c.earn(100, 0)
		c.earn(200, 0)
		for _, held := range []string{"silver", "gold", "member"} {
			if err := remove(held); !isConflict(err) {
				t.Errorf("%s: %v", held, err)
			}
		}
		if err := remove("platinum"); err != nil {
			t.Error(err)
		}
	})
}

func isConflict(err error) bool {
	var conflict *loyalty.ConflictError
	return errors.As(err, &conflict)
}

func TestAChangeOfATierHoldsFromTheNextPoints(t *testing.T) {
	eachClub(t, func(t *testing.T, c *club) {
		c.earn(90, 0)
		c.do(func(t *store.Tenant) error {
			_, err := loyalty.TierDefinitions.Update(t, c.tiers["silver"], func(d *event.TierDefinition) error {
				d.ValueMin = 80 * scalar.One
				return nil
			})
			return err
		})
		c.holds("member")
		c.calculate()
		c.wantHistory("2026-03-14 12:00:00 achieved silver 90")
	})
}

func TestProfilesAreListedByTheirTier(t *testing.T) {
	eachClub(t, func(t *testing.T, c *club) {
		ada := c.create(`{"first_name": "Ada", "email": "ada@example.com"}`).ID
		c.earn(100, 0)
		for handle, want := range map[string]string{"silver": c.member, "member": ada, "gold": ""} {
			var found string
			c.do(func(t *store.Tenant) error {
				p, err := loyalty.ListProfiles(t, store.List{Filters: []store.Filter{{Field: "tier_handle", Value: handle}}})
				found = ""
				for _, p := range p.Items {
					found += p.ID
				}
				return err
			})
			if found != want {
				t.Errorf("%s: %s, want %s", handle, found, want)
			}
		}
	})
}
