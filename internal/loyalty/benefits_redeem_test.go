package loyalty_test

import (
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

func TestABenefitIsRedeemedUntilItsLimit(t *testing.T) {
	eachBenefitShop(t, func(t *testing.T, s *benefitShop) {
		s.offer(`{"name": "Coffee", "handle": "coffee", "max_redemptions": 3}`)
		id := s.issue(`{"definition": "coffee"}`).ID
		b, err := s.redeem(id, 2)
		if err != nil || *b.RedemptionsRemaining != 1 || !b.IsRedeemable || s.benefitBalance() != 1 {
			t.Fatalf("after two: %s, %v", asJSON(b), err)
		}
		_, err = s.redeem(id, 2)
		refusedWith(t, err, "can be redeemed 1 more times")
		_, err = s.redeem(id, 0)
		refusedWith(t, err, "at least 1")
		b, err = s.redeem(id, 1)
		if err != nil || *b.RedemptionsRemaining != 0 || b.IsRedeemable || b.IsExpired || s.benefitBalance() != 0 {
			t.Fatalf("after three: %s, %v", asJSON(b), err)
		}
		_, err = s.redeem(id, 1)
		refusedWith(t, err, "is used up")
		s.wantTales("issued", "redeemed", "redeemed")
		_, context := s.lastEvent()
		part := context["redemption"].(map[string]any)
		if part["count"] != 1.0 || part["type"] != "redeem" || part["redeem_at"] != "2026-03-14 12:00:00" ||
			context["redemptions_remaining"] != 0.0 || context["profile"].(map[string]any)["benefit_balance"] != 0.0 {
			t.Errorf("context %v", context)
		}
		s.do(func(t *store.Tenant) error {
			r, err := t.Redemption(int64(part["id"].(float64)))
			if len(r.Items) != 1 || r.Items[0].Count != 1 || r.Items[0].InstanceID != id {
				s.t.Errorf("redemption %+v", r)
			}
			return err
		})
	})
}

func TestABenefitWithoutALimitIsNeverUsedUp(t *testing.T) {
	eachBenefitShop(t, func(t *testing.T, s *benefitShop) {
		s.offer(`{"name": "Lounge", "handle": "lounge"}`)
		id := s.issue(`{"definition": "lounge"}`).ID
		for range 5 {
			if b, err := s.redeem(id, 3); err != nil || !b.IsRedeemable {
				t.Fatal(err)
			}
		}
		if _, err := s.redeem(id, math.MaxInt64); err == nil {
			t.Error("it was redeemed beyond what is counted")
		}
		if s.benefitBalance() != 1 {
			t.Error("it does not count any more")
		}
	})
}

func TestWhatIsGivenBackCanBeRedeemedAgain(t *testing.T) {
	eachBenefitShop(t, func(t *testing.T, s *benefitShop) {
		d := s.offer(`{"name": "Coffee", "handle": "coffee", "max_redemptions": 3, "max_global_redemptions": 4}`)
		id := s.issue(`{"definition": "coffee"}`).ID
		for _, count := range []int64{1, 2} {
			if _, err := s.redeem(id, count); err != nil {
				t.Fatal(err)
			}
		}
		_, err := s.giveBack(id, 4)
		refusedWith(t, err, "between 1 and 3")
		// The last redemption's two uses, and one of the first's.
		b, err := s.giveBack(id, 3)
		if err != nil || *b.RedemptionsRemaining != 3 || *b.TotalGlobalRedemptionsRemaining != 4 || !b.IsRedeemable || s.benefitBalance() != 1 {
			t.Fatalf("returned %s, %v", asJSON(b), err)
		}
		_, err = s.giveBack(id, 1)
		refusedWith(t, err, "no redemption left that could be given back")
		var back []int64
		s.do(func(t *store.Tenant) error {
			p, err := t.Redemptions(store.List{Filters: []store.Filter{{Field: "type", Value: "return"}}})
			for _, r := range p.Items {
				back = append(back, int64(r.ParentID), r.Items[0].Count)
			}
			return err
		})
		if fmt.Sprint(back) != "[2 2 1 1]" {
			t.Errorf("returns by redemption and count: %v", back)
		}
		if b, err := s.redeem(id, 3); err != nil || *b.TotalGlobalRedemptionsRemaining != 1 {
			t.Errorf("redeemed again: %s, %v", asJSON(b), err)
		}
		s.do(func(t *store.Tenant) error {
			got, err := loyalty.BenefitDefinitions.Read(t, d.ID)
			if *got.TotalGlobalRedemptions != 3 || *got.TotalGlobalRedemptionsRemaining != 1 {
				s.t.Errorf("definition %s", asJSON(got))
			}
			return err
		})
	})
}

func TestWhatIsGivenBackAfterItsTimeExpiresAtOnce(t *testing.T) {
	eachBenefitShop(t, func(t *testing.T, s *benefitShop) {
		s.offer(`{"name": "Coffee", "handle": "coffee", "max_redemptions": 1, "period": 1, "period_type": "days"}`)
		id := s.issue(`{"definition": "coffee"}`).ID
		if _, err := s.redeem(id, 1); err != nil {
			t.Fatal(err)
		}
		s.at("2026-03-16 12:00:00")
		b, err := s.giveBack(id, 1)
		if err != nil || b.IsRedeemable || !b.IsExpired || s.benefitBalance() != 0 {
			t.Errorf("returned %s, %v", asJSON(b), err)
		}
		s.wantTales("issued", "redeemed", "expired")
		_, err = s.redeem(id, 1)
		refusedWith(t, err, "has expired")
	})
}

func TestNobodyRedeemsWhatIsNotTheirs(t *testing.T) {
	eachBenefitShop(t, func(t *testing.T, s *benefitShop) {
		s.offer(`{"name": "Coffee", "handle": "coffee"}`)
		bob := s.create(`{"email": "bob@example.com"}`).ID
		id := s.issue(`{"definition": "coffee", "profile_id": "` + bob + `"}`).ID
		for _, missing := range []int64{id, id + 1} {
			if _, err := s.redeem(missing, 1); err == nil || err.Error() != fmt.Sprintf(`no benefit "%d"`, missing) {
				t.Errorf("redeem %d: %v", missing, err)
			}
		}
	})
}

// atOnce calls fn n times at once and returns how often it succeeded. What
// refuses it must be a conflict with the words.
func atOnce(t *testing.T, n int, words string, fn func(i int) error) int {
	var ok atomic.Int64
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			if err := fn(i); err == nil {
				ok.Add(1)
			} else {
				refusedWith(t, err, words)
			}
		})
	}
	all.Wait()
	return int(ok.Load())
}

func TestFiftyRedemptionsAtOnceStayWithinTheLimitOfABenefit(t *testing.T) {
	eachBenefitShop(t, func(t *testing.T, s *benefitShop) {
		s.offer(`{"name": "Coffee", "handle": "coffee", "max_redemptions": 7}`)
		id := s.issue(`{"definition": "coffee"}`).ID
		n := atOnce(t, 50, "used up", func(int) error {
			_, err := s.redeem(id, 1)
			return err
		})
		if b := s.benefit(id); n != 7 || *b.RedemptionsRemaining != 0 || s.benefitBalance() != 0 {
			t.Errorf("%d succeeded: %s", n, asJSON(b))
		}
	})
}

func TestFiftyProfilesAtOnceStayWithinTheLimitOfAllTogether(t *testing.T) {
	eachBenefitShop(t, func(t *testing.T, s *benefitShop) {
		s.offer(`{"name": "First seven", "handle": "first", "max_global_redemptions": 7}`)
		profiles, ids := make([]string, 50), make([]int64, 50)
		for i := range profiles {
			profiles[i] = s.create(fmt.Sprintf(`{"email": "p%d@example.com"}`, i)).ID
			ids[i] = s.issue(`{"definition": "first", "profile_id": "` + profiles[i] + `"}`).ID
		}
		n := atOnce(t, 50, "0 more times by all", func(i int) error {
			return s.try(func(t *store.Tenant) error {
				_, err := loyalty.RedeemBenefit(t, profiles[i], ids[i], 1)
				return err
			})
		})
		if b := s.benefit(ids[0]); n != 7 || *b.TotalGlobalRedemptionsRemaining != 0 || b.IsRedeemable {
			t.Errorf("%d succeeded: %s", n, asJSON(b))
		}
		s.do(func(t *store.Tenant) error {
			p, err := loyalty.ListRedeemableBenefits(t, profiles[0], store.List{})
			if len(p.Items) != 0 {
				s.t.Errorf("redeemable %s", asJSON(p.Items))
			}
			return err
		})
	})
}

func TestALimitCanBeMoved(t *testing.T) {
	eachBenefitShop(t, func(t *testing.T, s *benefitShop) {
		s.offer(`{"name": "Coffee", "handle": "coffee", "max_redemptions": 5}`)
		id := s.issue(`{"definition": "coffee"}`).ID
		if _, err := s.redeem(id, 2); err != nil {
			t.Fatal(err)
		}
		_, err := s.update(id, `{"max_redemptions": 1}`)
		refusedWith(t, err, "at least 2")
		for _, step := range []struct {
			body      string
			remaining any
			balance   int64
		}{
			{`{"max_redemptions": 2}`, int64(0), 0},
			{`{"max_redemptions": 3}`, int64(1), 1},
			{`{"max_redemptions": null, "meta": {"b": 2}}`, nil, 1},
			{`{"max_redemptions": 2}`, int64(0), 0},
		} {
			b, err := s.update(id, step.body)
			if err != nil {
				t.Fatal(err)
			}
			if got := remaining(b); got != step.remaining || s.benefitBalance() != step.balance || b.IsRedeemable != (step.balance == 1) {
				t.Errorf("%s: %s", step.body, asJSON(b))
			}
		}
		if b := s.benefit(id); string(b.Meta) != `{"b":2}` {
			t.Errorf("meta %s", b.Meta)
		}
	})
}

func remaining(b event.Benefit) any {
	if b.RedemptionsRemaining == nil {
		return nil
	}
	return *b.RedemptionsRemaining
}

func TestABenefitThatWasTakenBackCannotBeRedeemed(t *testing.T) {
	eachBenefitShop(t, func(t *testing.T, s *benefitShop) {
		s.offer(`{"name": "Coffee", "handle": "coffee"}`)
		id := s.issue(`{"definition": "coffee"}`).ID
		for range 2 {
			s.do(func(t *store.Tenant) error { return loyalty.DeleteBenefit(t, id) })
		}
		_, err := s.redeem(id, 1)
		refusedWith(t, err, "was taken back")
		if b := s.benefit(id); b.IsRedeemable || b.IsExpired || s.benefitBalance() != 0 {
			t.Errorf("taken back %s", asJSON(b))
		}
		s.do(func(t *store.Tenant) error {
			rows, err := t.LedgerOfInstance(id)
			if len(rows) != 2 || rows[1].Entry != store.Reverse || rows[1].Value != -scalar.One {
				s.t.Errorf("ledger %+v", rows)
			}
			return err
		})
	})
}
