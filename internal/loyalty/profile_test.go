package loyalty_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// shop is a database with one tenant whose programme is under test.
type shop struct {
	t     testing.TB
	db    *store.DB
	actor store.Actor
	// now is when its transactions take place; zero is the database's clock.
	now time.Time
}

var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

// eachShop runs a test on every engine, at noon of 14 March 2026.
func eachShop(t *testing.T, test func(t *testing.T, s *shop)) {
	storetest.Each(t, store.Options{Now: func() time.Time { return noon }}, func(t *testing.T, db *store.DB) {
		test(t, newShop(t, db, "shop"))
	})
}

func newShop(t testing.TB, db *store.DB, handle string) *shop {
	t.Helper()
	s := &shop{t: t, db: db}
	err := db.Update(context.Background(), func(tx *store.Tx) error {
		rec, _, err := tx.EnsureTenant(handle)
		s.actor.TenantID = rec.ID
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// try runs fn in a transaction of the shop and returns its error.
func (s *shop) try(fn func(t *store.Tenant) error) error {
	return s.db.Update(context.Background(), func(tx *store.Tx) error {
		if !s.now.IsZero() {
			tx.SetNow(scalar.At(s.now))
		}
		return fn(tx.As(s.actor))
	})
}

// at returns the shop at another moment.
func (s *shop) at(now time.Time) *shop {
	later := *s
	later.now = now
	return &later
}

func (s *shop) do(fn func(t *store.Tenant) error) {
	s.t.Helper()
	if err := s.try(fn); err != nil {
		s.t.Fatal(err)
	}
}

// create stores the profile of a request's body.
func (s *shop) create(body string) (p event.Profile) {
	s.t.Helper()
	s.do(func(t *store.Tenant) (err error) {
		p, err = loyalty.CreateProfile(t, input(s.t, body))
		return err
	})
	return p
}

func (s *shop) tryCreate(body string) error {
	return s.try(func(t *store.Tenant) error {
		_, err := loyalty.CreateProfile(t, input(s.t, body))
		return err
	})
}

func input(t testing.TB, body string) (in loyalty.ProfileInput) {
	t.Helper()
	if err := json.Unmarshal([]byte(body), &in); err != nil {
		t.Fatal(err)
	}
	return in
}

func overlay(body string) func(*loyalty.ProfileInput) error {
	return func(in *loyalty.ProfileInput) error { return json.Unmarshal([]byte(body), in) }
}

func (s *shop) update(id, body string) (p event.Profile) {
	s.t.Helper()
	s.do(func(t *store.Tenant) (err error) {
		p, err = loyalty.UpdateProfile(t, id, overlay(body))
		return err
	})
	return p
}

func (s *shop) read(id string) (p event.Profile) {
	s.t.Helper()
	s.do(func(t *store.Tenant) (err error) {
		p, err = loyalty.ReadProfile(t, id)
		return err
	})
	return p
}

// events returns the types of all events of a profile in order.
func (s *shop) events(profileID string) (types []string) {
	s.t.Helper()
	s.do(func(t *store.Tenant) error {
		p, err := t.Events(store.List{Size: 100, Filters: []store.Filter{{Field: "profile_id", Value: profileID}}})
		for _, e := range p.Items {
			types = append(types, e.Type)
		}
		return err
	})
	return types
}

func asJSON(v any) string {
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// faults returns the fields of an InvalidError.
func faults(t *testing.T, err error) map[string][]string {
	t.Helper()
	var invalid *loyalty.InvalidError
	if !errors.As(err, &invalid) {
		t.Fatalf("got error %v, want an InvalidError", err)
	}
	return invalid.Fields
}

const ada = `{"first_name": "Ada", "last_name": "Ng", "email": "Ada@Example.com", "gender": "female",
	"mobile_phone": "0412 345 678", "mobile_phone_country": "AU",
	"birth_day": 15, "birth_month": 3, "birth_year": "1985", "tags": ["VIP customer", "vip", "VIP customer"],
	"identities": [{"handle": "shopify", "identifier": 6001}],
	"addresses": [{"address_line_1": "1 Swanston St", "city": "Melbourne", "state": "VIC", "postcode": 3000,
		"country": "Australia", "latitude": "-37.8"}],
	"attributes": {"comms": {"email_promo": true}, "appearance": {"size_top": "12", "size_shoe": 8}},
	"custom_attributes": [{"namespace": "crm", "handle": "score", "type": "integer", "value": "17"}]}`

func TestProfileIsReadAsItWasCreated(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		created := s.create(ada)
		if diff := cmp.Diff(asJSON(created), asJSON(s.read(created.ID))); diff != "" {
			t.Errorf("read differs from created (-created +read):\n%s", diff)
		}
		if got := s.events(created.ID); !cmp.Equal(got, []string{"profile.created"}) {
			t.Errorf("events %v", got)
		}
		if created.MobilePhoneE164 != "+61412345678" || created.MobilePhoneNational != "0412345678" {
			t.Errorf("phone %q, %q", created.MobilePhoneE164, created.MobilePhoneNational)
		}
		if created.BirthDate != scalar.NewDate(1985, 3, 15) || *created.BirthDays != 1 || *created.BirthDaysPast != 364 {
			t.Errorf("birth %v %v %v", created.BirthDate, *created.BirthDays, *created.BirthDaysPast)
		}
		if !cmp.Equal(created.Tags, []string{"VIP-customer", "vip"}) {
			t.Errorf("tags %v", created.Tags)
		}
		if created.FullName != "Ada Ng" || !created.IsCompleted || created.ProfileType != "active" {
			t.Errorf("got %+v", created)
		}
	})
}

func TestUpdateOverlaysAndTellsOnce(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		p := s.create(ada)
		next := s.update(p.ID, `{"last_name": null, "attributes": {"comms": {"email_optout": true}, "appearance": {"size_shoe": null}}}`)
		if next.LastName != "" || next.FirstName != "Ada" || !bool(next.Attributes.Comms.EmailOptout) ||
			!*next.Attributes.Comms.EmailPromo || !cmp.Equal(next.Attributes.Appearance, event.Appearance{"size_top": "12"}) {
			t.Errorf("got %+v", next)
		}
		if diff := cmp.Diff(asJSON(next), asJSON(s.read(p.ID))); diff != "" {
			t.Errorf("read differs from updated:\n%s", diff)
		}
		s.update(p.ID, `{"first_name": "Ada", "addresses": [{"address_line_1": "1 Swanston St", "city": "Melbourne",
			"state": "VIC", "postcode": "3000", "country": "Australia", "latitude": -37.8}]}`)
		if got := s.events(p.ID); !cmp.Equal(got, []string{"profile.created", "profile.updated"}) {
			t.Errorf("events %v", got)
		}
	})
}

func TestWhatWasReadAndIsSentBackIsNoChange(t *testing.T) {
	eachShopLater(t, func(t *testing.T, s *shop, clock *time.Time) {
		*clock = noon.Add(123456 * time.Microsecond)
		p := s.create(ada)
		s.update(p.ID, asJSON(s.read(p.ID)))
		if got := s.events(p.ID); !cmp.Equal(got, []string{"profile.created"}) {
			t.Errorf("events %v", got)
		}
	})
}

func TestDuplicatesAreNamedFieldByField(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.create(ada)
		err := s.tryCreate(`{"email": "ADA@example.COM", "mobile_phone": "+61 412 345 678",
			"identities": [{"handle": "shopify", "identifier": "6001"}]}`)
		want := map[string][]string{
			"email":                   {"The email has already been taken."},
			"mobile_phone":            {"The phone number exists"},
			"identities.0.identifier": {"The identifier has already been taken."},
		}
		if diff := cmp.Diff(want, faults(t, err)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestDeletedProfileIsGone(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		p := s.create(ada)
		s.do(func(t *store.Tenant) error { return loyalty.DeleteProfile(t, p.ID) })
		var none *loyalty.NotFoundError
		if err := s.try(func(t *store.Tenant) error { return loyalty.DeleteProfile(t, p.ID) }); !errors.As(err, &none) {
			t.Errorf("deleting again: %v", err)
		}
		if again := s.create(ada); again.ID == p.ID || len(again.Identities) != 1 {
			t.Errorf("what it had is not free again: %s", asJSON(again))
		}
	})
}

func TestProfilesAreListedByValuesInAnyForm(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		p := s.create(ada)
		s.create(`{"first_name": "Bob", "email": "bob@example.com"}`)
		for _, filter := range []store.Filter{
			{Field: "id", Value: strings.ToUpper(p.ID)}, {Field: "email", Value: "ADA@EXAMPLE.com"},
			{Field: "mobile_phone", Value: "0412 345 678"}, {Field: "mobile_phone", Value: "+61412345678"},
			{Field: "mobile_phone", Value: " 61412345678"}, {Field: "tags.handle", Value: "VIP customer"},
			{Field: "search", Value: "ada n"}, {Field: "identities.identifier", Value: "6001"},
			{Field: "birth_year", Op: "lt", Value: "1990"}, {Field: "last_name", Op: "nullable", Value: "0"},
		} {
			s.do(func(tenant *store.Tenant) error {
				page, err := loyalty.ListProfiles(tenant, store.List{Filters: []store.Filter{filter}})
				if err == nil && (page.Total != 1 || asJSON(page.Items[0]) != asJSON(p)) {
					t.Errorf("%+v: got %s", filter, asJSON(page))
				}
				return err
			})
		}
	})
}

func TestBalancesStartAtZero(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		p := s.create(ada)
		s.do(func(tenant *store.Tenant) error {
			b, err := loyalty.ReadBalances(tenant, p.ID)
			if want := (event.Balances{Currency: "AUD"}); b != want {
				t.Errorf("got %+v, want %+v", b, want)
			}
			return err
		})
	})
}
