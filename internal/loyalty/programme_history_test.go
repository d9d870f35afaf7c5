package loyalty_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// The number of operations of one history, and how often the books are checked.
const (
	operations = 1000
	checkEvery = 50
)

// TestAnyHistoryOfAProgrammeBalances lives through 1,000 random operations of a
// shop: sales, returns, voids, moves, points, rewards, benefits, achievements,
// redemptions, merges, deletions, and the passing of time. Whatever is stored
// must follow from the raw rows.
func TestAnyHistoryOfAProgrammeBalances(t *testing.T) {
	now := noon
	storetest.Each(t, store.Options{Now: func() time.Time { return now }}, func(t *testing.T, db *store.DB) {
		fewer(t, histories())
		tenants := 0
		rapid.Check(t, func(rt *rapid.T) {
			now = noon
			tenants++
			h := &programmeHistory{t: t, rt: rt, shop: newShop(t, db, fmt.Sprintf("programme-%d", tenants)), now: &now}
			h.define()
			n := operations
			if db.Dialect() == "postgres" {
				n /= 4 // each statement is a round trip
			}
			for n := range n {
				h.step()
				if n%checkEvery == checkEvery-1 {
					h.checkBooks()
				}
			}
			h.pass(400 * 24 * time.Hour)
			h.checkBooks()
		})
	})
}

// histories is how many are tried: one, unless -rapid.checks asks for another
// number.
func histories() string {
	if f := flag.Lookup("rapid.checks"); f.Value.String() != f.DefValue {
		return f.Value.String()
	}
	return "1"
}

// programmeHistory is a shop in which things happen at random.
type programmeHistory struct {
	t    *testing.T
	rt   *rapid.T
	shop *shop
	now  *time.Time
	n    int

	profiles, gone          []string
	sales, points, rewards  []int64
	benefits, redemptions   []int64
	pointKinds, rewardKinds []int64
	benefitKinds            []int64
}

func (h *programmeHistory) define() {
	h.shop.open(`{"name": "City", "external_id": "M10"}`)
	one := scalar.One
	quarter := scalar.One / 4
	maintain := 300 * scalar.One
	h.shop.do(func(t *store.Tenant) error {
		for _, d := range []event.PointDefinition{
			{Definition: published("purchase"), EarnRate: &one, AccrueDelay: 14, IssuePeriod: event.IssuePeriod{Count: 6, Unit: "months"}},
			{Definition: published("extra"), EarnRate: &quarter},
			{Definition: published("gift"), Kind: "action", IssuePeriod: event.IssuePeriod{Count: 40, Unit: "days"}},
		} {
			made, err := loyalty.PointDefinitions.Create(t, d)
			if err != nil {
				return err
			}
			h.pointKinds = append(h.pointKinds, made.ID)
		}
		if _, err := loyalty.Rates.Create(t, event.Rate{
			Definition: published("double-shirts"), Rate: 2 * scalar.One,
			ProductConditions: json.RawMessage(`{"==": [{"var": "sku"}, "A-1"]}`),
		}); err != nil {
			return err
		}
		for i, name := range []string{"bronze", "silver", "gold"} {
			_, err := loyalty.TierDefinitions.Create(t, event.TierDefinition{
				Definition: published(name), IsFloor: i == 0, ValueMin: scalar.Amount(i) * 400 * scalar.One,
				ValueMaintain: map[bool]*scalar.Amount{true: &maintain}[i > 0], IsAssignable: true, DisableCredit: i == 2,
			})
			if err != nil {
				return err
			}
		}
		return h.defineIncentives(t)
	})
}

func (h *programmeHistory) defineIncentives(t *store.Tenant) error {
	reward, err := loyalty.RewardDefinitions.Create(t, event.RewardDefinition{
		Definition: published("ten"), Value: 10 * scalar.One, Period: event.Period{Count: 30, Unit: "days"}, IsExtendable: true,
	})
	if err != nil {
		return err
	}
	forever, err := loyalty.RewardDefinitions.Create(t, event.RewardDefinition{Definition: published("five"), Value: 5 * scalar.One})
	if err != nil {
		return err
	}
	benefit, err := loyalty.BenefitDefinitions.Create(t, event.BenefitDefinition{
		Definition: published("alteration"), MaxRedemptions: 3, Period: event.Period{Count: 2, Unit: "months"},
		MaxGlobalRedemptions: 60, IsClaimable: true, IsReclaimable: true,
	})
	if err != nil {
		return err
	}
	h.rewardKinds = []int64{reward.ID, forever.ID}
	h.benefitKinds = []int64{benefit.ID}
	_, err = loyalty.AchievementDefinitions.Create(t, event.AchievementDefinition{
		Definition: published("visits"), Levels: []event.AchievementLevel{
			{Trigger: 2 * scalar.One, Meta: event.LevelMeta{Unlocks: []event.Unlock{{ID: reward.ID, Type: "reward_definition"}}}},
			{Trigger: 5 * scalar.One, Meta: event.LevelMeta{Unlocks: []event.Unlock{{ID: benefit.ID, Type: "benefit_definition"}}}},
		},
	})
	return err
}

func published(handle string) event.Definition {
	return event.Definition{Name: scalar.Text(handle), Handle: scalar.Text(handle), IsPublished: true}
}

// step lets one thing happen.
func (h *programmeHistory) step() {
	h.n++
	steps := []func(){
		h.join, h.sell, h.sell, h.sell, h.sell, h.giveBack, h.giveBack, h.void, h.move, h.changeTotal, h.deleteSale,
		h.award, h.award, h.takeBackPoints, h.reward, h.benefit, h.redeem, h.redeem, h.redeem, h.returnRedemption,
		h.reverseRedemption, h.useBenefit, h.achieve, h.assignTier, h.merge, h.deleteProfile, h.awardAgain,
		func() { h.pass(time.Duration(h.draw(240)) * time.Minute) },
		func() { h.pass(time.Duration(h.draw(60)) * 24 * time.Hour) },
	}
	if len(h.profiles) < 2 {
		h.join()
	}
	steps[h.draw(len(steps))]()
}

func (h *programmeHistory) draw(n int) int { return rapid.IntRange(0, n-1).Draw(h.rt, "n") }

// one draws one of the ids, 0 when there are none.
func one[T any](h *programmeHistory, of []T) (v T) {
	if len(of) == 0 {
		return v
	}
	return of[h.draw(len(of))]
}

// attempt runs one operation: it may be refused, and must not fail.
func (h *programmeHistory) attempt(fn func(t *store.Tenant) error) bool {
	h.t.Helper()
	err := h.shop.try(fn)
	var invalid *problem.Invalid
	var missing *problem.NotFound
	var conflict *problem.Conflict
	if err != nil && !errors.As(err, &invalid) && !errors.As(err, &missing) && !errors.As(err, &conflict) {
		h.t.Fatalf("operation %d: %v", h.n, err)
	}
	return err == nil
}

// pass lets time go by, and the schedule do what falls due.
func (h *programmeHistory) pass(d time.Duration) {
	*h.now = h.now.Add(d)
	s := loyalty.Schedule{DB: h.shop.db, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}
	for {
		n, err := s.Step(h.t.Context())
		if err != nil {
			h.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}
