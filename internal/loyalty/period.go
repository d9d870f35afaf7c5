package loyalty

import (
	"time"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
)

// countedPeriods are the types of period that a number belongs to.
var countedPeriods = map[scalar.Text]bool{
	"hours": true, "days": true, "weeks": true, "months": true, "years": true, "absolute_week": true,
	"absolute_month": true,
}

const maxPeriod = 1200

// checkPeriod notes what is wrong with a period. prefix stands before the names
// of its fields.
func checkPeriod(invalid *InvalidError, prefix string, p event.Period) {
	counted := countedPeriods[p.Unit]
	switch {
	case p.Count < 0 || p.Count > maxPeriod:
		invalid.Add(prefix+"period", "The period must be between 0 and %d.", maxPeriod)
	case p.Unit == "absolute_date" && p.AbsoluteExpiry.IsZero():
		invalid.Add(prefix+"absolute_expiry", "The absolute expiry field is required when period type is absolute_date.")
	case p.Unit != "" && p.Unit != "absolute_date" && !counted:
		invalid.Add(prefix+"period_type", "The selected period type is invalid.")
	case p.Count == 0 && counted && p.Unit != "absolute_week" && p.Unit != "absolute_month":
		invalid.Add(prefix+"period", "The period field is required when period type is %s.", p.Unit)
	case p.Count != 0 && p.Unit == "":
		invalid.Add(prefix+"period_type", "The period type field is required when period is present.")
	}
}

// expiry returns when what is given at a moment ceases to hold; zero for never.
// absolute_week and absolute_month last to the end of the calendar week (its
// Sunday) or month that the period ends in.
func expiry(p event.Period, from scalar.Time, zone *time.Location) scalar.Time {
	n := int(p.Count)
	local := from.In(zone)
	day := scalar.DateOf(local)
	switch p.Unit {
	case "hours":
		return scalar.At(from.Add(time.Duration(n) * time.Hour))
	case "days":
		return scalar.At(local.AddDate(0, 0, n))
	case "weeks":
		return scalar.At(local.AddDate(0, 0, 7*n))
	case "months":
		return atClock(day.AddMonths(n), local)
	case "years":
		return atClock(day.AddMonths(12*n), local)
	case "absolute_date":
		return p.AbsoluteExpiry
	case "absolute_week":
		last := day.AddDays(7 * n)
		return endOfDay(last.AddDays((7-int(last.Midnight().Weekday()))%7), zone)
	case "absolute_month":
		y, m, _ := day.AddMonths(n).Midnight().Date()
		return endOfDay(scalar.NewDate(y, m+1, 0), zone)
	}
	return scalar.Time{}
}

// atClock returns the moment on another day at the same time of day.
func atClock(day scalar.Date, local time.Time) scalar.Time {
	y, m, d := day.Midnight().Date()
	return scalar.At(time.Date(y, m, d, local.Hour(), local.Minute(), local.Second(), 0, local.Location()))
}

func endOfDay(day scalar.Date, zone *time.Location) scalar.Time {
	y, m, d := day.Midnight().Date()
	return scalar.At(time.Date(y, m, d, 23, 59, 59, 0, zone))
}
