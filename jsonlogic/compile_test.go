package jsonlogic_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/jsonlogic"
)

func TestCompileSaysWhatIsWrongAndWhatWouldBeRight(t *testing.T) {
	tests := []struct {
		name, rule, pointer string
		reason              jsonlogic.Reason
		problem, advice     string
	}{
		{"a misspelt operator", `{"and":[true,{"fliter":[1,2]}]}`, "/and/1", jsonlogic.UnknownOperator,
			`unknown operator "fliter"`, `did you mean "filter"?`},
		{"an operator in capitals", `{"AND":[true]}`, "", jsonlogic.UnknownOperator, `unknown operator "AND"`, `did you mean "and"?`},
		{"a name from another language", `{"!":{"contains":["a","b"]}}`, "/!", jsonlogic.UnknownOperator,
			`unknown operator "contains"`, `did you mean "in"?`},
		{"a sign of another language", `{"=":[1,1]}`, "", jsonlogic.UnknownOperator, `unknown operator "="`, `did you mean "=="?`},
		{"a registered operator misspelt", `{"shop.hafl":1}`, "", jsonlogic.UnknownOperator,
			`unknown operator "shop.hafl"`, `did you mean "shop.half"?`},
		{"an operator deep in a literal", `{"if":[true,[1,{"a/b":2}]]}`, "/if/1/1", jsonlogic.UnknownOperator, `unknown operator "a/b"`, ""},
		{"too few arguments", `{"or":[{"==":[1]}]}`, "/or/0", jsonlogic.BadArity, `"==" takes 2 arguments, not 1`, `write {"==": [a, b]}`},
		{"too many arguments", `{"<":[1,2,3,4]}`, "", jsonlogic.BadArity, `"<" takes 2 to 3 arguments, not 4`,
			`write {"<": [a, b]}, or {"<": [a, b, c]} for between`},
		{"a negated list of two", `{"!":[true,false]}`, "", jsonlogic.BadArity, `"!" takes 1 argument, not 2`,
			`write {"!": value}, and {"!": [[a, b]]} for an array`},
		{"no factor", `{"*":[]}`, "", jsonlogic.BadArity, `"*" takes at least 1 argument, not 0`, `write {"*": [a, b]}`},
		{"an iteration without a body", `{"map":{"var":"x"}}`, "", jsonlogic.BadArity, `"map" takes 2 arguments, not 1`,
			`write {"map": [list, logic]}`},
		{"a unit that does not exist", `{">":[{"date_diff":["a","b","weeks"]},1]}`, "/>/0/date_diff/2", jsonlogic.BadArgument,
			`"weeks" is not a unit of time`, `use seconds, minutes, hours, days, months or years`},
		{"no json", `{"and":[true,}`, "", jsonlogic.BadSyntax, `parsing json: this is not a value (byte 13)`, ""},
		{"nothing", ``, "", jsonlogic.BadSyntax, `parsing json: the text ends where a value should be (byte 0)`, ""},
		{"too deep", strings.Repeat(`{"!":`, 200) + `1` + strings.Repeat(`}`, 200), strings.Repeat("/!", 128),
			jsonlogic.TooDeep, `the rule is nested deeper than 128 levels`, ""},
		{"far too deep", strings.Repeat(`[`, 100_000), "", jsonlogic.TooDeep, `the rule is nested deeper than 128 levels`, ""},
		{"too large", `"` + strings.Repeat("x", 300<<10) + `"`, "", jsonlogic.TooLarge, `the rule is larger than 262144 bytes`, ""},
	}
	half := jsonlogic.Operator("shop.half", 1, 1, nil)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := jsonlogic.Compile([]byte(test.rule), half)
			var failed *jsonlogic.CompileError
			if !errors.As(err, &failed) {
				t.Fatalf("got %v, want a CompileError", err)
			}
			got := []any{failed.Pointer, failed.Reason, failed.Problem}
			if diff := cmp.Diff([]any{test.pointer, test.reason, test.problem}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if test.advice != "" && failed.Advice != test.advice {
				t.Errorf("advice is %q, want %q", failed.Advice, test.advice)
			}
		})
	}
}

func TestCompileErrorReadsAsOneLine(t *testing.T) {
	_, err := jsonlogic.Compile([]byte(`{"and":[{"fliter":[]}]}`))
	if want := `compiling rule at /and/0: unknown operator "fliter"; did you mean "filter"?`; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}

func TestSyntaxErrorLeadsToItsOffset(t *testing.T) {
	_, err := jsonlogic.Compile([]byte(`{"and" [true]}`))
	var parse *jsonlogic.ParseError
	if !errors.As(err, &parse) || parse.Offset != 7 {
		t.Errorf("got %v, want a ParseError at byte 7", err)
	}
}

func TestCompileRefusesOptionsItCannotMeet(t *testing.T) {
	tests := []struct {
		name   string
		option jsonlogic.Option
	}{
		{"an operator of the language", jsonlogic.Operator("and", 0, -1, nil)},
		{"an arity that no call has", jsonlogic.Operator("x", 2, 1, nil)},
		{"a bound of nothing", jsonlogic.MaxSteps(0)},
		{"a negative bound", jsonlogic.MaxDepth(-1)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := jsonlogic.Compile([]byte(`1`), test.option)
			var failed *jsonlogic.CompileError
			if !errors.As(err, &failed) || failed.Reason != jsonlogic.BadOption {
				t.Errorf("got %v, want BadOption", err)
			}
		})
	}
}

func TestPathsListsWhatIsReadAtTheRoot(t *testing.T) {
	tests := []struct {
		name, rule string
		want       []string
	}{
		{"each path once, in order", `{"and":[{"var":"b.c"},{"var":["a",{"var":"d"}]},{"var":"b.c"}]}`, []string{"b.c", "d", "a"}},
		{"an index", `{"var":1}`, []string{"1"}},
		{"not all of the data", `{"cat":[{"var":""},{"var":[]},{"var":null}]}`, nil},
		{"not a computed path", `{"var":{"cat":["a",{"var":"b"}]}}`, []string{"b"}},
		{"the keys of missing", `{"missing":["a","b.c"]}`, []string{"a", "b.c"}},
		{"the one key of missing", `{"missing":"a"}`, []string{"a"}},
		{"the keys of missing_some", `{"missing_some":[1,["a","b"]]}`, []string{"a", "b"}},
		{"not the bodies of iterations", `{"filter":[{"var":"items"},{">":[{"var":"qty"},{"var":["min",{"var":"x"}]}]}]}`, []string{"items"}},
		{"the initial value of reduce", `{"reduce":[{"var":"items"},{"var":"current.qty"},{"var":"start"}]}`, []string{"items", "start"}},
		{"not an iteration within a body", `{"all":[{"var":"a"},{"some":[{"var":"b"},{"var":"c"}]}]}`, []string{"a"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, compile(t, test.rule).Paths()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.rule, diff)
			}
		})
	}
}
