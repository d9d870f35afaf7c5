package twig

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// dateParts is what a text says about a date, before it is applied to a base.
type dateParts struct {
	haveDate, haveTime bool
	reset              bool // the time of day becomes midnight unless given
	year, day          int
	month              time.Month
	hour, minute, sec  int
	nanos              int
	loc                *time.Location
	stamp              *time.Time // @seconds
	relative           relative
}

// relative is what "+1 week", "next monday" and "last day of" add up to.
type relative struct {
	years, months, days  int
	hours, minutes, secs int
	micros               int
	workdays             int
	weekday              int // 0 is Sunday
	haveWeekday          bool
	behaviour            int // as in PHP: 0 after today, 1 today or later, 2 of this week
	edge                 int // 1 first day of the month, 2 last
	nth                  int // n-th weekday of the month, -1 the last
	nthWeekday           int
}

// dateParser reads a text as PHP's strtotime does.
type dateParser struct {
	s     string
	pos   int
	zones *zones
	dateParts
}

// parseDate reads a date. What it leaves open is taken from now, whose zone
// holds for a text that names none.
func parseDate(s string, now time.Time, z *zones) (time.Time, error) {
	p, err := scanDate(s, z)
	if err != nil {
		return time.Time{}, err
	}
	return p.apply(now, true)
}

// modifyDate changes a date by a text such as "+1 day"; its time of day stays
// unless the text says otherwise.
func modifyDate(t time.Time, s string, z *zones) (time.Time, error) {
	p, err := scanDate(s, z)
	if err != nil {
		return time.Time{}, err
	}
	return p.apply(t, false)
}

func scanDate(s string, z *zones) (*dateParser, error) {
	if len(s) > 200 {
		return nil, fmt.Errorf("a date is longer than 200 bytes")
	}
	p := &dateParser{s: strings.ToLower(s), zones: z}
	for {
		p.skip()
		if p.pos >= len(p.s) {
			return p, nil
		}
		start := p.pos
		if !p.item() || p.pos == start {
			return nil, fmt.Errorf("failed to parse the date %q at position %d", s, start)
		}
	}
}

func (p *dateParser) skip() {
	for p.pos < len(p.s) && strings.IndexByte(" \t\n\r,;()", p.s[p.pos]) >= 0 {
		p.pos++
	}
}

func (p *dateParser) item() bool {
	c := p.s[p.pos]
	switch {
	case c == '@':
		return p.timestamp()
	case c-'0' <= 9:
		return p.isoDate() || p.slashDate() || p.logDate() || p.dashDate() || p.dottedDate() || p.dayMonth() || p.clock() || p.amount() || p.bareNumber()
	case c == '+' || c == '-':
		return p.amount() || p.offset()
	case c == 't' && p.pos+1 < len(p.s) && p.s[p.pos+1]-'0' <= 9:
		p.pos++
		return p.clock() || p.compactClock()
	}
	return p.word()
}

// digits reads min to max digits that no further digit follows.
func (p *dateParser) digits(min, max int) (int, bool) {
	i := p.pos
	for i < len(p.s) && p.s[i]-'0' <= 9 {
		i++
	}
	if n := i - p.pos; n < min || n > max {
		return 0, false
	}
	n, _ := strconv.Atoi(p.s[p.pos:i]) // at most nine digits
	p.pos = i
	return n, true
}

// fixed reads exactly n digits, whatever follows.
func (p *dateParser) fixed(n int) (int, bool) {
	if p.pos+n > len(p.s) {
		return 0, false
	}
	v := 0
	for _, c := range []byte(p.s[p.pos : p.pos+n]) {
		if c-'0' > 9 {
			return 0, false
		}
		v = v*10 + int(c-'0')
	}
	p.pos += n
	return v, true
}

func (p *dateParser) accept(c byte) bool {
	if p.pos < len(p.s) && p.s[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

// try runs a rule and puts the cursor back when it does not fit.
func (p *dateParser) try(rule func() bool) bool {
	start := p.pos
	if rule() {
		return true
	}
	p.pos = start
	return false
}

func (p *dateParser) date(y int, m time.Month, d int) bool {
	if m < 0 || m > 12 || d < 0 || d > 31 || p.haveDate && p.day != 0 {
		return false
	}
	p.haveDate = true
	p.year, p.month, p.day = y, m, d
	return true
}

func (p *dateParser) timestamp() bool {
	p.pos++
	start := p.pos
	if p.accept('-') || p.accept('+') {
		_ = start
	}
	for p.pos < len(p.s) && p.s[p.pos]-'0' <= 9 {
		p.pos++
	}
	n, err := strconv.ParseInt(strings.TrimPrefix(p.s[start:p.pos], "+"), 10, 64)
	if err != nil || n > 1<<55 || n < -1<<55 {
		return false
	}
	nanos := 0
	if p.accept('.') {
		nanos = p.fraction()
	}
	t := time.Unix(n, int64(nanos)).In(time.FixedZone("+00:00", 0))
	p.stamp = &t
	return true
}

// fraction reads digits as nanoseconds.
func (p *dateParser) fraction() int {
	n, scale := 0, 1_000_000_000
	for p.pos < len(p.s) && p.s[p.pos]-'0' <= 9 {
		if scale > 1 {
			scale /= 10
			n += int(p.s[p.pos]-'0') * scale
		}
		p.pos++
	}
	return n / 1000 * 1000
}

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

// clock reads 9:07, 09:07:04.5, 9am and 9:07 pm.
func (p *dateParser) clock() bool {
	return p.try(func() bool {
		h, ok := p.digits(1, 2)
		if !ok {
			return false
		}
		m, s, n, parts := 0, 0, 0, 1
		for parts < 3 && p.pos+1 < len(p.s) && p.s[p.pos] == ':' && p.s[p.pos+1]-'0' <= 9 {
			p.pos++
			v, ok := p.digits(1, 2)
			if !ok {
				return false
			}
			if parts == 1 {
				m = v
			} else {
				s = v
			}
			parts++
		}
		if parts == 3 && p.pos+1 < len(p.s) && (p.s[p.pos] == '.' || p.s[p.pos] == ',') && p.s[p.pos+1]-'0' <= 9 {
			p.pos++
			n = p.fraction()
		}
		half := p.meridian()
		switch {
		case half == "" && parts == 1:
			return false
		case half != "" && (h == 0 || h > 12):
			return false
		case half == "am" && h == 12:
			h = 0
		case half == "pm" && h < 12:
			h += 12
		}
		return p.setClock(h, m, s, n)
	})
}

func (p *dateParser) setClock(h, m, s, n int) bool {
	if h > 24 || m > 59 || s > 60 || p.haveTime {
		return false
	}
	p.haveTime = true
	p.hour, p.minute, p.sec, p.nanos = h, m, s, n
	return true
}

func (p *dateParser) meridian() string {
	start := p.pos
	for p.pos < len(p.s) && (p.s[p.pos] == ' ' || p.s[p.pos] == '\t') {
		p.pos++
	}
	for _, half := range []string{"am", "pm", "a.m.", "p.m."} {
		if rest := p.s[p.pos:]; strings.HasPrefix(rest, half) && (len(rest) == len(half) || rest[len(half)] < 'a') {
			p.pos += len(half)
			return half[:1] + "m"
		}
	}
	p.pos = start
	return ""
}

// compactClock reads 090704 and 0907 after a T.
func (p *dateParser) compactClock() bool {
	return p.try(func() bool {
		h, ok := p.fixed(2)
		if !ok {
			return false
		}
		m, ok := p.fixed(2)
		if !ok {
			return p.setClock(h, 0, 0, 0)
		}
		s, _ := p.fixed(2)
		return p.setClock(h, m, s, 0)
	})
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

func (p *dateParser) offset() bool {
	seconds, end, ok := scanOffset(p.s, p.pos)
	if !ok || p.loc != nil {
		return false
	}
	p.pos = end
	p.loc = time.FixedZone(offsetName(seconds), seconds)
	return true
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

func (p *dateParser) letters() string {
	i := p.pos
	for i < len(p.s) && p.s[i] >= 'a' && p.s[i] <= 'z' {
		i++
	}
	return p.s[p.pos:i]
}
