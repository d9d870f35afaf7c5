package loyalty_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

func (s *shop) delete(profileID string) {
	s.t.Helper()
	s.do(func(t *store.Tenant) error { return loyalty.DeleteProfile(t, profileID) })
}

func TestADeletedProfileLeavesItsHistoryAndNothingElse(t *testing.T) {
	eachRawShop(t, func(t *testing.T, s rawShop) {
		s.programmeForMerges()
		ada := s.person("ada")
		was, before := s.holding(ada), s.read(ada)
		s.delete(ada)
		s.checkGone(ada)
		left := s.holding(ada)
		for table, h := range left {
			switch table {
			case "ledger":
				if h[1] != 0 || h[2] != 0 || h[0] < was[table][0] {
					t.Errorf("ledger: rows and sums %v became %v", was[table], h)
				}
			case "events", "automation_failures", "tier_changes", "tier_points", "achievement_counts", "instances", "redemptions":
				if h[0] < was[table][0] {
					t.Errorf("%s: %d rows became %d", table, was[table][0], h[0])
				}
			default:
				if h[0] != 0 {
					t.Errorf("%s: %d rows are left", table, h[0])
				}
			}
		}
		s.do(func(t *store.Tenant) error {
			x, err := loyalty.ListTransactions(t, store.List{Size: 10})
			if err != nil {
				return err
			}
			if len(x.Items) != 1 || x.Items[0].ProfileID != "" {
				s.t.Errorf("transactions %s", asJSON(x.Items))
			}
			return nil
		})
		last := contexts[event.ProfileContext](s.shop, ada, event.ProfileDeleted)
		if len(last) != 1 || last[0].PointBalance != before.PointBalance || last[0].RewardBalance == 0 ||
			last[0].Email != "ada@example.com" || last[0].Aggregations.SpendAll != 30*scalar.One {
			t.Errorf("told %s", asJSON(last))
		}
	})
}

func TestADebtEndsWithItsProfile(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		define(s, loyalty.PointDefinitions, `{"name":"Purchase","handle":"purchase","earn_rate":1}`)
		ada := s.create(`{"first_name":"Ada"}`).ID
		s.owe(ada)
		s.delete(ada)
		s.do(func(t *store.Tenant) error {
			sums, err := t.SumLedger(ada)
			if sums != (store.Balances{}) {
				s.t.Errorf("the ledger sums up to %+v", sums)
			}
			return err
		})
	})
}

// The sale of a deleted profile gives the next one what it gave, and takes back
// no more than that.
func TestTheSaleOfADeletedProfileCanBeGivenToAnother(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		define(s, loyalty.PointDefinitions, `{"name":"Purchase","handle":"purchase","earn_rate":1}`)
		ada, bea := s.create(`{"first_name":"Ada"}`).ID, s.create(`{"first_name":"Bea"}`).ID
		x := s.sell(fmt.Sprintf(`{"profile_id":%q,"total":30,"transacted_at":"2026-03-01 10:00:00","timezone":"UTC"}`, ada))
		s.delete(ada)
		s.change(x.ID, `{"profile_id":"`+bea+`"}`)
		if got := s.read(bea).PointBalance; got != 30*scalar.One {
			t.Errorf("the sale gave %s", got)
		}
		s.checkBooks(bea)
		s.change(x.ID, `{"is_void":true}`)
		if got := s.read(bea).PointBalance; got != 0 {
			t.Errorf("without the sale %s are left", got)
		}
		s.checkBooks(bea)
	})
}

func TestAnUnknownProfileCannotBeDeleted(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		err := s.try(func(t *store.Tenant) error {
			return loyalty.DeleteProfile(t, "0194f3a2-7c1e-7b44-9d0a-3f5e8a6b1c20")
		})
		var missing *loyalty.NotFoundError
		if !errors.As(err, &missing) {
			t.Errorf("error %v", err)
		}
	})
}
