package twig

import (
	"strings"
	"time"
)

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
		p.midnight()
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
		p.relative.days = 1
	case "yesterday":
		p.midnight()
		p.relative.days = -1
	case "ago":
		r := &p.relative
		r.years, r.months, r.days, r.workdays = -r.years, -r.months, -r.days, -r.workdays
		r.hours, r.minutes, r.secs, r.micros = -r.hours, -r.minutes, -r.secs, -r.micros
		if r.weekday = -r.weekday; r.weekday == 0 {
			r.weekday = -7
		}
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
	p.midnight()
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
		p.relative.inMonth = 1
		if n < 0 {
			p.relative.inMonth = -1
		}
		p.setWeekday(n, day, boolToInt(n > 0))
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
