package jsonlogic_test

import (
	"encoding/json"
	"testing"

	oracle "github.com/diegoholiveira/jsonlogic/v3"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/belfryhq/belfry/jsonlogic"
)

// The rules and data are drawn from where the library agrees with the
// reference implementation, json-logic-js. Left out, since there the library
// departs from it, and the reference is what this package follows:
//
//   - null, "" and objects as operands: the library panics on null in
//     arithmetic, applies the default of var to a null that is there, does not
//     count "" as missing, drops null and objects in merge, and takes {} for false;
//   - operands of mixed types: the library reads text that is no number as 0
//     (so "abc" == 0) and never finds a bool equal to a number;
//   - and, or and ?: on anything but bools: the library's and gives the largest
//     number rather than the last value, its ?: panics;
//   - a path through a scalar, which the library ignores;
//   - a map body that is not a number: the library drops results that are false;
//   - a body that names a member of the outer data, which the library puts in
//     its place, and logic nested in array literals, which it does not run;
//   - arrays in the list of in, which the library takes for ranges, and the
//     empty text, which it finds in the empty text;
//   - cat with blanks at the ends, which the library trims;
//   - substr beyond the ends of the text, or outside ASCII, where the library
//     gives the whole text, or counts characters for UTF-16 units;
//   - division by zero, which the library cannot encode.
func TestRulesAgreeWithTheLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := generator{t}
		rule, data := g.any(4), g.data()
		//lint:ignore SA1019 its other functions encode and decode as well
		want, err := oracle.ApplyInterface(rule, data)
		if err != nil {
			t.Fatalf("the library fails on %s: %v", encode(t, rule), err)
		}
		compiled, err := jsonlogic.Compile(encode(t, rule))
		if err != nil {
			t.Fatalf("compiling %s: %v", encode(t, rule), err)
		}
		value, err := jsonlogic.From(data)
		if err != nil {
			t.Fatal(err)
		}
		got, err := compiled.Eval(value)
		if err != nil {
			t.Fatalf("evaluating %s: %v", encode(t, rule), err)
		}
		if diff := cmp.Diff(normal(t, want), got.Any()); diff != "" {
			t.Errorf("%s\non %s (-library +ours):\n%s", encode(t, rule), encode(t, data), diff)
		}
	})
}

// A trace is an evaluation like any other.
func TestTraceHasTheResultOfEval(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := generator{t}
		rule, err := jsonlogic.Compile(encode(t, g.any(4)))
		if err != nil {
			t.Fatal(err)
		}
		data, err := jsonlogic.From(g.data())
		if err != nil {
			t.Fatal(err)
		}
		want, err := rule.Eval(data)
		if err != nil {
			t.Fatal(err)
		}
		trace, err := rule.Trace(data)
		if err != nil {
			t.Fatal(err)
		}
		if !trace.Value.Equal(want) {
			t.Errorf("trace has %v, eval %v", trace.Value, want)
		}
		if len(trace.Deciding()) == 0 || trace.Explain() == "" {
			t.Error("the trace names no deciding node")
		}
		for _, node := range trace.Deciding() {
			if !node.Evaluated {
				t.Errorf("the deciding node %s was not evaluated", node.Pointer)
			}
		}
	})
}

func encode(t *rapid.T, x any) []byte {
	raw, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// normal turns ints and typed slices into what encoding/json decodes to.
func normal(t *rapid.T, x any) any {
	var decoded any
	if err := json.Unmarshal(encode(t, x), &decoded); err != nil {
		t.Fatal(err)
	}
	return decoded
}

type (
	list   = []any
	object = map[string]any
)

// generator draws rules by the type of their result.
type generator struct{ t *rapid.T }

func (g generator) choose(n int) int { return rapid.IntRange(0, n-1).Draw(g.t, "choice") }

func (g generator) pick(names ...string) string { return rapid.SampledFrom(names).Draw(g.t, "name") }

func (g generator) number() any {
	return float64(rapid.IntRange(-40, 40).Draw(g.t, "number")) / 4
}

func (g generator) word() any { return rapid.StringMatching(`[a-d]{3,5}`).Draw(g.t, "word") }

func (g generator) times(item func() any) list {
	items := list{}
	for range g.choose(4) {
		items = append(items, item())
	}
	return items
}

func (g generator) data() any {
	order := func() any { return object{"qty": g.number(), "sku": g.word()} }
	data := object{
		"n": g.number(), "s": g.word(), "nums": g.times(g.number), "words": g.times(g.word),
		"orders": g.times(order), "user": object{"age": g.number(), "name": g.word()},
	}
	if g.choose(2) == 0 {
		data["opt"] = object{"n": g.number(), "s": g.word()}
	}
	return data
}

func (g generator) any(depth int) any {
	switch g.choose(5) {
	case 0:
		return g.numberRule(depth)
	case 1:
		return g.wordRule(depth)
	case 2:
		return g.numbersRule(depth)
	case 3:
		return object{"missing": g.times(func() any { return g.pick("n", "opt.n", "opt.s", "user.age", "none") })}
	}
	return g.boolRule(depth)
}

func (g generator) boolRule(depth int) any {
	if depth == 0 {
		return g.choose(2) == 0
	}
	d := depth - 1
	switch g.choose(8) {
	case 0:
		return object{g.pick("and", "or"): list{g.boolRule(d), g.boolRule(d), g.boolRule(d)}}
	case 1:
		return object{g.pick("!", "!!"): list{g.any(d)}}
	case 2:
		return object{g.pick("==", "!=", "===", "!==", "<", "<=", ">", ">="): list{g.numberRule(d), g.numberRule(d)}}
	case 3:
		return object{g.pick("==", "!=", "===", "!==", "<", ">"): list{g.wordRule(d), g.wordRule(d)}}
	case 4:
		return object{g.pick("<", "<=", ">", ">="): list{g.numberRule(d), g.numberRule(d), g.numberRule(d)}}
	case 5:
		return object{"in": list{g.wordRule(d), g.pickRule(object{"var": "words"}, g.wordRule(d), list{"abc", "dcb"})}}
	case 6:
		return object{"in": list{g.numberRule(d), g.numbersRule(d)}}
	}
	condition := object{g.pick("<", ">", "=="): list{object{"var": "qty"}, g.number()}}
	return object{g.pick("all", "some", "none"): list{object{"var": "orders"}, condition}}
}

func (g generator) numberRule(depth int) any {
	if depth == 0 {
		return g.pickRule(g.number(), object{"var": "n"}, object{"var": "user.age"}, object{"var": list{"opt.n", g.number()}})
	}
	d := depth - 1
	switch g.choose(6) {
	case 0:
		return object{g.pick("+", "*", "max", "min"): list{g.numberRule(d), g.numberRule(d), g.numberRule(d)}}
	case 1:
		return object{"-": list{g.numberRule(d), g.numberRule(d)}}
	case 2:
		return object{g.pick("/", "%"): list{g.numberRule(d), 2.5}}
	case 3:
		return object{"if": list{g.boolRule(d), g.numberRule(d), g.boolRule(d), g.numberRule(d), g.numberRule(d)}}
	case 4:
		sum := object{"+": list{object{"var": "accumulator"}, object{"var": "current"}}}
		return object{"reduce": list{object{"var": "nums"}, sum, g.number()}}
	}
	return g.numberRule(0)
}

func (g generator) wordRule(depth int) any {
	if depth == 0 {
		return g.pickRule(g.word(), object{"var": "s"}, object{"var": "user.name"}, object{"var": list{"opt.s", g.word()}})
	}
	d := depth - 1
	switch g.choose(4) {
	case 0:
		return object{"cat": list{g.wordRule(d), g.number(), g.wordRule(d)}}
	case 1:
		return object{"substr": list{g.wordRule(0), g.choose(3)}} // no word is shorter than 3
	case 2:
		return object{"if": list{g.boolRule(d), g.wordRule(d), g.wordRule(d)}}
	}
	return g.wordRule(0)
}

func (g generator) numbersRule(depth int) any {
	if depth == 0 {
		return object{"var": "nums"}
	}
	d := depth - 1
	switch g.choose(4) {
	case 0:
		return object{"map": list{g.numbersRule(d), object{g.pick("+", "*"): list{object{"var": ""}, g.number()}}}}
	case 1:
		return object{"filter": list{g.numbersRule(d), object{g.pick("<", ">="): list{object{"var": ""}, g.number()}}}}
	case 2:
		return object{"merge": list{g.numbersRule(d), g.numberRule(d), g.numbersRule(d)}}
	}
	return object{"map": list{object{"var": "orders"}, object{"var": "qty"}}}
}

func (g generator) pickRule(rules ...any) any { return rules[g.choose(len(rules))] }
