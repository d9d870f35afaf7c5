package store

import (
	"encoding/json"

	"github.com/belfryhq/belfry/internal/scalar"
)

// Transaction is one completed sale, return or exchange.
type Transaction struct {
	// Sale is what aggregations read of it; its ID is the transaction's.
	Sale
	// ProfileID is "" for an anonymous sale.
	ProfileID        scalar.Text
	Timezone         string
	ExternalID       scalar.Text
	Total            scalar.Amount
	TotalOriginal    *scalar.Amount
	Rounding         *scalar.Amount
	Margin           *scalar.Amount
	Type             scalar.Text
	Status           scalar.Text
	ReceiptRef       scalar.Text
	LinkedReceiptRef scalar.Text
	OrderNumber      scalar.Text
	NeedAction       bool
	// ClaimedAt is when an anonymous sale was given its profile.
	ClaimedAt scalar.Time
	Details   TransactionDetails
	CreatedAt scalar.Time
	UpdatedAt scalar.Time
}

// TransactionDetails is what transactions are not looked up by.
type TransactionDetails struct {
	ExternalOrderID scalar.Text `json:"external_order_id,omitzero"`
	OrderID         scalar.Int  `json:"order_id,omitzero"`
	StaffID         scalar.Text `json:"staff_id,omitzero"`
	OrganisationID  scalar.Int  `json:"organisation_id,omitzero"`
	RedemptionID    scalar.Int  `json:"redemption_id,omitzero"`
	Tender          scalar.Text `json:"tender,omitzero"`
	ReceiptIsEmail  bool        `json:"receipt_is_email,omitzero"`
	ReceiptEmail    scalar.Text `json:"receipt_email,omitzero"`
	// CurrencyValue is the exchange into another currency.
	CurrencyValue *CurrencyValue  `json:"currency_value,omitzero"`
	Tags          []string        `json:"tags,omitzero"`
	Systems       []string        `json:"systems,omitzero"`
	Payments      json.RawMessage `json:"payments,omitzero"`
	Fees          json.RawMessage `json:"fees,omitzero"`
	CustomFields  json.RawMessage `json:"custom_fields,omitzero"`
	Meta          json.RawMessage `json:"meta,omitzero"`
}

// CurrencyValue is the rate at which an amount converts.
type CurrencyValue struct {
	From string        `json:"from"`
	To   string        `json:"to"`
	Rate scalar.Amount `json:"rate"`
}

const transactionColumns = `x.transacted_at, x.shopped_on, x.net, x.discount, x.currency, x.location_id, x.channels,
	x.brands, x.id, x.is_void, x.profile_id, x.timezone, x.external_id, x.total, x.total_original,
	x.rounding, x.margin, x.type, x.status, x.receipt_ref, x.linked_receipt_ref, x.order_number, x.need_action,
	x.claimed_at, x.details, x.created_at, x.updated_at`

func scanTransaction(x *Transaction) []any {
	return append(scanSale(&x.Sale),
		&x.ID, &x.IsVoid, &x.ProfileID, &x.Timezone, &x.ExternalID, &x.Total, &x.TotalOriginal, &x.Rounding, &x.Margin, &x.Type,
		&x.Status, &x.ReceiptRef, &x.LinkedReceiptRef, &x.OrderNumber, &x.NeedAction, &x.ClaimedAt,
		asJSON(&x.Details), &x.CreatedAt, &x.UpdatedAt)
}

// own returns the columns that InsertTransaction and UpdateTransaction both
// write.
func (x *Transaction) own() []any {
	var brands any
	if len(x.Brands) > 0 {
		brands = asJSON(x.Brands)
	}
	return []any{
		x.TransactedAt, x.ShoppedOn, x.IsVoid, x.Net, x.Discount, x.Currency, x.LocationID, int64(x.Channels), brands,
		x.ProfileID, x.Timezone, x.ExternalID, x.Total, x.TotalOriginal, x.Rounding, x.Margin, x.Type, x.Status,
		x.ReceiptRef, x.LinkedReceiptRef, x.OrderNumber, x.NeedAction, x.ClaimedAt, asJSON(&x.Details), x.UpdatedAt,
	}
}

// InsertTransaction stores a transaction, without its items, and sets its ID
// and times.
func (t *Tenant) InsertTransaction(x *Transaction) (err error) {
	x.CreatedAt = t.Now()
	x.UpdatedAt = x.CreatedAt
	x.ID, err = t.insert(`INSERT INTO transactions (transacted_at, shopped_on, is_void, net, discount, currency,
		location_id, channels, brands, profile_id, timezone, external_id, total, total_original, rounding, margin,
		type, status, receipt_ref, linked_receipt_ref, order_number, need_action, claimed_at, details, updated_at,
		tenant_id, created_at) VALUES (`+placeholders(27)+`)`,
		append(x.own(), t.ID, x.CreatedAt)...)
	if err != nil {
		return err
	}
	return t.insertTransactionTags(x)
}

// UpdateTransaction stores a transaction's new state, without its items, and
// sets UpdatedAt.
func (t *Tenant) UpdateTransaction(x *Transaction) error {
	x.UpdatedAt = t.Now()
	err := t.execOne(`UPDATE transactions SET transacted_at = ?, shopped_on = ?, is_void = ?, net = ?, discount = ?,
		currency = ?, location_id = ?, channels = ?, brands = ?, profile_id = ?, timezone = ?, external_id = ?,
		total = ?, total_original = ?, rounding = ?, margin = ?, type = ?, status = ?, receipt_ref = ?,
		linked_receipt_ref = ?, order_number = ?, need_action = ?, claimed_at = ?, details = ?, updated_at = ?
		WHERE tenant_id = ? AND id = ?`, append(x.own(), t.ID, x.ID)...)
	if err != nil {
		return err
	}
	if _, err := t.exec("DELETE FROM transaction_tags WHERE tenant_id = ? AND transaction_id = ?", t.ID, x.ID); err != nil {
		return err
	}
	return t.insertTransactionTags(x)
}

func (t *Tenant) insertTransactionTags(x *Transaction) error {
	for _, tag := range x.Details.Tags {
		_, err := t.exec("INSERT INTO transaction_tags (tenant_id, handle, transaction_id) VALUES (?, ?, ?)",
			t.ID, tag, x.ID)
		if err != nil {
			return err
		}
	}
	return nil
}

// DeleteTransaction removes a transaction with its items and versions.
func (t *Tenant) DeleteTransaction(id int64) error {
	if _, err := t.exec("DELETE FROM transaction_items WHERE tenant_id = ? AND transaction_id = ?", t.ID, id); err != nil {
		return err
	}
	return t.execOne("DELETE FROM transactions WHERE tenant_id = ? AND id = ?", t.ID, id)
}

// DetachTransactions makes a profile's transactions anonymous, before it is
// deleted.
func (t *Tenant) DetachTransactions(profileID string) error {
	_, err := t.exec("UPDATE transactions SET profile_id = NULL, updated_at = ? WHERE tenant_id = ? AND profile_id = ?",
		t.Now(), t.ID, profileID)
	return err
}

// Transaction reads one transaction without its items.
func (t *Tenant) Transaction(id int64) (Transaction, error) {
	return single(t.Tx, scanTransaction, "SELECT "+transactionColumns+
		" FROM transactions x WHERE x.tenant_id = ? AND x.id = ?", t.ID, id)
}

// TransactionForUpdate reads one transaction and has every other change of it
// wait until this one ends.
func (t *Tenant) TransactionForUpdate(id int64) (Transaction, error) {
	return single(t.Tx, scanTransaction, "SELECT "+transactionColumns+
		" FROM transactions x WHERE x.tenant_id = ? AND x.id = ?"+t.db.engine.forUpdate(), t.ID, id)
}

// TransactionIDByExternalID finds the transaction with another system's id.
func (t *Tenant) TransactionIDByExternalID(externalID string) (id int64, err error) {
	err = t.get([]any{&id}, "SELECT id FROM transactions WHERE tenant_id = ? AND external_id = ?", t.ID, externalID)
	return id, err
}

// SaleByReceipt finds the latest sale of a profile with a receipt's number, apart
// from one transaction: neither a return nor a void one.
func (t *Tenant) SaleByReceipt(profileID, receiptRef string, except int64) (Transaction, error) {
	return single(t.Tx, scanTransaction, "SELECT "+transactionColumns+` FROM transactions x
		WHERE x.tenant_id = ? AND x.receipt_ref = ? AND x.profile_id = ? AND NOT x.is_void AND x.net > 0 AND x.id <> ?
		ORDER BY x.id DESC LIMIT 1`, t.ID, receiptRef, profileID, except)
}

// ReturnedBefore adds up what returns of a profile's sale brought back that were
// recorded before the one with an id.
func (t *Tenant) ReturnedBefore(profileID string, sale *Transaction, id int64) (net scalar.Amount, err error) {
	err = t.get([]any{&net}, `SELECT CAST(-sum(net) AS BIGINT) FROM transactions WHERE tenant_id = ? AND profile_id = ?
		AND linked_receipt_ref = ? AND NOT is_void AND net < 0 AND transacted_at >= ? AND id < ?`,
		t.ID, profileID, sale.ReceiptRef, sale.TransactedAt, id)
	return net, err
}

// InsertTransactionVersion keeps what a transaction was before a change.
func (t *Tenant) InsertTransactionVersion(id int64, state json.RawMessage) error {
	_, err := t.exec("INSERT INTO transaction_versions (tenant_id, transaction_id, state, created_at) VALUES (?, ?, ?, ?)",
		t.ID, id, rawJSON(&state), t.Now())
	return err
}

// TransactionVersions reads what a transaction was before each of its changes,
// oldest first.
func (t *Tenant) TransactionVersions(id int64) ([]json.RawMessage, error) {
	return collect(t.Tx, func(v *json.RawMessage) []any { return []any{rawJSON(v)} },
		"SELECT state FROM transaction_versions WHERE tenant_id = ? AND transaction_id = ? ORDER BY id", t.ID, id)
}
