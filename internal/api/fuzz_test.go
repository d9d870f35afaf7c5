package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/reaction"
)

// The query parser meets whatever strangers write. What it lets through must be
// within its bounds.
func FuzzParseList(f *testing.F) {
	for _, seed := range []string{
		"page[size]=10&page[number]=2", "filter[a][in]=1,2&sort=-a,b", "filter[tags][handle][eq]=x",
		"filter[a][in][]=1&filter[a][in][]=2", "offset=-1", "page[size]=999999999999999999999", "filter[=", "%zz", "a;b",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		q, err := parseList(raw)
		if err != nil {
			if e := refusalOf(err); e.status != 400 && e.status != 422 {
				t.Fatalf("%q: %v", raw, err)
			}
			return
		}
		l := q.list
		if l.Size < 0 || l.Size > maxPageSize || l.Number < 0 || l.Number > maxPageNumber || l.Offset < 0 ||
			len(l.Filters)+len(l.Sort) > maxConditions {
			t.Fatalf("%q: %+v", raw, l)
		}
		for _, filter := range l.Filters {
			if filter.Field == "" || strings.ContainsAny(filter.Field+filter.Op, "[]") || !plainText(filter.Field+filter.Value) {
				t.Fatalf("%q: %+v", raw, filter)
			}
		}
		page := q.page("http://localhost/api/v3/targets", 1000, l.Offset, max(l.Size, 1), 1, []int{1})
		if _, err := parseList(strings.TrimPrefix(page.Links.Last, "http://localhost/api/v3/targets?")); err != nil {
			t.Fatalf("%q: the link %s: %v", raw, page.Links.Last, err)
		}
	})
}

// Bodies of strangers give an input or a refusal, never a fault of the server.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"total":1.5,"transacted_at":"2026-01-31 09:00:00","timezone":"UTC","items":[{"quantity":1,"price_sell":"2"}]}`,
		`{"email":"a@b.co","attributes":{"comms":{"email_promo":true}},"tags":["a"]}`,
		`{"items":[{"discounts":{"amount":1}}]}`, `{"meta":[1,2`, `null`, ``, `{"a":"\u0000"}`, `{"total":1e999}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, into := range fuzzInputs() {
			if err := decode(body, into); err != nil {
				if e := refusalOf(err); e.status != 400 && e.status != 422 || e.message == "" {
					t.Fatalf("%q: %d %v", body, e.status, err)
				}
			}
		}
		var v any
		if checkText(body) == nil && json.Unmarshal(body, &v) == nil && holdsNUL(v) {
			t.Fatalf("%q holds a NUL", body)
		}
	})
}

// Whatever brings events is split into bodies that each give an event's input or
// a refusal, and keep the context byte for byte.
func FuzzEventBodies(f *testing.F) {
	for _, seed := range []string{
		`{"type":"order.shipped","external_id":7,"occurred_at":"2026-01-31","profile_id":"a","context":{"a": 1.50}}`,
		`[{"type":"a.b"},{"context":[]},7,null]`, `{"events":[{"type":"a.b","context":{"é": "\ud800"}}]}`, `{"events":null}`,
		`[`, `{"events":{}}`, ` [ ] `, ``, `{"events":[1],"events":[2]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		bodies, isList, err := eventBodies(body)
		if err != nil {
			if e := refusalOf(err); e.status != 400 && e.status != 422 {
				t.Fatalf("%q: %d %v", body, e.status, err)
			}
			return
		}
		if !isList && len(bodies) != 1 {
			t.Fatalf("%q: %d bodies of one event", body, len(bodies))
		}
		for i, write := range foreignEvents(bodies) {
			var in loyalty.ForeignEventInput
			var faults *loyalty.InvalidError
			if err := write(&in); err != nil && !errors.As(err, &faults) {
				t.Fatalf("%q: event %d: %v", body, i, err)
			}
			if !bytes.Contains(body, in.Context) {
				t.Fatalf("%q: the context became %q", body, in.Context)
			}
		}
	})
}

func fuzzInputs() []any {
	return []any{new(loyalty.ProfileInput), new(loyalty.TransactionInput), new(loyalty.Upsert), new(reaction.TargetInput), new(reaction.WebhookInput),
		new(loyalty.CustomEventInput), new(TokenInput)}
}

func holdsNUL(v any) bool {
	switch v := v.(type) {
	case string:
		return strings.ContainsRune(v, 0)
	case []any:
		return slices.ContainsFunc(v, holdsNUL)
	case map[string]any:
		for name, item := range v {
			if strings.ContainsRune(name, 0) || holdsNUL(item) {
				return true
			}
		}
	}
	return false
}
