package loyalty_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

func TestAChangedRewardIsAnAdjustmentInTheLedger(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.thanks(`,"notify_remind_offset_days":7`)
		id := s.create(ada).ID
		r := s.reward(id, "")
		for _, step := range []struct {
			body      string
			left      scalar.Amount
			expired   bool
			expiresAt string
			remindAt  string
		}{
			{`{}`, money(10), false, r.ExpiresAt.String(), r.NotifyExpiryAt.String()},
			{`{"value_remaining":4}`, money(4), false, r.ExpiresAt.String(), r.NotifyExpiryAt.String()},
			{`{"value_initial":20,"value_remaining":15,"expires_at":"2026-05-01"}`, money(15), false, "2026-05-01 00:00:00", "2026-04-24 00:00:00"},
			{`{"expires_at":null}`, money(15), false, "", ""},
			{`{"expires_at":"2026-03-01"}`, 0, true, "2026-03-01 00:00:00", ""},
			{`{"value_remaining":3}`, 0, true, "2026-03-01 00:00:00", ""},
			{`{"value_remaining":3,"expires_at":"2026-05-01"}`, money(3), false, "2026-05-01 00:00:00", "2026-04-24 00:00:00"},
			{`{"value_remaining":0}`, 0, false, "2026-05-01 00:00:00", "2026-04-24 00:00:00"},
		} {
			got, err := s.putReward(r.ID, step.body)
			if err != nil {
				t.Fatalf("%s: %v", step.body, err)
			}
			if got.ValueRemaining != step.left || got.IsExpired != step.expired || got.ExpiresAt.String() != step.expiresAt || got.NotifyExpiryAt.String() != step.remindAt {
				t.Errorf("%s: got %s", step.body, asJSON(got))
			}
			if b := s.balances(id).RewardBalance; b != step.left {
				t.Errorf("%s: balance %s, want %s", step.body, b, step.left)
			}
		}
		want := []string{
			"reward issue 10", "reward adjust -6", "reward adjust 11", "reward expire -15", "reward adjust 3",
			"reward expire -3", "reward adjust 3", "reward adjust -3",
		}
		if diff := cmp.Diff(want, s.entries(id)); diff != "" {
			t.Error(diff)
		}
		if got := s.events(id); !cmp.Equal(got, []string{"profile.created", "reward.issued", "reward.expired", "reward.expired"}) {
			t.Errorf("events %v", got)
		}
	})
}

func TestChangesThatARewardCannotHave(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.thanks("")
		r := s.reward(s.create(ada).ID, "")
		for body, want := range map[string]string{
			`{"value_remaining":-1}`:   "value_remaining: The value remaining must be at least 0.",
			`{"value_remaining":10.5}`: "value_remaining: The value remaining may not be greater than the value initial.",
			`{"value_initial":101}`:    "value_initial: The value initial may not be greater than 100.",
			`{"value_initial":0}`:      "value_initial: The value initial must be greater than 0 and not greater than 1000000000.",
		} {
			if _, err := s.putReward(r.ID, body); err == nil || err.Error() != want {
				t.Errorf("%s: %v, want %s", body, err, want)
			}
		}
		var none *loyalty.NotFoundError
		if _, err := s.putReward(r.ID+1, `{}`); !errors.As(err, &none) {
			t.Errorf("of no reward: %v", err)
		}
	})
}

func TestADeletedRewardGivesBackWhatIsLeft(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.thanks("")
		id := s.create(ada).ID
		r := s.reward(id, "")
		s.redeem(id, `{"amount":4}`)
		for range 2 { // the second finds nothing left
			s.do(func(t *store.Tenant) error { return loyalty.DeleteReward(t, r.ID) })
		}
		if diff := cmp.Diff([]string{"reward issue 10", "reward consume -4", "reward reverse -6"}, s.entries(id)); diff != "" {
			t.Error(diff)
		}
		if got := s.readReward(r.ID); got.IsActive || got.IsExpired || got.ValueRemaining != 0 {
			t.Errorf("got %s", asJSON(got))
		}
	})
}

func (s *shop) extend(body string) (rewards []event.Reward, err error) {
	s.t.Helper()
	var in loyalty.Extension
	if err := json.Unmarshal([]byte(body), &in); err != nil {
		s.t.Fatal(err)
	}
	err = s.try(func(t *store.Tenant) (err error) {
		rewards, err = loyalty.ExtendRewards(t, in)
		return err
	})
	return rewards, err
}

func TestRewardsAreExtendedTogether(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		target := s.target()
		s.thanks(fmt.Sprintf(`,"is_extendable":true,"extend_days":14,"extend_target_id":%d`, target))
		id := s.create(ada).ID
		one, other := s.reward(id, ""), s.reward(id, `,"expires_at":"2026-06-01 00:00:00"`)
		for _, tt := range []struct{ more, first, second string }{
			{"", "2026-04-27 13:00:00", "2026-06-15 00:00:00"},
			{`,"extend_days":7`, "2026-05-04 13:00:00", "2026-06-22 00:00:00"},
			{`,"extend_date":"2026-12-24"`, "2026-12-24 00:00:00", "2026-12-24 00:00:00"},
		} {
			got, err := s.extend(fmt.Sprintf(`{"profile_id":%q,"ids":[%d,%d]%s}`, id, one.ID, other.ID, tt.more))
			if err != nil {
				t.Fatal(err)
			}
			if got[0].ExpiresAt.String() != tt.first || got[1].ExpiresAt.String() != tt.second ||
				got[0].ExtendedAt != scalar.At(noon) || !got[0].HasNotifiedExtend {
				t.Errorf("%s: got %s", tt.more, asJSON(got))
			}
		}
		if told := contexts[event.RewardContext](s, id, event.RewardExtended); len(told) != 6 {
			t.Errorf("told %d times", len(told))
		}
		if got := s.targetsOf(id, event.RewardExtended); !cmp.Equal(got, []int64{target, target, target, target, target, target}) {
			t.Errorf("sent to %v", got)
		}
	})
}

// target stores a target.
func (s *shop) target() (id int64) {
	s.t.Helper()
	s.do(func(t *store.Tenant) error {
		e := store.Target{Handle: "crm", Endpoint: store.Endpoint{Name: "CRM", URL: "https://crm.example.com", Secret: []byte{1}}}
		err := t.InsertTarget(&e)
		id = e.ID
		return err
	})
	return id
}

// targetsOf returns the targets that a profile's events of a type are sent to.
func (s *shop) targetsOf(profileID string, typ event.Type) (ids []int64) {
	s.t.Helper()
	s.do(func(t *store.Tenant) error {
		p, err := t.Events(store.List{Size: 500, Filters: []store.Filter{{Field: "profile_id", Value: profileID}, {Field: "type", Value: string(typ)}}})
		for _, e := range p.Items {
			ids = append(ids, e.TargetID)
		}
		return err
	})
	return ids
}

func TestOneRewardThatCannotBeExtendedKeepsTheOthersFromIt(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.thanks(`,"is_extendable":true`)
		define(s, loyalty.RewardDefinitions, `{"name":"Fixed","handle":"fixed","value":10,"period":1,"period_type":"days"}`)
		id, stranger := s.create(ada).ID, s.create(`{"first_name":"Bob"}`).ID
		good, forever := s.reward(id, ""), s.reward(id, "")
		if _, err := s.putReward(forever.ID, `{"expires_at":null}`); err != nil {
			t.Fatal(err)
		}
		fixed, spent, theirs := s.reward(id, `,"reward_definition_handle":"fixed"`), s.reward(id, ""), s.reward(stranger, "")
		s.do(func(t *store.Tenant) error { return loyalty.DeleteReward(t, spent.ID) })
		_, err := s.extend(fmt.Sprintf(`{"profile_id":%q,"extend_days":7,"ids":[%d,%d,%d,%d,%d,%d]}`,
			id, good.ID, fixed.ID, spent.ID, theirs.ID, forever.ID, good.ID))
		want := map[string][]string{
			"ids.1": {fmt.Sprintf("The reward %d cannot be extended.", fixed.ID)},
			"ids.2": {fmt.Sprintf("The reward %d has nothing left.", spent.ID)},
			"ids.3": {fmt.Sprintf("The reward %d does not exist or is not the profile's.", theirs.ID)},
			"ids.4": {fmt.Sprintf("The reward %d does not expire.", forever.ID)},
			"ids.5": {fmt.Sprintf("The reward %d is named twice.", good.ID)},
		}
		if diff := cmp.Diff(want, faults(t, err)); diff != "" {
			t.Error(diff)
		}
		for more, want := range map[string]string{
			"":                            fmt.Sprintf("ids.0: The reward %d needs extend_days or extend_date.", good.ID),
			`,"extend_date":"2026-03-15"`: fmt.Sprintf("ids.0: The reward %d expires later than that already.", good.ID),
			`,"extend_days":-1`:           "extend_days: The extend days must be between 1 and 3650.",
			`,"extend_days":1,"extend_date":"2026-12-24"`:   "extend_date: The extend date cannot be given together with extend days.",
			`,"extend_days":1,"ids":[]`:                     "ids: The ids field is required.",
			`,"extend_days":1,"profile_id":"nobody at all"`: "profile_id: The selected profile id is invalid.",
		} {
			if _, err := s.extend(fmt.Sprintf(`{"profile_id":%q,"ids":[%d]%s}`, id, good.ID, more)); err == nil || err.Error() != want {
				t.Errorf("%s: %v, want %s", more, err, want)
			}
		}
		if got := s.readReward(good.ID); asJSON(got) != asJSON(good) {
			t.Errorf("it changed: %s", asJSON(got))
		}
	})
}

func TestATargetIsToldOfARewardByHandAndAtItsIssue(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		target := s.target()
		s.thanks(fmt.Sprintf(`,"issue_target_id":%d`, target))
		id := s.create(ada).ID
		r := s.reward(id, "")
		if !r.HasNotifiedIssue || !cmp.Equal(s.targetsOf(id, event.RewardIssued), []int64{target}) {
			t.Errorf("issued to %v: %s", s.targetsOf(id, event.RewardIssued), asJSON(r))
		}
		s.do(func(t *store.Tenant) error {
			_, err := loyalty.NotifyReward(t, r.ID, target)
			return err
		})
		if got := s.targetsOf(id, event.RewardNotified); !cmp.Equal(got, []int64{target}) {
			t.Errorf("notified %v", got)
		}
		var none *loyalty.NotFoundError
		for _, ids := range [][2]int64{{r.ID + 1, target}, {r.ID, target + 1}} {
			err := s.try(func(t *store.Tenant) error {
				_, err := loyalty.NotifyReward(t, ids[0], ids[1])
				return err
			})
			if !errors.As(err, &none) {
				t.Errorf("%v: %v", ids, err)
			}
		}
	})
}
