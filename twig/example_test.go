package twig_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/belfryhq/belfry/twig"
)

func Example() {
	env := twig.New(twig.Options{})
	template, err := env.Compile("welcome", `{
  "to": "{{ profile.email }}",
  "text": "Hello {{ profile.first_name|capitalize }}!",
  "points": {{ profile.points }},
  "tags": {{ profile.tags }},
  "lines": [{% for i in items %}{"sku": {{ i.sku }}, "total": {{ (i.qty * i.price)|number_format(2, '.', '') }}}{{ not loop.last ? ', ' }}{% endfor %}]
}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	data, err := twig.ParseJSON([]byte(`{
		"profile": {"email": "zoe@example.com", "first_name": "zoë \"z\"", "points": 1240.0, "tags": ["gold", "vip"]},
		"items": [{"sku": "A-1", "qty": 2, "price": 29.95}, {"sku": "B-2", "qty": 1, "price": 9.5}]
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	body, err := template.RenderJSON(context.Background(), data)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(body))
	// Output:
	// {
	//   "to": "zoe@example.com",
	//   "text": "Hello Zoë \"z\"!",
	//   "points": 1240.0,
	//   "tags": ["gold","vip"],
	//   "lines": [{"sku": "A-1", "total": 59.90}, {"sku": "B-2", "total": 9.50}]
	// }
}

func ExampleTemplate_RenderJSON() {
	template, err := twig.New(twig.Options{}).Compile("order", "{\n  \"note\": {{ note|raw }}\n}")
	if err != nil {
		fmt.Println(err)
		return
	}
	data, err := twig.ParseJSON([]byte(`{"note": "ring twice"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = template.RenderJSON(context.Background(), data)
	var problem *twig.Error
	if errors.As(err, &problem) {
		fmt.Println(problem.Offset, problem.Line, problem.Variable)
	}
	// Output: 12 2 note|raw
}

func ExampleEnv_Compile() {
	_, err := twig.New(twig.Options{}).Compile("order", "{{ total|numberformat(2) }}")
	fmt.Println(err)
	// Output: Unknown "numberformat" filter. Did you mean "number_format" in "order" at line 1, column 10?
}

func ExampleOptions_templates() {
	env := twig.New(twig.Options{
		Strategy: twig.StrategyHTML,
		Templates: map[string]string{
			"layout.html": "<title>{% block title %}Shop{% endblock %}</title>",
		},
	})
	template, err := env.Compile("page.html", `{% extends "layout.html" %}{% block title %}{{ name }} - {{ parent() }}{% endblock %}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	page, err := template.Render(context.Background(), twig.ArrayValue(contextOf("name", "Hats & <Scarves>")))
	fmt.Println(string(page), err)
	// Output: <title>Hats &amp; &lt;Scarves&gt; - Shop</title> <nil>
}

func contextOf(name, value string) *twig.Hash {
	h := &twig.Hash{}
	h.Set(name, twig.StringValue(value))
	return h
}

func ExampleFunction() {
	env := twig.New(twig.Options{
		Filters: map[string]twig.Function{
			"initials": {
				Params: []string{"separator?"},
				Call: func(_ context.Context, args []twig.Value) (twig.Value, error) {
					var letters []string
					for _, word := range strings.Fields(args[0].String()) {
						letters = append(letters, word[:1])
					}
					return twig.StringValue(strings.Join(letters, args[1].String())), nil
				},
			},
		},
	})
	template, err := env.Compile("badge", `"{{ name|initials }} {{ name|initials(separator: '.') }}"`)
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := template.Render(context.Background(), twig.ArrayValue(contextOf("name", "Ada King Lovelace")))
	fmt.Println(string(out), err)
	// Output: "AKL A.K.L" <nil>
}
