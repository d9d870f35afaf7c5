package loyalty_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// thanks defines a reward of 10 that is held for 30 days; more are further
// fields.
func (s *shop) thanks(more string) event.RewardDefinition {
	s.t.Helper()
	return define(s, loyalty.RewardDefinitions, `{"name":"Thanks","handle":"thanks","value":10,"max_value":100,
		"period":30,"period_type":"days"`+more+`}`)
}

func (s *shop) tryReward(profileID, more string) (r event.Reward, err error) {
	s.t.Helper()
	var in loyalty.RewardInput
	body := fmt.Sprintf(`{"profile_id":%q,"reward_definition_handle":"thanks","timezone":"Australia/Melbourne"%s}`, profileID, more)
	if err := json.Unmarshal([]byte(body), &in); err != nil {
		s.t.Fatal(err)
	}
	err = s.try(func(t *store.Tenant) (err error) {
		r, err = loyalty.IssueReward(t, in)
		return err
	})
	return r, err
}

func (s *shop) reward(profileID, more string) event.Reward {
	s.t.Helper()
	r, err := s.tryReward(profileID, more)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

func (s *shop) readReward(id int64) (r event.Reward) {
	s.t.Helper()
	s.do(func(t *store.Tenant) (err error) {
		r, err = loyalty.ReadReward(t, id)
		return err
	})
	return r
}

func (s *shop) putReward(id int64, body string) (r event.Reward, err error) {
	err = s.try(func(t *store.Tenant) (err error) {
		r, err = loyalty.UpdateReward(t, id, func(in *loyalty.RewardChange) error { return json.Unmarshal([]byte(body), in) })
		return err
	})
	return r, err
}

// money is an amount in whole units.
func money(n int64) scalar.Amount { return scalar.Amount(n) * scalar.One }

func (s *shop) balances(profileID string) (b event.Balances) {
	s.t.Helper()
	s.do(func(t *store.Tenant) (err error) {
		b, err = loyalty.ReadBalances(t, profileID)
		return err
	})
	return b
}

// entries returns a profile's ledger, as "kind entry value".
func (s *shop) entries(profileID string) (out []string) {
	s.t.Helper()
	s.do(func(t *store.Tenant) error {
		p, err := t.Ledger(profileID, store.List{Size: 500})
		for _, r := range p.Items {
			out = append(out, fmt.Sprintf("%s %s %s", r.Kind, r.Entry, r.Value))
		}
		return err
	})
	return out
}

func TestARewardIsIssuedAsItsDefinitionSays(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		d, id := s.thanks(""), s.create(ada).ID
		r := s.reward(id, "")
		want := event.Reward{
			ID: r.ID, ProfileID: id, Definition: d, ValueInitial: money(10), ValueRemaining: money(10),
			IssuedAt: scalar.At(noon), IssuedLocalAt: scalar.At(noon.Add(11 * time.Hour)), // daylight saving
			// 30 days later the clocks have been put back: noon is an hour later in UTC.
			ExpiresAt:      scalar.At(noon.AddDate(0, 0, 30).Add(time.Hour)),
			ExpiresLocalAt: scalar.At(noon.AddDate(0, 0, 30).Add(11 * time.Hour)),
			Timezone:       "Australia/Melbourne", IsActive: true, SourceType: "api", Meta: json.RawMessage("{}"),
			CreatedAt: scalar.At(noon), UpdatedAt: scalar.At(noon),
		}
		if diff := cmp.Diff(asJSON(want), asJSON(r)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(asJSON(r), asJSON(s.readReward(r.ID))); diff != "" {
			t.Errorf("read again it is another: %s", diff)
		}
		told := contexts[event.RewardContext](s, id, event.RewardIssued)
		if len(told) != 1 || asJSON(told[0].Reward) != asJSON(r) || told[0].Profile.RewardBalance != money(10) || told[0].Redemption != nil {
			t.Errorf("told %s", asJSON(told))
		}
		if got := s.balances(id); got.RewardBalance != money(10) || got.RewardExpiry.NextExpiryAt != r.ExpiresAt || got.RewardExpiry.NextExpiryValue != money(10) {
			t.Errorf("balances %+v", got)
		}
	})
}

func TestRewardsThatCannotBeIssued(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.thanks("")
		define(s, loyalty.RewardDefinitions, `{"name":"Draft","handle":"draft","value":10,"is_published":false}`)
		define(s, loyalty.RewardDefinitions, `{"name":"Past","handle":"past","value":10,"period_type":"absolute_date","absolute_expiry":"2026-01-01"}`)
		id := s.create(ada).ID
		s.reward(id, `,"external_id":"E1"`)
		for more, want := range map[string]string{
			`,"reward_definition_handle":"draft"`:          "reward_definition_handle: The reward definition draft is not published.",
			`,"reward_definition_handle":"none"`:           "reward_definition_handle: The selected reward definition handle is invalid.",
			`,"reward_definition_handle":""`:               "reward_definition_id: The reward definition id field is required when reward definition handle is not present.",
			`,"reward_definition_id":99`:                   "reward_definition_id: The selected reward definition id is invalid.",
			`,"reward_definition_handle":"past"`:           "expires_at: The expires at must be in the future.",
			`,"profile_id":"nobody"`:                       "profile_id: The selected profile id is invalid.",
			`,"profile_id":""`:                             "profile_id: The profile id field is required.",
			`,"profile_id":"9","profile_id_handle":"card"`: "profile_id: The selected profile id is invalid.",
			`,"timezone":"Mars/Olympus"`:                   "timezone: The timezone must be a valid zone.",
			`,"value_initial":0`:                           "value_initial: The value initial must be greater than 0 and not greater than 1000000000.; value_remaining: The value remaining must be greater than 0.",
			`,"value_initial":100.01`:                      "value_initial: The value initial may not be greater than 100.",
			`,"value_remaining":10.01`:                     "value_remaining: The value remaining may not be greater than the value initial.",
			`,"value_remaining":-1`:                        "value_remaining: The value remaining must be greater than 0.",
			`,"expires_at":"2026-03-14 12:00:00"`:          "expires_at: The expires at must be in the future.",
			`,"issued_at":"2026-03-15 12:00:01"`:           "issued_at: The issued at may be at most a day in the future.",
			`,"external_id":"E1"`:                          "external_id: The external id has already been taken.",
			`,"meta":7`:                                    "meta: The meta must be an object or an array.",
		} {
			_, err := s.tryReward(id, more)
			var invalid *loyalty.InvalidError
			if !errors.As(err, &invalid) || err.Error() != want {
				t.Errorf("%s: %v, want %s", more, err, want)
			}
		}
		if got := s.entries(id); !cmp.Equal(got, []string{"reward issue 10"}) {
			t.Errorf("ledger %v", got)
		}
	})
}

func TestARewardIsIssuedToWhomAnIdentityNames(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.thanks("")
		id := s.create(ada).ID
		for _, key := range []string{`"profile_id":"6001","profile_id_handle":"shopify"`, `"profile_id":"ADA@example.com","profile_id_handle":"email"`} {
			if r := s.reward(id, ","+key); r.ProfileID != id {
				t.Errorf("%s: %s", key, asJSON(r))
			}
		}
	})
}

func TestNoticesOfARewardAreGivenInItsZone(t *testing.T) {
	// Noon of 14 March is 23:00 in Melbourne, which is 11 hours ahead.
	for _, tt := range []struct {
		name, definition, more string
		issue, expiry          string
	}{
		{"none when nothing asks for them", "", "", "", ""},
		{"after two days at the same time", `,"notify_issue_offset_days":2`, "", "2026-03-16 12:00:00", ""},
		{"at nine, which is the next morning", `,"notify_issue_offset_hour":9`, "", "2026-03-14 22:00:00", ""},
		{"at eleven in the evening, which is now", `,"notify_issue_offset_hour":23`, "", "2026-03-14 12:00:00", ""},
		{"a day later at nine, which is two mornings on", `,"notify_issue_offset_days":1,"notify_issue_offset_hour":9`, "", "2026-03-15 22:00:00", ""},
		{"a week before it expires", `,"notify_remind_offset_days":7`, `,"expires_at":"2026-04-01 02:00:00"`, "", "2026-03-25 02:00:00"},
		{"at nine a week before", `,"notify_remind_offset_days":7,"notify_remind_offset_hour":9`, `,"expires_at":"2026-04-01 02:00:00"`, "", "2026-03-24 22:00:00"},
		{"at nine of the day before when it expires at midnight", `,"notify_remind_offset_hour":9`, `,"expires_at":"2026-03-31 13:00:00"`, "", "2026-03-30 22:00:00"},
		{"never when that is before it was issued", `,"notify_remind_offset_days":7`, `,"expires_at":"2026-03-20 02:00:00"`, "", ""},
		{"never when it does not expire", `,"period_type":null,"period":null,"notify_remind_offset_days":7`, "", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			eachShop(t, func(t *testing.T, s *shop) {
				s.thanks(tt.definition)
				r := s.reward(s.create(ada).ID, tt.more)
				if got := r.NotifyIssueAt.String(); got != tt.issue {
					t.Errorf("issue at %q, want %q", got, tt.issue)
				}
				if got := r.NotifyExpiryAt.String(); got != tt.expiry {
					t.Errorf("expiry at %q, want %q", got, tt.expiry)
				}
			})
		})
	}
}

func TestAMissedReminderShowsWhatThereWasAndNotZero(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.thanks(`,"notify_issue_offset_days":1,"notify_remind_offset_days":7`)
		id := s.create(ada).ID
		r := s.reward(id, "")
		// Nobody looks at the account until the reward has expired.
		if _, err := s.at(noon.AddDate(0, 0, 31)).putReward(r.ID, `{}`); err != nil {
			t.Fatal(err)
		}
		for _, typ := range []event.Type{event.RewardNotified, event.RewardExpiring} {
			told := contexts[event.RewardContext](s, id, typ)
			if len(told) != 1 || told[0].ValueRemaining != r.ValueRemaining || !told[0].IsActive || told[0].IsExpired {
				t.Errorf("%s told %s", typ, asJSON(told))
			}
		}
		if told := contexts[event.RewardContext](s, id, event.RewardExpired); len(told) != 1 || told[0].ValueRemaining != 0 || !told[0].IsExpired {
			t.Errorf("the expiry told %s", asJSON(told))
		}
	})
}

func TestARewardIsRemindedOfAndExpires(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.thanks(`,"notify_issue_offset_days":1,"notify_remind_offset_days":7`)
		id := s.create(ada).ID
		r := s.reward(id, "")
		for _, at := range []time.Time{noon.AddDate(0, 0, 1), noon.AddDate(0, 0, 29), noon.AddDate(0, 0, 31)} {
			if _, err := s.at(at).putReward(r.ID, `{}`); err != nil { // whoever opens an account settles it
				t.Fatal(err)
			}
		}
		want := []string{"profile.created", "reward.issued", "reward.notified", "reward.expiring", "reward.expired"}
		if got := s.events(id); !cmp.Equal(got, want) {
			t.Errorf("events %v", got)
		}
		if got := s.readReward(r.ID); got.IsActive || !got.IsExpired || got.ValueRemaining != 0 || !got.HasNotifiedIssue || !got.HasNotifiedExpiry {
			t.Errorf("got %s", asJSON(got))
		}
		if got := s.entries(id); !cmp.Equal(got, []string{"reward issue 10", "reward expire -10"}) {
			t.Errorf("ledger %v", got)
		}
	})
}
