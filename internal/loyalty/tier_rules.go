package loyalty

import (
	"slices"
	"time"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// The rules of tiers, of which none reads the database. total is always that of
// the tier points which accrued within tierWindow before a moment: those of
// exactly 365 days before it count no more.
//
//   - A tier is attained at the moment at which the total meets its value_min. It
//     is the highest such tier above the one held, steps between are passed over.
//     It may meet it with nothing earned: by points that accrue, and by negative
//     ones that no longer count.
//   - It is held until the anniversary, whatever the total becomes meanwhile,
//     corrections of it included: that day next year, until its end in the
//     tenant's zone. A tier of 29 February has its anniversary on the 28th.
//   - At the anniversary the total and the credit are set against value_maintain.
//     When they meet it the tier is held for another year. Otherwise the profile
//     gets the highest tier whose value_min the total alone meets, and the floor
//     when there is none.
//   - The credit is what the total stood above value_min when the tier was
//     attained. It counts at the first anniversary after that, needed or not, and
//     never again: maintaining a tier gives no new one, getting a lower tier does.
//     By then the points that it came from have left the total, so that nothing
//     counts twice.
//   - A tier that is not published is not attained. Who holds it does so until the
//     anniversary, at which it cannot be maintained.
const tierWindow = 365 * 24 * time.Hour

// windowStart is the moment after which tier points count at another.
func windowStart(at scalar.Time) scalar.Time { return scalar.At(at.Add(-tierWindow)) }

// windowEnd is the moment at which tier points of another count no longer; zero
// for zero.
func windowEnd(at scalar.Time) scalar.Time {
	if at.IsZero() {
		return at
	}
	return scalar.At(at.Add(tierWindow))
}

// anniversary is the end of the same day next year.
func anniversary(at scalar.Time, zone *time.Location) scalar.Time {
	return endOfDay(scalar.DateOf(at.In(zone)).AddMonths(12), zone)
}

// above reports whether a tier stands above the one held, of which nil is none.
func above(d, held *event.TierDefinition) bool { return held == nil || d.ValueMin > held.ValueMin }

// reached returns the highest tier that a total attains; nil is the floor.
func (p *programme) reached(total scalar.Amount) *event.TierDefinition {
	floor := p.floor()
	for _, d := range slices.Backward(p.tiers) {
		if d.IsPublished && d.ValueMin <= total && d != floor && above(d, floor) {
			return d
		}
	}
	return nil
}

// nextTier returns the lowest tier above the one held that can be attained; nil
// when there is none.
func (p *programme) nextTier(held *event.TierDefinition) *event.TierDefinition {
	for _, d := range p.tiers {
		if d.IsPublished && !d.IsFloor && above(d, held) {
			return d
		}
	}
	return nil
}

// evaluate returns what a tier becomes at a moment. change is what the history
// calls it, and "" when the same tier is held as before.
func (p *programme) evaluate(s store.TierState, total scalar.Amount, at scalar.Time) (next store.TierState, change string) {
	if d := p.reached(total); d != nil && above(d, p.tier(s.ID)) {
		return p.hold(s, d, total, at), store.TierAchieved
	}
	if !due(s.AnniversaryAt, at) {
		return s, ""
	}
	return p.renew(s, total, at)
}

// renew returns what a tier becomes at its anniversary.
func (p *programme) renew(s store.TierState, total scalar.Amount, at scalar.Time) (next store.TierState, change string) {
	d := p.tier(s.ID)
	if d == nil || d.IsFloor { // it became the floor meanwhile, which has no anniversaries
		s.ID, s.Credit, s.AnniversaryAt = 0, 0, scalar.Time{}
		return s, ""
	}
	if d.IsPublished && total+credit(d, s) >= maintained(d) {
		s.Credit, s.MaintainedAt, s.AnniversaryAt = 0, at, anniversary(at, p.zone)
		return s, store.TierMaintained
	}
	lower := p.reached(total)
	if lower == nil {
		lower = p.floor()
	}
	return p.hold(s, lower, total, at), store.TierLost
}

// assign returns what a tier becomes when one is given by hand, and the event
// that tells of it. Giving the tier that is held holds it for a year from then.
func (p *programme) assign(s store.TierState, d *event.TierDefinition, total scalar.Amount, at scalar.Time) (store.TierState, event.Type) {
	held, told := p.tier(s.ID), event.TierAchieved
	if held != nil && held.ID == d.ID {
		s.AssignedAt = at
		if d.IsFloor {
			return s, ""
		}
		s.MaintainedAt, s.AnniversaryAt = at, anniversary(at, p.zone)
		return s, event.TierMaintained
	}
	if held != nil && d.ValueMin < held.ValueMin {
		told = event.TierLost
	}
	next := p.hold(s, d, total, at)
	next.AssignedAt = at
	return next, told
}

// hold returns the state of a tier that is held from a moment on; nil is none.
func (p *programme) hold(former store.TierState, d *event.TierDefinition, total scalar.Amount, at scalar.Time) store.TierState {
	s := store.TierState{PreviousID: former.ID, AchievedAt: at, DueAt: former.DueAt}
	if d != nil && !d.IsFloor {
		s.ID, s.AnniversaryAt = scalar.Int(d.ID), anniversary(at, p.zone)
		s.Credit = max(0, total-d.ValueMin)
	}
	return s
}

// maintained is the total that a tier is maintained with.
func maintained(d *event.TierDefinition) scalar.Amount {
	if d.ValueMaintain != nil {
		return *d.ValueMaintain
	}
	return d.ValueMin
}

// credit is what counts towards maintaining a tier apart from the total.
func credit(d *event.TierDefinition, s store.TierState) scalar.Amount {
	if d.DisableCredit {
		return 0
	}
	return s.Credit
}
