package loyalty

import (
	"fmt"
	"slices"

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

// maxLevels is how many levels an achievement may have.
const maxLevels = 100

func checkAchievementDefinition(t *store.Tenant, d, before *event.AchievementDefinition, invalid *InvalidError) error {
	p, err := programmeOf(t)
	if err != nil {
		return err
	}
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
	if len(d.Levels) > maxLevels {
		invalid.Add("levels", "The levels may not have more than %d items.", maxLevels)
	}
	if d.Period != "" && d.EnableAnnualEarnCycle {
		invalid.Add("enable_annual_earn_cycle", "The enable annual earn cycle cannot be true when period is present.")
	}
	if err := checkLevelsStay(t, d, before, invalid); err != nil {
		return err
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
		checkLevel(p, invalid, field, l)
	}
	if d.Levels == nil {
		d.Levels = []event.AchievementLevel{}
	}
	return nil
}

// checkLevelsStay notes levels that were removed or have another place, once
// there are counts: what profiles unlocked is remembered by the place, so that
// another level there would not be unlocked, and the moved one unlocked again.
func checkLevelsStay(t *store.Tenant, d, before *event.AchievementDefinition, invalid *InvalidError) error {
	if before == nil {
		return nil
	}
	counted, err := t.HasInstances(before.ID)
	if err != nil {
		return fmt.Errorf("look for counts: %w", err)
	}
	if !counted {
		return nil
	}
	if len(d.Levels) < len(before.Levels) {
		invalid.Add("levels", "The levels cannot be removed once there are counts.")
	}
	for i, l := range d.Levels {
		known := slices.IndexFunc(before.Levels, func(b event.AchievementLevel) bool { return b.Trigger == l.Trigger })
		if l.ID != 0 && l.ID != scalar.Int(i+1) || known >= 0 && known != i {
			invalid.Add(fmt.Sprintf("levels.%d.id", i), "The levels keep their places once there are counts; new ones come last.")
		}
	}
	return nil
}

// checkLevel notes what is wrong with a level, its trigger apart.
func checkLevel(p *programme, invalid *InvalidError, field string, l *event.AchievementLevel) {
	checkText(invalid, field+"name", &l.Name, 255)
	checkText(invalid, field+"description", &l.Description, 65535)
	switch {
	case l.Repeats < 0:
		invalid.Add(field+"repeats", "The repeats must be at least 0.")
	case l.RepeatInterval != nil && *l.RepeatInterval <= 0:
		invalid.Add(field+"repeat_interval", "The repeat interval must be greater than 0.")
	case l.Repeats > 0 && l.RepeatInterval == nil:
		invalid.Add(field+"repeat_interval", "The repeat interval field is required when repeats is present.")
	}
	if l.Meta.Unlocks == nil {
		l.Meta.Unlocks = []event.Unlock{}
	}
	checkUnlocks(p, invalid, field, l.Meta.Unlocks)
}
