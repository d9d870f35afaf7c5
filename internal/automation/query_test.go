package automation

import (
	"encoding/json"
	"fmt"
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
