package twig_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/belfryhq/belfry/twig"
)

func TestEveryBoundHoldsByDefault(t *testing.T) {
	big := strings.Repeat("x", 300<<10)
	for name, template := range map[string]string{
		"a long template":                       big,
		"tags inside each other":                strings.Repeat("{% if 1 %}", 500) + strings.Repeat("{% endif %}", 500),
		"parentheses":                           "{{ " + strings.Repeat("(", 5000) + "1" + strings.Repeat(")", 5000) + " }}",
		"sequences":                             "{{ " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + " }}",
		"signs":                                 "{{ " + strings.Repeat("-", 5000) + "1 }}",
		"nots":                                  "{{ " + strings.Repeat("not ", 5000) + "1 }}",
		"ternaries":                             "{{ " + strings.Repeat("1 ? ", 5000) + "1 }}",
		"powers":                                "{{ " + strings.Repeat("2 ** ", 5000) + "2 }}",
		"interpolations":                        "{{ " + strings.Repeat(`"#{`, 5000) + " }}",
		"filters":                               "{{ 1" + strings.Repeat("|upper", 5000) + " }}",
		"attributes":                            "{{ a" + strings.Repeat(".a", 20000) + " }}",
		"sums":                                  "{{ 1" + strings.Repeat("+1", 50000) + " }}",
		"a macro that calls itself":             "{% macro m() %}{{ _self.m() }}{% endmacro %}{{ _self.m() }}",
		"a template including itself":           "{% include 'self' %}",
		"a template extending itself":           "{% include 'loop' %}",
		"a block showing itself":                "{% block a %}{{ block('a') }}{% endblock %}",
		"a wide range":                          "{% for i in 1..100000000 %}{% endfor %}",
		"loops inside loops":                    strings.Repeat("{% for i in 1..1000 %}", 4) + strings.Repeat("{% endfor %}", 4),
		"a text that doubles":                   "{% set a = 'xxxxxxxxxxxxxxxx' %}{% for i in 1..100 %}{% set a = a ~ a %}{% endfor %}",
		"an array that doubles":                 "{% set a = [1,2,3,4] %}{% for i in 1..100 %}{% set a = a|merge(a) %}{% endfor %}",
		"a mapping of itself":                   "{% set a = {} %}{% for i in 1..2000 %}{% set a = {x: a, y: a} %}{% endfor %}{{ a|json_encode }}",
		"much output":                           "{% for i in 1..50000 %}" + strings.Repeat("y", 1000) + "{% endfor %}",
		"padding":                               "{{ '%999999999s'|format(1) }}",
		"replacing by more":                     "{{ ('a'|format)|replace({a: x})|replace({x: y}) }}" + "{% set s = 'aaaaaaaa' %}{% for i in 1..30 %}{% set s = s|replace({a: 'aaaaaaaa'}) %}{% endfor %}",
		"joining":                               "{% set s = 'x' %}{% for i in 1..30 %}{% set s = [s, s, s, s, s]|join(s) %}{% endfor %}",
		"filling batches":                       "{{ [1]|batch(1000000000, 'x')|length }}",
		"sorting with a bad order":              "{{ (1..90000)|sort((a, b) => 1)|length }}",
		"mapping inside mapping":                "{{ (1..5000)|map(a => (1..5000)|map(b => b))|length }}",
		"comparing arrays that hold each other": "{% set a = {} %}{% set b = {} %}{% for i in 1..60 %}{% set a = {x: a, y: a} %}{% set b = {x: b, y: b} %}{% endfor %}{{ a == b }}",
		"trimming a long text":                  "{% set s = 'aaaaaaaaaaaaaaaa' %}{% for i in 1..16 %}{% set s = s ~ s %}{% endfor %}{% for i in 1..90000 %}{% set t = s|trim('a') %}{% endfor %}",
		"comparing long texts":                  "{% set s = 'aaaaaaaaaaaaaaaa' %}{% for i in 1..16 %}{% set s = s ~ s %}{% endfor %}{% for i in 1..90000 %}{% set t = s == s ~ 'b' %}{% endfor %}",
		"looking in a long array":               "{% set s = 1..90000 %}{% for i in 1..9000 %}{% set t = -1 in s %}{% endfor %}",
		"spaces before a number":                "{% set s = '                ' %}{% for i in 1..16 %}{% set s = s ~ s %}{% endfor %}{% for i in 1..90000 %}{% set t = s * 1 %}{% endfor %}",
		"the deepest stack":                     deepest(),
		"a pattern that repeats itself":         "{{ 'x' matches '/(?:[ab]{0,900}c|[ab]{0,901}d|[ab]{0,902}e)/' }}",
		"matching a long text":                  "{% set s = 'aaaaaaaaaaaaaaaa' %}{% for i in 1..16 %}{% set s = s ~ s %}{% endfor %}{{ s matches '/(?:[ab]{0,900}c)/' }}",
		"a long date format":                    "{% set s = 'cccccccccccccccc' %}{% for i in 1..16 %}{% set s = s ~ s %}{% endfor %}{{ 0|date(s) }}",
		"wide thousands":                        "{% set s = 'xxxxxxxxxxxxxxxx' %}{% for i in 1..16 %}{% set s = s ~ s %}{% endfor %}{{ 1e300|number_format(0, '.', s) }}",
		"splitting a long text":                 "{% set s = ',,,,,,,,,,,,,,,,' %}{% for i in 1..18 %}{% set s = s ~ s %}{% endfor %}{{ s|split('')|length }}{{ s|split(',')|length }}",
		"escaping a long text":                  `{% set s = '""""""""""""""""' %}{% for i in 1..20 %}{% set s = s ~ s %}{% endfor %}{{ s|e('html_attr')|length }}`,
		"loops with many variables":             "{% for i in 1..50000 %}{% for j in [1] %}{% if 0 %}" + assignments(12000) + "{% endif %}{% endfor %}{% endfor %}",
		"a value inside itself many times":      "{% set a = [] %}{% set b = [] %}{% for i in 1..600 %}{% set a = [a] %}{% set b = [b] %}{% endfor %}{{ a == b }}",
		"dates far away":                        "{{ 'now'|date_modify('+999999999 years') }}",
	} {
		t.Run(name, func(t *testing.T) {
			env := twig.New(twig.Options{Strategy: twig.StrategyNone, Templates: map[string]string{
				"self": "{% include 'self' %}", "loop": "{% extends 'loop' %}",
			}})
			compiled, err := env.Compile("index.twig", template)
			if err == nil {
				_, err = compiled.Render(t.Context(), twig.NullValue())
			}
			var e *twig.Error
			if !errors.As(err, &e) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// assignments sets n variables.
func assignments(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "{%%set v%d=1%%}", i)
	}
	return b.String()
}

func BenchmarkCompileManyVariablesInManyLoops(b *testing.B) {
	source := strings.Repeat("{%for i in [1]%}", 90) + assignments(12000) + strings.Repeat("{%endfor%}", 90)
	env := twig.New(twig.Options{})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := env.Compile("t", source); err != nil {
			b.Fatal(err)
		}
	}
}

// deepest nests as much as the parser allows in a macro that calls itself.
func deepest() string {
	code := "_self.m()"
	for range 90 {
		code = "(" + code + strings.Repeat(" + 1", 190) + ")"
	}
	return "{% macro m() %}{{ " + code + " }}{% endmacro %}{{ _self.m() }}"
}

func TestALimitIsTold(t *testing.T) {
	env := twig.New(twig.Options{Limits: twig.Limits{Loops: 10}})
	compiled, err := env.Compile("t", "{% for i in items %}{% endfor %}")
	if err != nil {
		t.Fatal(err)
	}
	_, err = compiled.Render(t.Context(), parse(t, `{"items": [1,2,3,4,5,6,7,8,9,10,11]}`))
	if !errors.Is(err, twig.ErrLimit) {
		t.Errorf("got %v", err)
	}
}

func TestTheDeadlineStopsARender(t *testing.T) {
	env := twig.New(twig.Options{Limits: twig.Limits{Loops: 1 << 40, Steps: 1 << 40, Memory: 1 << 40}})
	compiled, err := env.Compile("t", "{% for a in 1..100000 %}{% for b in 1..100000 %}{% endfor %}{% endfor %}")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := compiled.Render(ctx, twig.NullValue()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestATemplateRendersInManyGoroutinesAtOnce(t *testing.T) {
	env := twig.New(twig.Options{Templates: map[string]string{
		"line": "{{ i.sku }}", "base": "[{% block body %}{% endblock %}]",
	}})
	compiled, err := env.Compile("t", `{% extends 'base' %}{% block body %}{% for i in items %}"{% include 'line' %}"{{ loop.last ? '' : ',' }}{% endfor %}{% endblock %}`)
	if err != nil {
		t.Fatal(err)
	}
	v := parse(t, `{"items": [{"sku": "a"}, {"sku": "b"}]}`)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				out, err := compiled.RenderJSON(context.Background(), v)
				if err != nil || string(out) != `["a","b"]` {
					t.Errorf("got %s, %v", out, err)
					return
				}
			}
		})
	}
	wg.Wait()
}
