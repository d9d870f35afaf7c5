package loyalty_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/store"
)

// versions returns how often a transaction changed.
func (s *shop) versions(id int64) (states []event.Transaction) {
	s.t.Helper()
	s.do(func(t *store.Tenant) error {
		rows, err := t.TransactionVersions(id)
		for _, row := range rows {
			var x event.Transaction
			if err := json.Unmarshal(row, &x); err != nil {
				return err
			}
			states = append(states, x)
		}
		return err
	})
	return states
}

func TestUpdateOverlaysATransaction(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.open(`{"name": "City", "external_id": "M10"}`)
		p := s.create(grace)
		x := s.sell(receipt(`"external_id": "ORDER-1", "profile_id": "` + p.ID + `", "location_id": "M10", `))
		before := asJSON(x)
		next := s.change(x.ID, `{"status": "shipped", "receipt_ref": null, "meta": {"till": "5"}}`)
		checkFields(t, next, `{"status": "shipped", "receipt_ref": null, "meta": {"till": "5"}, "total": 149.95,
			"external_id": "ORDER-1", "profile_id": "`+p.ID+`", "location_id": 1, "tags": ["staff-pick"],
			"total_original": 179.95, "payments": [{"type": "card", "amount": 149.95}]}`)
		if len(next.Items) != 2 || next.Items[0].ID != x.Items[0].ID {
			t.Errorf("items: got %s", asJSON(next.Items))
		}
		if diff := cmp.Diff(asJSON(next), asJSON(s.readSale(x.ID))); diff != "" {
			t.Errorf("what is read differs from what was answered (-answered +read)\n%s", diff)
		}
		if states := s.versions(x.ID); len(states) != 1 || asJSON(states[0]) != before {
			t.Errorf("former states: got %s", asJSON(states))
		}
		e, context := s.lastEvent()
		if e.Type != "transaction.updated" || e.ProfileID != p.ID {
			t.Errorf("event: got %+v", e)
		}
		checkFields(t, context, `{"status": "shipped", "id": 1}`)
	})
}

func TestUpdateThatChangesNothingIsNotTold(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.open(`{"name": "City", "external_id": "M10"}`)
		p := s.create(grace)
		body := receipt(`"external_id": "ORDER-1", "profile_id": "` + p.ID + `", "location_id": "M10", `)
		x := s.sell(body)
		for name, same := range map[string]string{
			"nothing":                 `{}`,
			"the same receipt":        body,
			"the same meta":           `{"meta": {"till": "4 < 5"}}`,
			"the same by another key": `{"profile_id": "grace@example.com", "profile_id_handle": "email", "location_id": 1}`,
			"the same item":           fmt.Sprintf(`{"items": [{"id": %d}, {"id": %d, "quantity": -1.0}]}`, x.Items[0].ID, x.Items[1].ID),
		} {
			if got := s.change(x.ID, same); asJSON(got) != asJSON(x) {
				t.Errorf("%s: changed (-before +after)\n%s", name, cmp.Diff(asJSON(x), asJSON(got)))
			}
		}
		if got := s.types(); !cmp.Equal(got, []string{"profile.created", "transaction.created"}) {
			t.Errorf("events: %v", got)
		}
		if states := s.versions(x.ID); len(states) != 0 {
			t.Errorf("kept %d former states", len(states))
		}
	})
}

func TestVoidingSubtracts(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		p := s.create(grace)
		none := asJSON(s.aggregations(p.ID))
		first := s.sell(receipt(`"profile_id": "` + p.ID + `", `))
		one := asJSON(s.aggregations(p.ID))
		second := s.sell(receipt(`"profile_id": "` + p.ID + `", "transacted_at": "2026-03-09 00:00:00", "total": 100, `))

		s.change(second.ID, `{"is_void": true}`)
		if diff := cmp.Diff(one, asJSON(s.aggregations(p.ID))); diff != "" {
			t.Errorf("a void sale is still counted (-want +got)\n%s", diff)
		}
		s.change(first.ID, fmt.Sprintf(`{"items": [{"id": %d, "is_void": true}, {"id": %d}]}`,
			first.Items[0].ID, first.Items[1].ID))
		checkFields(t, s.aggregations(p.ID), `{"spend_all": -30, "shop_count": 0, "total_shop_days": 1,
			"purchased_brands": [], "discount_avg": 0}`)
		s.change(first.ID, `{"is_void": true}`)
		if diff := cmp.Diff(none, asJSON(s.aggregations(p.ID))); diff != "" {
			t.Errorf("void sales are still counted (-want +got)\n%s", diff)
		}
	})
}

func TestMovingATransactionCountsItForTheOtherProfile(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		from, to := s.create(grace), s.create(`{"email": "to@example.com"}`)
		x := s.sell(receipt(`"profile_id": "` + from.ID + `", `))
		moved := s.change(x.ID, `{"profile_id": "to@example.com", "profile_id_handle": "email"}`)
		if string(moved.ProfileID) != to.ID || moved.Profile.Email != "to@example.com" || !moved.ClaimedAt.IsZero() {
			t.Errorf("got %s", asJSON(moved))
		}
		checkFields(t, s.aggregations(from.ID), `{"spend_all": 0, "shop_count": 0, "first_shop_date": null}`)
		checkFields(t, s.aggregations(to.ID), `{"spend_all": 149.95, "shop_count": 1}`)
		e, context := s.lastEvent()
		if e.ProfileID != to.ID {
			t.Errorf("event of profile %s, want %s", e.ProfileID, to.ID)
		}
		checkFields(t, context["profile"].(map[string]any)["aggregations"], `{"spend_all": 149.95}`)
	})
}

func TestUnattachAndClaim(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		p := s.create(grace)
		x := s.sell(receipt(`"profile_id": "` + p.ID + `", `))
		s.do(func(tn *store.Tenant) error {
			got, err := loyalty.UnattachTransaction(tn, p.ID, x.ID)
			if got.ProfileID != "" || got.Profile != nil {
				t.Errorf("unattached: got %s", asJSON(got))
			}
			return err
		})
		checkFields(t, s.aggregations(p.ID), `{"spend_all": 0, "shop_count": 0}`)
		_, context := s.lastEvent()
		checkFields(t, context, `{"profile_id": null, "profile": null}`)

		err := s.try(func(tn *store.Tenant) error { _, err := loyalty.UnattachTransaction(tn, p.ID, x.ID); return err })
		var missing *loyalty.NotFoundError
		if !errors.As(err, &missing) {
			t.Errorf("unattached twice: got %v", err)
		}
		claimed := s.change(x.ID, `{"profile_id": "C-1", "profile_id_handle": "loyalty-card"}`)
		if claimed.ClaimedAt.IsZero() || string(claimed.ProfileID) != p.ID {
			t.Errorf("claimed: got %s", asJSON(claimed))
		}
		checkFields(t, s.aggregations(p.ID), `{"spend_all": 149.95, "shop_count": 1}`)
		if got := s.types(); len(got) != 4 {
			t.Errorf("events: %v", got)
		}
	})
}

func TestDeletedTransactionIsGoneAndNotTold(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		p := s.create(grace)
		kept := s.sell(receipt(`"external_id": "KEPT", "profile_id": "` + p.ID + `", `))
		before := asJSON(s.aggregations(p.ID))
		x := s.sell(receipt(`"external_id": "ORDER-1", "profile_id": "` + p.ID + `", `))
		s.change(x.ID, `{"status": "shipped"}`)
		told := len(s.allEvents())
		s.do(func(t *store.Tenant) error { return loyalty.DeleteTransaction(t, x.ID) })
		if diff := cmp.Diff(before, asJSON(s.aggregations(p.ID))); diff != "" {
			t.Errorf("a deleted sale is still counted (-want +got)\n%s", diff)
		}
		if got := len(s.allEvents()); got != told {
			t.Errorf("%d events, want %d", got, told)
		}
		for name, fn := range map[string]func(t *store.Tenant) error{
			"read":   func(t *store.Tenant) error { _, err := loyalty.ReadTransaction(t, x.ID); return err },
			"item":   func(t *store.Tenant) error { _, err := loyalty.ReadItem(t, x.ID, x.Items[0].ID); return err },
			"delete": func(t *store.Tenant) error { return loyalty.DeleteTransaction(t, x.ID) },
			"external id": func(t *store.Tenant) error {
				_, err := loyalty.TransactionByExternalID(t, "ORDER-1")
				return err
			},
		} {
			var missing *loyalty.NotFoundError
			if err := s.try(fn); !errors.As(err, &missing) {
				t.Errorf("%s: got %v, want a NotFoundError", name, err)
			}
		}
		if again := s.sell(receipt(`"external_id": "ORDER-1", `)); again.ID <= x.ID {
			t.Errorf("id %d was used before", again.ID)
		}
		if got := s.readSale(kept.ID); asJSON(got) != asJSON(kept) {
			t.Error("another sale changed")
		}
	})
}

func TestDeletedProfileLeavesItsSalesAnonymous(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		p := s.create(grace)
		x := s.sell(receipt(`"profile_id": "` + p.ID + `", `))
		s.do(func(t *store.Tenant) error { return loyalty.DeleteProfile(t, p.ID) })
		if got := s.readSale(x.ID); got.ProfileID != "" || got.Profile != nil {
			t.Errorf("got %s", asJSON(got))
		}
		s.create(grace)
		claimed := s.change(x.ID, `{"profile_id": "C-1", "profile_id_handle": "loyalty-card"}`)
		checkFields(t, s.aggregations(string(claimed.ProfileID)), `{"spend_all": 149.95}`)
	})
}

func TestAggregationsFollowAChangeOfTheJoining(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.open(`{"name": "City", "external_id": "M10"}`)
		p := s.create(grace)
		s.sell(receipt(`"profile_id": "` + p.ID + `", `))
		s.update(p.ID, `{"joined_at": "2026-02-20", "joined_location_id": 1}`)
		_, context := s.lastEvent()
		checkFields(t, context["aggregations"], `{"first_shop_days": 9}`)
		got := s.aggregations(p.ID)
		checkFields(t, got, `{"first_shop_days": 9, "dimension_join": "JN"}`)
		if got.StoreJoin == nil || got.StoreJoin.Name != "City" {
			t.Errorf("store_join: got %+v", got.StoreJoin)
		}
	})
}

// upsert does what POST /transactions/update-create does with a body.
func upsert(t *store.Tenant, body string) (event.Transaction, bool, error) {
	var which loyalty.Upsert
	if err := json.Unmarshal([]byte(body), &which); err != nil {
		return event.Transaction{}, false, err
	}
	return loyalty.UpsertTransaction(t, which, func(in *loyalty.TransactionInput) error {
		return json.Unmarshal([]byte(body), in)
	})
}

func TestUpsert(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		do := func(body string, wantCreated bool) (x event.Transaction) {
			t.Helper()
			s.do(func(tn *store.Tenant) error {
				var created bool
				var err error
				if x, created, err = upsert(tn, body); created != wantCreated {
					t.Errorf("created: got %v", created)
				}
				return err
			})
			return x
		}
		x := do(receipt(`"external_id": "ORDER-1", `), true)
		if got := do(`{"external_id": "ORDER-1", "status": "paid"}`, false); got.ID != x.ID || got.Status != "paid" || len(got.Items) != 2 {
			t.Errorf("by external id: got %s", asJSON(got))
		}
		got := do(fmt.Sprintf(`{"id": %d, "items": [{"external_id": "L1", "quantity": 5}, {"name": "Hat", "quantity": 1, "price_sell": 1}]}`, x.ID), false)
		if len(got.Items) != 3 || got.Items[0].Quantity.String() != "5" || got.Items[1].Name != "Belt" {
			t.Errorf("items are kept and added: got %s", asJSON(got.Items))
		}
		got = do(fmt.Sprintf(`{"id": %d, "delete_existing_items": true, "items": [{"external_id": "L1"}]}`, x.ID), false)
		if len(got.Items) != 1 || got.Items[0].ID != x.Items[0].ID {
			t.Errorf("other items are deleted: got %s", asJSON(got.Items))
		}
		err := s.try(func(tn *store.Tenant) error { _, _, err := upsert(tn, `{"id": 99, "total": 1}`); return err })
		var missing *loyalty.NotFoundError
		if !errors.As(err, &missing) {
			t.Errorf("an unknown id: got %v", err)
		}
	})
}

func TestARepeatedUpsertDoesNotDoubleTheItems(t *testing.T) {
	const items = `"external_id": "ORDER-1", "items": [
		{"name": " Sock ", "quantity": 2, "price_sell": "5.00", "is_return": false, "discounts": [], "meta": {"a": "1 < 2"}},
		{"name": "Sock", "quantity": 2, "price_sell": 5},
		{"name": "Sock", "quantity": 2, "price_sell": 5},
		{"external_id": " L1 ", "quantity": 2, "price_sell": 5},
		{"quantity": 1, "price_sell": 100, "name": null, "sku": "", "product_variant": {"sku": "HAT", "title": "Hat", "brand": "Acme"}},
		{"quantity": 1, "price_sell": 100, "sku": "OWN", "product_variant_sku": "HAT", "product_images": [ {"url": "x"} ]},
		{"quantity": -1, "price_sell": 30, "sku": "BELT", "is_return": true,
			"discounts": {"amount": 3, "reason_desc": " worn "}, "product_variant_sku": "NOBODYS"}]`
	const whole = `{"total": 1, "transacted_at": "2026-03-01 02:30:00", "timezone": "Australia/Melbourne", ` + items + `}`
	eachShop(t, func(t *testing.T, s *shop) {
		do := func(body string) (x event.Transaction) {
			t.Helper()
			s.do(func(tn *store.Tenant) (err error) { x, _, err = upsert(tn, body); return err })
			return x
		}
		made := do(whole)
		for name, body := range map[string]string{
			"all of it":       whole,
			"the items":       `{` + items + `}`,
			"in place of all": `{"delete_existing_items": true, ` + items + `}`,
			"one of them":     `{"external_id": "ORDER-1", "items": [{"quantity": -1, "price_sell": 30, "sku": "BELT"}]}`,
		} {
			if diff := cmp.Diff(asJSON(made), asJSON(do(body))); diff != "" {
				t.Errorf("%s: changed (-before +after)\n%s", name, diff)
			}
		}
		if got := s.types(); !cmp.Equal(got, []string{"transaction.created"}) {
			t.Errorf("events: %v", got)
		}
		if states := s.versions(made.ID); len(states) != 0 {
			t.Errorf("kept %d former states", len(states))
		}
		for n, more := range []string{
			`{"name": "Sock", "quantity": 2, "price_sell": 5.01}`,
			`{"name": "Sock", "quantity": 2, "price_sell": 5, "meta": {"a": 2}}`,
			`{"name": "Sock", "quantity": 2, "price_sell": 5, "is_void": true}`,
			`{"quantity": 1, "price_sell": 100, "product_variant_sku": "CAP"}`,
			`{"name": "Sock", "quantity": 2, "price_sell": 5, "price_tax": 0}`,
		} {
			if got := do(`{"external_id": "ORDER-1", "items": [` + more + `]}`); len(got.Items) != len(made.Items)+n+1 {
				t.Errorf("%s: is taken for another item", more)
			}
		}
		for _, body := range []string{`{}`, `{"quantity": 2}`, `{"price_sell": 5}`, `{"quantity": 2, "price_sell": 5, "is_return": true}`} {
			faults(t, s.try(func(tn *store.Tenant) error {
				_, _, err := upsert(tn, `{"external_id": "ORDER-1", "items": [`+body+`]}`)
				return err
			}))
		}
	})
}

func TestARepeatedUpsertLeavesAVoidItemVoid(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		const body = `{"external_id": "O", "total": 5, "transacted_at": "2026-03-01 02:30:00", "timezone": "UTC",
			"items": [{"name": "Sock", "quantity": 1, "price_sell": 5}]}`
		s.do(func(tn *store.Tenant) error {
			x, _, err := upsert(tn, body)
			if err != nil {
				return err
			}
			_, err = loyalty.UpdateItem(tn, x.ID, x.Items[0].ID, func(in *loyalty.ItemInput) error {
				return json.Unmarshal([]byte(`{"is_void": true}`), in)
			})
			if err != nil {
				return err
			}
			if x, _, err = upsert(tn, body); err == nil && (len(x.Items) != 1 || !x.Items[0].IsVoid) {
				t.Errorf("got %s", asJSON(x.Items))
			}
			return err
		})
	})
}
