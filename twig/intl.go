package twig

import (
	"strings"
	"time"
)

// The date filters of Twig's intl extension, for English, which needs none of
// ICU's data.
func intlFilters() []*callDef {
	return []*callDef{
		define("format_datetime", "date_format? time_format? pattern? timezone? calendar? locale?", formatDateTime),
		define("format_date", "date_format? pattern? timezone? calendar? locale?", func(r *run, a []Value) Value {
			return formatDateTime(r, []Value{a[0], a[1], StringValue("none"), a[2], a[3], a[4], a[5]})
		}),
		define("format_time", "time_format? pattern? timezone? calendar? locale?", func(r *run, a []Value) Value {
			return formatDateTime(r, []Value{a[0], StringValue("none"), a[1], a[2], a[3], a[4], a[5]})
		}),
	}
}

var datePatterns = map[string]string{
	"none": "", "short": "M/d/yy", "medium": "MMM d, y", "long": "MMMM d, y", "full": "EEEE, MMMM d, y",
}

var timePatterns = map[string]string{
	"none": "", "short": "h:mm a", "medium": "h:mm:ss a", "long": "h:mm:ss a z", "full": "h:mm:ss a zzzz",
}

func formatDateTime(r *run, args []Value) Value {
	if !args[5].IsNull() && args[5].String() != "gregorian" {
		r.fail("The calendar %q is not supported; only gregorian is.", args[5].String())
	}
	if l := strings.ToLower(args[6].String()); l != "" && l != "en" && !strings.HasPrefix(l, "en_") && !strings.HasPrefix(l, "en-") {
		r.fail("The locale %q is not supported; only English is.", args[6].String())
	}
	date, dateOK := datePatterns[styleOf(args[1])]
	clock, clockOK := timePatterns[styleOf(args[2])]
	if !dateOK || !clockOK {
		r.fail("The formats of dates and times are none, short, medium, long and full.")
	}
	pattern := r.dateFormat(args[3])
	if pattern == "" {
		pattern = date + clock
		if date != "" && clock != "" {
			pattern = date + ", " + clock
			if style := styleOf(args[1]); style == "long" || style == "full" {
				pattern = date + " 'at' " + clock
			}
		}
	}
	t := r.inZone(r.toTime(args[0]), args[4])
	base := len(r.scratch)
	r.scratch = appendPattern(r.scratch, t, pattern)
	return r.takeScratch(base)
}

func styleOf(v Value) string {
	if v.IsNull() {
		return "medium"
	}
	return v.String()
}

// appendPattern prints t by a date pattern of Unicode TR 35, in English.
func appendPattern(b []byte, t time.Time, pattern string) []byte {
	for i := 0; i < len(pattern); {
		c := pattern[i]
		if c == '\'' {
			b, i = appendQuoted(b, pattern, i+1)
			continue
		}
		n := 1
		for i+n < len(pattern) && pattern[i+n] == c {
			n++
		}
		if c|0x20 >= 'a' && c|0x20 <= 'z' {
			b = appendSymbol(b, t, c, n)
		} else {
			b = append(b, pattern[i:i+n]...)
		}
		i += n
	}
	return b
}

// appendQuoted copies a text in single quotes; two of them stand for one.
func appendQuoted(b []byte, pattern string, i int) ([]byte, int) {
	if i < len(pattern) && pattern[i] == '\'' {
		return append(b, '\''), i + 1
	}
	for i < len(pattern) {
		if pattern[i] == '\'' {
			if i+1 == len(pattern) || pattern[i+1] != '\'' {
				return b, i + 1
			}
			i++
		}
		b = append(b, pattern[i])
		i++
	}
	return b, i
}

func appendSymbol(b []byte, t time.Time, c byte, n int) []byte {
	switch c {
	case 'y', 'u', 'Y':
		year := t.Year()
		if c == 'Y' {
			year, _ = t.ISOWeek()
		}
		if n == 2 {
			return appendPad(b, ((year%100)+100)%100, 2)
		}
		return appendPad(b, year, n)
	case 'M', 'L':
		return appendNamed(b, int(t.Month()), t.Month().String(), n)
	case 'E', 'c', 'e':
		if c == 'E' && n < 3 {
			n = 3
		}
		return appendNamed(b, int(t.Weekday())+1, t.Weekday().String(), n)
	case 'Q', 'q':
		return appendPad(b, (int(t.Month())+2)/3, n)
	case 'D':
		return appendPad(b, t.YearDay(), n)
	case 'w':
		_, week := t.ISOWeek()
		return appendPad(b, week, n)
	case 'd':
		return appendPad(b, t.Day(), n)
	case 'a':
		return append(b, meridian(t, "AM", "PM")...)
	case 'G':
		return append(b, "AD"...)
	case 'z', 'v', 'V', 'Z', 'X', 'x', 'O':
		return appendZoneSymbol(b, t, c, n)
	}
	return appendClockSymbol(b, t, c, n)
}

func appendNamed(b []byte, number int, name string, n int) []byte {
	switch {
	case n <= 2:
		return appendPad(b, number, n)
	case n == 3:
		return append(b, name[:3]...)
	case n == 5:
		return append(b, name[0])
	}
	return append(b, name...)
}

func appendClockSymbol(b []byte, t time.Time, c byte, n int) []byte {
	switch c {
	case 'h':
		return appendPad(b, hour12(t), n)
	case 'H':
		return appendPad(b, t.Hour(), n)
	case 'K':
		return appendPad(b, t.Hour()%12, n)
	case 'k':
		return appendPad(b, (t.Hour()+23)%24+1, n)
	case 'm':
		return appendPad(b, t.Minute(), n)
	case 's':
		return appendPad(b, t.Second(), n)
	case 'S':
		digits := appendPad(nil, t.Nanosecond(), 9)
		return append(b, digits[:min(n, 9)]...)
	}
	return b
}

func appendZoneSymbol(b []byte, t time.Time, c byte, n int) []byte {
	name, offset := t.Zone()
	switch {
	case c == 'X' && offset == 0:
		return append(b, 'Z')
	case c == 'Z' && n < 4, (c == 'X' || c == 'x') && (n == 2 || n == 4):
		return appendOffset(b, offset, "")
	case c == 'Z' && n == 5 && offset == 0:
		return append(b, 'Z')
	case (c == 'X' || c == 'x') && n == 1:
		return appendOffset(b, offset, "")[:len(b)+3]
	case c == 'X', c == 'x', c == 'Z' && n == 5:
		return appendOffset(b, offset, ":")
	case c == 'V':
		return append(b, zoneName(t)...)
	case c == 'z' && n < 4 || c == 'v':
		return append(b, name...)
	}
	if offset == 0 {
		return append(b, "GMT"...)
	}
	return appendOffset(append(b, "GMT"...), offset, ":")
}
