package loyalty

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// CreateItem adds an item to a transaction; transaction.updated tells of it.
func CreateItem(t *store.Tenant, transactionID int64, in ItemInput) (event.TransactionItem, error) {
	c, err := changeTransaction(t, transactionID, func(c *transactionChange) error {
		in.ID = 0
		return c.takeItem(in, nil)
	})
	if err != nil {
		return event.TransactionItem{}, err
	}
	return showItem(c.items[len(c.items)-1]), nil
}

// ReadItem returns an item of a transaction.
func ReadItem(t *store.Tenant, transactionID, id int64) (event.TransactionItem, error) {
	i, err := t.Item(transactionID, id)
	return showItem(&i), missing(err, "transaction item", id)
}

// ListItems returns a page of a transaction's items.
func ListItems(t *store.Tenant, transactionID int64, l store.List) (store.Page[event.TransactionItem], error) {
	var none store.Page[event.TransactionItem]
	if _, err := t.Transaction(transactionID); err != nil {
		return none, missing(err, "transaction", transactionID)
	}
	p, err := t.Items(transactionID, l)
	if err != nil {
		return none, err
	}
	return pageOf(p, func(i store.TransactionItem) event.TransactionItem { return showItem(&i) }), nil
}

// UpdateItem changes an item as patch changes the input; transaction.updated
// tells of it.
func UpdateItem(t *store.Tenant, transactionID, id int64, patch func(*ItemInput) error) (event.TransactionItem, error) {
	var target *store.TransactionItem
	_, err := changeTransaction(t, transactionID, func(c *transactionChange) error {
		if target = c.itemWithID(id); target == nil {
			return &NotFoundError{Resource: "transaction item", ID: fmt.Sprint(id)}
		}
		in := itemInput(target)
		if err := patch(&in); err != nil {
			return err
		}
		return c.takeItem(in, target)
	})
	if err != nil {
		return event.TransactionItem{}, err
	}
	return showItem(target), nil
}

// DeleteItem takes an item off a transaction; transaction.updated tells of it.
func DeleteItem(t *store.Tenant, transactionID, id int64) error {
	_, err := changeTransaction(t, transactionID, func(c *transactionChange) error {
		target := c.itemWithID(id)
		if target == nil {
			return &NotFoundError{Resource: "transaction item", ID: fmt.Sprint(id)}
		}
		c.items = slices.DeleteFunc(c.items, func(i *store.TransactionItem) bool { return i == target })
		c.derive()
		return nil
	})
	return err
}

// takeItem makes a request's input the state of one item, a new one when target
// is nil.
func (c *transactionChange) takeItem(in ItemInput, target *store.TransactionItem) error {
	in.check(&c.invalid, "")
	if len(c.items) >= maxItems && target == nil {
		c.invalid.Add("items", "The items may not have more than %d items.", maxItems)
	}
	if err := c.invalid.Err(); err != nil {
		return err
	}
	if target == nil {
		target = &store.TransactionItem{}
		c.items = append(c.items, target)
	}
	goods := newCatalogue(c.t)
	if err := goods.read([]ItemInput{in}, []*store.TransactionItem{target}); err != nil {
		return err
	}
	if err := goods.apply(&in, target, &c.invalid, ""); err != nil {
		return err
	}
	c.derive()
	return nil
}

func (c *transactionChange) itemWithID(id int64) *store.TransactionItem {
	for _, i := range c.items {
		if i.ID == id {
			return i
		}
	}
	return nil
}

// setItems makes a request's items the new ones. Of the present ones that it
// does not name, keep keeps those.
func (c *transactionChange) setItems(inputs []ItemInput, targets []*store.TransactionItem, keep bool) error {
	var items []*store.TransactionItem
	for _, i := range c.items {
		if keep || slices.Contains(targets, i) {
			items = append(items, i)
		}
	}
	for n, target := range targets {
		if target == nil {
			targets[n] = &store.TransactionItem{}
			items = append(items, targets[n])
		}
	}
	if len(items) > maxItems {
		c.invalid.Add("items", "The items may not have more than %d items.", maxItems)
		return nil
	}
	goods := newCatalogue(c.t)
	if err := goods.read(inputs, targets); err != nil {
		return err
	}
	for n := range inputs {
		if err := goods.apply(&inputs[n], targets[n], &c.invalid, fmt.Sprintf("items.%d.", n)); err != nil {
			return err
		}
	}
	c.items = items
	return nil
}

// apply makes the input the item's state, but for the catalogue's part.
func (in *ItemInput) apply(i *store.TransactionItem) {
	i.ExternalID, i.Name, i.Quantity, i.IsVoid = in.ExternalID, in.Name, *in.Quantity, in.IsVoid
	i.PriceCurrent, i.PriceSell, i.PriceOriginal = in.PriceCurrent, *in.PriceSell, in.PriceOriginal
	i.PriceMargin, i.PriceTax, i.Department = in.PriceMargin, in.PriceTax, in.Department
	i.SKU, i.Barcode, i.VariantExternalID = in.SKU, in.Barcode, in.VariantExternalID
	i.Details = store.ItemDetails{Discounts: in.Discounts, ProductImages: in.ProductImages, Meta: in.Meta}
}

// itemInput returns an item's state as a request would give it. It shares
// nothing with the item that decoding could write to.
func itemInput(i *store.TransactionItem) ItemInput {
	return ItemInput{
		ID: scalar.Int(i.ID), ExternalID: i.ExternalID, Name: i.Name, Quantity: copied(&i.Quantity), IsVoid: i.IsVoid,
		PriceCurrent: copied(i.PriceCurrent), PriceSell: copied(&i.PriceSell), PriceOriginal: copied(i.PriceOriginal),
		PriceMargin: copied(i.PriceMargin), PriceTax: copied(i.PriceTax), Discounts: i.Details.Discounts,
		Department: i.Department, SKU: i.SKU, Barcode: i.Barcode, VariantExternalID: i.VariantExternalID,
		ProductID: i.ProductID, ProductVariantID: i.ProductVariantID,
		ProductImages: bytes.Clone(i.Details.ProductImages), Meta: bytes.Clone(i.Details.Meta),
	}
}

// copied returns a pointer to a copy; nil for nil.
func copied[T any](v *T) *T {
	if v == nil {
		return nil
	}
	c := *v
	return &c
}

// UnmarshalJSON reads a request onto the input: what it leaves out stays as it
// is.
func (in *ItemInput) UnmarshalJSON(data []byte) error {
	type plain ItemInput
	if err := json.Unmarshal(data, (*plain)(in)); err != nil {
		return err
	}
	in.body = append(json.RawMessage{}, data...)
	return nil
}

// over lays the input over an item: what its body leaves out is as the item has
// it.
func (in *ItemInput) over(i *store.TransactionItem) error {
	if in.body == nil {
		return nil
	}
	laid := itemInput(i)
	if err := json.Unmarshal(in.body, &laid); err != nil {
		return err
	}
	*in = laid
	return nil
}
