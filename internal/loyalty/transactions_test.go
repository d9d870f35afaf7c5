package loyalty_test

import (
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// sell records the transaction of a request's body.
func (s *shop) sell(body string) (x event.Transaction) {
	s.t.Helper()
	s.do(func(t *store.Tenant) (err error) {
		x, err = sell(t, body)
		return err
	})
	return x
}

func (s *shop) trySell(body string) error {
	return s.try(func(t *store.Tenant) error {
		_, err := sell(t, body)
		return err
	})
}

func sell(t *store.Tenant, body string) (event.Transaction, error) {
	var in loyalty.TransactionInput
	if err := json.Unmarshal([]byte(body), &in); err != nil {
		return event.Transaction{}, err
	}
	return loyalty.CreateTransaction(t, in)
}

// change lays a request's body over a transaction.
func (s *shop) change(id int64, body string) (x event.Transaction) {
	s.t.Helper()
	s.do(func(t *store.Tenant) (err error) {
		x, err = change(t, id, body)
		return err
	})
	return x
}

func change(t *store.Tenant, id int64, body string) (event.Transaction, error) {
	return loyalty.UpdateTransaction(t, id, func(in *loyalty.TransactionInput) error {
		return json.Unmarshal([]byte(body), in)
	})
}

func (s *shop) readSale(id int64) (x event.Transaction) {
	s.t.Helper()
	s.do(func(t *store.Tenant) (err error) {
		x, err = loyalty.ReadTransaction(t, id)
		return err
	})
	return x
}

// aggregations returns what is stored, after making sure that it is what the
// transactions say.
func (s *shop) aggregations(profileID string) (stored event.Aggregations) {
	s.t.Helper()
	s.do(func(t *store.Tenant) (err error) {
		if stored, err = loyalty.ReadAggregations(t, profileID); err != nil {
			return err
		}
		computed, err := loyalty.CalculateAggregations(t, profileID)
		if diff := cmp.Diff(asJSON(computed), asJSON(stored)); diff != "" {
			s.t.Errorf("stored aggregations differ from the transactions (-computed +stored)\n%s", diff)
		}
		return err
	})
	return stored
}

// allEvents returns every event of the shop, oldest first.
func (s *shop) allEvents() (events []store.Event) {
	s.t.Helper()
	s.do(func(t *store.Tenant) error {
		p, err := t.Events(store.List{Size: 1000})
		events = p.Items
		return err
	})
	return events
}

// lastEvent returns the latest event with its context.
func (s *shop) lastEvent() (e store.Event, context map[string]any) {
	s.t.Helper()
	all := s.allEvents()
	e = all[len(all)-1]
	if err := json.Unmarshal(e.Context, &context); err != nil {
		s.t.Fatal(err)
	}
	return e, context
}

func (s *shop) types() (types []string) {
	s.t.Helper()
	for _, e := range s.allEvents() {
		types = append(types, e.Type)
	}
	return types
}

// open makes the location of a request's body.
func (s *shop) open(body string) (l event.Location) {
	s.t.Helper()
	s.do(func(t *store.Tenant) (err error) {
		var in loyalty.LocationInput
		if err := json.Unmarshal([]byte(body), &in); err != nil {
			return err
		}
		l, err = loyalty.CreateLocation(t, in)
		return err
	})
	return l
}

const grace = `{"first_name": "Grace", "email": "grace@example.com", "joined_at": "2026-01-01 00:00:00",
	"identities": [{"handle": "loyalty-card", "identifier": "C-1"}]}`

// receipt is a sale of two shirts and a returned belt; more is put last, and so
// stands in the place of what the receipt says.
func receipt(more string) string {
	return `{"total": 149.95, "total_original": 179.95, "transacted_at": "2026-03-01 02:30:00",
	"timezone": "Australia/Melbourne", "currency": "aud", "receipt_ref": "659", "tags": ["staff pick", "staff pick"],
	"systems": ["pos"], "meta": {"till": "4 < 5"}, "payments": [{"type": "card", "amount": 149.95}],
	"staff_id": "S7", ` + more + `"items": [
		{"name": "Shirt", "quantity": 2, "price_sell": 89.975, "price_current": 104.975, "external_id": "L1",
		 "discounts": {"amount": 30, "reason_desc": "Winter sale"},
		 "product_variant": {"product_id": "P1", "sku": "SHIRT-M", "barcode": "93", "title": "Shirt M",
			"brand": "Acme", "category": "Menswear", "price": 104.975}},
		{"name": "Belt", "quantity": -1, "price_sell": 30, "sku": "BELT", "department": "Accessories"}]}`
}

func TestCreateTransactionRecordsTheSale(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		city := s.open(`{"name": "City", "external_id": "M10", "external_code": "10", "type": "store"}`)
		p := s.create(grace)
		x := s.sell(receipt(`"external_id": "ORDER-1", "profile_id": "` + p.ID + `", "location_id": "M10", `))
		checkFields(t, x, `{"external_id": "ORDER-1", "profile_id": "`+p.ID+`", "total": 149.95,
			"total_original": 179.95, "currency": "AUD", "is_void": false, "transacted_at": "2026-03-01 02:30:00",
			"timezone": "Australia/Melbourne", "receipt_ref": "659", "linked_receipt_ref": null,
			"tags": ["staff-pick"], "systems": ["pos"], "meta": {"till": "4 < 5"}, "staff_id": "S7",
			"staff": {"id": "S7"}, "payments": [{"type": "card", "amount": 149.95}], "redemption": null,
			"profile": {"email": "grace@example.com"}, "type": null, "status": null, "claimed_at": null,
			"created_at": "2026-03-14 12:00:00", "updated_at": "2026-03-14 12:00:00"}`)
		if x.Location == nil || x.Location.ID != city.ID || x.LocationID != 1 {
			t.Errorf("location: got %+v", x.Location)
		}
		checkFields(t, x.Items[0], `{"name": "Shirt", "quantity": 2, "is_return": false, "price_sell": 89.975,
			"discounts": [{"amount": 30, "reason_desc": "Winter sale"}], "sku": "SHIRT-M", "barcode": "93",
			"product": {"title": "Shirt M", "brand": "Acme", "department": "Menswear"}, "meta": {}, "external_id": "L1"}`)
		checkFields(t, x.Items[1], `{"name": "Belt", "quantity": -1, "is_return": true, "product": null,
			"department": "Accessories", "discounts": [], "price_current": null}`)
		if diff := cmp.Diff(asJSON(x), asJSON(s.readSale(x.ID))); diff != "" {
			t.Errorf("what is read differs from what was answered (-answered +read)\n%s", diff)
		}
	})
}

func TestCreateTransactionTellsTheWholeStory(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.open(`{"name": "City", "external_id": "M10"}`)
		p := s.create(grace)
		x := s.sell(receipt(`"profile_id": "` + p.ID + `", "location_id": "M10", `))
		e, context := s.lastEvent()
		if e.Type != "transaction.created" || e.ProfileID != p.ID || e.Subject != "transaction" || e.SubjectID != "1" {
			t.Errorf("event: got %+v", e)
		}
		checkFields(t, context, `{"id": 1, "profile_id": "`+p.ID+`", "total": 149.95, "location_id": 1,
			"flattened_tags": ["staff-pick"], "tags": ["staff-pick"], "redemption": null}`)
		profile := context["profile"].(map[string]any)
		checkFields(t, profile, `{"id": "`+p.ID+`", "profile_id": "`+p.ID+`", "first_name": "Grace",
			"flattened_tags": [], "flattened_statuses": []}`)
		checkFields(t, profile["aggregations"], `{"spend_12m": 149.95, "spend_all": 149.95, "shop_count": 1,
			"latest_shop_date": "2026-03-01", "first_shop_days": 59, "dimension_frequency": "F1", "channel": "CF",
			"purchased_brands": ["Acme"], "discount_avg": 30, "transacted_locations": ["M10"]}`)
		if !strings.Contains(string(e.Context), `"till":"4 < 5"`) {
			t.Errorf("free JSON was escaped: %s", e.Context)
		}
		if diff := cmp.Diff(asJSON(s.aggregations(p.ID)), asJSON(decode[event.Aggregations](t, profile["aggregations"]))); diff != "" {
			t.Errorf("aggregations of the context (-stored +told)\n%s", diff)
		}
		if x.ID != 1 {
			t.Errorf("id: got %d", x.ID)
		}
	})
}

func decode[T any](t *testing.T, v any) (out T) {
	t.Helper()
	b, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAnonymousSaleIsToldWithoutAProfile(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.sell(`{"total": 5, "transacted_at": "2026-03-01", "timezone": "UTC", "items": null}`)
		e, context := s.lastEvent()
		if e.Type != "transaction.created" || e.ProfileID != "" {
			t.Errorf("got %s of %q", e.Type, e.ProfileID)
		}
		checkFields(t, context, `{"profile_id": null, "profile": null, "items": [], "location": null,
			"location_id": null, "payments": [], "meta": {}, "currency": "AUD"}`)
	})
}

func TestProfileIsFoundByItsHandle(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		p := s.create(grace)
		for name, body := range map[string]string{
			"id":                "\"profile_id\": \"" + strings.ToUpper(p.ID) + `", `,
			"profile_id":        `"profile_id": "` + p.ID + `", "profile_id_handle": "profile_id", `,
			"email in any case": `"profile_id": "GRACE@example.com", "profile_id_handle": "email", `,
			"identity":          `"profile_id": "C-1", "profile_id_handle": "loyalty-card", `,
		} {
			if x := s.sell(receipt(body)); string(x.ProfileID) != p.ID {
				t.Errorf("%s: got %q", name, x.ProfileID)
			}
		}
	})
}

func TestLocationIsFoundByItsKeys(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		first := s.open(`{"name": "First", "external_id": "2", "external_code": "c1"}`)
		second := s.open(`{"name": "Second", "external_id": "M10", "external_code": "10"}`)
		for key, want := range map[string]int64{
			`1`: first.ID, `"1"`: first.ID, `2`: second.ID, `"c1"`: first.ID, `"M10"`: second.ID, `10`: second.ID,
		} {
			if x := s.sell(receipt(`"location_id": ` + key + `, `)); int64(x.LocationID) != want {
				t.Errorf("location_id %s: got %d, want %d", key, x.LocationID, want)
			}
		}
	})
}

func TestCreateTransactionRefuses(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.sell(`{"external_id": "ORDER-1", "total": 1, "transacted_at": "2026-03-01", "timezone": "UTC"}`)
		sale := func(more string) string {
			return `{"total": 1, "transacted_at": "2026-03-01", "timezone": "UTC", ` + more + `}`
		}
		line := func(more string) string { return sale(`"items": [{"price_sell": 1, "quantity": 1, ` + more + `}]`) }
		for _, tt := range []struct {
			name, body string
			want       map[string][]string
		}{
			{"nothing but braces", `{}`, map[string][]string{
				"total":         {"The total field is required."},
				"transacted_at": {"The transacted at field is required."},
				"timezone":      {"The timezone field is required."},
			}},
			{"a zone that does not exist", `{"total": 1, "transacted_at": "2026-03-01", "timezone": "Mars/Base"}`,
				map[string][]string{"timezone": {"The timezone must be a valid zone."}}},
			{"the zone of the machine", `{"total": 1, "transacted_at": "2026-03-01", "timezone": "Local"}`,
				map[string][]string{"timezone": {"The timezone must be a valid zone."}}},
			{"a time before tills", `{"total": 1, "transacted_at": "0001-01-02", "timezone": "UTC"}`,
				map[string][]string{"transacted_at": {"The transacted at must not be before 1900."}}},
			{"an unknown profile", sale(`"profile_id": "nobody"`),
				map[string][]string{"profile_id": {"The selected profile id is invalid."}}},
			{"an unknown email", sale(`"profile_id": "a@b.c", "profile_id_handle": "email"`),
				map[string][]string{"profile_id": {"The selected profile id is invalid."}}},
			{"an unknown identity", sale(`"profile_id": "C-9", "profile_id_handle": "loyalty-card"`),
				map[string][]string{"profile_id": {"The selected profile id is invalid."}}},
			{"an unknown location", sale(`"location_id": "M99"`),
				map[string][]string{"location_id": {"The selected location id is invalid."}}},
			{"an external id that is taken", sale(`"external_id": "ORDER-1"`),
				map[string][]string{"external_id": {"The external id has already been taken."}}},
			{"a currency that is none", sale(`"currency": "dollars"`),
				map[string][]string{"currency": {"The currency must be a valid ISO 4217 code."}}},
			{"a total beyond counting", sale(`"total": 1e10`),
				map[string][]string{"total": {"The total must be between -1000000000 and 1000000000."}}},
			{"meta that is no object", sale(`"meta": "till"`),
				map[string][]string{"meta": {"The meta must be an object or an array."}}},
			{"an item without price and quantity", sale(`"items": [{"name": "Shirt"}]`), map[string][]string{
				"items.0.quantity":   {"The quantity field is required."},
				"items.0.price_sell": {"The price sell field is required."},
			}},
			{"a return that sells", line(`"is_return": true`),
				map[string][]string{"items.0.quantity": {"The quantity must be negative when is return is true."}}},
			{"an unknown variant", line(`"product_variant_id": 99`),
				map[string][]string{"items.0.product_variant_id": {"The selected product variant id is invalid."}}},
			{"an unknown product", line(`"product_id": 99`),
				map[string][]string{"items.0.product_id": {"The selected product id is invalid."}}},
			{"a variant without a sku", line(`"product_variant": {"title": "Shirt"}`),
				map[string][]string{"items.0.product_variant.sku": {"The sku field is required."}}},
			{"a line beyond counting", line(`"price_sell": 1e9, "quantity": 2`), map[string][]string{
				"items.0.quantity": {"The quantity times the price must be between -1000000000 and 1000000000."}}},
		} {
			if diff := cmp.Diff(tt.want, faults(t, s.trySell(tt.body))); diff != "" {
				t.Errorf("%s (-want +got)\n%s", tt.name, diff)
			}
		}
		if got := s.types(); len(got) != 1 {
			t.Errorf("events of refused sales: %v", got)
		}
	})
}

func TestCatalogueIsMadeOnceAndMatched(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		line := func(item string) event.TransactionItem {
			return s.sell(`{"total": 1, "transacted_at": "2026-03-01", "timezone": "UTC",
				"items": [{"price_sell": 1, "quantity": 1, ` + item + `}]}`).Items[0]
		}
		made := line(`"product_variant": {"product_id": "P1", "sku": "S-M", "title": "Shirt M", "brand": "Acme"}`)
		for name, item := range map[string]string{
			"by the same description":  `"product_variant": {"product_id": "P1", "sku": "S-M", "title": "Other"}`,
			"by the SKU of a variant":  `"product_variant_sku": "S-M"`,
			"by the id of the variant": `"product_variant_id": 1`,
			"by its own SKU":           `"sku": "S-M"`,
		} {
			got := line(item)
			if got.ProductVariantID != made.ProductVariantID || got.Product == nil || got.Product.Brand != "Acme" ||
				got.SKU != "S-M" || got.Name != "Shirt M" {
				t.Errorf("%s: got %s", name, asJSON(got))
			}
		}
		large := line(`"product_variant": {"product_id": "P1", "sku": "S-L", "title": "Shirt L"}`)
		if large.ProductID != made.ProductID || large.ProductVariantID == made.ProductVariantID {
			t.Errorf("another variant of the product: got %s", asJSON(large))
		}
		if got := line(`"product_id": 1, "name": "Sundry"`); got.Product == nil || got.ProductVariantID != 0 {
			t.Errorf("a product without a variant: got %s", asJSON(got))
		}
		if got := line(`"product_variant_sku": "UNKNOWN"`); got.SKU != "UNKNOWN" {
			t.Errorf("the SKU of a variant that the catalogue does not have is lost: got %s", asJSON(got))
		}
		if got := line(`"sku": "UNKNOWN"`); got.Product != nil || got.SKU != "UNKNOWN" {
			t.Errorf("a SKU that the catalogue does not have: got %s", asJSON(got))
		}
	})
}

func TestConcurrentSalesOfAProfileAreAllCounted(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		s := newShop(t, db, "shop")
		p := s.create(grace)
		const sales = 24
		var wg sync.WaitGroup
		errs := make([]error, sales)
		for i := range sales {
			wg.Go(func() { errs[i] = s.trySell(receipt(`"profile_id": "` + p.ID + `", `)) })
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		checkFields(t, s.aggregations(p.ID), `{"spend_all": 3598.8}`)
	})
}

func TestASaleOfTheFarFutureIsRefused(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		const tail = `"total": 1, "timezone": "UTC"}`
		x := s.sell(`{"transacted_at": "2026-03-15 12:00:00", ` + tail)
		const want = "The transacted at must not be more than a day in the future."
		for _, late := range []string{"2026-03-15 12:00:01", "2199-01-01 00:00:00", "9999-12-31 23:59:59"} {
			body := `{"transacted_at": "` + late + `", ` + tail
			update := s.try(func(tn *store.Tenant) error { _, err := change(tn, x.ID, body); return err })
			for _, err := range []error{s.trySell(body), update} {
				if got := faults(t, err)["transacted_at"]; !cmp.Equal(got, []string{want}) {
					t.Errorf("%s: got %q", late, got)
				}
			}
		}
	})
}
