package twig

import (
	"strings"
	"time"
	"unsafe"
)

func (v Value) interval() *interval { return (*interval)(v.ptr) }

func intervalValue(d *interval) Value { return Value{kind: inInterval, ptr: unsafe.Pointer(d)} }

func dateFilters() []*callDef {
	date := define("date", "format? timezone?", dateFilter)
	date.numeric = dateIsNumber
	return []*callDef{date, define("date_modify", "modifier", dateModify)}
}

// dateIsNumber reports whether a date is printed as a number whatever the day:
// 'm' gives 03, which is none, and 10, which would be one.
func dateIsNumber(args []argument) bool {
	format, ok := constantArgument(args, 0, "format")
	return ok && (format == "U" || format == "Y")
}

// toTime reads a value as a date: null is now, digits are seconds since 1970,
// texts are parsed. It keeps the zone that the value names.
func (r *run) toTime(v Value) time.Time {
	switch {
	case v.kind == inTime:
		return v.time()
	case v.IsNull():
		return r.env.now().In(r.env.location)
	case v.kind == inInt:
		return r.fromUnix(v.int(), 0)
	case v.kind == inFloat || v.kind == inDecimal:
		f := v.float()
		whole := floatToInt(f)
		return r.fromUnix(whole, int64((f-float64(whole))*1e6)*1000)
	case v.kind == inArray || v.kind == inCallable || v.kind == inInterval:
		r.fail("A date cannot be made of %s.", describeKind(v))
	}
	s := v.String()
	if n, ok := unixText(s); ok {
		return r.fromUnix(n, 0)
	}
	if t, ok := commonDate(s, r.env.location); ok {
		return t
	}
	t, err := parseDate(s, r.env.now().In(r.env.location), r.env.zones)
	if err != nil {
		r.failBecause(err, "A date cannot be read: %v.", err)
	}
	return t
}

func (r *run) fromUnix(seconds, nanos int64) time.Time {
	const far = 1 << 48
	if seconds > far || seconds < -far {
		r.fail("The date is out of range.")
	}
	return time.Unix(seconds, nanos).UTC()
}

func unixText(s string) (int64, bool) {
	digits := strings.TrimPrefix(s, "-")
	if digits == "" || len(digits) > 18 {
		return 0, false
	}
	for i := 0; i < len(digits); i++ {
		if digits[i]-'0' > 9 {
			return 0, false
		}
	}
	return smallInt(s)
}

// commonDate reads the forms that contexts hold most: 2026-03-05, and with a
// time of day 2026-03-05 09:07:04 or 2026-03-05T09:07:04Z or +10:30.
func commonDate(s string, loc *time.Location) (time.Time, bool) {
	if len(s) < 10 || s[4] != '-' || s[7] != '-' {
		return time.Time{}, false
	}
	y, m, d := twoDigits(s, 0)*100+twoDigits(s, 2), twoDigits(s, 5), twoDigits(s, 8)
	if y < 0 || m < 1 || m > 12 || d < 1 || d > 31 {
		return time.Time{}, false
	}
	if len(s) == 10 {
		return time.Date(y, time.Month(m), d, 0, 0, 0, 0, loc), true
	}
	if len(s) < 19 || s[10] != ' ' && s[10] != 'T' || s[13] != ':' || s[16] != ':' {
		return time.Time{}, false
	}
	h, min, sec := twoDigits(s, 11), twoDigits(s, 14), twoDigits(s, 17)
	if h < 0 || h > 23 || min < 0 || min > 59 || sec < 0 || sec > 59 {
		return time.Time{}, false
	}
	switch rest := s[19:]; {
	case rest == "":
	case rest == "Z":
		loc = zulu
	default:
		offset, end, ok := scanOffset(rest, 0)
		if !ok || end != len(rest) {
			return time.Time{}, false
		}
		loc = time.FixedZone(offsetName(offset), offset)
	}
	return time.Date(y, time.Month(m), d, h, min, sec, 0, loc), true
}

// zulu is UTC under the name that ISO 8601 gives it.
var zulu = time.FixedZone("Z", 0)

// twoDigits reads two digits, or gives a number that is below any valid one.
func twoDigits(s string, i int) int {
	a, b := s[i]-'0', s[i+1]-'0'
	if a > 9 || b > 9 {
		return -100_000
	}
	return int(a)*10 + int(b)
}

// inZone moves a date to the zone that an argument names: absent is the one of
// the environment, false leaves the date's own.
func (r *run) inZone(t time.Time, zone Value) time.Time {
	switch {
	case zone.IsNull():
		return t.In(r.env.location)
	case zone.kind == inBool && !zone.bool():
		return t
	}
	return t.In(r.zoneOf(zone))
}

func (r *run) zoneOf(v Value) *time.Location {
	loc, err := r.env.zones.find(v.String())
	if err != nil {
		r.failBecause(err, "Unknown or bad timezone (%s).", quoteShort(v))
	}
	return loc
}

func dateFilter(r *run, args []Value) Value {
	v := args[0]
	format := ""
	if !args[1].IsNull() {
		format = r.dateFormat(args[1])
	}
	if v.kind == inInterval {
		if args[1].IsNull() {
			format = "%d days"
		}
		return r.newText(v.interval().format(format))
	}
	if args[1].IsNull() {
		format = "F j, Y H:i"
	}
	t := r.inZone(r.toTime(v), args[2])
	base := len(r.scratch)
	r.scratch = appendTime(r.scratch, t, format)
	return r.takeScratch(base)
}

func dateFunction(r *run, args []Value) Value {
	t := r.toTime(args[0])
	return r.newTime(r.inZone(t, args[1]))
}

func (r *run) newTime(t time.Time) Value {
	r.use(24)
	return TimeValue(t)
}

// maxDateFormat bounds a date format in bytes, as each may stand for thirty.
const maxDateFormat = 1000

func (r *run) dateFormat(v Value) string {
	format := v.String()
	if len(format) > maxDateFormat {
		r.failLimit("A date format is longer than %d bytes.", maxDateFormat)
	}
	return format
}

func dateModify(r *run, args []Value) Value {
	return r.modified(r.toTime(args[0]), args[1].String())
}

func (r *run) modified(t time.Time, change string) Value {
	t, err := modifyDate(t, change, r.env.zones)
	if err != nil {
		r.failBecause(err, "A date cannot be modified: %v.", err)
	}
	return r.newTime(t)
}

// timeAttribute reads a property of a date, such as timestamp.
func (r *run) timeAttribute(t time.Time, name string) Value {
	return r.timeMethod(t, "get"+name, nil)
}

// timeMethod calls one of the methods of PHP's DateTime that have no side
// effect on anything else.
func (r *run) timeMethod(t time.Time, name string, args []Value) Value {
	name = strings.ToLower(name)
	switch {
	case len(args) == 0:
		switch name {
		case "gettimestamp":
			return IntValue(t.Unix())
		case "getoffset":
			_, offset := t.Zone()
			return IntValue(int64(offset))
		case "gettimezone":
			h := newHash(1)
			h.Set("name", StringValue(zoneName(t)))
			return ArrayValue(h)
		}
	case name == "format" && len(args) == 1:
		return r.newText(formatTime(t, r.dateFormat(args[0])))
	case name == "modify" && len(args) == 1:
		return r.modified(t, args[0].String())
	case name == "settimezone" && len(args) == 1:
		return r.newTime(t.In(r.zoneOf(args[0])))
	case name == "settimestamp" && len(args) == 1:
		return r.newTime(r.fromUnix(args[0].toInt(), 0).In(t.Location()))
	case name == "settime" && len(args) >= 2:
		s := int64(0)
		if len(args) > 2 {
			s = args[2].toInt()
		}
		y, m, d := t.Date()
		return r.newTime(time.Date(y, m, d, int(args[0].toInt()), int(args[1].toInt()), int(s), 0, t.Location()))
	case name == "setdate" && len(args) == 3:
		h, m, s := t.Clock()
		return r.newTime(time.Date(int(args[0].toInt()), time.Month(args[1].toInt()), int(args[2].toInt()), h, m, s, t.Nanosecond(), t.Location()))
	case name == "diff" && len(args) == 1:
		r.use(128)
		return intervalValue(between(t, r.toTime(args[0])))
	}
	return missing
}
