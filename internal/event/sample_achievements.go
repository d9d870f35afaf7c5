package event

import (
	"encoding/json"

	"github.com/belfryhq/belfry/internal/scalar"
)

// sampleVisits is the tenth visit, which unlocks the second level.
func sampleVisits() AchievementContext {
	profile, sold := sampleProfile(), moment(sampleSold)
	levels := sampleLevels()
	return AchievementContext{
		ID: 44, ProfileID: sampleProfileID, Definition: DefinitionRef{ID: 6, Name: "Visits", Handle: "visits", Type: "shop"},
		Count: scalar.One, PreviousScore: *amount("9"), LevelledUp: true, IssuedAt: sold, SourceType: "reaction",
		SourceID: "31", ExternalID: "V-10", Meta: json.RawMessage("{}"), Profile: &profile,
		AchievementProgress: AchievementProgress{
			CurrentLevel: &levels[1], CurrentLevelID: 2, PrevLevel: &levels[0], PrevLevelID: 1,
			NextLevel: &levels[2], NextLevelID: 3, NextLevelRemain: amount("10"),
			CurrentScore: *amount("10"), CurrentCycleScore: *amount("10"), UsedScore: *amount("10"),
			CurrentRemain: amount("10"), AchievedAt: sold, AnniversaryAt: moment("2026-12-31 13:00:00"),
		},
	}
}

func sampleLevels() []AchievementLevel {
	level := func(id scalar.Int, name scalar.Text, trigger string, unlocks ...Unlock) AchievementLevel {
		return AchievementLevel{
			ID: id, Name: name, DisplayNumber: id, Description: "So many visits in a year", Trigger: *amount(trigger),
			Meta: LevelMeta{Unlocks: append([]Unlock{}, unlocks...)},
		}
	}
	return []AchievementLevel{
		level(1, "Guest", "5"),
		level(2, "Friend", "10", Unlock{ID: 3, Type: "reward_definition", Value: amount("10")}),
		level(3, "Family", "20"),
	}
}

func sampleUnlocked() AchievementUnlockedContext {
	c := sampleVisits()
	return AchievementUnlockedContext{
		AchievementContext: c, Level: *c.CurrentLevel, Time: 1,
		Unlocks: []Unlocked{{
			Type: "reward", ID: 8, Value: amount("10"),
			Definition: DefinitionRef{ID: 3, Name: "Thank you", Handle: "thank-you", Type: "achievement"},
		}},
	}
}

func sampleMerged() MergedContext {
	const merged = "0194f3a2-7c1e-7b44-9d0a-3f5e8a6b1c99"
	joined := moment("2024-05-02 03:20:00")
	return MergedContext{
		ProfileContext: sampleProfile(), MergedProfileID: merged,
		MergedProfile: MergedProfile{
			ID: merged, ExternalID: "C-2044", ProfileType: "active", FirstName: "Ada", LastName: "Ng", FullName: "Ada Ng",
			Email: "ada.ng@example.org", MobilePhone: "0498 765 432", JoinedAt: joined, CreatedAt: joined,
		},
	}
}
