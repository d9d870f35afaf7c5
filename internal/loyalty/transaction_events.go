package loyalty

import (
	"fmt"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// TransactionTrigger names what is to be done anew for a transaction.
type TransactionTrigger struct {
	Event scalar.Text `json:"event" required:"true" enum:"transaction.recalculate,transaction.sync"`
}

// TriggerTransaction computes what a transaction gives to its profile and the
// profile's aggregations again (transaction.recalculate), which tells of nothing
// but what that changes, or tells of the transaction again (transaction.sync).
func TriggerTransaction(t *store.Tenant, id int64, in TransactionTrigger) (event.Transaction, error) {
	c, err := loadTransaction(t, id)
	if err != nil {
		return event.Transaction{}, err
	}
	switch in.Event {
	case "transaction.recalculate":
		return c.resend(c.recalculate)
	case "transaction.sync":
		return c.resend(c.retell)
	}
	return event.Transaction{}, Invalid("event", "The selected event is invalid.")
}

// ResendTransaction tells of a transaction again, with its context as it is now:
// transaction.updated.
func ResendTransaction(t *store.Tenant, id int64) (event.Transaction, error) {
	c, err := loadTransaction(t, id)
	if err != nil {
		return event.Transaction{}, err
	}
	return c.resend(c.retell)
}

func loadTransaction(t *store.Tenant, id int64) (*transactionChange, error) {
	c, err := newTransactionChange(t)
	if err != nil {
		return nil, err
	}
	return c, c.load(id)
}

// resend does something with the account of an unchanged transaction.
func (c *transactionChange) resend(do func(*account) error) (event.Transaction, error) {
	if err := do(c.account); err != nil {
		return event.Transaction{}, fmt.Errorf("transaction %d: %w", c.rec.ID, err)
	}
	return c.resource(), c.saveAccount()
}

func (c *transactionChange) recalculate(a *account) error {
	if a == nil {
		return nil
	}
	if err := c.aggregate(a); err != nil {
		return err
	}
	return c.earn(a)
}

func (c *transactionChange) retell(a *account) error {
	if a == nil {
		_, err := event.Append(c.t, event.TransactionUpdated, "", c.subject(), c.context(nil))
		return err
	}
	a.tell(event.TransactionUpdated, c.subject(), c.context)
	return nil
}
