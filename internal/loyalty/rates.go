package loyalty

import (
	"errors"
	"fmt"
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

func checkRate(t *store.Tenant, d, before *event.Rate, invalid *InvalidError) error {
	checkText(invalid, "type", &d.Type, 191)
	checkText(invalid, "code", &d.Code, 191)
	checkText(invalid, "country_iso_2", &d.CountryISO2, 2)
	d.CountryISO2 = scalar.Text(strings.ToUpper(string(d.CountryISO2)))
	if d.Rate < 0 || d.Rate > maxRate {
		invalid.Add("rate", "The rate must be between 0 and %s.", maxRate)
	}
	if !d.StartTime.IsZero() && !d.EndTime.IsZero() && !d.EndTime.After(d.StartTime.Time) {
		invalid.Add("end_time", "The end time must be after the start time.")
	}
	checkRule(invalid, "profile_conditions", &d.ProfileConditions)
	checkRule(invalid, "product_conditions", &d.ProductConditions)
	checkPeriod(invalid, "issue_", event.Period(d.IssuePeriod))
	if d.LocationID == 0 || before != nil && before.LocationID == d.LocationID {
		return nil
	}
	_, err := t.Location(int64(d.LocationID))
	if errors.Is(err, store.ErrNotFound) {
		invalid.Add("location_id", "The selected location id is invalid.")
	} else if err != nil {
		return fmt.Errorf("read location: %w", err)
	}
	return nil
}
