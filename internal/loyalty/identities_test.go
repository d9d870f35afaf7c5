package loyalty_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/store"
)

func (s *shop) addIdentity(profileID string, in loyalty.IdentityInput) (i event.Identity, err error) {
	err = s.try(func(t *store.Tenant) (err error) {
		i, err = loyalty.CreateIdentity(t, profileID, in)
		return err
	})
	return i, err
}

func (s *shop) identities(profileID string) (all []event.Identity) {
	s.t.Helper()
	s.do(func(t *store.Tenant) (err error) {
		all, err = loyalty.ListIdentities(t, profileID)
		return err
	})
	return all
}

func TestIdentityBelongsToOneProfile(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		p, other := s.create(ada), s.create(`{"first_name": "Bob"}`)
		for name, id := range map[string]string{"another profile": other.ID, "the same profile": p.ID} {
			_, err := s.addIdentity(id, loyalty.IdentityInput{Handle: "shopify", Identifier: "6001"})
			want := map[string][]string{"identifier": {"The identifier has already been taken."}}
			if diff := cmp.Diff(want, faults(t, err)); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
		card, err := s.addIdentity(p.ID, loyalty.IdentityInput{Handle: "card", Identifier: "1"})
		if err != nil || !card.IsActive || !card.IsPrimary || card.ProfileID != p.ID {
			t.Errorf("got %+v, %v", card, err)
		}
		if got := s.events(p.ID); !cmp.Equal(got, []string{"profile.created", "profile.updated"}) {
			t.Errorf("events %v", got)
		}
		if _, err := s.addIdentity(p.ID, loyalty.IdentityInput{}); len(faults(t, err)) != 2 {
			t.Errorf("an empty identity: %v", err)
		}
	})
}

func TestOneIdentityOfAHandleIsPrimary(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		p := s.create(ada)
		yes := true
		second, err := s.addIdentity(p.ID, loyalty.IdentityInput{Handle: "shopify", Identifier: "2"})
		if err != nil || second.IsPrimary {
			t.Fatalf("got %+v, %v", second, err)
		}
		s.do(func(t *store.Tenant) error {
			_, err := loyalty.UpdateIdentity(t, p.ID, second.ID, func(in *loyalty.IdentityInput) error {
				in.IsPrimary = &yes
				return nil
			})
			return err
		})
		all := s.identities(p.ID)
		if len(all) != 2 || all[0].IsPrimary || !all[1].IsPrimary {
			t.Errorf("got %+v", all)
		}
		s.do(func(tenant *store.Tenant) error {
			i, err := loyalty.IdentityByHandle(tenant, p.ID, "shopify")
			if i.ID != second.ID {
				t.Errorf("by handle: %+v", i)
			}
			return err
		})
	})
}

func TestIdentityIsChangedAndTakenAway(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		p := s.create(ada)
		id := p.Identities[0].ID
		s.do(func(t *store.Tenant) error {
			_, err := loyalty.UpdateIdentity(t, p.ID, id, func(in *loyalty.IdentityInput) error {
				return json.Unmarshal([]byte(`{"identifier": "6002", "is_active": false}`), in)
			})
			return err
		})
		got := s.read(p.ID).Identities
		if len(got) != 1 || got[0].Identifier != "6002" || got[0].IsActive || got[0].Handle != "shopify" {
			t.Errorf("got %+v", got)
		}
		err := s.try(func(t *store.Tenant) error {
			_, err := loyalty.FindByIdentity(t, "shopify", "6002")
			return err
		})
		var none *loyalty.NotFoundError
		if !errors.As(err, &none) {
			t.Errorf("an inactive identity leads to its profile: %v", err)
		}
		s.do(func(t *store.Tenant) error { return loyalty.DeleteIdentity(t, p.ID, id) })
		if got := s.identities(p.ID); len(got) != 0 {
			t.Errorf("left: %+v", got)
		}
		if err := s.try(func(t *store.Tenant) error { return loyalty.DeleteIdentity(t, p.ID, id) }); !errors.As(err, &none) {
			t.Errorf("deleting again: %v", err)
		}
		if got := s.events(p.ID); len(got) != 3 {
			t.Errorf("events %v", got)
		}
	})
}

func TestIdentitiesOfAProfileUpdateAreAddedOrChanged(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		p := s.create(ada)
		p = s.update(p.ID, `{"identities": [{"handle": "card", "identifier": "9"}, {"handle": "shopify", "identifier": "6001", "is_active": false}]}`)
		if len(p.Identities) != 2 || p.Identities[0].IsActive || p.Identities[1].Handle != "card" {
			t.Errorf("got %+v", p.Identities)
		}
	})
}

func TestSearchIDFindsByIdAndByIdentity(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		p := s.create(ada)
		s.do(func(tenant *store.Tenant) error {
			byID, err := loyalty.SearchID(tenant, "profile_id", p.ID)
			byIdentity, errIdentity := loyalty.SearchID(tenant, "shopify", "6001")
			email, errEmail := loyalty.FindByEmail(tenant, " ADA@EXAMPLE.COM")
			if byID.ID != p.ID || byIdentity.ID != p.ID || email != p.ID {
				t.Errorf("found %q, %q, %q", byID.ID, byIdentity.ID, email)
			}
			return errors.Join(err, errIdentity, errEmail)
		})
	})
}
