package event

import (
	"encoding/json"

	"github.com/belfryhq/belfry/internal/scalar"
)

// DefinitionRef is the definition of an instance as contexts and answers show
// it.
type DefinitionRef struct {
	ID     int64       `json:"id"`
	Name   scalar.Text `json:"name"`
	Handle scalar.Text `json:"handle"`
	Type   scalar.Text `json:"type"`
}

// Source is what gave an instance.
type Source struct {
	ID         scalar.Text `json:"id"`
	ExternalID scalar.Text `json:"external_id"`
}

// Point is a number of points that a profile was given.
type Point struct {
	ID              int64         `json:"id"`
	ProfileID       string        `json:"profile_id"`
	LinkedProfileID scalar.Text   `json:"linked_profile_id"`
	Definition      DefinitionRef `json:"definition"`
	// ValueRemaining is negative for a debt: points that were taken back after
	// they had been spent.
	ValueInitial           scalar.Amount `json:"value_initial"`
	ValueRemaining         scalar.Amount `json:"value_remaining"`
	ValueInitialCurrency   scalar.Amount `json:"value_initial_currency"`
	ValueRemainingCurrency scalar.Amount `json:"value_remaining_currency"`
	// IssuedAt is when they were recorded, AccruedAt when they become usable.
	IssuedAt  scalar.Time `json:"issued_at"`
	AccruedAt scalar.Time `json:"accrued_at"`
	ExpiresAt scalar.Time `json:"expires_at"`
	// Status is pending, active, consumed, expired or reversed.
	Status      string          `json:"status" enum:"pending,active,consumed,expired,reversed"`
	Rate        *scalar.Amount  `json:"rate"`
	SourceType  scalar.Text     `json:"source_type"`
	SourceID    scalar.Text     `json:"source_id"`
	Source      *Source         `json:"source"`
	ExternalID  scalar.Text     `json:"external_id"`
	Description scalar.Text     `json:"description"`
	Meta        json.RawMessage `json:"meta"`
	CreatedAt   scalar.Time     `json:"created_at"`
	UpdatedAt   scalar.Time     `json:"updated_at"`
}

// PointContext is the event context of points.
type PointContext struct {
	Point
	Profile *ProfileContext `json:"profile"`
}

// PointForecast says which points expire next. The points are all those of the
// earliest expiry.
type PointForecast struct {
	// NextExpiryAt is null when no points expire.
	NextExpiryAt     scalar.Time   `json:"next_expiry_at"`
	NextExpiryPoints scalar.Amount `json:"next_expiry_points"`
	// NextExpiryDollars is what they are worth.
	NextExpiryDollars scalar.Amount `json:"next_expiry_dollars"`
}

// RewardForecast says which rewards expire next. The value is that of all with
// the earliest expiry.
type RewardForecast struct {
	// NextExpiryAt is null when no reward expires.
	NextExpiryAt    scalar.Time   `json:"next_expiry_at"`
	NextExpiryValue scalar.Amount `json:"next_expiry_value"`
}

// Reward is money that a profile can spend until a day.
type Reward struct {
	ID             int64            `json:"id"`
	ProfileID      string           `json:"profile_id"`
	ExternalID     scalar.Text      `json:"external_id"`
	Definition     RewardDefinition `json:"definition"`
	ValueInitial   scalar.Amount    `json:"value_initial"`
	ValueRemaining scalar.Amount    `json:"value_remaining"`
	IssuedAt       scalar.Time      `json:"issued_at"`
	// The local times are wall clocks in Timezone.
	IssuedLocalAt     scalar.Time     `json:"issued_local_at"`
	ExpiresAt         scalar.Time     `json:"expires_at"`
	ExpiresLocalAt    scalar.Time     `json:"expires_local_at"`
	Timezone          scalar.Text     `json:"timezone"`
	ExtendedAt        scalar.Time     `json:"extended_at"`
	IsActive          bool            `json:"is_active"`
	IsExpired         bool            `json:"is_expired"`
	HasNotifiedIssue  bool            `json:"has_notified_issue"`
	HasNotifiedExpiry bool            `json:"has_notified_expiry"`
	HasNotifiedExtend bool            `json:"has_notified_extend"`
	NotifyIssueAt     scalar.Time     `json:"notify_issue_at"`
	NotifyExpiryAt    scalar.Time     `json:"notify_expiry_at"`
	SourceType        scalar.Text     `json:"source_type"`
	SourceID          scalar.Text     `json:"source_id"`
	Meta              json.RawMessage `json:"meta"`
	CreatedAt         scalar.Time     `json:"created_at"`
	UpdatedAt         scalar.Time     `json:"updated_at"`
}

// RewardContext is the event context of a reward. Redemption is there when the
// event is one.
type RewardContext struct {
	Reward
	Profile    *ProfileContext `json:"profile"`
	Redemption *RedemptionPart `json:"redemption,omitempty"`
}

// RedemptionPart is what a redemption took from one instance.
type RedemptionPart struct {
	ID   int64  `json:"id"`
	Type string `json:"type" enum:"redeem,return,reversal"`
	// Value is money, Count a number of uses.
	Value scalar.Amount `json:"value"`
	Count int64         `json:"count"`
	// Total is that of the whole redemption.
	Total    scalar.Amount `json:"total"`
	RedeemAt scalar.Time   `json:"redeem_at"`
}

// Benefit is an entitlement that a profile can redeem.
type Benefit struct {
	ID         int64             `json:"id"`
	ProfileID  string            `json:"profile_id"`
	ExternalID scalar.Text       `json:"external_id"`
	Definition BenefitDefinition `json:"definition"`
	IssuedAt   scalar.Time       `json:"issued_at"`
	ExpiresAt  scalar.Time       `json:"expires_at"`
	ExtendedAt scalar.Time       `json:"extended_at"`
	ClaimedAt  scalar.Time       `json:"claimed_at"`
	IsExpired  bool              `json:"is_expired"`
	// IsRedeemable says that it is neither expired nor used up.
	IsRedeemable bool `json:"is_redeemable"`
	// The remaining redemptions are null where they are not limited.
	RedemptionsRemaining            *int64          `json:"redemptions_remaining"`
	TotalGlobalRedemptionsRemaining *int64          `json:"total_global_redemptions_remaining"`
	Timezone                        scalar.Text     `json:"timezone"`
	RedeemCodePOS                   scalar.Text     `json:"redeem_code_pos"`
	RedeemCodeOnline                scalar.Text     `json:"redeem_code_online"`
	Value                           *scalar.Amount  `json:"value"`
	SourceType                      scalar.Text     `json:"source_type"`
	SourceID                        scalar.Text     `json:"source_id"`
	Meta                            json.RawMessage `json:"meta"`
	CreatedAt                       scalar.Time     `json:"created_at"`
	UpdatedAt                       scalar.Time     `json:"updated_at"`
}

// BenefitContext is the event context of a benefit. Redemption is there when the
// event is one.
type BenefitContext struct {
	Benefit
	Profile    *ProfileContext `json:"profile"`
	Redemption *RedemptionPart `json:"redemption,omitempty"`
}

// BalanceContext is the event context of a profile's new balances.
type BalanceContext struct {
	// ID is the profile.
	ID        string `json:"id"`
	ProfileID string `json:"profile_id"`
	ProfileBalances
	Profile *ProfileContext `json:"profile"`
}
