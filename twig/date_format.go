package twig

import (
	"strconv"
	"time"
)

// formatTime prints t as PHP's date does, in t's own zone.
func formatTime(t time.Time, format string) string { return string(appendTime(nil, t, format)) }

func appendTime(b []byte, t time.Time, format string) []byte {
	for i := 0; i < len(format); i++ {
		c := format[i]
		if c == '\\' {
			if i++; i < len(format) {
				b = append(b, format[i])
			}
			continue
		}
		b = appendTimeField(b, t, c)
	}
	return b
}

func appendTimeField(b []byte, t time.Time, c byte) []byte {
	switch c {
	case 'd', 'D', 'j', 'l', 'N', 'S', 'w', 'z', 'W', 'o':
		return appendDay(b, t, c)
	case 'F':
		return append(b, t.Month().String()...)
	case 'M':
		return append(b, t.Month().String()[:3]...)
	case 'm':
		return appendPad(b, int(t.Month()), 2)
	case 'n':
		return strconv.AppendInt(b, int64(t.Month()), 10)
	case 't':
		return strconv.AppendInt(b, int64(daysIn(t.Year(), t.Month())), 10)
	case 'L':
		return append(b, '0'+byte(daysIn(t.Year(), time.February)-28))
	case 'Y':
		return appendYear(b, t.Year())
	case 'X', 'x':
		if c == 'X' || t.Year() > 9999 {
			if t.Year() >= 0 {
				b = append(b, '+')
			}
		}
		return appendYear(b, t.Year())
	case 'y':
		return appendPad(b, ((t.Year()%100)+100)%100, 2)
	case 'e', 'I', 'O', 'P', 'p', 'T', 'Z':
		return appendZone(b, t, c)
	case 'U':
		return strconv.AppendInt(b, t.Unix(), 10)
	case 'c':
		return appendTime(b, t, "Y-m-d\\TH:i:sP")
	case 'r':
		return appendTime(b, t, "D, d M Y H:i:s O")
	}
	return appendClock(b, t, c)
}

func appendDay(b []byte, t time.Time, c byte) []byte {
	switch c {
	case 'd':
		return appendPad(b, t.Day(), 2)
	case 'D':
		return append(b, t.Weekday().String()[:3]...)
	case 'j':
		return strconv.AppendInt(b, int64(t.Day()), 10)
	case 'l':
		return append(b, t.Weekday().String()...)
	case 'N':
		return append(b, '0'+byte((t.Weekday()+6)%7+1))
	case 'S':
		return append(b, ordinal(t.Day())...)
	case 'w':
		return append(b, '0'+byte(t.Weekday()))
	case 'z':
		return strconv.AppendInt(b, int64(t.YearDay()-1), 10)
	case 'W':
		_, week := t.ISOWeek()
		return appendPad(b, week, 2)
	}
	year, _ := t.ISOWeek()
	return strconv.AppendInt(b, int64(year), 10)
}

func appendClock(b []byte, t time.Time, c byte) []byte {
	switch c {
	case 'a':
		return append(b, meridian(t, "am", "pm")...)
	case 'A':
		return append(b, meridian(t, "AM", "PM")...)
	case 'B':
		utc := t.UTC()
		beat := (utc.Hour()*3600 + utc.Minute()*60 + utc.Second() + 3600) * 10 / 864
		return appendPad(b, beat%1000, 3)
	case 'g':
		return strconv.AppendInt(b, int64(hour12(t)), 10)
	case 'G':
		return strconv.AppendInt(b, int64(t.Hour()), 10)
	case 'h':
		return appendPad(b, hour12(t), 2)
	case 'H':
		return appendPad(b, t.Hour(), 2)
	case 'i':
		return appendPad(b, t.Minute(), 2)
	case 's':
		return appendPad(b, t.Second(), 2)
	case 'u':
		return appendPad(b, t.Nanosecond()/1000, 6)
	case 'v':
		return appendPad(b, t.Nanosecond()/1_000_000, 3)
	}
	return append(b, c)
}

func appendZone(b []byte, t time.Time, c byte) []byte {
	abbreviation, offset := t.Zone()
	switch c {
	case 'e':
		return append(b, zoneName(t)...)
	case 'I':
		if t.IsDST() {
			return append(b, '1')
		}
		return append(b, '0')
	case 'T':
		if isFixedZone(t) {
			return appendOffset(append(b, "GMT"...), offset, "")
		}
		return append(b, abbreviation...)
	case 'Z':
		return strconv.AppendInt(b, int64(offset), 10)
	case 'O':
		return appendOffset(b, offset, "")
	case 'p':
		if offset == 0 {
			return append(b, 'Z')
		}
	}
	return appendOffset(b, offset, ":")
}

// zoneName is the IANA name of a zone, or its offset.
func zoneName(t time.Time) string { return t.Location().String() }

func isFixedZone(t time.Time) bool {
	name := t.Location().String()
	return name != "" && (name[0] == '+' || name[0] == '-')
}

func appendOffset(b []byte, seconds int, colon string) []byte {
	sign := byte('+')
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	b = appendPad(append(b, sign), seconds/3600, 2)
	return appendPad(append(b, colon...), seconds/60%60, 2)
}

func offsetName(seconds int) string { return string(appendOffset(nil, seconds, ":")) }

func appendPad(b []byte, n, width int) []byte {
	var buf [20]byte
	digits := strconv.AppendInt(buf[:0], int64(n), 10)
	for i := len(digits); i < width; i++ {
		b = append(b, '0')
	}
	return append(b, digits...)
}

func appendYear(b []byte, year int) []byte {
	if year < 0 {
		b, year = append(b, '-'), -year
	}
	return appendPad(b, year, 4)
}

func ordinal(day int) string {
	if day%100 >= 11 && day%100 <= 13 {
		return "th"
	}
	switch day % 10 {
	case 1:
		return "st"
	case 2:
		return "nd"
	case 3:
		return "rd"
	}
	return "th"
}

func meridian(t time.Time, am, pm string) string {
	if t.Hour() < 12 {
		return am
	}
	return pm
}

func hour12(t time.Time) int { return (t.Hour()+11)%12 + 1 }

func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// interval is the difference of two dates.
type interval struct {
	years, months, days, hours, minutes, seconds, micros int
	total                                                int // days in all
	negative                                             bool
}

// between returns b - a, in the calendar of a's zone.
func between(a, b time.Time) *interval {
	d := &interval{}
	b = b.In(a.Location())
	if b.Before(a) {
		a, b, d.negative = b, a, true
	}
	d.years, d.months, d.days = b.Year()-a.Year(), int(b.Month()-a.Month()), b.Day()-a.Day()
	d.hours, d.minutes, d.seconds = b.Hour()-a.Hour(), b.Minute()-a.Minute(), b.Second()-a.Second()
	d.micros = b.Nanosecond()/1000 - a.Nanosecond()/1000
	borrow(&d.micros, &d.seconds, 1_000_000)
	borrow(&d.seconds, &d.minutes, 60)
	borrow(&d.minutes, &d.hours, 60)
	borrow(&d.hours, &d.days, 24)
	d.borrowDays(a, b)
	borrow(&d.months, &d.years, 12)
	d.total = int(dayNumber(b) - dayNumber(a))
	if clockOf(b) < clockOf(a) {
		d.total--
	}
	return d
}

// borrowDays takes the lengths of months where the days are short: those before
// the later date, or for a negative interval those from the earlier one on.
func (d *interval) borrowDays(a, b time.Time) {
	month := time.Date(b.Year(), b.Month()-1, 1, 0, 0, 0, 0, time.UTC)
	step := -1
	if d.negative {
		month, step = time.Date(a.Year(), a.Month(), 1, 0, 0, 0, 0, time.UTC), 1
	}
	for d.days < 0 {
		d.days += daysIn(month.Year(), month.Month())
		d.months--
		month = month.AddDate(0, step, 0)
	}
}

func borrow(low, high *int, size int) {
	if *low < 0 {
		*low += size
		*high--
	}
}

func dayNumber(t time.Time) int64 {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400
}

func clockOf(t time.Time) int64 {
	h, m, s := t.Clock()
	return int64(h*3600+m*60+s)*1_000_000_000 + int64(t.Nanosecond())
}

func (d *interval) attribute(name string) Value {
	fields := map[string]int{
		"y": d.years, "m": d.months, "d": d.days, "h": d.hours, "i": d.minutes, "s": d.seconds, "days": d.total,
	}
	if n, ok := fields[name]; ok {
		return IntValue(int64(n))
	}
	switch name {
	case "f":
		return FloatValue(float64(d.micros) / 1e6)
	case "invert":
		if d.negative {
			return IntValue(1)
		}
		return IntValue(0)
	}
	return missing
}

// format prints the interval as PHP's DateInterval does.
func (d *interval) format(format string) string {
	var b []byte
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b = append(b, format[i])
			continue
		}
		i++
		width, n := 1, 0
		c := format[i]
		if c >= 'A' && c <= 'Z' && c != 'R' {
			width = 2
		}
		switch c {
		case 'Y':
			width, n = 4, d.years
		case 'y':
			n = d.years
		case 'M', 'm':
			n = d.months
		case 'D', 'd':
			n = d.days
		case 'H', 'h':
			n = d.hours
		case 'I', 'i':
			n = d.minutes
		case 'S', 's':
			n = d.seconds
		case 'F':
			width, n = 6, d.micros
		case 'f':
			n = d.micros
		case 'a':
			n = d.total
		case 'R', 'r':
			if d.negative {
				b = append(b, '-')
			} else if c == 'R' {
				b = append(b, '+')
			}
			continue
		case '%':
			b = append(b, '%')
			continue
		default:
			b = append(b, '%', c)
			continue
		}
		b = appendPad(b, n, width)
	}
	return string(b)
}
