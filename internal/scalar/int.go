package scalar

import (
	"database/sql/driver"
	"fmt"
	"strconv"
	"strings"
)

// Int is an optional whole number for which 0 says nothing, such as an id or a
// day of the month: 0 is null in JSON and NULL in a row.
type Int int64

// MarshalJSON writes the number, or null when it is 0.
func (n Int) MarshalJSON() ([]byte, error) { return n.AppendJSON(nil), nil }

// AppendJSON appends what MarshalJSON writes.
func (n Int) AppendJSON(b []byte) []byte {
	if n == 0 {
		return append(b, "null"...)
	}
	return strconv.AppendInt(b, int64(n), 10)
}

// UnmarshalJSON reads a whole number or its digits in a string; null and "" are
// 0.
func (n *Int) UnmarshalJSON(data []byte) error {
	s := string(data)
	if s == "null" || s == `""` {
		*n = 0
		return nil
	}
	if len(s) > 1 && s[0] == '"' {
		s = strings.TrimSpace(s[1 : len(s)-1])
	}
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return badJSON(data, *n, "a whole number")
	}
	*n = Int(v)
	return nil
}

// Value stores the number, or NULL when it is 0.
func (n Int) Value() (driver.Value, error) {
	if n == 0 {
		return nil, nil
	}
	return int64(n), nil
}

// Scan reads a number. NULL reads as 0.
func (n *Int) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*n = 0
	case int64:
		*n = Int(v)
	default:
		return fmt.Errorf("scan int: unexpected %T", src)
	}
	return nil
}
