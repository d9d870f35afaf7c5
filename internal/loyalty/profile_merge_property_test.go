package loyalty_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// Whatever two profiles have, after a merge one has the sum of it.
func TestBalancesAddUp(t *testing.T) {
	s := newShop(t, storetest.SQLite(t, store.Options{}), "shop")
	s.programmeForMerges()
	rapid.Check(t, func(r *rapid.T) {
		ids := [2]string{s.create(`{"first_name":"Ada"}`).ID, s.create(`{"first_name":"Bea"}`).ID}
		for range rapid.IntRange(0, 12).Draw(r, "deeds") {
			s.deed(r, ids[rapid.IntRange(0, 1).Draw(r, "who")])
		}
		var sum store.Balances
		var total scalar.Amount
		for _, id := range ids {
			p := s.read(id)
			sum.Point += p.PointBalance
			sum.Reward += p.RewardBalance
			sum.Benefit += scalar.Amount(p.BenefitBalance)
			total += s.yearOfTierPoints(id)
		}
		p := s.merge(ids[0], ids[1])
		got := store.Balances{Point: p.PointBalance, Reward: p.RewardBalance, Benefit: scalar.Amount(p.BenefitBalance)}
		if got != sum {
			r.Fatalf("balances %+v, want %+v", got, sum)
		}
		if now := s.yearOfTierPoints(ids[1]); now != total {
			r.Fatalf("tier points %s, want %s", now, total)
		}
		s.checkBooks(ids[1])
	})
}

// yearOfTierPoints is what counts towards a tier.
func (s *shop) yearOfTierPoints(id string) (total scalar.Amount) {
	s.t.Helper()
	s.do(func(t *store.Tenant) error {
		tier, err := loyalty.ReadProfileTier(t, id)
		total = tier.TotalPoints12m
		return err
	})
	return total
}

// deed is something that happens to a profile. What is refused does not.
func (s *shop) deed(r *rapid.T, id string) {
	n := rapid.Int64Range(1, 40).Draw(r, "value")
	value := scalar.Amount(n) * scalar.One
	err := s.try(func(t *store.Tenant) (err error) {
		switch rapid.IntRange(0, 6).Draw(r, "deed") {
		case 0:
			_, err = loyalty.IssuePoints(t, loyalty.PointInput{
				ProfileID: scalar.Text(id), PointDefinitionHandle: "bonus", ValueInitial: &value,
			})
		case 1:
			_, err = loyalty.IssueReward(t, loyalty.RewardInput{
				ProfileID: scalar.Text(id), RewardDefinitionHandle: "thanks", ValueInitial: &value,
			})
		case 2:
			_, err = loyalty.IssueBenefit(t, loyalty.BenefitInput{ProfileID: scalar.Text(id), BenefitDefinitionHandle: "coffee"})
		case 3:
			_, err = loyalty.Redeem(t, id, loyalty.RedeemInput{
				Amount: &loyalty.ExactAmount{Amount: value}, Strategies: []string{"points", "rewards"},
			})
		case 4:
			_, err = loyalty.AddTierPoints(t, loyalty.TierPointInput{ProfileID: scalar.Text(id), Value: &value})
		case 5:
			_, err = loyalty.ProgressAchievement(t, id, loyalty.AchievementInput{Definition: "visits", Count: &value})
		case 6:
			_, err = loyalty.IssuePoints(t, loyalty.PointInput{
				ProfileID: scalar.Text(id), PointDefinitionHandle: "bonus", ValueInitial: &value,
				AccruedAt: scalar.At(t.Now().AddDate(0, 0, 3)),
			})
		}
		return err
	})
	var invalid *loyalty.InvalidError
	if err != nil && !errors.As(err, &invalid) {
		r.Fatalf("deed: %v", err)
	}
}
