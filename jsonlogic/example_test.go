package jsonlogic_test

import (
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/belfryhq/belfry/jsonlogic"
)

func Example() {
	rule, err := jsonlogic.Compile([]byte(`{"and": [
		{">=": [{"var": "aggregations.spend_12m"}, 1000]},
		{"in": ["vip", {"var": "flattened_tags"}]}
	]}`))
	if err != nil {
		log.Fatal(err)
	}
	data, err := jsonlogic.Parse([]byte(`{"aggregations": {"spend_12m": 420.5}, "flattened_tags": ["vip"]}`))
	if err != nil {
		log.Fatal(err)
	}
	holds, err := rule.Truthy(data)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(holds)

	trace, err := rule.Trace(data)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(trace.Explain())
	// Output:
	// false
	// aggregations.spend_12m >= 1000 is false: 420.5 >= 1000
}

func ExampleCompile() {
	_, err := jsonlogic.Compile([]byte(`{"or": [{"contains": [{"var": "tags"}, "vip"]}]}`))
	fmt.Println(err)

	var failed *jsonlogic.CompileError
	if errors.As(err, &failed) {
		fmt.Println(failed.Pointer)
	}
	// Output:
	// compiling rule at /or/0: unknown operator "contains"; did you mean "in"?
	// /or/0
}

func ExampleRule_Eval() {
	rule, err := jsonlogic.Compile([]byte(`{"map": [{"var": "items"}, {"*": [{"var": "price"}, {"var": "quantity"}]}]}`))
	if err != nil {
		log.Fatal(err)
	}
	data, err := jsonlogic.From(map[string]any{"items": []any{
		map[string]any{"price": 19.5, "quantity": 2},
		map[string]any{"price": 5, "quantity": 3},
	}})
	if err != nil {
		log.Fatal(err)
	}
	totals, err := rule.Eval(data)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(totals)
	// Output: [39,15]
}

func ExampleRule_Paths() {
	rule, err := jsonlogic.Compile([]byte(`{"some": [{"var": "items"}, {">": [{"var": "price"}, 100]}]}`))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(rule.Paths())
	// Output: [items]
}

func ExampleAt() {
	rule, err := jsonlogic.Compile([]byte(`{">": [{"date_diff": [{"var": "last_purchase_at"}, {"now": []}, "days"]}, 90]}`))
	if err != nil {
		log.Fatal(err)
	}
	data, err := jsonlogic.Parse([]byte(`{"last_purchase_at": "2025-11-02 14:30:00"}`))
	if err != nil {
		log.Fatal(err)
	}
	lapsed, err := rule.Truthy(data, jsonlogic.At(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(lapsed)
	// Output: true
}

func ExampleFallback() {
	rule, err := jsonlogic.Compile([]byte(`{"cat": ["Hello ", {"var": "first_name"}]}`), jsonlogic.Fallback("profile"))
	if err != nil {
		log.Fatal(err)
	}
	data, err := jsonlogic.Parse([]byte(`{"total": 12, "profile": {"first_name": "Ada"}}`))
	if err != nil {
		log.Fatal(err)
	}
	greeting, err := rule.Eval(data)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(greeting.Text())
	// Output: Hello Ada
}

func ExampleOperator() {
	dollars := jsonlogic.Operator("shop.dollars", 1, 1, func(arguments []jsonlogic.Value) (jsonlogic.Value, error) {
		return jsonlogic.String(fmt.Sprintf("$%.2f", arguments[0].Float())), nil
	})
	rule, err := jsonlogic.Compile([]byte(`{"shop.dollars": {"var": "total"}}`), dollars)
	if err != nil {
		log.Fatal(err)
	}
	price, err := rule.Eval(jsonlogic.Object(jsonlogic.Member{Key: "total", Value: jsonlogic.Number(12.5)}))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(price.Text())
	// Output: $12.50
}

func ExampleTrace_Deciding() {
	rule, err := jsonlogic.Compile([]byte(`{"or": [{"==": [{"var": "tier"}, "gold"]}, {">": [{"var": "points"}, 500]}]}`))
	if err != nil {
		log.Fatal(err)
	}
	data, err := jsonlogic.Parse([]byte(`{"tier": "silver", "points": 120}`))
	if err != nil {
		log.Fatal(err)
	}
	trace, err := rule.Trace(data)
	if err != nil {
		log.Fatal(err)
	}
	for _, node := range trace.Deciding() {
		fmt.Println(node.Pointer, "·", node.Explain())
	}
	// Output:
	// /or/0 · tier == "gold" is false: "silver" == "gold"
	// /or/1 · points > 500 is false: 120 > 500
}
