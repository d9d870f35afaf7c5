package loyalty_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/store"
)

func (s *shop) batch(match string, bodies ...string) (results []loyalty.BatchItem, err error) {
	items := make([]func(*loyalty.ProfileInput) error, len(bodies))
	for i, body := range bodies {
		items[i] = func(in *loyalty.ProfileInput) error { return json.Unmarshal([]byte(body), in) }
	}
	err = s.try(func(t *store.Tenant) (err error) {
		results, err = loyalty.BatchProfiles(t, match, items)
		return err
	})
	return results, err
}

func TestBatchTellsOfEachItem(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		p := s.create(ada)
		results, err := s.batch("email",
			`{"email": "ada@example.com", "first_name": "Ada"}`,
			`{"email": "ADA@example.com", "company": "Belltower"}`,
			`{"email": "bob@example.com", "identities": [{"handle": "shopify", "identifier": "6001"}]}`,
			`{"email": "bob@example.com", "first_name": "Bob"}`,
			`{"email": "bob@example.com", "mobile_phone": "+61412345678"}`,
			`{"first_name": "Eve"}`,
		)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range results {
			got = append(got, fmt.Sprint(r.Index, " ", r.Status, " ", r.Errors))
		}
		want := []string{
			"0 updated map[]", "1 updated map[]",
			"2 failed map[identities.0.identifier:[The identifier has already been taken.]]",
			"3 created map[]", "4 failed map[mobile_phone:[The phone number exists]]",
			"5 failed map[email:[The email field is required when it is the match criteria.]]",
		}
		// The first item spells the email in another way than it was.
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		again, err := s.batch("shopify", `{"identities": [{"handle": "shopify", "identifier": "6001"}], "company": "Belltower"}`)
		if err != nil || again[0].Status != loyalty.BatchUnchanged || string(again[0].ID) != p.ID {
			t.Errorf("matched by identity: %+v, %v", again, err)
		}
		if got := s.events(p.ID); len(got) != 3 {
			t.Errorf("events %v", got)
		}
	})
}

func TestBatchIsBounded(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		_, err := s.batch("email", make([]string, loyalty.MaxBatch+1)...)
		if faults(t, err)["profiles"] == nil {
			t.Errorf("too many: %v", err)
		}
		_, err = s.batch("")
		if got := faults(t, err); got["profiles"] == nil || got["match_criteria"] == nil {
			t.Errorf("nothing: %v", err)
		}
	})
}
