package webhook

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"
)

const (
	timeLayout = time.DateTime // "2006-01-02 15:04:05", the bytes of API v3
	dateLayout = time.DateOnly
)

var timeType = reflect.TypeFor[Time]()

// A Time is a moment as Omneo API v3 writes it: "2025-06-15 14:32:00", in UTC and without a zone. A bare date is its
// midnight. The zero Time is null.
type Time struct{ time.Time }

// MarshalJSON writes the API's form, or null for the zero Time.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return t.UTC().AppendFormat(nil, `"`+timeLayout+`"`), nil
}

// UnmarshalJSON reads the API's form, a bare date, or null or an empty string for the zero Time.
func (t *Time) UnmarshalJSON(data []byte) error {
	layout := timeLayout
	switch {
	case string(data) == "null" || string(data) == `""`:
		t.Time = time.Time{}
		return nil
	case len(data) == len(dateLayout)+2:
		layout = dateLayout
	}
	parsed, err := time.Parse(`"`+layout+`"`, string(data))
	if err != nil || len(data) != len(layout)+2 {
		// encoding/json adds the path of the field to an error of this type.
		return &json.UnmarshalTypeError{Value: fmt.Sprintf("%.40s", data), Type: timeType}
	}
	t.Time = parsed
	return nil
}

// String returns the API's form, or an empty string for the zero Time.
func (t Time) String() string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(timeLayout)
}
