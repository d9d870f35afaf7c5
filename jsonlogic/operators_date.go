package jsonlogic

import (
	"fmt"
	"math"
	"time"
)

const (
	dayLayout  = "2006-01-02"
	timeLayout = "2006-01-02 15:04:05"
)

// runNow gives the time of the evaluation, the same each time it is asked.
func runNow(m *machine, _ *node) (Value, error) {
	if m.now.IsZero() {
		m.now = time.Now()
	}
	return String(m.now.UTC().Format(timeLayout)), nil
}

// units are those of date_diff.
var units = map[string]func(from, to time.Time) float64{
	"seconds": func(from, to time.Time) float64 { return wholeOf(from, to, 1) },
	"minutes": func(from, to time.Time) float64 { return wholeOf(from, to, 60) },
	"hours":   func(from, to time.Time) float64 { return wholeOf(from, to, 3600) },
	"days":    func(from, to time.Time) float64 { return wholeOf(from, to, 86400) },
	"months":  func(from, to time.Time) float64 { return float64(wholeMonths(from, to)) },
	"years":   func(from, to time.Time) float64 { return float64(wholeMonths(from, to) / 12) },
}

const unitAdvice = "use seconds, minutes, hours, days, months or years"

// finishDateDiff checks a unit that is constant.
func finishDateDiff(_ *compiler, n *node) error {
	unit := n.args[2]
	if !unit.literal() {
		return nil
	}
	if _, known := units[unit.value.Text()]; known {
		return nil
	}
	return unit.reject(BadArgument, fmt.Sprintf("%s is not a unit of time", shorten(unit.value)), unitAdvice)
}

func runDateDiff(m *machine, n *node) (Value, error) {
	from, to, err := m.pair(n)
	if err != nil {
		return Value{}, err
	}
	unit, err := m.operand(n.args[2], n)
	if err != nil {
		return Value{}, err
	}
	between, known := units[unit.Text()]
	if !known {
		return Value{}, n.fail(fmt.Errorf("%s is not a unit of time; %s", shorten(unit), unitAdvice))
	}
	start, startValid := parseTimestamp(from)
	end, endValid := parseTimestamp(to)
	if !startValid || !endValid {
		return Number(math.NaN()), nil
	}
	return Number(between(start, end)), nil
}

func parseTimestamp(v Value) (time.Time, bool) {
	text, layout := v.Text(), timeLayout
	if len(text) == len(dayLayout) {
		layout = dayLayout
	}
	if len(text) != len(layout) { // Parse would take fractions of a second
		return time.Time{}, false
	}
	t, err := time.Parse(layout, text)
	return t, err == nil
}

func wholeOf(from, to time.Time, seconds int64) float64 {
	return float64((to.Unix() - from.Unix()) / seconds)
}

// wholeMonths counts the months that are over between the two.
func wholeMonths(from, to time.Time) int {
	if to.Before(from) {
		return -wholeMonths(to, from)
	}
	months := (to.Year()-from.Year())*12 + int(to.Month()) - int(from.Month())
	if addMonths(from, months).After(to) {
		months--
	}
	return months
}

// addMonths keeps the day, or takes the last of a month that is shorter.
func addMonths(t time.Time, months int) time.Time {
	first := time.Date(t.Year(), t.Month()+time.Month(months), 1, t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(t.Day(), last)-1)
}
