package loyalty

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// PointInput is what a request says about points to be given.
type PointInput struct {
	ProfileID scalar.Text `json:"profile_id" required:"true"`
	// One of the two names the definition.
	PointDefinitionID     scalar.Int     `json:"point_definition_id"`
	PointDefinitionHandle scalar.Text    `json:"point_definition_handle"`
	ValueInitial          *scalar.Amount `json:"value_initial" required:"true" doc:"greater than 0"`
	// ValueRemaining is for points that were spent in part elsewhere.
	ValueRemaining  *scalar.Amount  `json:"value_remaining" doc:"value_initial when not given"`
	IssuedAt        scalar.Time     `json:"issued_at" doc:"now when not given"`
	AccruedAt       scalar.Time     `json:"accrued_at" doc:"when they become usable; the definition's accrue_delay after issued_at when not given"`
	ExpiresAt       scalar.Time     `json:"expires_at" doc:"the definition's period after accrued_at when not given"`
	ExternalID      scalar.Text     `json:"external_id" doc:"unique"`
	Description     scalar.Text     `json:"description"`
	Meta            json.RawMessage `json:"meta"`
	LinkedProfileID scalar.Text     `json:"linked_profile_id"`
	// SourceType and SourceID say what gives them: api when nothing else does.
	SourceType, SourceID scalar.Text `json:"-"`
}

// IssuePoints gives a profile points; points.awarded tells of them. They are
// pending until accrued_at.
func IssuePoints(t *store.Tenant, in PointInput) (event.Point, error) {
	p, err := programmeOf(t)
	if err != nil {
		return event.Point{}, err
	}
	var invalid InvalidError
	d := in.check(p, t.Now(), &invalid)
	if err := invalid.Err(); err != nil {
		return event.Point{}, err
	}
	a, err := openAccount(t, strings.ToLower(string(in.ProfileID)))
	if isNotFound(err) {
		return event.Point{}, Invalid("profile_id", "The selected profile id is invalid.")
	} else if err != nil {
		return event.Point{}, err
	}
	i, err := a.issuePoints(d, in.instance(), cause{description: in.Description})
	if err != nil {
		return event.Point{}, err
	}
	if err := a.settle(); err != nil { // what is given may have expired already
		return event.Point{}, err
	}
	if err := a.save(); err != nil {
		return event.Point{}, err
	}
	return ReadPoint(t, i.ID)
}

// check normalises the input, notes what is wrong with it, and returns the
// definition.
func (in *PointInput) check(p *programme, now scalar.Time, invalid *InvalidError) *event.PointDefinition {
	checkRequired(invalid, "profile_id", &in.ProfileID, 36)
	checkText(invalid, "external_id", &in.ExternalID, 191)
	checkText(invalid, "description", &in.Description, 65535)
	checkText(invalid, "linked_profile_id", &in.LinkedProfileID, 36)
	checkJSON(invalid, "meta", &in.Meta)
	switch v := in.ValueInitial; {
	case v == nil:
		invalid.Add("value_initial", "The value initial field is required.")
	case *v <= 0 || *v > maxMoney:
		invalid.Add("value_initial", "The value initial must be greater than 0 and not greater than 1000000000.")
	case in.ValueRemaining != nil && (*in.ValueRemaining <= 0 || *in.ValueRemaining > *v):
		invalid.Add("value_remaining", "The value remaining must be greater than 0 and not greater than the value initial.")
	}
	checkMoment(invalid, "issued_at", in.IssuedAt)
	checkMoment(invalid, "accrued_at", in.AccruedAt)
	checkMoment(invalid, "expires_at", in.ExpiresAt)
	if in.IssuedAt.After(now.Add(maxAhead)) {
		invalid.Add("issued_at", "The issued at must not be more than a day in the future.")
	}
	if !in.ExpiresAt.IsZero() && !in.AccruedAt.IsZero() && !in.ExpiresAt.After(in.AccruedAt.Time) {
		invalid.Add("expires_at", "The expires at must be after the accrued at.")
	}
	return p.givenPoints(in.PointDefinitionID, in.PointDefinitionHandle, invalid)
}

// checkMoment notes a time that no programme can mean.
func checkMoment(invalid *InvalidError, field string, at scalar.Time) {
	if !at.IsZero() && (at.Year() < 1900 || at.Year() > 9999) {
		invalid.Add(field, "The %s must be between 1900 and 9999.", label(field))
	}
}

// givenPoints finds the definition that a request names, which must be one of
// points that a balance counts.
func (p *programme) givenPoints(id scalar.Int, handle scalar.Text, invalid *InvalidError) *event.PointDefinition {
	field, key := "point_definition_id", int64(id)
	if id == 0 {
		if handle == "" {
			invalid.Add(field, "The point definition id field is required when point definition handle is not present.")
			return nil
		}
		field, key = "point_definition_handle", p.handles[definitionKey{store.PointDefinition, string(handle)}]
	}
	switch d := p.points[key]; {
	case d == nil || !d.IsPublished:
		invalid.Add(field, "The selected %s is invalid.", label(field))
	case d.Kind == "tier":
		invalid.Add(field, "The selected %s is of tier points; they are given at /tiers/points.", label(field))
	default:
		return d
	}
	return nil
}

func (in *PointInput) instance() store.Instance {
	i := store.Instance{
		ValueInitial: *in.ValueInitial, ValueRemaining: *in.ValueInitial, IssuedAt: in.IssuedAt, AccruedAt: in.AccruedAt,
		ExpiresAt: in.ExpiresAt, ExternalID: in.ExternalID, SourceType: in.SourceType, SourceID: in.SourceID,
		Details: store.InstanceDetails{Description: in.Description, LinkedProfileID: in.LinkedProfileID, Meta: in.Meta},
	}
	if in.ValueRemaining != nil {
		i.ValueRemaining = *in.ValueRemaining
	}
	if i.SourceType == "" {
		i.SourceType = "api"
	}
	return i
}

// issuePoints gives points of a definition, completed by what it says: its
// delay, and its period in the tenant's zone from when they are usable.
// points.awarded tells of them, unless they are negative.
func (a *account) issuePoints(d *event.PointDefinition, i store.Instance, c cause) (*store.Instance, error) {
	i.Kind, i.DefinitionID = store.Point, d.ID
	if i.IssuedAt.IsZero() {
		i.IssuedAt = a.now
	}
	if i.AccruedAt.IsZero() {
		i.AccruedAt = a.programme.accrual(d, i.IssuedAt)
	}
	if i.ExpiresAt.IsZero() {
		i.ExpiresAt = expiry(event.Period(d.IssuePeriod), i.AccruedAt, a.programme.zone)
	}
	if err := a.issue(&i, c); err != nil {
		return nil, err
	}
	if i.ValueInitial > 0 {
		a.tellOf(event.PointsAwarded, &i, 0)
	}
	return &i, nil
}

// accrual is when points that are given at a moment become usable.
func (p *programme) accrual(d *event.PointDefinition, issuedAt scalar.Time) scalar.Time {
	if d.AccrueDelay == 0 {
		return issuedAt
	}
	return expiry(event.Period{Count: d.AccrueDelay, Unit: "days"}, issuedAt, p.zone)
}

// PointReversal says how many points are taken back, and why.
type PointReversal struct {
	Value       *scalar.Amount `json:"value" doc:"all that remains when not given"`
	Description scalar.Text    `json:"description"`
}

// ReversePoints takes back what is left of points, or a part of it. The points
// stay on record, and the ledger has a row of it.
func ReversePoints(t *store.Tenant, id int64, in PointReversal) (event.Point, error) {
	i, err := t.Instance(store.Point, id)
	if err != nil {
		return event.Point{}, missing(err, "point", id)
	}
	var invalid InvalidError
	checkText(&invalid, "description", &in.Description, 65535)
	if in.Value != nil && *in.Value <= 0 {
		invalid.Add("value", "The value must be greater than 0.")
	}
	if err := invalid.Err(); err != nil {
		return event.Point{}, err
	}
	err = changeAccount(t, i.ProfileID, func(a *account) error {
		i, err := t.Instance(store.Point, id) // as it is under the lock
		if err != nil {
			return fmt.Errorf("read point %d: %w", id, err)
		}
		value := i.ValueRemaining
		if in.Value != nil {
			value = *in.Value
		}
		switch {
		case i.ValueRemaining <= 0:
			return &ConflictError{Message: "The points have nothing left that could be taken back."}
		case value > i.ValueRemaining:
			return Invalid("value", "The value must not be greater than the value remaining, %s.", i.ValueRemaining)
		}
		return a.change(&i, store.Reverse, -value, cause{description: in.Description})
	})
	if err != nil {
		return event.Point{}, err
	}
	return ReadPoint(t, id)
}

// ReadPoint returns one row of points.
func ReadPoint(t *store.Tenant, id int64) (event.Point, error) {
	i, err := t.Instance(store.Point, id)
	if err != nil {
		return event.Point{}, missing(err, "point", id)
	}
	p, err := programmeOf(t)
	if err != nil {
		return event.Point{}, err
	}
	return p.showPoint(&i), nil
}

// ListPoints returns a page of points.
func ListPoints(t *store.Tenant, l store.List) (store.Page[event.Point], error) {
	l.Filters = lowerProfileIDs(l.Filters)
	page, err := t.Instances(store.Point, l)
	return showPoints(t, page, err)
}

// ListProfilePoints returns a page of a profile's points.
func ListProfilePoints(t *store.Tenant, profileID string, l store.List) (store.Page[event.Point], error) {
	profileID = strings.ToLower(profileID)
	if _, _, err := t.AggregationsOf(profileID); err != nil {
		return store.Page[event.Point]{}, missing(err, "profile", profileID)
	}
	page, err := t.InstancesOf(profileID, store.Point, l)
	return showPoints(t, page, err)
}

func showPoints(t *store.Tenant, page store.Page[store.Instance], err error) (store.Page[event.Point], error) {
	if err != nil {
		return store.Page[event.Point]{}, err
	}
	p, err := programmeOf(t)
	if err != nil {
		return store.Page[event.Point]{}, err
	}
	return pageOf(page, func(i store.Instance) event.Point { return p.showPoint(&i) }), nil
}

// PointForecast returns which of a profile's points expire next.
func PointForecast(t *store.Tenant, profileID string) (event.PointForecast, error) {
	p, err := programmeOf(t)
	if err != nil {
		return event.PointForecast{}, err
	}
	at, points, err := t.NextExpiry(strings.ToLower(profileID), store.Point)
	if err != nil {
		return event.PointForecast{}, fmt.Errorf("read next expiry: %w", err)
	}
	return event.PointForecast{NextExpiryAt: at, NextExpiryPoints: points, NextExpiryDollars: p.dollars(points)}, nil
}

// lowerProfileIDs gives profile ids in filters the form in which they are kept.
func lowerProfileIDs(filters []store.Filter) []store.Filter {
	out := make([]store.Filter, len(filters))
	for i, f := range filters {
		if f.Field == "profile_id" {
			f.Value = strings.ToLower(f.Value)
		}
		out[i] = f
	}
	return out
}
