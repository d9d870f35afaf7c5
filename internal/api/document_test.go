package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/belfryhq/belfry/internal/api"
	"github.com/belfryhq/belfry/internal/event"
)

// document is the OpenAPI document as a client reads it.
type document struct {
	OpenAPI    string
	Paths      map[string]map[string]operation
	Webhooks   map[string]map[string]operation
	Components struct{ Schemas map[string]any }
	raw        any
}

type operation struct {
	OperationID string
	Scope       string `json:"x-scope"`
	Security    []map[string][]string
	Parameters  []struct {
		Name, In string
		Required bool
	}
	RequestBody *struct {
		Content map[string]struct{ Schema, Example any }
	}
	Responses map[string]struct {
		Content map[string]struct{ Schema any }
	}
}

// known is the document, which is the same on every server.
var known struct {
	sync.Once
	document
}

func (h *house) document() *document {
	h.t.Helper()
	known.Do(func() {
		body := (&client{house: h}).get("/openapi.json").want(200).body
		if err := json.Unmarshal(body, &known.document); err != nil {
			h.t.Fatal(err)
		}
		if err := json.Unmarshal(body, &known.raw); err != nil {
			h.t.Fatal(err)
		}
	})
	return &known.document
}

// find returns the operation that a request is for.
func (d *document) find(method, path string) (route string, op operation, ok bool) {
	path, _, _ = strings.Cut(path, "?")
	best := -1
	for template, ops := range d.Paths {
		o, has := ops[strings.ToLower(method)]
		if literals := matchPath(template, path); has && literals > best {
			route, op, ok, best = template, o, true, literals
		}
	}
	return route, op, ok
}

// matchPath counts the literal segments of a template that fits; -1 when it
// does not.
func matchPath(template, path string) int {
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return -1
	}
	n := 0
	for i := range want {
		switch {
		case want[i] == got[i]:
			n++
		case !strings.HasPrefix(want[i], "{"):
			return -1
		}
	}
	return n
}

// check compares an answer with what the document says of it.
func (d *document) check(method, path string, a answer) error {
	_, op, ok := d.find(method, path)
	if !ok {
		return nil
	}
	response, ok := op.Responses[strconv.Itoa(a.status)]
	if !ok {
		if response, ok = op.Responses["default"]; !ok || a.status < 400 {
			return fmt.Errorf("status %d is not documented", a.status)
		}
	}
	media, ok := response.Content["application/json"]
	if !ok {
		if len(a.body) > 0 {
			return fmt.Errorf("undocumented body %s", a.body)
		}
		return nil
	}
	var v any
	if err := json.Unmarshal(a.body, &v); err != nil {
		return err
	}
	return d.conforms(media.Schema.(map[string]any), v, "$")
}

// conforms checks a value against the parts of JSON Schema that the document
// uses.
func (d *document) conforms(schema map[string]any, v any, at string) error {
	if ref, ok := schema["$ref"].(string); ok {
		return d.conforms(d.schema(ref), v, at)
	}
	if options, ok := schema["anyOf"].([]any); ok {
		var err error
		for _, o := range options {
			if err = d.conforms(o.(map[string]any), v, at); err == nil {
				return nil
			}
		}
		return err
	}
	if types := schema["type"]; types != nil && !hasType(types, v) {
		return fmt.Errorf("%s is %v, want %v", at, v, types)
	}
	if pattern, ok := schema["pattern"].(string); ok {
		if s, ok := v.(string); ok && !regexp.MustCompile(pattern).MatchString(s) {
			return fmt.Errorf("%s is %q, want %s", at, s, pattern)
		}
	}
	if enum, ok := schema["enum"].([]any); ok && !slices.Contains(enum, v) {
		return fmt.Errorf("%s is %v, want one of %v", at, v, enum)
	}
	switch v := v.(type) {
	case []any:
		items, _ := schema["items"].(map[string]any)
		for i, item := range v {
			if err := d.conforms(items, item, fmt.Sprintf("%s[%d]", at, i)); err != nil {
				return err
			}
		}
	case map[string]any:
		return d.objectConforms(schema, v, at)
	}
	return nil
}

func (d *document) objectConforms(schema, v map[string]any, at string) error {
	required, _ := schema["required"].([]any)
	for _, name := range required {
		if _, ok := v[name.(string)]; !ok {
			return fmt.Errorf("%s lacks %s", at, name)
		}
	}
	properties, _ := schema["properties"].(map[string]any)
	for name, value := range v {
		property, ok := properties[name].(map[string]any)
		if !ok {
			if schema["additionalProperties"] == nil && properties != nil {
				return fmt.Errorf("%s has the undocumented %s", at, name)
			}
			continue
		}
		if err := d.conforms(property, value, at+"."+name); err != nil {
			return err
		}
	}
	return nil
}

func (d *document) schema(ref string) map[string]any {
	s, _ := d.Components.Schemas[ref[strings.LastIndex(ref, "/")+1:]].(map[string]any)
	return s
}

func hasType(types, v any) bool {
	names, ok := types.([]any)
	if !ok {
		names = []any{types}
	}
	for _, name := range names {
		switch v := v.(type) {
		case nil:
			ok = name == "null"
		case bool:
			ok = name == "boolean"
		case string:
			ok = name == "string"
		case float64:
			ok = name == "number" || name == "integer" && v == float64(int64(v))
		case []any:
			ok = name == "array"
		case map[string]any:
			ok = name == "object"
		}
		if ok {
			return true
		}
	}
	return false
}

func TestDocumentIsOpenAPI31AndEveryReferenceInItResolves(t *testing.T) {
	h := newHouse(t)
	d := h.document()
	if d.OpenAPI != "3.1.0" {
		t.Errorf("openapi is %q", d.OpenAPI)
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok && d.schema(ref) == nil {
				t.Errorf("%s leads nowhere", ref)
			}
			for _, item := range v {
				walk(item)
			}
		case []any:
			for _, item := range v {
				walk(item)
			}
		}
	}
	walk(d.raw)
}

func TestEveryOperationIsDocumentedAndNeedsAToken(t *testing.T) {
	h := newHouse(t)
	nobody := &client{house: h}
	ids := map[string]bool{}
	scopes := map[string]bool{}
	for _, s := range api.Scopes() {
		scopes[s.Name] = false
	}
	for path, ops := range h.document().Paths {
		for method, op := range ops {
			name := strings.ToUpper(method) + " " + path
			if ids[op.OperationID] {
				t.Errorf("%s: the id %s is taken", name, op.OperationID)
			}
			ids[op.OperationID] = true
			if _, known := scopes[op.Scope]; op.Scope != "" && !known {
				t.Errorf("%s: unknown scope %q", name, op.Scope)
			}
			scopes[op.Scope] = true
			for _, segment := range strings.Split(path, "/") {
				if param, ok := strings.CutPrefix(segment, "{"); ok && !hasParameter(op, strings.TrimSuffix(param, "}")) {
					t.Errorf("%s: %s is not documented", name, segment)
				}
			}
			a := nobody.do(strings.ToUpper(method), pathParameter.ReplaceAllString(path, "1"), nil)
			if a.status != http.StatusUnauthorized {
				t.Errorf("%s without a token: status %d, want 401", name, a.status)
			}
		}
	}
	for name, used := range scopes {
		if !used {
			t.Errorf("no operation needs the scope %s", name)
		}
	}
}

var pathParameter = regexp.MustCompile(`\{\w+\}`)

func hasParameter(op operation, name string) bool {
	for _, p := range op.Parameters {
		if p.Name == name && p.In == "path" && p.Required {
			return true
		}
	}
	return false
}

func TestDocumentHasAWebhookForEveryEventTypeWithASampleThatFitsItsSchema(t *testing.T) {
	h := newHouse(t)
	d := h.document()
	for _, e := range event.Catalogue() {
		op, ok := d.Webhooks[string(e.Type)]["post"]
		if !ok {
			t.Errorf("no webhook for %s", e.Type)
			continue
		}
		media := op.RequestBody.Content["application/json"]
		if err := d.conforms(media.Schema.(map[string]any), media.Example, "$"); err != nil {
			t.Errorf("%s: sample: %v", e.Type, err)
		}
	}
	if len(d.Webhooks) != len(event.Catalogue()) {
		t.Errorf("%d webhooks, want %d", len(d.Webhooks), len(event.Catalogue()))
	}
}

func TestInputsRequireNoMoreThanTheRulesDo(t *testing.T) {
	d := newHouse(t).document()
	for name, want := range map[string][]any{
		"ProfileInput":      nil,
		"TransactionInput":  {"total", "transacted_at", "timezone"},
		"TargetInput":       {"name", "handle", "url"},
		"TargetInputChange": nil,
		"AddressLinesInput": {"address_line_1", "city", "country"},
	} {
		got, _ := d.schema(name)["required"].([]any)
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s requires %v, want %v", name, got, want)
		}
	}
}

func TestDocsPageLoadsNothingFromElsewhere(t *testing.T) {
	nobody := &client{house: newHouse(t)}
	if a := nobody.get("/docs").want(http.StatusMovedPermanently); a.header.Get("Location") != "/docs/" {
		t.Errorf("redirect to %q", a.header.Get("Location"))
	}
	page := nobody.get("/docs/").want(200)
	if csp := page.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") {
		t.Errorf("policy %q", csp)
	}
	sources := regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllSubmatch(page.body, -1)
	if len(sources) < 3 {
		t.Fatalf("the page loads %d files", len(sources))
	}
	for _, source := range sources {
		if url := string(source[1]); strings.HasPrefix(url, "/docs/") {
			nobody.get(url).want(200)
		} else if url != "data:," {
			t.Errorf("the page loads %s", url)
		}
	}
}
