package webhook

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// A DecodeError says which fields of a verified body are not what the target type wants.
type DecodeError struct {
	Event  Event
	Fields []FieldError
}

// A FieldError is one thing wrong with a body.
type FieldError struct {
	Field   string // dotted path as in the JSON, such as "items.price_sell"; empty when the body as a whole is wrong
	Problem string
}

func (e *DecodeError) Error() string {
	var text strings.Builder
	text.WriteString("webhook: decode")
	if e.Event != "" {
		text.WriteString(" " + string(e.Event))
	}
	for i, field := range e.Fields {
		if i == 0 {
			text.WriteString(": ")
		} else {
			text.WriteString(", ")
		}
		if field.Field != "" {
			text.WriteString(field.Field + " ")
		}
		text.WriteString(field.Problem)
	}
	return text.String()
}

// Decode reads the body into a T: one of this package's contexts, or your own type when the target has a template of its
// own. Fields that T doesn't name are ignored, so that contexts may grow. A T with a method Validate() []FieldError is
// asked once it is filled, as the contexts are. Every error is a [*DecodeError].
func Decode[T any](m Message) (T, error) {
	var v T
	err := m.Decode(&v)
	return v, err
}

// Decode is [Decode] into v, a non-nil pointer.
func (m Message) Decode(v any) error {
	if c, ok := v.(interface{ carries(Event) bool }); ok && m.Event != "" && !c.carries(m.Event) {
		return &DecodeError{m.Event, []FieldError{{"", fmt.Sprintf("is not what a %v holds", reflect.TypeOf(v).Elem())}}}
	}
	if err := json.Unmarshal(m.Body, v); err != nil {
		return &DecodeError{m.Event, []FieldError{fieldError(err)}}
	}
	if c, ok := v.(interface{ Validate() []FieldError }); ok {
		if fields := c.Validate(); len(fields) > 0 {
			return &DecodeError{m.Event, fields}
		}
	}
	return nil
}

func fieldError(err error) FieldError {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return FieldError{wrong.Field, fmt.Sprintf("is %s, want %s", wrong.Value, wantedName(wrong))}
	}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return FieldError{"", fmt.Sprintf("body is not JSON: %v at byte %d", syntax, syntax.Offset)}
	}
	return FieldError{"", err.Error()}
}

func wantedName(wrong *json.UnmarshalTypeError) string {
	switch wrong.Type {
	case amountType:
		return "a number with at most four decimals"
	case timeType:
		return `a UTC time as "` + timeLayout + `"`
	}
	return wrong.Type.String()
}
