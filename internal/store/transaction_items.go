package store

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/belfryhq/belfry/internal/scalar"
)

// TransactionItem is one line of a transaction.
type TransactionItem struct {
	ID            int64
	TransactionID int64
	ExternalID    scalar.Text
	Name          scalar.Text
	// Quantity is negative for a return.
	Quantity scalar.Amount
	IsVoid   bool
	// Prices are of one unit and include tax.
	PriceCurrent      *scalar.Amount
	PriceSell         scalar.Amount
	PriceOriginal     *scalar.Amount
	PriceMargin       *scalar.Amount
	PriceTax          *scalar.Amount
	SKU               scalar.Text
	Barcode           scalar.Text
	VariantExternalID scalar.Text
	ProductID         scalar.Int
	ProductVariantID  scalar.Int
	Department        scalar.Text
	Details           ItemDetails
	CreatedAt         scalar.Time
	UpdatedAt         scalar.Time

	// Product is what the catalogue says of ProductID; only read.
	Product ProductName
}

// ItemDetails is what items are not looked up by.
type ItemDetails struct {
	Discounts     []Discount      `json:"discounts,omitzero"`
	ProductImages json.RawMessage `json:"product_images,omitzero"`
	Meta          json.RawMessage `json:"meta,omitzero"`
}

// Discount is what was taken off an item.
type Discount struct {
	Amount     scalar.Amount `json:"amount"`
	ReasonDesc scalar.Text   `json:"reason_desc"`
}

const (
	itemOwnColumns = `transaction_id, external_id, name, quantity, is_void, price_current, price_sell, price_original,
	price_margin, price_tax, sku, barcode, variant_external_id, product_id, product_variant_id, department, details,
	updated_at`
	itemColumns = `i.id, i.transaction_id, i.external_id, i.name, i.quantity, i.is_void, i.price_current, i.price_sell,
	i.price_original, i.price_margin, i.price_tax, i.sku, i.barcode, i.variant_external_id, i.product_id,
	i.product_variant_id, i.department, i.details, i.created_at, i.updated_at, p.title, p.brand, p.department`
	itemTables = "transaction_items i LEFT JOIN products p ON p.id = i.product_id AND p.tenant_id = i.tenant_id"
)

func scanItem(i *TransactionItem) []any {
	return []any{
		&i.ID, &i.TransactionID, &i.ExternalID, &i.Name, &i.Quantity, &i.IsVoid, &i.PriceCurrent, &i.PriceSell,
		&i.PriceOriginal, &i.PriceMargin, &i.PriceTax, &i.SKU, &i.Barcode, &i.VariantExternalID, &i.ProductID,
		&i.ProductVariantID, &i.Department, asJSON(&i.Details), &i.CreatedAt, &i.UpdatedAt,
		&i.Product.Title, &i.Product.Brand, &i.Product.Department,
	}
}

// own returns the columns that inserts and updates both write.
func (i *TransactionItem) own() []any {
	var details any
	if d := &i.Details; d.Discounts != nil || d.ProductImages != nil || d.Meta != nil {
		details = asJSON(d)
	}
	return []any{
		i.TransactionID, i.ExternalID, i.Name, i.Quantity, i.IsVoid, i.PriceCurrent, i.PriceSell, i.PriceOriginal,
		i.PriceMargin, i.PriceTax, i.SKU, i.Barcode, i.VariantExternalID, i.ProductID, i.ProductVariantID,
		i.Department, details, i.UpdatedAt,
	}
}

// itemsAtOnce bounds the parameters of one INSERT.
const itemsAtOnce = 100

// InsertItems stores items of a transaction and sets their IDs and times. Ids
// grow in the order given.
func (t *Tenant) InsertItems(items []*TransactionItem) error {
	for batch := range slices.Chunk(items, itemsAtOnce) {
		if err := t.insertItems(batch); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tenant) insertItems(items []*TransactionItem) error {
	row := "(" + placeholders(20) + ")"
	args := make([]any, 0, 20*len(items))
	for _, i := range items {
		i.CreatedAt = t.Now()
		i.UpdatedAt = i.CreatedAt
		args = append(append(args, i.own()...), t.ID, i.CreatedAt)
	}
	ids, err := t.insertAll("INSERT INTO transaction_items ("+itemOwnColumns+", tenant_id, created_at) VALUES "+row+
		strings.Repeat(","+row, len(items)-1), args...)
	if err != nil {
		return err
	}
	for n, i := range items {
		i.ID = ids[n]
	}
	return nil
}

// UpdateItem stores an item's new state and sets UpdatedAt.
func (t *Tenant) UpdateItem(i *TransactionItem) error {
	i.UpdatedAt = t.Now()
	return t.execOne(`UPDATE transaction_items SET transaction_id = ?, external_id = ?, name = ?, quantity = ?,
		is_void = ?, price_current = ?, price_sell = ?, price_original = ?, price_margin = ?, price_tax = ?, sku = ?,
		barcode = ?, variant_external_id = ?, product_id = ?, product_variant_id = ?, department = ?, details = ?,
		updated_at = ? WHERE tenant_id = ? AND id = ?`, append(i.own(), t.ID, i.ID)...)
}

// DeleteItem removes an item.
func (t *Tenant) DeleteItem(id int64) error {
	return t.execOne("DELETE FROM transaction_items WHERE tenant_id = ? AND id = ?", t.ID, id)
}

// ItemsOf reads the items of transactions, in the order of their ids.
func (t *Tenant) ItemsOf(transactionIDs ...int64) ([]TransactionItem, error) {
	return inBatches(transactionIDs, func(ids []int64) ([]TransactionItem, error) {
		return collect(t.Tx, scanItem, "SELECT "+itemColumns+" FROM "+itemTables+
			" WHERE i.tenant_id = ? AND i.transaction_id IN ("+placeholders(len(ids))+") ORDER BY i.id",
			withTenant(t.ID, ids)...)
	})
}

// Item reads one item of a transaction.
func (t *Tenant) Item(transactionID, id int64) (TransactionItem, error) {
	return single(t.Tx, scanItem, "SELECT "+itemColumns+" FROM "+itemTables+
		" WHERE i.tenant_id = ? AND i.transaction_id = ? AND i.id = ?", t.ID, transactionID, id)
}

var itemFields = Fields{
	"id":                  {Column: "i.id", Kind: Int},
	"external_id":         {Column: "i.external_id"},
	"name":                {Column: "i.name"},
	"sku":                 {Column: "i.sku"},
	"variant_external_id": {Column: "i.variant_external_id"},
	"product_id":          {Column: "i.product_id", Kind: Int},
	"product_variant_id":  {Column: "i.product_variant_id", Kind: Int},
	"quantity":            {Column: "i.quantity", Kind: Amount},
	"price_current":       {Column: "i.price_current", Kind: Amount},
	"price_sell":          {Column: "i.price_sell", Kind: Amount},
	"price_original":      {Column: "i.price_original", Kind: Amount},
	"price_margin":        {Column: "i.price_margin", Kind: Amount},
	"price_tax":           {Column: "i.price_tax", Kind: Amount},
	"is_void":             {Column: "i.is_void", Kind: Bool},
	"department":          {Column: "i.department"},
	"created_at":          {Column: "i.created_at", Kind: Time},
	"updated_at":          {Column: "i.updated_at", Kind: Time},
}

// Items lists the items of a transaction.
func (t *Tenant) Items(transactionID int64, l List) (Page[TransactionItem], error) {
	return page(t.Tx, l, itemFields, itemColumns, itemTables+" WHERE i.tenant_id = ? AND i.transaction_id = ?",
		[]any{t.ID, transactionID}, scanItem)
}
