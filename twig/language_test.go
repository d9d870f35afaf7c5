package twig_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/belfryhq/belfry/twig"
)

// render compiles and renders a template without escaping, unless the options
// say otherwise.
func render(t testing.TB, o twig.Options, template, data string) (string, error) {
	t.Helper()
	if o.Strategy == "" {
		o.Strategy = twig.StrategyNone
	}
	compiled, err := twig.New(o).Compile("index.twig", template)
	if err != nil {
		return "", err
	}
	out, err := compiled.Render(t.Context(), parse(t, data))
	return string(out), err
}

// Syntax of Twig after 3.5, as its documentation describes it.
func TestNewerSyntaxWorksAsDocumented(t *testing.T) {
	const data = `{"user": {"name": "Ann", "email": "a@x", "tags": [3, 1, 2]}, "none": null, "key": "name"}`
	for template, want := range map[string]string{
		`{{ user?.name }}{{ none?.name }}{{ none?.name.first }}`:   "Ann",
		`{% do [a, , c] = [1, 2, 3] %}{{ a }}{{ c }}`:              "13",
		`{% do {name, email: mail} = user %}{{ name }} {{ mail }}`: "Ann a@x",
		`{{ x = 5 }}{{ x }}`:                                                   "55",
		`{% do a = b = 2 %}{{ a + b }}`:                                        "4",
		`{{ 1_000_000 + 1 }}`:                                                  "1000001",
		`{{ user.(key) }}{{ user.('na' ~ 'me') }}`:                             "AnnAnn",
		`{{ [1, 2]|find(v => v > 1) }}`:                                        "2",
		`{{ (v => v * 2)|invoke(4) }}`:                                         "8",
		`{% set f = v => v ~ '!' %}{{ ['a', 'b']|map(f)|join }}`:               "a!b!",
		`{{ true xor true ? 1 : 2 }}`:                                          "2",
		`{{ [1, 2] is sequence ? 1 : 0 }}{{ {a: 1} is mapping ? 1 : 0 }}`:      "11",
		`{{ "a b"|split(delimiter: " ")|join(glue: "-") }}`:                    "a-b",
		"{{ 1 # the first\n + 2 }}":                                            "3",
		`{% types {name: 'string', age?: 'int'} %}ok`:                          "ok",
		`{% guard function nope %}no{% else %}none{% endguard %}`:              "none",
		`{% guard test divisible by %}yes{% endguard %}`:                       "yes",
		`{{ max(...[1, 5, 3]) }}`:                                              "5",
		`{% macro m(a, b) %}{{ a }}{{ b }}{% endmacro %}{{ _self.m(b: 2) }}`:   "2",
		`{% macro m(a, b) %}{{ a }}{{ b }}{% endmacro %}{{ _self.m(...[1]) }}`: "1",
		`{{ user.tags has some v => v > 2 ? 1 : 0 }}`:                          "1",
		`{{ {...user, name: 'Bob'}.name }}`:                                    "Bob",
		`{{ "abc"|trim(characterMask: "a") }}`:                                 "bc",
		`{% set x %}{% endset %}{{ x is empty ? 'e' : 'f' }}`:                  "e",
		`{% sandbox %}{% include 'x' ignore missing %}{% endsandbox %}ok`:      "ok",
		`{% spaceless %}<a> <b>{% endspaceless %}`:                             "<a><b>",
		`{% deprecated 'old' package='p' version='1.0' %}ok`:                   "ok",
		`{{ not none }}{{ is }}`:                                               "1",
		`{{ 5|shuffle is defined ? 1 : 0 }}`:                                   "",
	} {
		got, err := render(t, twig.Options{}, template, data)
		if strings.Contains(template, "shuffle is defined") {
			if err == nil {
				t.Errorf("%s rendered %q", template, got)
			}
			continue
		}
		if err != nil || got != want {
			t.Errorf("%s\n got %q, %v\nwant %q", template, got, err, want)
		}
	}
}

func TestIdentityOperatorsAreAnOption(t *testing.T) {
	const template = `{{ 1 === 1 ? 'a' }}{{ 1 !== '1' ? 'b' }}{{ 1 === 1.0 ? 'c' }}`
	got, err := render(t, twig.Options{IdentityOperators: true}, template, "null")
	if err != nil || got != "ab" {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := render(t, twig.Options{}, template, "null"); err == nil || !strings.Contains(err.Error(), "is same as(value)") {
		t.Errorf("got %v", err)
	}
}

func TestCurrencyPrintsAmountsOfMoney(t *testing.T) {
	got, err := render(t, twig.Options{}, `{{ 1234.5|currency }} {{ (-3)|currency }} {{ 9.999|currency('€') }} {{ null|currency }} {{ 1200|currency('AUD ', 0) }}`, "null")
	if want := "$1,234.50 -$3.00 €10.00 $0.00 AUD 1,200"; err != nil || got != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

func TestANameMissingAtTheRootIsLookedUpInTheFallback(t *testing.T) {
	const data = `{"id": 1, "profile": {"id": 2, "email": "a@x", "tier": {"name": "Gold"}}}`
	o := twig.Options{Fallback: "profile", StrictVariables: true}
	got, err := render(t, o, `{{ id }} {{ email }} {{ tier.name }} {{ email is defined ? 1 }} {{ nope is defined ? 1 : 0 }} {{ _context|keys|join(',') }}`, data)
	if want := "1 a@x Gold 1 0 id,profile"; err != nil || got != want {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := render(t, twig.Options{StrictVariables: true}, `{{ email }}`, data); err == nil {
		t.Error("the fallback works without being asked for")
	}
}

func TestTheClockAndTheZoneAreTheCallers(t *testing.T) {
	adelaide, err := time.LoadLocation("Australia/Adelaide")
	if err != nil {
		t.Fatal(err)
	}
	o := twig.Options{Location: adelaide, Now: func() time.Time { return time.Date(2026, 3, 4, 22, 0, 0, 0, time.UTC) }}
	got, err := render(t, o, `{{ "now"|date('Y-m-d H:i T') }} {{ date()|date('c', 'UTC') }} {{ "2026-07-01 10:00"|date('c') }} {{ "tomorrow"|date('Y-m-d') }}`, "null")
	if want := "2026-03-05 08:30 ACDT 2026-03-04T22:00:00+00:00 2026-07-01T10:00:00+09:30 2026-03-06"; err != nil || got != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

func TestCallersAddFiltersFunctionsAndTests(t *testing.T) {
	boom := errors.New("boom")
	o := twig.Options{
		Strategy: twig.StrategyHTML,
		Globals:  map[string]twig.Value{"site": twig.StringValue("<S>")},
		Filters: map[string]twig.Function{"wrap": {
			Params: []string{"with?"}, Safe: []string{"html"},
			Call: func(_ context.Context, a []twig.Value) (twig.Value, error) {
				return twig.StringValue("<" + a[0].String() + a[1].String() + ">"), nil
			},
		}},
		Functions: map[string]twig.Function{"fail": {Call: func(context.Context, []twig.Value) (twig.Value, error) {
			return twig.Value{}, boom
		}}},
		Tests: map[string]twig.Function{"shouted": {Call: func(_ context.Context, a []twig.Value) (twig.Value, error) {
			return twig.BoolValue(strings.ToUpper(a[0].String()) == a[0].String()), nil
		}}},
	}
	got, err := render(t, o, `{{ "a"|wrap }}{{ "a"|wrap(with: "b") }}{{ site }}{{ "A" is shouted ? 1 }}`, "null")
	if want := "<a><ab>&lt;S&gt;1"; err != nil || got != want {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := render(t, o, `{{ fail() }}`, "null"); !errors.Is(err, boom) {
		t.Errorf("got %v", err)
	}
}

func TestErrorsSayWhatTwigSays(t *testing.T) {
	for template, want := range map[string]string{
		"{% macro m(first) %}{{ firs }}{% endmacro %}{{ _self.m(1) }}": `Variable "firs" does not exist. Did you mean "first" in "index.twig" at line 1, column 24?`,
		"\n{{ nme }}":                    `Variable "nme" does not exist. Did you mean "name" in "index.twig" at line 2, column 4?`,
		"{{ name|uper }}":                `Unknown "uper" filter. Did you mean "upper" in "index.twig" at line 1, column 9?`,
		"{{ rang(1) }}":                  `Unknown "rang" function. Did you mean "range" in "index.twig" at line 1, column 4?`,
		"{{ 1 is evn }}":                 `Unknown "evn" test. Did you mean "even" in "index.twig" at line 1, column 9?`,
		"{% fr i in x %}{% endfr %}":     `Unknown "fr" tag. Did you mean "for`,
		"{% if true %}":                  `Unexpected end of template`,
		"{% for i in x %}{% endif %}":    `Unexpected "endif" tag (expecting closing tag for the "for" tag defined near line 1)`,
		"{{ name":                        `Unclosed "variable" in "index.twig" at line 1, column 1.`,
		"{{ (1 }}":                       `Unclosed "("`,
		"{# x":                           `Unclosed comment`,
		"{{ 'a":                          `Unclosed "'"`,
		"{{ name.first }}":               `Impossible to access an attribute ("first") on a string variable ("Ann")`,
		"{{ address.cty }}":              `Key "cty" for sequence/mapping with keys "city" does not exist. Did you mean "city"`,
		"{{ name|date_modify }}":         `Value for argument "modifier" is required for filter "date_modify"`,
		"{{ name|slice(1, lenght: 2) }}": `Unknown argument "lenght" for filter "slice(start, length, preserve_keys)". Did you mean "length"`,
		"{{ name|upper(1) }}":            `Too many arguments for filter "upper()"`,
		"{{ 1 / 0 }}":                    `Division by zero in "index.twig" at line 1, column 6.`,
		"{% include 'nope' %}":           `Template "nope" is not defined`,
		"{{ 'x' matches '/(/' }}":        `Regexp "/(/" passed to "matches" is not valid`,
		"{% extends 'a' %}x":             `cannot include content outside Twig blocks`,
		"{{ constant('PHP_VERSION') }}":  `Constant "PHP_VERSION" is undefined`,
		"{% block a %}{{ parent() }}{% endblock %}":    `does not call "extends" or "use" is forbidden`,
		"{% line 40 %}\n{{ nope }}":                    `at line 41, column 4`,
		"{{ null.x }}":                                 `Impossible to access an attribute ("x") on a null variable`,
		"{% macro m() %}{% endmacro %}{{ _self.n() }}": `Macro "n" is not defined in template "index.twig"`,
		"{% set a, b = 1 %}":                           `same number of variables and assignments`,
		"{{ 1|format_dat }}":                           `Did you mean "format_date", "format_datetime" in`,
		"{% include ['nope', 'never'] %}":              `Unable to find one of the following templates: "nope", "never" in`,
		"{{ dump() }}":                                 `Unknown "dump" function`,
	} {
		_, err := render(t, twig.Options{StrictVariables: true}, template, `{"name": "Ann", "address": {"city": "Perth"}, "x": []}`)
		var e *twig.Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n got %v\nwant %s", template, err, want)
		}
	}
}

func TestDumpIsOffUnlessAskedFor(t *testing.T) {
	got, err := render(t, twig.Options{Dump: true}, `{{ dump(a) }}`, `{"a": {"b": [1]}}`)
	if want := "{\n    \"b\": [\n        1\n    ]\n}\n"; err != nil || got != want {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestASandboxedTemplateUsesOnlyWhatIsAllowed(t *testing.T) {
	templates := map[string]string{
		"plain": "{{ a }}", "filter": "{{ a|upper }}", "tag": "{% if a %}{{ max(1, 2) }}{% endif %}", "nested": "{{ include('filter') }}",
	}
	strict := twig.Options{Templates: templates}
	open := twig.Options{Templates: templates, Sandbox: twig.Sandbox{
		Tags: []string{"if"}, Filters: []string{"upper"}, Functions: []string{"max", "include"},
	}}
	for template, want := range map[string]string{
		`{{ include('plain', sandboxed = true) }}`:                     "",
		`{{ include('filter', sandboxed = true) }}`:                    `Filter "upper" is not allowed in "filter" at line 1`,
		`{% sandbox %}{% include 'tag' %}{% endsandbox %}`:             `Tag "if" is not allowed in "tag"`,
		`{{ include('nested', sandboxed = true) }}`:                    `Function "include" is not allowed in "nested"`,
		`{{ include('plain', sandboxed = true) }}{{ include('tag') }}`: "",
	} {
		_, err := render(t, strict, template, `{"a": "x"}`)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", template, err)
		}
		if _, err := render(t, open, template, `{"a": "x"}`); err != nil {
			t.Errorf("%s: %v", template, err)
		}
	}
}

func TestOnlyTheConstantsThatFiltersNeedExist(t *testing.T) {
	got, err := render(t, twig.Options{}, `{{ {a: 1}|json_encode(constant('JSON_PRETTY_PRINT') b-or constant('JSON_UNESCAPED_SLASHES')) }}`, "null")
	if want := "{\n    \"a\": 1\n}"; err != nil || got != want {
		t.Errorf("got %q, %v", got, err)
	}
	for _, name := range []string{"PHP_OS", "PHP_EOL", "DIRECTORY_SEPARATOR", "App\\\\Kernel::SECRET"} {
		if got, err := render(t, twig.Options{}, `{{ constant('`+name+`') }}`, "null"); err == nil {
			t.Errorf("%s is %q", name, got)
		}
	}
}
