package webhook

import (
	"encoding/json"
	"strings"
)

// A TierContext is the body of tier.achieved, tier.maintained and tier.lost.
type TierContext struct {
	ID             int64           `json:"id"`         // of the change in the profile's history of tiers
	ProfileID      string          `json:"profile_id"` // UUID
	Definition     *TierDefinition `json:"definition"` // the tier that is held now; nil where there is no floor to fall to
	Previous       *TierRef        `json:"previous"`   // the tier that was held before
	AchievedAt     Time            `json:"achieved_at"`
	AnniversaryAt  Time            `json:"anniversary_at"`
	AssignedAt     Time            `json:"assigned_at"` // zero unless assigned by hand
	MaintainedAt   Time            `json:"maintained_at"`
	TotalPoints12m Amount          `json:"total_points_12m"` // what the change was decided by
	NextTier       *TierRef        `json:"next_tier"`
	NextRemain     *Amount         `json:"next_remain"`
	Profile        *ProfileContext `json:"profile"`
}

// A TierRef is a tier beside the one that a context is about.
type TierRef struct {
	ID       int64  `json:"id"`
	Name     string `json:"name"`
	Handle   string `json:"handle"`
	ValueMin Amount `json:"value_min"`
}

func (*TierContext) carries(e Event) bool { return strings.HasPrefix(string(e), "tier.") }

// Validate reports what makes the context unusable.
func (t *TierContext) Validate() []FieldError { return validateObject(t.ID, t.Profile, t.ProfileID) }

// An AchievementContext is the body of achievement.progressed: a count towards an achievement and how far it led.
type AchievementContext struct {
	ID            int64         `json:"id"`         // of the achievement as this profile has it
	ProfileID     string        `json:"profile_id"` // UUID
	Definition    DefinitionRef `json:"definition"`
	Count         Amount        `json:"count"`
	PreviousScore Amount        `json:"previous_score"`

	CurrentLevel      *AchievementLevel `json:"current_level"` // the highest that was unlocked in the cycle
	CurrentLevelID    int64             `json:"current_level_id"`
	NextLevel         *AchievementLevel `json:"next_level"`
	NextLevelID       int64             `json:"next_level_id"`
	PrevLevel         *AchievementLevel `json:"prev_level"`
	PrevLevelID       int64             `json:"prev_level_id"`
	NextLevelRemain   *Amount           `json:"next_level_remain"`
	CurrentScore      Amount            `json:"current_score"`
	CurrentCycleScore Amount            `json:"current_cycle_score"`
	UsedScore         Amount            `json:"used_score"`
	CurrentCredit     Amount            `json:"current_credit"`
	CurrentRemain     *Amount           `json:"current_remain"`
	AchievedAt        Time              `json:"achieved_at"`
	AnniversaryAt     Time              `json:"anniversary_at"` // when the cycle ends

	LevelledUp bool            `json:"levelled_up"`
	IssuedAt   Time            `json:"issued_at"`
	SourceType string          `json:"source_type"`
	SourceID   string          `json:"source_id"`
	ExternalID string          `json:"external_id"`
	Meta       json.RawMessage `json:"meta"`
	Profile    *ProfileContext `json:"profile"`
}

func (*AchievementContext) carries(e Event) bool { return e == AchievementProgressed }

// Validate reports what makes the context unusable.
func (a *AchievementContext) Validate() []FieldError {
	return validateObject(a.ID, a.Profile, a.ProfileID)
}

// An AchievementLevel is one level of an achievement.
type AchievementLevel struct {
	ID                int64     `json:"id"`
	Name              string    `json:"name"`
	DisplayNumber     int64     `json:"display_number"`
	Description       string    `json:"description"`
	Trigger           Amount    `json:"trigger"` // the count that unlocks it
	Repeats           int64     `json:"repeats"`
	RepeatInterval    *Amount   `json:"repeat_interval"`
	AllowMultipleEarn bool      `json:"allow_multiple_earn"`
	Meta              LevelMeta `json:"meta"`
}

// LevelMeta holds what a level unlocks.
type LevelMeta struct {
	Unlocks []Unlock `json:"unlocks"`
}

// An Unlock is something that a level gives.
type Unlock struct {
	ID     int64   `json:"id"` // of the definition
	IDType string  `json:"id_type"`
	Type   string  `json:"type"` // reward_definition, benefit_definition, point_definition
	Value  *Amount `json:"value"`
}

// An AchievementUnlockedContext is the body of achievement.unlocked: one level that a count unlocked.
type AchievementUnlockedContext struct {
	AchievementContext
	Level   AchievementLevel `json:"level"`
	Time    int64            `json:"time"` // 1 when it was unlocked first in the cycle, 2 when it was repeated, …
	Unlocks []Unlocked       `json:"unlocks"`
}

func (*AchievementUnlockedContext) carries(e Event) bool { return e == AchievementUnlocked }

// Unlocked is something that a level gave.
type Unlocked struct {
	Type       string        `json:"type"` // reward, benefit, point
	ID         int64         `json:"id"`
	Definition DefinitionRef `json:"definition"`
	Value      *Amount       `json:"value"`
}
