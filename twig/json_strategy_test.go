package twig_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/belfryhq/belfry/twig"
)

const jsonContext = `{
	"name": "Zoë \"Zed\"\n\\", "last": "O'Neil", "n": 3, "price": 12.50, "whole": 100.0, "huge": 12345678901234567890,
	"tiny": 1e-7, "yes": true, "no": false, "none": null, "tags": ["a", "b\"c"], "empty": [], "object": {}, "postcode": "0500",
	"address": {"city": "Adelaide", "zip": 5000}, "html": "<b>&</b>/", "when": "2026-03-05 09:07:04",
	"items": [{"sku": "A-1", "qty": 2}, {"sku": "B\"2", "qty": 1}]
}`

func TestJSONBodiesComeOutSafely(t *testing.T) {
	for name, c := range map[string]struct{ template, want string }{
		"text inside a string is escaped":                   {`{"a": "{{ name }}"}`, `{"a": "Zoë \"Zed\"\n\\"}`},
		"slashes and HTML inside a string stay":             {`"{{ html }}"`, `"<b>&</b>/"`},
		"null and false inside a string are empty":          {`"[{{ none }}{{ no }}{{ yes }}]"`, `"[1]"`},
		"a string value is quoted":                          {`{"a": {{ name }}}`, `{"a": "Zoë \"Zed\"\n\\"}`},
		"numbers keep their digits":                         {`[{{ price }}, {{ whole }}, {{ huge }}, {{ tiny }}]`, `[12.50, 100.0, 12345678901234567890, 1e-7]`},
		"missing is null":                                   {`{"a": {{ missing }}, "b": {{ missing.deeper }}}`, `{"a": null, "b": null}`},
		"booleans are literals":                             {`[{{ yes }}, {{ no }}]`, `[true, false]`},
		"arrays and objects are whole":                      {`[{{ tags }}, {{ empty }}, {{ object }}, {{ address }}]`, `[["a","b\"c"], [], {}, {"city":"Adelaide","zip":5000}]`},
		"texts that look like numbers stay texts":           {`{{ postcode }}`, `"0500"`},
		"json_encode is not escaped twice":                  {`{"a": {{ tags|json_encode }}, "b": {{ name|json_encode|raw }}}`, `{"a": ["a","b\"c"], "b": "Zo\u00eb \"Zed\"\n\\"}`},
		"json_encode inside a string is text":               {`"{{ address|json_encode }}"`, `"{\"city\":\"Adelaide\",\"zip\":5000}"`},
		"json_encode trimmed by hand is kept":               {`"{{ name|json_encode|trim('"') }}{{ last|json_encode[1:-1] }}"`, `"Zo\u00eb \"Zed\"\n\\O'Neil"`},
		"raw opts out":                                      {`{{ "[1,2]"|raw }}`, `[1,2]`},
		"literals of the author are JSON":                   {`[{{ yes ? "true" : "false" }}, {{ no ? 1 : "null" }}]`, `[true, null]`},
		"other literals are quoted":                         {`{{ yes ? "VIP" : "regular" }}`, `"VIP"`},
		"a default is a value":                              {`[{{ none|default("n/a") }}, {{ none ?? "n/a" }}, {{ none ?: 0 }}]`, `["n/a", "n/a", 0]`},
		"commas between items":                              {`[{% for i in items %}{"sku": {{ i.sku }}, "qty": {{ i.qty }}}{{ not loop.last ? ',' }}{% endfor %}]`, `[{"sku": "A-1", "qty": 2},{"sku": "B\"2", "qty": 1}]`},
		"formatted numbers are numbers":                     {`[{{ price|number_format(2, '.', '') }}, {{ price|number_format(2, ',') }}, {{ when|date('Y') }}, {{ when|date('Y-m-d') }}]`, `[12.50, "12,50", 2026, "2026-03-05"]`},
		"joined texts are one text":                         {`{{ name ~ last }}`, `"Zoë \"Zed\"\n\\O'Neil"`},
		"a joined text in quotes is one string":             {`{"a": {{ '"' ~ name ~ '"' }}, "b": {{ "\"#{last} #{n}\"" }}, "c": {{ yes ? '"' ~ last ~ '"' : 'null' }}}`, `{"a": "Zoë \"Zed\"\n\\", "b": "O'Neil 3", "c": "O'Neil"}`},
		"a joined object or array is JSON":                  {`[{{ '{"n": ' ~ name ~ ', "l": "' ~ last ~ '"}' }}, {{ '[' ~ n ~ ',' ~ tags|json_encode ~ ']' }}, {{ '[' ~ postcode ~ ']' }}]`, `[{"n": "Zoë \"Zed\"\n\\", "l": "O'Neil"}, [3,["a","b\"c"]], ["0500"]]`},
		"joined members and items keep their commas":        {`{ {{ '"n": "' ~ last ~ '",' }} "t": [{% for t in tags %}{{ '"' ~ t ~ '"' ~ (loop.last ? '' : ',') }}{{ not loop.last ? ',' }}{% endfor %}] }`, `{ "n": "O'Neil", "t": ["\"a\",","\"b\"c\""] }`},
		"joined words in brackets are text":                 {`[{{ '[VIP] ' ~ name }}, {{ '"' ~ last ~ '" says hi' }}, {{ '[1' ~ last ~ ']' }}, {{ '{' ~ n ~ '}' }}]`, `["[VIP] Zoë \"Zed\"\n\\", "\"O'Neil\" says hi", "[1O'Neil]", "{3}"]`},
		"a joined text in a string is escaped whole":        {`{"a": "{{ '"' ~ last ~ '"' }}", "b": {{ no ?? ('"' ~ last ~ '"') }}, "c": {{ none ?? ('"' ~ last ~ '"') }}}`, `{"a": "\"O'Neil\"", "b": false, "c": "O'Neil"}`},
		"a joined text where it is known late":              {`[{% if yes %}"{% endif %}{{ '"' ~ last ~ '"' }}{% if yes %}"{% endif %}, {% if no %}"{% endif %}{{ '"' ~ last ~ '"' }}{% if no %}"{% endif %}]`, `["\"O'Neil\"", "O'Neil"]`},
		"a captured joined text":                            {`{% set x %}{{ '"' ~ last ~ '"' }}{% endset %}{% set y = '"' ~ last ~ '"' %}[{{ x }}, {{ y }}]`, `["\"O'Neil\"", "\"O'Neil\""]`},
		"a number that is one for some values only is text": {`[{{ 10|number_format(2) }}, {{ when|date('m') }}, {{ when|date('U') }}, {{ 7|number_format(0, '.', thousand_sep = '') }}]`, `["10.00", "03", 1772701624, 7]`},
		"the context as a whole":                            {`{{ {a: 1}|merge({b: name}) }}`, `{"a":1,"b":"Zoë \"Zed\"\n\\"}`},
		"a captured text is escaped where it is printed":    {`{% set full %}{{ name }} {{ last }}{% endset %}{"a": "{{ full }}", "b": {{ full }}}`, `{"a": "Zoë \"Zed\"\n\\ O'Neil", "b": "Zoë \"Zed\"\n\\ O'Neil"}`},
		"a captured fragment stays JSON":                    {`{% set part %}{"n": {{ name }}}{% endset %}[{{ part }}]`, `[{"n": "Zoë \"Zed\"\n\\"}]`},
		"a macro knows whether it stands in a string":       {`{% macro m(v) %}{{ v }}{% endmacro %}{"a": "{{ _self.m(name) }}", "b": {{ _self.m(name) }}}`, `{"a": "Zoë \"Zed\"\n\\", "b": "Zoë \"Zed\"\n\\"}`},
		"a macro's result is text until it is printed":      {`{% macro m(v) %}{{ v }}!{% endmacro %}{% set x = _self.m(name) %}{"a": "{{ x }}", "b": {{ x }}, "c": "{{ _self.m(last)|upper }}"}`, `{"a": "Zoë \"Zed\"\n\\!", "b": "Zoë \"Zed\"\n\\!", "c": "O'NEIL!"}`},
		"a macro that writes JSON stays JSON":               {`{% macro m(v) %}{"v": {{ v }}}{% endmacro %}{% set x = _self.m(name) %}[{{ x }}, {{ _self.m(n) }}]`, `[{"v": "Zoë \"Zed\"\n\\"}, {"v": 3}]`},
		"a macro's arguments are text":                      {`{% macro m(v) %}<{{ v }}>{% endmacro %}{"a": "{{ _self.m(_self.m(name)) }}", "b": {{ _self.m(_self.m(n)) }}}`, `{"a": "<<Zoë \"Zed\"\n\\>>", "b": "<<3>>"}`},
		"text of several prints is one value":               {`{% macro m(v) %}{{ v }} {{ v }}{% endmacro %}{"a": {{ _self.m(last) }}}`, `{"a": "O'Neil O'Neil"}`},
		"JSON in a string is escaped whole":                 {`{% macro m(v) %}{"v": {{ v }}}{% endmacro %}{"a": "{{ _self.m(last) }}"}`, `{"a": "{\"v\": \"O'Neil\"}"}`},
		"include and block are text until they are printed": {`{% set x = include('v') %}{"a": "{{ x }}", "b": "{% block y %}{{ name }}{% endblock %}", "c": "{{ block('y')|upper }}"}`, `{"a": "Zoë \"Zed\"\n\\", "b": "Zoë \"Zed\"\n\\", "c": "ZOË \"ZED\"\n\\"}`},
		"an include in a captured text is text":             {`{% set x %}Hi {% include 'v' %}{% endset %}{"a": "{{ x }}"}`, `{"a": "Hi Zoë \"Zed\"\n\\"}`},
		"raw shows a macro where it stands":                 {`{% macro m(v) %}{{ v }}{% endmacro %}{"a": {{ _self.m(last)|raw }}, "b": "{{ _self.m(name)|raw }}"}`, `{"a": "O'Neil", "b": "Zoë \"Zed\"\n\\"}`},
		"brackets in a captured text":                       {`{% set x %}Hi {{ last }} [VIP], "{{ n }}"{% endset %}{"a": "{{ x }}"}`, `{"a": "Hi O'Neil [VIP], \"3\""}`},
		"brackets in an applied text":                       {`{"a": "{% apply upper %}[{{ last }}]{% endapply %}"}`, `{"a": "[O'NEIL]"}`},
		"an empty text after a colon":                       {`{"a": {{ nope ?? '' }}, "b": {{ nope ?: '' }}, "c": [{{ nope ? 1 }}], "d": {{ nope ? 'x' }}}`, `{"a": "", "b": "", "c": [], "d": ""}`},
		"literal quotes open and close strings":             {`{"a": {{ '"' }}{{ name }}{{ '"' }}, "b": {{ yes ? '"' : '' }}{{ last }}{{ yes ? '"' : '' }}}`, `{"a": "Zoë \"Zed\"\n\\", "b": "O'Neil"}`},
		"a literal that breaks a string is escaped":         {`{"a": "{{ "x\ny" }}", "b": "{{ yes ? 'the "one"' : '' }}", "c": "{{ 'x", "d": "y' }}"}`, `{"a": "x\ny", "b": "the \"one\"", "c": "x", "d": "y"}`},
		"computed numbers have no noise":                    {`[{{ 3 * 1.1 }}, {{ 0.1 + 0.7 }}, {{ {t: 0.1 + 0.2} }}, {{ 1 / 3 }}, {{ 2 ** 70 }}]`, `[3.3, 0.8, {"t":0.3}, 0.33333333333333, 1.1805916207174e+21]`},
		"so does an include":                                {`{"a": "{{ include('v') }}", "b": {% include 'v' %}}`, `{"a": "Zoë \"Zed\"\n\\", "b": "Zoë \"Zed\"\n\\"}`},
		"and a block":                                       {`{"a": "{% block x %}{{ name }}{% endblock %}", "b": {{ block('x') }}}`, `{"a": "Zoë \"Zed\"\n\\", "b": "Zoë \"Zed\"\n\\"}`},
		"branches that end differently are told apart late": {`{% if yes %}"{% endif %}{{ name }}{% if yes %}"{% endif %}`, `"Zoë \"Zed\"\n\\"`},
		"an escaped quote does not end the string":          {`"\"{{ name }}\" {{ n }}"`, `"\"Zoë \"Zed\"\n\\\" 3"`},
		"spaceless keeps a fragment":                        {`{% apply spaceless %}{"a": {{ name }} }{% endapply %}`, `{"a": "Zoë \"Zed\"\n\\" }`},
		"another strategy inside":                           {`"{% autoescape 'html' %}{{ html }}{% endautoescape %}"`, `"&lt;b&gt;&amp;&lt;/b&gt;/"`},
		"dates are texts":                                   {`{{ date(when) }}`, `"2026-03-05T09:07:04+00:00"`},
		"escaping for scripts is escaping for JSON":         {`"{{ name|e('js') }}"`, `"Zo\u00EB\u0020\u0022Zed\u0022\n\\"`},
		"the loop variable is a mapping":                    {`[{% for i in items %}{{ loop.index }}{{ loop.last ? '' : ',' }}{% endfor %}]`, `[1,2]`},
	} {
		t.Run(name, func(t *testing.T) {
			env := twig.New(twig.Options{Templates: map[string]string{"v": "{{ name }}"}})
			template, err := env.Compile("body", c.template)
			if err != nil {
				t.Fatal(err)
			}
			got, err := template.RenderJSON(t.Context(), parse(t, jsonContext))
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if !json.Valid(got) {
				t.Errorf("%s is not JSON", got)
			}
		})
	}
}

func parse(t testing.TB, text string) twig.Value {
	t.Helper()
	v, err := twig.ParseJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestABodyThatIsNoJSONNamesByteLineAndVariable(t *testing.T) {
	for name, c := range map[string]struct {
		template string
		offset   int
		line     int
		variable string
		message  string
	}{
		"a raw value":              {"{\n\"a\": {{ name|raw }}}", 7, 2, "name|raw", "in {{ name|raw }}"},
		"a comma too many":         {"{\"a\": {{ n }},}", 8, 1, "n", "after {{ n }}"},
		"text after the value":     {"{}\n\nx", 4, 3, "", "nothing more is expected"},
		"nothing at all":           {"{% if no %}1{% endif %}", 0, 1, "", "the text ends"},
		"an open string":           {`{"a": "{{ name }}}`, 24, 1, "name", "not closed"},
		"in an included template":  {"[{% include 'bad' %}]", 1, 1, "last|raw", "in {{ last|raw }}"},
		"a value without a comma":  {"[{{ n }} {{ price }}]", 3, 1, "price", "a comma or"},
		"a key that is a variable": {"{ {{ n }}: 1 }", 2, 1, "n", "an object key in double quotes"},
	} {
		t.Run(name, func(t *testing.T) {
			env := twig.New(twig.Options{Templates: map[string]string{"bad": "{{ last|raw }}"}})
			template, err := env.Compile("body", c.template)
			if err != nil {
				t.Fatal(err)
			}
			got, err := template.RenderJSON(t.Context(), parse(t, jsonContext))
			var e *twig.Error
			if !errors.As(err, &e) {
				t.Fatalf("got %s, %v", got, err)
			}
			var j *twig.JSONError
			if !errors.As(err, &j) || j.Offset != e.Offset {
				t.Errorf("%v does not wrap a JSONError", err)
			}
			if e.Offset != c.offset || e.Line != c.line || e.Variable != c.variable || !strings.Contains(e.Error(), c.message) {
				t.Errorf("offset %d line %d variable %q: %v", e.Offset, e.Line, e.Variable, e)
			}
		})
	}
}
