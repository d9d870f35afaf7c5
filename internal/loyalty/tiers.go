package loyalty

import (
	"fmt"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// addTierPoints stores tier points of the account's profile, negative ones too.
// Those that count already may lead to a tier, which save finds out once for all
// of them; the others do once they accrue.
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
	if !p.AccruedAt.After(a.now.Time) {
		a.climbs = true
		return nil
	}
	a.rec.Tier.DueAt = earliest(a.rec.Tier.DueAt, p.AccruedAt)
	a.dueBy(p.AccruedAt)
	return nil
}

// settleTier has the anniversaries that fell due.
func (a *account) settleTier() error { return nil }

// tierDue is when the tier must be looked at next; zero for never.
func (a *account) tierDue() (scalar.Time, error) { return a.rec.Tier.DueAt, nil }
