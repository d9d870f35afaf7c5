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

func TestItemsAreChangedOneByOne(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		p := s.create(grace)
		x := s.sell(receipt(`"profile_id": "` + p.ID + `", `))
		var added event.TransactionItem
		s.do(func(tn *store.Tenant) (err error) {
			var in loyalty.ItemInput
			if err := json.Unmarshal([]byte(`{"name": "Sock", "quantity": 3, "price_sell": 5, "sku": "SHIRT-M"}`), &in); err != nil {
				return err
			}
			added, err = loyalty.CreateItem(tn, x.ID, in)
			return err
		})
		checkFields(t, added, `{"name": "Sock", "quantity": 3, "product": {"brand": "Acme", "title": "Shirt M",
			"department": "Menswear"}, "transaction_id": 1}`)
		s.do(func(tn *store.Tenant) error {
			got, err := loyalty.UpdateItem(tn, x.ID, x.Items[0].ID, func(in *loyalty.ItemInput) error {
				return json.Unmarshal([]byte(`{"is_void": true, "price_current": 3}`), in)
			})
			checkFields(t, got, `{"is_void": true, "price_current": 3, "price_sell": 89.975, "name": "Shirt",
				"discounts": [{"amount": 30, "reason_desc": "Winter sale"}]}`)
			return err
		})
		checkFields(t, s.aggregations(p.ID), `{"spend_all": -30, "purchased_brands": ["Acme"]}`)
		s.do(func(tn *store.Tenant) error { return loyalty.DeleteItem(tn, x.ID, x.Items[0].ID) })
		checkFields(t, s.aggregations(p.ID), `{"spend_all": 149.95}`)
		s.do(func(tn *store.Tenant) error {
			page, err := loyalty.ListItems(tn, x.ID, store.List{Filters: []store.Filter{{Field: "quantity", Op: "gt", Value: "0"}}})
			if page.Total != 1 || page.Items[0].ID != added.ID {
				t.Errorf("list: got %s", asJSON(page))
			}
			read, err2 := loyalty.ReadItem(tn, x.ID, added.ID)
			if diff := cmp.Diff(asJSON(added), asJSON(read)); diff != "" {
				t.Errorf("item (-answered +read)\n%s", diff)
			}
			return errors.Join(err, err2)
		})
		updates := 0
		for _, typ := range s.types() {
			if typ == "transaction.updated" {
				updates++
			}
		}
		if updates != 3 || len(s.versions(x.ID)) != 3 {
			t.Errorf("%d updates told and %d former states, want 3", updates, len(s.versions(x.ID)))
		}
	})
}

func TestListOfItemsReplacesTheItems(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		x := s.sell(receipt(``))
		next := s.change(x.ID, `{"items": [
			{"external_id": "L1", "quantity": 1},
			{"name": "Hat", "quantity": 1, "price_sell": 20}]}`)
		if len(next.Items) != 2 || next.Items[0].ID != x.Items[0].ID || next.Items[1].ID <= x.Items[1].ID {
			t.Fatalf("got %s", asJSON(next.Items))
		}
		checkFields(t, next.Items[0], `{"quantity": 1, "price_sell": 89.975, "name": "Shirt", "sku": "SHIRT-M",
			"product": {"brand": "Acme", "title": "Shirt M", "department": "Menswear"}}`)
		if diff := cmp.Diff(asJSON(next), asJSON(s.readSale(x.ID))); diff != "" {
			t.Errorf("(-answered +read)\n%s", diff)
		}
		for name, body := range map[string]string{
			"an item of no one":        `{"items": [{"id": 99, "quantity": 1, "price_sell": 1}]}`,
			"an item twice":            fmt.Sprintf(`{"items": [{"id": %d}, {"external_id": "L1"}]}`, x.Items[0].ID),
			"an item without a price":  `{"items": [{"quantity": 1}]}`,
			"an item with a bad price": `{"items": [{"external_id": "L1", "price_sell": null}]}`,
		} {
			faults(t, s.try(func(tn *store.Tenant) error { _, err := change(tn, x.ID, body); return err }))
			if got := s.readSale(x.ID); asJSON(got) != asJSON(next) {
				t.Errorf("%s: changed the sale", name)
			}
		}
	})
}
