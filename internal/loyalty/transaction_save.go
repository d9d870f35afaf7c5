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

// tell computes the aggregations of the profiles concerned and appends the
// event, whose context holds them.
func (c *transactionChange) tell(typ event.Type) error {
	if err := c.leave(); err != nil {
		return err
	}
	context := event.TransactionContext{Transaction: c.resource()}
	context.FlattenedTags = context.Tags
	if c.profile != nil {
		a, err := c.aggregator.store(c.profile.rec.ID, c.joining())
		if err != nil {
			return err
		}
		profile := c.profile.context()
		profile.Aggregations = a
		context.Profile = &profile
	}
	_, err := event.Append(c.t, typ, string(c.rec.ProfileID), strconv.FormatInt(c.rec.ID, 10), context)
	return err
}

func (c *transactionChange) joining() store.Joining {
	return store.Joining{At: c.profile.rec.JoinedAt, LocationID: c.profile.rec.JoinedLocationID}
}

// leave computes the aggregations of the profile that had the transaction
// before, unless it still has it.
func (c *transactionChange) leave() error {
	former := string(c.before.ProfileID)
	if former == "" || c.before.ProfileID == c.rec.ProfileID {
		return nil
	}
	if err := c.t.LockProfile(former); err != nil {
		return fmt.Errorf("lock profile: %w", err)
	}
	_, joining, err := c.t.AggregationsOf(former)
	if errors.Is(err, store.ErrNotFound) {
		return nil // the profile was deleted
	}
	if err != nil {
		return fmt.Errorf("read profile: %w", err)
	}
	_, err = c.aggregator.store(former, joining)
	return err
}
