package loyalty

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// TierPointInput is what a request says about tier points.
type TierPointInput struct {
	ProfileID         scalar.Text     `json:"profile_id" required:"true"`
	PointDefinitionID scalar.Int      `json:"point_definition_id" doc:"of points of the kind tier; null when no definition gives them"`
	Value             *scalar.Amount  `json:"value" required:"true" doc:"negative takes away"`
	IssuedAt          scalar.Time     `json:"issued_at" doc:"now when not given"`
	AccruedAt         scalar.Time     `json:"accrued_at" doc:"when they begin to count; the definition's accrue_delay after issued_at when not given"`
	SourceType        scalar.Text     `json:"source_type" doc:"api when not given"`
	SourceID          scalar.Text     `json:"source_id"`
	Meta              json.RawMessage `json:"meta"`
}

// AddTierPoints gives a profile tier points. A tier that they lead to is held at
// once, or when they accrue.
func AddTierPoints(t *store.Tenant, in TierPointInput) (event.TierPoint, error) {
	p, err := programmeOf(t)
	if err != nil {
		return event.TierPoint{}, err
	}
	if err := in.check(p, t.Now(), nil); err != nil {
		return event.TierPoint{}, err
	}
	row := in.row(p, t.Now())
	err = changeAccount(t, strings.ToLower(string(in.ProfileID)), func(a *account) error { return a.addTierPoints(&row) })
	if isNotFound(err) {
		return event.TierPoint{}, Invalid("profile_id", "The selected profile id is invalid.")
	} else if err != nil {
		return event.TierPoint{}, err
	}
	return showTierPoint(&row, t.Now()), nil
}

// UpdateTierPoint corrects tier points: those of the id are reversed, and what
// patch made of them is stored under a new id. Whoever holds a tier by what is
// corrected keeps it until the anniversary. Those of a sale follow it, and are a
// *ConflictError.
func UpdateTierPoint(t *store.Tenant, id int64, patch func(*TierPointInput) error) (event.TierPoint, error) {
	return changeTierPoint(t, id, func(a *account, old *store.TierPoint) (store.TierPoint, error) {
		before, in := tierPointInput(old), tierPointInput(old)
		if err := patch(&in); err != nil {
			return *old, err
		}
		if err := in.check(a.programme, a.now, &before); err != nil {
			return *old, err
		}
		if reflect.DeepEqual(in, before) {
			return *old, nil
		}
		row := in.row(a.programme, a.now)
		if err := a.reverseTierPoints(old); err != nil {
			return *old, err
		}
		err := a.addTierPoints(&row)
		return row, err
	})
}

// DeleteTierPoint reverses tier points, unless they are those of a sale. Whoever
// holds a tier by them keeps it until the anniversary.
func DeleteTierPoint(t *store.Tenant, id int64) error {
	_, err := changeTierPoint(t, id, func(a *account, p *store.TierPoint) (store.TierPoint, error) {
		return *p, a.reverseTierPoints(p)
	})
	return err
}

// changeTierPoint has change alter tier points that were not reversed yet, with
// their profile's account open, and shows the row that it returns.
func changeTierPoint(t *store.Tenant, id int64, change func(*account, *store.TierPoint) (store.TierPoint, error)) (event.TierPoint, error) {
	row, err := t.TierPoint(id)
	if err != nil {
		return event.TierPoint{}, missing(err, "tier point", id)
	}
	err = changeAccount(t, row.ProfileID, func(a *account) error {
		old, err := t.TierPoint(id) // as it is under the lock
		if err != nil {
			return fmt.Errorf("read tier points: %w", err)
		}
		switch {
		case old.ReversedBy != 0:
			return &ConflictError{Message: "The tier points were reversed."}
		case old.TransactionID != 0: // a later change of the sale would undo it
			return &ConflictError{Message: fmt.Sprintf("The tier points follow transaction %d; "+
				"change that, or give others with the opposite value.", old.TransactionID)}
		}
		row, err = change(a, &old)
		return err
	})
	return showTierPoint(&row, t.Now()), err
}

// reverseTierPoints takes tier points back whole, as if they had never counted.
func (a *account) reverseTierPoints(p *store.TierPoint) error {
	return a.addTierPoints(&store.TierPoint{
		DefinitionID: p.DefinitionID, Value: -p.Value, IssuedAt: a.now, AccruedAt: p.AccruedAt,
		ReversesID: scalar.Int(p.ID), SourceType: p.SourceType, SourceID: p.SourceID,
	})
}

func tierPointInput(p *store.TierPoint) TierPointInput {
	value := p.Value // apart, since a patch writes through the pointer
	return TierPointInput{
		ProfileID: scalar.Text(p.ProfileID), PointDefinitionID: p.DefinitionID, Value: &value, IssuedAt: p.IssuedAt,
		AccruedAt: p.AccruedAt, SourceType: p.SourceType, SourceID: p.SourceID, Meta: p.Details.Meta,
	}
}

// check normalises the input and says what is wrong with it. before is what it
// corrects, nil for new tier points.
func (in *TierPointInput) check(p *programme, now scalar.Time, before *TierPointInput) error {
	var invalid InvalidError
	checkRequired(&invalid, "profile_id", &in.ProfileID, 36)
	checkText(&invalid, "source_type", &in.SourceType, 191)
	checkText(&invalid, "source_id", &in.SourceID, 191)
	checkJSON(&invalid, "meta", &in.Meta)
	in.ProfileID = scalar.Text(strings.ToLower(string(in.ProfileID)))
	if before != nil && in.ProfileID != before.ProfileID {
		invalid.Add("profile_id", "The profile id cannot be changed.")
	}
	switch v := in.Value; {
	case v == nil || *v == 0:
		invalid.Add("value", "The value field is required.")
	case *v > maxMoney || *v < -maxMoney:
		invalid.Add("value", "The value must be between -%s and %s.", maxMoney, maxMoney)
	}
	checkMoment(&invalid, "issued_at", in.IssuedAt)
	checkMoment(&invalid, "accrued_at", in.AccruedAt)
	if in.IssuedAt.After(now.Add(maxAhead)) {
		invalid.Add("issued_at", "The issued at must not be more than a day in the future.")
	}
	if before == nil || in.PointDefinitionID != before.PointDefinitionID {
		in.checkDefinition(p, &invalid)
	}
	return invalid.Err()
}

func (in *TierPointInput) checkDefinition(p *programme, invalid *InvalidError) {
	if in.PointDefinitionID == 0 {
		return
	}
	switch d := p.points[int64(in.PointDefinitionID)]; {
	case d == nil || !d.IsPublished:
		invalid.Add("point_definition_id", "The selected point definition id is invalid.")
	case d.Kind != "tier":
		invalid.Add("point_definition_id", "The selected point definition id is not of tier points.")
	}
}

// row completes what was given by the definition.
func (in *TierPointInput) row(p *programme, now scalar.Time) store.TierPoint {
	row := store.TierPoint{
		DefinitionID: in.PointDefinitionID, Value: *in.Value, IssuedAt: in.IssuedAt, AccruedAt: in.AccruedAt,
		SourceType: in.SourceType, SourceID: in.SourceID, Details: store.TierPointDetails{Meta: in.Meta},
	}
	if row.IssuedAt.IsZero() {
		row.IssuedAt = now
	}
	if d := p.points[int64(in.PointDefinitionID)]; d != nil && row.AccruedAt.IsZero() {
		row.AccruedAt = p.accrual(d, row.IssuedAt)
	}
	if row.SourceType == "" {
		row.SourceType = "api"
	}
	return row
}

// ReadTierPoint returns tier points, reversed ones too.
func ReadTierPoint(t *store.Tenant, id int64) (event.TierPoint, error) {
	row, err := t.TierPoint(id)
	if err != nil {
		return event.TierPoint{}, missing(err, "tier point", id)
	}
	return showTierPoint(&row, t.Now()), nil
}

// ListTierPoints returns a page of tier points.
func ListTierPoints(t *store.Tenant, l store.List) (store.Page[event.TierPoint], error) {
	l.Filters = lowerProfileIDs(l.Filters)
	page, err := t.TierPoints(l)
	return pageOf(page, showTierPointsAt(t)), err
}

// ListProfileTierPoints returns a page of a profile's tier points.
func ListProfileTierPoints(t *store.Tenant, profileID string, l store.List) (store.Page[event.TierPoint], error) {
	profileID = strings.ToLower(profileID)
	if _, _, err := t.AggregationsOf(profileID); err != nil {
		return store.Page[event.TierPoint]{}, missing(err, "profile", profileID)
	}
	l.Filters = lowerProfileIDs(l.Filters)
	page, err := t.TierPointsOf(profileID, l)
	return pageOf(page, showTierPointsAt(t)), err
}

func showTierPointsAt(t *store.Tenant) func(store.TierPoint) event.TierPoint {
	now := t.Now()
	return func(p store.TierPoint) event.TierPoint { return showTierPoint(&p, now) }
}

func showTierPoint(p *store.TierPoint, now scalar.Time) event.TierPoint {
	shown := event.TierPoint{
		ID: p.ID, ProfileID: p.ProfileID, PointDefinitionID: p.DefinitionID, Value: p.Value, IssuedAt: p.IssuedAt,
		AccruedAt: p.AccruedAt, Status: "active", SourceType: p.SourceType, SourceID: p.SourceID,
		Meta: orJSON(p.Details.Meta, "{}"), CreatedAt: p.CreatedAt,
	}
	switch {
	case p.ReversedBy != 0:
		shown.Status = "reversed"
	case p.AccruedAt.After(now.Time):
		shown.Status = "pending"
	}
	if p.SourceID != "" {
		shown.Source = &event.Source{ID: p.SourceID, ExternalID: p.Details.SourceExternalID}
	}
	return shown
}
