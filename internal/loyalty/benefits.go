package loyalty

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// BenefitInput is a benefit to be given.
type BenefitInput struct {
	// One of the three names the definition; Definition is its id or its handle.
	BenefitDefinitionID     scalar.Int  `json:"benefit_definition_id"`
	BenefitDefinitionHandle scalar.Text `json:"benefit_definition_handle"`
	Definition              scalar.Text `json:"definition" doc:"id or handle, where neither of the others is given"`
	ProfileID               scalar.Text `json:"profile_id" required:"true"`
	// ProfileIDHandle says what ProfileID is: email or an identity's handle; null
	// is the profile's own id.
	ProfileIDHandle scalar.Text `json:"profile_id_handle"`
	// Timezone is the tenant's own where it is not given.
	Timezone scalar.Text `json:"timezone"`
	// IssuedAt is now, ExpiresAt what the definition says, where not given.
	IssuedAt   scalar.Time     `json:"issued_at"`
	ExpiresAt  scalar.Time     `json:"expires_at"`
	ExternalID scalar.Text     `json:"external_id"`
	Value      *scalar.Amount  `json:"value"`
	Meta       json.RawMessage `json:"meta"`
	// SourceType and SourceID say what gives it; api when they are empty.
	SourceType scalar.Text `json:"-"`
	SourceID   scalar.Text `json:"-"`
}

// IssueBenefit gives a profile a benefit; benefit.issued tells of it.
func IssueBenefit(t *store.Tenant, in BenefitInput) (event.Benefit, error) {
	p, err := programmeOf(t)
	if err != nil {
		return event.Benefit{}, err
	}
	var invalid InvalidError
	d := in.definition(p, &invalid)
	profileID, err := owner(t, in.ProfileID, in.ProfileIDHandle, &invalid)
	if err != nil {
		return event.Benefit{}, err
	}
	if err := invalid.Err(); err != nil {
		return event.Benefit{}, err
	}
	var i *store.Instance
	err = changeAccount(t, profileID, func(a *account) error {
		i, err = a.issueBenefit(d, benefitGrant{
			zone: in.Timezone, issuedAt: in.IssuedAt, expiresAt: in.ExpiresAt, externalID: in.ExternalID,
			value: in.Value, meta: in.Meta, sourceType: in.SourceType, sourceID: in.SourceID,
		})
		return err
	})
	if isNotFound(err) {
		return event.Benefit{}, Invalid("profile_id", "The selected profile id is invalid.")
	}
	if err != nil {
		return event.Benefit{}, err
	}
	return showBenefit(t, i)
}

// definition finds the definition that a request names.
func (in *BenefitInput) definition(p *programme, invalid *InvalidError) *event.BenefitDefinition {
	switch {
	case in.BenefitDefinitionID != 0:
		return p.namedBenefit("benefit_definition_id", scalar.Text(fmt.Sprint(in.BenefitDefinitionID)), invalid)
	case in.BenefitDefinitionHandle != "":
		return p.namedBenefit("benefit_definition_handle", in.BenefitDefinitionHandle, invalid)
	}
	return p.namedBenefit("definition", in.Definition, invalid)
}

// namedBenefit finds a published definition by its handle or else by its id.
func (p *programme) namedBenefit(field string, key scalar.Text, invalid *InvalidError) *event.BenefitDefinition {
	if key = scalar.Text(strings.TrimSpace(string(key))); key == "" {
		invalid.Add(field, "The %s field is required.", label(field))
		return nil
	}
	id, ok := p.handles[definitionKey{store.BenefitDefinition, string(key)}]
	if !ok || field == "benefit_definition_id" {
		id, _ = strconv.ParseInt(string(key), 10, 64)
	}
	d := p.benefits[id]
	if d == nil {
		invalid.Add(field, "The selected %s is invalid.", label(field))
	} else if !d.IsPublished || d.IsArchived {
		invalid.Add(field, "The benefit definition %s is not published.", d.Handle)
	}
	return d
}

// benefitGrant says how a benefit is given; its zero value is a definition's
// own terms from now on.
type benefitGrant struct {
	zone, externalID               scalar.Text
	issuedAt, expiresAt, claimedAt scalar.Time
	value                          *scalar.Amount
	meta                           json.RawMessage
	sourceType, sourceID           scalar.Text
	cause                          cause
}

// issueBenefit gives the profile a benefit of a definition, which the caller
// found published, with the next free code where there are some; it tells of
// the benefit. What cannot be given is an *InvalidError, before anything is
// stored unless it is for an external id that is taken.
func (a *account) issueBenefit(d *event.BenefitDefinition, g benefitGrant) (*store.Instance, error) {
	i := &store.Instance{
		Kind: store.Benefit, DefinitionID: d.ID, ExternalID: g.externalID, ValueInitial: scalar.One,
		ValueRemaining: scalar.One, IssuedAt: g.issuedAt, ExpiresAt: g.expiresAt, ClaimedAt: g.claimedAt,
		MaxRedemptions: d.MaxRedemptions, Timezone: g.zone, SourceType: g.sourceType, SourceID: g.sourceID,
		Details: store.InstanceDetails{
			Description: g.cause.description, Meta: g.meta, Value: g.value, CodePOS: d.RedeemCodePOS,
			CodeOnline: d.RedeemCodeOnline,
		},
	}
	if i.SourceType == "" {
		i.SourceType = "api"
	}
	if err := a.completeBenefit(i, d); err != nil {
		return nil, err
	}
	code, err := a.takeCode(i, d)
	if err != nil {
		return nil, err
	}
	target := a.programme.planNotices(i, d.Notices)
	if err := a.issue(i, g.cause); err != nil {
		return nil, err
	}
	a.tellOf(event.BenefitIssued, i, target)
	return i, a.allocate(code, i.ID)
}

// completeBenefit fills in what follows from the definition and checks the
// whole.
func (a *account) completeBenefit(i *store.Instance, d *event.BenefitDefinition) error {
	var invalid InvalidError
	checkText(&invalid, "external_id", &i.ExternalID, 191)
	checkJSON(&invalid, "meta", &i.Details.Meta)
	if v := i.Details.Value; v != nil && (*v < 0 || *v > maxMoney) {
		invalid.Add("value", "The value must be between 0 and 1000000000.")
	}
	if i.Timezone == "" {
		i.Timezone = scalar.Text(a.programme.zone.String())
	}
	checkZone(&invalid, "timezone", string(i.Timezone))
	if i.IssuedAt.IsZero() {
		i.IssuedAt = a.now
	}
	checkMoment(&invalid, "issued_at", i.IssuedAt)
	if i.IssuedAt.After(a.now.Add(maxAhead)) {
		invalid.Add("issued_at", "The issued at must not be more than a day in the future.")
	}
	// A clock that is ahead does not keep the benefit from being used.
	i.AccruedAt = i.IssuedAt
	if i.AccruedAt.After(a.now.Time) {
		i.AccruedAt = a.now
	}
	if i.ExpiresAt.IsZero() {
		i.ExpiresAt = earliest(expiry(d.Period, i.IssuedAt, a.programme.zoneOf(i)), d.EndAt)
	}
	checkExpiry(&invalid, "expires_at", i.ExpiresAt, a.now, d)
	return invalid.Err()
}

// checkExpiry notes an expiry that is past, or after the moment at which all
// benefits of the definition end.
func checkExpiry(invalid *InvalidError, field string, at, now scalar.Time, d *event.BenefitDefinition) {
	checkMoment(invalid, field, at)
	if due(at, now) {
		invalid.Add(field, "The %s must be in the future.", label(field))
	}
	if d != nil && !d.EndAt.IsZero() && (at.IsZero() || at.After(d.EndAt.Time)) {
		invalid.Add(field, "The %s may not be after the end at of the definition.", label(field))
	}
}
