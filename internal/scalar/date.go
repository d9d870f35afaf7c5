package scalar

import (
	"database/sql/driver"
	"fmt"
	"strings"
	"time"
)

// Date is a calendar day without a zone, counted from 0001-01-01, which is 1, so
// that the zero value means no date: null in JSON, NULL in a row.
type Date int64

const (
	daySeconds = 24 * 60 * 60
	// epoch is 1970-01-01.
	epoch Date = 719_163
)

// DateOf returns the calendar day of t in t's own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return NewDate(y, m, d)
}

// NewDate returns the day y-m-d; months and days out of range carry over.
func NewDate(y int, m time.Month, d int) Date {
	seconds := time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix()
	days := seconds / daySeconds
	if seconds < 0 && seconds%daySeconds != 0 {
		days--
	}
	return epoch + Date(days)
}

// ParseDate reads `YYYY-MM-DD`; a time of day after it is ignored.
func ParseDate(s string) (Date, error) {
	day, _, _ := strings.Cut(s, " ")
	t, err := time.Parse(time.DateOnly, day)
	if err != nil || t.Year() < 1 {
		return 0, fmt.Errorf("%q is not a date: want YYYY-MM-DD", s)
	}
	return DateOf(t), nil
}

// Midnight returns the first moment of the day in UTC.
func (d Date) Midnight() time.Time { return time.Unix(int64(d-epoch)*daySeconds, 0).UTC() }

// AddDays returns the day n days later.
func (d Date) AddDays(n int) Date { return d + Date(n) }

// AddMonths returns the same day of the month n months later; a day that the
// month does not have becomes its last one (29 February + 12 months = 28).
func (d Date) AddMonths(n int) Date {
	y, m, day := d.Midnight().Date()
	last := time.Date(y, m+time.Month(n)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return NewDate(y, m+time.Month(n), min(day, last))
}

// Sub returns the number of days from other to d.
func (d Date) Sub(other Date) int { return int(d - other) }

// String prints the day as YYYY-MM-DD, or nothing when it is zero.
func (d Date) String() string {
	if d == 0 {
		return ""
	}
	return d.Midnight().Format(time.DateOnly)
}

// MarshalJSON writes the day as "YYYY-MM-DD", or null when it is zero.
func (d Date) MarshalJSON() ([]byte, error) { return d.AppendJSON(nil), nil }

// AppendJSON appends what MarshalJSON writes.
func (d Date) AppendJSON(b []byte) []byte {
	if d == 0 {
		return append(b, "null"...)
	}
	return d.Midnight().AppendFormat(b, `"`+time.DateOnly+`"`)
}

// UnmarshalJSON reads "YYYY-MM-DD"; null and "" are the zero value.
func (d *Date) UnmarshalJSON(data []byte) error {
	s := string(data)
	if s == "null" || s == `""` {
		*d = 0
		return nil
	}
	v, err := ParseDate(strings.Trim(s, `"`))
	if err != nil || s[0] != '"' {
		return badJSON(data, *d, "a date such as 2026-01-31")
	}
	*d = v
	return nil
}

// Value stores the day as its ISO text.
func (d Date) Value() (driver.Value, error) {
	if d == 0 {
		return nil, nil
	}
	return d.String(), nil
}

// Scan reads an ISO day. NULL reads as the zero value.
func (d *Date) Scan(src any) error {
	var s string
	switch v := src.(type) {
	case nil:
		*d = 0
		return nil
	case string:
		s = v
	case []byte:
		s = string(v)
	default:
		return fmt.Errorf("scan date: unexpected %T", src)
	}
	v, err := ParseDate(s)
	if err != nil {
		return fmt.Errorf("scan date: %w", err)
	}
	*d = v
	return nil
}
