package event

import "github.com/belfryhq/belfry/internal/scalar"

// Claim is a profile's claim to an anonymous sale, as Omneo API v3 shows it.
type Claim struct {
	ID                              int64         `json:"id"`
	ProfileID                       string        `json:"profile_id"`
	TransactionReceiptRef           string        `json:"transaction_receipt_ref"`
	TransactionTransactedAt         scalar.Time   `json:"transaction_transacted_at"`
	TransactionTimezone             string        `json:"transaction_timezone"`
	TransactionTotal                scalar.Amount `json:"transaction_total"`
	TransactionLocationExternalCode scalar.Text   `json:"transaction_location_external_code"`
	// Attempts counts how often a sale was looked for.
	Attempts int64 `json:"attempts"`
	// Status is pending until the sale is recorded, and failed when somebody else
	// has it.
	Status               string      `json:"status" enum:"pending,claimed,failed"`
	ClaimedTransactionID scalar.Int  `json:"claimed_transaction_id"`
	ClaimedAt            scalar.Time `json:"claimed_at"`
	LastCheckedAt        scalar.Time `json:"last_checked_at"`
	CreatedAt            scalar.Time `json:"created_at"`
	UpdatedAt            scalar.Time `json:"updated_at"`
}
