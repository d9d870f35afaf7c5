package loyalty_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

func (s *shop) ledger(profileID string, l store.List) (p store.Page[event.LedgerEntry], err error) {
	err = s.try(func(t *store.Tenant) (err error) {
		p, err = loyalty.ListLedger(t, profileID, l)
		return err
	})
	return p, err
}

func TestTheLedgerShowsEachChangeWithTheBalancesAfterIt(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		id := s.spender()
		reward := s.reward(id, "")
		s.earn(id, "500", `,"description":"Welcome"`)
		s.earn(id, "50", `,"accrued_at":"2026-04-01"`)
		s.coffee(id, "")
		r := s.redeem(id, `{"amount":11.5,"benefits":[{"handle":"coffee","quantity":3}]}`)
		page, err := s.ledger(id, store.List{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range page.Items {
			got = append(got, fmt.Sprintf("%s %s: %s/%s, %s=%s/%s (%s), %d/%d", e.Type, e.Entry, e.DollarValue, e.DollarBalance,
				e.PointValue, e.PointDollarValue, e.PointBalance, e.PointPending, e.BenefitValue, e.BenefitBalance))
			if e.Profile.ID != id || e.Profile.Email != "Ada@Example.com" || e.TypeAttributes == nil || e.CreatedAt != scalar.At(noon) {
				t.Errorf("got %s", asJSON(e))
			}
		}
		want := []string{
			"reward issue: 10/10, 0=0/0 (0), 0/0", "point issue: 0/10, 500=5/500 (0), 0/0", "point issue: 0/10, 0=0/500 (50), 0/0",
			"benefit issue: 0/10, 0=0/500 (0), 1/1", "reward consume: -10/0, 0=0/500 (0), 0/1",
			"point consume: 0/0, -150=-1.5/350 (0), 0/1", "benefit consume: 0/0, 0=0/350 (0), -1/0",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		first, last := page.Items[0], page.Items[4]
		if first.TypeAttributes.Definition.Handle != "thanks" || first.ExpiresAt != reward.ExpiresAt || first.RedemptionID != 0 ||
			int64(last.RedemptionID) != r.ID || page.Items[1].Description != "Welcome" {
			t.Errorf("got %s and %s", asJSON(first), asJSON(last))
		}
		s.do(func(t *store.Tenant) error {
			e, err := loyalty.ReadLedgerEntry(t, id, last.ID)
			if asJSON(e) != asJSON(last) {
				s.t.Errorf("read alone: %s", asJSON(e))
			}
			return err
		})
	})
}

func TestTheLedgerIsFiltered(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		id := s.spender()
		other := s.create(`{"first_name":"Bob"}`).ID
		s.reward(other, "")
		s.reward(id, "")
		s.earn(id, "500", "")
		r := s.redeem(id, `{"amount":12}`)
		for _, tt := range []struct {
			filter store.Filter
			total  int
		}{
			{store.Filter{Field: "type", Value: "point"}, 2},
			{store.Filter{Field: "entry", Value: "consume"}, 2},
			{store.Filter{Field: "redemption_id", Value: fmt.Sprint(r.ID)}, 2},
			{store.Filter{Field: "created_at", Op: "gt", Value: "2026-03-14 12:00:00"}, 0},
		} {
			if p, err := s.ledger(id, store.List{Filters: []store.Filter{tt.filter}}); err != nil || p.Total != tt.total {
				t.Errorf("%+v: %d entries, %v", tt.filter, p.Total, err)
			}
		}
		var none *loyalty.NotFoundError
		if _, err := s.ledger("nobody", store.List{}); !errors.As(err, &none) {
			t.Errorf("of nobody: %v", err)
		}
	})
}

func TestNewBalancesAreToldOnlyWhereATriggerListens(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		id := s.spender()
		s.reward(id, "")
		s.redeem(id, `{"amount":1}`)
		if told := contexts[event.BalanceContext](s, id, event.BalanceUpdated); len(told) != 0 {
			t.Fatalf("told before anybody listened: %s", asJSON(told))
		}
		s.do(func(t *store.Tenant) error {
			return t.InsertTrigger(&store.Trigger{Name: "balance", Event: string(event.BalanceUpdated), IsActive: true})
		})
		r := s.redeem(id, `{"amount":2}`)
		s.giveBack(r.ID, `{}`)
		s.update(id, `{"first_name":"Eve"}`)
		told := contexts[event.BalanceContext](s, id, event.BalanceUpdated)
		if len(told) != 2 || told[0].RewardBalance != money(7) || told[1].RewardBalance != money(9) ||
			told[0].ProfileID != id || told[0].Profile.RewardBalance != money(7) {
			t.Errorf("told %s", asJSON(told))
		}
	})
}

func TestASaleShowsTheRedemptionThatPaidForIt(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		id := s.spender()
		s.reward(id, "")
		r := s.redeem(id, `{"amount":5}`)
		body := `{"profile_id":%q,"external_id":"S1","total":30,"transacted_at":"2026-03-14 12:00:00","timezone":"UTC","redemption_id":%d,
			"receipt_ref":"659","items":[{"name":"Shirt","quantity":1,"price_sell":30}]}`
		sale := s.sell(fmt.Sprintf(body, id, r.ID))
		want := &event.RedemptionRef{ID: r.ID, Type: "redeem", Total: money(5), Currency: "AUD", RedeemAt: scalar.At(noon)}
		if diff := cmp.Diff(want, sale.Redemption); diff != "" || len(sale.ReversedRedemptions) != 0 {
			t.Errorf("%s%s", diff, asJSON(sale.ReversedRedemptions))
		}
		if told := contexts[event.TransactionContext](s, id, event.TransactionCreated); !cmp.Equal(told[0].Redemption, want) {
			t.Errorf("told %s", asJSON(told[0].Redemption))
		}
		s.do(func(t *store.Tenant) error {
			read, err := loyalty.ReadRedemption(t, r.ID)
			total := money(30)
			paid := &event.RedemptionTransaction{ID: scalar.Int(sale.ID), ExternalID: "S1", ReceiptRef: "659", TransactedAt: scalar.At(noon), Total: &total}
			if diff := cmp.Diff(paid, read.Transaction); diff != "" {
				s.t.Error(diff)
			}
			return err
		})
		back := s.giveBack(r.ID, `{"amount":2}`)
		if got := s.readSale(sale.ID); len(got.ReversedRedemptions) != 1 || got.ReversedRedemptions[0].ID != back.ID || got.ReversedRedemptions[0].Total != money(2) {
			t.Errorf("got %s", asJSON(got.ReversedRedemptions))
		}
		if changed := s.change(sale.ID, `{"receipt_ref":"660"}`); changed.Redemption == nil {
			t.Errorf("changed otherwise it lost the redemption: %s", asJSON(changed))
		}
		if changed := s.change(sale.ID, `{"redemption_id":null}`); changed.Redemption != nil {
			t.Errorf("without one it has %s", asJSON(changed.Redemption))
		}
		for _, none := range []int64{9999, back.ID} {
			err := s.trySell(fmt.Sprintf(`{"profile_id":%q,"total":30,"transacted_at":"2026-03-14 12:00:00","timezone":"UTC","redemption_id":%d,"items":[]}`, id, none))
			if err == nil || err.Error() != "redemption_id: The selected redemption id is invalid." {
				t.Errorf("redemption %d: %v", none, err)
			}
		}
	})
}

func TestARedemptionPaysForNoSecondSaleAndForNobodyElses(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		id, other := s.spender(), s.create(`{"first_name": "Eve", "email": "eve@example.com"}`).ID
		s.reward(id, "")
		r := s.redeem(id, `{"amount":5}`)
		bill := func(profileID string) string {
			return fmt.Sprintf(`{"profile_id":%q,"total":30,"transacted_at":"2026-03-14 12:00:00","timezone":"UTC",
				"redemption_id":%d,"items":[]}`, profileID, r.ID)
		}
		refusedWith(t, s.trySell(bill(other)), "The selected redemption id is invalid.")
		paid := s.sell(bill(id))
		refusedWith(t, s.trySell(bill(id)), "The redemption id has already been taken.")
		s.change(paid.ID, `{"is_void":true}`)
		again := s.sell(bill(id))
		s.change(again.ID, `{"redemption_id":null}`)
		s.sell(bill(""))
	})
}

func TestRedemptionsAreListedAndSummed(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		id := s.spender()
		var place event.Location
		s.do(func(t *store.Tenant) (err error) {
			place, err = loyalty.CreateLocation(t, loyalty.LocationInput{Name: "City", ExternalID: "M10"})
			return err
		})
		s.reward(id, "")
		s.redeem(id, `{"amount":1,"location_id":"M10","transaction_external_id":"S1","transaction_receipt_ref":"659"}`)
		r := s.at(noon.AddDate(0, 0, 1)).redeem(id, `{"amount":2}`)
		s.at(noon.AddDate(0, 0, 1)).giveBack(r.ID, `{"amount":0.5}`)
		type groups = []event.RedemptionGroup
		for attribute, want := range map[string]groups{
			"type":        {{Group: "redeem", Count: 2, Total: money(3)}, {Group: "return", Count: 1, Total: money(1) / 2}},
			"location_id": {{Count: 2, Total: money(5) / 2}, {Group: scalar.Text(fmt.Sprint(place.ID)), Count: 1, Total: money(1)}},
			"day":         {{Group: "2026-03-14", Count: 1, Total: money(1)}, {Group: "2026-03-15", Count: 2, Total: money(5) / 2}},
		} {
			s.do(func(t *store.Tenant) error {
				got, err := loyalty.GroupRedemptions(t, attribute, nil)
				if diff := cmp.Diff(want, got); diff != "" {
					s.t.Errorf("by %s: %s", attribute, diff)
				}
				return err
			})
		}
		s.do(func(t *store.Tenant) error {
			got, err := loyalty.GroupRedemptions(t, "type", []store.Filter{{Field: "type", Value: "return"}})
			if len(got) != 1 {
				s.t.Errorf("filtered: %+v", got)
			}
			if err != nil {
				return err
			}
			page, err := loyalty.ListProfileRedemptions(t, id, store.List{Filters: []store.Filter{{Field: "transaction_external_id", Value: "S1"}}})
			if err != nil {
				return err
			}
			x := page.Items[0]
			if page.Total != 1 || x.Location.Name != "City" || x.Transaction.ReceiptRef != "659" || x.Transaction.ID != 0 || x.Profile.ID != id {
				s.t.Errorf("got %s", asJSON(page))
			}
			all, err := loyalty.ListRedemptions(t, store.List{})
			if all.Total != 3 {
				s.t.Errorf("%d in all", all.Total)
			}
			return err
		})
		var none *loyalty.NotFoundError
		err := s.try(func(t *store.Tenant) error {
			_, err := loyalty.GroupRedemptions(t, "mood", nil)
			return err
		})
		if !errors.As(err, &none) {
			t.Errorf("by mood: %v", err)
		}
	})
}
