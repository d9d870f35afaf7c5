package twig_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/belfryhq/belfry/twig"
)

// One environment compiles and renders in many goroutines, while some of the
// renders fail or are stopped half-way and give their run back.
func TestFailedRendersLeaveNothingToTheNext(t *testing.T) {
	env := twig.New(twig.Options{
		Globals: map[string]twig.Value{"shop": twig.StringValue("S")},
		Templates: map[string]string{
			"macros": `{% macro line(i, n = 1) %}{"sku": {{ i.sku }}, "n": {{ n }}}{% endmacro %}`,
			"base":   `{% set top = 1 %}[{% block body %}0{% endblock %}]`,
			"bad":    `{{ "%d"|format }}`,
		},
	})
	good := `{% extends 'base' %}{% import 'macros' as m %}{% block body %}{% for i in items|sort((a, b) => a.sku <=> b.sku) %}{% set x %}{{ i.sku }}-{{ shop }}{% endset %}{{ m.line(i, loop.index) }}, "{{ x }}", {{ '2026-03-04'|date('c', 'Australia/Adelaide') }}, {{ i.sku matches '/^[a-z]+$/' ? 1 : 0 }}{{ loop.last ? '' : ', ' }}{% endfor %}{% endblock %}`
	const want = `[{"sku": "a", "n": 1}, "a-S", "2026-03-04T10:30:00+10:30", 1, {"sku": "b", "n": 2}, "b-S", "2026-03-04T10:30:00+10:30", 1]`
	v := parse(t, `{"items": [{"sku": "b"}, {"sku": "a"}]}`)
	compiled, err := env.Compile("good", good)
	if err != nil {
		t.Fatal(err)
	}
	slow, err := env.Compile("slow", `{% set x = 'leak' %}{% for i in 1..300 %}{% for j in 1..300 %}{{ '"' }}{{ i }}{% endfor %}{% endfor %}`)
	if err != nil {
		t.Fatal(err)
	}
	broken, err := env.Compile("broken", `"{% set x = 'leak' %}{% for i in items %}{% apply upper %}{% include 'bad' %}{% endapply %}{% endfor %}`)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for n := range 6 {
		wg.Go(func() {
			for range 60 {
				ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
				if _, err := slow.Render(ctx, v); err != nil && !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("slow: %v", err)
				}
				cancel()
				if _, err := broken.RenderJSON(context.Background(), v); err == nil || !strings.Contains(err.Error(), "format") {
					t.Errorf("broken: %v", err)
				}
				out, err := compiled.RenderJSON(context.Background(), v)
				if err != nil || string(out) != want {
					t.Errorf("%d: got %s, %v", n, out, err)
					return
				}
				if _, err := env.Compile("again", good); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
