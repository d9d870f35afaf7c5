package loyalty_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/store"
)

func TestListTransactions(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.open(`{"name": "City", "external_id": "M10"}`)
		p := s.create(grace)
		s.sell(receipt(`"external_id": "A", "profile_id": "` + p.ID + `", "location_id": "M10", "type": "pos", `))
		s.sell(`{"external_id": "B", "total": 5, "transacted_at": "2026-02-01", "timezone": "UTC", "status": "open",
			"currency": "NZD", "is_void": true, "receipt_ref": "r-1"}`)
		s.sell(`{"external_id": "C", "total": -7.5, "transacted_at": "2026-02-02", "timezone": "UTC", "profile_id": "` + p.ID + `"}`)
		for _, tt := range []struct {
			field, op, value string
			want             string
		}{
			{"external_id", "", "B", "B"},
			{"profile_id", "", p.ID, "AC"},
			{"profile_id", "nullable", "1", "B"},
			{"location_id", "", "1", "A"},
			{"location.name", "", "City", "A"},
			{"receipt_ref", "in", "r-1,659", "AB"},
			{"total", "gt", "4.99", "AB"},
			{"total", "lt", "0", "C"},
			{"transacted_at", "gte", "2026-02-02", "AC"},
			{"is_void", "", "true", "B"},
			{"type", "", "pos", "A"},
			{"status", "ne", "closed", "B"},
			{"currency", "", "NZD", "B"},
			{"created_at", "lte", "2026-03-14 12:00:00", "ABC"},
			{"tags.handle", "", "staff pick", "A"},
			{"items.sku", "", "BELT", "A"},
			{"profile.email", "", "Grace@example.com", "AC"},
			{"profile.identities.identifier", "", "C-1", "AC"},
		} {
			s.do(func(tn *store.Tenant) error {
				page, err := loyalty.ListTransactions(tn, store.List{
					Filters: []store.Filter{{Field: tt.field, Op: tt.op, Value: tt.value}}, Sort: []string{"external_id"},
				})
				if got := keys(page.Items); got != tt.want {
					t.Errorf("filter[%s][%s]=%s: got %q, want %q", tt.field, tt.op, tt.value, got, tt.want)
				}
				return err
			})
		}
		first := s.readSale(1)
		s.do(func(tn *store.Tenant) error {
			page, err := loyalty.ListTransactions(tn, store.List{Sort: []string{"-total"}, Size: 2})
			if keys(page.Items) != "AB" || page.Total != 3 {
				t.Errorf("sorted: got %q of %d", keys(page.Items), page.Total)
			}
			if diff := cmp.Diff(asJSON(first), asJSON(page.Items[0])); diff != "" {
				t.Errorf("(-read +listed)\n%s", diff)
			}
			return err
		})
		s.do(func(tn *store.Tenant) error {
			page, err := loyalty.ListProfileTransactions(tn, p.ID, store.List{Sort: []string{"transacted_at"}})
			if keys(page.Items) != "CA" || page.Total != 2 {
				t.Errorf("profile's: got %q of %d", keys(page.Items), page.Total)
			}
			return err
		})
	})
}

func keys(items []event.Transaction) (keys string) {
	for _, x := range items {
		keys += string(x.ExternalID)
	}
	return keys
}
