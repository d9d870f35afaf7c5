package loyalty

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// unlock stores a new score with the levels that it earns, gives what they
// unlock, and tells of the count and of each level.
func (a *account) unlock(d *event.AchievementDefinition, s *store.Achievement, told event.AchievementContext) error {
	due, ok := unlockings(d.Levels, s.Unlocked, s.CycleScore)
	if !ok {
		return Invalid("count", "The count may not unlock more than %d levels at once.", maxUnlocks)
	}
	s.Unlocked = append(s.Unlocked, make([]int64, max(0, len(d.Levels)-len(s.Unlocked)))...)
	for _, u := range due {
		s.Unlocked[u.level] = u.nth
		s.AchievedAt = told.IssuedAt
	}
	save := a.t.UpdateAchievement
	if s.ID == 0 {
		save = a.t.InsertAchievement
	}
	if err := save(s); err != nil {
		return fmt.Errorf("store achievement: %w", err)
	}
	told.ID, told.AchievementProgress, told.LevelledUp = s.ID, progressOf(d, s), len(due) > 0
	if told.Count != 0 {
		a.tellOfAchievement(event.AchievementProgressed, s, func(p *event.ProfileContext) any {
			told.Profile = p
			return told
		})
	}
	for _, u := range due {
		if err := a.giveLevel(d, s, u, told); err != nil {
			return err
		}
	}
	return nil
}

// giveLevel gives what a level unlocks, and tells of it before the events of
// what it gave.
func (a *account) giveLevel(d *event.AchievementDefinition, s *store.Achievement, u unlocking, told event.AchievementContext) error {
	level := d.Levels[u.level]
	given := make([]event.Unlocked, len(level.Meta.Unlocks))
	a.tellOfAchievement(event.AchievementUnlocked, s, func(p *event.ProfileContext) any {
		told.Profile = p
		return event.AchievementUnlockedContext{AchievementContext: told, Level: level, Time: u.nth, Unlocks: given}
	})
	for i, reward := range level.Meta.Unlocks {
		var err error
		if given[i], err = a.give(d, reward); err != nil {
			return err
		}
	}
	return nil
}

func (a *account) tellOfAchievement(typ event.Type, s *store.Achievement, context func(*event.ProfileContext) any) {
	a.tell(typ, strconv.FormatInt(s.ID, 10), context)
}

// give issues what an achievement unlocks.
func (a *account) give(d *event.AchievementDefinition, u event.Unlock) (event.Unlocked, error) {
	const source = "achievement"
	var ref event.DefinitionRef
	var i *store.Instance
	var err error
	id, p := scalar.Text(strconv.FormatInt(d.ID, 10)), a.programme
	switch u.Type {
	case unlockReward:
		given := p.rewards[u.ID]
		if given == nil || !given.IsPublished {
			return event.Unlocked{}, notGiven(d, u)
		}
		ref = event.DefinitionRef{ID: given.ID, Name: given.Name, Handle: given.Handle, Type: given.Type}
		i, err = a.issueReward(given, rewardGrant{value: u.Value, sourceType: source, sourceID: id})
	case unlockBenefit:
		given := p.benefits[u.ID]
		if given == nil || !given.IsPublished {
			return event.Unlocked{}, notGiven(d, u)
		}
		ref = event.DefinitionRef{ID: given.ID, Name: given.Name, Handle: given.Handle, Type: given.Type}
		i, err = a.issueBenefit(given, benefitGrant{value: u.Value, sourceType: source, sourceID: id})
	case unlockPoints:
		given := p.points[u.ID]
		if given == nil || !given.IsPublished {
			return event.Unlocked{}, notGiven(d, u)
		}
		ref = event.DefinitionRef{ID: given.ID, Name: given.Name, Handle: given.Handle, Type: given.Kind}
		points := store.Instance{ValueInitial: *u.Value, ValueRemaining: *u.Value, SourceType: source, SourceID: id}
		i, err = a.issuePoints(given, points, cause{})
	}
	if err != nil {
		return event.Unlocked{}, fmt.Errorf("unlock %s %d: %w", u.Type, u.ID, err)
	}
	out := event.Unlocked{Type: string(i.Kind), ID: i.ID, Definition: ref}
	if i.Kind != store.Benefit {
		out.Value = &i.ValueInitial
	}
	return out, nil
}

// notGiven refuses a count because of what a level unlocks.
func notGiven(d *event.AchievementDefinition, u event.Unlock) error {
	return Invalid("definition_id", "The achievement %s unlocks the %s %d, which is not published.", d.Handle, label(string(u.Type)), u.ID)
}

// What a level can unlock.
const (
	unlockReward  = "reward_definition"
	unlockBenefit = "benefit_definition"
	unlockPoints  = "point_definition"
)

// checkUnlocks notes what a level cannot unlock.
func checkUnlocks(p *programme, invalid *InvalidError, field string, unlocks []event.Unlock) {
	for i, u := range unlocks {
		field := fmt.Sprintf("%smeta.unlocks.%d.", field, i)
		var known bool
		switch u.Type {
		case unlockReward:
			known = p.rewards[u.ID] != nil
		case unlockBenefit:
			known = p.benefits[u.ID] != nil
		case unlockPoints:
			d := p.points[u.ID]
			if known = d != nil && d.Kind != "tier"; known && u.Value == nil {
				invalid.Add(field+"value", "The value field is required when type is %s.", unlockPoints)
			}
		default:
			invalid.Add(field+"type", "The selected type is invalid.")
			continue
		}
		if !known {
			invalid.Add(field+"id", "The selected id is invalid.")
		}
		if u.Value != nil && (*u.Value <= 0 || *u.Value > maxMoney) {
			invalid.Add(field+"value", "The value must be greater than 0 and not greater than %s.", maxMoney)
		}
	}
}

// achievementsInOrder returns the achievements in the order of their ids.
func (p *programme) achievementsInOrder() []*event.AchievementDefinition {
	return slices.SortedFunc(maps.Values(p.achievements), func(a, b *event.AchievementDefinition) int {
		return cmp.Compare(a.ID, b.ID)
	})
}
