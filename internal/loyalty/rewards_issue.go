package loyalty

import (
	"encoding/json"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// RewardInput is what a request says about a reward to issue, with the names of
// API v3.
type RewardInput struct {
	RewardDefinitionID     scalar.Int  `json:"reward_definition_id" doc:"it or the handle is required"`
	RewardDefinitionHandle scalar.Text `json:"reward_definition_handle"`
	ProfileID              scalar.Text `json:"profile_id" required:"true"`
	ProfileIDHandle        scalar.Text `json:"profile_id_handle" doc:"email, or the handle of an identity, when profile_id is not the id"`
	Timezone               scalar.Text `json:"timezone" doc:"IANA zone; the tenant's when not given"`
	// ValueInitial is the definition's when nil, ValueRemaining is ValueInitial.
	ValueInitial   *scalar.Amount `json:"value_initial" doc:"the definition's value when not given, at most its max_value"`
	ValueRemaining *scalar.Amount `json:"value_remaining" doc:"value_initial when not given"`
	IssuedAt       scalar.Time    `json:"issued_at" doc:"now when not given, at most a day in the future"`
	// ExpiresAt follows from the definition's period when it is zero.
	ExpiresAt  scalar.Time     `json:"expires_at" doc:"counted by the definition's period when not given"`
	ExternalID scalar.Text     `json:"external_id" doc:"unique"`
	Meta       json.RawMessage `json:"meta"`
	// SourceType and SourceID say what gave it; api when they are empty.
	SourceType scalar.Text `json:"-"`
	SourceID   scalar.Text `json:"-"`
}

// IssueReward gives a profile a reward; reward.issued tells of it.
func IssueReward(t *store.Tenant, in RewardInput) (event.Reward, error) {
	p, err := programmeOf(t)
	if err != nil {
		return event.Reward{}, err
	}
	var invalid InvalidError
	d := in.definition(p, &invalid)
	profileID, err := owner(t, in.ProfileID, in.ProfileIDHandle, &invalid)
	if err != nil {
		return event.Reward{}, err
	}
	if err := invalid.Err(); err != nil {
		return event.Reward{}, err
	}
	var issued *store.Instance
	err = changeAccount(t, profileID, func(a *account) error {
		issued, err = a.issueReward(d, rewardGrant{
			value: in.ValueInitial, remaining: in.ValueRemaining, zone: in.Timezone, issuedAt: in.IssuedAt,
			expiresAt: in.ExpiresAt, externalID: in.ExternalID, meta: in.Meta, sourceType: in.SourceType, sourceID: in.SourceID,
		})
		return err
	})
	if isNotFound(err) {
		return event.Reward{}, Invalid("profile_id", "The selected profile id is invalid.")
	}
	if err != nil {
		return event.Reward{}, err
	}
	return p.showReward(issued), nil
}

// definition finds the definition that a request names.
func (in *RewardInput) definition(p *programme, invalid *InvalidError) *event.RewardDefinition {
	id, field := int64(in.RewardDefinitionID), "reward_definition_id"
	if id == 0 && in.RewardDefinitionHandle != "" {
		field = "reward_definition_handle"
		id = p.handles[definitionKey{store.RewardDefinition, strings.TrimSpace(string(in.RewardDefinitionHandle))}]
	} else if id == 0 {
		invalid.Add(field, "The reward definition id field is required when reward definition handle is not present.")
		return nil
	}
	d := p.rewards[id]
	switch {
	case d == nil:
		invalid.Add(field, "The selected %s is invalid.", label(field))
	case !d.IsPublished:
		invalid.Add(field, "The reward definition %s is not published.", d.Handle)
	}
	return d
}

// owner finds the profile that a request names by profile_id and
// profile_id_handle.
func owner(t *store.Tenant, key, handle scalar.Text, invalid *InvalidError) (string, error) {
	if key == "" {
		invalid.Add("profile_id", "The profile id field is required.")
		return "", nil
	}
	id, err := findProfile(t, strings.TrimSpace(string(key)), string(handle))
	if isNotFound(err) {
		invalid.Add("profile_id", "The selected profile id is invalid.")
		return "", nil
	}
	return id, err
}

// rewardGrant is how a reward is given; the zero value is as its definition
// says, now.
type rewardGrant struct {
	value, remaining     *scalar.Amount
	zone                 scalar.Text
	issuedAt, expiresAt  scalar.Time
	externalID           scalar.Text
	meta                 json.RawMessage
	sourceType, sourceID scalar.Text
	cause                cause
}

// issueReward gives the profile a reward of a definition, which the caller found
// published, and tells of it. What cannot be given is an InvalidError, before
// anything is stored.
func (a *account) issueReward(d *event.RewardDefinition, g rewardGrant) (*store.Instance, error) {
	i := &store.Instance{
		Kind: store.Reward, DefinitionID: d.ID, ExternalID: g.externalID, ValueInitial: d.Value,
		IssuedAt: g.issuedAt, ExpiresAt: g.expiresAt, Timezone: g.zone, SourceType: g.sourceType, SourceID: g.sourceID,
	}
	i.Details.Meta = g.meta
	if g.value != nil {
		i.ValueInitial = *g.value
	}
	i.ValueRemaining = i.ValueInitial
	if g.remaining != nil {
		i.ValueRemaining = *g.remaining
	}
	if i.SourceType == "" {
		i.SourceType = "api"
	}
	if err := a.completeReward(i, d); err != nil {
		return nil, err
	}
	target := a.programme.planNotices(i, d.Notices)
	if err := a.issue(i, g.cause); err != nil {
		return nil, err
	}
	a.tellOf(event.RewardIssued, i, target)
	return i, nil
}

// completeReward fills in what follows from the definition and checks the whole.
func (a *account) completeReward(i *store.Instance, d *event.RewardDefinition) error {
	var invalid InvalidError
	zone := a.programme.zone
	if i.Timezone == "" {
		i.Timezone = scalar.Text(zone.String())
	} else if given, err := loadZone(string(i.Timezone)); err != nil {
		invalid.Add("timezone", "The timezone must be a valid zone.")
	} else {
		zone = given
	}
	if i.IssuedAt.IsZero() {
		i.IssuedAt = a.now
	}
	checkMoment(&invalid, "issued_at", i.IssuedAt)
	checkMoment(&invalid, "expires_at", i.ExpiresAt)
	if i.IssuedAt.After(a.now.Add(maxAhead)) {
		invalid.Add("issued_at", "The issued at may be at most a day in the future.")
	}
	// A clock that is ahead does not keep the reward from being used.
	i.AccruedAt = i.IssuedAt
	if i.AccruedAt.After(a.now.Time) {
		i.AccruedAt = a.now
	}
	if i.ExpiresAt.IsZero() {
		i.ExpiresAt = expiry(d.Period, i.IssuedAt, zone)
	}
	if due(i.ExpiresAt, a.now) {
		invalid.Add("expires_at", "The expires at must be in the future.")
	}
	checkRewardValue(&invalid, i, d)
	if i.ValueRemaining <= 0 {
		invalid.Add("value_remaining", "The value remaining must be greater than 0.")
	}
	checkText(&invalid, "external_id", &i.ExternalID, 191)
	checkJSON(&invalid, "meta", &i.Details.Meta)
	return invalid.Err()
}

// checkRewardValue notes a value that the definition does not allow.
func checkRewardValue(invalid *InvalidError, i *store.Instance, d *event.RewardDefinition) {
	switch {
	case i.ValueInitial <= 0 || i.ValueInitial > maxMoney:
		invalid.Add("value_initial", "The value initial must be greater than 0 and not greater than 1000000000.")
	case d != nil && d.MaxValue != nil && i.ValueInitial > *d.MaxValue:
		invalid.Add("value_initial", "The value initial may not be greater than %s.", d.MaxValue)
	case i.ValueRemaining > i.ValueInitial:
		invalid.Add("value_remaining", "The value remaining may not be greater than the value initial.")
	}
}
