package store

import (
	"encoding/json"

	"github.com/belfryhq/belfry/internal/scalar"
)

// RedemptionType says whether a redemption takes or gives back.
type RedemptionType string

// The types of redemptions.
const (
	Redeem RedemptionType = "redeem"
	// Returned gives back some of a redemption, Reversal all of one that has just
	// been made.
	Returned RedemptionType = "return"
	Reversal RedemptionType = "reversal"
)

// Redemption is what was taken from a profile's instances at once, or given
// back to them.
type Redemption struct {
	ID        int64
	ProfileID string
	Type      RedemptionType
	// Total is money, in a return what was given back.
	Total      scalar.Amount
	Currency   scalar.Text
	LocationID scalar.Int
	// TransactionID is the sale that it paid for, 0 while none is known.
	TransactionID                                scalar.Int
	TransactionExternalID, TransactionReceiptRef scalar.Text
	// ParentID is the redemption that a return gives back, 0 for type redeem.
	ParentID scalar.Int
	// Items are in the order in which they were taken or given back.
	Items     []RedemptionItem
	Meta      json.RawMessage
	CreatedAt scalar.Time
}

// RedemptionItem is what a redemption took from one instance.
type RedemptionItem struct {
	InstanceID int64        `json:"id"`
	Kind       InstanceKind `json:"type"`
	// Value is money, Quantity what was taken of the instance: money of a reward,
	// points. A benefit has neither.
	Value    scalar.Amount `json:"value"`
	Quantity scalar.Amount `json:"quantity"`
	// Count is the number of uses of a benefit.
	Count int64 `json:"count"`
}

const redemptionColumns = `id, profile_id, type, total, currency, location_id, transaction_id,
	transaction_external_id, transaction_receipt_ref, parent_id, items, meta, created_at`

func scanRedemption(r *Redemption) []any {
	return []any{
		&r.ID, &r.ProfileID, (*string)(&r.Type), &r.Total, &r.Currency, &r.LocationID, &r.TransactionID,
		&r.TransactionExternalID, &r.TransactionReceiptRef, &r.ParentID, asJSON(&r.Items), rawJSON(&r.Meta), &r.CreatedAt,
	}
}

// InsertRedemption stores a redemption and sets its ID and CreatedAt.
func (t *Tenant) InsertRedemption(r *Redemption) (err error) {
	r.CreatedAt = t.Now()
	r.ID, err = t.insert(`INSERT INTO redemptions (tenant_id, profile_id, type, total, currency, location_id,
		transaction_id, transaction_external_id, transaction_receipt_ref, parent_id, items, meta, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		t.ID, r.ProfileID, string(r.Type), r.Total, r.Currency, r.LocationID, r.TransactionID, r.TransactionExternalID,
		r.TransactionReceiptRef, r.ParentID, asJSON(r.Items), rawJSON(&r.Meta), r.CreatedAt)
	return err
}

// Redemption reads one redemption.
func (t *Tenant) Redemption(id int64) (Redemption, error) {
	return single(t.Tx, scanRedemption, "SELECT "+redemptionColumns+
		" FROM redemptions WHERE tenant_id = ? AND id = ?", t.ID, id)
}

// RedemptionsByID reads the redemptions of the ids that there are, in no order.
func (t *Tenant) RedemptionsByID(ids ...int64) ([]Redemption, error) {
	return inBatches(ids, func(ids []int64) ([]Redemption, error) {
		return collect(t.Tx, scanRedemption, "SELECT "+redemptionColumns+
			" FROM redemptions WHERE tenant_id = ? AND id IN ("+placeholders(len(ids))+")", withTenant(t.ID, ids)...)
	})
}

// ReturnsOf reads the returns and reversals of redemptions, in no order.
func (t *Tenant) ReturnsOf(ids ...int64) ([]Redemption, error) {
	return inBatches(ids, func(ids []int64) ([]Redemption, error) {
		return collect(t.Tx, scanRedemption, "SELECT "+redemptionColumns+
			" FROM redemptions WHERE tenant_id = ? AND parent_id IN ("+placeholders(len(ids))+")", withTenant(t.ID, ids)...)
	})
}

// AttachRedemption says which sale a redemption paid for: the last one that
// names it, since a sale can be deleted and recorded anew.
func (t *Tenant) AttachRedemption(id, transactionID int64) error {
	return t.execOne("UPDATE redemptions SET transaction_id = ? WHERE tenant_id = ? AND id = ?", transactionID, t.ID, id)
}

// MoveRedemptions gives a profile's redemptions to another profile.
func (t *Tenant) MoveRedemptions(from, to string) error {
	_, err := t.exec("UPDATE redemptions SET profile_id = ? WHERE tenant_id = ? AND profile_id = ?", to, t.ID, from)
	return err
}

// RedeemedSale is what is shown of the sale that a redemption paid for.
type RedeemedSale struct {
	ID                     int64
	ExternalID, ReceiptRef scalar.Text
	TransactedAt           scalar.Time
	Total                  scalar.Amount
}

// RedeemedSales reads the sales of the ids that there are, in no order.
func (t *Tenant) RedeemedSales(ids ...int64) ([]RedeemedSale, error) {
	scan := func(s *RedeemedSale) []any {
		return []any{&s.ID, &s.ExternalID, &s.ReceiptRef, &s.TransactedAt, &s.Total}
	}
	return inBatches(ids, func(ids []int64) ([]RedeemedSale, error) {
		return collect(t.Tx, scan, `SELECT id, external_id, receipt_ref, transacted_at, total FROM transactions
			WHERE tenant_id = ? AND id IN (`+placeholders(len(ids))+")", withTenant(t.ID, ids)...)
	})
}

var redemptionFields = Fields{
	"id":                      {Column: "id", Kind: Int},
	"profile_id":              {Column: "profile_id"},
	"type":                    {Column: "type"},
	"total":                   {Column: "total", Kind: Amount},
	"currency":                {Column: "currency"},
	"location_id":             {Column: "location_id", Kind: Int},
	"transaction_id":          {Column: "transaction_id", Kind: Int},
	"transaction_external_id": {Column: "transaction_external_id"},
	"transaction_receipt_ref": {Column: "transaction_receipt_ref"},
	"parent_id":               {Column: "parent_id", Kind: Int},
	"created_at":              {Column: "created_at", Kind: Time},
	"redeem_at":               {Column: "created_at", Kind: Time},
}

// Redemptions lists redemptions and returns.
func (t *Tenant) Redemptions(l List) (Page[Redemption], error) {
	return page(t.Tx, l, redemptionFields, redemptionColumns, "redemptions WHERE tenant_id = ?", []any{t.ID}, scanRedemption)
}

// ProfileRedemptions lists a profile's redemptions and returns.
func (t *Tenant) ProfileRedemptions(profileID string, l List) (Page[Redemption], error) {
	return page(t.Tx, l, redemptionFields, redemptionColumns, "redemptions WHERE tenant_id = ? AND profile_id = ?",
		[]any{t.ID, profileID}, scanRedemption)
}

// RedemptionGroup sums redemptions that have something in common.
type RedemptionGroup struct {
	// Type, LocationID or Day is what they have in common, the others are zero.
	// Day is a UTC day in days since 1970.
	Type       RedemptionType
	LocationID scalar.Int
	Day        int64
	Count      int64
	Total      scalar.Amount
}

// RedemptionsByType sums the redemptions of each type, within the filters.
func (t *Tenant) RedemptionsByType(filters []Filter) ([]RedemptionGroup, error) {
	return t.redemptionGroups("type", filters, func(g *RedemptionGroup) any { return (*string)(&g.Type) })
}

// RedemptionsByLocation sums what was redeemed at each location.
func (t *Tenant) RedemptionsByLocation(filters []Filter) ([]RedemptionGroup, error) {
	return t.redemptionGroups("location_id", filters, func(g *RedemptionGroup) any { return &g.LocationID })
}

// RedemptionsByDay sums what was redeemed on each UTC day.
func (t *Tenant) RedemptionsByDay(filters []Filter) ([]RedemptionGroup, error) {
	return t.redemptionGroups("created_at / 86400000000", filters, func(g *RedemptionGroup) any { return &g.Day })
}

func (t *Tenant) redemptionGroups(by string, filters []Filter, key func(*RedemptionGroup) any) ([]RedemptionGroup, error) {
	where, args, err := List{Filters: filters}.conditions(redemptionFields)
	if err != nil {
		return nil, err
	}
	return collect(t.Tx, func(g *RedemptionGroup) []any { return []any{key(g), &g.Count, &g.Total} },
		"SELECT "+by+", count(*), CAST(sum(total) AS BIGINT) FROM redemptions WHERE tenant_id = ?"+where+
			" GROUP BY "+by+" ORDER BY "+by+" NULLS FIRST", append([]any{t.ID}, args...)...)
}
