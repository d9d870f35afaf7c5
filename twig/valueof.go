package twig

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"
)

// ValueOf converts a Go value: nil, booleans, numbers, strings, times, slices,
// maps with string keys (whose keys are sorted, as a Go map has no order),
// Values and Hashes; anything else goes through encoding/json. Use ParseJSON to
// keep the order of a JSON object.
func ValueOf(v any) (Value, error) {
	switch v := v.(type) {
	case nil:
		return nullValue, nil
	case Value:
		return v, nil
	case *Hash:
		return ArrayValue(v), nil
	case bool:
		return BoolValue(v), nil
	case string:
		return StringValue(v), nil
	case int:
		return IntValue(int64(v)), nil
	case int64:
		return IntValue(v), nil
	case uint64:
		if v > math.MaxInt64 {
			return textValue(inDecimal, strconv.FormatUint(v, 10)), nil
		}
		return IntValue(int64(v)), nil
	case float64:
		return decimalOf(v), nil
	case time.Time:
		return TimeValue(v), nil
	case json.Number:
		return ParseJSON([]byte(v))
	case []any:
		return listOf(v)
	case map[string]any:
		return mappingOf(v)
	}
	data, err := json.Marshal(v)
	if err != nil {
		return Value{}, fmt.Errorf("convert %T to a twig value: %w", v, err)
	}
	return ParseJSON(data)
}

// decimalOf keeps all digits of a number, as ParseJSON does.
func decimalOf(f float64) Value {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return FloatValue(f)
	}
	return textValue(inDecimal, string(appendPrecise(nil, f, 0)))
}

func listOf(items []any) (Value, error) {
	h := &Hash{list: make([]Value, 0, len(items))}
	for _, item := range items {
		v, err := ValueOf(item)
		if err != nil {
			return Value{}, err
		}
		h.Append(v)
	}
	return ArrayValue(h), nil
}

func mappingOf(m map[string]any) (Value, error) {
	h := newHash(len(m))
	h.object = true
	for _, name := range slices.Sorted(maps.Keys(m)) {
		v, err := ValueOf(m[name])
		if err != nil {
			return Value{}, err
		}
		h.Set(name, v)
	}
	return ArrayValue(h), nil
}
