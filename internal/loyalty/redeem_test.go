package loyalty_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// spender stores a profile in a shop where 100 points are worth 1, with a
// definition of each kind.
func (s *shop) spender() string {
	s.t.Helper()
	s.thanks("")
	define(s, loyalty.PointDefinitions, `{"name":"Bonus","handle":"bonus","kind":"action"}`)
	define(s, loyalty.BenefitDefinitions, `{"name":"Coffee","handle":"coffee","max_redemptions":3}`)
	return s.create(ada).ID
}

// earn gives points; more are further fields.
func (s *shop) earn(profileID, value, more string) (p event.Point) {
	s.t.Helper()
	var in loyalty.PointInput
	body := fmt.Sprintf(`{"profile_id":%q,"point_definition_handle":"bonus","value_initial":%s%s}`, profileID, value, more)
	if err := json.Unmarshal([]byte(body), &in); err != nil {
		s.t.Fatal(err)
	}
	s.do(func(t *store.Tenant) (err error) {
		p, err = loyalty.IssuePoints(t, in)
		return err
	})
	return p
}

func (s *shop) coffee(profileID, more string) (b event.Benefit) {
	s.t.Helper()
	var in loyalty.BenefitInput
	body := fmt.Sprintf(`{"profile_id":%q,"benefit_definition_handle":"coffee"%s}`, profileID, more)
	if err := json.Unmarshal([]byte(body), &in); err != nil {
		s.t.Fatal(err)
	}
	s.do(func(t *store.Tenant) (err error) {
		b, err = loyalty.IssueBenefit(t, in)
		return err
	})
	return b
}

func (s *shop) tryRedeem(profileID, body string) (r event.Redeemed, err error) {
	var in loyalty.RedeemInput
	if err := json.Unmarshal([]byte(body), &in); err != nil {
		return r, err
	}
	err = s.try(func(t *store.Tenant) (err error) {
		r, err = loyalty.Redeem(t, profileID, in)
		return err
	})
	return r, err
}

func (s *shop) redeem(profileID, body string) event.Redeemed {
	s.t.Helper()
	r, err := s.tryRedeem(profileID, body)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

// parts shows what was taken from each instance, in order.
func parts(r event.Redeemed) (out []string) {
	for _, i := range r.Items {
		text := fmt.Sprintf("%s %d %s", i.Type, i.ID, i.Value)
		if i.Points != 0 {
			text += fmt.Sprintf(" (%s points)", i.Points)
		}
		if i.Count != 0 {
			text += fmt.Sprintf(" %d times", i.Count)
		}
		out = append(out, text)
	}
	return out
}

func TestRewardsAreRedeemedNearestExpiryFirst(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		id := s.spender()
		never := s.reward(id, "")
		if _, err := s.putReward(never.ID, `{"expires_at":null}`); err != nil {
			t.Fatal(err)
		}
		late, soon := s.reward(id, `,"expires_at":"2026-09-01"`), s.reward(id, `,"expires_at":"2026-04-01"`)
		points := s.earn(id, "1000", "")
		r := s.redeem(id, `{"amount":32.5}`)
		want := []string{
			fmt.Sprintf("reward %d 10", soon.ID), fmt.Sprintf("reward %d 10", late.ID),
			fmt.Sprintf("reward %d 10", never.ID), fmt.Sprintf("point %d 2.5 (250 points)", points.ID),
		}
		if diff := cmp.Diff(want, parts(r)); diff != "" {
			t.Error(diff)
		}
		if r.Total.String() != "32.5" || r.TotalRequested.String() != "32.5" || r.Balances.RewardBalance != 0 || r.Balances.PointBalance != money(750) {
			t.Errorf("got %s", asJSON(r))
		}
		var read event.Redemption
		s.do(func(t *store.Tenant) (err error) {
			read, err = loyalty.ReadRedemption(t, r.ID)
			return err
		})
		if diff := cmp.Diff(asJSON(r.Redemption), asJSON(read)); diff != "" {
			t.Errorf("read again it is another: %s", diff)
		}
		told := contexts[event.RewardContext](s, id, event.RewardRedeemed)
		if len(told) != 3 || told[0].ID != soon.ID || told[0].ValueRemaining != 0 || told[0].Profile.PointBalance != money(750) {
			t.Fatalf("told %s", asJSON(told))
		}
		part := event.RedemptionPart{ID: r.ID, Type: "redeem", Value: money(10), Count: 1, Total: r.Total, RedeemAt: scalar.At(noon)}
		if *told[0].Redemption != part {
			t.Errorf("redemption %+v, want %+v", told[0].Redemption, part)
		}
	})
}

func TestStrategiesSayWhatIsConsumedAndInWhichOrder(t *testing.T) {
	// There are 10 in rewards and 5.25 in points.
	for _, tt := range []struct{ name, strategy, total, rewards, points string }{
		{"rewards before points by default", ``, "12", "0", "325"},
		{"one after the other", `,"strategies":["points","rewards"]`, "12", "3.25", "0"},
		{"rewards alone, which are less", `,"strategies":["rewards"]`, "10", "0", "525"},
		{"points alone, which are less", `,"strategies":["points"]`, "5.25", "10", "0"},
		{"benefits and credits hold no money", `,"strategies":["credits","benefits","points"]`, "5.25", "10", "0"},
		{"the older single form", `,"strategy":"points_rewards"`, "12", "3.25", "0"},
		{"the older form with one", `,"strategy":"rewards"`, "10", "0", "525"},
		{"strategies before strategy", `,"strategies":["points"],"strategy":"rewards"`, "5.25", "10", "0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			eachShop(t, func(t *testing.T, s *shop) {
				id := s.spender()
				s.reward(id, "")
				s.earn(id, "525", "")
				r := s.redeem(id, `{"amount":12`+tt.strategy+`}`)
				b := r.Balances
				if r.Total.String() != tt.total || b.RewardBalance.String() != tt.rewards || b.PointBalance.String() != tt.points {
					t.Errorf("total %s, rewards %s, points %s", r.Total, b.RewardBalance, b.PointBalance)
				}
			})
		})
	}
}

func TestPointsAreTakenToTheTenThousandthRoundedUp(t *testing.T) {
	for _, tt := range []struct{ name, rate, points, amount, total, left string }{
		{"what divides evenly", "0.01", "500", "3.33", "3.33", "167"},
		{"what does not", "0.03", "500", "1", "1", "466.6666"},
		{"no more than whole cents of a balance", "0.01", "55.55", "9", "0.55", "0.55"},
		{"more than one each", "2.5", "3.5", "2", "2", "2.7"},
		{"a rate of seven", "7", "10", "1", "1", "9.8571"},
		{"the least amount", "0.01", "500", "0.0001", "0.0001", "499.99"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			eachShop(t, func(t *testing.T, s *shop) {
				id := s.spender()
				s.do(func(t *store.Tenant) error {
					_, err := loyalty.PutSetting(t, "points.exchange_rate", json.RawMessage(tt.rate))
					return err
				})
				s.earn(id, tt.points, "")
				r := s.redeem(id, `{"amount":`+tt.amount+`}`)
				if r.Total.String() != tt.total || r.Balances.PointBalance.String() != tt.left {
					t.Errorf("total %s, %s points left", r.Total, r.Balances.PointBalance)
				}
			})
		})
	}
}

func TestTheMoneyOfPointsIsSharedOutToTheLastTenThousandth(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		id := s.spender()
		for range 3 {
			s.earn(id, "33.3333", "")
		}
		r := s.redeem(id, `{"amount":0.9999}`)
		var value, points scalar.Amount
		for _, i := range r.Items {
			value += i.Value
			points += i.Points
		}
		// 99.9999 points are worth 0.99 in whole cents.
		if r.Total.String() != "0.99" || value != r.Total || points.String() != "99" {
			t.Errorf("total %s, items %v", r.Total, parts(r))
		}
	})
}

func TestWhatCannotBeRedeemedWritesNothing(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		id := s.spender()
		s.reward(id, "")
		s.earn(id, "250", "")
		b := s.coffee(id, "")
		before, events := s.entries(id), s.events(id)
		for body, want := range map[string]string{
			`{}`:                                     "amount: The amount field is required when benefits is not present.",
			`{"amount":null}`:                        "amount: The amount field is required when benefits is not present.",
			`{"amount":0}`:                           "amount: The amount must be greater than 0 and not greater than 1000000000.",
			`{"amount":-1}`:                          "amount: The amount must be greater than 0 and not greater than 1000000000.",
			`{"amount":1000000000.01}`:               "amount: The amount must be greater than 0 and not greater than 1000000000.",
			`{"amount":12.51,"strict":true}`:         "amount: The amount is 12.51, but only 12.5 is available.",
			`{"amount":1,"strategies":["credits"]}`:  "amount: The amount is 1, but nothing is available.",
			`{"amount":1,"strategies":["cash"]}`:     "strategies.0: The selected strategy is invalid.",
			`{"amount":1,"strategy":"cash"}`:         "strategy: The selected strategy is invalid.",
			`{"amount":1,"currency":"NZD"}`:          "currency: The balances of this profile are in AUD alone.",
			`{"amount":1,"location_id":"nowhere"}`:   "location_id: The selected location id is invalid.",
			`{"amount":1,"meta":"x"}`:                "meta: The meta must be an object or an array.",
			`{"benefits":[{"quantity":1}]}`:          "benefits.0.id: The id field is required when handle is not present.",
			`{"benefits":[{"id":1,"quantity":-1}]}`:  "benefits.0.quantity: The quantity must be between 1 and 1000.",
			`{"amount":1,"benefits":[{"id":99999}]}`: "benefits.0.quantity: The benefit can be redeemed 0 times, not 1.",
			fmt.Sprintf(`{"amount":1,"benefits":[{"id":%d,"quantity":2},{"handle":"coffee","quantity":2}]}`, b.ID): "benefits.1.quantity: The benefit can be redeemed 1 times, not 2.",
			`{"amount":1,"strategies":["points","points"]}`:                                                        "strategies.1: The strategy points is named twice.",
		} {
			if _, err := s.tryRedeem(id, body); err == nil || err.Error() != want {
				t.Errorf("%s: %v, want %s", body, err, want)
			}
		}
		for _, amount := range []string{"1.00001", `"1.00001"`, "123456789e-6", "1e999"} {
			var wrong *json.UnmarshalTypeError
			if _, err := s.tryRedeem(id, `{"amount":`+amount+`}`); !errors.As(err, &wrong) {
				t.Errorf("%s: %v", amount, err)
			}
		}
		if !cmp.Equal(before, s.entries(id)) || !cmp.Equal(events, s.events(id)) {
			t.Errorf("ledger %v, events %v", s.entries(id), s.events(id))
		}
		if got := s.redeem(id, `{"amount":"12.5","strict":true,"currency":"aud"}`); got.Total.String() != "12.5" {
			t.Errorf("total %s", got.Total)
		}
	})
}

func TestWhatHasExpiredIsNeverSpentThoughNobodySettledIt(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		id := s.spender()
		s.reward(id, `,"expires_at":"2026-03-15"`)
		s.reward(id, `,"value_initial":3`)
		s.earn(id, "100", `,"expires_at":"2026-03-15"`)
		s.earn(id, "200", `,"accrued_at":"2026-03-15"`)
		midnight := time.Date(2026, 3, 15, 0, 0, 0, 0, time.UTC)
		if got := s.balances(id); got.RewardBalance != money(13) || got.PointBalance != money(100) || got.PointPending != money(200) {
			t.Errorf("the day before: %+v", got)
		}
		if got := s.at(midnight).balances(id); got.RewardBalance != money(3) || got.PointBalance != money(200) || got.PointPending != 0 {
			t.Errorf("at midnight, only read: %+v", got)
		}
		if r := s.at(midnight).redeem(id, `{"amount":50}`); r.Total != money(5) || r.Balances != (event.ProfileBalances{}) {
			t.Errorf("got %s", asJSON(r))
		}
	})
}

func TestBenefitsAreRedeemedBesideTheAmount(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		id := s.spender()
		s.reward(id, "")
		late, soon := s.coffee(id, `,"expires_at":"2026-09-01"`), s.coffee(id, `,"expires_at":"2026-05-01"`)
		r := s.redeem(id, fmt.Sprintf(`{"amount":3,"benefits":[{"handle":"coffee","quantity":4},{"id":%d}]}`, late.ID))
		reward := r.Items[0].ID
		want := []string{
			fmt.Sprintf("reward %d 3", reward), fmt.Sprintf("benefit %d 0 3 times", soon.ID), fmt.Sprintf("benefit %d 0 2 times", late.ID),
		}
		if diff := cmp.Diff(want, parts(r)); diff != "" {
			t.Error(diff)
		}
		if r.Balances.BenefitBalance != 1 || r.Total != money(3) {
			t.Errorf("got %s", asJSON(r))
		}
		if alone := s.redeem(id, `{"benefits":[{"handle":"coffee"}]}`); alone.Total != 0 || alone.Balances.BenefitBalance != 0 {
			t.Errorf("a benefit alone: %s", asJSON(alone))
		}
		if told := contexts[event.BenefitContext](s, id, event.BenefitRedeemed); len(told) != 3 {
			t.Errorf("told %d times", len(told))
		}
	})
}

func TestFiftyRedemptionsAtOnceNeverOverspend(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		id := s.spender()
		for range 3 {
			s.reward(id, "")
		}
		s.earn(id, "500", "")
		var wait sync.WaitGroup
		var mu sync.Mutex
		var total scalar.Amount
		for range 50 {
			wait.Go(func() {
				r, err := s.tryRedeem(id, `{"amount":1.5}`)
				var invalid *loyalty.InvalidError
				if err != nil && !errors.As(err, &invalid) {
					t.Error(err)
				}
				mu.Lock()
				total += r.Total
				mu.Unlock()
			})
		}
		wait.Wait()
		if b := s.balances(id); total != money(35) || b.CombinedBalanceDollars != 0 || b.PointBalance != 0 {
			t.Errorf("redeemed %s of 35, balances %+v", total, b)
		}
		s.checkSums(id)
	})
}

// checkSums compares a profile's account with its ledger and what is left of
// its instances.
func (s *shop) checkSums(profileID string) {
	s.t.Helper()
	s.do(func(t *store.Tenant) error {
		rec, err := t.Profile(profileID)
		if err != nil {
			return err
		}
		sums, err := t.SumLedger(profileID)
		if err != nil {
			return err
		}
		a := rec.Account
		account := store.Balances{Point: a.PointBalance, PointPending: a.PointPending, Reward: a.RewardBalance, Benefit: a.BenefitBalance}
		if account != sums {
			s.t.Errorf("the account is %+v, its ledger %+v", account, sums)
		}
		for kind, want := range map[store.InstanceKind]scalar.Amount{
			store.Point: a.PointBalance + a.PointPending, store.Reward: a.RewardBalance, store.Benefit: a.BenefitBalance,
		} {
			live, err := t.LiveInstances(profileID, kind)
			if err != nil {
				return err
			}
			var left scalar.Amount
			for _, i := range live {
				left += i.ValueRemaining
			}
			if left != want {
				s.t.Errorf("%ss: %s in the account, %s in instances", kind, want, left)
			}
		}
		return nil
	})
}
