package timing

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Cron is the moments of a cron expression on the clock of a zone, as crontab(5)
// has it. A moment that the clock passes over when it is turned forward is right
// after that; one that it shows twice is the first. Only an expression of every
// hour goes on through both hours when the clock is turned back.
type Cron struct {
	minute, hour, day, month, weekday field
	zone                              *time.Location
}

// field is the set of values that match.
type field struct {
	values uint64
	// star says that it begins with one: a day must then be of the weekday too, and
	// otherwise of one of the two.
	star bool
}

func (f field) has(v int) bool { return f.values>>v&1 == 1 }

// span is what a field can hold.
type span struct {
	name     string
	min, max int
	names    []string // the value of the first is min
}

var spans = []span{
	{"minute", 0, 59, nil},
	{"hour", 0, 23, nil},
	{"day of the month", 1, 31, nil},
	{"month", 1, 12, []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}},
	{"day of the week", 0, 7, []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}},
}

var shorthands = map[string]string{
	"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
	"@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
}

// ParseCron reads an expression of five fields (minute, hour, day of the month,
// month, day of the week), of lists, ranges, steps and English names, or one of
// @hourly, @daily, @weekly, @monthly and @yearly. One that never comes is an
// error.
func ParseCron(text string, zone *time.Location) (Cron, error) {
	if whole, ok := shorthands[strings.ToLower(strings.TrimSpace(text))]; ok {
		text = whole
	}
	parts := strings.Fields(text)
	if len(parts) != len(spans) {
		return Cron{}, fmt.Errorf("a cron expression has 5 fields (minute, hour, day of the month, month, day of the week), not %d", len(parts))
	}
	c := Cron{zone: zone}
	for i, f := range []*field{&c.minute, &c.hour, &c.day, &c.month, &c.weekday} {
		var err error
		if *f, err = spans[i].parse(strings.ToLower(parts[i])); err != nil {
			return Cron{}, fmt.Errorf("the %s of the cron expression: %w", spans[i].name, err)
		}
	}
	if c.weekday.has(7) {
		c.weekday.values |= 1 // 7 is Sunday too
	}
	if c.Next(time.Unix(0, 0)).IsZero() {
		return Cron{}, fmt.Errorf("the cron expression %q never comes", text)
	}
	return c, nil
}

func (s span) parse(text string) (f field, err error) {
	for part := range strings.SplitSeq(text, ",") {
		body, stepText, stepped := strings.Cut(part, "/")
		step := 1
		if stepped {
			if step, err = strconv.Atoi(stepText); err != nil || step < 1 || step > s.max {
				return f, fmt.Errorf("%q is not a step from 1 to %d", stepText, s.max)
			}
		}
		from, to := s.min, s.max
		if body == "*" {
			f.star = true
		} else if from, to, err = s.interval(body, stepped); err != nil {
			return f, err
		}
		for v := from; v <= to; v += step {
			f.values |= 1 << v
		}
	}
	return f, nil
}

// interval reads a value or a range. A lone value with a step begins a range.
func (s span) interval(text string, open bool) (from, to int, err error) {
	first, last, ranged := strings.Cut(text, "-")
	if from, err = s.value(first); err != nil {
		return 0, 0, err
	}
	switch {
	case ranged:
		to, err = s.value(last)
	case open:
		to = s.max
	default:
		to = from
	}
	if err == nil && to < from {
		err = fmt.Errorf("%q goes backwards", text)
	}
	return from, to, err
}

func (s span) value(text string) (int, error) {
	for i, name := range s.names {
		if text == name {
			return s.min + i, nil
		}
	}
	v, err := strconv.Atoi(text)
	if err != nil || v < s.min || v > s.max {
		return 0, fmt.Errorf("%.20q is not a value from %d to %d", text, s.min, s.max)
	}
	return v, nil
}

// maxDays bounds the search: the 29th of February is up to eight years away.
const maxDays = 9 * 366

const everyHour = 1<<24 - 1

// Next implements Plan.
func (c Cron) Next(after time.Time) time.Time {
	next := c.nextShown
	if c.hour.values == everyHour {
		next = c.nextPassed
	}
	return next(after.In(c.zone)).UTC()
}

// nextShown goes by what the clock shows, minute by minute of the days that
// match.
func (c Cron) nextShown(after time.Time) time.Time {
	shown := wall(after).Truncate(time.Minute)
	for day := range maxDays {
		at := shown.Add(time.Minute)
		if day > 0 {
			at = shown.Truncate(24*time.Hour).AddDate(0, 0, day)
		}
		if !c.hasDay(at) {
			continue
		}
		for date := at.Day(); at.Day() == date; at = at.Add(time.Minute) {
			if !c.hour.has(at.Hour()) {
				at = at.Truncate(time.Hour).Add(time.Hour - time.Minute)
				continue
			}
			if c.minute.has(at.Minute()) {
				if found := instant(at, c.zone); found.After(after) {
					return found
				}
			}
		}
	}
	return time.Time{}
}

// nextPassed goes by the time that passes, for an expression of every hour.
func (c Cron) nextPassed(after time.Time) time.Time {
	at := after.Truncate(time.Minute).Add(time.Minute)
	for end := at.AddDate(0, 0, maxDays); at.Before(end); {
		if shown := wall(at); !c.hasDay(shown) {
			at = instant(shown.Truncate(24*time.Hour).AddDate(0, 0, 1), c.zone)
		} else if c.minute.has(shown.Minute()) {
			return at
		} else {
			at = at.Add(time.Minute)
		}
	}
	return time.Time{}
}

func (c Cron) hasDay(at time.Time) bool {
	if !c.month.has(int(at.Month())) {
		return false
	}
	day, weekday := c.day.has(at.Day()), c.weekday.has(int(at.Weekday()))
	if c.day.star || c.weekday.star {
		return day && weekday
	}
	return day || weekday
}
