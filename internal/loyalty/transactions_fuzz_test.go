package loyalty_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// FuzzCreateTransaction records whatever a stranger sends. It is either refused
// with the fields at fault, or reads back as it was answered, and a change that
// says nothing leaves it as it is.
func FuzzCreateTransaction(f *testing.F) {
	for _, seed := range []string{
		receipt(`"external_id": "ORDER-1", `), receipt(`"location_id": 1, `),
		`{"total": "5", "transacted_at": "2026-03-01T00:00:00Z", "timezone": "UTC", "items": [{}]}`,
		`{"total": 1e4, "transacted_at": "2200-12-31 23:59:59", "timezone": "Pacific/Kiritimati",
			"currency_value": {"from": "AUD", "to": "NZD", "rate": 1.1}, "meta": [1], "custom_fields": null}`,
		`{"total": -0.00005, "transacted_at": "1900-01-01", "timezone": "Etc/GMT+12", "tags": ["\u0000"],
			"items": [{"quantity": 1, "price_sell": 1, "discounts": [{"amount": -1}], "product_variant": {"sku": "\ud800"}}]}`,
	} {
		f.Add([]byte(seed))
	}
	db := storetest.SQLite(f, store.Options{Now: func() time.Time { return noon }})
	f.Fuzz(func(t *testing.T, body []byte) {
		var in loyalty.TransactionInput
		if json.Unmarshal(body, &in) != nil {
			return
		}
		s := newShop(t, db, "shop")
		in.ExternalID = "" // else every second input is a duplicate
		var id int64
		var answered string
		err := s.try(func(tn *store.Tenant) error {
			x, err := loyalty.CreateTransaction(tn, in)
			id, answered = x.ID, asJSON(x)
			return err
		})
		var invalid *loyalty.InvalidError
		if errors.As(err, &invalid) {
			if len(invalid.Fields) == 0 {
				t.Error("refused without a reason")
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(answered, asJSON(s.readSale(id))); diff != "" {
			t.Errorf("(-answered +read)\n%s", diff)
		}
		if got := s.change(id, `{}`); asJSON(got) != answered {
			t.Errorf("an empty change changed it\n%s", cmp.Diff(answered, asJSON(got)))
		}
	})
}
