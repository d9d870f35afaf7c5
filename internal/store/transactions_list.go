package store

import "github.com/belfryhq/belfry/internal/scalar"

const (
	transactionTagExists = `EXISTS (SELECT 1 FROM transaction_tags g
		WHERE g.tenant_id = x.tenant_id AND g.transaction_id = x.id AND %s)`
	transactionLocationExists = `EXISTS (SELECT 1 FROM locations l
		WHERE l.tenant_id = x.tenant_id AND l.id = x.location_id AND %s)`
	transactionIdentityExists = `EXISTS (SELECT 1 FROM identities i
		WHERE i.tenant_id = x.tenant_id AND i.profile_id = x.profile_id AND %s)`
	transactionProfileExists = `EXISTS (SELECT 1 FROM profiles p
		WHERE p.tenant_id = x.tenant_id AND p.id = x.profile_id AND %s)`
	transactionItemExists = `EXISTS (SELECT 1 FROM transaction_items i
		WHERE i.tenant_id = x.tenant_id AND i.transaction_id = x.id AND %s)`
)

var transactionFields = Fields{
	"id":                            {Column: "x.id", Kind: Int},
	"external_id":                   {Column: "x.external_id"},
	"profile_id":                    {Column: "x.profile_id"},
	"location_id":                   {Column: "x.location_id", Kind: Int},
	"total":                         {Column: "x.total", Kind: Amount},
	"total_original":                {Column: "x.total_original", Kind: Amount},
	"rounding":                      {Column: "x.rounding", Kind: Amount},
	"margin":                        {Column: "x.margin", Kind: Amount},
	"currency":                      {Column: "x.currency"},
	"timezone":                      {Column: "x.timezone"},
	"transacted_at":                 {Column: "x.transacted_at", Kind: Time},
	"claimed_at":                    {Column: "x.claimed_at", Kind: Time},
	"is_void":                       {Column: "x.is_void", Kind: Bool},
	"need_action":                   {Column: "x.need_action", Kind: Bool},
	"type":                          {Column: "x.type"},
	"status":                        {Column: "x.status"},
	"receipt_ref":                   {Column: "x.receipt_ref"},
	"linked_receipt_ref":            {Column: "x.linked_receipt_ref"},
	"order_number":                  {Column: "x.order_number"},
	"created_at":                    {Column: "x.created_at", Kind: Time},
	"updated_at":                    {Column: "x.updated_at", Kind: Time},
	"tags.handle":                   {Column: "g.handle", Exists: transactionTagExists},
	"location.name":                 {Column: "l.name", Exists: transactionLocationExists},
	"location.external_id":          {Column: "l.external_id", Exists: transactionLocationExists},
	"profile.email":                 {Column: "p.email_key", Exists: transactionProfileExists},
	"profile.identities.handle":     {Column: "i.handle", Exists: transactionIdentityExists},
	"profile.identities.identifier": {Column: "i.identifier", Exists: transactionIdentityExists},
	"items.sku":                     {Column: "i.sku", Exists: transactionItemExists},
}

// Transactions lists transactions without their items.
func (t *Tenant) Transactions(l List) (Page[Transaction], error) {
	return page(t.Tx, l, transactionFields, transactionColumns, "transactions x WHERE x.tenant_id = ?",
		[]any{t.ID}, scanTransaction)
}

// TransactionsOf lists a profile's transactions without their items.
func (t *Tenant) TransactionsOf(profileID string, l List) (Page[Transaction], error) {
	return page(t.Tx, l, transactionFields, transactionColumns, "transactions x WHERE x.tenant_id = ? AND x.profile_id = ?",
		[]any{t.ID, profileID}, scanTransaction)
}

// EmailsOf returns the emails of profiles by their ids; "" where there is none.
func (t *Tenant) EmailsOf(profileIDs ...string) (map[string]scalar.Text, error) {
	type row struct {
		id    string
		email scalar.Text
	}
	rows, err := inBatches(profileIDs, func(ids []string) ([]row, error) {
		return collect(t.Tx, func(r *row) []any { return []any{&r.id, &r.email} },
			"SELECT id, email FROM profiles WHERE tenant_id = ? AND id IN ("+placeholders(len(ids))+")",
			withTenant(t.ID, ids)...)
	})
	emails := make(map[string]scalar.Text, len(rows))
	for _, r := range rows {
		emails[r.id] = r.email
	}
	return emails, err
}
