package loyalty

import "github.com/belfryhq/belfry/internal/scalar"

// settleTier has the anniversaries that fell due.
func (a *account) settleTier() error { return nil }

// tierDue is when the tier must be looked at next; zero for never.
func (a *account) tierDue() (scalar.Time, error) { return a.rec.Tier.AnniversaryAt, nil }
