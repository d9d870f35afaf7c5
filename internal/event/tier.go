package event

import (
	"encoding/json"

	"github.com/belfryhq/belfry/internal/scalar"
)

// TierPoint is a number of points that lead to tiers. They cannot be spent.
type TierPoint struct {
	ID                int64         `json:"id"`
	ProfileID         string        `json:"profile_id"`
	PointDefinitionID scalar.Int    `json:"point_definition_id"`
	Value             scalar.Amount `json:"value" doc:"negative for what was taken back"`
	// IssuedAt is when they were recorded, AccruedAt when they begin to count.
	IssuedAt  scalar.Time `json:"issued_at"`
	AccruedAt scalar.Time `json:"accrued_at" doc:"they count for 365 days from then on"`
	// Status is pending until they count, and reversed once they were corrected or
	// deleted.
	Status     string          `json:"status" enum:"pending,active,reversed"`
	SourceType scalar.Text     `json:"source_type"`
	SourceID   scalar.Text     `json:"source_id"`
	Source     *Source         `json:"source"`
	Meta       json.RawMessage `json:"meta"`
	CreatedAt  scalar.Time     `json:"created_at"`
}

// ProfileTier is the tier that a profile holds, how it came to it and how far it
// is from keeping it and from the next.
type ProfileTier struct {
	ProfileID string `json:"profile_id"`
	// CurrentTier is null where there is no floor and no other is held.
	CurrentTier *TierDefinition `json:"current_tier"`
	NextTier    *TierDefinition `json:"next_tier" doc:"the lowest that is above the current one"`
	PrevTier    *TierDefinition `json:"prev_tier" doc:"the one that was held before"`
	IsFloor     bool            `json:"is_floor"`
	// CurrentCredit is what counts at the anniversary apart from what is earned
	// until then.
	CurrentCredit   scalar.Amount `json:"current_credit" doc:"what stood above value_min when the tier was achieved; it counts once, at the first anniversary"`
	CurrentProgress scalar.Amount `json:"current_progress" doc:"earned since the tier was achieved or last maintained"`
	CurrentRemain   scalar.Amount `json:"current_remain" doc:"still needed to maintain the tier at the anniversary"`
	NextProgress    scalar.Amount `json:"next_progress" doc:"earned within 365 days"`
	// NextRemain is null when there is no next tier.
	NextRemain             *scalar.Amount `json:"next_remain" doc:"still needed to attain the next tier"`
	TotalPoints12m         scalar.Amount  `json:"total_points_12m" doc:"earned within 365 days"`
	TotalPointsAchievement scalar.Amount  `json:"total_points_achievement" doc:"earned since the tier was achieved"`
	NextProgressChangeAt   scalar.Time    `json:"next_progress_change_at" doc:"when points next leave the 365 days"`
	AnniversaryAt          scalar.Time    `json:"anniversary_at"`
	MaintainedAt           scalar.Time    `json:"maintained_at"`
	AssignedAt             scalar.Time    `json:"assigned_at" doc:"null unless it was assigned by hand"`
	AchievedAt             scalar.Time    `json:"achieved_at"`
}

// TierRef is a tier beside the one that a context is about.
type TierRef struct {
	ID       int64         `json:"id"`
	Name     scalar.Text   `json:"name"`
	Handle   scalar.Text   `json:"handle"`
	ValueMin scalar.Amount `json:"value_min"`
}

// TierContext is the event context of a tier that was achieved, maintained or
// lost.
type TierContext struct {
	// ID is that of the change in the profile's history of tiers.
	ID        int64  `json:"id"`
	ProfileID string `json:"profile_id"`
	// Definition is the tier that the profile holds now: after a loss it is the
	// lower one, and null where there is no floor to fall to. Previous is the one
	// that it held before.
	Definition    *TierDefinition `json:"definition"`
	Previous      *TierRef        `json:"previous"`
	AchievedAt    scalar.Time     `json:"achieved_at"`
	AnniversaryAt scalar.Time     `json:"anniversary_at"`
	AssignedAt    scalar.Time     `json:"assigned_at"`
	MaintainedAt  scalar.Time     `json:"maintained_at"`
	// TotalPoints12m is what the change was decided by.
	TotalPoints12m scalar.Amount   `json:"total_points_12m"`
	NextTier       *TierRef        `json:"next_tier"`
	NextRemain     *scalar.Amount  `json:"next_remain"`
	Profile        *ProfileContext `json:"profile"`
}
