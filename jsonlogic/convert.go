package jsonlogic

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// From converts a Go value. It takes what encoding/json puts into an any
// directly, members sorted by key, and everything else by way of json.Marshal.
// Nesting deeper than Limits allows by default is an error.
func From(x any) (Value, error) { return from(x, DefaultDepth) }

func from(x any, room int) (Value, error) {
	switch x := x.(type) {
	case nil:
		return Value{}, nil
	case Value:
		return x, nil
	case bool:
		return Bool(x), nil
	case string:
		return String(x), nil
	case float64:
		return Number(x), nil
	case int:
		return Int(int64(x)), nil
	case int64:
		return Int(x), nil
	case []any:
		return fromSlice(x, room)
	case map[string]any:
		return fromMap(x, room)
	}
	text, err := json.Marshal(x)
	if err != nil {
		return Value{}, fmt.Errorf("converting %T to a value: %w", x, err)
	}
	value, err := ParseLimited(text, Limits{Depth: room})
	if err != nil {
		return Value{}, fmt.Errorf("converting %T to a value: %w", x, err)
	}
	return value, nil
}

func fromSlice(list []any, room int) (Value, error) {
	if room == 0 {
		return Value{}, errConvertDepth()
	}
	elements := make([]Value, len(list), max(len(list), 1))
	for i, x := range list {
		element, err := from(x, room-1)
		if err != nil {
			return Value{}, err
		}
		elements[i] = element
	}
	return newArray(elements), nil
}

func fromMap(m map[string]any, room int) (Value, error) {
	if room == 0 {
		return Value{}, errConvertDepth()
	}
	members := make([]Member, 0, len(m))
	for _, key := range slices.Sorted(maps.Keys(m)) {
		value, err := from(m[key], room-1)
		if err != nil {
			return Value{}, err
		}
		members = append(members, Member{Key: key, Value: value})
	}
	return newObject(&object{}, members), nil
}

func errConvertDepth() error {
	return fmt.Errorf("converting to a value: nested deeper than %d", DefaultDepth)
}

// Any converts v to nil, bool, string, float64, []any or map[string]any. An
// integer that float64 cannot hold becomes a json.Number.
func (v Value) Any() any {
	switch v.kind {
	case KindBool:
		return v.Bool()
	case KindNumber:
		if digits := v.digits(); digits != "" {
			return json.Number(digits)
		}
		return v.Float()
	case KindString:
		return v.Text()
	case KindArray:
		list := make([]any, v.Len())
		for i, element := range v.elements() {
			list[i] = element.Any()
		}
		return list
	case KindObject:
		m := make(map[string]any, v.Len())
		for key, value := range v.Members() {
			m[key] = value.Any()
		}
		return m
	}
	return nil
}
