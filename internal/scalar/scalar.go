// Package scalar holds the single values that rows, API bodies and event
// contexts share, so that an amount or a moment has one exact form everywhere.
// It knows no resource and no rule.
package scalar

import (
	"encoding/json"
	"reflect"
)

// badJSON reports a JSON value of the wrong form in the way encoding/json does,
// so that the decoder adds the path of the field to it.
func badJSON(data []byte, into any, want string) error {
	return &json.UnmarshalTypeError{
		Value: string(truncate(data, 40)) + ", want " + want,
		Type:  reflect.TypeOf(into),
	}
}

func truncate(data []byte, max int) []byte {
	if len(data) > max {
		return append(append([]byte{}, data[:max]...), "..."...)
	}
	return data
}
