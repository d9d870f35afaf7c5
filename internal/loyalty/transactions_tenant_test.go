package loyalty_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/store"
)

func TestTenantsDoNotSeeEachOthersSales(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		other := newShop(t, s.db, "other")
		s.open(`{"name": "City", "external_id": "M10"}`)
		p := s.create(grace)
		x := s.sell(receipt(`"external_id": "ORDER-1", "profile_id": "` + p.ID + `", "location_id": "M10", `))
		before := asJSON(s.readSale(x.ID))

		for name, fn := range map[string]func(t *store.Tenant) error{
			"read": func(t *store.Tenant) error { _, err := loyalty.ReadTransaction(t, x.ID); return err },
			"read by external id": func(t *store.Tenant) error {
				_, err := loyalty.TransactionByExternalID(t, "ORDER-1")
				return err
			},
			"update":        func(t *store.Tenant) error { _, err := change(t, x.ID, `{"total": 1}`); return err },
			"delete":        func(t *store.Tenant) error { return loyalty.DeleteTransaction(t, x.ID) },
			"unattach":      func(t *store.Tenant) error { _, err := loyalty.UnattachTransaction(t, p.ID, x.ID); return err },
			"read item":     func(t *store.Tenant) error { _, err := loyalty.ReadItem(t, x.ID, x.Items[0].ID); return err },
			"delete item":   func(t *store.Tenant) error { return loyalty.DeleteItem(t, x.ID, x.Items[0].ID) },
			"list items":    func(t *store.Tenant) error { _, err := loyalty.ListItems(t, x.ID, store.List{}); return err },
			"read location": func(t *store.Tenant) error { _, err := loyalty.ReadLocation(t, 1); return err },
			"aggregations":  func(t *store.Tenant) error { _, err := loyalty.ReadAggregations(t, p.ID); return err },
			"calculate":     func(t *store.Tenant) error { _, err := loyalty.CalculateAggregations(t, p.ID); return err },
			"profile's list": func(t *store.Tenant) error {
				_, err := loyalty.ListProfileTransactions(t, p.ID, store.List{})
				return err
			},
		} {
			var missing *loyalty.NotFoundError
			if err := other.try(fn); !errors.As(err, &missing) {
				t.Errorf("%s: got %v, want a NotFoundError", name, err)
			}
		}
		for _, more := range []string{
			`"profile_id": "` + p.ID + `", `, `"profile_id": "C-1", "profile_id_handle": "loyalty-card", `,
			`"location_id": "M10", `, `"location_id": 1, `,
		} {
			faults(t, other.trySell(receipt(more)))
		}
		faults(t, other.trySell(`{"total": 1, "transacted_at": "2026-03-01", "timezone": "UTC",
			"items": [{"price_sell": 1, "quantity": 1, "product_variant_id": 1}]}`))
		mine := other.sell(receipt(`"external_id": "ORDER-1", `))
		if mine.Items[0].ProductVariantID == x.Items[0].ProductVariantID {
			t.Error("two tenants share an entry of the catalogue")
		}
		if after := asJSON(s.readSale(x.ID)); after != before {
			t.Errorf("the sale changed: %s", cmp.Diff(before, after))
		}
		other.do(func(tn *store.Tenant) error {
			p, err := loyalty.ListTransactions(tn, store.List{})
			if len(p.Items) != 1 || p.Items[0].ID != mine.ID {
				t.Errorf("list: got %s", asJSON(p.Items))
			}
			return err
		})
	})
}
