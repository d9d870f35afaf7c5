package jsonlogic_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/jsonlogic"
)

var fuzzNow = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

var fuzzSeeds = []string{
	`{"and":[{">=":[{"var":"a.b"},1e3]},{"in":["vip",{"var":["tags",[]]}]}]}`,
	`{"reduce":[{"var":"l"},{"+":[{"var":"current"},{"var":"accumulator"}]},0]}`,
	`{"map":[{"var":"l"},{"substr":[{"cat":[{"var":""},"é😀"]},-2,{"-":1}]}]}`,
	`{"if":[{"missing_some":[1,["a","b"]]},{"merge":[1,[2]]},{"date_diff":["2024-02-29",{"now":[]},"years"]}]}`,
	`{"some":[[1,2],{"<":[0,{"var":""},2]}]}`,
	`[{"a":[1,2.5,-3e-7,"x\u00e9\n",null,true]},{}]`,
}

// Parse must accept and refuse what encoding/json does, and read the same.
func FuzzParse(f *testing.F) {
	for _, seed := range fuzzSeeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := jsonlogic.Parse(text)
		var failed *jsonlogic.ParseError
		if err != nil && (!errors.As(err, &failed) || failed.Offset > len(text)) {
			t.Fatalf("the error is %#v", err)
		}
		var want any
		wantErr := json.Unmarshal(text, &want)
		if !utf8.Valid(text) || (err != nil && failed.Reason == jsonlogic.TooDeep) {
			return
		}
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("got %v, encoding/json %v", err, wantErr)
		}
		if err != nil {
			return
		}
		var again any
		if err := json.Unmarshal(v.AppendJSON(nil), &again); err != nil {
			t.Fatalf("%s is written as %s: %v", text, v, err)
		}
		if diff := cmp.Diff(want, again); diff != "" {
			t.Errorf("(-encoding/json +ours):\n%s", diff)
		}
	})
}

// Compile must refuse with a CompileError or give a rule that can be run.
func FuzzCompile(f *testing.F) {
	for _, seed := range fuzzSeeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		rule, err := jsonlogic.Compile(text, jsonlogic.MaxSteps(10_000), jsonlogic.Fallback("profile"))
		var failed *jsonlogic.CompileError
		if err != nil {
			if !errors.As(err, &failed) || failed.Problem == "" || failed.Reason == 0 {
				t.Fatalf("the error is %#v", err)
			}
			return
		}
		rule.Paths()
		if _, err := rule.Eval(jsonlogic.Value{}); err != nil && !errors.As(err, new(*jsonlogic.EvalError)) {
			t.Fatalf("the error is %#v", err)
		}
	})
}

// Eval must end, give something that can be printed, and agree with Trace.
func FuzzEval(f *testing.F) {
	for _, seed := range fuzzSeeds {
		f.Add([]byte(seed), []byte(`{"l":[1,2,"x"],"a":{"b":5},"tags":["vip"],"profile":{"b":""}}`))
	}
	f.Fuzz(func(t *testing.T, text, document []byte) {
		rule, err := jsonlogic.Compile(text, jsonlogic.MaxSteps(10_000), jsonlogic.Fallback("profile"))
		if err != nil {
			return
		}
		data, err := jsonlogic.Parse(document)
		if err != nil {
			return
		}
		now := jsonlogic.At(fuzzNow)
		got, err := rule.Eval(data, now)
		trace, traceErr := rule.Trace(data, now)
		if (err == nil) != (traceErr == nil) || (err == nil && got.String() != trace.Value.String()) {
			t.Fatalf("eval gives %v, %v; trace %v, %v", got, err, trace.Value, traceErr)
		}
		if trace.Explain() == "" {
			t.Error("no explanation")
		}
		if _, err := json.Marshal(trace); err != nil {
			t.Error(err)
		}
	})
}
