package event

import (
	"encoding/json"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// Transaction is a completed sale, return or exchange, as Omneo API v3 shows it.
type Transaction struct {
	ID              int64       `json:"id"`
	ExternalID      scalar.Text `json:"external_id"`
	ExternalOrderID scalar.Text `json:"external_order_id"`
	OrderID         scalar.Int  `json:"order_id"`
	OrderNumber     scalar.Text `json:"order_number"`
	// ProfileID and Profile are null for an anonymous sale.
	ProfileID      scalar.Text         `json:"profile_id"`
	Profile        *TransactionProfile `json:"profile"`
	LocationID     scalar.Int          `json:"location_id"`
	Location       *Location           `json:"location"`
	StaffID        scalar.Text         `json:"staff_id"`
	Staff          *TransactionStaff   `json:"staff"`
	OrganisationID scalar.Int          `json:"organisation_id"`

	// Total is what was paid, negative for a return. TotalOriginal is before
	// discounts, TotalConverted in the currency that the client converted to.
	Total          scalar.Amount   `json:"total"`
	TotalOriginal  *scalar.Amount  `json:"total_original"`
	TotalConverted *scalar.Amount  `json:"total_converted"`
	Rounding       *scalar.Amount  `json:"rounding"`
	Margin         *scalar.Amount  `json:"margin"`
	Fees           json.RawMessage `json:"fees"`
	// Currency is an ISO 4217 code.
	Currency       scalar.Text           `json:"currency"`
	CurrencyRate   *scalar.Amount        `json:"currency_rate"`
	CurrencyValues []TransactionCurrency `json:"currency_values"`

	Type       scalar.Text `json:"type"`
	Status     scalar.Text `json:"status"`
	IsVoid     bool        `json:"is_void"`
	NeedAction bool        `json:"need_action"`
	// TransactedAt is in UTC; Timezone is the IANA zone where it took place.
	TransactedAt     scalar.Time     `json:"transacted_at"`
	Timezone         string          `json:"timezone"`
	ClaimedAt        scalar.Time     `json:"claimed_at"`
	ReceiptRef       scalar.Text     `json:"receipt_ref"`
	LinkedReceiptRef scalar.Text     `json:"linked_receipt_ref"`
	ReceiptIsEmail   bool            `json:"receipt_is_email"`
	ReceiptEmail     scalar.Text     `json:"receipt_email"`
	Tender           scalar.Text     `json:"tender"`
	Tags             []string        `json:"tags"`
	Systems          []string        `json:"systems"`
	Payments         json.RawMessage `json:"payments"`

	Items []TransactionItem `json:"items"`

	// Redemption paid for some of it, ReversedRedemptions gave some of that back.
	RedemptionID        scalar.Int      `json:"redemption_id"`
	Redemption          *RedemptionRef  `json:"redemption"`
	ReversedRedemptions []RedemptionRef `json:"reversed_redemptions"`
	// TierPoints are those that it gave, with what was taken back since.
	TierPoints   []TierPoint     `json:"tier_points"`
	CustomFields json.RawMessage `json:"custom_fields"`
	Meta         json.RawMessage `json:"meta"`
	CreatedAt    scalar.Time     `json:"created_at"`
	UpdatedAt    scalar.Time     `json:"updated_at"`
}

// TransactionItem is one line of a transaction. Prices are of one unit and
// include tax.
type TransactionItem struct {
	ID            int64       `json:"id"`
	TransactionID int64       `json:"transaction_id"`
	ExternalID    scalar.Text `json:"external_id"`
	Name          scalar.Text `json:"name"`
	// Quantity is negative for a return.
	Quantity scalar.Amount `json:"quantity"`
	IsReturn bool          `json:"is_return"`
	IsVoid   bool          `json:"is_void"`
	// PriceCurrent is the price on the shelf, PriceSell what was paid after
	// discounts, PriceOriginal the recommended one.
	PriceCurrent      *scalar.Amount   `json:"price_current"`
	PriceSell         scalar.Amount    `json:"price_sell"`
	PriceOriginal     *scalar.Amount   `json:"price_original"`
	PriceMargin       *scalar.Amount   `json:"price_margin"`
	PriceTax          *scalar.Amount   `json:"price_tax"`
	Discounts         []store.Discount `json:"discounts"`
	Department        scalar.Text      `json:"department"`
	SKU               scalar.Text      `json:"sku"`
	Barcode           scalar.Text      `json:"barcode"`
	VariantExternalID scalar.Text      `json:"variant_external_id"`
	ProductID         scalar.Int       `json:"product_id"`
	ProductVariantID  scalar.Int       `json:"product_variant_id"`
	// Product is null when the catalogue does not have the item.
	Product       *ItemProduct    `json:"product"`
	ProductImages json.RawMessage `json:"product_images"`
	Meta          json.RawMessage `json:"meta"`
	CreatedAt     scalar.Time     `json:"created_at"`
	UpdatedAt     scalar.Time     `json:"updated_at"`
}

// ItemProduct is what an item shows of its product.
type ItemProduct struct {
	Title      scalar.Text `json:"title"`
	Department scalar.Text `json:"department"`
	Brand      scalar.Text `json:"brand"`
}

// TransactionProfile is what the resource shows of its profile.
type TransactionProfile struct {
	Email scalar.Text `json:"email"`
}

// TransactionStaff is who made the sale, as far as the client said.
type TransactionStaff struct {
	ID string `json:"id"`
}

// TransactionCurrency is an amount converted into another currency.
type TransactionCurrency struct {
	store.CurrencyValue
	Total scalar.Amount `json:"total"`
}

// TransactionContext is the event context of a transaction. Profile is the
// whole profile, with the aggregations as this transaction left them.
type TransactionContext struct {
	Transaction
	FlattenedTags []string        `json:"flattened_tags"`
	Profile       *ProfileContext `json:"profile"`
}
