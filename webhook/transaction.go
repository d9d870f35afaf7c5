package webhook

import "encoding/json"

// A TransactionContext is the body of transaction.created and transaction.updated. Field names follow Omneo API v3 and
// its event contexts. A return has a negative total.
type TransactionContext struct {
	ID              int64  `json:"id"`
	ExternalID      string `json:"external_id"`
	ExternalOrderID string `json:"external_order_id"`
	OrderID         int64  `json:"order_id"`
	OrderNumber     string `json:"order_number"`

	ProfileID  string          `json:"profile_id"` // UUID; empty for an anonymous sale
	Profile    *ProfileContext `json:"profile"`    // as the transaction left it; nil for an anonymous sale
	LocationID int64           `json:"location_id"`
	Location   *Location       `json:"location"`
	StaffID    string          `json:"staff_id"`
	Staff      *Staff          `json:"staff"`

	OrganisationID int64 `json:"organisation_id"`

	Total          Amount          `json:"total"`
	TotalOriginal  *Amount         `json:"total_original"`
	TotalConverted *Amount         `json:"total_converted"`
	Rounding       *Amount         `json:"rounding"`
	Margin         *Amount         `json:"margin"`
	Fees           json.RawMessage `json:"fees"`
	Currency       string          `json:"currency"` // ISO 4217
	CurrencyID     int64           `json:"currency_id"`
	CurrencyRate   *float64        `json:"currency_rate"`
	CurrencyValues json.RawMessage `json:"currency_values"`

	Type         string `json:"type"`
	Status       string `json:"status"`
	IsVoid       bool   `json:"is_void"`
	NeedAction   bool   `json:"need_action"`
	TransactedAt Time   `json:"transacted_at"`
	Timezone     string `json:"timezone"`   // IANA, where the sale happened
	ClaimedAt    Time   `json:"claimed_at"` // when an anonymous sale found its profile
	DeliverAt    Time   `json:"deliver_at"`
	DueDate      Time   `json:"due_date"`

	ReceiptRef       string `json:"receipt_ref"`
	LinkedReceiptRef string `json:"linked_receipt_ref"`
	ReceiptIsEmail   bool   `json:"receipt_is_email"`
	ReceiptEmail     string `json:"receipt_email"`

	Tags          []string        `json:"tags"`
	FlattenedTags []string        `json:"flattened_tags"`
	Systems       []string        `json:"systems"` // pos, web, …
	Items         []Item          `json:"items"`
	Payments      json.RawMessage `json:"payments"`
	Tender        string          `json:"tender"`

	RedemptionID        int64           `json:"redemption_id"`
	Redemption          json.RawMessage `json:"redemption"`
	ReversedRedemptions json.RawMessage `json:"reversed_redemptions"`
	TierPoints          json.RawMessage `json:"tier_points"`
	Organisation        json.RawMessage `json:"organisation"`
	CustomFields        json.RawMessage `json:"custom_fields"`
	Meta                json.RawMessage `json:"meta"`

	CreatedAt Time `json:"created_at"`
	UpdatedAt Time `json:"updated_at"`
}

func (*TransactionContext) carries(e Event) bool {
	return e == TransactionCreated || e == TransactionUpdated
}

// Validate reports what makes the context unusable.
func (t *TransactionContext) Validate() []FieldError {
	var wrong []FieldError
	if t.ID == 0 {
		wrong = append(wrong, FieldError{"id", "is missing"})
	}
	if t.TransactedAt.IsZero() {
		wrong = append(wrong, FieldError{"transacted_at", "is missing"})
	}
	return append(wrong, validateOwner(t.Profile, t.ProfileID)...)
}

// An Item is one line of a transaction.
type Item struct {
	ID            int64  `json:"id"`
	ExternalID    string `json:"external_id"`
	TransactionID int64  `json:"transaction_id"`
	OrderID       int64  `json:"order_id"`
	ProfileID     string `json:"profile_id"`
	Name          string `json:"name"`

	Quantity    Amount  `json:"quantity"` // negative for a return
	QuantityAbs *Amount `json:"quantity_abs"`
	IsReturn    bool    `json:"is_return"`
	IsVoid      bool    `json:"is_void"`
	IsOrderVoid bool    `json:"is_order_void"`

	PriceCurrent  Amount     `json:"price_current"` // on the shelf, with tax
	PriceSell     Amount     `json:"price_sell"`    // paid after discounts, with tax
	PriceOriginal *Amount    `json:"price_original"`
	PriceMargin   *Amount    `json:"price_margin"`
	PriceTax      *Amount    `json:"price_tax"`
	Discounts     []Discount `json:"discounts"`

	Department                string          `json:"department"`
	SKU                       string          `json:"sku"`
	ItemSKU                   string          `json:"item_sku"`
	Barcode                   string          `json:"barcode"`
	ProductID                 int64           `json:"product_id"`
	Product                   *Product        `json:"product"`
	ProductVariantID          int64           `json:"product_variant_id"`
	ProductVariantSKU         string          `json:"product_variant_sku"`
	ProductVariantDescription string          `json:"product_variant_description"`
	ProductVariant            *ProductVariant `json:"product_variant"`
	VariantExternalID         string          `json:"variant_external_id"`
	ProductOptions            json.RawMessage `json:"product_options"`
	ProductImages             json.RawMessage `json:"product_images"`

	Tags         []string        `json:"tags"`
	CustomFields json.RawMessage `json:"custom_fields"`
	Meta         json.RawMessage `json:"meta"`
	CreatedAt    Time            `json:"created_at"`
	UpdatedAt    Time            `json:"updated_at"`
}

// A Discount is one reason why an item cost less.
type Discount struct {
	Amount     Amount `json:"amount"`
	ReasonDesc string `json:"reason_desc"`
}

// A Product is what an item is one of.
type Product struct {
	ID          int64  `json:"id"`
	Title       string `json:"title"`
	Handle      string `json:"handle"`
	ExternalID  string `json:"external_id"`
	Department  string `json:"department"`
	Brand       string `json:"brand"`
	Description string `json:"description"`
}

// A ProductVariant is the size, colour or pack of a product that was sold.
type ProductVariant struct {
	ID          int64   `json:"id"`
	ProductID   int64   `json:"product_id"`
	ExternalID  string  `json:"external_id"`
	SKU         string  `json:"sku"`
	Barcode     string  `json:"barcode"`
	Title       string  `json:"title"`
	Brand       string  `json:"brand"`
	Category    string  `json:"category"`
	Subcategory string  `json:"subcategory"`
	Price       *Amount `json:"price"`
}
