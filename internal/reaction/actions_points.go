package reaction

import (
	"fmt"

	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
)

// What several actions take.
var (
	issuedAt    = parameter{name: "issued_at", form: timeForm, doc: "When it was given: now when not given."}
	accruedAt   = parameter{name: "accrued_at", form: timeForm, doc: "When it begins to count: as the definition says when not given."}
	expiresAt   = parameter{name: "expires_at", form: timeForm, doc: "When it expires: as the definition says when not given."}
	timezone    = parameter{name: "timezone", form: zoneForm, doc: "The IANA zone of its days: that of the tenant when not given."}
	externalID  = parameter{name: "external_id", form: textForm, doc: "A name of your own. A second one of a name is refused, so that nothing is given twice."}
	description = parameter{name: "description", form: textForm, doc: "What the ledger says of it."}
	meta        = parameter{name: "meta", form: objectForm, doc: "Whatever you want to keep with it."}
)

func definitionOf(what string) parameter {
	return parameter{name: "definition", aliases: []string{"definition_handle"}, form: handleOf(what), required: true, doc: "The handle of the definition."}
}

var pointsKind = &kind{
	name: "points.award", aliases: []string{"point.create", "points.create", "create point", "create points"},
	doc: "Gives the profile points.", profile: true,
	params: []parameter{
		definitionOf("point definition"),
		{name: "value", aliases: []string{"value_initial"}, form: amountForm, required: true, doc: "How many."},
		issuedAt, accruedAt, expiresAt, externalID, description, meta,
	},
	do: func(x *execution, in arguments, result *ActionResult) error {
		return x.awardPoints(in, in.amount("value"), result)
	},
}

var rateKind = &kind{
	name: "points.rate", aliases: []string{"point.rate", "point.create.rate", "create point with rate", "create points with rate"},
	doc: "Gives the profile as many points as a rate makes of a price.", profile: true,
	params: []parameter{
		definitionOf("point definition"),
		{name: "price", aliases: []string{"value"}, form: amountForm, required: true, doc: "What the rate multiplies."},
		{name: "rate", aliases: []string{"rate_handle"}, form: handleOf("rate"), doc: "Only this rate; otherwise that which wins."},
		{name: "code", aliases: []string{"rate_code"}, form: textForm, doc: "Only rates with this code."},
		{name: "type", form: textForm, doc: "Rates of this type: the definition's own when not given."},
		{name: "location", form: textForm, doc: "Where: a location's id, external id or external code."},
		issuedAt, accruedAt, expiresAt, externalID, description, meta,
	},
	do: awardRated,
}

func awardRated(x *execution, in arguments, result *ActionResult) error {
	question := rateQuestion(in)
	answer, err := loyalty.CalculateRate(x.tenant, question)
	if err != nil {
		return err
	}
	if answer.Total <= 0 {
		result.Outcome, result.Detail = skipped, fmt.Sprintf("The rate makes %s of %s.", answer.Total, question.Price)
		return nil
	}
	result.Detail = fmt.Sprintf("The rate makes %s of %s.", answer.Total, question.Price)
	return x.awardPoints(in, &answer.Total, result)
}

func rateQuestion(in arguments) loyalty.RateQuestion {
	question := loyalty.RateQuestion{
		ProfileID: in.text("profile_id"), Price: in.amount("price"), Handle: in.text("rate"), Code: in.text("code"),
		Type: in.text("type"), Location: in.text("location"),
	}
	if question.Type == "" {
		question.Type = in.text("definition")
	}
	return question
}

func (x *execution) awardPoints(in arguments, value *scalar.Amount, result *ActionResult) error {
	point, err := loyalty.IssuePoints(x.tenant, loyalty.PointInput{
		ProfileID: in.text("profile_id"), PointDefinitionHandle: in.text("definition"), ValueInitial: value,
		IssuedAt: in.time("issued_at"), AccruedAt: in.time("accrued_at"), ExpiresAt: in.time("expires_at"),
		ExternalID: in.text("external_id"), Description: in.text("description"), Meta: in["meta"],
		SourceType: sourceType, SourceID: x.sourceID(),
	})
	result.made("point", point.ID)
	return err
}

var tierPointsKind = &kind{
	name: "tierpoints.award", aliases: []string{
		"tier.point.create", "tier.points.create", "tier-point.create", "tierpoint.create", "create tier point", "create tier points",
	},
	doc: "Gives the profile points that count towards tiers.", profile: true,
	params: []parameter{
		{name: "value", form: amountForm, required: true, doc: "How many; negative takes away."},
		{name: "definition", aliases: []string{"definition_handle"}, form: handleOf("tier point definition"), doc: "The handle of a point definition of the kind tier."},
		issuedAt, accruedAt, meta,
	},
	do: awardTierPoints,
}

func awardTierPoints(x *execution, in arguments, result *ActionResult) error {
	input := loyalty.TierPointInput{
		ProfileID: in.text("profile_id"), Value: in.amount("value"), IssuedAt: in.time("issued_at"),
		AccruedAt: in.time("accrued_at"), Meta: in["meta"], SourceType: sourceType, SourceID: x.sourceID(),
	}
	if handle := in.text("definition"); handle != "" {
		d, err := loyalty.PointDefinitions.ReadByHandle(x.tenant, string(handle))
		if err != nil {
			return err
		}
		input.PointDefinitionID = scalar.Int(d.ID)
	}
	point, err := loyalty.AddTierPoints(x.tenant, input)
	result.made("tier_point", point.ID)
	return err
}
