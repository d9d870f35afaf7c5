package store_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// eachCustomer runs test on both engines for a tenant with one profile that has
// every column filled.
func eachCustomer(t *testing.T, test func(t *testing.T, db *store.DB, actor store.Actor, p store.Profile)) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		actor := shop(t, db, "shop")
		p := customer("ada")
		update(t, db, func(tx *store.Tx) error {
			tenant := tx.As(actor)
			status := store.Status{Name: "VIP", Handle: "vip", SortOrder: 3}
			if err := tenant.InsertStatus(&status); err != nil {
				return err
			}
			p.Statuses = []store.ProfileStatus{{StatusID: status.ID, AssignedAt: scalar.At(p.JoinedAt.Truncate(time.Second))}}
			return tenant.InsertProfile(&p)
		})
		test(t, db, actor, p)
	})
}

func customer(id string) store.Profile {
	return store.Profile{
		ID: id, ExternalID: scalar.Text("x-" + id), Type: "active", Title: "Dr", FirstName: "Ada", LastName: "Ng",
		Email: scalar.Text(id + "@Example.com"), EmailKey: scalar.Text(id + "@example.com"),
		MobilePhone: "0412", MobilePhoneCountry: "AU", MobileKey: scalar.Text("+61-" + id), SecondaryPhone: "03",
		Gender: "female", BirthDay: 15, BirthMonth: 3, BirthYear: 1985, Company: "Belltower", Occupation: "Engineer",
		AvatarURL: "https://x", Currency: "AUD", JoinedAt: scalar.At(time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)),
		JoinedLocationID: 1, JoinedStaffID: 2, PreferredLocationID: 3, PreferredStaffID: 4, IsCompleted: true,
		IsPublic: true, Tags: []string{"b", "a"}, Attributes: json.RawMessage(`{"comms":{}}`), CreatedBy: "crm",
	}
}

func TestProfileComesBackAsItWent(t *testing.T) {
	eachCustomer(t, func(t *testing.T, db *store.DB, actor store.Actor, p store.Profile) {
		check := func() {
			t.Helper()
			view(t, db, func(tx *store.Tx) error {
				got, err := tx.As(actor).Profile(p.ID)
				if diff := cmp.Diff(p, got); diff != "" {
					t.Errorf("read differs (-stored +read):\n%s", diff)
				}
				return err
			})
		}
		check()
		p = store.Profile{
			ID: p.ID, Type: "deleted", JoinedAt: p.JoinedAt, CreatedBy: p.CreatedBy, CreatedAt: p.CreatedAt,
			Account: p.Account,
		}
		update(t, db, func(tx *store.Tx) error { return tx.As(actor).UpdateProfile(&p) })
		check()
	})
}

func TestDefaultAddressComesWithItsProfile(t *testing.T) {
	eachCustomer(t, func(t *testing.T, db *store.DB, actor store.Actor, p store.Profile) {
		degrees := store.Degrees(-37.8)
		home := store.Address{ProfileID: "ada", Lines: store.AddressLines{City: "Melbourne", Latitude: &degrees, Meta: json.RawMessage(`{"a":1}`)}}
		work := store.Address{ProfileID: "ada", ExternalID: "w", Lines: store.AddressLines{City: "Geelong", Meta: json.RawMessage(`[]`)}}
		update(t, db, func(tx *store.Tx) error {
			tenant := tx.As(actor)
			if err := errors.Join(tenant.InsertAddress(&home), tenant.InsertAddress(&work)); err != nil {
				return err
			}
			p.AddressID = scalar.Int(work.ID)
			work.Lines.Notes = "ring twice"
			return errors.Join(tenant.UpdateProfile(&p), tenant.UpdateAddress(&work))
		})
		view(t, db, func(tx *store.Tx) error {
			tenant := tx.As(actor)
			got, err := tenant.Profile("ada")
			if diff := cmp.Diff(work, got.Address); diff != "" || err != nil {
				t.Errorf("default address: %v\n%s", err, diff)
			}
			all, err := tenant.Addresses("ada", "nobody")
			if diff := cmp.Diff([]store.Address{home, work}, all); diff != "" {
				t.Errorf("addresses:\n%s", diff)
			}
			return err
		})
		update(t, db, func(tx *store.Tx) error { return tx.As(actor).DeleteAddress("ada", home.ID) })
		err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.As(actor).DeleteAddress("ada", home.ID) })
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("deleting a deleted address: %v", err)
		}
	})
}

func TestIdentitiesAreUniqueInTheirTenant(t *testing.T) {
	eachCustomer(t, func(t *testing.T, db *store.DB, actor store.Actor, _ store.Profile) {
		other := shop(t, db, "other")
		card := store.Identity{ProfileID: "ada", Handle: "card", Identifier: "1", IsActive: true, IsPrimary: true, MergedFrom: "eve"}
		update(t, db, func(tx *store.Tx) error {
			same := card
			same.ProfileID = "bob"
			bob := customer("bob")
			return errors.Join(tx.As(actor).InsertIdentity(&card), tx.As(other).InsertProfile(&bob), tx.As(other).InsertIdentity(&same))
		})
		view(t, db, func(tx *store.Tx) error {
			got, err := tx.As(actor).IdentityOf("card", "1")
			if diff := cmp.Diff(card, got); diff != "" {
				t.Errorf("identity:\n%s", diff)
			}
			return err
		})
		var dup *store.DuplicateError
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			again := card
			return tx.As(actor).InsertIdentity(&again)
		})
		if !errors.As(err, &dup) {
			t.Errorf("a second identity alike: %v", err)
		}
		card.Identifier, card.IsPrimary = "2", false
		update(t, db, func(tx *store.Tx) error { return tx.As(actor).UpdateIdentity(&card) })
		view(t, db, func(tx *store.Tx) error {
			got, err := tx.As(actor).Identities("ada")
			if diff := cmp.Diff([]store.Identity{card}, got); diff != "" {
				t.Errorf("identities:\n%s", diff)
			}
			return err
		})
		update(t, db, func(tx *store.Tx) error { return tx.As(actor).DeleteIdentity("ada", card.ID) })
	})
}

func TestStatusComesBackAsItWent(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		actor := shop(t, db, "shop")
		s := store.Status{
			Name: "Gold", Handle: "gold", SortOrder: -1, Code: "G", Colour: "#fc0", GroupHandle: "g", GroupName: "G",
			Period: 12, PeriodType: "months", AbsoluteExpiry: scalar.At(time.Unix(1, 0)), Timezone: "UTC",
			Display: store.StatusDisplay{Description: "shiny"},
		}
		update(t, db, func(tx *store.Tx) error { return tx.As(actor).InsertStatus(&s) })
		s.Name, s.Period, s.Display.Icon = "Golden", 0, "star"
		update(t, db, func(tx *store.Tx) error { return tx.As(actor).UpdateStatus(&s) })
		view(t, db, func(tx *store.Tx) error {
			tenant := tx.As(actor)
			one, err := tenant.Status(s.ID)
			byHandle, errHandle := tenant.StatusesByHandle("gold", "silver")
			byID, errID := tenant.StatusesByID(s.ID, 99)
			list, errList := tenant.Statuses(store.List{})
			for name, got := range map[string][]store.Status{"one": {one}, "by handle": byHandle, "by id": byID, "list": list.Items} {
				if diff := cmp.Diff([]store.Status{s}, got); diff != "" {
					t.Errorf("%s:\n%s", name, diff)
				}
			}
			return errors.Join(err, errHandle, errID, errList)
		})
		update(t, db, func(tx *store.Tx) error { return tx.As(actor).DeleteStatus(s.ID) })
	})
}

func TestProfilesAreFoundByWhatHangsOnThem(t *testing.T) {
	eachCustomer(t, func(t *testing.T, db *store.DB, actor store.Actor, ada store.Profile) {
		update(t, db, func(tx *store.Tx) error {
			tenant := tx.As(actor)
			bob := customer("bob")
			bob.Tags, bob.FirstName, bob.Gender = []string{"c"}, "Bob", ""
			card := store.Identity{ProfileID: "bob", Handle: "card", Identifier: "77"}
			return errors.Join(tenant.InsertProfile(&bob), tenant.InsertIdentity(&card))
		})
		for _, c := range []struct {
			filter store.Filter
			want   []string
		}{
			{store.Filter{Field: "tags.handle", Value: "a"}, []string{"ada"}},
			{store.Filter{Field: "tags.handle", Op: "in", Value: "a,c"}, []string{"ada", "bob"}},
			{store.Filter{Field: "statuses.handle", Value: "vip"}, []string{"ada"}},
			{store.Filter{Field: "identities.identifier", Value: "77"}, []string{"bob"}},
			{store.Filter{Field: "identities.handle", Value: "card"}, []string{"bob"}},
			{store.Filter{Field: "search", Op: "like", Value: "bob n"}, []string{"bob"}},
			{store.Filter{Field: "search", Op: "like", Value: "ada@example"}, []string{"ada"}},
			{store.Filter{Field: "email", Value: "bob@example.com"}, []string{"bob"}},
			{store.Filter{Field: "gender", Op: "nullable", Value: "1"}, []string{"bob"}},
			{store.Filter{Field: "is_completed", Value: "false"}, nil},
		} {
			view(t, db, func(tx *store.Tx) error {
				p, err := tx.As(actor).Profiles(store.List{Filters: []store.Filter{c.filter}})
				var got []string
				for _, row := range p.Items {
					got = append(got, row.ID)
				}
				if !slices.Equal(got, c.want) {
					t.Errorf("%+v: got %v, want %v", c.filter, got, c.want)
				}
				return err
			})
		}
		ada.Tags, ada.Statuses = []string{"z"}, nil
		update(t, db, func(tx *store.Tx) error { return tx.As(actor).IndexProfile(&ada) })
		view(t, db, func(tx *store.Tx) error {
			for field, want := range map[string]int{"a": 0, "z": 1} {
				p, err := tx.As(actor).Profiles(store.List{Filters: []store.Filter{{Field: "tags.handle", Value: field}}})
				if err != nil || p.Total != want {
					t.Errorf("after indexing anew, tag %s has %d profiles, %v", field, p.Total, err)
				}
			}
			return nil
		})
	})
}

func TestKeysOfOtherProfiles(t *testing.T) {
	eachCustomer(t, func(t *testing.T, db *store.DB, actor store.Actor, p store.Profile) {
		view(t, db, func(tx *store.Tx) error {
			tenant := tx.As(actor)
			for _, c := range []struct {
				keys store.ProfileKeys
				want int
			}{
				{store.ProfileKeys{EmailKey: p.EmailKey}, 1},
				{store.ProfileKeys{MobileKey: p.MobileKey}, 1},
				{store.ProfileKeys{ExternalID: p.ExternalID}, 1},
				{store.ProfileKeys{ID: p.ID, ExternalID: p.ExternalID}, 0},
				{store.ProfileKeys{}, 0},
			} {
				if got, err := tenant.ProfilesHaving(c.keys); err != nil || len(got) != c.want {
					t.Errorf("%+v: got %+v, %v", c.keys, got, err)
				}
			}
			byEmail, errEmail := tenant.ProfileByEmail(string(p.EmailKey))
			byMobile, errMobile := tenant.ProfileByMobile(string(p.MobileKey))
			if byEmail != p.ID || byMobile != p.ID {
				t.Errorf("by email %q, by mobile %q", byEmail, byMobile)
			}
			return errors.Join(errEmail, errMobile)
		})
	})
}

func TestDeletingAProfileTakesWhatHangsOnIt(t *testing.T) {
	eachCustomer(t, func(t *testing.T, db *store.DB, actor store.Actor, _ store.Profile) {
		update(t, db, func(tx *store.Tx) error {
			tenant := tx.As(actor)
			return errors.Join(
				tenant.InsertIdentity(&store.Identity{ProfileID: "ada", Handle: "card", Identifier: "1"}),
				tenant.InsertAddress(&store.Address{ProfileID: "ada"}),
				tenant.DeleteProfile("ada"),
			)
		})
		view(t, db, func(tx *store.Tx) error {
			tenant := tx.As(actor)
			identities, err := tenant.Identities("ada")
			addresses, errAddresses := tenant.Addresses("ada")
			if len(identities) != 0 || len(addresses) != 0 {
				t.Errorf("left behind: %v, %v", identities, addresses)
			}
			if _, err := tenant.Profile("ada"); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("read: %v", err)
			}
			return errors.Join(err, errAddresses)
		})
	})
}
