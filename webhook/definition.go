package webhook

import "encoding/json"

// A DefinitionRef names the definition that something was given from.
type DefinitionRef struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	Handle string `json:"handle"`
	Type   string `json:"type"`
}

// A Definition is what the definitions of every kind have in common.
type Definition struct {
	ID               int64           `json:"id"`
	Name             string          `json:"name"`
	Handle           string          `json:"handle"`
	IsPublished      bool            `json:"is_published"`
	Description      string          `json:"description"`
	ShortDescription string          `json:"short_description"`
	LongDescription  string          `json:"long_description"`
	TermsConditions  string          `json:"terms_conditions"`
	EarnInstructions string          `json:"earn_instructions"`
	InternalNotes    string          `json:"internal_notes"`
	Icon             string          `json:"icon"`
	ImageURL         string          `json:"image_url"`
	Tags             []string        `json:"tags"`
	RegionID         int64           `json:"region_id"`
	Currency         string          `json:"currency"` // ISO 4217
	Meta             json.RawMessage `json:"meta"`
	CreatedAt        Time            `json:"created_at"`
	UpdatedAt        Time            `json:"updated_at"`
}

// A Period says for how long something is held that was given.
type Period struct {
	Count          int64  `json:"period"`
	Type           string `json:"period_type"` // hours, days, weeks, months, years, absolute_date, absolute_week, absolute_month; empty doesn't expire
	AbsoluteExpiry Time   `json:"absolute_expiry"`
}

// Notices says which targets a definition sends to by itself, and when. The offsets are whole days and an hour of the day.
type Notices struct {
	IssueTargetID          int64  `json:"issue_target_id"`
	ExpiryTargetID         int64  `json:"expiry_target_id"`
	RemindTargetID         int64  `json:"remind_target_id"`
	ExtendTargetID         int64  `json:"extend_target_id"`
	NotifyIssueOffsetDays  int64  `json:"notify_issue_offset_days"`
	NotifyIssueOffsetHour  *int64 `json:"notify_issue_offset_hour"`
	NotifyRemindOffsetDays int64  `json:"notify_remind_offset_days"`
	NotifyRemindOffsetHour *int64 `json:"notify_remind_offset_hour"`
}

// A TierDefinition is what a tier takes.
type TierDefinition struct {
	Definition
	IsFloor       bool    `json:"is_floor"`
	ValueMin      Amount  `json:"value_min"`      // tier points within 365 days that attain it
	ValueMaintain *Amount `json:"value_maintain"` // tier points that keep it at the anniversary
	IsAssignable  bool    `json:"is_assignable"`
	DisableCredit bool    `json:"disable_credit"`
}

// A RewardDefinition defines rewards.
type RewardDefinition struct {
	Definition
	Type     string  `json:"type"`
	Value    Amount  `json:"value"`
	MaxValue *Amount `json:"max_value"`
	Period
	IsAssignable   bool  `json:"is_assignable"`
	IsReassignable bool  `json:"is_reassignable"`
	IsExtendable   bool  `json:"is_extendable"`
	ExtendDays     int64 `json:"extend_days"`
	Notices
}

// A BenefitDefinition defines benefits.
type BenefitDefinition struct {
	Definition
	Type  string  `json:"type"`
	Value *Amount `json:"value"`
	Period
	EndAt                    Time            `json:"end_at"`
	MaxRedemptions           int64           `json:"max_redemptions"`        // of each benefit; 0 is no limit
	MaxGlobalRedemptions     int64           `json:"max_global_redemptions"` // of all together; 0 is no limit
	IsExtendable             bool            `json:"is_extendable"`
	IsAssignable             bool            `json:"is_assignable"`
	IsReassignable           bool            `json:"is_reassignable"`
	IsArchived               bool            `json:"is_archived"`
	IsClaimable              bool            `json:"is_claimable"`
	IsReclaimable            bool            `json:"is_reclaimable"`
	ClaimCondition           json.RawMessage `json:"claim_condition"` // JSON Logic, as the other conditions
	ViewCondition            json.RawMessage `json:"view_condition"`
	VisibilityCondition      json.RawMessage `json:"visibility_condition"`
	ClaimPeriodStartAt       Time            `json:"claim_period_start_at"`
	ClaimPeriodEndAt         Time            `json:"claim_period_end_at"`
	AllowUserRedeem          bool            `json:"allow_user_redeem"`
	ForceAllocation          bool            `json:"force_allocation"`
	Campaign                 string          `json:"campaign"`
	RedeemCodePOS            string          `json:"redeem_code_pos"`
	RedeemCodeOnline         string          `json:"redeem_code_online"`
	RedeemInstructionsStore  string          `json:"redeem_instructions_store"`
	RedeemInstructionsOnline string          `json:"redeem_instructions_online"`
	Notices
}
