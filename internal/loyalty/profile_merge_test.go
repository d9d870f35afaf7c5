package loyalty_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// points gives a profile points of the definition bonus.
func (s *shop) points(profileID string, n int64) {
	s.t.Helper()
	s.do(func(t *store.Tenant) error {
		value := scalar.Amount(n) * scalar.One
		_, err := loyalty.IssuePoints(t, loyalty.PointInput{
			ProfileID: scalar.Text(profileID), PointDefinitionHandle: "bonus", ValueInitial: &value,
		})
		return err
	})
}

func (s *shop) tierPoints(profileID string, n int64) {
	s.t.Helper()
	s.do(func(t *store.Tenant) error {
		value := scalar.Amount(n) * scalar.One
		_, err := loyalty.AddTierPoints(t, loyalty.TierPointInput{ProfileID: scalar.Text(profileID), Value: &value})
		return err
	})
}

func TestTheWinnersValuesStayAndItsGapsAreFilled(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.define(`{"name":"VIP","handle":"vip"}`)
		s.define(`{"name":"Trial","handle":"trial","period":10,"period_type":"days"}`)
		winner := s.create(`{"first_name":"Ada","email":"ada@example.com","joined_at":"2025-06-01 00:00:00","joined_staff_id":7,
			"birth_day":15,"birth_month":3,"tags":["b","a"],"statuses":["trial"],
			"identities":[{"handle":"pos","identifier":"w"}],
			"attributes":{"comms":{"email_promo":true,"email_optout":false},"appearance":{"size_top":"12"},
				"dates":[{"handle":"wedding","date":"2020-01-01"}]},
			"custom_attributes":[{"namespace":"crm","handle":"score","type":"integer","value":1}]}`).ID
		loser := s.create(`{"first_name":"Adele","last_name":"Ng","email":"adele@example.com","external_id":"C-2","joined_at":"2024-01-02 00:00:00",
			"mobile_phone":"0412 345 678","mobile_phone_country":"AU","birth_day":15,"birth_month":3,"birth_year":1985,
			"tags":["c","a"],"statuses":["vip","trial"],
			"identities":[{"handle":"pos","identifier":"l"},{"handle":"shopify","identifier":"1"}],
			"addresses":[{"address_line_1":"1 King St","city":"Melbourne","country":"Australia"}],
			"attributes":{"comms":{"email_promo":false,"email_bounced":true,"sms_promo":true,"sms_optout":true,"email_reminders":false},
				"appearance":{"size_top":"14","size_shoe":"8"},
				"dates":[{"handle":"wedding","date":"2021-01-01"},{"handle":"puppy","date":"2022-01-01"}]},
			"custom_attributes":[{"namespace":"crm","handle":"score","type":"integer","value":2},
				{"namespace":"crm","handle":"rank","type":"integer","value":3}]}`).ID
		p := s.merge(strings.ToUpper(loser), winner)
		got := map[string]any{
			"first": p.FirstName, "last": p.LastName, "email": p.Email, "external": p.ExternalID, "joined": p.JoinedAt.String(),
			"staff": p.JoinedStaffID, "mobile": p.MobilePhoneE164, "year": p.BirthYear, "tags": p.Tags, "statuses": p.Statuses,
			"completed": p.IsCompleted, "appearance": p.Attributes.Appearance, "address": p.Address.AddressLine1,
		}
		want := map[string]any{
			"first": scalar.Text("Ada"), "last": scalar.Text("Ng"), "email": scalar.Text("ada@example.com"),
			"external": scalar.Text("C-2"), "joined": "2024-01-02 00:00:00", "staff": scalar.Int(7),
			"mobile": scalar.Text("+61412345678"), "year": scalar.Int(1985), "tags": []string{"b", "a", "c"},
			"statuses": []string{"trial", "vip"}, "completed": true,
			"appearance": event.Appearance{"size_top": "12", "size_shoe": "8"}, "address": scalar.Text("1 King St"),
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		c := p.Attributes.Comms
		if !*c.EmailPromo || bool(c.EmailBounced) || c.EmailReminders == nil || *c.EmailReminders || !bool(c.SMSOptout) || !*c.SMSPromo {
			t.Errorf("comms %s", asJSON(c))
		}
		if d := p.Attributes.Dates; len(d) != 2 || d[0].Date.String() != "2020-01-01" || d[1].Handle != "puppy" || d[1].ID != 2 {
			t.Errorf("dates %s", asJSON(d))
		}
		if a := p.CustomAttributes; len(a) != 2 || string(a[0].Value) != "1" || a[1].Handle != "rank" {
			t.Errorf("custom attributes %s", asJSON(a))
		}
		var identities []string
		for _, i := range p.Identities {
			identities = append(identities, fmt.Sprint(i.Handle, " ", i.Identifier, " ", i.IsPrimary, " ", i.MergedFrom == scalar.Text(loser)))
		}
		if diff := cmp.Diff([]string{"pos w true false", "pos l false true", "shopify 1 true true"}, identities); diff != "" {
			t.Error(diff)
		}
		s.do(func(t *store.Tenant) error {
			for _, by := range [][2]string{{"shopify", "1"}, {"pos", "l"}} {
				found, err := loyalty.SearchID(t, by[0], by[1])
				if err != nil || found.ID != winner {
					return fmt.Errorf("%v finds %s: %w", by, found.ID, err)
				}
			}
			return nil
		})
	})
}

func TestAMergeIsToldOnceWithBothProfiles(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.programmeForMerges()
		loser, winner := s.create(`{"first_name":"Adele","email":"adele@example.com"}`).ID, s.create(`{"first_name":"Ada"}`).ID
		s.points(loser, 30)
		s.points(winner, 12)
		s.sell(fmt.Sprintf(`{"profile_id":%q,"total":30,"transacted_at":"2026-03-01 10:00:00","timezone":"UTC"}`, loser))
		s.merge(loser, winner)
		if diff := cmp.Diff([]string{"profile.created", "points.awarded", "profile.merged"}, s.events(winner)); diff != "" {
			t.Error(diff)
		}
		c := contexts[event.MergedContext](s, winner, event.ProfileMerged)[0]
		if c.ID != winner || c.ProfileID != winner || c.MergedProfileID != loser || c.MergedProfile.FirstName != "Adele" {
			t.Errorf("context %s", asJSON(c))
		}
		// The context is the profile as the merge left it.
		if c.Email != "adele@example.com" || c.PointBalance != 42*scalar.One || c.Aggregations.SpendAll != 30*scalar.One {
			t.Errorf("context %s", asJSON(c))
		}
		if got := s.aggregations(winner); got.SpendAll != 30*scalar.One {
			t.Errorf("aggregations %s", asJSON(got))
		}
	})
}

func TestADebtIsRecoveredFromTheOthersPoints(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		define(s, loyalty.PointDefinitions, `{"name":"Bonus","handle":"bonus","kind":"action"}`)
		define(s, loyalty.PointDefinitions, `{"name":"Purchase","handle":"purchase","earn_rate":1}`)
		for _, indebtedWins := range []bool{false, true} {
			indebted, rich := s.create(`{"first_name":"Ada"}`).ID, s.create(`{"first_name":"Bea"}`).ID
			s.owe(indebted)
			s.points(rich, 100)
			loser, winner := indebted, rich
			if indebtedWins {
				loser, winner = rich, indebted
			}
			if p := s.merge(loser, winner); p.PointBalance != 70*scalar.One {
				t.Errorf("together they have %s", p.PointBalance)
			}
			s.checkBooks(winner)
			s.do(func(t *store.Tenant) error {
				live, err := t.LiveInstances(winner, store.Point)
				for _, i := range live {
					if i.ValueRemaining < 0 {
						s.t.Errorf("a debt of %s is left beside points", i.ValueRemaining)
					}
				}
				return err
			})
		}
	})
}

// owe leaves a profile with a debt of 30 points: it spends what a sale gave it,
// and the sale is void.
func (s *shop) owe(profileID string) {
	s.t.Helper()
	x := s.sell(fmt.Sprintf(`{"profile_id":%q,"total":30,"transacted_at":"2026-03-01 10:00:00","timezone":"UTC"}`, profileID))
	s.do(func(t *store.Tenant) error {
		amount := loyalty.ExactAmount{Amount: 3 * scalar.One / 10}
		_, err := loyalty.Redeem(t, profileID, loyalty.RedeemInput{Amount: &amount})
		return err
	})
	s.change(x.ID, `{"is_void":true}`)
	if got := s.read(profileID).PointBalance; got != -30*scalar.One {
		s.t.Fatalf("the debt is %s", got)
	}
}

// What a sale gave is taken back from the profile that it moved to.
func TestASaleIsTakenBackFromTheWinner(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.programmeForMerges()
		define(s, loyalty.PointDefinitions, `{"name":"Purchase","handle":"purchase","earn_rate":1}`)
		loser, winner := s.create(`{"first_name":"Ada"}`).ID, s.create(`{"first_name":"Bea"}`).ID
		x := s.sell(fmt.Sprintf(`{"profile_id":%q,"total":30,"transacted_at":"2026-03-01 10:00:00","timezone":"UTC"}`, loser))
		s.merge(loser, winner)
		if got := s.yearOfTierPoints(winner); got != 30*scalar.One {
			t.Errorf("tier points %s", got)
		}
		s.change(x.ID, `{"is_void":true}`)
		if got := s.read(winner); got.PointBalance != 0 || s.yearOfTierPoints(winner) != 0 {
			t.Errorf("after the sale was void: %s points and %s tier points", got.PointBalance, s.yearOfTierPoints(winner))
		}
		s.checkBooks(winner)
	})
}

func TestTheHigherTierIsKeptAndBothTotalsLeadOn(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.programmeForMerges()
		assign := func(id, tier string) {
			s.do(func(t *store.Tenant) error {
				_, err := loyalty.AssignTier(t, id, loyalty.TierAssignment{Tier: scalar.Text(tier)})
				return err
			})
		}
		loser, winner := s.create(`{"first_name":"Ada"}`).ID, s.create(`{"first_name":"Bea"}`).ID
		assign(loser, "silver")
		if p := s.merge(loser, winner); p.TierHandle != "silver" || !p.Tier.AssignedAt.Equal(noon) {
			t.Errorf("tier %s", asJSON(p.Tier))
		}
		// 600 and 500 are gold together.
		third := s.create(`{"first_name":"Cid"}`).ID
		s.tierPoints(winner, 600)
		s.tierPoints(third, 500)
		if p := s.merge(third, winner); p.TierHandle != "gold" {
			t.Errorf("tier %s", asJSON(p.Tier))
		}
		want := []string{"profile.created", "profile.merged", "tier.achieved", "profile.merged", "tier.achieved"}
		if diff := cmp.Diff(want, s.events(winner)); diff != "" {
			t.Error(diff)
		}
		fourth := s.create(`{"first_name":"Dot"}`).ID
		assign(fourth, "silver")
		if p := s.merge(fourth, winner); p.TierHandle != "gold" {
			t.Errorf("a lower tier took the place of gold: %s", asJSON(p.Tier))
		}
	})
}

func TestCountsOfBothUnlockWhatNeitherHad(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.visits("")
		loser, winner := s.create(`{"first_name":"Ada"}`).ID, s.create(`{"first_name":"Bea"}`).ID
		s.count(loser, `{"definition":"visits","count":6}`)
		s.count(winner, `{"definition":"visits","count":6}`)
		p := s.merge(loser, winner)
		// Both had the first level, so it is not given again; 12 is the second.
		if p.RewardBalance != 10*scalar.One || p.PointBalance != 50*scalar.One {
			t.Errorf("balances %s", asJSON(p.ProfileBalances))
		}
		want := []string{"profile.created", "achievement.progressed", "achievement.unlocked", "profile.merged",
			"achievement.unlocked", "reward.issued", "points.awarded"}
		if diff := cmp.Diff(want, s.events(winner)); diff != "" {
			t.Error(diff)
		}
		third := s.create(`{"first_name":"Cid"}`).ID
		if p := s.merge(winner, third); p.RewardBalance != 10*scalar.One {
			t.Errorf("a profile without counts unlocked again: %s", asJSON(p.ProfileBalances))
		}
		s.checkBooks(third)
	})
}

func TestAMergeIsRefused(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		ada := s.create(`{"first_name":"Ada"}`).ID
		const nobody = "0194f3a2-7c1e-7b44-9d0a-3f5e8a6b1c20"
		for name, c := range map[string]struct{ from, to, field string }{
			"into itself":          {ada, strings.ToUpper(ada), "source_profile_id"},
			"without a source":     {"", ada, "source_profile_id"},
			"without a winner":     {ada, "", "destination_profile_id"},
			"of an unknown source": {nobody, ada, "source_profile_id"},
			"into nobody":          {ada, nobody, "destination_profile_id"},
		} {
			t.Run(name, func(t *testing.T) {
				err := s.try(func(t *store.Tenant) error {
					_, err := merge(t, c.from, c.to)
					return err
				})
				if faults(t, err)[c.field] == nil {
					t.Errorf("faults %v, want one of %s", faults(t, err), c.field)
				}
			})
		}
		err := s.try(func(t *store.Tenant) error {
			_, err := loyalty.MergeInto(t, nobody, scalar.Text(ada))
			return err
		})
		var missing *loyalty.NotFoundError
		if !errors.As(err, &missing) {
			t.Errorf("into a path that leads nowhere: %v", err)
		}
	})
}

// Of merges in opposite directions one wins: whoever remains has everything.
func TestMergesInOppositeDirectionsLeaveOneProfile(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.programmeForMerges()
		for round := range 5 {
			ids := [2]string{s.create(`{"first_name":"Ada"}`).ID, s.create(`{"first_name":"Bea"}`).ID}
			for i, id := range ids {
				s.points(id, int64(10+i))
				s.sell(fmt.Sprintf(`{"profile_id":%q,"total":30,"transacted_at":"2026-03-01 10:00:00","timezone":"UTC"}`, id))
			}
			var won [2]bool
			var wg sync.WaitGroup
			for i := range ids {
				wg.Go(func() {
					won[i] = s.try(func(t *store.Tenant) error {
						_, err := merge(t, ids[1-i], ids[i])
						return err
					}) == nil
				})
				wg.Go(func() { // a sale finds one of them or neither
					err := s.trySell(fmt.Sprintf(`{"profile_id":%q,"total":5,"transacted_at":"2026-03-02 10:00:00","timezone":"UTC"}`, ids[i]))
					var invalid *loyalty.InvalidError
					if err != nil && !errors.As(err, &invalid) {
						t.Errorf("sale: %v", err)
					}
				})
			}
			wg.Wait()
			if won[0] == won[1] {
				t.Fatalf("round %d: merges succeeded: %v", round, won)
			}
			winner, loser := ids[0], ids[1]
			if won[1] {
				winner, loser = loser, winner
			}
			if got := s.read(winner).PointBalance; got != 21*scalar.One {
				t.Errorf("round %d: the winner has %s points", round, got)
			}
			s.checkGone(loser)
			s.checkBooks(winner)
			s.do(func(t *store.Tenant) error {
				stored, err := loyalty.ReadAggregations(t, winner)
				if err != nil {
					return err
				}
				anew, err := loyalty.CalculateAggregations(t, winner)
				if diff := cmp.Diff(asJSON(anew), asJSON(stored)); diff != "" {
					s.t.Errorf("round %d: aggregations %s", round, diff)
				}
				return err
			})
		}
	})
}
