package api

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
)

// maxIndexed bounds the elements of an array that are looked at for a wrong
// type. No array that is taken is longer.
const maxIndexed = 1000

// fieldPath puts the indexes of arrays into the field of a
// *json.UnmarshalTypeError, which names items.quantity for items.0.quantity.
// Where it cannot tell, it leaves them out.
func fieldPath(body []byte, into any, field string) string {
	input := reflect.TypeOf(into).Elem()
	takes := func(body []byte) bool { return json.Unmarshal(body, reflect.New(input).Interface()) == nil }
	inPlace := func(value []byte) []byte { return value }
	var path []string
	value := json.RawMessage(body)
	for name := range strings.SplitSeq(field, ".") {
		var object map[string]json.RawMessage
		if err := json.Unmarshal(value, &object); err != nil || object[name] == nil {
			return field
		}
		value, path, inPlace = object[name], append(path, name), member(inPlace, name)
		if value[0] != '[' || !takes(inPlace([]byte("[]"))) {
			continue
		}
		at, element := faulty(value, func(element []byte) bool { return takes(inPlace(alone(element))) })
		if at < 0 {
			return field
		}
		outer := inPlace
		value, path, inPlace = element, append(path, strconv.Itoa(at)), func(value []byte) []byte { return outer(alone(value)) }
	}
	return strings.Join(path, ".")
}

// faulty returns the first element of an array that is not taken, and its
// index; -1 when there is none.
func faulty(array json.RawMessage, takes func(element []byte) bool) (int, json.RawMessage) {
	var elements []json.RawMessage
	if err := json.Unmarshal(array, &elements); err != nil || len(elements) > maxIndexed {
		return -1, nil
	}
	for at, element := range elements {
		if !takes(element) {
			return at, element
		}
	}
	return -1, nil
}

// member returns what puts a value in the place of an object's member.
func member(inPlace func([]byte) []byte, name string) func([]byte) []byte {
	key, err := json.Marshal(name)
	if err != nil {
		return inPlace // no string fails
	}
	return func(value []byte) []byte {
		return inPlace([]byte("{" + string(key) + ":" + string(value) + "}"))
	}
}

// alone is an array of one element.
func alone(element []byte) []byte { return []byte("[" + string(element) + "]") }
