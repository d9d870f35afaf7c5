package timing

import (
	"time"

	"github.com/belfryhq/belfry/internal/scalar"
)

// Plan is a series of moments.
type Plan interface {
	// Next returns the first moment of the plan after the given one; zero when
	// there is none.
	Next(after time.Time) time.Time
}

// Latest returns the last moment of the plan that is not after now, and none
// before first, which must be one of its moments.
func Latest(p Plan, first, now time.Time) time.Time {
	latest := first
	for _, back := range []time.Duration{time.Hour, 25 * time.Hour, 32 * 24 * time.Hour, 367 * 24 * time.Hour} {
		from := now.Add(-back)
		if from.Before(first) {
			break
		}
		if n := p.Next(from); !n.IsZero() && !n.After(now) {
			latest = n
			break
		}
	}
	for {
		n := p.Next(latest)
		if n.IsZero() || n.After(now) {
			return latest
		}
		latest = n
	}
}

// Once is a plan of a single moment.
type Once time.Time

// Next implements Plan.
func (o Once) Next(after time.Time) time.Time {
	if at := time.Time(o); at.After(after) {
		return at
	}
	return time.Time{}
}

// Every is the moments whose distance from 1 January 1970, 00:00 UTC is a
// multiple of the interval, of whole seconds: 6h is at 0, 6, 12 and 18 o'clock UTC.
type Every time.Duration

// Next implements Plan.
func (e Every) Next(after time.Time) time.Time {
	step := int64(time.Duration(e) / time.Second)
	n := after.Unix()
	return time.Unix(n-((n%step)+step)%step+step, 0).UTC()
}

// Frequency is how far apart the days of a plan are.
type Frequency string

// The frequencies of Days.
const (
	Daily       Frequency = "daily"
	Weekly      Frequency = "weekly"
	Fortnightly Frequency = "fortnightly"
	Monthly     Frequency = "monthly"
)

// Days is an hour of days of the calendar.
type Days struct {
	Frequency Frequency
	// Day chooses among the days: of a week, 1 is Monday and 7 Sunday; of a month,
	// it is the day, or the last one of a month that has fewer.
	Day  int
	Hour int
	// From is the first day that counts. Fortnights are counted from the first week
	// that has a day from then on.
	From scalar.Date
	Zone *time.Location
}

// Next implements Plan.
func (d Days) Next(after time.Time) time.Time {
	day := max(scalar.DateOf(after.In(d.Zone)).AddDays(-1), d.From)
	for range 64 { // no two days are further apart than two months
		if d.has(day) {
			at := instant(day.Midnight().Add(time.Duration(d.Hour)*time.Hour), d.Zone)
			if at.After(after) {
				return at
			}
		}
		day = day.AddDays(1)
	}
	return time.Time{}
}

func (d Days) has(day scalar.Date) bool {
	switch d.Frequency {
	case Daily:
		return true
	case Weekly:
		return weekday(day) == d.Day
	case Fortnightly:
		first := d.From.AddDays((d.Day - weekday(d.From) + 7) % 7)
		return day.Sub(first)%14 == 0
	}
	at := day.Midnight()
	last := time.Date(at.Year(), at.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return at.Day() == min(d.Day, last)
}

// weekday is 1 on Monday and 7 on Sunday.
func weekday(day scalar.Date) int { return (int(day.Midnight().Weekday())+6)%7 + 1 }
