package event

import (
	"encoding/json"

	"github.com/belfryhq/belfry/internal/scalar"
)

// Redemption is what was taken from a profile's rewards, points and benefits at
// once, or given back to them.
type Redemption struct {
	ID        int64              `json:"id"`
	ProfileID string             `json:"profile_id"`
	Profile   *RedemptionProfile `json:"profile"`
	Type      string             `json:"type" enum:"redeem,return,reversal"`
	// Total is money: in a return what was given back.
	Total scalar.Amount `json:"total"`
	// TotalLocalised is the total in Currency, which is the only one.
	TotalLocalised scalar.Amount `json:"total_localised"`
	Currency       scalar.Text   `json:"currency"`
	RedeemAt       scalar.Time   `json:"redeem_at"`
	LocationID     scalar.Int    `json:"location_id"`
	Location       *Location     `json:"location"`
	// Transaction is the sale that was paid for, as far as it is known: from a
	// sale that names the redemption, or else from what the redemption says of it.
	Transaction           *RedemptionTransaction `json:"transaction"`
	TransactionID         scalar.Int             `json:"transaction_id"`
	TransactionExternalID scalar.Text            `json:"transaction_external_id"`
	TransactionReceiptRef scalar.Text            `json:"transaction_receipt_ref"`
	// ParentID is the redemption that a return or a reversal gives back.
	ParentID  scalar.Int       `json:"parent_id"`
	Items     []RedemptionItem `json:"items" doc:"in the order in which they were taken"`
	Meta      json.RawMessage  `json:"meta"`
	CreatedAt scalar.Time      `json:"created_at"`
}

// Redeemed is the answer to a redemption and to a return.
type Redeemed struct {
	Redemption
	TotalRequested scalar.Amount   `json:"total_requested"`
	Balances       ProfileBalances `json:"balances" doc:"as they are afterwards"`
}

// RedemptionProfile is what a redemption or a row of the ledger shows of its
// profile.
type RedemptionProfile struct {
	ID    string      `json:"id"`
	Email scalar.Text `json:"email"`
}

// RedemptionTransaction is what a redemption shows of the sale that it paid for.
type RedemptionTransaction struct {
	ID           scalar.Int     `json:"id"`
	ExternalID   scalar.Text    `json:"external_id"`
	ReceiptRef   scalar.Text    `json:"receipt_ref"`
	TransactedAt scalar.Time    `json:"transacted_at"`
	Total        *scalar.Amount `json:"total"`
}

// RedemptionItem is what was taken from one reward, point or benefit.
type RedemptionItem struct {
	// ID is that of the reward, point or benefit.
	ID   int64  `json:"id"`
	Type string `json:"type" enum:"reward,point,benefit"`
	// Value is money; Points is what was taken for it, where points were.
	Value  scalar.Amount `json:"value"`
	Points scalar.Amount `json:"points"`
	// Count is the number of uses of a benefit.
	Count int64 `json:"count"`
	// TypeAttributes is null when it no longer exists.
	TypeAttributes *InstanceRef `json:"type_attributes"`
}

// InstanceRef is a reward, point or benefit in short.
type InstanceRef struct {
	ID             int64         `json:"id"`
	Definition     DefinitionRef `json:"definition"`
	ExternalID     scalar.Text   `json:"external_id"`
	ValueInitial   scalar.Amount `json:"value_initial"`
	ValueRemaining scalar.Amount `json:"value_remaining"`
	IssuedAt       scalar.Time   `json:"issued_at"`
	ExpiresAt      scalar.Time   `json:"expires_at"`
}

// RedemptionRef is a redemption as the sale shows it that it paid for.
type RedemptionRef struct {
	ID       int64         `json:"id"`
	Type     string        `json:"type" enum:"redeem,return,reversal"`
	Total    scalar.Amount `json:"total"`
	Currency scalar.Text   `json:"currency"`
	RedeemAt scalar.Time   `json:"redeem_at"`
}

// RedemptionGroup sums redemptions that have something in common.
type RedemptionGroup struct {
	// Group is the type, the location's id or the UTC day (YYYY-MM-DD) that they
	// have in common, null for those without a location.
	Group scalar.Text `json:"group"`
	// Count is their number, Total the sum of theirs. Those that give back are
	// counted apart: they are not taken off.
	Count int64         `json:"count"`
	Total scalar.Amount `json:"total"`
}

// LedgerEntry is one change of one balance of a profile.
type LedgerEntry struct {
	ID      int64              `json:"id"`
	Profile *RedemptionProfile `json:"profile"`
	Type    string             `json:"type" enum:"point,reward,benefit"`
	// Entry is issue, accrue, consume, return, recover, expire, reverse, adjust or
	// move.
	Entry          string       `json:"entry"`
	TypeAttributes *InstanceRef `json:"type_attributes"`
	Description    scalar.Text  `json:"description"`
	// The values are what the entry added, the balances what the profile had after
	// it. DollarValue is of rewards, PointDollarValue what points are worth today.
	DollarValue      scalar.Amount `json:"dollar_value"`
	DollarBalance    scalar.Amount `json:"dollar_balance"`
	PointValue       scalar.Amount `json:"point_value"`
	PointDollarValue scalar.Amount `json:"point_dollar_value"`
	PointBalance     scalar.Amount `json:"point_balance"`
	// PointPending is what the entry added to the points that are not usable yet.
	PointPending   scalar.Amount `json:"point_pending"`
	BenefitValue   int64         `json:"benefit_value"`
	BenefitBalance int64         `json:"benefit_balance"`
	ExpiresAt      scalar.Time   `json:"expires_at"`
	TransactionID  scalar.Int    `json:"transaction_id"`
	RedemptionID   scalar.Int    `json:"redemption_id"`
	CreatedAt      scalar.Time   `json:"created_at"`
}
