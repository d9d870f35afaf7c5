package store

import "github.com/belfryhq/belfry/internal/scalar"

// Product is an article of the catalogue.
type Product struct {
	ID         int64
	ExternalID scalar.Text
	ProductName
	Category    scalar.Text
	Subcategory scalar.Text
}

// ProductName is what items show of their product.
type ProductName struct {
	Title      scalar.Text
	Brand      scalar.Text
	Department scalar.Text
}

// Variant is what is sold of a product: one size in one colour.
type Variant struct {
	ID        int64
	ProductID int64
	SKU       string
	Barcode   scalar.Text
	Title     scalar.Text
	Price     *scalar.Amount
	// Product is of ProductID; only read.
	Product ProductName
}

// InsertProduct stores a product and sets its ID.
func (t *Tenant) InsertProduct(p *Product) (err error) {
	now := t.Now()
	p.ID, err = t.insert(`INSERT INTO products (tenant_id, external_id, title, brand, department, category,
		subcategory, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		t.ID, p.ExternalID, p.Title, p.Brand, p.Department, p.Category, p.Subcategory, now, now)
	return err
}

// InsertVariant stores a variant and sets its ID.
func (t *Tenant) InsertVariant(v *Variant) (err error) {
	now := t.Now()
	v.ID, err = t.insert(`INSERT INTO product_variants (tenant_id, product_id, sku, barcode, title, price,
		created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		t.ID, v.ProductID, v.SKU, v.Barcode, v.Title, v.Price, now, now)
	return err
}

const productColumns = "id, external_id, title, brand, department, category, subcategory"

func scanProduct(p *Product) []any {
	return []any{&p.ID, &p.ExternalID, &p.Title, &p.Brand, &p.Department, &p.Category, &p.Subcategory}
}

// Product reads one product.
func (t *Tenant) Product(id int64) (Product, error) {
	return single(t.Tx, scanProduct, "SELECT "+productColumns+" FROM products WHERE tenant_id = ? AND id = ?", t.ID, id)
}

// ProductByExternalID finds the product with another system's id.
func (t *Tenant) ProductByExternalID(externalID string) (Product, error) {
	return single(t.Tx, scanProduct, "SELECT "+productColumns+" FROM products WHERE tenant_id = ? AND external_id = ?",
		t.ID, externalID)
}

const variantQuery = `SELECT v.id, v.product_id, v.sku, v.barcode, v.title, v.price, p.title, p.brand, p.department
	FROM product_variants v JOIN products p ON p.id = v.product_id WHERE v.tenant_id = ? AND `

func scanVariant(v *Variant) []any {
	return []any{
		&v.ID, &v.ProductID, &v.SKU, &v.Barcode, &v.Title, &v.Price,
		&v.Product.Title, &v.Product.Brand, &v.Product.Department,
	}
}

// VariantsBySKU reads the variants of the SKUs that the catalogue has.
func (t *Tenant) VariantsBySKU(skus ...string) ([]Variant, error) {
	return inBatches(skus, func(skus []string) ([]Variant, error) {
		return collect(t.Tx, scanVariant, variantQuery+"v.sku IN ("+placeholders(len(skus))+")", withTenant(t.ID, skus)...)
	})
}

// VariantsByID reads the variants of the ids that there are.
func (t *Tenant) VariantsByID(ids ...int64) ([]Variant, error) {
	return inBatches(ids, func(ids []int64) ([]Variant, error) {
		return collect(t.Tx, scanVariant, variantQuery+"v.id IN ("+placeholders(len(ids))+")", withTenant(t.ID, ids)...)
	})
}
