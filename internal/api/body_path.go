package api

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// maxIndexed bounds the elements of an array that are looked at for a wrong
// type. No array that is taken is longer.
const maxIndexed = 1000

// fieldPath puts the indexes of arrays into the field of a
// *json.UnmarshalTypeError, which names items.quantity for items.0.quantity,
// and leaves out the structs that Go embeds, which it names Definition.name.
// Where it cannot tell the indexes, it leaves them out too.
func fieldPath(body []byte, into any, field string) string {
	input := reflect.TypeOf(into).Elem()
	takes := func(body []byte) bool { return json.Unmarshal(body, reflect.New(input).Interface()) == nil }
	inPlace := func(value []byte) []byte { return value }
	var path []string
	value := json.RawMessage(body)
	names := slices.DeleteFunc(strings.Split(field, "."), isEmbedded)
	for _, name := range names {
		var object map[string]json.RawMessage
		if err := json.Unmarshal(value, &object); err != nil || object[name] == nil {
			return strings.Join(names, ".")
		}
		value, path, inPlace = object[name], append(path, name), member(inPlace, name)
		if value[0] != '[' || !takes(inPlace([]byte("[]"))) {
			continue
		}
		at, element := faulty(value, func(element []byte) bool { return takes(inPlace(alone(element))) })
		if at < 0 {
			return strings.Join(names, ".")
		}
		outer := inPlace
		value, path, inPlace = element, append(path, strconv.Itoa(at)), func(value []byte) []byte { return outer(alone(value)) }
	}
	return strings.Join(path, ".")
}

// isEmbedded reports whether a name is that of a Go struct: the fields of API v3
// are in lower case.
func isEmbedded(name string) bool { return name != "" && name[0] >= 'A' && name[0] <= 'Z' }

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
