package event

import (
	"encoding/json"

	"github.com/belfryhq/belfry/internal/scalar"
)

// Achievement is a definition with how far a profile has come in it.
type Achievement struct {
	AchievementDefinition
	Progress AchievementProgress `json:"progress"`
}

// AchievementProgress is how far a profile has come in an achievement. Levels
// follow from the score of the present cycle, which is that of all time where
// the achievement has no cycles.
type AchievementProgress struct {
	// CurrentLevel is the highest level that was unlocked in the cycle.
	CurrentLevel   *AchievementLevel `json:"current_level"`
	CurrentLevelID scalar.Int        `json:"current_level_id"`
	NextLevel      *AchievementLevel `json:"next_level"`
	NextLevelID    scalar.Int        `json:"next_level_id"`
	PrevLevel      *AchievementLevel `json:"prev_level"`
	PrevLevelID    scalar.Int        `json:"prev_level_id"`
	// NextLevelRemain is what the next level still needs, null above the last.
	NextLevelRemain *scalar.Amount `json:"next_level_remain"`
	// CurrentScore is the sum of all counts, CurrentCycleScore of those of the cycle.
	CurrentScore      scalar.Amount `json:"current_score"`
	CurrentCycleScore scalar.Amount `json:"current_cycle_score"`
	// UsedScore is the score at which something was last unlocked, CurrentCredit
	// what stands above it, and CurrentRemain what the next unlocking needs, be it
	// of a repeated level; null when nothing more can be unlocked.
	UsedScore     scalar.Amount  `json:"used_score"`
	CurrentCredit scalar.Amount  `json:"current_credit"`
	CurrentRemain *scalar.Amount `json:"current_remain"`
	// AchievedAt is when something was last unlocked, AnniversaryAt when the cycle
	// ends.
	AchievedAt    scalar.Time `json:"achieved_at"`
	AnniversaryAt scalar.Time `json:"anniversary_at"`
}

// AchievementContext is the event context of a count towards an achievement.
type AchievementContext struct {
	// ID is that of the achievement as this profile has it.
	ID         int64         `json:"id"`
	ProfileID  string        `json:"profile_id"`
	Definition DefinitionRef `json:"definition"`
	Count      scalar.Amount `json:"count"`
	// PreviousScore is CurrentScore before the count.
	PreviousScore scalar.Amount `json:"previous_score"`
	AchievementProgress
	// LevelledUp says that the count unlocked something.
	LevelledUp bool            `json:"levelled_up"`
	IssuedAt   scalar.Time     `json:"issued_at"`
	SourceType scalar.Text     `json:"source_type"`
	SourceID   scalar.Text     `json:"source_id"`
	ExternalID scalar.Text     `json:"external_id"`
	Meta       json.RawMessage `json:"meta"`
	Profile    *ProfileContext `json:"profile"`
}

// AchievementUnlockedContext is the event context of one level that a count
// unlocked.
type AchievementUnlockedContext struct {
	AchievementContext
	Level AchievementLevel `json:"level"`
	// Time is 1 when the level was unlocked first in the cycle, 2 when it was
	// repeated, and so on.
	Time int64 `json:"time"`
	// Unlocks is what the level gave.
	Unlocks []Unlocked `json:"unlocks"`
}

// Unlocked is something that a level gave.
type Unlocked struct {
	// Type is reward, benefit or point.
	Type string `json:"type" enum:"reward,benefit,point"`
	// ID is that of the reward, the benefit or the points.
	ID         int64         `json:"id"`
	Definition DefinitionRef `json:"definition"`
	// Value is points or money; null for a benefit.
	Value *scalar.Amount `json:"value"`
}

// MergedContext is the event context of a profile that another one was merged
// into: the profile itself, and who the other was.
type MergedContext struct {
	ProfileContext
	MergedProfileID string        `json:"merged_profile_id"`
	MergedProfile   MergedProfile `json:"merged_profile"`
}

// MergedProfile is a profile, in short, that is there no more.
type MergedProfile struct {
	ID          string      `json:"id"`
	ExternalID  scalar.Text `json:"external_id"`
	ProfileType scalar.Text `json:"profile_type"`
	FirstName   scalar.Text `json:"first_name"`
	LastName    scalar.Text `json:"last_name"`
	FullName    scalar.Text `json:"full_name"`
	Email       scalar.Text `json:"email"`
	MobilePhone scalar.Text `json:"mobile_phone"`
	JoinedAt    scalar.Time `json:"joined_at"`
	CreatedAt   scalar.Time `json:"created_at"`
}
