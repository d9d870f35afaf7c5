package wire

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"

	"github.com/belfryhq/belfry/internal/scalar"
)

// scalars are the types whose JSON is written without asking their methods
// through an interface.
var scalars = map[reflect.Type]encoder{
	reflect.TypeFor[scalar.Text](): func(b []byte, v reflect.Value) ([]byte, error) {
		return scalar.Text(v.String()).AppendJSON(b), nil
	},
	reflect.TypeFor[scalar.Int](): func(b []byte, v reflect.Value) ([]byte, error) {
		return scalar.Int(v.Int()).AppendJSON(b), nil
	},
	reflect.TypeFor[scalar.Amount](): func(b []byte, v reflect.Value) ([]byte, error) {
		return scalar.Amount(v.Int()).AppendJSON(b), nil
	},
	reflect.TypeFor[scalar.Date](): func(b []byte, v reflect.Value) ([]byte, error) {
		return scalar.Date(v.Int()).AppendJSON(b), nil
	},
	reflect.TypeFor[scalar.Time](): func(b []byte, v reflect.Value) ([]byte, error) {
		if v.CanAddr() {
			return v.Addr().Interface().(*scalar.Time).AppendJSON(b), nil
		}
		return v.Interface().(scalar.Time).AppendJSON(b), nil
	},
	reflect.TypeFor[json.RawMessage](): appendRaw,
}

func appendBool(b []byte, v reflect.Value) ([]byte, error) {
	return strconv.AppendBool(b, v.Bool()), nil
}

func appendInt(b []byte, v reflect.Value) ([]byte, error) {
	return strconv.AppendInt(b, v.Int(), 10), nil
}

func appendStringValue(b []byte, v reflect.Value) ([]byte, error) {
	return scalar.AppendString(b, v.String()), nil
}

// appendRaw appends JSON that is there already.
func appendRaw(b []byte, v reflect.Value) ([]byte, error) {
	raw := v.Bytes()
	switch {
	case raw == nil:
		return append(b, "null"...), nil
	case len(raw) == 2 && (raw[0] == '{' && raw[1] == '}' || raw[0] == '[' && raw[1] == ']'):
		return append(b, raw...), nil
	}
	buffer := bytes.NewBuffer(b)
	if err := json.Compact(buffer, raw); err != nil {
		return b, err
	}
	return buffer.Bytes(), nil
}

func pointerEncoder(t reflect.Type) encoder {
	elem := encoderOf(t.Elem())
	return func(b []byte, v reflect.Value) ([]byte, error) {
		if v.IsNil() {
			return append(b, "null"...), nil
		}
		return elem(b, v.Elem())
	}
}

func sliceEncoder(t reflect.Type) encoder {
	elem := encoderOf(t.Elem())
	return func(b []byte, v reflect.Value) (_ []byte, err error) {
		if v.IsNil() {
			return append(b, "null"...), nil
		}
		b = append(b, '[')
		for i := range v.Len() {
			if i > 0 {
				b = append(b, ',')
			}
			if b, err = elem(b, v.Index(i)); err != nil {
				return b, err
			}
		}
		return append(b, ']'), nil
	}
}

func mapEncoder(t reflect.Type) encoder {
	elem := encoderOf(t.Elem())
	return func(b []byte, v reflect.Value) (_ []byte, err error) {
		if v.IsNil() {
			return append(b, "null"...), nil
		}
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int {
			switch x, y := a.String(), b.String(); {
			case x < y:
				return -1
			case x > y:
				return 1
			}
			return 0
		})
		b = append(b, '{')
		for i, key := range keys {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(scalar.AppendString(b, key.String()), ':')
			if b, err = elem(b, v.MapIndex(key)); err != nil {
				return b, err
			}
		}
		return append(b, '}'), nil
	}
}
