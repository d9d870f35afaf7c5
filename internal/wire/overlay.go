package wire

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/belfryhq/belfry/internal/scalar"
)

// errNoObject says that a JSON value has no members.
var errNoObject = errors.New("it is not a JSON object")

// member is one of a JSON object's, its value as it was written.
type member struct {
	name  string
	value json.RawMessage
}

// Overlay returns a JSON object with the members of base and then those of over,
// which take the place of base's of the same name. Values are kept byte for byte.
func Overlay(base, over json.RawMessage) ([]byte, error) {
	below, err := members(base)
	if err != nil {
		return nil, err
	}
	above, err := members(over)
	if err != nil {
		return nil, err
	}
	hidden := make(map[string]bool, len(above))
	for _, m := range above {
		hidden[m.name] = true
	}
	b := make([]byte, 1, len(base)+len(over))
	b[0] = '{'
	for _, m := range below {
		if !hidden[m.name] {
			b = m.appendTo(b)
		}
	}
	for _, m := range above {
		b = m.appendTo(b)
	}
	return append(b, '}'), nil
}

func (m member) appendTo(b []byte) []byte {
	if len(b) > 1 {
		b = append(b, ',')
	}
	b = append(scalar.AppendString(b, m.name), ':')
	return append(b, m.value...)
}

// members reads the members of a JSON object in their order.
func members(object json.RawMessage) ([]member, error) {
	d := json.NewDecoder(bytes.NewReader(object))
	start, err := d.Token()
	if err != nil {
		return nil, err
	}
	if start != json.Delim('{') {
		return nil, errNoObject
	}
	var all []member
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		m := member{name: name.(string)} // between members there is nothing else
		if err := d.Decode(&m.value); err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	_, err = d.Token()
	return all, err
}
