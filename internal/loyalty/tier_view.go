package loyalty

import (
	"fmt"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// ReadProfileTier returns a profile's tier and its progress.
func ReadProfileTier(t *store.Tenant, profileID string) (event.ProfileTier, error) {
	rec, err := t.Profile(strings.ToLower(profileID))
	if err != nil {
		return event.ProfileTier{}, missing(err, "profile", profileID)
	}
	p, err := programmeOf(t)
	if err != nil {
		return event.ProfileTier{}, err
	}
	sums, err := readTierSums(t, &rec)
	if err != nil {
		return event.ProfileTier{}, fmt.Errorf("add up tier points: %w", err)
	}
	return p.profileTier(&rec, sums), nil
}

// tierSums are sums of a profile's tier points until now.
type tierSums struct {
	// year is that of the last 365 days.
	year scalar.Amount
	// achieved and held are those since the tier was achieved, and since it was
	// last maintained.
	achieved, held scalar.Amount
	// counted is what counts at the anniversary already.
	counted scalar.Amount
	// first is when the first of year accrued.
	first scalar.Time
}

func readTierSums(t *store.Tenant, r *store.Profile) (sums tierSums, err error) {
	s, now := r.Account.Tier, t.Now()
	heldSince := s.AchievedAt
	if s.MaintainedAt.After(heldSince.Time) {
		heldSince = s.MaintainedAt
	}
	for _, of := range []struct {
		sum   *scalar.Amount
		after scalar.Time
	}{
		{&sums.year, windowStart(now)}, {&sums.achieved, s.AchievedAt}, {&sums.held, heldSince},
		{&sums.counted, windowStart(s.AnniversaryAt)},
	} {
		if *of.sum, err = t.SumTierPoints(r.ID, of.after, now); err != nil {
			return sums, err
		}
	}
	sums.first, err = t.FirstTierPoint(r.ID, windowStart(now), now)
	return sums, err
}

func (p *programme) profileTier(r *store.Profile, sums tierSums) event.ProfileTier {
	s := r.Account.Tier
	d := p.tier(s.ID)
	shown := event.ProfileTier{
		ProfileID: r.ID, CurrentTier: d, NextTier: p.nextTier(d), PrevTier: p.previous(s),
		IsFloor: d != nil && d.IsFloor, CurrentProgress: sums.held, NextProgress: sums.year, TotalPoints12m: sums.year,
		TotalPointsAchievement: sums.achieved, AnniversaryAt: s.AnniversaryAt, MaintainedAt: s.MaintainedAt,
		AssignedAt: s.AssignedAt, AchievedAt: s.AchievedAt,
	}
	if shown.NextTier != nil {
		shown.NextRemain = remain(shown.NextTier, sums.year)
	}
	if d != nil && !s.AnniversaryAt.IsZero() {
		shown.CurrentCredit = credit(d, s)
		shown.CurrentRemain = max(0, maintained(d)-sums.counted-shown.CurrentCredit)
	}
	if d != nil && s.AchievedAt.IsZero() {
		shown.AchievedAt = r.JoinedAt
	}
	if !sums.first.IsZero() {
		shown.NextProgressChangeAt = scalar.At(sums.first.Add(tierWindow))
	}
	return shown
}

// remain is what a total lacks to attain a tier.
func remain(d *event.TierDefinition, total scalar.Amount) *scalar.Amount {
	left := max(0, d.ValueMin-total)
	return &left
}

// previous returns the tier that was held before; nil when none was.
func (p *programme) previous(s store.TierState) *event.TierDefinition {
	if s.ID == 0 && s.PreviousID == 0 {
		return nil
	}
	return p.tier(s.PreviousID)
}

// tierContext is the event context of a change that led to a state.
func (p *programme) tierContext(c store.TierChange, s store.TierState, profile *event.ProfileContext) event.TierContext {
	d := p.tier(s.ID)
	shown := event.TierContext{
		ID: c.ID, ProfileID: c.ProfileID, Definition: d, Previous: tierRef(p.previous(s)), AchievedAt: s.AchievedAt,
		AnniversaryAt: s.AnniversaryAt, AssignedAt: s.AssignedAt, MaintainedAt: s.MaintainedAt,
		TotalPoints12m: c.Total, NextTier: tierRef(p.nextTier(d)), Profile: profile,
	}
	if next := p.nextTier(d); next != nil {
		shown.NextRemain = remain(next, c.Total)
	}
	return shown
}

func tierRef(d *event.TierDefinition) *event.TierRef {
	if d == nil {
		return nil
	}
	return &event.TierRef{ID: d.ID, Name: d.Name, Handle: d.Handle, ValueMin: d.ValueMin}
}
