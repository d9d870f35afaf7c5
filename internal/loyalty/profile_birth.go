package loyalty

import (
	"time"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
)

const firstBirthYear = 1900

// setBirth takes over what is known of the day of birth: day and month only
// together, the year only with both.
func (c *profileChange) setBirth(day, month, year scalar.Int) {
	c.rec.BirthDay, c.rec.BirthMonth, c.rec.BirthYear = day, month, year
	if day == 0 && (month != 0 || year != 0) {
		c.invalid.Add("birth_day", "The birth day field is required with birth month and birth year.")
	}
	if month == 0 && (day != 0 || year != 0) {
		c.invalid.Add("birth_month", "The birth month field is required with birth day and birth year.")
	}
	if month < 0 || month > 12 {
		c.invalid.Add("birth_month", "The birth month must be between 1 and 12.")
		return
	}
	today := c.now
	if year != 0 && (year < firstBirthYear || int(year) > today.Year()) {
		c.invalid.Add("birth_year", "The birth year must be between %d and %d.", firstBirthYear, today.Year())
		return
	}
	if day == 0 || month == 0 {
		return
	}
	leap := scalar.Int(2000)
	if year != 0 {
		leap = year
	}
	date := time.Date(int(leap), time.Month(month), int(day), 0, 0, 0, 0, time.UTC)
	if day < 0 || date.Day() != int(day) {
		c.invalid.Add("birth_day", "The birth day is not a day of the birth month.")
	} else if year != 0 && date.After(today.AddDate(0, 0, 1)) {
		c.invalid.Add("birth_year", "The birth date must not lie in the future.")
	}
}

// showBirth fills in what follows from the day of birth on the given day. Who
// was born on 29 February has the birthday on the 28th of other years.
func showBirth(p *event.Profile, today scalar.Date) {
	if p.BirthDay == 0 || p.BirthMonth == 0 {
		return
	}
	if p.BirthYear != 0 {
		p.BirthDate = scalar.NewDate(int(p.BirthYear), time.Month(p.BirthMonth), int(p.BirthDay))
	}
	year := today.Midnight().Year()
	next, last := birthday(p, year), birthday(p, year)
	if next < today {
		next = birthday(p, year+1)
	} else if next > today {
		last = birthday(p, year-1)
	}
	until, past := next.Sub(today), today.Sub(last)
	p.NextBirthday, p.BirthDays, p.BirthDaysPast = next, &until, &past
}

func birthday(p *event.Profile, year int) scalar.Date {
	const leap = 2000
	born := scalar.NewDate(leap, time.Month(p.BirthMonth), int(p.BirthDay))
	return born.AddMonths(12 * (year - leap))
}
