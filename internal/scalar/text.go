package scalar

import (
	"bytes"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// Text is an optional string: "" is null in JSON and NULL in a row.
type Text string

// String returns the text.
func (t Text) String() string { return string(t) }

// MarshalJSON writes the text, or null when it is empty. Unlike json.Marshal it
// leaves <, > and & as they are; an encoder that escapes them still does.
func (t Text) MarshalJSON() ([]byte, error) { return t.AppendJSON(nil), nil }

// AppendJSON appends what MarshalJSON writes.
func (t Text) AppendJSON(b []byte) []byte {
	if t == "" {
		return append(b, "null"...)
	}
	return AppendString(b, string(t))
}

// AppendString appends s as a JSON string, with <, > and & as they are.
func AppendString(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return appendEscaped(b, s)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

func appendEscaped(b []byte, s string) []byte {
	var buffer bytes.Buffer
	enc := json.NewEncoder(&buffer)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		panic(err) // every string can be encoded
	}
	return append(b, bytes.TrimSuffix(buffer.Bytes(), []byte("\n"))...)
}

// UnmarshalJSON reads a string, or a number as its digits: clients send card
// numbers and postcodes both ways. null is the empty text.
func (t *Text) UnmarshalJSON(data []byte) error {
	switch c := data[0]; {
	case c == 'n':
		*t = ""
		return nil
	case c == '-' || c >= '0' && c <= '9':
		*t = Text(data)
		return nil
	case c != '"':
		return badJSON(data, *t, "a string")
	}
	var s string
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	*t = Text(s)
	return nil
}

// Value stores the text, or NULL when it is empty.
func (t Text) Value() (driver.Value, error) {
	if t == "" {
		return nil, nil
	}
	return string(t), nil
}

// Scan reads text. NULL reads as the empty text.
func (t *Text) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*t = ""
	case string:
		*t = Text(v)
	case []byte:
		*t = Text(v)
	default:
		return fmt.Errorf("scan text: unexpected %T", src)
	}
	return nil
}
