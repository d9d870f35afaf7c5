package store

import (
	"cmp"
	"slices"

	"github.com/belfryhq/belfry/internal/scalar"
)

// ClaimStatus says what became of a claim.
type ClaimStatus string

// The states of a claim.
const (
	// ClaimPending waits for its sale to be recorded.
	ClaimPending ClaimStatus = "pending"
	Claimed      ClaimStatus = "claimed"
	// ClaimFailed is of a sale that somebody else has.
	ClaimFailed ClaimStatus = "failed"
)

// Claim is what a profile says about the receipt of an anonymous sale.
type Claim struct {
	ID           int64
	ProfileID    string
	ReceiptRef   string
	TransactedAt scalar.Time
	Timezone     string
	// ShoppedOn is the calendar day of the receipt.
	ShoppedOn            scalar.Date
	Total                scalar.Amount
	LocationExternalCode scalar.Text
	Attempts             int64
	Status               ClaimStatus
	// TransactionID is the sale, 0 as long as none was found.
	TransactionID scalar.Int
	ClaimedAt     scalar.Time
	LastCheckedAt scalar.Time
	CreatedAt     scalar.Time
	UpdatedAt     scalar.Time
}

const claimColumns = `id, profile_id, receipt_ref, transacted_at, timezone, shopped_on, total, location_external_code,
	attempts, status, transaction_id, claimed_at, last_checked_at, created_at, updated_at`

func scanClaim(c *Claim) []any {
	return []any{
		&c.ID, &c.ProfileID, &c.ReceiptRef, &c.TransactedAt, &c.Timezone, &c.ShoppedOn, &c.Total,
		&c.LocationExternalCode, &c.Attempts, (*string)(&c.Status), &c.TransactionID, &c.ClaimedAt, &c.LastCheckedAt,
		&c.CreatedAt, &c.UpdatedAt,
	}
}

// InsertClaim stores a claim and sets its ID and times.
func (t *Tenant) InsertClaim(c *Claim) (err error) {
	c.CreatedAt = t.Now()
	c.UpdatedAt = c.CreatedAt
	c.ID, err = t.insert(`INSERT INTO claims (tenant_id, profile_id, receipt_ref, transacted_at, timezone, shopped_on,
		total, location_external_code, attempts, status, transaction_id, claimed_at, last_checked_at, created_at,
		updated_at) VALUES (`+placeholders(15)+`)`,
		t.ID, c.ProfileID, c.ReceiptRef, c.TransactedAt, c.Timezone, c.ShoppedOn, c.Total, c.LocationExternalCode,
		c.Attempts, string(c.Status), c.TransactionID, c.ClaimedAt, c.LastCheckedAt, c.CreatedAt, c.UpdatedAt)
	return err
}

// UpdateClaim stores what became of a claim and sets UpdatedAt.
func (t *Tenant) UpdateClaim(c *Claim) error {
	c.UpdatedAt = t.Now()
	return t.execOne(`UPDATE claims SET attempts = ?, status = ?, transaction_id = ?, claimed_at = ?,
		last_checked_at = ?, updated_at = ? WHERE tenant_id = ? AND id = ?`,
		c.Attempts, string(c.Status), c.TransactionID, c.ClaimedAt, c.LastCheckedAt, c.UpdatedAt, t.ID, c.ID)
}

// PendingClaims reads the claims that wait for a receipt, oldest first.
func (t *Tenant) PendingClaims(receiptRef string) ([]Claim, error) {
	return collect(t.Tx, scanClaim, "SELECT "+claimColumns+` FROM claims
		WHERE tenant_id = ? AND receipt_ref = ? AND status = 'pending' ORDER BY id`, t.ID, receiptRef)
}

// Claim reads one claim of a profile.
func (t *Tenant) Claim(profileID string, id int64) (Claim, error) {
	return single(t.Tx, scanClaim, "SELECT "+claimColumns+
		" FROM claims WHERE tenant_id = ? AND profile_id = ? AND id = ?", t.ID, profileID, id)
}

var claimFields = Fields{
	"id":                      {Column: "id", Kind: Int},
	"transaction_receipt_ref": {Column: "receipt_ref"},
	"transaction_total":       {Column: "total", Kind: Amount},
	"status":                  {Column: "status"},
	"claimed_transaction_id":  {Column: "transaction_id", Kind: Int},
	"claimed_at":              {Column: "claimed_at", Kind: Time},
	"created_at":              {Column: "created_at", Kind: Time},
}

// Claims lists a profile's claims.
func (t *Tenant) Claims(profileID string, l List) (Page[Claim], error) {
	return page(t.Tx, l, claimFields, claimColumns, "claims WHERE tenant_id = ? AND profile_id = ?",
		[]any{t.ID, profileID}, scanClaim)
}

// Receipt is a sale as a claim looks for it.
type Receipt struct {
	ID           int64
	ProfileID    scalar.Text
	LocationCode scalar.Text
}

// Receipts reads the sales with a receipt's number, day and total that are not
// void: anonymous ones first, the oldest of them first. SQLite would rather read
// all of the tenant's sales than sort these.
func (t *Tenant) Receipts(receiptRef string, day scalar.Date, total scalar.Amount) ([]Receipt, error) {
	receipts, err := collect(t.Tx, func(r *Receipt) []any { return []any{&r.ID, &r.ProfileID, &r.LocationCode} },
		`SELECT x.id, x.profile_id, l.external_code FROM transactions x
		LEFT JOIN locations l ON l.id = x.location_id AND l.tenant_id = x.tenant_id
		WHERE x.tenant_id = ? AND x.receipt_ref = ? AND x.shopped_on = ? AND x.total = ? AND NOT x.is_void
		ORDER BY x.id`, t.ID, receiptRef, day, total)
	slices.SortStableFunc(receipts, func(a, b Receipt) int { return cmp.Compare(a.ProfileID, b.ProfileID) })
	return receipts, err
}
