package loyalty

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/store"
)

// insert stores a new transaction with its items.
func (c *transactionChange) insert() error {
	if err := takenTransaction(c.t.InsertTransaction(&c.rec)); err != nil {
		return err
	}
	if err := c.attachRedemption(); err != nil {
		return err
	}
	return c.insertItems(c.items)
}

// update stores the new state of a transaction and keeps the former one.
func (c *transactionChange) update() error {
	if err := c.t.InsertTransactionVersion(c.rec.ID, c.before.json); err != nil {
		return fmt.Errorf("keep former state: %w", err)
	}
	if err := takenTransaction(c.t.UpdateTransaction(&c.rec)); err != nil {
		return err
	}
	if err := c.attachRedemption(); err != nil {
		return err
	}
	return c.saveItems()
}

// takenTransaction says that another transaction has the external id.
func takenTransaction(err error) error {
	var dup *store.DuplicateError
	if errors.As(err, &dup) {
		return Invalid("external_id", "The external id has already been taken.")
	}
	if err != nil {
		return fmt.Errorf("store transaction: %w", err)
	}
	return nil
}

func (c *transactionChange) insertItems(items []*store.TransactionItem) error {
	for _, i := range items {
		i.TransactionID = c.rec.ID
	}
	if err := c.t.InsertItems(items); err != nil {
		return fmt.Errorf("store items: %w", err)
	}
	return nil
}

// saveItems adds, changes and removes items so that they become the new ones.
func (c *transactionChange) saveItems() error {
	var added []*store.TransactionItem
	gone := make(map[int64]bool, len(c.before.items))
	for id := range c.before.items {
		gone[id] = true
	}
	for _, i := range c.items {
		delete(gone, i.ID)
		switch {
		case i.ID == 0:
			added = append(added, i)
		case !reflect.DeepEqual(*i, c.before.items[i.ID]):
			if err := c.t.UpdateItem(i); err != nil {
				return fmt.Errorf("store item: %w", err)
			}
		}
	}
	for id := range gone {
		if err := c.t.DeleteItem(id); err != nil {
			return fmt.Errorf("delete item: %w", err)
		}
	}
	return c.insertItems(added)
}

// tell computes the aggregations of the profiles concerned, appends the event,
// whose context holds them, and gives the points that the transaction earns.
func (c *transactionChange) tell(typ event.Type) error {
	if err := c.leave(); err != nil {
		return err
	}
	a := c.account
	if a == nil {
		_, err := event.Append(c.t, typ, "", c.subject(), c.context(nil))
		return err
	}
	if err := c.aggregate(a); err != nil {
		return err
	}
	a.tell(typ, c.subject(), c.context)
	if err := c.earn(a); err != nil {
		return err
	}
	return a.save()
}

func (c *transactionChange) subject() string { return strconv.FormatInt(c.rec.ID, 10) }

// context returns the event context, with the profile as the whole change
// leaves it.
func (c *transactionChange) context(p *event.ProfileContext) any {
	x := event.TransactionContext{Transaction: c.resource(), Profile: p}
	x.FlattenedTags = x.Tags
	return x
}

// aggregate computes the aggregations of an account's profile for its events.
func (c *transactionChange) aggregate(a *account) error {
	who := &a.profile.rec
	aggregations, err := c.aggregator.store(who.ID, store.Joining{At: who.JoinedAt, LocationID: who.JoinedLocationID})
	a.aggregations = &aggregations
	return err
}

// leave takes from the profile that had the transaction before what it gave,
// unless it still has it, and computes its aggregations.
func (c *transactionChange) leave() error {
	former := c.before.ProfileID
	if former == "" || former == c.rec.ProfileID {
		return nil
	}
	a := c.former
	if a == nil {
		var err error
		if a, err = openAccount(c.t, string(former)); isNotFound(err) {
			return nil // the profile was deleted
		} else if err != nil {
			return err
		}
	}
	if err := c.aggregate(a); err != nil {
		return err
	}
	if err := c.settleWith(a, yield{}); err != nil {
		return err
	}
	return a.save()
}
