package loyalty_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/store"
)

func (s *shop) addAddress(profileID, body string) (a event.Address, err error) {
	s.t.Helper()
	var in loyalty.AddressInput
	if err := json.Unmarshal([]byte(body), &in); err != nil {
		s.t.Fatal(err)
	}
	err = s.try(func(t *store.Tenant) (err error) {
		a, err = loyalty.CreateAddress(t, profileID, in)
		return err
	})
	return a, err
}

const geelong = `{"address_line_1": "2 Malop St", "city": "Geelong", "country": "Australia", "external_id": "work"`

func TestDefaultAddressFollowsWhatIsSaid(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		p := s.create(ada)
		home := p.Addresses[0]
		if !home.IsDefault || p.Address == nil || p.Address.ID != home.ID {
			t.Fatalf("the first address is not the default one: %+v", p.Address)
		}
		work, err := s.addAddress(p.ID, geelong+`}`)
		if err != nil || work.IsDefault {
			t.Fatalf("got %+v, %v", work, err)
		}
		s.do(func(t *store.Tenant) error {
			_, err := loyalty.UpdateAddress(t, p.ID, work.ID, func(in *loyalty.AddressInput) error {
				return json.Unmarshal([]byte(`{"is_default": true, "notes": "ring twice"}`), in)
			})
			return err
		})
		p = s.read(p.ID)
		if p.Address.ID != work.ID || p.Address.Notes != "ring twice" || p.Address.City != "Geelong" || p.Addresses[0].IsDefault {
			t.Errorf("got %+v", p.Addresses)
		}
		s.do(func(t *store.Tenant) error { return loyalty.DeleteAddress(t, p.ID, work.ID) })
		if p = s.read(p.ID); p.Address.ID != home.ID || len(p.Addresses) != 1 {
			t.Errorf("after deleting: %+v", p.Addresses)
		}
		s.do(func(t *store.Tenant) error { return loyalty.DeleteAddress(t, p.ID, home.ID) })
		if p = s.read(p.ID); p.Address != nil || len(p.Addresses) != 0 {
			t.Errorf("after deleting the last: %+v", p.Addresses)
		}
		if got := s.events(p.ID); len(got) != 5 {
			t.Errorf("events %v", got)
		}
	})
}

func TestAddressSaysWhatIsMissing(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		p := s.create(ada)
		_, err := s.addAddress(p.ID, `{"latitude": 91, "longitude": "-181"}`)
		want := map[string][]string{
			"address_line_1": {"The address line 1 field is required."},
			"city":           {"The city field is required."},
			"country":        {"The country field is required."},
			"latitude":       {"The latitude must be between -90 and 90."},
			"longitude":      {"The longitude must be between -180 and 180."},
		}
		if diff := cmp.Diff(want, faults(t, err)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAddressesOfAProfileUpdateMatchTheirExternalID(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		p := s.create(ada)
		s.update(p.ID, `{"addresses": [`+geelong+`}]}`)
		s.update(p.ID, `{"addresses": [`+geelong+`}]}`)
		p = s.update(p.ID, `{"addresses": [`+geelong+`, "state": "VIC"}]}`)
		if len(p.Addresses) != 2 || p.Addresses[1].State != "VIC" {
			t.Errorf("got %+v", p.Addresses)
		}
		if got := s.events(p.ID); len(got) != 3 {
			t.Errorf("events %v", got)
		}
	})
}
