package store

import (
	"encoding/json"

	"github.com/belfryhq/belfry/internal/scalar"
)

// Channels says where a sale took place, as a set of bits. The zero value does
// not know.
type Channels int64

// The channels of a sale.
const (
	InShop Channels = 1 << iota
	Online
)

// Sale is what aggregations need to know of one transaction.
type Sale struct {
	ID           int64
	TransactedAt scalar.Time
	// ShoppedOn is the calendar day in the transaction's own zone.
	ShoppedOn scalar.Date
	IsVoid    bool
	// Net is the total without void items: negative for a return.
	Net scalar.Amount
	// Discount is the sum of the discounts on what was bought.
	Discount scalar.Amount
	Currency scalar.Text
	// LocationID is 0 when it took place nowhere known.
	LocationID scalar.Int
	Channels   Channels
	// Brands holds the quantity of each brand, negative where it was returned.
	Brands map[string]scalar.Amount
}

func scanSale(s *Sale) []any {
	return []any{
		&s.TransactedAt, &s.ShoppedOn, &s.Net, &s.Discount, &s.Currency, &s.LocationID, (*int64)(&s.Channels),
		asJSON(&s.Brands),
	}
}

// SalesOf reads a profile's transactions that are not void, in no order: who
// counts them sorts them too.
func (t *Tenant) SalesOf(profileID string) ([]Sale, error) {
	scan := func(s *Sale) []any { return append([]any{&s.ID}, scanSale(s)...) }
	return collect(t.Tx, scan, `SELECT id, transacted_at, shopped_on, net, discount, currency, location_id,
		channels, brands FROM transactions WHERE tenant_id = ? AND profile_id = ? AND NOT is_void`, t.ID, profileID)
}

// Joining is when and where a profile joined.
type Joining struct {
	At         scalar.Time
	LocationID scalar.Int
}

// Aggregations are the facts that follow from a profile's transactions.
type Aggregations struct {
	ProfileID string
	// AsOf is the tenant's calendar day for which they hold, zero when they were
	// never stored. Joining is that for which they hold.
	AsOf    scalar.Date
	Joining Joining
	// The amounts stand apart so that profiles can be found by them.
	Spend12m, Spend12mNow, SpendAll scalar.Amount
	ShopCount                       int
	// Data is all of them as JSON.
	Data json.RawMessage
}

// PutAggregations stores a profile's aggregations in the place of former ones.
func (t *Tenant) PutAggregations(a *Aggregations) error {
	_, err := t.exec(`INSERT INTO aggregations (profile_id, tenant_id, as_of, joined_at, joined_location_id, spend_12m,
		spend_12m_now, spend_all, shop_count, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (profile_id) DO UPDATE SET as_of = excluded.as_of, joined_at = excluded.joined_at,
		joined_location_id = excluded.joined_location_id, spend_12m = excluded.spend_12m,
		spend_12m_now = excluded.spend_12m_now, spend_all = excluded.spend_all, shop_count = excluded.shop_count,
		data = excluded.data`,
		a.ProfileID, t.ID, a.AsOf, a.Joining.At, a.Joining.LocationID, a.Spend12m, a.Spend12mNow, a.SpendAll,
		a.ShopCount, rawJSON(&a.Data))
	return err
}

// AggregationsOf reads what is stored of a profile's aggregations, and the
// profile's present joining beside it; ErrNotFound when there is no profile.
func (t *Tenant) AggregationsOf(profileID string) (stored Aggregations, now Joining, err error) {
	stored.ProfileID = profileID
	err = t.get([]any{
		&stored.AsOf, &stored.Joining.At, &stored.Joining.LocationID, rawJSON(&stored.Data), &now.At, &now.LocationID,
	}, `SELECT a.as_of, a.joined_at, a.joined_location_id, a.data, p.joined_at, p.joined_location_id
		FROM profiles p LEFT JOIN aggregations a ON a.profile_id = p.id
		WHERE p.tenant_id = ? AND p.id = ?`, t.ID, profileID)
	return stored, now, err
}
