package twig

import (
	"errors"
	"time"
)

var errDateRange = errors.New("the date is out of range")

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
	months := r.months
	switch r.inMonth {
	case 1:
		d, m, months = 1, m+time.Month(months), 0
	case -1:
		d, m, months = 1, m+time.Month(months)+1, 0
	}
	if r.haveWeekday {
		day := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
		y, m, d = day.AddDate(0, 0, r.toWeekday(int(day.Weekday()))).Date()
	}
	y, m, d = y+r.years, m+time.Month(months), d+r.days
	switch r.edge {
	case 1:
		d = 1
	case 2:
		m, d = m+1, 0
	}
	if r.workdays != 0 {
		y, m, d = addWorkdays(time.Date(y, m, d, 0, 0, 0, 0, time.UTC), r.workdays).Date()
	}
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
	if want < 0 {
		return -(7 - (-want - current))
	}
	if r.days < 0 && diff < 0 || r.days >= 0 && diff <= -r.behaviour {
		diff += 7
	}
	return diff
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
