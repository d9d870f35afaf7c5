package loyalty

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// transactionChange is a transaction on its way to a new state: every change of
// one is made by it, so that each is checked, stored, counted and told alike.
type transactionChange struct {
	*aggregator
	rec   store.Transaction
	items []*store.TransactionItem
	// account is that of rec's profile, nil for an anonymous sale; former the one
	// that the sale was taken from.
	account, former *account
	// tierPoints are all that the transaction has given.
	tierPoints []store.TierPoint
	// paidBy is the redemption that rec names, nil when there is none.
	paidBy *paidBy
	// before is the former state; its ID is 0 for a new transaction.
	before  transactionState
	invalid InvalidError
}

// transactionState is a transaction as it is stored.
type transactionState struct {
	store.Transaction
	items map[int64]store.TransactionItem
	json  []byte
}

func newTransactionChange(t *store.Tenant) (*transactionChange, error) {
	a, err := newAggregator(t)
	if err != nil {
		return nil, err
	}
	return &transactionChange{aggregator: a}, nil
}

// changeTransaction locks a transaction, has change alter it and saves it:
// unless nothing changed, its former state is kept, the aggregations of the
// profiles concerned are computed anew, and transaction.updated tells of it.
func changeTransaction(t *store.Tenant, id int64, change func(*transactionChange) error) (*transactionChange, error) {
	c, err := newTransactionChange(t)
	if err != nil {
		return nil, err
	}
	if err := c.load(id); err != nil {
		return nil, err
	}
	if err := change(c); err != nil {
		return nil, err
	}
	if err := c.invalid.Err(); err != nil {
		return nil, err
	}
	changed, err := c.changed()
	if err != nil || !changed {
		return c, errors.Join(err, c.saveAccount())
	}
	if err := c.update(); err != nil {
		return nil, err
	}
	return c, c.tell(event.TransactionUpdated)
}

// load reads the present state.
func (c *transactionChange) load(id int64) (err error) {
	if c.rec, err = c.t.TransactionForUpdate(id); err != nil {
		return missing(err, "transaction", id)
	}
	items, err := c.t.ItemsOf(id)
	if err != nil {
		return fmt.Errorf("read items: %w", err)
	}
	c.before = transactionState{Transaction: c.rec, items: make(map[int64]store.TransactionItem, len(items))}
	for i := range items {
		c.before.items[items[i].ID] = items[i]
		c.items = append(c.items, &items[i])
	}
	if err := c.readLocations([]Sale{c.rec.Sale}, store.Joining{}); err != nil {
		return err
	}
	if err := c.loadRedemption(); err != nil {
		return err
	}
	if c.tierPoints, err = c.t.TierPointsOfTransaction(id); err != nil {
		return fmt.Errorf("read tier points: %w", err)
	}
	if c.rec.ProfileID != "" {
		if c.account, err = openAccount(c.t, string(c.rec.ProfileID)); err != nil && !isNotFound(err) {
			return err
		}
	}
	c.before.json, err = plainJSON(c.resource())
	return err
}

// saveAccount stores what fell due when the account was opened.
func (c *transactionChange) saveAccount() error {
	if c.account == nil {
		return nil
	}
	return c.account.save()
}

func isNotFound(err error) bool {
	var missing *NotFoundError
	return errors.As(err, &missing)
}

// take makes a request's input the new state. Of the items that it does not
// name, keepItems keeps the present ones.
func (c *transactionChange) take(in TransactionInput, keepItems bool) error {
	targets, err := c.matchItems(in.Items)
	if err != nil {
		return err
	}
	in.check(&c.invalid, c.t.Now())
	if err := c.invalid.Err(); err != nil {
		return err
	}
	if err := c.setProfile(in.ProfileID, in.ProfileIDHandle); err != nil {
		return err
	}
	if err := c.setLocation(in.LocationID); err != nil {
		return err
	}
	if err := c.setRedemption(in.RedemptionID); err != nil {
		return err
	}
	c.setFields(&in)
	if in.Items != nil {
		if err := c.setItems(in.Items, targets, keepItems); err != nil {
			return err
		}
	}
	c.derive()
	return c.invalid.Err()
}

func (c *transactionChange) setFields(in *TransactionInput) {
	r := &c.rec
	r.ExternalID, r.Total, r.TotalOriginal = in.ExternalID, *in.Total, in.TotalOriginal
	r.Rounding, r.Margin, r.Currency = in.Rounding, in.Margin, in.Currency
	if r.Currency == "" {
		r.Currency = scalar.Text(c.tenant.Currency)
	}
	r.TransactedAt, r.Timezone, r.Type, r.Status = in.TransactedAt, string(in.Timezone), in.Type, in.Status
	r.IsVoid, r.NeedAction = in.IsVoid, in.NeedAction
	r.ReceiptRef, r.LinkedReceiptRef, r.OrderNumber = in.ReceiptRef, in.LinkedReceiptRef, in.OrderNumber
	r.Details = store.TransactionDetails{
		ExternalOrderID: in.ExternalOrderID, OrderID: in.OrderID, StaffID: in.StaffID,
		OrganisationID: in.OrganisationID, RedemptionID: in.RedemptionID, Tender: in.Tender,
		ReceiptIsEmail: in.ReceiptIsEmail, ReceiptEmail: in.ReceiptEmail, CurrencyValue: in.CurrencyValue,
		Tags: in.Tags, Systems: in.Systems, Payments: in.Payments, Fees: in.Fees,
		CustomFields: in.CustomFields, Meta: in.Meta,
	}
}

// setProfile finds the profile that a request names. Moves of two sales in
// opposite directions may wait for each other: PostgreSQL aborts one of them,
// and the store runs it again.
func (c *transactionChange) setProfile(key, handle scalar.Text) error {
	if key == c.rec.ProfileID && (handle == "" || key == "") {
		return nil
	}
	former := c.rec.ProfileID
	if c.account != nil {
		c.former = c.account
	}
	c.account, c.rec.ProfileID = nil, ""
	if key == "" {
		c.rec.ClaimedAt = scalar.Time{}
		return nil
	}
	id, err := findProfile(c.t, string(key), string(handle))
	if err == nil {
		err = c.open(id)
	}
	if isNotFound(err) {
		c.invalid.Add("profile_id", "The selected profile id is invalid.")
		return nil
	}
	if err != nil {
		return err
	}
	c.rec.ProfileID = scalar.Text(id)
	if c.before.ID != 0 && former == "" {
		c.rec.ClaimedAt = c.t.Now()
	}
	return nil
}

// open opens the account of the profile that the transaction is to have, which
// may be the one that it had.
func (c *transactionChange) open(id string) (err error) {
	if c.former != nil && c.former.rec.ProfileID == id {
		c.account, c.former = c.former, nil
		return nil
	}
	c.account, err = openAccount(c.t, id)
	return err
}

// findProfile returns the id of the profile with a key as API v3 takes it.
func findProfile(t *store.Tenant, key, handle string) (string, error) {
	switch handle {
	case "", "id", "profile_id":
		return strings.ToLower(key), nil
	case "email":
		return FindByEmail(t, key)
	}
	return FindByIdentity(t, handle, key)
}

// setLocation finds the location that a request names.
func (c *transactionChange) setLocation(key scalar.Text) error {
	if key == locationKey(c.rec.LocationID) {
		return nil
	}
	c.rec.LocationID = 0
	if key == "" {
		return nil
	}
	l, err := FindLocation(c.t, string(key))
	if isNotFound(err) {
		c.invalid.Add("location_id", "The selected location id is invalid.")
		return nil
	}
	if err != nil {
		return fmt.Errorf("find location: %w", err)
	}
	c.locations[l.ID] = l
	c.rec.LocationID = scalar.Int(l.ID)
	return nil
}

// locationKey is how a request names the location with an id.
func locationKey(id scalar.Int) scalar.Text {
	if id == 0 {
		return ""
	}
	return scalar.Text(strconv.FormatInt(int64(id), 10))
}

// derive computes what aggregations read from the transaction and its items.
func (c *transactionChange) derive() {
	r := &c.rec
	zone, err := loadZone(r.Timezone)
	if err != nil {
		zone = c.zone // the zones of this machine changed since it was checked
	}
	r.ShoppedOn = scalar.DateOf(r.TransactedAt.In(zone))
	r.Net, r.Discount, r.Brands, r.Channels = r.Total, 0, nil, 0
	discounted := false
	for _, i := range c.items {
		discounted = discounted || len(i.Details.Discounts) > 0
		if i.IsVoid {
			r.Net -= i.Quantity.Mul(i.PriceSell)
			continue
		}
		if brand := string(i.Product.Brand); brand != "" {
			if r.Brands == nil {
				r.Brands = map[string]scalar.Amount{}
			}
			r.Brands[brand] += i.Quantity
		}
		if i.Quantity > 0 {
			for _, d := range i.Details.Discounts {
				r.Discount += d.Amount
			}
		}
	}
	if !discounted && r.TotalOriginal != nil && r.Total > 0 {
		r.Discount = max(0, *r.TotalOriginal-r.Total)
	}
	for _, system := range r.Details.Systems {
		r.Channels |= channelOf(system)
	}
}

// changed reports whether the new state looks different from the former one.
func (c *transactionChange) changed() (bool, error) {
	after, err := plainJSON(c.resource())
	return !bytes.Equal(c.before.json, after), err
}
