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
}

// IssueBenefit gives a profile a benefit; benefit.issued tells of it.
func IssueBenefit(t *store.Tenant, in BenefitInput) (event.Benefit, error) {
	d, err := in.definition(t)
	if err != nil {
		return event.Benefit{}, err
	}
	if in.ProfileID == "" {
		return event.Benefit{}, Invalid("profile_id", "The profile id field is required.")
	}
	profileID, err := findProfile(t, string(in.ProfileID), string(in.ProfileIDHandle))
	var i *store.Instance
	if err == nil {
		i, err = changeBenefits(t, profileID, func(a *account) (*store.Instance, error) {
			return a.issueBenefit(d, benefitGrant{
				timezone: in.Timezone, issuedAt: in.IssuedAt, expiresAt: in.ExpiresAt, externalID: in.ExternalID,
				value: in.Value, meta: in.Meta, sourceType: "api",
			})
		})
	}
	if isNotFound(err) {
		return event.Benefit{}, Invalid("profile_id", "The selected profile id is invalid.")
	}
	if err != nil {
		return event.Benefit{}, err
	}
	return showBenefit(t, i)
}

func (in *BenefitInput) definition(t *store.Tenant) (*event.BenefitDefinition, error) {
	switch {
	case in.BenefitDefinitionID != 0:
		return benefitDefinition(t, "benefit_definition_id", scalar.Text(fmt.Sprint(in.BenefitDefinitionID)))
	case in.BenefitDefinitionHandle != "":
		return benefitDefinition(t, "benefit_definition_handle", in.BenefitDefinitionHandle)
	case in.Definition != "":
		return benefitDefinition(t, "definition", in.Definition)
	}
	return nil, Invalid("benefit_definition_id", "The benefit definition id field is required.")
}

// benefitDefinition finds a definition by its handle or else by its id.
func benefitDefinition(t *store.Tenant, field string, key scalar.Text) (*event.BenefitDefinition, error) {
	if key = scalar.Text(strings.TrimSpace(string(key))); key == "" {
		return nil, Invalid(field, "The %s field is required.", label(field))
	}
	p, err := programmeOf(t)
	if err != nil {
		return nil, err
	}
	id, ok := p.handles[definitionKey{store.BenefitDefinition, string(key)}]
	if !ok || strings.HasSuffix(field, "_id") {
		id, _ = strconv.ParseInt(string(key), 10, 64)
	}
	if d := p.benefits[id]; d != nil {
		return d, nil
	}
	return nil, Invalid(field, "The selected %s is invalid.", label(field))
}

// changeBenefits has change alter what a profile has, and returns the instance
// that change returns.
func changeBenefits(t *store.Tenant, profileID string, change func(*account) (*store.Instance, error)) (i *store.Instance, err error) {
	err = changeAccount(t, profileID, func(a *account) error {
		i, err = change(a)
		return err
	})
	return i, err
}

// benefitGrant says how a benefit is given; its zero value is a definition's
// own terms from now on.
type benefitGrant struct {
	timezone, externalID           scalar.Text
	issuedAt, expiresAt, claimedAt scalar.Time
	value                          *scalar.Amount
	meta                           json.RawMessage
	sourceType, sourceID           scalar.Text
	cause                          cause
}

// issueBenefit gives the profile a benefit, with the next free code where the
// definition has some. An *InvalidError refuses it; unless that is about the
// external id, nothing was stored then.
func (a *account) issueBenefit(d *event.BenefitDefinition, g benefitGrant) (*store.Instance, error) {
	if !d.IsPublished || d.IsArchived {
		return nil, Invalid("definition", "The benefit %s is not published.", d.Handle)
	}
	i := &store.Instance{
		Kind: store.Benefit, DefinitionID: d.ID, ExternalID: g.externalID, ValueInitial: scalar.One,
		ValueRemaining: scalar.One, IssuedAt: g.issuedAt, ExpiresAt: g.expiresAt, ClaimedAt: g.claimedAt,
		MaxRedemptions: d.MaxRedemptions, Timezone: g.timezone, SourceType: g.sourceType, SourceID: g.sourceID,
		Details: store.InstanceDetails{
			Description: g.cause.description, Meta: compactJSON(g.meta), Value: g.value, CodePOS: d.RedeemCodePOS,
			CodeOnline: d.RedeemCodeOnline,
		},
	}
	if err := a.dateBenefit(i, d); err != nil {
		return nil, err
	}
	target := a.programme.planNotices(i, d.Notices)
	if err := a.issue(i, g.cause); err != nil {
		return nil, err
	}
	a.tellOf(event.BenefitIssued, i, target)
	return i, nil
}

// dateBenefit fills in the times of a new benefit and checks them.
func (a *account) dateBenefit(i *store.Instance, d *event.BenefitDefinition) error {
	var invalid InvalidError
	checkText(&invalid, "external_id", &i.ExternalID, 191)
	if i.Timezone == "" {
		i.Timezone = scalar.Text(a.programme.zone.String())
	}
	checkZone(&invalid, "timezone", string(i.Timezone))
	if i.IssuedAt.IsZero() {
		i.IssuedAt = a.now
	} else if i.IssuedAt.After(a.now.Time) {
		invalid.Add("issued_at", "The issued at may not be in the future.")
	}
	if i.ExpiresAt.IsZero() {
		i.ExpiresAt = earliest(expiry(d.Period, i.IssuedAt, a.programme.zoneOf(i)), d.EndAt)
	} else {
		checkEnd(&invalid, "expires_at", i.ExpiresAt, d)
	}
	if due(i.ExpiresAt, a.now) {
		invalid.Add("expires_at", "The expires at must be in the future.")
	}
	return invalid.Err()
}

// checkEnd notes an expiry after the moment at which all of a definition's
// benefits end.
func checkEnd(invalid *InvalidError, field string, expires scalar.Time, d *event.BenefitDefinition) {
	if !d.EndAt.IsZero() && (expires.IsZero() || expires.After(d.EndAt.Time)) {
		invalid.Add(field, "The %s may not be after the definition's end at.", label(field))
	}
}
