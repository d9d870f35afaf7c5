package loyalty

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// catalogue finds the entries that items name, and makes those that an item
// describes and that there are not yet.
type catalogue struct {
	t     *store.Tenant
	byID  map[int64]store.Variant
	bySKU map[string]store.Variant
}

func newCatalogue(t *store.Tenant) *catalogue {
	return &catalogue{t: t, byID: map[int64]store.Variant{}, bySKU: map[string]store.Variant{}}
}

// read reads the variants that the inputs name for the items, in as few queries
// as may be.
func (g *catalogue) read(inputs []ItemInput, items []*store.TransactionItem) error {
	var ids []int64
	var skus []string
	for n := range inputs {
		in := &inputs[n]
		if in.keepsProduct(items[n]) {
			continue
		}
		if in.ProductVariantID != 0 {
			ids = append(ids, int64(in.ProductVariantID))
		} else if sku := in.catalogueSKU(); sku != "" {
			skus = append(skus, sku)
		}
	}
	byID, err := g.t.VariantsByID(ids...)
	if err != nil {
		return fmt.Errorf("read variants: %w", err)
	}
	bySKU, err := g.t.VariantsBySKU(skus...)
	if err != nil {
		return fmt.Errorf("read variants: %w", err)
	}
	for _, v := range byID {
		g.byID[v.ID] = v
	}
	for _, v := range bySKU {
		g.bySKU[v.SKU] = v
	}
	return nil
}

// keepsProduct reports that the input says nothing new about the item's entry.
func (in *ItemInput) keepsProduct(i *store.TransactionItem) bool {
	return i.ID != 0 && in.ProductVariant == nil && in.ProductVariantSKU == "" && in.SKU == i.SKU &&
		in.ProductVariantID == i.ProductVariantID && in.ProductID == i.ProductID
}

// catalogueSKU is the SKU by which the input names an entry.
func (in *ItemInput) catalogueSKU() string {
	if in.ProductVariant != nil {
		return string(cmp.Or(in.ProductVariantSKU, in.ProductVariant.SKU, in.SKU))
	}
	return string(cmp.Or(in.ProductVariantSKU, in.SKU))
}

// apply makes the input the item's state. prefix is its place in the request.
func (g *catalogue) apply(in *ItemInput, i *store.TransactionItem, invalid *InvalidError, prefix string) error {
	keep := in.keepsProduct(i)
	in.apply(i)
	if keep {
		return nil
	}
	i.ProductID, i.ProductVariantID, i.Product = 0, 0, store.ProductName{}
	v, ok, err := g.variant(in, invalid, prefix)
	if err != nil {
		return err
	}
	if !ok {
		i.SKU = cmp.Or(i.SKU, in.ProductVariantSKU)
		return g.setProduct(in.ProductID, i, invalid, prefix)
	}
	i.ProductID, i.ProductVariantID, i.Product = scalar.Int(v.ProductID), scalar.Int(v.ID), v.Product
	i.SKU = cmp.Or(i.SKU, scalar.Text(v.SKU))
	i.Barcode = cmp.Or(i.Barcode, v.Barcode)
	i.Name = cmp.Or(i.Name, v.Title, v.Product.Title)
	return nil
}

// variant returns the entry that the input names; false when there is none.
func (g *catalogue) variant(in *ItemInput, invalid *InvalidError, prefix string) (store.Variant, bool, error) {
	if in.ProductVariantID != 0 {
		v, ok := g.byID[int64(in.ProductVariantID)]
		if !ok {
			invalid.Add(prefix+"product_variant_id", "The selected product variant id is invalid.")
		}
		return v, ok, nil
	}
	sku := in.catalogueSKU()
	if v, ok := g.bySKU[sku]; ok {
		return v, true, nil
	}
	if in.ProductVariant == nil {
		return store.Variant{}, false, nil
	}
	if sku == "" {
		invalid.Add(prefix+"product_variant.sku", "The sku field is required.")
		return store.Variant{}, false, nil
	}
	v, err := g.create(sku, in.ProductVariant)
	return v, err == nil, err
}

// create makes an entry of the catalogue, and its product unless there is one.
// When another transaction made the entry meanwhile, it is that one.
func (g *catalogue) create(sku string, in *VariantInput) (store.Variant, error) {
	v := store.Variant{SKU: sku, Barcode: in.Barcode, Title: in.Title, Price: in.Price}
	err := g.t.Try(func() error {
		p, err := g.product(in)
		if err != nil {
			return err
		}
		v.ProductID, v.Product = p.ID, p.ProductName
		return g.t.InsertVariant(&v)
	})
	var dup *store.DuplicateError
	if errors.As(err, &dup) {
		var made []store.Variant
		if made, err = g.t.VariantsBySKU(sku); err == nil && len(made) == 0 {
			err = dup
		} else if err == nil {
			v = made[0]
		}
	}
	if err != nil {
		return v, fmt.Errorf("make product variant %q: %w", sku, err)
	}
	g.bySKU[sku] = v
	return v, nil
}

// product returns the product that a new variant is of.
func (g *catalogue) product(in *VariantInput) (store.Product, error) {
	if id, err := strconv.ParseInt(string(in.ProductID), 10, 64); err == nil {
		p, err := g.t.Product(id)
		if !errors.Is(err, store.ErrNotFound) {
			return p, err
		}
	}
	if in.ProductID != "" {
		p, err := g.t.ProductByExternalID(string(in.ProductID))
		if !errors.Is(err, store.ErrNotFound) {
			return p, err
		}
	}
	p := store.Product{
		ExternalID: in.ProductID, Category: in.Category, Subcategory: in.Subcategory,
		ProductName: store.ProductName{
			Title: in.Title, Brand: in.Brand, Department: cmp.Or(in.Department, in.Category),
		},
	}
	return p, g.t.InsertProduct(&p)
}

// setProduct gives an item the product of an id, without a variant.
func (g *catalogue) setProduct(id scalar.Int, i *store.TransactionItem, invalid *InvalidError, prefix string) error {
	if id == 0 {
		return nil
	}
	p, err := g.t.Product(int64(id))
	if errors.Is(err, store.ErrNotFound) {
		invalid.Add(prefix+"product_id", "The selected product id is invalid.")
		return nil
	}
	if err != nil {
		return fmt.Errorf("read product: %w", err)
	}
	i.ProductID, i.Product = id, p.ProductName
	return nil
}
