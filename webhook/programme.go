package webhook

import (
	"encoding/json"
	"strings"
)

// A PointContext is the body of points.awarded and points.expired.
type PointContext struct {
	ID                     int64           `json:"id"`
	ProfileID              string          `json:"profile_id"` // UUID
	LinkedProfileID        string          `json:"linked_profile_id"`
	Definition             DefinitionRef   `json:"definition"`
	ValueInitial           Amount          `json:"value_initial"`
	ValueRemaining         Amount          `json:"value_remaining"` // negative for a debt
	ValueInitialCurrency   Amount          `json:"value_initial_currency"`
	ValueRemainingCurrency Amount          `json:"value_remaining_currency"`
	IssuedAt               Time            `json:"issued_at"`  // when they were recorded
	AccruedAt              Time            `json:"accrued_at"` // when they become usable
	ExpiresAt              Time            `json:"expires_at"` // zero when they don't expire
	Status                 string          `json:"status"`     // pending, active, consumed, expired, reversed
	Rate                   *Amount         `json:"rate"`
	SourceType             string          `json:"source_type"`
	SourceID               string          `json:"source_id"`
	Source                 *Source         `json:"source"`
	ExternalID             string          `json:"external_id"`
	Description            string          `json:"description"`
	Meta                   json.RawMessage `json:"meta"`
	CreatedAt              Time            `json:"created_at"`
	UpdatedAt              Time            `json:"updated_at"`
	Profile                *ProfileContext `json:"profile"`
}

// A Source is what gave points, such as a transaction.
type Source struct {
	ID         string `json:"id"`
	ExternalID string `json:"external_id"`
}

func (*PointContext) carries(e Event) bool { return strings.HasPrefix(string(e), "points.") }

// Validate reports what makes the context unusable.
func (p *PointContext) Validate() []FieldError { return validateObject(p.ID, p.Profile, p.ProfileID) }

// A RewardContext is the body of the events that begin with reward.
type RewardContext struct {
	ID                int64            `json:"id"`
	ProfileID         string           `json:"profile_id"` // UUID
	ExternalID        string           `json:"external_id"`
	Definition        RewardDefinition `json:"definition"`
	ValueInitial      Amount           `json:"value_initial"`
	ValueRemaining    Amount           `json:"value_remaining"`
	IssuedAt          Time             `json:"issued_at"`
	IssuedLocalAt     Time             `json:"issued_local_at"` // a wall clock in Timezone, as ExpiresLocalAt
	ExpiresAt         Time             `json:"expires_at"`
	ExpiresLocalAt    Time             `json:"expires_local_at"`
	Timezone          string           `json:"timezone"` // IANA
	ExtendedAt        Time             `json:"extended_at"`
	IsActive          bool             `json:"is_active"`
	IsExpired         bool             `json:"is_expired"`
	HasNotifiedIssue  bool             `json:"has_notified_issue"`
	HasNotifiedExpiry bool             `json:"has_notified_expiry"`
	HasNotifiedExtend bool             `json:"has_notified_extend"`
	NotifyIssueAt     Time             `json:"notify_issue_at"`
	NotifyExpiryAt    Time             `json:"notify_expiry_at"`
	SourceType        string           `json:"source_type"`
	SourceID          string           `json:"source_id"`
	Meta              json.RawMessage  `json:"meta"`
	CreatedAt         Time             `json:"created_at"`
	UpdatedAt         Time             `json:"updated_at"`
	Profile           *ProfileContext  `json:"profile"`
	Redemption        *Redemption      `json:"redemption"` // of reward.redeemed alone
}

// A Redemption is what a redemption took from one reward or benefit.
type Redemption struct {
	ID       int64  `json:"id"`
	Type     string `json:"type"` // redeem, return, reversal
	Value    Amount `json:"value"`
	Count    int64  `json:"count"` // uses
	Total    Amount `json:"total"` // of the whole redemption
	RedeemAt Time   `json:"redeem_at"`
}

func (*RewardContext) carries(e Event) bool { return strings.HasPrefix(string(e), "reward.") }

// Validate reports what makes the context unusable.
func (r *RewardContext) Validate() []FieldError { return validateObject(r.ID, r.Profile, r.ProfileID) }

// A BenefitContext is the body of the events that begin with benefit.
type BenefitContext struct {
	ID                              int64             `json:"id"`
	ProfileID                       string            `json:"profile_id"` // UUID
	ExternalID                      string            `json:"external_id"`
	Definition                      BenefitDefinition `json:"definition"`
	IssuedAt                        Time              `json:"issued_at"`
	ExpiresAt                       Time              `json:"expires_at"`
	ExtendedAt                      Time              `json:"extended_at"`
	ClaimedAt                       Time              `json:"claimed_at"`
	IsExpired                       bool              `json:"is_expired"`
	IsRedeemable                    bool              `json:"is_redeemable"`
	RedemptionsRemaining            *int64            `json:"redemptions_remaining"` // nil is no limit
	TotalGlobalRedemptionsRemaining *int64            `json:"total_global_redemptions_remaining"`
	Timezone                        string            `json:"timezone"` // IANA
	RedeemCodePOS                   string            `json:"redeem_code_pos"`
	RedeemCodeOnline                string            `json:"redeem_code_online"`
	Value                           *Amount           `json:"value"`
	SourceType                      string            `json:"source_type"`
	SourceID                        string            `json:"source_id"`
	Meta                            json.RawMessage   `json:"meta"`
	CreatedAt                       Time              `json:"created_at"`
	UpdatedAt                       Time              `json:"updated_at"`
	Profile                         *ProfileContext   `json:"profile"`
	Redemption                      *Redemption       `json:"redemption"` // of benefit.redeemed alone
}

func (*BenefitContext) carries(e Event) bool { return strings.HasPrefix(string(e), "benefit.") }

// Validate reports what makes the context unusable.
func (b *BenefitContext) Validate() []FieldError { return validateObject(b.ID, b.Profile, b.ProfileID) }

// A BalanceContext is the body of balance.updated.
type BalanceContext struct {
	ID                     string          `json:"id"` // of the profile
	ProfileID              string          `json:"profile_id"`
	RewardBalance          Amount          `json:"reward_balance"`
	PointBalance           Amount          `json:"point_balance"`
	PointBalanceDollars    Amount          `json:"point_balance_dollars"`
	BenefitBalance         Amount          `json:"benefit_balance"` // a count
	CreditBalance          Amount          `json:"credit_balance"`
	CombinedBalanceDollars Amount          `json:"combined_balance_dollars"`
	Profile                *ProfileContext `json:"profile"`
}

func (*BalanceContext) carries(e Event) bool { return e == BalanceUpdated }

// Validate reports what makes the context unusable.
func (b *BalanceContext) Validate() []FieldError {
	if b.ID == "" {
		return []FieldError{{"id", "is missing"}}
	}
	return validateOwner(b.Profile, b.ID)
}
