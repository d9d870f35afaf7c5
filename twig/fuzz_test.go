package twig_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/belfryhq/belfry/twig"
)

func FuzzRender(f *testing.F) {
	data, err := os.ReadFile("testdata/oracle/context.json")
	if err != nil {
		f.Fatal(err)
	}
	list, err := os.ReadFile("testdata/oracle/snippets.txt")
	if err != nil {
		f.Fatal(err)
	}
	for i, line := range strings.Split(string(list), "\n") {
		f.Add(strings.ReplaceAll(line, "⏎", "\n"), string(data), uint8(i))
	}
	f.Add("{% include 'a' with {x: 1} only %}{% embed 'b' %}{% block c %}{{ parent() }}{% endblock %}{% endembed %}{{ source('a') }}", "{}", uint8(0))
	strategies := []string{twig.StrategyJSON, twig.StrategyHTML, twig.StrategyJS, twig.StrategyCSS, twig.StrategyURL, twig.StrategyHTMLAttr, twig.StrategyNone}
	f.Fuzz(func(t *testing.T, template, data string, mode uint8) {
		env := twig.New(twig.Options{
			Strategy: strategies[int(mode>>1)%len(strategies)], StrictVariables: mode&1 == 1, Fallback: "address", Dump: true,
			Templates: map[string]string{"a": template, "b": "<{% block c %}{{ x }}{% endblock %}>"},
			Limits:    twig.Limits{Steps: 20_000, Loops: 2_000, Memory: 4 << 20, Output: 1 << 20},
		})
		v, err := twig.ParseJSON([]byte(data))
		if err != nil {
			return
		}
		compiled, err := env.Compile("index", template)
		if err == nil {
			_, err = compiled.RenderJSON(t.Context(), v)
		}
		var e *twig.Error
		if err != nil && (!errors.As(err, &e) || strings.HasPrefix(e.Message, "Internal error")) {
			t.Fatalf("got %T %v", err, err)
		}
	})
}

// Whatever a text holds, a JSON body holds the same text.
func FuzzJSONStrategy(f *testing.F) {
	templates := []string{
		`{"v": "{{ v }}"}`,
		`{"v": {{ v }}}`,
		`{"v": {{ v|json_encode }}}`,
		`{"v": "{{ v|json_encode|trim('"') }}"}`,
		`{% set w %}{{ v }}{% endset %}{"v": "{{ w }}"}`,
		`{% macro m(x) %}{{ x }}{% endmacro %}{"v": "{{ _self.m(v) }}"}`,
		`{% macro m(x) %}{{ x }}{% endmacro %}{"v": {{ _self.m(v) }}}`,
		`{"v": "{% include 'print' %}"}`,
		`{"v": {% block b %}{{ v }}{% endblock %}}`,
		`{% for x in [v] %}{"v": {% if true %}"{% endif %}{{ x }}{% if true %}"{% endif %}}{% endfor %}`,
		`{"v": {{ v ~ '' }}}`,
		`{"v": "{{ "#{v}" }}"}`,
		`{"v": {{ [v]|first }}}`,
		`{% apply spaceless %}{"v": {{ missing ?? v }}}{% endapply %}`,
	}
	for i := range templates {
		f.Add("plain", uint8(i))
		f.Add("\"\\/\b\f\n\r\t\x00\x1f<>&'\u2028é😀", uint8(i))
		f.Add("{{ x }}\",\"y\":1", uint8(i))
	}
	env := twig.New(twig.Options{Templates: map[string]string{"print": "{{ v }}"}})
	var compiled []*twig.Template
	for _, src := range templates {
		c, err := env.Compile("body", src)
		if err != nil {
			f.Fatal(err)
		}
		compiled = append(compiled, c)
	}
	f.Fuzz(func(t *testing.T, text string, which uint8) {
		if !utf8.ValidString(text) {
			return
		}
		i := int(which) % len(templates)
		if i == 3 && strings.HasSuffix(text, `"`) {
			return // trim takes the text's own quote too
		}
		if i == 13 && strings.Contains(text, ">") {
			return // spaceless changes the text
		}
		context := &twig.Hash{}
		context.Set("v", twig.StringValue(text))
		out, err := compiled[i].RenderJSON(t.Context(), twig.ArrayValue(context))
		if err != nil {
			t.Fatalf("%s with %q: %v", templates[i], text, err)
		}
		var body struct{ V string }
		if err := json.Unmarshal(out, &body); err != nil || body.V != text {
			t.Fatalf("%s with %q: %s, %v", templates[i], text, out, err)
		}
	})
}

func FuzzParseJSON(f *testing.F) {
	f.Add([]byte(`{"a": [1, -2.50e+3, "x\u00e9\ud83d\ude00\n", true, null, {}], "a": 2, "12": 0}`))
	f.Add([]byte(`[01]`))
	env := twig.New(twig.Options{})
	show, err := env.Compile("show", "{{ v }}")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := twig.ParseJSON(data)
		if !utf8.Valid(data) || bytes.Count(data, []byte("[")) > 400 || bytes.Count(data, []byte("{")) > 400 {
			return
		}
		if (err == nil) != json.Valid(data) {
			t.Fatalf("%s: %v, encoding/json says %v", data, err, json.Valid(data))
		}
		if err != nil {
			return
		}
		context := &twig.Hash{}
		context.Set("v", v)
		out, err := show.RenderJSON(t.Context(), twig.ArrayValue(context))
		if err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		again, err := twig.ParseJSON(out)
		if err != nil {
			t.Fatal(err)
		}
		context = &twig.Hash{}
		context.Set("v", again)
		twice, err := show.Render(t.Context(), twig.ArrayValue(context))
		if err != nil || !bytes.Equal(out, twice) {
			t.Fatalf("%s became %s, then %s, %v", data, out, twice, err)
		}
	})
}
