package loyalty

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/store"
)

// ReadTransaction returns one transaction.
func ReadTransaction(t *store.Tenant, id int64) (event.Transaction, error) {
	x, err := t.Transaction(id)
	if err != nil {
		return event.Transaction{}, missing(err, "transaction", id)
	}
	shown, err := showTransactions(t, []store.Transaction{x})
	if err != nil {
		return event.Transaction{}, err
	}
	return shown[0], nil
}

// TransactionByExternalID returns the transaction with another system's id.
func TransactionByExternalID(t *store.Tenant, externalID string) (event.Transaction, error) {
	id, err := t.TransactionIDByExternalID(externalID)
	if err != nil {
		return event.Transaction{}, missing(err, "transaction", externalID)
	}
	return ReadTransaction(t, id)
}

// ListTransactions returns a page of transactions.
func ListTransactions(t *store.Tenant, l store.List) (store.Page[event.Transaction], error) {
	p, err := t.Transactions(transactionFilters(l))
	return showPage(t, p, err)
}

// ListProfileTransactions returns a page of a profile's transactions.
func ListProfileTransactions(t *store.Tenant, profileID string, l store.List) (store.Page[event.Transaction], error) {
	if _, _, err := t.AggregationsOf(strings.ToLower(profileID)); err != nil {
		return store.Page[event.Transaction]{}, missing(err, "profile", profileID)
	}
	p, err := t.TransactionsOf(strings.ToLower(profileID), transactionFilters(l))
	return showPage(t, p, err)
}

// transactionFilters gives the filters the forms in which the values are kept.
func transactionFilters(l store.List) store.List {
	filters := make([]store.Filter, len(l.Filters))
	for i, f := range l.Filters {
		switch f.Field {
		case "profile_id", "profile.email":
			f.Value = strings.ToLower(f.Value)
		case "tags.handle":
			f.Value = strings.Join(strings.Fields(f.Value), "-")
		}
		filters[i] = f
	}
	l.Filters = filters
	return l
}

func showPage(t *store.Tenant, p store.Page[store.Transaction], err error) (store.Page[event.Transaction], error) {
	out := store.Page[event.Transaction]{Total: p.Total, Offset: p.Offset, Size: p.Size}
	if err != nil {
		return out, err
	}
	out.Items, err = showTransactions(t, p.Items)
	return out, err
}

// showTransactions joins transactions with what their resources show.
func showTransactions(t *store.Tenant, recs []store.Transaction) ([]event.Transaction, error) {
	ids := make([]int64, len(recs))
	at := make(map[int64]int, len(recs))
	sales := make([]Sale, len(recs))
	var profiles []string
	var redemptions []int64
	for i, x := range recs {
		ids[i], at[x.ID], sales[i] = x.ID, i, x.Sale
		if x.ProfileID != "" {
			profiles = append(profiles, string(x.ProfileID))
		}
		if x.Details.RedemptionID != 0 {
			redemptions = append(redemptions, int64(x.Details.RedemptionID))
		}
	}
	rows, err := t.ItemsOf(ids...)
	if err != nil {
		return nil, fmt.Errorf("read items: %w", err)
	}
	items := make([][]*store.TransactionItem, len(recs))
	for i := range rows {
		n := at[rows[i].TransactionID]
		items[n] = append(items[n], &rows[i])
	}
	a := &aggregator{t: t, locations: map[int64]store.Location{}}
	if err := a.readLocations(sales, store.Joining{}); err != nil {
		return nil, err
	}
	emails, err := t.EmailsOf(profiles...)
	if err != nil {
		return nil, fmt.Errorf("read emails: %w", err)
	}
	tierPoints, err := t.TierPointsOfTransaction(ids...)
	if err != nil {
		return nil, fmt.Errorf("read tier points: %w", err)
	}
	paid, err := readPaidBy(t, redemptions...)
	if err != nil {
		return nil, err
	}
	out := make([]event.Transaction, len(recs))
	for i := range recs {
		out[i] = showTransaction(&recs[i], items[i], a.locations)
		if email, ok := emails[string(recs[i].ProfileID)]; ok {
			out[i].Profile = &event.TransactionProfile{Email: email}
		}
	}
	for i := range recs {
		paid[int64(recs[i].Details.RedemptionID)].show(&out[i])
	}
	for i := range tierPoints {
		x := &out[at[int64(tierPoints[i].TransactionID)]]
		x.TierPoints = append(x.TierPoints, showTierPoint(&tierPoints[i], t.Now()))
	}
	return out, nil
}

// resource returns the transaction as API v3 shows it.
func (c *transactionChange) resource() event.Transaction {
	x := showTransaction(&c.rec, c.items, c.locations)
	if c.account != nil {
		x.Profile = &event.TransactionProfile{Email: c.account.profile.rec.Email}
	}
	c.paidBy.show(&x)
	for i := range c.tierPoints {
		x.TierPoints = append(x.TierPoints, showTierPoint(&c.tierPoints[i], c.t.Now()))
	}
	return x
}

func showTransaction(r *store.Transaction, items []*store.TransactionItem, locations map[int64]store.Location) event.Transaction {
	d := &r.Details
	x := event.Transaction{
		ID: r.ID, ExternalID: r.ExternalID, ExternalOrderID: d.ExternalOrderID, OrderID: d.OrderID,
		OrderNumber: r.OrderNumber, ProfileID: r.ProfileID, LocationID: r.LocationID, StaffID: d.StaffID,
		OrganisationID: d.OrganisationID, Total: r.Total, TotalOriginal: r.TotalOriginal, Rounding: r.Rounding,
		Margin: r.Margin, Fees: orJSON(d.Fees, "[]"), Currency: r.Currency, CurrencyValues: []event.TransactionCurrency{},
		Type: r.Type, Status: r.Status, IsVoid: r.IsVoid, NeedAction: r.NeedAction, TransactedAt: r.TransactedAt,
		Timezone: r.Timezone, ClaimedAt: r.ClaimedAt, ReceiptRef: r.ReceiptRef, LinkedReceiptRef: r.LinkedReceiptRef,
		ReceiptIsEmail: d.ReceiptIsEmail, ReceiptEmail: d.ReceiptEmail, Tender: d.Tender, Tags: orEmpty(d.Tags),
		Systems: orEmpty(d.Systems), Payments: orJSON(d.Payments, "[]"),
		Items:        make([]event.TransactionItem, len(items)),
		RedemptionID: d.RedemptionID, ReversedRedemptions: []event.RedemptionRef{}, TierPoints: []event.TierPoint{},
		CustomFields: orJSON(d.CustomFields, "[]"), Meta: orJSON(d.Meta, "{}"),
		CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
	}
	if l, ok := locations[int64(r.LocationID)]; ok {
		shown := showLocation(l)
		x.Location = &shown
	}
	if d.StaffID != "" {
		x.Staff = &event.TransactionStaff{ID: string(d.StaffID)}
	}
	if v := d.CurrencyValue; v != nil {
		converted := r.Total.Mul(v.Rate)
		x.CurrencyRate, x.TotalConverted = &v.Rate, &converted
		x.CurrencyValues = append(x.CurrencyValues, event.TransactionCurrency{CurrencyValue: *v, Total: converted})
	}
	for n, i := range items {
		x.Items[n] = showItem(i)
	}
	return x
}

func showItem(i *store.TransactionItem) event.TransactionItem {
	shown := event.TransactionItem{
		ID: i.ID, TransactionID: i.TransactionID, ExternalID: i.ExternalID, Name: i.Name, Quantity: i.Quantity,
		IsReturn: i.Quantity < 0, IsVoid: i.IsVoid, PriceCurrent: i.PriceCurrent, PriceSell: i.PriceSell,
		PriceOriginal: i.PriceOriginal, PriceMargin: i.PriceMargin, PriceTax: i.PriceTax,
		Discounts: orEmpty(i.Details.Discounts), Department: i.Department, SKU: i.SKU, Barcode: i.Barcode,
		VariantExternalID: i.VariantExternalID, ProductID: i.ProductID, ProductVariantID: i.ProductVariantID,
		ProductImages: orJSON(i.Details.ProductImages, "[]"), Meta: orJSON(i.Details.Meta, "{}"),
		CreatedAt: i.CreatedAt, UpdatedAt: i.UpdatedAt,
	}
	if i.ProductID != 0 {
		shown.Product = &event.ItemProduct{
			Title: i.Product.Title, Department: i.Product.Department, Brand: i.Product.Brand,
		}
	}
	return shown
}

// orJSON returns free JSON, or what stands for none.
func orJSON(raw json.RawMessage, none string) json.RawMessage {
	if raw == nil || string(raw) == "null" {
		return json.RawMessage(none)
	}
	return raw
}
