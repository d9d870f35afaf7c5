package loyalty_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/store"
)

func TestAnotherTenantSeesNothing(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.define(`{"name": "Gold", "handle": "gold"}`)
		p := s.create(ada)
		s.update(p.ID, `{"statuses": ["gold"]}`)
		other := newShop(t, s.db, "other")
		card, address := p.Identities[0].ID, p.Addresses[0].ID
		keep := func(*loyalty.ProfileInput) error { return nil }
		for name, attempt := range map[string]func(*store.Tenant) error{
			"read":            func(t *store.Tenant) error { _, err := loyalty.ReadProfile(t, p.ID); return err },
			"context":         func(t *store.Tenant) error { _, err := loyalty.ProfileContextOf(t, p.ID); return err },
			"update":          func(t *store.Tenant) error { _, err := loyalty.UpdateProfile(t, p.ID, keep); return err },
			"delete":          func(t *store.Tenant) error { return loyalty.DeleteProfile(t, p.ID) },
			"balances":        func(t *store.Tenant) error { _, err := loyalty.ReadBalances(t, p.ID); return err },
			"search by id":    func(t *store.Tenant) error { _, err := loyalty.SearchID(t, "profile_id", p.ID); return err },
			"search":          func(t *store.Tenant) error { _, err := loyalty.SearchID(t, "shopify", "6001"); return err },
			"email":           func(t *store.Tenant) error { _, err := loyalty.FindByEmail(t, "ada@example.com"); return err },
			"identities":      func(t *store.Tenant) error { _, err := loyalty.ListIdentities(t, p.ID); return err },
			"identity":        func(t *store.Tenant) error { _, err := loyalty.ReadIdentity(t, p.ID, card); return err },
			"delete identity": func(t *store.Tenant) error { return loyalty.DeleteIdentity(t, p.ID, card) },
			"addresses":       func(t *store.Tenant) error { _, err := loyalty.ListAddresses(t, p.ID); return err },
			"address":         func(t *store.Tenant) error { _, err := loyalty.ReadAddress(t, p.ID, address); return err },
			"delete address":  func(t *store.Tenant) error { return loyalty.DeleteAddress(t, p.ID, address) },
			"status":          func(t *store.Tenant) error { _, err := loyalty.ReadStatus(t, 1); return err },
			"delete status":   func(t *store.Tenant) error { return loyalty.DeleteStatus(t, 1) },
			"attribute": func(t *store.Tenant) error {
				_, err := loyalty.ReadCustomAttribute(t, p.ID, "crm", "score")
				return err
			},
		} {
			var none *loyalty.NotFoundError
			if err := other.try(attempt); !errors.As(err, &none) {
				t.Errorf("%s: got %v, want a NotFoundError", name, err)
			}
		}
		for _, filter := range [][]store.Filter{
			nil, {{Field: "id", Value: p.ID}}, {{Field: "email", Value: "ada@example.com"}}, {{Field: "tags.handle", Value: "vip"}},
			{{Field: "statuses.handle", Value: "gold"}}, {{Field: "identities.identifier", Value: "6001"}}, {{Field: "search", Value: "ada"}},
		} {
			for who, want := range map[*shop]int{s: 1, other: 0} {
				who.do(func(tenant *store.Tenant) error {
					page, err := loyalty.ListProfiles(tenant, store.List{Filters: filter})
					if page.Total != want || len(page.Items) != want {
						t.Errorf("list %v: %d profiles, want %d", filter, page.Total, want)
					}
					return err
				})
			}
		}
		other.do(func(tenant *store.Tenant) error {
			a, err := loyalty.Availability(tenant, "ada@example.com", "+61412345678", "")
			if err == nil && (!a.Email.Available || !a.MobilePhone.Available) {
				t.Errorf("availability tells of another tenant: %+v", a)
			}
			return err
		})
		other.create(ada[:len(ada)-1] + `, "statuses": []}`)
		if got := s.events(p.ID); len(got) != 2 {
			t.Errorf("events %v", got)
		}
	})
}

func TestAvailability(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		p := s.create(ada)
		s.do(func(tenant *store.Tenant) error {
			a, err := loyalty.Availability(tenant, "Ada@example.com", "+61 412 345 678", "")
			if err == nil && (a.Email.Available || a.Email.Profile.ID != p.ID || a.MobilePhone.Available) {
				t.Errorf("taken: %s", asJSON(a))
			}
			b, errB := loyalty.Availability(tenant, "bob@example.com", "", "")
			if errB == nil && (!b.Email.Available || b.Email.Profile != nil || b.MobilePhone != nil) {
				t.Errorf("free: %s", asJSON(b))
			}
			national, errN := loyalty.Availability(tenant, "", "0412 345 678", "AU")
			if errN == nil && national.MobilePhone.Available {
				t.Errorf("taken, in its national form: %s", asJSON(national))
			}
			return errors.Join(err, errB, errN)
		})
	})
}

func TestConcurrentUpdatesOfOneProfileAllCount(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		p := s.create(ada)
		const n = 12
		var all sync.WaitGroup
		for i := range n {
			all.Go(func() {
				err := s.try(func(t *store.Tenant) error {
					_, err := loyalty.UpdateProfile(t, p.ID, func(in *loyalty.ProfileInput) error {
						in.Tags = append(in.Tags, fmt.Sprint("tag-", i))
						return nil
					})
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if got := s.read(p.ID).Tags; len(got) != n+len(p.Tags) {
			t.Errorf("an update was lost: %v", got)
		}
		if got := s.events(p.ID); len(got) != n+1 {
			t.Errorf("%d events", len(got))
		}
	})
}

func TestConcurrentCreatesOfOneEmailLeaveOneProfile(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		const n = 8
		errs := make([]error, n)
		var all sync.WaitGroup
		for i := range n {
			all.Go(func() { errs[i] = s.tryCreate(`{"email": "ada@example.com"}`) })
		}
		all.Wait()
		failed := 0
		for _, err := range errs {
			if err != nil {
				failed++
				if faults(t, err)["email"] == nil {
					t.Error(err)
				}
			}
		}
		if failed != n-1 {
			t.Errorf("%d of %d failed", failed, n)
		}
	})
}
