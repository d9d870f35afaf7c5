package loyalty

import (
	"fmt"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// addTierPoints stores tier points of the account's profile, negative ones too.
// Those that count already may lead to a tier, which climb finds out once for
// all of them; the others do once they accrue.
func (a *account) addTierPoints(p *store.TierPoint) error {
	p.ProfileID = a.rec.ProfileID
	if p.IssuedAt.IsZero() {
		p.IssuedAt = a.now
	}
	if p.AccruedAt.IsZero() {
		p.AccruedAt = p.IssuedAt
	}
	if err := a.t.InsertTierPoint(p); err != nil {
		return fmt.Errorf("insert tier points: %w", err)
	}
	a.climbs = a.climbs || !p.AccruedAt.After(a.now.Time)
	if p.AccruedAt.After(a.now.Time) {
		a.tierDueBy(p.AccruedAt)
	}
	if end := windowEnd(p.AccruedAt); p.Value < 0 && end.After(a.now.Time) {
		a.tierDueBy(end) // without what was taken back, the sum is higher
	}
	return nil
}

// tierDueBy has the tier looked at by a moment.
func (a *account) tierDueBy(at scalar.Time) {
	a.rec.Tier.DueAt = earliest(a.rec.Tier.DueAt, at)
	a.dueBy(at)
}

// climb has tier points that were added lead to a tier. save does so too: it is
// for whoever shows the profile earlier.
func (a *account) climb() error {
	if !a.climbs {
		return nil
	}
	a.climbs = false
	if err := a.settleTier(); err != nil { // it is late where settling was put off
		return fmt.Errorf("settle tier: %w", err)
	}
	if err := a.lookAtTier(a.now); err != nil {
		return fmt.Errorf("evaluate tier: %w", err)
	}
	return nil
}

// settleTier has what fell due of the tier: tier points that accrued and
// anniversaries, each as of its own moment, however long ago that was.
func (a *account) settleTier() error {
	for s := &a.rec.Tier; due(s.DueAt, a.now); {
		at := s.DueAt
		if err := a.lookAtTier(at); err != nil {
			return err
		}
		if err := a.scheduleTier(at); err != nil {
			return err
		}
	}
	return nil
}

// scheduleTier finds out when the tier must be looked at next after a moment.
func (a *account) scheduleTier(after scalar.Time) error {
	accrual, left, err := a.t.NextTierPointRise(a.rec.ProfileID, after, windowStart(after))
	if err != nil {
		return fmt.Errorf("read tier points: %w", err)
	}
	a.rec.Tier.DueAt = earliest(earliest(accrual, windowEnd(left)), a.rec.Tier.AnniversaryAt)
	return nil
}

// lookAtTier has the tier become what it is at a moment. The total is not even
// read where no tier could follow from it.
func (a *account) lookAtTier(at scalar.Time) error {
	s, p := a.rec.Tier, a.programme
	if p.nextTier(p.tier(s.ID)) == nil && !due(s.AnniversaryAt, at) {
		return nil
	}
	total, err := a.tierTotal(at)
	if err != nil {
		return err
	}
	next, change := p.evaluate(s, total, at)
	switch change {
	case "":
		a.rec.Tier = next
		return nil
	case store.TierAchieved:
		return a.moveTier(next, change, event.TierAchieved, total, at)
	case store.TierMaintained:
		return a.moveTier(next, change, event.TierMaintained, total, at)
	}
	return a.moveTier(next, change, event.TierLost, total, at)
}

func (a *account) tierTotal(at scalar.Time) (scalar.Amount, error) {
	total, err := a.t.SumTierPoints(a.rec.ProfileID, windowStart(at), at)
	if err != nil {
		return 0, fmt.Errorf("add up tier points: %w", err)
	}
	return total, nil
}

// moveTier makes a tier the account's, with a row of its history and the event
// that tells of it, if any.
func (a *account) moveTier(next store.TierState, change string, told event.Type, total scalar.Amount, at scalar.Time) error {
	c := store.TierChange{
		ProfileID: a.rec.ProfileID, Change: change, FromID: a.rec.Tier.ID, ToID: next.ID, Total: total, At: at,
	}
	if err := a.t.InsertTierChange(&c); err != nil {
		return fmt.Errorf("insert tier change: %w", err)
	}
	a.rec.Tier = next
	if err := a.scheduleTier(at); err != nil {
		return err
	}
	a.dueBy(a.rec.Tier.DueAt)
	if told == "" {
		return nil
	}
	a.tell(told, fmt.Sprint(c.ID), func(p *event.ProfileContext) any {
		return a.programme.tierContext(c, next, p)
	})
	return nil
}

// TierAssignment names a tier that is given by hand.
type TierAssignment struct {
	Tier scalar.Text `json:"tier" required:"true" doc:"the handle of an assignable tier"`
}

// AssignTier gives a profile a tier by hand and holds it for a year.
// tier.achieved tells of it, tier.lost when it is a lower tier than before, and
// tier.maintained when it is the same. Tier points that accrue later lead to a
// higher one as ever.
func AssignTier(t *store.Tenant, profileID string, in TierAssignment) (event.ProfileTier, error) {
	err := changeAccount(t, strings.ToLower(profileID), func(a *account) error {
		d, err := a.programme.assignable(in.Tier)
		if err != nil {
			return err
		}
		total, err := a.tierTotal(a.now)
		if err != nil {
			return err
		}
		next, told := a.programme.assign(a.rec.Tier, d, total, a.now)
		return a.moveTier(next, store.TierAssigned, told, total, a.now)
	})
	if err != nil {
		return event.ProfileTier{}, err
	}
	return ReadProfileTier(t, profileID)
}

// assignable returns the tier of a handle, if it can be given by hand.
func (p *programme) assignable(handle scalar.Text) (*event.TierDefinition, error) {
	if handle == "" {
		return nil, Invalid("tier", "The tier field is required.")
	}
	id := p.handles[definitionKey{store.TierDefinition, string(handle)}]
	if id == 0 {
		return nil, Invalid("tier", "The selected tier is invalid.")
	}
	switch d := p.tier(scalar.Int(id)); {
	case !d.IsAssignable:
		return nil, Invalid("tier", "The tier %s is not assignable.", handle)
	case !d.IsPublished:
		return nil, Invalid("tier", "The tier %s is not published.", handle)
	default:
		return d, nil
	}
}

// CalculateTier does what is due of a profile's tier, as of now. It changes
// nothing but what a change of definitions left behind: everything else is done
// when it happens.
func CalculateTier(t *store.Tenant, profileID string) (event.ProfileTier, error) {
	err := changeAccount(t, strings.ToLower(profileID), func(a *account) error {
		a.climbs = true
		return nil
	})
	if err != nil {
		return event.ProfileTier{}, err
	}
	return ReadProfileTier(t, profileID)
}
