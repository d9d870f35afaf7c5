package jsonlogic_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/belfryhq/belfry/jsonlogic"
)

func TestParseKeepsWhatWasWritten(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"the order of members", `{"b":1,"a":2,"10":3}`, `{"b":1,"a":2,"10":3}`},
		{"white space is dropped", " [ 1 ,\t{ \"a\" :\n null } ]\r\n", `[1,{"a":null}]`},
		{"a repeated key keeps its place and its last value", `{"a":1,"b":2,"a":3}`, `{"a":3,"b":2}`},
		{"integers are exact", `[9007199254740993,-12345678901234567890,1000000000000000000000]`,
			`[9007199254740993,-12345678901234567890,1000000000000000000000]`},
		{"fractions are shortest", `[0.1,1.50,1e2,1E+3,-0.25e-1,1e21,1e-7]`, `[0.1,1.5,100,1000,-0.025,1e+21,1e-7]`},
		{"negative zero is zero", `-0`, `0`},
		{"escapes are read", `"\u0041\n\/\"\\\ud83d\ude00é"`, `"A\n/\"\\😀é"`},
		{"half a pair is no character", `"\ud83dx\ude00"`, `"` + "\ufffdx\ufffd" + `"`},
		{"control characters are escaped", `"\u0001\u001f\b"`, `"\u0001\u001f\u0008"`},
		{"the empty document of each kind", `[{},[],""]`, `[{},[],""]`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := parse(t, test.text).String(); got != test.want {
				t.Errorf("%s: got %s, want %s", test.text, got, test.want)
			}
		})
	}
}

func TestParseSaysWhereItFailed(t *testing.T) {
	tests := []struct {
		name, text string
		offset     int
		reason     jsonlogic.Reason
	}{
		{"a comma too many", `[1,]`, 3, jsonlogic.BadSyntax},
		{"a key without quotes", `{a:1}`, 1, jsonlogic.BadSyntax},
		{"text after the value", `1 2`, 2, jsonlogic.BadSyntax},
		{"a leading zero", `[01]`, 2, jsonlogic.BadSyntax},
		{"a bare point", `1.`, 2, jsonlogic.BadSyntax},
		{"an empty exponent", `1e+`, 3, jsonlogic.BadSyntax},
		{"a number out of range", `[1e999]`, 1, jsonlogic.BadSyntax},
		{"an unknown word", `nul`, 0, jsonlogic.BadSyntax},
		{"an open text", `"abc`, 4, jsonlogic.BadSyntax},
		{"an unknown escape", `"a\x"`, 2, jsonlogic.BadSyntax},
		{"a short escape", `"\u12"`, 1, jsonlogic.BadSyntax},
		{"a raw line break in a text", "\"a\nb\"", 2, jsonlogic.BadSyntax},
		{"a raw line break after an escape", "\"\\ta\nb\"", 4, jsonlogic.BadSyntax},
		{"no utf-8", "\"ab\xff\"", 3, jsonlogic.BadSyntax},
		{"too deep", strings.Repeat("[", 513), 512, jsonlogic.TooDeep},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := jsonlogic.Parse([]byte(test.text))
			var failed *jsonlogic.ParseError
			if !errors.As(err, &failed) {
				t.Fatalf("got %v, want a ParseError", err)
			}
			if failed.Offset != test.offset || failed.Reason != test.reason {
				t.Errorf("got %v (reason %d), want byte %d", failed, failed.Reason, test.offset)
			}
		})
	}
}

func TestParseLimitsAreTheCallers(t *testing.T) {
	if _, err := jsonlogic.ParseLimited([]byte(`[[1]]`), jsonlogic.Limits{Depth: 2, Bytes: 5}); err != nil {
		t.Errorf("at the limits: %v", err)
	}
	var failed *jsonlogic.ParseError
	if _, err := jsonlogic.ParseLimited([]byte(`[[1]]`), jsonlogic.Limits{Depth: 1}); !errors.As(err, &failed) || failed.Reason != jsonlogic.TooDeep {
		t.Errorf("one level too deep: %v", err)
	}
	if _, err := jsonlogic.ParseLimited([]byte(`[[1]]`), jsonlogic.Limits{Bytes: 4}); !errors.As(err, &failed) || failed.Reason != jsonlogic.TooLarge {
		t.Errorf("one byte too large: %v", err)
	}
}

// Large objects are found by hash; a key repeated there counts as in small ones.
func TestObjectsOfAnySizeFindTheirMembers(t *testing.T) {
	for _, size := range []int{1, 15, 16, 17, 33, 1000} {
		var b strings.Builder
		for i := range size {
			fmt.Fprintf(&b, `"k%d":%d,`, i, -i)
		}
		for i := range size {
			fmt.Fprintf(&b, `"k%d":%d,`, i, i)
		}
		v := parse(t, "{"+strings.TrimSuffix(b.String(), ",")+"}")
		if v.Len() != size {
			t.Errorf("%d members are %d", size, v.Len())
		}
		at := 0
		for key, member := range v.Members() {
			got, found := v.Get(key)
			if key != fmt.Sprint("k", at) || !found || !got.Equal(member) || got.Float() != float64(at) {
				t.Errorf("of %d members, number %d is %s: %v", size, at, key, got)
			}
			at++
		}
		if _, found := v.Get("zz"); found {
			t.Errorf("found a member that is not there among %d", size)
		}
	}
}

func TestNumbersAreReadAndWrittenAsByEncodingJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.StringMatching(`-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?`),
			rapid.Map(rapid.Float64(), func(f float64) string { return fmt.Sprint(json.Number(fmt.Sprintf("%v", f))) }),
		).Draw(t, "number")
		var want float64
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			return // infinities
		}
		v, err := jsonlogic.Parse([]byte(text))
		if err != nil || v.Float() != want {
			t.Fatalf("%s: got %v, %v, want %v", text, v, err, want)
		}
		var again float64
		if err := json.Unmarshal(v.AppendJSON(nil), &again); err != nil || again != want {
			t.Errorf("%s is written as %s", text, v)
		}
	})
}

func TestValuesConvertToGoAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := anyValue(3).Draw(t, "value")
		back, err := jsonlogic.From(v.Any())
		if err != nil || !back.Equal(v) {
			t.Errorf("%v comes back as %v, %v", v, back, err)
		}
		parsed, err := jsonlogic.Parse(v.AppendJSON(nil))
		if err != nil || !parsed.Equal(v) {
			t.Errorf("%v is parsed as %v, %v", v, parsed, err)
		}
		if !bytes.Equal(parsed.AppendJSON(nil), v.AppendJSON(nil)) {
			t.Errorf("%v is written as %v", v, parsed)
		}
	})
}

func anyValue(depth int) *rapid.Generator[jsonlogic.Value] {
	scalars := []*rapid.Generator[jsonlogic.Value]{
		rapid.Just(jsonlogic.Value{}),
		rapid.Map(rapid.Bool(), jsonlogic.Bool),
		rapid.Map(rapid.Float64Range(-1e30, 1e30), jsonlogic.Number),
		rapid.Map(rapid.Int64(), jsonlogic.Int),
		rapid.Map(rapid.String(), jsonlogic.String),
	}
	if depth == 0 {
		return rapid.OneOf(scalars...)
	}
	elements := rapid.SliceOfN(anyValue(depth-1), 0, 5)
	keys := rapid.SliceOfN(rapid.String(), 5, 5)
	return rapid.OneOf(append(scalars,
		rapid.Map(elements, func(elements []jsonlogic.Value) jsonlogic.Value { return jsonlogic.Array(elements...) }),
		rapid.Custom(func(t *rapid.T) jsonlogic.Value {
			var members []jsonlogic.Member
			names := keys.Draw(t, "keys")
			for i, value := range elements.Draw(t, "values") {
				members = append(members, jsonlogic.Member{Key: names[i], Value: value})
			}
			return jsonlogic.Object(members...)
		}))...)
}

func TestFromTakesWhatGoHas(t *testing.T) {
	type item struct {
		SKU string `json:"sku"`
	}
	tests := []struct {
		name string
		in   any
		want string
	}{
		{"nothing", nil, `null`},
		{"integers of all digits", []any{int64(math.MaxInt64), int(-5), uint64(math.MaxUint64)}, `[9223372036854775807,-5,18446744073709551615]`},
		{"a map by key", map[string]any{"b": 1.5, "a": true}, `{"a":true,"b":1.5}`},
		{"a struct", []item{{"A"}}, `[{"sku":"A"}]`},
		{"raw json", json.RawMessage(`{"z":1,"a":2}`), `{"z":1,"a":2}`},
		{"a value", jsonlogic.Int(1), `1`},
		{"numbers that json has not", []any{math.NaN(), math.Inf(-1)}, `[null,null]`},
		{"text that is not utf-8", "a\xffb", `"` + "a\ufffdb" + `"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := jsonlogic.From(test.in)
			if err != nil || got.String() != test.want {
				t.Errorf("got %v, %v, want %s", got, err, test.want)
			}
		})
	}
	cyclic := map[string]any{}
	cyclic["self"] = cyclic
	if _, err := jsonlogic.From(cyclic); err == nil {
		t.Error("a cycle is converted")
	}
	if _, err := jsonlogic.From(make(chan int)); err == nil {
		t.Error("a channel is converted")
	}
}

func TestValueOfOneKindIsNoOther(t *testing.T) {
	v := jsonlogic.String("5")
	if v.Float() != 0 || v.Bool() || v.Len() != 0 || v.IsNull() || v.Kind() != jsonlogic.KindString {
		t.Error("a text is something else too")
	}
	if _, found := v.Get("length"); found || jsonlogic.Number(5).Text() != "" {
		t.Error("a scalar has members, or a number text")
	}
	for range v.Elements() {
		t.Error("a text has elements")
	}
	for range v.Members() {
		t.Error("a text has members")
	}
}

func TestValueIsAFieldOfJSON(t *testing.T) {
	var document struct {
		Condition jsonlogic.Value `json:"condition"`
	}
	const text = `{"condition":{"b":[1,null],"a":"x"}}`
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		t.Fatal(err)
	}
	if got, err := json.Marshal(document); err != nil || string(got) != text {
		t.Errorf("got %s, %v", got, err)
	}
}
