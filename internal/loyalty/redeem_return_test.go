package loyalty_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

func (s *shop) tryReturn(id int64, body string) (r event.Redeemed, err error) {
	var in loyalty.ReturnInput
	if err := json.Unmarshal([]byte(body), &in); err != nil {
		return r, err
	}
	err = s.try(func(t *store.Tenant) (err error) {
		r, err = loyalty.ReturnRedemption(t, id, in)
		return err
	})
	return r, err
}

func (s *shop) giveBack(id int64, body string) event.Redeemed {
	s.t.Helper()
	r, err := s.tryReturn(id, body)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

func (s *shop) reverse(id int64) (r event.Redeemed, err error) {
	err = s.try(func(t *store.Tenant) (err error) {
		r, err = loyalty.ReverseRedemption(t, id)
		return err
	})
	return r, err
}

func (s *shop) returnBenefits(id int64, in loyalty.BenefitReturn) (r event.Redeemed, err error) {
	err = s.try(func(t *store.Tenant) (err error) {
		r, err = loyalty.ReturnBenefits(t, id, in)
		return err
	})
	return r, err
}

func conflicts(err error) bool {
	var conflict *loyalty.ConflictError
	return errors.As(err, &conflict)
}

func TestWhatWasConsumedLastIsGivenBackFirst(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		id := s.spender()
		soon, late := s.reward(id, `,"expires_at":"2026-04-01"`), s.reward(id, `,"expires_at":"2026-05-01"`)
		points := s.earn(id, "333.3333", "")
		r := s.redeem(id, `{"amount":22}`)
		for _, tt := range []struct {
			body string
			want []string
		}{
			{`{"amount":0.5}`, []string{fmt.Sprintf("point %d 0.5 (50 points)", points.ID)}},
			{`{"amount":4.5}`, []string{fmt.Sprintf("point %d 1.5 (150 points)", points.ID), fmt.Sprintf("reward %d 3", late.ID)}},
			{`{}`, []string{fmt.Sprintf("reward %d 7", late.ID), fmt.Sprintf("reward %d 10", soon.ID)}},
		} {
			back := s.giveBack(r.ID, tt.body)
			if diff := cmp.Diff(tt.want, parts(back)); diff != "" {
				t.Errorf("%s: %s", tt.body, diff)
			}
			if back.Type != "return" || int64(back.ParentID) != r.ID {
				t.Errorf("%s: %s", tt.body, asJSON(back))
			}
			s.checkSums(id)
		}
		if b := s.balances(id); b.RewardBalance != money(20) || b.PointBalance.String() != "333.3333" {
			t.Errorf("balances %+v", b)
		}
		for _, body := range []string{`{}`, `{"amount":1}`} {
			if _, err := s.tryReturn(r.ID, body); !conflicts(err) {
				t.Errorf("%s once all is given back: %v", body, err)
			}
		}
		if got := s.readReward(soon.ID); !got.IsActive || got.ValueRemaining != money(10) {
			t.Errorf("got %s", asJSON(got))
		}
	})
}

func TestReturnsThatAreRefused(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		id := s.spender()
		s.reward(id, "")
		r := s.redeem(id, `{"amount":6}`)
		back := s.giveBack(r.ID, `{"amount":2}`)
		for body, want := range map[string]string{
			`{"amount":4.01}`:               "amount: The amount may not be greater than 4, what was not given back yet.",
			`{"amount":0}`:                  "amount: The amount must be greater than 0 and not greater than 1000000000.",
			`{"amount":-1}`:                 "amount: The amount must be greater than 0 and not greater than 1000000000.",
			`{"amount":1,"currency":"EUR"}`: "currency: The balances of this profile are in AUD alone.",
			`{"location_id":"x"}`:           "location_id: The selected location id is invalid.",
		} {
			if _, err := s.tryReturn(r.ID, body); err == nil || err.Error() != want {
				t.Errorf("%s: %v, want %s", body, err, want)
			}
		}
		var none *loyalty.NotFoundError
		if _, err := s.tryReturn(9999, `{}`); !errors.As(err, &none) {
			t.Errorf("of no redemption: %v", err)
		}
		if _, err := s.tryReturn(back.ID, `{}`); !conflicts(err) {
			t.Errorf("of a return: %v", err)
		}
		if _, err := s.reverse(back.ID); !conflicts(err) {
			t.Errorf("reversal of a return: %v", err)
		}
	})
}

func TestWhatExpiredMeanwhileExpiresAgainWhenItIsGivenBack(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		id := s.spender()
		s.reward(id, `,"expires_at":"2026-03-20"`)
		s.earn(id, "500", `,"expires_at":"2026-03-20"`)
		s.earn(id, "500", "")
		r := s.redeem(id, `{"amount":17}`)
		back := s.at(noon.AddDate(0, 0, 7)).giveBack(r.ID, `{}`)
		if back.Total != money(17) || back.Balances.RewardBalance != 0 || back.Balances.PointBalance != money(500) {
			t.Errorf("got %s", asJSON(back))
		}
		want := []string{
			"reward issue 10", "point issue 500", "point issue 500", "reward consume -10", "point consume -500",
			"point consume -200", "point return 200", "point return 500", "point expire -500", "reward return 10", "reward expire -10",
		}
		if diff := cmp.Diff(want, s.entries(id)); diff != "" {
			t.Error(diff)
		}
		s.checkSums(id)
	})
}

func TestPointsThatAreGivenBackMakeUpForADebt(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		id := s.spender()
		define(s, loyalty.PointDefinitions, `{"name":"Purchase","handle":"purchase","kind":"purchase","earn_rate":1}`)
		sale := s.sell(fmt.Sprintf(`{"profile_id":%q,"total":100,"transacted_at":"2026-03-14 12:00:00","timezone":"UTC",
			"items":[{"name":"Shirt","quantity":1,"price_sell":100}]}`, id))
		s.earn(id, "100", "")
		r := s.redeem(id, `{"amount":2}`)
		s.do(func(t *store.Tenant) error { return loyalty.DeleteTransaction(t, sale.ID) })
		if b := s.balances(id); b.PointBalance != money(-100) {
			t.Fatalf("balances %+v", b)
		}
		back := s.giveBack(r.ID, `{"amount":1.5}`)
		if back.Balances.PointBalance != money(50) {
			t.Errorf("got %s", asJSON(back.Balances))
		}
		s.checkSums(id)
		s.do(func(t *store.Tenant) error {
			live, err := t.LiveInstances(id, store.Point)
			for _, i := range live {
				if i.ValueRemaining < 0 {
					s.t.Errorf("there is a debt of %s left beside the points", i.ValueRemaining)
				}
			}
			return err
		})
	})
}

func TestARedemptionIsReversedWithinTenMinutesAndOnce(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		id := s.spender()
		s.reward(id, "")
		s.earn(id, "500", "")
		s.coffee(id, "")
		r := s.redeem(id, `{"amount":13,"benefits":[{"handle":"coffee","quantity":3}]}`)
		s.giveBack(r.ID, `{"amount":1}`)
		limit := noon.Add(10 * time.Minute)
		if _, err := s.at(limit.Add(time.Microsecond)).reverse(r.ID); !conflicts(err) {
			t.Errorf("after ten minutes: %v", err)
		}
		back, err := s.at(limit).reverse(r.ID)
		if err != nil {
			t.Fatalf("at ten minutes: %v", err)
		}
		if back.Type != "reversal" || back.Total != money(12) || back.Balances.RewardBalance != money(10) ||
			back.Balances.PointBalance != money(500) || back.Balances.BenefitBalance != 1 {
			t.Errorf("got %s", asJSON(back))
		}
		if _, err := s.reverse(r.ID); !conflicts(err) {
			t.Errorf("again: %v", err)
		}
		if _, err := s.tryReturn(r.ID, `{}`); !conflicts(err) {
			t.Errorf("a return after it: %v", err)
		}
		if _, err := s.returnBenefits(r.ID, loyalty.BenefitReturn{}); !conflicts(err) {
			t.Errorf("a return of benefits after it: %v", err)
		}
		s.checkSums(id)
	})
}

func TestBenefitsOfARedemptionAreGivenBack(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		id := s.spender()
		s.reward(id, "")
		one, other := s.coffee(id, `,"expires_at":"2026-05-01"`), s.coffee(id, "")
		r := s.redeem(id, `{"amount":1,"benefits":[{"handle":"coffee","quantity":5}]}`)
		for _, tt := range []struct {
			in   loyalty.BenefitReturn
			want []string
		}{
			{loyalty.BenefitReturn{Count: 1}, []string{fmt.Sprintf("benefit %d 0 1 times", other.ID)}},
			{loyalty.BenefitReturn{BenefitID: scalar.Int(one.ID), Count: 1}, []string{fmt.Sprintf("benefit %d 0 1 times", one.ID)}},
			{loyalty.BenefitReturn{}, []string{fmt.Sprintf("benefit %d 0 1 times", other.ID), fmt.Sprintf("benefit %d 0 2 times", one.ID)}},
		} {
			back, err := s.returnBenefits(r.ID, tt.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, parts(back)); diff != "" {
				t.Errorf("%+v: %s", tt.in, diff)
			}
		}
		if _, err := s.returnBenefits(r.ID, loyalty.BenefitReturn{}); !conflicts(err) {
			t.Errorf("once all is given back: %v", err)
		}
		if b := s.balances(id); b.BenefitBalance != 2 || b.RewardBalance != money(9) {
			t.Errorf("balances %+v", b)
		}
		s.checkSums(id)
	})
}

// Whatever is redeemed, returned and reversed, in any order: the ledger adds up
// to the account, nothing is given back twice, and once everything is given
// back the profile has what it had.
func TestBooksBalanceAfterAnyRedemptionsAndReturns(t *testing.T) {
	storetest.Each(t, store.Options{Now: func() time.Time { return noon }}, func(t *testing.T, db *store.DB) {
		s := newShop(t, db, "shop")
		s.spender()
		fewerOnPostgres(t, db)
		rapid.Check(t, func(r *rapid.T) {
			id := s.create(`{"first_name":"Ada"}`).ID
			for range rapid.IntRange(1, 4).Draw(r, "rewards") {
				s.reward(id, "")
			}
			for range rapid.IntRange(0, 3).Draw(r, "points") {
				s.earn(id, scalar.Amount(rapid.Int64Range(1, 500_0000).Draw(r, "earned")).String(), "")
			}
			had := s.balances(id)
			var made []event.Redeemed
			for range rapid.IntRange(1, 12).Draw(r, "steps") {
				amount := scalar.Amount(rapid.Int64Range(1, 20_0000).Draw(r, "amount"))
				body := fmt.Sprintf(`{"amount":%s,"strategy":%q}`, amount, rapid.SampledFrom([]string{"rewards_points", "points_rewards"}).Draw(r, "strategy"))
				if len(made) == 0 || rapid.Bool().Draw(r, "redeem") {
					if x, err := s.tryRedeem(id, body); err == nil {
						made = append(made, x)
					}
					continue
				}
				which := rapid.SampledFrom(made).Draw(r, "which").ID
				var err error
				if rapid.IntRange(0, 3).Draw(r, "reverse") == 0 {
					_, err = s.reverse(which)
				} else {
					_, err = s.tryReturn(which, `{"amount":`+amount.String()+`}`)
				}
				var invalid *loyalty.InvalidError
				if err != nil && !conflicts(err) && !errors.As(err, &invalid) {
					r.Fatal(err)
				}
			}
			s.checkSums(id)
			for _, x := range made {
				if _, err := s.tryReturn(x.ID, `{}`); err != nil && !conflicts(err) {
					r.Fatal(err)
				}
			}
			s.checkSums(id)
			if has := s.balances(id); has != had {
				r.Fatalf("had %+v, has %+v", had, has)
			}
		})
	})
}
