package loyalty

import (
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// Rates are the multipliers of points.
var Rates = &Definitions[event.Rate]{
	Kind: store.RateDefinition, Resource: "rate",
	common: (*event.Rate).Common,
	typ:    func(d *event.Rate) scalar.Text { return d.Type },
	check:  checkRate,
}

func checkRate(_ *store.Tenant, d, _ *event.Rate, invalid *InvalidError) error {
	checkText(invalid, "type", &d.Type, 191)
	checkText(invalid, "code", &d.Code, 191)
	checkText(invalid, "country_iso_2", &d.CountryISO2, 2)
	d.CountryISO2 = scalar.Text(strings.ToUpper(string(d.CountryISO2)))
	if d.Rate < 0 {
		invalid.Add("rate", "The rate must be at least 0.")
	}
	if !d.StartTime.IsZero() && !d.EndTime.IsZero() && !d.EndTime.After(d.StartTime.Time) {
		invalid.Add("end_time", "The end time must be after the start time.")
	}
	checkRule(invalid, "profile_conditions", &d.ProfileConditions)
	checkRule(invalid, "product_conditions", &d.ProductConditions)
	checkPeriod(invalid, "issue_", event.Period(d.IssuePeriod))
	return nil
}
