package twig

import (
	"strings"
	"time"
)

// isoDate reads 2026-03-05, 2026-03, 2026-W10-4, 2026/03/05 and 20260305.
func (p *dateParser) isoDate() bool {
	return p.try(func() bool {
		y, ok := p.fixed(4)
		if !ok || p.pos >= len(p.s) {
			return false
		}
		switch c := p.s[p.pos]; {
		case c == '-' || c == '/':
			p.pos++
			if c == '-' && p.isoWeek(y) {
				return true
			}
			return p.isoMonthDay(y, c)
		case c == 'w':
			return p.isoWeek(y)
		}
		m, ok := p.fixed(2)
		if !ok {
			return false
		}
		d, ok := p.fixed(2)
		if !ok || m == 0 || m > 12 || d > 31 {
			return false
		}
		if p.pos < len(p.s) && p.s[p.pos] == 't' {
			p.pos++
			return p.date(y, time.Month(m), d) && (p.clock() || p.compactClock())
		}
		return (p.pos == len(p.s) || p.s[p.pos]-'0' > 9) && p.date(y, time.Month(m), d)
	})
}

func (p *dateParser) isoMonthDay(y int, separator byte) bool {
	if m, ok := p.monthName(); ok && separator == '-' {
		if !p.accept('-') {
			return false
		}
		d, ok := p.digits(1, 2)
		return ok && p.date(y, m, d)
	}
	m, ok := p.digits(1, 2)
	if !ok || m > 12 {
		return false
	}
	if !p.accept(separator) {
		return separator == '-' && p.date(y, time.Month(m), 1)
	}
	d, ok := p.fixed(2)
	if !ok {
		d, ok = p.fixed(1)
	}
	return ok && p.date(y, time.Month(m), d)
}

// isoWeek reads W10 and W10-4 after the year.
func (p *dateParser) isoWeek(y int) bool {
	return p.try(func() bool {
		if !p.accept('w') {
			return false
		}
		w, ok := p.fixed(2)
		if !ok || w > 53 {
			return false
		}
		day := 1
		p.try(func() bool {
			p.accept('-')
			n, ok := p.fixed(1)
			if ok && n <= 7 {
				day = n
			}
			return ok && n <= 7
		})
		fourth := time.Date(y, 1, 4, 0, 0, 0, 0, time.UTC)
		monday := fourth.AddDate(0, 0, -int(fourth.Weekday()+6)%7)
		t := monday.AddDate(0, 0, (w-1)*7+day-1)
		return p.date(t.Year(), t.Month(), t.Day())
	})
}

// slashDate reads 12/25/2026 and 12/25, month first.
func (p *dateParser) slashDate() bool {
	return p.try(func() bool {
		m, ok := p.digits(1, 2)
		if !ok || !p.accept('/') {
			return false
		}
		d, ok := p.digits(1, 2)
		if !ok || m > 12 {
			return false
		}
		y := -1
		if p.accept('/') {
			start := p.pos
			if y, ok = p.digits(1, 4); !ok {
				return false
			}
			y = fullYear(y, p.pos-start)
		}
		return p.date(y, time.Month(m), d)
	})
}

// logDate reads 10/Oct/2000:13:55:36, as web servers log it.
func (p *dateParser) logDate() bool {
	return p.try(func() bool {
		d, ok := p.digits(1, 2)
		if !ok || !p.accept('/') {
			return false
		}
		m, ok := p.monthName()
		if !ok || !p.accept('/') {
			return false
		}
		y, ok := p.digits(4, 4)
		return ok && p.accept(':') && p.date(y, m, d) && p.clock()
	})
}

func fullYear(y, width int) int {
	switch {
	case width > 2:
		return y
	case y < 70:
		return y + 2000
	}
	return y + 1900
}

// dashDate reads 25-12-2026, 25-dec-2026 and 25.12.2026.
func (p *dateParser) dashDate() bool {
	return p.try(func() bool {
		d, ok := p.digits(1, 2)
		if !ok || p.pos >= len(p.s) {
			return false
		}
		c := p.s[p.pos]
		if c != '-' && c != '.' {
			return false
		}
		p.pos++
		m, named := p.monthName()
		if !named {
			n, ok := p.digits(1, 2)
			if !ok {
				return false
			}
			m = time.Month(n)
		}
		if !p.accept(c) {
			return false
		}
		start := p.pos
		y, ok := p.digits(4, 4)
		if !ok && named {
			y, ok = p.digits(2, 2)
			y = fullYear(y, p.pos-start)
		}
		return ok && m <= 12 && p.date(y, m, d)
	})
}

// dottedDate reads 25.12.26.
func (p *dateParser) dottedDate() bool {
	return p.try(func() bool {
		d, ok := p.digits(1, 2)
		if !ok || !p.accept('.') {
			return false
		}
		m, ok := p.digits(1, 2)
		if !ok || !p.accept('.') {
			return false
		}
		y, ok := p.digits(2, 2)
		return ok && m <= 12 && p.date(fullYear(y, 2), time.Month(m), d)
	})
}

// dayMonth reads 5 March 2026, 5th march and 5-mar.
func (p *dateParser) dayMonth() bool {
	return p.try(func() bool {
		d, ok := p.digits(1, 2)
		if !ok || d > 31 {
			return false
		}
		p.ordinalSuffix()
		for p.pos < len(p.s) && strings.IndexByte(" \t.-", p.s[p.pos]) >= 0 {
			p.pos++
		}
		m, ok := p.monthName()
		if !ok {
			return false
		}
		y := p.yearAfter()
		return p.date(y, m, d)
	})
}

func (p *dateParser) ordinalSuffix() {
	for _, suffix := range []string{"st", "nd", "rd", "th"} {
		if strings.HasPrefix(p.s[p.pos:], suffix) {
			p.pos += 2
			return
		}
	}
}

// yearAfter reads a year of four digits behind a month or a day, or gives -1.
func (p *dateParser) yearAfter() int {
	year := -1
	p.try(func() bool {
		for p.pos < len(p.s) && strings.IndexByte(" \t.,-", p.s[p.pos]) >= 0 {
			p.pos++
		}
		y, ok := p.digits(4, 4)
		if ok && !(p.pos < len(p.s) && p.s[p.pos] == ':') {
			year = y
			return true
		}
		return false
	})
	return year
}

// bareNumber reads four digits as a time of day, else as a year.
func (p *dateParser) bareNumber() bool {
	return p.try(func() bool {
		n, ok := p.digits(4, 4)
		if !ok {
			return false
		}
		if !p.haveTime && !p.haveDate && n/100 < 24 && n%100 < 60 {
			return p.setClock(n/100, n%100, 0, 0)
		}
		p.year, p.haveDate = n, true
		return true
	})
}

var monthNames = []string{
	"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
}

func monthOf(word string) (time.Month, bool) {
	if word == "sept" {
		return time.September, true
	}
	for i, name := range monthNames {
		if word == name || word == name[:3] {
			return time.Month(i + 1), true
		}
	}
	return 0, false
}

func (p *dateParser) monthName() (time.Month, bool) {
	w := p.letters()
	m, ok := monthOf(w)
	if ok {
		p.pos += len(w)
	}
	return m, ok
}
