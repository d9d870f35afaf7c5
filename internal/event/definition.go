package event

import (
	"encoding/json"

	"github.com/belfryhq/belfry/internal/scalar"
)

// Definition is what the definitions of every kind have in common. It is
// embedded in each, and has the same form in requests, answers and contexts.
type Definition struct {
	ID   int64       `json:"id" readOnly:"true"`
	Name scalar.Text `json:"name" required:"true"`
	// Handle is unique among the definitions of the kind.
	Handle      scalar.Text `json:"handle" required:"true" doc:"unique among its kind, cannot be changed later"`
	IsPublished bool        `json:"is_published" doc:"false keeps it from giving anything new"`

	Description      scalar.Text     `json:"description"`
	ShortDescription scalar.Text     `json:"short_description"`
	LongDescription  scalar.Text     `json:"long_description"`
	TermsConditions  scalar.Text     `json:"terms_conditions"`
	EarnInstructions scalar.Text     `json:"earn_instructions"`
	InternalNotes    scalar.Text     `json:"internal_notes"`
	Icon             scalar.Text     `json:"icon"`
	ImageURL         scalar.Text     `json:"image_url"`
	Tags             []string        `json:"tags"`
	RegionID         scalar.Int      `json:"region_id"`
	Currency         scalar.Text     `json:"currency"`
	Meta             json.RawMessage `json:"meta"`

	CreatedAt scalar.Time `json:"created_at" readOnly:"true"`
	UpdatedAt scalar.Time `json:"updated_at" readOnly:"true"`
}

// Common returns the part itself, so that code for every kind can reach it.
func (d *Definition) Common() *Definition { return d }

// Period says for how long something is held that was given: Count of Unit from
// the day on which it was given, or until the end of a fixed day.
type Period struct {
	// Count is ignored where the type is an absolute one.
	Count scalar.Int `json:"period" minimum:"0"`
	// Unit is hours, days, weeks, months, years, absolute_date, absolute_week or
	// absolute_month; null never expires. Its name in Go is none that a definition
	// has beside it: the schema would leave it out.
	Unit           scalar.Text `json:"period_type" doc:"hours, days, weeks, months, years, absolute_date, absolute_week or absolute_month; null does not expire"`
	AbsoluteExpiry scalar.Time `json:"absolute_expiry"`
}

// IssuePeriod is a Period by the names that points and rates give it.
type IssuePeriod struct {
	Count          scalar.Int  `json:"issue_period" minimum:"0"`
	Unit           scalar.Text `json:"issue_period_type" doc:"hours, days, weeks, months, years, absolute_date, absolute_week or absolute_month; null does not expire"`
	AbsoluteExpiry scalar.Time `json:"issue_absolute_expiry"`
}

// PointDefinition defines points: what earns them, when they become usable and
// when they expire.
type PointDefinition struct {
	Definition
	// Kind is purchase (earned from spend, redeemable), action (given by hand or
	// by reactions, redeemable) or tier (they lead to tiers and cannot be redeemed).
	Kind  scalar.Text `json:"kind" enum:"purchase,action,tier" doc:"purchase when not given"`
	Notes scalar.Text `json:"notes"`
	// EarnRate is how many points one unit of the currency earns by itself; null
	// earns none.
	EarnRate *scalar.Amount `json:"earn_rate" doc:"at most 1000"`
	// AccrueDelay is the number of days after which points become usable.
	AccrueDelay    scalar.Int `json:"accrue_delay" minimum:"0" doc:"days until points are usable"`
	IsReassignable bool       `json:"is_reassignable"`
	IssuePeriod
}

// Rate multiplies the points of what it applies to.
type Rate struct {
	Definition
	// Type is purchase, tier, or the handle of the points that it is for; null is
	// purchase.
	Type scalar.Text   `json:"type"`
	Code scalar.Text   `json:"code"`
	Rate scalar.Amount `json:"rate" required:"true" doc:"at most 1000"`
	// Priority decides between rates that apply: the highest wins.
	Priority int64 `json:"priority"`
	// IsDefault applies where no other rate does.
	IsDefault   bool        `json:"is_default"`
	LocationID  scalar.Int  `json:"location_id"`
	CountryISO2 scalar.Text `json:"country_iso_2"`
	// ProfileConditions is JSON Logic on the profile's context, ProductConditions
	// on an item of the transaction; null always holds.
	ProfileConditions json.RawMessage `json:"profile_conditions"`
	ProductConditions json.RawMessage `json:"product_conditions"`
	StartTime         scalar.Time     `json:"start_time"`
	EndTime           scalar.Time     `json:"end_time"`
	IssuePeriod
}

// TierDefinition is one of the tiers that profiles climb.
type TierDefinition struct {
	Definition
	// IsFloor is the tier that everybody has at least.
	IsFloor bool `json:"is_floor"`
	// ValueMin is the sum of tier points within 365 days that attains it,
	// ValueMaintain the one that keeps it at the anniversary; null is ValueMin.
	ValueMin      scalar.Amount  `json:"value_min" required:"true"`
	ValueMaintain *scalar.Amount `json:"value_maintain"`
	IsAssignable  bool           `json:"is_assignable"`
	// DisableCredit keeps what stood above the threshold from counting for the
	// next anniversary.
	DisableCredit bool `json:"disable_credit"`
}

// Notices says which targets are sent to on behalf of a definition, and when.
// The offsets move a notice by whole days, and to an hour of the day in the
// instance's zone.
type Notices struct {
	IssueTargetID          scalar.Int `json:"issue_target_id"`
	ExpiryTargetID         scalar.Int `json:"expiry_target_id" doc:"the reminder before it expires"`
	RemindTargetID         scalar.Int `json:"remind_target_id" doc:"another name of expiry_target_id"`
	ExtendTargetID         scalar.Int `json:"extend_target_id"`
	NotifyIssueOffsetDays  scalar.Int `json:"notify_issue_offset_days"`
	NotifyIssueOffsetHour  *int64     `json:"notify_issue_offset_hour" minimum:"0" maximum:"23"`
	NotifyRemindOffsetDays scalar.Int `json:"notify_remind_offset_days" doc:"days before it expires"`
	NotifyRemindOffsetHour *int64     `json:"notify_remind_offset_hour" minimum:"0" maximum:"23"`
}

// RewardDefinition defines rewards: money to spend until a day.
type RewardDefinition struct {
	Definition
	// Type is one of the documented types; it is for reports alone.
	Type     scalar.Text    `json:"type"`
	Value    scalar.Amount  `json:"value"`
	MaxValue *scalar.Amount `json:"max_value"`
	Period
	IsAssignable   bool       `json:"is_assignable"`
	IsReassignable bool       `json:"is_reassignable"`
	IsExtendable   bool       `json:"is_extendable"`
	ExtendDays     scalar.Int `json:"extend_days"`
	Notices
}

// BenefitDefinition defines benefits: entitlements that are redeemed a number of
// times.
type BenefitDefinition struct {
	Definition
	Type  scalar.Text    `json:"type"`
	Value *scalar.Amount `json:"value"`
	Period
	EndAt scalar.Time `json:"end_at"`
	// MaxRedemptions limits each instance, MaxGlobalRedemptions all of them
	// together; null does not limit.
	MaxRedemptions       scalar.Int `json:"max_redemptions"`
	MaxGlobalRedemptions scalar.Int `json:"max_global_redemptions"`
	IsExtendable         bool       `json:"is_extendable"`
	IsAssignable         bool       `json:"is_assignable"`
	IsReassignable       bool       `json:"is_reassignable"`
	IsArchived           bool       `json:"is_archived"`
	IsClaimable          bool       `json:"is_claimable"`
	// IsReclaimable lets a profile claim it again.
	IsReclaimable bool `json:"is_reclaimable"`
	// The conditions are JSON Logic on the profile's context; null always holds.
	ClaimCondition      json.RawMessage `json:"claim_condition"`
	ViewCondition       json.RawMessage `json:"view_condition"`
	VisibilityCondition json.RawMessage `json:"visibility_condition"`
	ClaimPeriodStartAt  scalar.Time     `json:"claim_period_start_at"`
	ClaimPeriodEndAt    scalar.Time     `json:"claim_period_end_at"`
	AllowUserRedeem     bool            `json:"allow_user_redeem"`
	// ForceAllocation refuses to give a benefit when no code is free.
	ForceAllocation          bool        `json:"force_allocation"`
	Campaign                 scalar.Text `json:"campaign"`
	RedeemCodePOS            scalar.Text `json:"redeem_code_pos"`
	RedeemCodeOnline         scalar.Text `json:"redeem_code_online"`
	RedeemInstructionsStore  scalar.Text `json:"redeem_instructions_store"`
	RedeemInstructionsOnline scalar.Text `json:"redeem_instructions_online"`
	Notices
	BenefitCounts
}

// BenefitCounts is what only readers of a benefit's definition see, where there
// is anything to count: uses where they are limited for all profiles together,
// and codes.
type BenefitCounts struct {
	TotalGlobalRedemptions          *int64 `json:"total_global_redemptions,omitempty" readOnly:"true"`
	TotalGlobalRedemptionsRemaining *int64 `json:"total_global_redemptions_remaining,omitempty" readOnly:"true"`
	TotalAllocations                *int64 `json:"total_allocations,omitempty" readOnly:"true"`
	TotalAllocationsRemaining       *int64 `json:"total_allocations_remaining,omitempty" readOnly:"true"`
}

// AchievementDefinition defines an achievement: a count that unlocks levels.
type AchievementDefinition struct {
	Definition
	Type     scalar.Text `json:"type"`
	StartsAt scalar.Time `json:"starts_at"`
	EndsAt   scalar.Time `json:"ends_at"`
	// DisplayOption is visible, hidden, mystery or internal.
	DisplayOption scalar.Text `json:"display_option"`
	DisplayLevel  scalar.Int  `json:"display_level"`
	Timezone      scalar.Text `json:"timezone"`
	// Period is the cycle after which the count begins anew: daily, weekly,
	// fortnightly, monthly or yearly; null never does. EnableAnnualEarnCycle is a
	// cycle of each profile's own, a year from its first count; it needs no period.
	Period                scalar.Text        `json:"period"`
	EnableAnnualEarnCycle bool               `json:"enable_annual_earn_cycle"`
	Levels                []AchievementLevel `json:"levels"`
}

// AchievementLevel is one level of an achievement.
type AchievementLevel struct {
	ID            scalar.Int  `json:"id"`
	Name          scalar.Text `json:"name"`
	DisplayNumber scalar.Int  `json:"display_number"`
	Description   scalar.Text `json:"description"`
	// Trigger is the count that unlocks it.
	Trigger scalar.Amount `json:"trigger" required:"true"`
	// RepeatInterval is the count after which it unlocks again, Repeats how often
	// it does. With repeats 0 it does without end where AllowMultipleEarn, and
	// otherwise never.
	Repeats           scalar.Int     `json:"repeats"`
	RepeatInterval    *scalar.Amount `json:"repeat_interval"`
	AllowMultipleEarn bool           `json:"allow_multiple_earn"`
	Meta              LevelMeta      `json:"meta"`
}

// LevelMeta holds what a level unlocks.
type LevelMeta struct {
	Unlocks []Unlock `json:"unlocks"`
}

// Unlock is something that a level gives.
type Unlock struct {
	ID     int64       `json:"id" doc:"of the definition"`
	IDType scalar.Text `json:"id_type,omitempty"`
	// Type is reward_definition, benefit_definition or point_definition.
	Type  scalar.Text    `json:"type"`
	Value *scalar.Amount `json:"value,omitempty"`
}
