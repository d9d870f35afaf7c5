package scalar

import (
	"database/sql/driver"
	"fmt"
	"strings"
	"time"
)

// TimeLayout is the form of every timestamp in API v3: UTC, without a zone.
const TimeLayout = "2006-01-02 15:04:05"

// Time is a moment in UTC with the microsecond precision that both database
// engines keep. The zero value is null in JSON and NULL in a row.
type Time struct{ time.Time }

// At returns t as a Time: in UTC, cut to microseconds.
func At(t time.Time) Time {
	if t.IsZero() {
		return Time{}
	}
	return Time{t.UTC().Truncate(time.Microsecond)}
}

var timeLayouts = []string{TimeLayout, time.DateOnly, time.RFC3339Nano, "2006-01-02T15:04:05"}

// ParseTime reads `YYYY-MM-DD HH:mm:ss` as UTC, a bare date as its midnight, or
// an RFC 3339 timestamp.
func ParseTime(s string) (Time, error) {
	for _, layout := range timeLayouts {
		t, err := time.Parse(layout, s)
		if y := t.UTC().Year(); err == nil && y >= 1 && y <= 9999 {
			return At(t), nil
		}
	}
	return Time{}, fmt.Errorf("%q is not a time: want YYYY-MM-DD HH:mm:ss", s)
}

// String prints the moment in TimeLayout, or nothing when it is zero.
func (t Time) String() string {
	if t.IsZero() {
		return ""
	}
	return t.Format(TimeLayout)
}

// MarshalJSON writes the moment in TimeLayout, or null when it is zero.
func (t Time) MarshalJSON() ([]byte, error) { return t.AppendJSON(nil), nil }

// AppendJSON appends what MarshalJSON writes.
func (t Time) AppendJSON(b []byte) []byte {
	if t.IsZero() {
		return append(b, "null"...)
	}
	return t.AppendFormat(b, `"`+TimeLayout+`"`)
}

// UnmarshalJSON reads what ParseTime reads; null and "" are the zero value.
func (t *Time) UnmarshalJSON(data []byte) error {
	s := string(data)
	if s == "null" || s == `""` {
		*t = Time{}
		return nil
	}
	v, err := ParseTime(strings.Trim(s, `"`))
	if err != nil || s[0] != '"' {
		return badJSON(data, *t, "a time such as 2026-01-31 09:30:00")
	}
	*t = v
	return nil
}

// Value stores the moment as microseconds since 1970.
func (t Time) Value() (driver.Value, error) {
	if t.IsZero() {
		return nil, nil
	}
	return t.UnixMicro(), nil
}

// Scan reads microseconds since 1970. NULL reads as the zero value.
func (t *Time) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*t = Time{}
	case int64:
		*t = Time{time.UnixMicro(v).UTC()}
	default:
		return fmt.Errorf("scan time: unexpected %T", src)
	}
	return nil
}
