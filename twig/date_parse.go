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
	inMonth              int // the weekday counts from the first of the month (1) or of the next (-1)
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
	for p.pos < len(p.s) && strings.IndexByte(" \t\n\r.,;()", p.s[p.pos]) >= 0 {
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

func (p *dateParser) offset() bool {
	seconds, end, ok := scanOffset(p.s, p.pos)
	if !ok || p.loc != nil {
		return false
	}
	p.pos = end
	p.loc = time.FixedZone(offsetName(seconds), seconds)
	return true
}

func (p *dateParser) letters() string {
	i := p.pos
	for i < len(p.s) && p.s[i] >= 'a' && p.s[i] <= 'z' {
		i++
	}
	return p.s[p.pos:i]
}
