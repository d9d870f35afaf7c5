package reaction

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

var rewardKind = &kind{
	name: "reward.create", aliases: []string{"reward.issue", "create reward"},
	doc: "Gives the profile a reward.", profile: true,
	params: []parameter{
		definitionOf("reward definition"),
		{name: "value", aliases: []string{"value_initial"}, form: amountForm, doc: "Its worth: the definition's value when not given."},
		issuedAt, expiresAt, timezone, externalID, meta,
	},
	do: func(x *execution, in arguments, result *ActionResult) error {
		reward, err := loyalty.IssueReward(x.tenant, loyalty.RewardInput{
			ProfileID: in.text("profile_id"), RewardDefinitionHandle: in.text("definition"), ValueInitial: in.amount("value"),
			IssuedAt: in.time("issued_at"), ExpiresAt: in.time("expires_at"), Timezone: in.text("timezone"),
			ExternalID: in.text("external_id"), Meta: in["meta"], SourceType: sourceType, SourceID: x.sourceID(),
		})
		result.made("reward", reward.ID)
		return err
	},
}

var benefitKind = &kind{
	name: "benefit.create", aliases: []string{"benefit.issue", "create benefit"},
	doc: "Gives the profile a benefit.", profile: true,
	params: []parameter{
		definitionOf("benefit definition"),
		{name: "value", form: amountForm, doc: "A worth to keep with it."},
		issuedAt, expiresAt, timezone, externalID, meta,
	},
	do: func(x *execution, in arguments, result *ActionResult) error {
		benefit, err := loyalty.IssueBenefit(x.tenant, loyalty.BenefitInput{
			ProfileID: in.text("profile_id"), BenefitDefinitionHandle: in.text("definition"), Value: in.amount("value"),
			IssuedAt: in.time("issued_at"), ExpiresAt: in.time("expires_at"), Timezone: in.text("timezone"),
			ExternalID: in.text("external_id"), Meta: in["meta"], SourceType: sourceType, SourceID: x.sourceID(),
		})
		result.made("benefit", benefit.ID)
		return err
	},
}

var redeemKind = &kind{
	name: "redeem.benefit", aliases: []string{"benefit.redeem", "redeem benefit"},
	doc: "Uses a benefit of the profile.", profile: true,
	params: []parameter{
		{name: "benefit_id", aliases: []string{"benefit"}, form: integerForm, doc: "The benefit; in events of benefits, theirs when not given."},
		{
			name: "definition", aliases: []string{"definition_handle"}, form: handleOf("benefit definition"),
			doc: "In the place of benefit_id: the benefit of this definition that expires next.",
		},
		{name: "count", form: integerForm, doc: "How often: once when not given."},
	},
	needs: func(eventType string, given func(string) bool) string {
		if given("benefit_id") || given("definition") || strings.HasPrefix(eventType, "benefit.") {
			return ""
		}
		return "redeem.benefit needs the argument benefit_id or definition"
	},
	do: redeemBenefit,
}

func redeemBenefit(x *execution, in arguments, result *ActionResult) error {
	id, err := x.benefit(in)
	if err != nil {
		return err
	}
	result.made("benefit", id)
	_, err = loyalty.RedeemBenefit(x.tenant, string(in.text("profile_id")), id, in.integer("count", 1))
	return err
}

// benefit finds the benefit that the arguments mean.
func (x *execution) benefit(in arguments) (int64, error) {
	if in.has("benefit_id") {
		return in.integer("benefit_id", 0), nil
	}
	handle := string(in.text("definition"))
	if handle == "" {
		id, err := strconv.ParseInt(x.event.SubjectID, 10, 64)
		if x.event.Subject != "benefit" || err != nil {
			return 0, &problem.Conflict{Message: "The event is not about a benefit, and no other is named."}
		}
		return id, nil
	}
	d, err := loyalty.BenefitDefinitions.ReadByHandle(x.tenant, handle)
	if err != nil {
		return 0, err
	}
	live, err := x.tenant.LiveInstances(strings.ToLower(string(in.text("profile_id"))), store.Benefit)
	if err != nil {
		return 0, fmt.Errorf("read benefits: %w", err)
	}
	now := x.tenant.Now()
	for _, i := range live { // what expires next is first
		usable := i.State == store.Active && (i.ExpiresAt.IsZero() || i.ExpiresAt.After(now.Time))
		if usable && i.DefinitionID == d.ID {
			return i.ID, nil
		}
	}
	return 0, &problem.Conflict{Message: fmt.Sprintf("The profile has no benefit %s to redeem.", handle)}
}

var tierKind = &kind{
	name: "tier.assign", aliases: []string{"assign tier"},
	doc: "Gives the profile a tier.", profile: true,
	params: []parameter{
		{name: "tier", aliases: []string{"definition", "handle"}, form: handleOf("tier"), required: true, doc: "The handle of an assignable tier."},
	},
	do: func(x *execution, in arguments, result *ActionResult) error {
		tier := in.text("tier")
		_, err := loyalty.AssignTier(x.tenant, string(in.text("profile_id")), loyalty.TierAssignment{Tier: tier})
		result.Effect = &Effect{"tier", string(tier)}
		return err
	},
}

var achievementKind = &kind{
	name: "achievement.progress", aliases: []string{"achievement.add", "add achievement"},
	doc: "Adds to the profile's score in an achievement.", profile: true,
	params: []parameter{
		definitionOf("achievement"),
		{name: "count", form: amountForm, doc: "How much: 1 when not given."},
		issuedAt, expiresAt, externalID, meta,
	},
	do: func(x *execution, in arguments, result *ActionResult) error {
		a, err := loyalty.ProgressAchievement(x.tenant, string(in.text("profile_id")), loyalty.AchievementInput{
			Definition: in.text("definition"), Count: in.amount("count"), IssuedAt: in.time("issued_at"),
			ExpiresAt: in.time("expires_at"), ExternalID: in.text("external_id"), Meta: in["meta"],
			SourceType: sourceType, SourceID: x.sourceID(),
		})
		result.Effect = &Effect{"achievement", string(scalar.Text(a.Handle))}
		return err
	},
}
