package loyalty_test

import (
	"encoding/json"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// settled stores the profile of a body, if it is valid, and checks that the same
// body again changes nothing.
func settled(t interface{ Errorf(string, ...any) }, s *shop, body []byte) error {
	var in loyalty.ProfileInput
	if json.Unmarshal(body, &in) != nil {
		return nil
	}
	undo := errors.New("undo")
	err := s.try(func(tenant *store.Tenant) error {
		p, err := loyalty.CreateProfile(tenant, in)
		if err != nil {
			return err
		}
		again, err := loyalty.UpdateProfile(tenant, p.ID, func(in *loyalty.ProfileInput) error {
			return json.Unmarshal(body, in)
		})
		if err != nil {
			return err
		}
		events, err := tenant.Events(store.List{Filters: []store.Filter{{Field: "profile_id", Value: p.ID}}})
		if err != nil {
			return err
		}
		if events.Total != 1 || asJSON(p) != asJSON(again) {
			t.Errorf("the same body changed the profile:\n%s\nbecame\n%s", asJSON(p), asJSON(again))
		}
		return undo
	})
	var invalid *loyalty.InvalidError
	if errors.Is(err, undo) || errors.As(err, &invalid) {
		return nil
	}
	return err
}

func FuzzProfileInput(f *testing.F) {
	f.Add([]byte(ada))
	f.Add([]byte(`{"email": "a@b", "attributes": {"comms": null, "appearance": {"a": 1}, "dates": [{"handle": "x", "date": "2020-02-30"}]}}`))
	f.Add([]byte(`{"first_name": 7, "birth_day": "29", "birth_month": 2, "identities": [{"id": 3}, {}], "tags": ["a b", null]}`))
	f.Add([]byte(`{"last_name": "x", "addresses": [{"address_line_1": "1", "city": "c", "country": "n", "meta": {"<": [1e400]}}]}`))
	s := newShop(f, storetest.SQLite(f, store.Options{}), "shop")
	f.Fuzz(func(t *testing.T, body []byte) {
		if err := settled(t, s, body); err != nil {
			t.Error(err)
		}
	})
}

func TestSameBodyTwiceChangesNothing(t *testing.T) {
	s := newShop(t, storetest.SQLite(t, store.Options{}), "shop")
	s.define(`{"name": "Gold", "handle": "gold", "period": 1, "period_type": "days"}`)
	rapid.Check(t, func(t *rapid.T) {
		body, err := json.Marshal(randomProfile(t))
		if err != nil {
			t.Fatal(err)
		}
		if err := settled(t, s, body); err != nil {
			t.Fatalf("%s: %v", body, err)
		}
	})
}

// randomProfile draws a request's body with some of the fields.
func randomProfile(t *rapid.T) map[string]any {
	word := rapid.StringMatching(`[a-z]{1,6}( [A-Z<&"é]{1,3})?`)
	short := rapid.StringMatching(`[a-z]{1,3}`)
	flag := rapid.SampledFrom([]any{true, false, nil})
	body := map[string]any{"first_name": word.Draw(t, "first name")}
	for _, field := range []struct {
		name string
		draw func() any
	}{
		{"last_name", func() any { return word.Draw(t, "last name") }},
		{"email", func() any { return short.Draw(t, "mailbox") + "@Example.com" }},
		{"mobile_phone", func() any { return rapid.StringMatching(`\+?[0-9 ]{8,12}`).Draw(t, "phone") }},
		{"mobile_phone_country", func() any { return rapid.SampledFrom([]any{"AU", "61", "US", nil}).Draw(t, "country") }},
		{"gender", func() any { return rapid.SampledFrom([]any{"Female", "witheld", nil}).Draw(t, "gender") }},
		{"birth_day", func() any { return rapid.IntRange(0, 31).Draw(t, "day") }},
		{"birth_month", func() any { return rapid.IntRange(0, 12).Draw(t, "month") }},
		{"tags", func() any { return rapid.SliceOfN(word, 0, 4).Draw(t, "tags") }},
		{"statuses", func() any { return rapid.SliceOfN(rapid.Just("gold"), 0, 2).Draw(t, "statuses") }},
		{"attributes", func() any {
			return map[string]any{
				"comms":      map[string]any{"email_promo": flag.Draw(t, "promo"), "push_optout": flag.Draw(t, "optout")},
				"appearance": map[string]any{"size_top": word.Draw(t, "size"), "size_hat": nil},
				"dates":      []any{map[string]any{"handle": short.Draw(t, "date"), "date": "2020-02-29", "meta": map[string]any{"a": 1.5}}},
			}
		}},
		{"custom_attributes", func() any {
			return []any{map[string]any{"namespace": "n", "handle": short.Draw(t, "handle"), "type": "json", "value": map[string]any{"<b>": nil}}}
		}},
		{"identities", func() any {
			return []any{
				map[string]any{"handle": "a", "identifier": word.Draw(t, "identifier")},
				map[string]any{"handle": "a", "identifier": word.Draw(t, "identifier"), "is_primary": true},
			}
		}},
		{"addresses", func() any {
			one := map[string]any{"address_line_1": word.Draw(t, "line"), "city": "c", "country": "n", "meta": map[string]any{"<b>": 1}}
			return []any{one, map[string]any{"address_line_1": "2", "city": "d", "country": "n", "is_default": true}}
		}},
	} {
		if rapid.Bool().Draw(t, "with "+field.name) {
			body[field.name] = field.draw()
		}
	}
	return body
}
