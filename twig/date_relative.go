package twig

import (
	"errors"
	"strings"
	"time"
)

var errDateRange = errors.New("the date is out of range")

// word reads what starts with a letter: names of months and days, relative
// words, and time zones.
func (p *dateParser) word() bool {
	w := p.letters()
	if w == "" {
		return false
	}
	if p.keyword(w) || p.ordinalWord(w) {
		return true
	}
	if m, ok := monthOf(w); ok {
		p.pos += len(w)
		return p.monthFirst(m)
	}
	if day, ok := weekdayOf(w); ok {
		p.pos += len(w)
		p.accept('.')
		p.relative.haveWeekday, p.relative.weekday = true, day
		if p.relative.behaviour != 2 {
			p.relative.behaviour = 1
		}
		p.reset = true
		return true
	}
	return p.zone()
}

func (p *dateParser) keyword(w string) bool {
	switch w {
	case "now":
	case "today", "midnight":
		p.midnight()
	case "noon":
		p.midnight()
		p.haveTime, p.hour = true, 12
	case "tomorrow":
		p.midnight()
		p.relative.days++
	case "yesterday":
		p.midnight()
		p.relative.days--
	case "ago":
		r := &p.relative
		r.years, r.months, r.days, r.workdays = -r.years, -r.months, -r.days, -r.workdays
		r.hours, r.minutes, r.secs, r.micros = -r.hours, -r.minutes, -r.secs, -r.micros
	case "of", "on", "and", "at":
		if w == "and" {
			return false
		}
	default:
		return false
	}
	p.pos += len(w)
	return true
}

func (p *dateParser) midnight() {
	p.reset, p.haveTime = true, false
	p.hour, p.minute, p.sec, p.nanos = 0, 0, 0, 0
}

// monthFirst reads what follows a month's name: March 5, 2026 or March 2026.
func (p *dateParser) monthFirst(m time.Month) bool {
	day := 1
	named := p.try(func() bool {
		for p.pos < len(p.s) && strings.IndexByte(" \t.-", p.s[p.pos]) >= 0 {
			p.pos++
		}
		d, ok := p.digits(1, 2)
		if !ok || d > 31 || p.pos < len(p.s) && p.s[p.pos] == ':' {
			return false
		}
		p.ordinalSuffix()
		day = d
		return true
	})
	if y := p.yearAfter(); y >= 0 || named {
		return p.date(y, m, day)
	}
	if p.haveDate {
		p.month = m
		return true
	}
	p.haveDate, p.year, p.month, p.day = true, -1, m, -1
	return true
}

func weekdayOf(word string) (int, bool) {
	for d := range 7 {
		name := strings.ToLower(time.Weekday(d).String())
		if word == name || word == name[:3] {
			return d, true
		}
	}
	switch word {
	case "tues":
		return 2, true
	case "wednes":
		return 3, true
	case "thur", "thurs":
		return 4, true
	}
	return 0, false
}

// relativeWords gives the amount that a word stands for.
var relativeWords = map[string]int{
	"last": -1, "previous": -1, "this": 0, "next": 1, "first": 1, "second": 2, "third": 3, "fourth": 4,
	"fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12,
}

// ordinalWord reads next month, first day of, last monday of, this week.
func (p *dateParser) ordinalWord(w string) bool {
	n, ok := relativeWords[w]
	if !ok {
		return false
	}
	return p.try(func() bool {
		p.pos += len(w)
		if p.spaces() == 0 {
			return false
		}
		unit := p.letters()
		p.pos += len(unit)
		day, isDay := weekdayOf(unit)
		if (w == "first" || w == "last" || isDay && n != 0) && p.followedByOf() {
			return p.partOfMonth(n, unit, day, isDay)
		}
		if isDay {
			p.setWeekday(n, day, boolToInt(w == "this"))
			return true
		}
		if unit == "week" {
			p.setWeek(n)
			return true
		}
		return p.add(n, unit)
	})
}

func boolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (p *dateParser) setWeekday(n, day, behaviour int) {
	if n > 0 {
		n--
	}
	p.relative.days += 7 * n
	p.relative.haveWeekday, p.relative.weekday, p.relative.behaviour = true, day, behaviour
	p.reset = true
}

// setWeek moves by whole weeks, to the weekday that is named or to Monday.
func (p *dateParser) setWeek(n int) {
	r := &p.relative
	r.days += 7 * n
	r.behaviour = 2
	if !r.haveWeekday {
		r.haveWeekday, r.weekday = true, 1
	}
}

func (p *dateParser) spaces() int {
	start := p.pos
	for p.pos < len(p.s) && (p.s[p.pos] == ' ' || p.s[p.pos] == '\t') {
		p.pos++
	}
	return p.pos - start
}

func (p *dateParser) followedByOf() bool {
	return p.try(func() bool {
		if p.spaces() == 0 || p.letters() != "of" {
			return false
		}
		p.pos += 2
		return true
	})
}

func (p *dateParser) partOfMonth(n int, unit string, day int, isDay bool) bool {
	switch {
	case unit == "day" && n == 1:
		p.relative.edge = 1
	case unit == "day" && n == -1:
		p.relative.edge = 2
	case isDay:
		p.relative.nth, p.relative.nthWeekday = n, day
		p.reset = true
	default:
		return false
	}
	return true
}

// amount reads +1 day, -2 weeks, 3 months.
func (p *dateParser) amount() bool {
	return p.try(func() bool {
		sign := 1
		for p.pos < len(p.s) && (p.s[p.pos] == '+' || p.s[p.pos] == '-') {
			if p.s[p.pos] == '-' {
				sign = -sign
			}
			p.pos++
		}
		p.spaces()
		n, ok := p.digits(1, 9)
		if !ok {
			return false
		}
		p.spaces()
		unit := p.letters()
		if unit == "" {
			return false
		}
		p.pos += len(unit)
		return p.add(sign*n, unit)
	})
}

// add adds an amount of a unit of time.
func (p *dateParser) add(n int, unit string) bool {
	r := &p.relative
	if day, ok := weekdayOf(unit); ok {
		p.setWeekday(n, day, 0)
		return true
	}
	switch unit {
	case "sec", "secs", "second", "seconds":
		r.secs += n
	case "min", "mins", "minute", "minutes":
		r.minutes += n
	case "hour", "hours":
		r.hours += n
	case "day", "days":
		r.days += n
	case "week", "weeks":
		r.days += 7 * n
	case "fortnight", "fortnights", "forthnight", "forthnights":
		r.days += 14 * n
	case "month", "months":
		r.months += n
	case "year", "years":
		r.years += n
	case "weekday", "weekdays":
		r.workdays += n
	case "ms", "msec", "msecs", "millisecond", "milliseconds":
		r.micros += 1000 * n
	case "usec", "usecs", "microsecond", "microseconds":
		r.micros += n
	default:
		return false
	}
	return true
}

// zone reads a time zone: an abbreviation, an IANA name, or UTC+2.
func (p *dateParser) zone() bool {
	i := p.pos
	for i < len(p.s) && (p.s[i] >= 'a' && p.s[i] <= 'z' || p.s[i] == '/' || p.s[i] == '_' ||
		(p.s[i] == '-' || p.s[i]-'0' <= 9) && strings.Contains(p.s[p.pos:i], "/")) {
		i++
	}
	name := p.s[p.pos:i]
	if p.loc != nil || name == "" {
		return false
	}
	loc, err := p.zones.find(name)
	if err != nil {
		return false
	}
	p.pos, p.loc = i, loc
	if name == "utc" || name == "gmt" {
		if seconds, end, ok := scanOffset(p.s, i); ok {
			p.pos, p.loc = end, time.FixedZone(offsetName(seconds), seconds)
		}
	}
	return true
}

// apply works the parts out on a base. With fresh, a date without a time of
// day means midnight.
func (p *dateParser) apply(base time.Time, fresh bool) (time.Time, error) {
	if p.stamp != nil {
		base = *p.stamp
	}
	loc := base.Location()
	if p.loc != nil && fresh {
		loc = p.loc
	}
	base = base.In(loc)
	y, m, d := base.Date()
	h, min, s := base.Clock()
	ns := base.Nanosecond()
	if p.haveDate {
		if p.year >= 0 {
			y = p.year
		}
		if p.month > 0 {
			m = p.month
		}
		if p.day >= 0 && p.month > 0 {
			d = p.day
		}
	}
	switch {
	case p.haveTime:
		h, min, s, ns = p.hour, p.minute, p.sec, p.nanos
	case p.reset, p.haveDate && fresh:
		h, min, s, ns = 0, 0, 0, 0
	}
	return p.relative.apply(y, m, d, h, min, s, ns, loc)
}

// apply adds the relative parts to a wall clock time.
func (r *relative) apply(y int, m time.Month, d, h, min, s, ns int, loc *time.Location) (time.Time, error) {
	const far = 1_000_000
	if outside(r.years, far) || outside(r.months, 12*far) || outside(r.days, 366*far) || outside(r.workdays, 10_000) {
		return time.Time{}, errDateRange
	}
	y += r.years
	m += time.Month(r.months)
	d += r.days
	switch r.edge {
	case 1:
		d = 1 + r.days
	case 2:
		m++
		d = r.days
	}
	day := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	if r.nth != 0 {
		day = nthWeekday(day, r.nth, r.nthWeekday)
	}
	if r.haveWeekday {
		day = day.AddDate(0, 0, r.toWeekday(int(day.Weekday())))
	}
	day = addWorkdays(day, r.workdays)
	y, m, d = day.Date()
	t := time.Date(y, m, d, h, min, s, ns, loc)
	elapsed := time.Duration(r.hours)*time.Hour + time.Duration(r.minutes)*time.Minute
	if outside(r.hours, 2_000_000) || outside(r.minutes, 100_000_000) {
		return time.Time{}, errDateRange
	}
	t = t.Add(elapsed).Add(time.Duration(r.secs) * time.Second).Add(time.Duration(r.micros) * time.Microsecond)
	return t, nil
}

func outside(n, limit int) bool { return n > limit || n < -limit }

// toWeekday returns the days from the current weekday to the wanted one.
func (r *relative) toWeekday(current int) int {
	want := r.weekday
	if r.behaviour == 2 {
		if current == 0 && want != 0 {
			want -= 7
		}
		if want == 0 && current != 0 {
			want = 7
		}
		return want - current
	}
	diff := want - current
	if r.days < 0 && diff < 0 || r.days >= 0 && diff <= -r.behaviour {
		diff += 7
	}
	return diff
}

// nthWeekday returns the n-th (or with -1 the last) weekday of a month.
func nthWeekday(day time.Time, n, weekday int) time.Time {
	if n > 0 {
		first := day.AddDate(0, 0, 1-day.Day())
		return first.AddDate(0, 0, (weekday-int(first.Weekday())+7)%7+7*(n-1))
	}
	last := day.AddDate(0, 1, -day.AddDate(0, 1, 0).Day())
	last = time.Date(day.Year(), day.Month()+1, 0, 0, 0, 0, 0, time.UTC)
	return last.AddDate(0, 0, -((int(last.Weekday())-weekday+7)%7)+7*(n+1))
}

func addWorkdays(day time.Time, n int) time.Time {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		day = day.AddDate(0, 0, step)
		if w := day.Weekday(); w != time.Saturday && w != time.Sunday {
			n--
		}
	}
	return day
}
