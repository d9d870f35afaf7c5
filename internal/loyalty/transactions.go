package loyalty

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// CreateTransaction records a sale with its items and gives its profile what it
// earns; transaction.created tells of it, with the profile as the sale leaves it.
// An anonymous sale that a profile has claimed already becomes the profile's.
func CreateTransaction(t *store.Tenant, in TransactionInput) (event.Transaction, error) {
	c, err := newTransactionChange(t)
	if err != nil {
		return event.Transaction{}, err
	}
	if err := c.take(in, false); err != nil {
		return event.Transaction{}, err
	}
	if err := c.insert(); err != nil {
		return event.Transaction{}, err
	}
	if err := c.tell(event.TransactionCreated); err != nil {
		return event.Transaction{}, err
	}
	if claimed, err := c.claimed(); err != nil {
		return event.Transaction{}, err
	} else if claimed != nil {
		c = claimed
	}
	return c.resource(), nil
}

// UpdateTransaction has patch overlay the present state, for which
// json.Unmarshal of a request's body does: what it leaves out stays, null
// clears. A list of items becomes the new items: those with the id or the
// external id of a present one change it, those without either are the present
// one that they repeat, the others are added. The former state is kept, and
// transaction.updated tells of the change, if there was one.
func UpdateTransaction(t *store.Tenant, id int64, patch func(*TransactionInput) error) (event.Transaction, error) {
	return updateTransaction(t, id, false, patch)
}

func updateTransaction(t *store.Tenant, id int64, keepItems bool, patch func(*TransactionInput) error) (event.Transaction, error) {
	c, err := changeTransaction(t, id, func(c *transactionChange) error {
		in := c.input()
		if err := patch(&in); err != nil {
			return err
		}
		return c.take(in, keepItems)
	})
	if err != nil {
		return event.Transaction{}, err
	}
	return c.resource(), nil
}

// Upsert says which transaction an upsert means, beside what it says of it.
type Upsert struct {
	ID         scalar.Int  `json:"id"`
	ExternalID scalar.Text `json:"external_id"`
	// DeleteExistingItems takes the items away that the request does not name.
	DeleteExistingItems bool `json:"delete_existing_items"`
}

// UpsertTransaction updates the transaction with the id, or else the external
// id, and records a new one when there is none. patch is called with the
// present state or an empty one. Items that the request does not name stay,
// unless DeleteExistingItems. created says which of the two it did.
func UpsertTransaction(t *store.Tenant, which Upsert, patch func(*TransactionInput) error) (_ event.Transaction, created bool, err error) {
	id := int64(which.ID)
	if id == 0 && which.ExternalID != "" {
		id, err = t.TransactionIDByExternalID(strings.TrimSpace(string(which.ExternalID)))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return event.Transaction{}, false, fmt.Errorf("find transaction: %w", err)
		}
	}
	if id != 0 {
		x, err := updateTransaction(t, id, !which.DeleteExistingItems, patch)
		return x, false, err
	}
	var in TransactionInput
	if err := patch(&in); err != nil {
		return event.Transaction{}, false, err
	}
	x, err := CreateTransaction(t, in)
	return x, true, err
}

// UnattachTransaction takes a transaction from a profile and makes it an
// anonymous one; transaction.updated tells of it.
func UnattachTransaction(t *store.Tenant, profileID string, id int64) (event.Transaction, error) {
	c, err := changeTransaction(t, id, func(c *transactionChange) error {
		if !strings.EqualFold(string(c.rec.ProfileID), profileID) {
			return &NotFoundError{Resource: "transaction", ID: fmt.Sprint(id)}
		}
		return c.setProfile("", "")
	})
	if err != nil {
		return event.Transaction{}, err
	}
	return c.resource(), nil
}

// DeleteTransaction removes a transaction with its items. What it gave is taken
// back, and the profile's aggregations are computed without it; no event tells
// of it.
func DeleteTransaction(t *store.Tenant, id int64) error {
	c, err := newTransactionChange(t)
	if err != nil {
		return err
	}
	if c.before.Transaction, err = t.TransactionForUpdate(id); err != nil {
		return missing(err, "transaction", id)
	}
	if c.tierPoints, err = t.TierPointsOfTransaction(id); err != nil {
		return fmt.Errorf("read tier points: %w", err)
	}
	c.rec = c.before.Transaction
	c.rec.ProfileID = ""
	if err := t.DeleteTransaction(id); err != nil {
		return fmt.Errorf("delete transaction: %w", err)
	}
	return c.leave()
}

// input returns the present state as a request would give it. It shares
// nothing with the record that decoding could write to.
func (c *transactionChange) input() TransactionInput {
	r, d := &c.rec, &c.rec.Details
	return TransactionInput{
		ExternalID: r.ExternalID, ProfileID: r.ProfileID, LocationID: locationKey(r.LocationID),
		Total: copied(&r.Total), TotalOriginal: copied(r.TotalOriginal), Rounding: copied(r.Rounding),
		Margin: copied(r.Margin), Currency: r.Currency, CurrencyValue: copied(d.CurrencyValue),
		TransactedAt: r.TransactedAt, Timezone: scalar.Text(r.Timezone), Type: r.Type, Status: r.Status,
		IsVoid: r.IsVoid, NeedAction: r.NeedAction, ReceiptRef: r.ReceiptRef, LinkedReceiptRef: r.LinkedReceiptRef,
		ReceiptIsEmail: d.ReceiptIsEmail, ReceiptEmail: d.ReceiptEmail, OrderNumber: r.OrderNumber,
		OrderID: d.OrderID, ExternalOrderID: d.ExternalOrderID, StaffID: d.StaffID,
		OrganisationID: d.OrganisationID, RedemptionID: d.RedemptionID, Tender: d.Tender,
		Tags: append([]string{}, d.Tags...), Systems: append([]string{}, d.Systems...),
		Payments: bytes.Clone(d.Payments), Fees: bytes.Clone(d.Fees), CustomFields: bytes.Clone(d.CustomFields),
		Meta: bytes.Clone(d.Meta),
	}
}
