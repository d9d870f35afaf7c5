package jsonlogic_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/jsonlogic"
)

func TestExplainNamesTheDecidingNodes(t *testing.T) {
	const data = `{"aggregations":{"spend_12m":420.5},"flattened_tags":["new","melbourne"],"tier":"gold","optout":true,
		"items":[{"qty":2,"sku":"A"},{"qty":1,"sku":"B"}],"empty":[],"active":null,"joined":"2020-01-01"}`
	tests := []struct{ name, rule, want string }{
		{"a comparison shows its values", `{">=":[{"var":"aggregations.spend_12m"},1000]}`,
			`aggregations.spend_12m >= 1000 is false: 420.5 >= 1000`},
		{"a false and shows its first false argument", `{"and":[{"==":[{"var":"tier"},"gold"]},{"in":["vip",{"var":"flattened_tags"}]},{"var":"zz"}]}`,
			`"vip" in flattened_tags is false: "vip" in ["new", "melbourne"]`},
		{"a false or shows all arguments", `{"or":[{"==":[{"var":"tier"},"silver"]},{"<":[{"var":"aggregations.spend_12m"},100]}]}`,
			`tier == "silver" is false: "gold" == "silver"; aggregations.spend_12m < 100 is false: 420.5 < 100`},
		{"a true or shows the true argument", `{"or":[{"var":"active"},{"==":[{"var":"tier"},"gold"]}]}`,
			`tier == "gold" is true: "gold" == "gold"`},
		{"nested junctions are followed", `{"and":[true,{"or":[{"and":[{"==":[{"var":"tier"},"gold"]},{">":[{"var":"aggregations.spend_12m"},500]}]},false]}]}`,
			`aggregations.spend_12m > 500 is false: 420.5 > 500; false is false`},
		{"a negated path shows itself", `{"!":{"var":"optout"}}`, `!optout is false: !true`},
		{"a negated comparison shows the comparison", `{"!":{"==":[{"var":"tier"},"gold"]}}`,
			`tier == "gold" is true: "gold" == "gold"`},
		{"a path shows its value", `{"var":"active"}`, `active is falsy: null`},
		{"an if with literals shows its condition", `{"if":[{"==":[{"var":"tier"},"silver"]},true,false]}`,
			`tier == "silver" is false: "gold" == "silver"`},
		{"an if with logic shows the branch", `{"if":[{"==":[{"var":"tier"},"gold"]},{">":[{"var":"aggregations.spend_12m"},500]},true]}`,
			`aggregations.spend_12m > 500 is false: 420.5 > 500`},
		{"all shows the element that failed", `{"all":[{"var":"items"},{">":[{"var":"qty"},1]}]}`,
			`items[1]: qty > 1 is false: 1 > 1`},
		{"some shows all elements", `{"some":[{"var":"items"},{">":[{"var":"qty"},5]}]}`,
			`items[0]: qty > 5 is false: 2 > 5; items[1]: qty > 5 is false: 1 > 5`},
		{"none shows the element it found", `{"none":[{"var":"items"},{"==":[{"var":"sku"},"B"]}]}`,
			`items[1]: sku == "B" is true: "B" == "B"`},
		{"all of nothing shows the empty list", `{"all":[{"var":"empty"},{">":[{"var":"qty"},1]}]}`,
			`all(empty, qty > 1) is false: empty is []`},
		{"between shows three operands", `{"<":[100,{"var":"aggregations.spend_12m"},400]}`,
			`100 < aggregations.spend_12m < 400 is false: 100 < 420.5 < 400`},
		{"arithmetic is written in place", `{">":[{"+":[{"var":"aggregations.spend_12m"},{"*":[2,3]}]},1000]}`,
			`(aggregations.spend_12m + (2 * 3)) > 1000 is false: 426.5 > 1000`},
		{"an unreadable date shows as NaN", `{">=":[{"date_diff":[{"var":"active"},{"var":"joined"},"days"]},30]}`,
			`date_diff(active, joined, "days") >= 30 is false: NaN >= 30`},
		{"literals need no values", `{"==":[1,2]}`, `1 == 2 is false`},
		{"a list is no condition but has a truth", `{"missing":["tier","phone"]}`, `missing("tier", "phone") is truthy: ["phone"]`},
		{"the element itself is called this", `{"all":[{"var":"flattened_tags"},{"==":[{"var":""},"new"]}]}`,
			`flattened_tags[1]: this == "new" is false: "melbourne" == "new"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			trace, err := compile(t, test.rule).Trace(parse(t, data))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, trace.Explain()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.rule, diff)
			}
		})
	}
}

func TestExplainShortensWhatIsLong(t *testing.T) {
	rule := compile(t, `{"or":[{"in":["x",{"var":"l"}]},{"==":[{"var":"s"},1]},0,0,0,0,0]}`)
	trace, err := rule.Trace(parse(t, `{"l":[1,2,3,4,5,6,[7],{"a":[]}],"s":"`+strings.Repeat("a", 300)+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	want := `"x" in l is false: "x" in [1, 2, 3, 4, 5, … 3 more]; ` +
		`s == 1 is false: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…" == 1; ` +
		`0 is falsy; 0 is falsy; 0 is falsy; and 2 more`
	if diff := cmp.Diff(want, trace.Explain()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTraceShowsEveryNode(t *testing.T) {
	rule := compile(t, `{"and":[{"var":["a/b",{"var":"d"}]},{"filter":[{"var":"list"},{"var":"x"}]},{"var":"never"}]}`)
	trace, err := rule.Trace(parse(t, `{"a/b":1,"list":[{"x":0},{"x":null}]}`))
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.MarshalIndent(trace, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	want := `{
 "pointer": "",
 "operator": "and",
 "evaluated": true,
 "value": [],
 "children": [
  {
   "pointer": "/and/0",
   "operator": "var",
   "path": "a/b",
   "evaluated": true,
   "value": 1,
   "children": [
    {
     "pointer": "/and/0/var/1",
     "operator": "var",
     "path": "d",
     "evaluated": false
    }
   ]
  },
  {
   "pointer": "/and/1",
   "operator": "filter",
   "evaluated": true,
   "value": [],
   "children": [
    {
     "pointer": "/and/1/filter/0",
     "operator": "var",
     "path": "list",
     "evaluated": true,
     "value": [
      {
       "x": 0
      },
      {
       "x": null
      }
     ]
    },
    {
     "pointer": "/and/1/filter/1",
     "operator": "var",
     "path": "x",
     "element": 0,
     "evaluated": true,
     "value": 0
    },
    {
     "pointer": "/and/1/filter/1",
     "operator": "var",
     "path": "x",
     "element": 1,
     "evaluated": true,
     "value": null
    }
   ]
  },
  {
   "pointer": "/and/2",
   "operator": "var",
   "path": "never",
   "evaluated": false
  }
 ]
}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTracePointersLeadBackIntoTheRule(t *testing.T) {
	trace, err := compile(t, `{"!":{"/":[1,{"if":[{"~x":[]},{"var":"y"}]}]}}`,
		jsonlogic.Operator("~x", 0, 0, func([]jsonlogic.Value) (jsonlogic.Value, error) {
			return jsonlogic.Bool(true), nil
		})).Trace(parse(t, `{}`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	var visit func(jsonlogic.Trace)
	visit = func(node jsonlogic.Trace) {
		got = append(got, node.Pointer)
		for _, child := range node.Children {
			visit(child)
		}
	}
	visit(trace)
	want := []string{"", "/!", "/!/~1/0", "/!/~1/1", "/!/~1/1/if/0", "/!/~1/1/if/1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTraceOfAFailureShowsWhere(t *testing.T) {
	broken := jsonlogic.Operator("broken", 0, 0, func([]jsonlogic.Value) (jsonlogic.Value, error) {
		return jsonlogic.Value{}, errors.New("no connection")
	})
	trace, err := compile(t, `{"and":[{"var":"a"},{"==":[{"broken":[]},1]},{"var":"b"}]}`, broken).Trace(parse(t, `{"a":1}`))
	if err == nil {
		t.Fatal("no error")
	}
	deciding := trace.Deciding()
	if len(deciding) != 1 || deciding[0].Pointer != "/and/1/==/0" || deciding[0].Error != "no connection" {
		t.Errorf("deciding is %+v", deciding)
	}
	if want := "broken() failed: no connection"; trace.Explain() != want {
		t.Errorf("got %q, want %q", trace.Explain(), want)
	}
	if trace.Error != "" || trace.Children[2].Evaluated {
		t.Error("the error is on more than its node, or the evaluation went on")
	}
}

func TestTraceOfManyElementsIsCut(t *testing.T) {
	rule := compile(t, `{"some":[{"var":""},{"==":[{"var":""},{"+":[1,1,1]}]}]}`)
	elements := make([]jsonlogic.Value, 50_000)
	trace, err := rule.Trace(jsonlogic.Array(elements...))
	if err != nil {
		t.Fatal(err)
	}
	if !trace.Truncated || len(trace.Children) > 10_000 {
		t.Errorf("truncated %v with %d children", trace.Truncated, len(trace.Children))
	}
	if want := "some(this, this == (1 + 1 + 1)) is false: this is [null, null, null, null, null, … 49995 more]"; trace.Explain() != want {
		t.Errorf("got %q, want %q", trace.Explain(), want)
	}
}

func TestTraceOfALargeValueShownOftenIsMarshalledInBounds(t *testing.T) {
	rule := compile(t, `{"reduce":[{"var":"list"},{"if":[{"var":"accumulator"},{"var":"accumulator"}]},{"var":"large"}]}`)
	data := jsonlogic.Object(
		jsonlogic.Member{Key: "list", Value: jsonlogic.Array(make([]jsonlogic.Value, 3000)...)},
		jsonlogic.Member{Key: "large", Value: jsonlogic.String(strings.Repeat("x", 100_000))},
	)
	trace, err := rule.Trace(data)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(trace)
	if err != nil {
		t.Fatal(err)
	}
	if len(text) > 5_000_000 || !strings.Contains(string(text), `"omitted":true`) {
		t.Errorf("the trace takes %d bytes", len(text))
	}
}
