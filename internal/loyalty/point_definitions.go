package loyalty

import (
	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// PointDefinitions are the kinds of points that there are.
var PointDefinitions = &Definitions[event.PointDefinition]{
	Kind: store.PointDefinition, Resource: "point definition",
	common: (*event.PointDefinition).Common,
	typ:    func(d *event.PointDefinition) scalar.Text { return d.Kind },
	check:  checkPointDefinition,
	given:  (*store.Tenant).HasTierPoints,
}

func checkPointDefinition(_ *store.Tenant, d, before *event.PointDefinition, invalid *InvalidError) error {
	if d.Kind == "" {
		d.Kind = "purchase"
	}
	oneOf(invalid, "kind", d.Kind, "purchase", "action", "tier")
	if before != nil && d.Kind != before.Kind {
		invalid.Add("kind", "The kind cannot be changed.")
	}
	if d.EarnRate != nil && (*d.EarnRate < 0 || *d.EarnRate > maxRate) {
		invalid.Add("earn_rate", "The earn rate must be between 0 and %s.", maxRate)
	}
	if d.AccrueDelay < 0 || d.AccrueDelay > 3650 {
		invalid.Add("accrue_delay", "The accrue delay must be between 0 and 3650.")
	}
	checkText(invalid, "notes", &d.Notes, 65535)
	checkPeriod(invalid, "issue_", event.Period(d.IssuePeriod))
	return nil
}
