package jsonlogic_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/belfryhq/belfry/jsonlogic"
)

// nest wraps rule in n maps over the list l.
func nest(n int, list, rule string) string {
	for range n {
		rule = fmt.Sprintf(`{"map":[%s,%s]}`, list, rule)
	}
	return rule
}

func numbers(n int) string {
	return "[" + strings.TrimSuffix(strings.Repeat("1,", n), ",") + "]"
}

func TestHostileRulesEnd(t *testing.T) {
	list := numbers(1000)
	big := `"` + strings.Repeat("x", 200_000) + `"`
	tests := []struct {
		name, rule, data string
		want             error
	}{
		{"maps nested over maps", nest(40, list[:41]+`1]`, `1`), `null`, jsonlogic.ErrTooManySteps},
		{"text that doubles", `{"reduce":[` + list + `,{"cat":[{"var":"accumulator"},{"var":"accumulator"}]},"xy"]}`, `null`, jsonlogic.ErrTooManySteps},
		{"arrays that double", `{"reduce":[` + list + `,{"merge":[{"var":"accumulator"},{"var":"accumulator"}]},[1,2]]}`, `null`, jsonlogic.ErrTooManySteps},
		{"an array that holds itself twice", `{"reduce":[` + list + `,[{"var":"accumulator"},{"var":"accumulator"}],0]}`, `null`, jsonlogic.ErrValueTooLarge},
		{"an array that grows deeper", `{"reduce":[` + list + `,[{"var":"accumulator"}],0]}`, `null`, jsonlogic.ErrValueTooLarge},
		{"a pair that holds itself", `{"reduce":[` + list + `,{"var":""},0]}`, `null`, jsonlogic.ErrValueTooLarge},
		{"a large text searched again and again", `{"map":[` + list + `,{"in":["y",` + big + `]}]}`, `null`, jsonlogic.ErrTooManySteps},
		{"a large array searched again and again", `{"all":[{"var":""},{"!":{"in":["y",` + list + `]}}]}`, numbers(10_000), jsonlogic.ErrTooManySteps},
		{"a large text measured again and again", `{"map":[{"var":"l"},{"var":"t.length"}]}`,
			`{"l":[` + strings.TrimSuffix(strings.Repeat(`{"t":`+`"`+strings.Repeat("é", 8000)+`"},`, 1000), ",") + `]}`, jsonlogic.ErrTooManySteps},
		{"a large array read as a number again and again", `{"map":[` + list + `,{"+":[` + list + `]}]}`, `null`, jsonlogic.ErrTooManySteps},
		{"paths that are computed and long", `{"map":[` + list + `,{"var":{"cat":[` + big + `]}}]}`, `null`, jsonlogic.ErrTooManySteps},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rule, data := compile(t, test.rule), parse(t, test.data)
			_, err := rule.Eval(data)
			var failed *jsonlogic.EvalError
			if !errors.Is(err, test.want) || !errors.As(err, &failed) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if _, err := rule.Trace(data); !errors.Is(err, test.want) {
				t.Errorf("trace: got %v, want %v", err, test.want)
			}
		})
	}
}

func TestStepLimitCountsNodes(t *testing.T) {
	const rule = `{"and":[1,{"!":false},{"or":[0,1]}]}` // seven nodes
	if _, err := compile(t, rule, jsonlogic.MaxSteps(7)).Eval(jsonlogic.Value{}); err != nil {
		t.Errorf("with a step for each node: %v", err)
	}
	_, err := compile(t, rule, jsonlogic.MaxSteps(6)).Eval(jsonlogic.Value{})
	if !errors.Is(err, jsonlogic.ErrTooManySteps) {
		t.Errorf("with one step too few: %v", err)
	}
	if want := "evaluating rule at /and/2/or/1: the evaluation takes too many steps"; err == nil || err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}

func TestAFailedEvaluationLeavesNoTraceInTheNext(t *testing.T) {
	rule := compile(t, `{"map":[{"var":""},{"cat":[{"var":"a"},{"var":"b"},{"boom":{"var":"a"}}]}]}`,
		jsonlogic.Operator("boom", 1, 1, func(arguments []jsonlogic.Value) (jsonlogic.Value, error) {
			if arguments[0].Text() == "x" {
				return jsonlogic.Value{}, errors.New("boom")
			}
			return jsonlogic.String("!"), nil
		}))
	for range 100 {
		if _, err := rule.Eval(parse(t, `[{"a":"1","b":"2"},{"a":"x","b":"y"}]`)); err == nil {
			t.Fatal("no error")
		}
		got, err := rule.Eval(parse(t, `[{"a":"1","b":"2"}]`))
		if err != nil || got.String() != `["12!"]` {
			t.Fatalf("got %v, %v", got, err)
		}
	}
}

func TestRuleIsSafeForConcurrentUse(t *testing.T) {
	rule := compile(t, `{"reduce":[{"filter":[{"var":"l"},{">":[{"var":""},{"%":[7,4]}]}]},{"+":[{"var":"current"},{"var":"accumulator"}]},{"var":"start"}]}`)
	var wg sync.WaitGroup
	for start := range 8 {
		wg.Go(func() {
			data := parse(t, fmt.Sprintf(`{"l":[1,2,3,4,5],"start":%d}`, start))
			for range 200 {
				got, err := rule.Eval(data)
				if err != nil || got.Float() != float64(9+start) {
					t.Errorf("got %v, %v, want %d", got, err, 9+start)
				}
				if _, err := rule.Trace(data); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func TestTypicalConditionDoesNotAllocate(t *testing.T) {
	rule, data := compile(t, typicalRule), parse(t, string(typicalContext()))
	allocations := testing.AllocsPerRun(1000, func() {
		if _, err := rule.Truthy(data); err != nil {
			t.Fatal(err)
		}
	})
	if allocations >= 1 { // the race detector empties pools at random
		t.Errorf("%v allocations per evaluation", allocations)
	}
}
