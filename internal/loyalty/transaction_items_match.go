package loyalty

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// matchItems finds the present items that a request's are meant to change, by
// id or else by external id, and lays each over what is there. One that gives
// neither is the present item that it repeats. The result has nil for those
// that are new.
func (c *transactionChange) matchItems(inputs []ItemInput) ([]*store.TransactionItem, error) {
	targets := make([]*store.TransactionItem, len(inputs))
	if len(c.items) == 0 && c.before.ID == 0 {
		return targets, nil
	}
	taken := make(map[*store.TransactionItem]bool, len(inputs))
	for n := range inputs {
		in := &inputs[n]
		field := fmt.Sprintf("items.%d.id", n)
		target := c.itemOf(in)
		switch {
		case target == nil && in.ID != 0:
			c.invalid.Add(field, "The selected id is invalid.")
		case target != nil && taken[target]:
			c.invalid.Add(field, "The item stands in the list twice.")
		case target != nil:
			if err := in.over(target); err != nil {
				c.invalid.Add(field, "The item cannot be read: %v.", err)
			}
			taken[target] = true
		}
		targets[n] = target
	}
	return targets, c.matchRepeats(inputs, targets, taken)
}

// itemOf returns the present item that the input names, nil when it names none.
func (c *transactionChange) itemOf(in *ItemInput) *store.TransactionItem {
	if in.ID != 0 {
		return c.itemWithID(int64(in.ID))
	}
	if key := in.key(); key != "" {
		for _, i := range c.items {
			if i.ExternalID == key {
				return i
			}
		}
	}
	return nil
}

// key is the external id as it is stored.
func (in *ItemInput) key() scalar.Text {
	return scalar.Text(strings.TrimSpace(string(in.ExternalID)))
}

// matchRepeats matches the inputs that have no key with present items that are
// not taken, so that a request that is sent again changes nothing.
func (c *transactionChange) matchRepeats(inputs []ItemInput, targets []*store.TransactionItem, taken map[*store.TransactionItem]bool) error {
	var repeats []itemRepeat
	var skus []string
	for n := range inputs {
		if inputs[n].ID != 0 || inputs[n].key() != "" {
			continue
		}
		r, ok := repeatOf(n, inputs[n])
		if !ok {
			continue
		}
		repeats = append(repeats, r)
		if sku := r.variantSKU(); sku != "" {
			skus = append(skus, sku)
		}
	}
	named, err := c.t.VariantsBySKU(skus...)
	if err != nil {
		return fmt.Errorf("read variants: %w", err)
	}
	variants := make(map[string]int64, len(named))
	for _, v := range named {
		variants[v.SKU] = v.ID
	}
	for _, r := range repeats {
		at := slices.IndexFunc(c.items, func(i *store.TransactionItem) bool { return !taken[i] && r.is(i, variants) })
		if at >= 0 {
			targets[r.place], taken[c.items[at]] = c.items[at], true
			inputs[r.place] = itemInput(c.items[at])
		}
	}
	return nil
}

// itemRepeat is an input that may be a present item once more.
type itemRepeat struct {
	ItemInput
	// place is its place in the request.
	place int
	// givesVoid tells that the request speaks of is_void.
	givesVoid bool
}

// repeatOf returns a valid input as it would be stored; false for any other.
func repeatOf(place int, in ItemInput) (itemRepeat, bool) {
	var invalid InvalidError
	in.check(&invalid, "")
	r := itemRepeat{ItemInput: in, place: place, givesVoid: true}
	if in.body != nil && !in.IsVoid {
		probe := ItemInput{IsVoid: true}
		if err := json.Unmarshal(in.body, &probe); err != nil {
			return r, false
		}
		r.givesVoid = !probe.IsVoid
	}
	return r, invalid.Err() == nil
}

// is reports whether the item has every field as the input gives it. variants
// holds the catalogue's ids of the SKUs that inputs name.
func (r *itemRepeat) is(i *store.TransactionItem, variants map[string]int64) bool {
	return *r.Quantity == i.Quantity && *r.PriceSell == i.PriceSell &&
		(!r.givesVoid || r.IsVoid == i.IsVoid) &&
		agrees(r.Name, i.Name) && agrees(r.Department, i.Department) &&
		agrees(r.SKU, i.SKU) && agrees(r.Barcode, i.Barcode) && agrees(r.VariantExternalID, i.VariantExternalID) &&
		agreesAmount(r.PriceCurrent, i.PriceCurrent) && agreesAmount(r.PriceOriginal, i.PriceOriginal) &&
		agreesAmount(r.PriceMargin, i.PriceMargin) && agreesAmount(r.PriceTax, i.PriceTax) &&
		(len(r.Discounts) == 0 || slices.Equal(r.Discounts, i.Details.Discounts)) &&
		(r.ProductImages == nil || bytes.Equal(r.ProductImages, i.Details.ProductImages)) &&
		(r.Meta == nil || bytes.Equal(r.Meta, i.Details.Meta)) &&
		r.isOf(i, variants)
}

// isOf reports whether the item is of the catalogue's entry that the input
// names. A variant's product stands over the one that is given beside it.
func (r *itemRepeat) isOf(i *store.TransactionItem, variants map[string]int64) bool {
	if i.ProductVariantID == 0 && !agrees(r.ProductID, i.ProductID) {
		return false
	}
	sku := r.variantSKU()
	if r.ProductVariantID != 0 || sku == "" {
		return agrees(r.ProductVariantID, i.ProductVariantID)
	}
	if r.SKU == "" && string(i.SKU) != sku {
		return false
	}
	if i.ProductVariantID == 0 {
		return r.ProductVariant == nil // there was no such entry then
	}
	return int64(i.ProductVariantID) == variants[sku]
}

// variantSKU is the SKU by which the input names an entry beside the item's own.
func (r *itemRepeat) variantSKU() string {
	if r.ProductVariant == nil && r.ProductVariantSKU == "" {
		return ""
	}
	return r.catalogueSKU()
}

// agrees reports whether a field is as it is given; null and empty give nothing.
func agrees[T comparable](given, present T) bool {
	var nothing T
	return given == nothing || given == present
}

func agreesAmount(given, present *scalar.Amount) bool {
	return given == nil || present != nil && *given == *present
}
