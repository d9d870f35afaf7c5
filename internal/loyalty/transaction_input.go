package loyalty

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// TransactionInput is what a request says about a transaction, with the names
// of Omneo API v3.
type TransactionInput struct {
	ExternalID scalar.Text `json:"external_id" doc:"unique"`
	// ProfileID is a profile's id, or what ProfileIDHandle says: its email, or
	// its identifier in the system of that handle. Null is an anonymous sale.
	ProfileID       scalar.Text `json:"profile_id"`
	ProfileIDHandle scalar.Text `json:"profile_id_handle" doc:"email, or the handle of an identity"`
	// LocationID is a location's id, or else its external id, or else its
	// external code.
	LocationID scalar.Text `json:"location_id"`

	Total         *scalar.Amount       `json:"total" required:"true" doc:"negative for a return"`
	TotalOriginal *scalar.Amount       `json:"total_original"`
	Rounding      *scalar.Amount       `json:"rounding"`
	Margin        *scalar.Amount       `json:"margin"`
	Currency      scalar.Text          `json:"currency" doc:"ISO 4217 code; the tenant's when not given"`
	CurrencyValue *store.CurrencyValue `json:"currency_value"`

	TransactedAt scalar.Time `json:"transacted_at" required:"true" doc:"UTC"`
	Timezone     scalar.Text `json:"timezone" required:"true" doc:"IANA zone where it took place"`
	Type         scalar.Text `json:"type"`
	Status       scalar.Text `json:"status"`
	IsVoid       bool        `json:"is_void"`
	NeedAction   bool        `json:"need_action"`

	ReceiptRef       scalar.Text `json:"receipt_ref"`
	LinkedReceiptRef scalar.Text `json:"linked_receipt_ref"`
	ReceiptIsEmail   bool        `json:"receipt_is_email"`
	ReceiptEmail     scalar.Text `json:"receipt_email"`
	OrderNumber      scalar.Text `json:"order_number"`
	OrderID          scalar.Int  `json:"order_id"`
	ExternalOrderID  scalar.Text `json:"external_order_id"`
	StaffID          scalar.Text `json:"staff_id"`
	OrganisationID   scalar.Int  `json:"organisation_id"`
	RedemptionID     scalar.Int  `json:"redemption_id"`
	Tender           scalar.Text `json:"tender"`

	Tags         []string        `json:"tags"`
	Systems      []string        `json:"systems" doc:"where it comes from, e.g. pos or web"`
	Payments     json.RawMessage `json:"payments"`
	Fees         json.RawMessage `json:"fees"`
	CustomFields json.RawMessage `json:"custom_fields"`
	Meta         json.RawMessage `json:"meta"`

	// Items is nil when the request does not speak of them.
	Items []ItemInput `json:"items"`
}

// UnmarshalJSON reads a request onto the input: what it leaves out stays as it
// is. Without items, the items stay.
func (in *TransactionInput) UnmarshalJSON(data []byte) error {
	// Decoded elements would keep the fields of those before them.
	in.Items = nil
	type plain TransactionInput
	return json.Unmarshal(data, (*plain)(in))
}

// ItemInput is what a request says about an item. In a list, ID or else
// ExternalID picks an existing item to change.
type ItemInput struct {
	ID            scalar.Int     `json:"id"`
	ExternalID    scalar.Text    `json:"external_id"`
	Name          scalar.Text    `json:"name"`
	Quantity      *scalar.Amount `json:"quantity" required:"true" doc:"negative for a return"`
	IsReturn      bool           `json:"is_return"`
	IsVoid        bool           `json:"is_void"`
	PriceCurrent  *scalar.Amount `json:"price_current" doc:"price of one on the shelf, with tax"`
	PriceSell     *scalar.Amount `json:"price_sell" required:"true" doc:"price paid for one after discounts, with tax"`
	PriceOriginal *scalar.Amount `json:"price_original" doc:"recommended price of one"`
	PriceMargin   *scalar.Amount `json:"price_margin"`
	PriceTax      *scalar.Amount `json:"price_tax"`
	Discounts     Discounts      `json:"discounts"`
	Department    scalar.Text    `json:"department"`

	SKU               scalar.Text `json:"sku"`
	Barcode           scalar.Text `json:"barcode"`
	VariantExternalID scalar.Text `json:"variant_external_id"`
	// The catalogue's entry is named by ProductVariantID, ProductVariantSKU,
	// ProductVariant (which makes it when there is none yet) or SKU.
	ProductID         scalar.Int    `json:"product_id"`
	ProductVariantID  scalar.Int    `json:"product_variant_id"`
	ProductVariantSKU scalar.Text   `json:"product_variant_sku"`
	ProductVariant    *VariantInput `json:"product_variant"`

	ProductImages json.RawMessage `json:"product_images"`
	Meta          json.RawMessage `json:"meta"`

	// body is the JSON that it was read from.
	body json.RawMessage
}

// VariantInput describes an entry of the catalogue. ProductID is the product's
// id or external id.
type VariantInput struct {
	ProductID   scalar.Text    `json:"product_id"`
	SKU         scalar.Text    `json:"sku"`
	Barcode     scalar.Text    `json:"barcode"`
	Title       scalar.Text    `json:"title"`
	Brand       scalar.Text    `json:"brand"`
	Department  scalar.Text    `json:"department"`
	Category    scalar.Text    `json:"category"`
	Subcategory scalar.Text    `json:"subcategory"`
	Price       *scalar.Amount `json:"price"`
}

// Discounts is a list of discounts; a single one may stand without the list.
type Discounts []store.Discount

// UnmarshalJSON implements json.Unmarshaler.
func (d *Discounts) UnmarshalJSON(data []byte) error {
	if data[0] == '{' {
		var one store.Discount
		err := json.Unmarshal(data, &one)
		*d = Discounts{one}
		return err
	}
	var list []store.Discount
	err := json.Unmarshal(data, &list)
	*d = list
	return err
}

const (
	maxItems = 1000
	// maxMoney and maxQuantity keep every sum within an Amount.
	maxMoney    = 1_000_000_000 * scalar.One
	maxQuantity = 100_000 * scalar.One
	// maxAhead is how far a till's clock may be ahead of ours. A sale of another
	// century would be its profile's latest for good.
	maxAhead = 24 * time.Hour
)

// check normalises the input and notes what is wrong with it.
func (in *TransactionInput) check(invalid *InvalidError, now scalar.Time) {
	if in.Total == nil {
		invalid.Add("total", "The total field is required.")
	}
	switch at := in.TransactedAt; {
	case at.IsZero():
		invalid.Add("transacted_at", "The transacted at field is required.")
	case at.Year() < 1900:
		invalid.Add("transacted_at", "The transacted at must not be before 1900.")
	case at.After(now.Add(maxAhead)):
		invalid.Add("transacted_at", "The transacted at must not be more than a day in the future.")
	}
	checkRequired(invalid, "timezone", &in.Timezone, 64)
	if in.Timezone != "" {
		checkZone(invalid, "timezone", string(in.Timezone))
	}
	in.checkTexts(invalid)
	checkMoney(invalid, "total", in.Total)
	checkMoney(invalid, "total_original", in.TotalOriginal)
	checkMoney(invalid, "rounding", in.Rounding)
	checkMoney(invalid, "margin", in.Margin)
	in.Tags = normalTags(in.Tags)
	checkTags(invalid, in.Tags)
	in.Systems = normalTags(in.Systems)
	if len(in.Systems) > maxTags {
		invalid.Add("systems", "The systems may not have more than %d items.", maxTags)
	}
	checkJSON(invalid, "payments", &in.Payments)
	checkJSON(invalid, "fees", &in.Fees)
	checkJSON(invalid, "custom_fields", &in.CustomFields)
	checkJSON(invalid, "meta", &in.Meta)
	if len(in.Items) > maxItems {
		invalid.Add("items", "The items may not have more than %d items.", maxItems)
		return
	}
	for i := range in.Items {
		in.Items[i].check(invalid, fmt.Sprintf("items.%d.", i))
	}
}

func (in *TransactionInput) checkTexts(invalid *InvalidError) {
	checkText(invalid, "external_id", &in.ExternalID, 191)
	checkText(invalid, "profile_id", &in.ProfileID, 191)
	checkText(invalid, "profile_id_handle", &in.ProfileIDHandle, 191)
	checkText(invalid, "location_id", &in.LocationID, 191)
	checkText(invalid, "type", &in.Type, 191)
	checkText(invalid, "status", &in.Status, 191)
	checkText(invalid, "receipt_ref", &in.ReceiptRef, 191)
	checkText(invalid, "linked_receipt_ref", &in.LinkedReceiptRef, 191)
	checkText(invalid, "receipt_email", &in.ReceiptEmail, 320)
	checkText(invalid, "order_number", &in.OrderNumber, 191)
	checkText(invalid, "external_order_id", &in.ExternalOrderID, 191)
	checkText(invalid, "staff_id", &in.StaffID, 191)
	checkText(invalid, "tender", &in.Tender, 191)
	in.Currency = checkCurrency(invalid, "currency", in.Currency)
	if v := in.CurrencyValue; v != nil {
		v.From = string(checkCurrency(invalid, "currency_value.from", scalar.Text(v.From)))
		v.To = string(checkCurrency(invalid, "currency_value.to", scalar.Text(v.To)))
		if v.Rate <= 0 || v.Rate > maxQuantity {
			invalid.Add("currency_value.rate", "The rate must be greater than 0 and not greater than 100000.")
		}
	}
}

// check normalises an item; prefix is its place in the request.
func (in *ItemInput) check(invalid *InvalidError, prefix string) {
	checkText(invalid, prefix+"external_id", &in.ExternalID, 191)
	checkText(invalid, prefix+"name", &in.Name, 500)
	checkText(invalid, prefix+"department", &in.Department, 191)
	checkText(invalid, prefix+"sku", &in.SKU, 191)
	checkText(invalid, prefix+"barcode", &in.Barcode, 191)
	checkText(invalid, prefix+"variant_external_id", &in.VariantExternalID, 191)
	checkText(invalid, prefix+"product_variant_sku", &in.ProductVariantSKU, 191)
	in.checkQuantity(invalid, prefix)
	if in.PriceSell == nil {
		invalid.Add(prefix+"price_sell", "The price sell field is required.")
	}
	checkMoney(invalid, prefix+"price_sell", in.PriceSell)
	checkMoney(invalid, prefix+"price_current", in.PriceCurrent)
	checkMoney(invalid, prefix+"price_original", in.PriceOriginal)
	checkMoney(invalid, prefix+"price_margin", in.PriceMargin)
	checkMoney(invalid, prefix+"price_tax", in.PriceTax)
	for i := range in.Discounts {
		checkMoney(invalid, fmt.Sprintf("%sdiscounts.%d.amount", prefix, i), &in.Discounts[i].Amount)
		checkText(invalid, fmt.Sprintf("%sdiscounts.%d.reason_desc", prefix, i), &in.Discounts[i].ReasonDesc, 500)
	}
	if v := in.ProductVariant; v != nil {
		v.check(invalid, prefix+"product_variant.")
	}
	checkJSON(invalid, prefix+"product_images", &in.ProductImages)
	checkJSON(invalid, prefix+"meta", &in.Meta)
}

func (in *ItemInput) checkQuantity(invalid *InvalidError, prefix string) {
	switch q := in.Quantity; {
	case q == nil:
		invalid.Add(prefix+"quantity", "The quantity field is required.")
	case *q > maxQuantity || *q < -maxQuantity:
		invalid.Add(prefix+"quantity", "The quantity must be between -100000 and 100000.")
	case in.IsReturn && *q > 0:
		invalid.Add(prefix+"quantity", "The quantity must be negative when is return is true.")
	case in.PriceSell != nil && abs(q.Mul(*in.PriceSell)) > maxMoney:
		invalid.Add(prefix+"quantity", "The quantity times the price must be between -1000000000 and 1000000000.")
	}
}

func (v *VariantInput) check(invalid *InvalidError, prefix string) {
	checkText(invalid, prefix+"product_id", &v.ProductID, 191)
	checkText(invalid, prefix+"sku", &v.SKU, 191)
	checkText(invalid, prefix+"barcode", &v.Barcode, 191)
	checkText(invalid, prefix+"title", &v.Title, 500)
	checkText(invalid, prefix+"brand", &v.Brand, 191)
	checkText(invalid, prefix+"department", &v.Department, 191)
	checkText(invalid, prefix+"category", &v.Category, 191)
	checkText(invalid, prefix+"subcategory", &v.Subcategory, 191)
	checkMoney(invalid, prefix+"price", v.Price)
}

func checkMoney(invalid *InvalidError, field string, a *scalar.Amount) {
	if a != nil && abs(*a) > maxMoney {
		invalid.Add(field, "The %s must be between -1000000000 and 1000000000.", label(field))
	}
}

func abs(a scalar.Amount) scalar.Amount { return max(a, -a) }

// checkCurrency returns a currency's code in capitals.
func checkCurrency(invalid *InvalidError, field string, code scalar.Text) scalar.Text {
	code = scalar.Text(strings.ToUpper(strings.TrimSpace(string(code))))
	if code == "" {
		return ""
	}
	if len(code) != 3 || strings.Trim(string(code), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		invalid.Add(field, "The %s must be a valid ISO 4217 code.", label(field))
	}
	return code
}

// maxJSON bounds free JSON, in bytes.
const maxJSON = 64 << 10

// checkJSON takes a JSON list or object as it is, but for white space; null is
// nothing.
func checkJSON(invalid *InvalidError, field string, raw *json.RawMessage) {
	if *raw == nil {
		return
	}
	*raw = compactJSON(*raw)
	switch v := *raw; {
	case v == nil:
	case v[0] != '{' && v[0] != '[':
		invalid.Add(field, "The %s must be an object or an array.", label(field))
	case len(v) > maxJSON:
		invalid.Add(field, "The %s may not be greater than %d bytes.", label(field), maxJSON)
	case !utf8.Valid(v):
		invalid.Add(field, "The %s must be valid UTF-8.", label(field))
	}
}
