package loyalty

import (
	"fmt"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// AchievementDefinitions are the achievements that there are.
var AchievementDefinitions = &Definitions[event.AchievementDefinition]{
	Kind: store.AchievementDefinition, Resource: "achievement definition",
	common: (*event.AchievementDefinition).Common,
	typ:    func(d *event.AchievementDefinition) scalar.Text { return d.Type },
	check:  checkAchievementDefinition,
}

func checkAchievementDefinition(_ *store.Tenant, d, _ *event.AchievementDefinition, invalid *InvalidError) error {
	if d.DisplayOption == "" {
		d.DisplayOption = "visible"
	}
	oneOf(invalid, "display_option", d.DisplayOption, "visible", "hidden", "mystery", "internal")
	oneOf(invalid, "period", d.Period, "", "daily", "weekly", "fortnightly", "monthly", "yearly")
	if d.Timezone != "" {
		checkZone(invalid, "timezone", string(d.Timezone))
	}
	if !d.StartsAt.IsZero() && !d.EndsAt.IsZero() && !d.EndsAt.After(d.StartsAt.Time) {
		invalid.Add("ends_at", "The ends at must be after the starts at.")
	}
	for i := range d.Levels {
		l := &d.Levels[i]
		l.ID = scalar.Int(i + 1)
		if l.DisplayNumber == 0 {
			l.DisplayNumber = l.ID
		}
		field := fmt.Sprintf("levels.%d.", i)
		if l.Trigger <= 0 || i > 0 && l.Trigger <= d.Levels[i-1].Trigger {
			invalid.Add(field+"trigger", "The trigger must be greater than 0 and than that of the level before.")
		}
		if l.Repeats < 0 || l.RepeatInterval != nil && *l.RepeatInterval <= 0 {
			invalid.Add(field+"repeat_interval", "The repeat interval must be greater than 0.")
		}
	}
	if d.Levels == nil {
		d.Levels = []event.AchievementLevel{}
	}
	return nil
}
