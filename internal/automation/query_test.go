package automation

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// define makes a definition from JSON.
func define[T any](t *store.Tenant, k *loyalty.Definitions[T], text string) error {
	var d T
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		return err
	}
	_, err := k.Create(t, d)
	return err
}

// furnish gives Ada a reward until the evening of the 16th, Bob points until the
// 9th and a benefit until the 20th, and Cyd a tier; Dan has had a reward that is
// used up. Ada shopped 30 days ago, and Bob 10.
func (c *club) furnish() {
	c.Helper()
	for _, name := range []string{"Ada", "Bob", "Cyd", "Dan"} {
		c.join(name, `{}`)
	}
	at := func(day, hour int) scalar.Time { return scalar.At(time.Date(2026, 3, day, hour, 0, 0, 0, time.UTC)) }
	one := scalar.One
	c.must(func(t *store.Tenant) error {
		err := define(t, loyalty.RewardDefinitions, `{"name": "R", "handle": "r", "value": 10, "is_published": true, "is_assignable": true}`)
		if err == nil {
			err = define(t, loyalty.PointDefinitions, `{"name": "P", "handle": "p", "kind": "action", "is_published": true}`)
		}
		if err == nil {
			err = define(t, loyalty.BenefitDefinitions, `{"name": "B", "handle": "b", "is_published": true, "is_assignable": true}`)
		}
		if err == nil {
			err = define(t, loyalty.TierDefinitions, `{"name": "Gold", "handle": "gold", "value_min": 100, "is_assignable": true, "is_published": true}`)
		}
		if err == nil {
			_, err = loyalty.IssueReward(t, loyalty.RewardInput{ProfileID: scalar.Text(c.ids["Ada"]), RewardDefinitionHandle: "r", ExpiresAt: at(16, 9)})
		}
		if err == nil {
			_, err = loyalty.IssueReward(t, loyalty.RewardInput{ProfileID: scalar.Text(c.ids["Dan"]), RewardDefinitionHandle: "r", ExpiresAt: at(16, 9)})
		}
		if err == nil {
			amount := loyalty.ExactAmount{Amount: 10 * one}
			_, err = loyalty.Redeem(t, c.ids["Dan"], loyalty.RedeemInput{Amount: &amount})
		}
		if err == nil {
			_, err = loyalty.IssuePoints(t, loyalty.PointInput{ProfileID: scalar.Text(c.ids["Bob"]), PointDefinitionHandle: "p", ValueInitial: &one, ExpiresAt: at(9, 3)})
		}
		if err == nil {
			_, err = loyalty.IssueBenefit(t, loyalty.BenefitInput{ProfileID: scalar.Text(c.ids["Bob"]), BenefitDefinitionHandle: "b", ExpiresAt: at(20, 3)})
		}
		if err == nil {
			_, err = loyalty.AssignTier(t, c.ids["Cyd"], loyalty.TierAssignment{Tier: "gold"})
		}
		return err
	})
	for name, day := range map[string]string{"Ada": "2026-01-31", "Bob": "2026-02-20"} {
		c.must(func(t *store.Tenant) error {
			var in loyalty.TransactionInput
			err := json.Unmarshal(fmt.Appendf(nil, `{"profile_id": %q, "external_id": %q, "total": 5, "items": [],
				"transacted_at": "%s 03:00:00", "timezone": "Australia/Melbourne"}`, c.ids[name], name, day), &in)
			if err == nil {
				_, err = loyalty.CreateTransaction(t, in)
			}
			return err
		})
	}
}

// The present is 2 March 2026, noon in Melbourne.
func TestQueriesLookAtWhatProfilesHaveAndDid(t *testing.T) {
	eachClub(t, func(t *testing.T, c *club) {
		c.furnish()
		days := func(n int, exactly bool) []QueryArgument {
			return []QueryArgument{{"days", fmt.Appendf(nil, "%d", n)}, {"exactly", fmt.Appendf(nil, "%t", exactly)}}
		}
		handle := func(of string) []QueryArgument { return []QueryArgument{{"handle", fmt.Appendf(nil, "%q", of)}} }
		for _, q := range []struct {
			query     string
			arguments []QueryArgument
			want      string
		}{
			{"rewards_expiring", days(13, false), ""},
			{"rewards_expiring", days(14, false), "Ada"},
			{"rewards_expiring", days(15, false), "Ada"},
			{"rewards_expiring", days(14, true), "Ada"},
			{"rewards_expiring", days(15, true), ""},
			{"points_expiring", days(7, true), "Bob"},
			{"points_expiring", days(6, false), ""},
			{"benefits_expiring", days(30, false), "Bob"},
			{"lapsed", days(30, false), "Ada"},
			{"lapsed", days(31, false), ""},
			{"lapsed", days(10, false), "Ada Bob"},
			{"lapsed", days(10, true), "Bob"},
			{"tier", handle("gold"), "Cyd"},
			{"tier_anniversary", days(365, false)[:1], "Cyd"},
			{"tier_anniversary", days(364, false)[:1], ""},
		} {
			if got := c.sample(QuerySampleInput{Query: q.query, Arguments: q.arguments}); got != q.want {
				t.Errorf("%s %s: selected %q, want %q", q.query, q.arguments, got, q.want)
			}
		}
	})
}

func TestASampleIsOfTenAndCountsOn(t *testing.T) {
	eachClub(t, func(t *testing.T, c *club) {
		c.crowd(300)
		c.must(func(t *store.Tenant) error {
			s, err := Try(t, QuerySampleInput{Query: "all"})
			if err == nil && (len(s.Rows) != sampleRows || s.Count != 300 || !s.IsComplete) {
				err = fmt.Errorf("%d rows of %d", len(s.Rows), s.Count)
			}
			return err
		})
	})
}

func TestQueriesSelectWhomTheySay(t *testing.T) {
	eachClub(t, func(t *testing.T, c *club) {
		c.must(func(t *store.Tenant) error {
			for _, in := range []loyalty.StatusInput{{Name: "Gold", Handle: "gold"}} {
				if _, err := loyalty.CreateStatus(t, in); err != nil {
					return err
				}
			}
			return nil
		})
		c.join("Ada", `{"birth_day": 28, "birth_month": 2, "joined_at": "2024-02-28 03:00:00", "tags": ["vip"]}`)
		c.join("Leap", `{"birth_day": 29, "birth_month": 2, "birth_year": 2004, "joined_at": "2024-02-28 20:00:00", "statuses": ["gold"]}`)
		c.join("May", `{"birth_day": 1, "birth_month": 5, "joined_at": "2025-04-30 14:30:00"}`)
		c.join("New", `{"joined_at": "2026-03-01 00:00:00"}`)
		for _, q := range []struct {
			name, query, arguments, now, want string
		}{
			{"everybody", "all", ``, "", "Ada Leap May New"},
			{"a birthday", "birthday", `{"name": "days", "value": 0}`, "2026-05-01 01:00:00", "May"},
			{"a birthday in the tenant's zone", "birthday", `{"name": "days", "value": 0}`, "2026-04-30 14:30:00", "May"},
			{"a birthday in a week", "birthday", `{"name": "days", "value": "7"}`, "2026-04-24 01:00:00", "May"},
			{"a leap day's birthday in another year", "birthday", `{"name": "days", "value": 0}`, "2026-02-28 01:00:00", "Ada Leap"},
			{"the day after it", "birthday", `{"name": "days", "value": 0}`, "2026-03-01 01:00:00", ""},
			{"28 February of a leap year", "birthday", `{"name": "days", "value": 0}`, "2028-02-28 01:00:00", "Ada"},
			{"a leap day", "birthday", `{"name": "days", "value": 0}`, "2028-02-29 01:00:00", "Leap"},
			{"an anniversary in the tenant's zone", "joined_anniversary", `{"name": "days", "value": 0}`, "2026-05-01 01:00:00", "May"},
			{"a leap day's anniversary in another year", "joined_anniversary", `{"name": "days", "value": 1}`, "2026-02-27 01:00:00", "Ada Leap"},
			{"a leap day's anniversary", "joined_anniversary", `{"name": "days", "value": 0}`, "2028-02-29 01:00:00", "Leap"},
			{"the joining itself is no anniversary", "joined_anniversary", `{"name": "days", "value": 0}`, "2026-03-01 01:00:00", ""},
			{"a tag", "tag", `{"name": "handle", "value": "vip"}`, "", "Ada"},
			{"a status", "status", `{"name": "handle", "value": "gold"}`, "", "Leap"},
			{"a condition", "condition", `{"name": "condition", "value": {"in": ["vip", {"var": "flattened_tags"}]}}`, "", "Ada"},
			{"a condition as text", "condition", `{"name": "condition", "value": "{\"==\": [{\"var\": \"birth_month\"}, 5]}"}`, "", "May"},
			{"a condition on the moment", "condition", `{"name": "condition", "value": {"==": [{"var": "birth_days"}, 6]}}`, "2026-04-25 01:00:00", "May"},
			{"who never shopped has not lapsed", "lapsed", `{"name": "days", "value": 0}`, "", ""},
		} {
			var in QuerySampleInput
			text := fmt.Sprintf(`{"query": %q, "arguments": [%s], "now": %q}`, q.query, q.arguments, q.now)
			if q.now == "" {
				text = strings.Replace(text, `, "now": ""`, "", 1)
			}
			if err := json.Unmarshal([]byte(text), &in); err != nil {
				t.Fatalf("%s: %v", q.name, err)
			}
			if got := c.sample(in); got != q.want {
				t.Errorf("%s: selected %q, want %q", q.name, got, q.want)
			}
		}
	})
}

func (c *club) sample(in QuerySampleInput) string {
	c.Helper()
	var names []string
	c.must(func(t *store.Tenant) error {
		s, err := Try(t, in)
		for _, p := range s.Rows {
			names = append(names, string(p.FirstName))
		}
		if err == nil && (s.Count != len(names) || !s.IsComplete) {
			err = fmt.Errorf("%d rows of %d", len(names), s.Count)
		}
		return err
	})
	slices.Sort(names)
	return strings.Join(names, " ")
}
