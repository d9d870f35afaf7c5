package loyalty_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// TestAnyHistoryLeavesAggregationsThatFollowFromTheTransactions records, changes,
// voids, returns, moves and deletes sales at random. After each step what is
// stored of each profile must equal what Aggregate makes of the transactions as
// the API shows them.
func TestAnyHistoryLeavesAggregationsThatFollowFromTheTransactions(t *testing.T) {
	storetest.Each(t, store.Options{Now: func() time.Time { return noon }}, func(t *testing.T, db *store.DB) {
		fewerOnPostgres(t, db)
		tenants := 0
		rapid.Check(t, func(rt *rapid.T) {
			tenants++
			h := newSalesHistory(t, newShop(t, db, fmt.Sprintf("shop-%d", tenants)))
			rt.Repeat(map[string]func(*rapid.T){
				"sell":   h.sell,
				"return": h.giveBack,
				"void":   h.void,
				"move":   h.move,
				"item":   h.changeItem,
				"add":    h.addItem,
				"remove": h.removeItem,
				"date":   h.changeDate,
				"delete": h.delete,
				"":       h.check,
			})
		})
	})
}

// fewerOnPostgres tries less on PostgreSQL, where each statement is a round trip:
// the rules were tried on SQLite.
func fewerOnPostgres(t *testing.T, db *store.DB) {
	t.Helper()
	if db.Dialect() == "postgres" {
		fewer(t, "8")
	}
}

// fewer sets the number of histories for the rest of the test.
func fewer(t *testing.T, checks string) {
	t.Helper()
	f := flag.Lookup("rapid.checks")
	before := f.Value.String()
	t.Cleanup(func() { _ = f.Value.Set(before) })
	if err := f.Value.Set(checks); err != nil {
		t.Fatal(err)
	}
}

// salesHistory is a shop in which things happen at random.
type salesHistory struct {
	t        *testing.T
	shop     *shop
	profiles []string
	sales    []int64
	// told counts the events that there should be.
	told int
}

func newSalesHistory(t *testing.T, s *shop) *salesHistory {
	h := &salesHistory{t: t, shop: s}
	s.open(`{"name": "City", "external_id": "M10", "type": "store", "address": {"country": "Australia", "iso": "AU"}}`)
	s.open(`{"name": "Web", "external_code": "web", "type": "online"}`)
	for i := range 2 {
		p := s.create(fmt.Sprintf(`{"email": "p%d@example.com", "joined_at": "2024-02-29", "joined_location_external_code": "web"}`, i))
		h.profiles = append(h.profiles, p.ID)
		h.told++
	}
	return h
}

var (
	anyDay   = rapid.SampledFrom([]string{"2024-02-29", "2025-03-13", "2025-03-14", "2025-03-15", "2026-03-01", "2026-03-13"})
	anyTill  = rapid.SampledFrom([]string{`"M10"`, `"web"`, `null`})
	anyClock = rapid.SampledFrom([]string{"00:30:00", "11:00:00", "23:30:00"})
	anyMoney = rapid.Int64Range(1, 300_00)
)

// owner is a profile, or nobody.
func (h *salesHistory) owner(t *rapid.T) string {
	return rapid.SampledFrom([]string{`"` + h.profiles[0] + `"`, `"` + h.profiles[1] + `"`, "null"}).Draw(t, "owner")
}

// sale picks a sale; without any, there is nothing to change.
func (h *salesHistory) sale(t *rapid.T) int64 {
	if len(h.sales) == 0 {
		t.Skip("no sale yet")
	}
	return rapid.SampledFrom(h.sales).Draw(t, "sale")
}

func (h *salesHistory) body(t *rapid.T, sign int) string {
	price := scalar.Amount(anyMoney.Draw(t, "price")) * 100
	return fmt.Sprintf(`{"profile_id": %s, "location_id": %s, "total": %s, "transacted_at": "%s %s", "timezone": "%s",
		"systems": %s, "items": [{"quantity": %d, "price_sell": %s, "product_variant": {"sku": "%s", "brand": "%[10]s"},
		"discounts": [{"amount": 1.5}]}, {"quantity": 1, "price_sell": 0.005}]}`,
		h.owner(t), anyTill.Draw(t, "till"), scalar.Amount(sign)*price, anyDay.Draw(t, "day"), anyClock.Draw(t, "clock"),
		anyZone.Draw(t, "zone"), rapid.SampledFrom([]string{`[]`, `["pos"]`, `["web"]`}).Draw(t, "systems"),
		sign, price, rapid.SampledFrom([]string{"Acme", "Bell"}).Draw(t, "brand"))
}

func (h *salesHistory) sell(t *rapid.T)     { h.record(h.body(t, 1)) }
func (h *salesHistory) giveBack(t *rapid.T) { h.record(h.body(t, -1)) }

func (h *salesHistory) record(body string) {
	h.sales = append(h.sales, h.shop.sell(body).ID)
	h.told++
}

// change changes a sale; the event is told when its state differs.
func (h *salesHistory) change(id int64, body string) {
	before := asJSON(h.shop.readSale(id))
	h.shop.change(id, body)
	if asJSON(h.shop.readSale(id)) != before {
		h.told++
	}
}

func (h *salesHistory) void(t *rapid.T) {
	h.change(h.sale(t), fmt.Sprintf(`{"is_void": %v}`, rapid.Bool().Draw(t, "void")))
}

func (h *salesHistory) move(t *rapid.T) {
	h.change(h.sale(t), fmt.Sprintf(`{"profile_id": %s}`, h.owner(t)))
}

func (h *salesHistory) changeDate(t *rapid.T) {
	h.change(h.sale(t), fmt.Sprintf(`{"transacted_at": "%s", "timezone": "%s"}`, anyDay.Draw(t, "day"), anyZone.Draw(t, "zone")))
}

func (h *salesHistory) item(t *rapid.T) (sale, item int64) {
	sale = h.sale(t)
	items := h.shop.readSale(sale).Items
	if len(items) == 0 {
		t.Skip("no item left")
	}
	return sale, rapid.SampledFrom(items).Draw(t, "item").ID
}

func (h *salesHistory) changeItem(t *rapid.T) {
	sale, item := h.item(t)
	h.change(sale, fmt.Sprintf(`{"items": [{"id": %d, "is_void": %v, "quantity": %d}]}`,
		item, rapid.Bool().Draw(t, "void"), rapid.IntRange(-2, 3).Draw(t, "quantity")))
}

func (h *salesHistory) addItem(t *rapid.T) {
	sale := h.sale(t)
	h.shop.do(func(tn *store.Tenant) error {
		var in loyalty.ItemInput
		if err := json.Unmarshal([]byte(`{"sku": "Acme", "quantity": 1, "price_sell": 10}`), &in); err != nil {
			return err
		}
		_, err := loyalty.CreateItem(tn, sale, in)
		return err
	})
	h.told++
}

func (h *salesHistory) removeItem(t *rapid.T) {
	sale, item := h.item(t)
	h.shop.do(func(tn *store.Tenant) error { return loyalty.DeleteItem(tn, sale, item) })
	h.told++
}

func (h *salesHistory) delete(t *rapid.T) {
	sale := h.sale(t)
	h.shop.do(func(tn *store.Tenant) error { return loyalty.DeleteTransaction(tn, sale) })
	h.sales = slices.DeleteFunc(h.sales, func(id int64) bool { return id == sale })
}

// check compares everything with what the transactions say.
func (h *salesHistory) check(t *rapid.T) {
	err := h.shop.db.View(context.Background(), func(tx *store.Tx) error {
		tn := tx.As(h.shop.actor)
		all, err := loyalty.ListTransactions(tn, store.List{Size: 1000})
		if err != nil {
			return err
		}
		if len(all.Items) != len(h.sales) {
			t.Fatalf("%d transactions are listed, want %d", len(all.Items), len(h.sales))
		}
		for _, id := range h.profiles {
			want, err := h.expected(tn, id, all.Items)
			if err != nil {
				return err
			}
			stored, err := loyalty.ReadAggregations(tn, id)
			if err != nil {
				return err
			}
			if diff := cmp.Diff(asJSON(want), asJSON(stored)); diff != "" {
				t.Fatalf("aggregations of %s (-want +stored)\n%s", id, diff)
			}
		}
		events, err := tn.Events(store.List{Size: 1})
		if events.Total != h.told {
			t.Fatalf("%d events, want %d", events.Total, h.told)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// expected aggregates the transactions of a profile as the API shows them.
func (h *salesHistory) expected(tn *store.Tenant, profileID string, all []event.Transaction) (event.Aggregations, error) {
	var sales []loyalty.Sale
	for _, x := range all {
		if string(x.ProfileID) == profileID {
			sales = append(sales, saleOf(h.t, x))
		}
	}
	page, err := tn.Locations(store.List{})
	if err != nil {
		return event.Aggregations{}, err
	}
	locations := map[int64]store.Location{}
	for _, l := range page.Items {
		locations[l.ID] = l
	}
	p, err := loyalty.ReadProfile(tn, profileID)
	who := loyalty.Member{ProfileID: profileID, JoinedAt: p.JoinedAt, JoinedLocationID: int64(p.JoinedLocationID)}
	return loyalty.Aggregate(who, sales, locations, noon, time.UTC), err
}

// saleOf reads a transaction anew, from what the API shows of it.
func saleOf(t *testing.T, x event.Transaction) loyalty.Sale {
	t.Helper()
	where, err := time.LoadLocation(x.Timezone)
	if err != nil {
		t.Fatal(err)
	}
	s := loyalty.Sale{
		ID: x.ID, TransactedAt: x.TransactedAt, ShoppedOn: scalar.DateOf(x.TransactedAt.In(where)), IsVoid: x.IsVoid,
		Net: x.Total, Currency: x.Currency, LocationID: x.LocationID, Brands: map[string]scalar.Amount{},
	}
	for _, i := range x.Items {
		if i.IsVoid {
			s.Net -= i.Quantity.Mul(i.PriceSell)
			continue
		}
		if i.Product != nil && i.Product.Brand != "" {
			s.Brands[string(i.Product.Brand)] += i.Quantity
		}
		for _, d := range i.Discounts {
			if !i.IsReturn && i.Quantity != 0 {
				s.Discount += d.Amount
			}
		}
	}
	for _, system := range x.Systems {
		s.Channels |= map[string]store.Channels{"pos": store.InShop, "web": store.Online}[system]
	}
	return s
}
