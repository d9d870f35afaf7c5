package loyalty

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// AchievementInput is what a request says about a count towards an achievement.
type AchievementInput struct {
	// One of the three names the achievement.
	DefinitionID     scalar.Int  `json:"definition_id" doc:"it or the handle is required"`
	Definition       scalar.Text `json:"definition" doc:"the handle"`
	DefinitionHandle scalar.Text `json:"definition_handle" doc:"another name of definition"`
	// Count is 1 when nil.
	Count    *scalar.Amount `json:"count" doc:"greater than 0; 1 when not given"`
	IssuedAt scalar.Time    `json:"issued_at" doc:"now when not given; decides on the cycle"`
	// ExpiresAt is when the count ceases to be part of the score. Levels stay.
	ExpiresAt  scalar.Time     `json:"expires_at" doc:"when it ceases to count; levels stay"`
	ExternalID scalar.Text     `json:"external_id" doc:"unique"`
	Meta       json.RawMessage `json:"meta"`
	// SourceType and SourceID say what gives it: api when nothing else does.
	SourceType, SourceID scalar.Text `json:"-"`
}

// maxCount keeps scores within what an Amount holds.
const maxCount = 1_000_000 * scalar.One

// ProgressAchievement adds a count to a profile's score in an achievement and
// gives what the levels unlock that it crosses. achievement.progressed tells of
// it, achievement.unlocked of each level. Where something that a level unlocks
// cannot be given, the count is refused.
func ProgressAchievement(t *store.Tenant, profileID string, in AchievementInput) (event.Achievement, error) {
	var shown event.Achievement
	err := changeAccount(t, strings.ToLower(profileID), func(a *account) error {
		d, err := in.check(a.programme, a.now)
		if err != nil {
			return err
		}
		s, err := a.progress(d, in)
		if err != nil {
			return err
		}
		shown = event.Achievement{AchievementDefinition: *d, Progress: progressOf(d, s)}
		return nil
	})
	return shown, err
}

// check completes the input, and returns the achievement that it names.
func (in *AchievementInput) check(p *programme, now scalar.Time) (*event.AchievementDefinition, error) {
	var invalid InvalidError
	one := scalar.One
	if in.Count == nil {
		in.Count = &one
	}
	if *in.Count <= 0 || *in.Count > maxCount {
		invalid.Add("count", "The count must be greater than 0 and not greater than %s.", maxCount)
	}
	if in.IssuedAt.IsZero() {
		in.IssuedAt = now
	}
	checkMoment(&invalid, "issued_at", in.IssuedAt)
	checkMoment(&invalid, "expires_at", in.ExpiresAt)
	if in.IssuedAt.After(now.Time) {
		invalid.Add("issued_at", "The issued at may not be in the future.")
	}
	if due(in.ExpiresAt, now) {
		invalid.Add("expires_at", "The expires at must be in the future.")
	}
	if in.SourceType == "" {
		in.SourceType = "api"
	}
	checkText(&invalid, "external_id", &in.ExternalID, 191)
	checkJSON(&invalid, "meta", &in.Meta)
	d := in.definition(p, &invalid)
	return d, invalid.Err()
}

// definition finds the achievement that a request names, which must count at the
// moment of the count.
func (in *AchievementInput) definition(p *programme, invalid *InvalidError) *event.AchievementDefinition {
	id, field, handle := int64(in.DefinitionID), "definition_id", in.Definition
	if handle == "" {
		handle = in.DefinitionHandle
	}
	if id == 0 && handle != "" {
		field = "definition"
		id = p.handles[definitionKey{store.AchievementDefinition, strings.TrimSpace(string(handle))}]
	} else if id == 0 {
		invalid.Add(field, "The definition id field is required when definition is not present.")
		return nil
	}
	d := p.achievements[id]
	switch {
	case d == nil:
		invalid.Add(field, "The selected %s is invalid.", label(field))
	case !d.IsPublished:
		invalid.Add(field, "The achievement %s is not published.", d.Handle)
	case in.IssuedAt.Before(d.StartsAt.Time):
		invalid.Add(field, "The achievement %s has not started yet.", d.Handle)
	case !d.EndsAt.IsZero() && in.IssuedAt.After(d.EndsAt.Time):
		invalid.Add(field, "The achievement %s has ended.", d.Handle)
	}
	return d
}

// progress records a count, checked before, and unlocks what it earns.
func (a *account) progress(d *event.AchievementDefinition, in AchievementInput) (*store.Achievement, error) {
	zone, err := a.programme.achievementZone(d)
	if err != nil {
		return nil, err
	}
	s, err := a.achievement(d.ID)
	if err != nil {
		return nil, err
	}
	count := store.AchievementCount{
		ProfileID: a.rec.ProfileID, DefinitionID: d.ID, Count: *in.Count, IssuedAt: in.IssuedAt, ExpiresAt: in.ExpiresAt,
		ExternalID: in.ExternalID, SourceType: in.SourceType, SourceID: in.SourceID, Details: in.Meta,
	}
	var dup *store.DuplicateError
	if err := a.t.InsertAchievementCount(&count); errors.As(err, &dup) {
		return nil, Invalid("external_id", "The external id has already been taken.")
	} else if err != nil {
		return nil, fmt.Errorf("insert count: %w", err)
	}
	told := event.AchievementContext{
		ProfileID: a.rec.ProfileID, Definition: achievementRef(d), Count: count.Count, PreviousScore: s.Score,
		IssuedAt: count.IssuedAt, SourceType: count.SourceType, SourceID: count.SourceID, ExternalID: count.ExternalID,
		Meta: orJSON(count.Details, "{}"),
	}
	c := cycleOf(d, s.CycleStart, count.IssuedAt, zone)
	switch late := s.ID != 0 && count.IssuedAt.Before(s.CycleStart.Time); {
	case late:
		s.Score += count.Count
	case s.ID == 0 || c.start == s.CycleStart:
		s.CycleStart, s.AnniversaryAt = c.start, c.end
		s.Score, s.CycleScore = s.Score+count.Count, s.CycleScore+count.Count
	default:
		if c.start.After(s.CycleStart.Time) {
			s.Unlocked = nil // each cycle unlocks the levels anew
		}
		s.CycleStart, s.AnniversaryAt = c.start, c.end
		if err := sumCounts(a.t, s); err != nil {
			return nil, err
		}
	}
	s.ExpiresAt = earliest(s.ExpiresAt, count.ExpiresAt)
	return s, a.unlock(d, s, told)
}

// achievement reads the profile's state in an achievement: a new one where it
// has no counts. What expired is out of the scores.
func (a *account) achievement(definitionID int64) (*store.Achievement, error) {
	s, err := a.t.Achievement(a.rec.ProfileID, definitionID)
	if errors.Is(err, store.ErrNotFound) {
		return &store.Achievement{ProfileID: a.rec.ProfileID, DefinitionID: definitionID}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read achievement: %w", err)
	}
	if due(s.ExpiresAt, a.now) {
		err = sumCounts(a.t, &s)
	}
	return &s, err
}

// sumCounts adds up what counts of a profile's achievement now.
func sumCounts(t *store.Tenant, s *store.Achievement) error {
	sum, err := t.SumAchievement(s.ProfileID, s.DefinitionID, s.CycleStart, t.Now())
	if err != nil {
		return fmt.Errorf("add up counts: %w", err)
	}
	s.Score, s.CycleScore, s.ExpiresAt = sum.Score, sum.Cycle, sum.ExpiresAt
	return nil
}

func (p *programme) achievementZone(d *event.AchievementDefinition) (*time.Location, error) {
	if d.Timezone == "" {
		return p.zone, nil
	}
	zone, err := loadZone(string(d.Timezone))
	if err != nil {
		return nil, fmt.Errorf("achievement %d: %w", d.ID, err)
	}
	return zone, nil
}

func achievementRef(d *event.AchievementDefinition) event.DefinitionRef {
	return event.DefinitionRef{ID: d.ID, Name: d.Name, Handle: d.Handle, Type: d.Type}
}

// ListAchievements returns how far a profile has come in every achievement that
// it can see: published ones that are visible or a mystery, and of all others
// those that it has counts in.
func ListAchievements(t *store.Tenant, profileID string) ([]event.Achievement, error) {
	id := strings.ToLower(profileID)
	if _, _, err := t.AggregationsOf(id); err != nil {
		return nil, missing(err, "profile", profileID)
	}
	p, err := programmeOf(t)
	if err != nil {
		return nil, err
	}
	states, err := t.AchievementsOf(id)
	if err != nil {
		return nil, fmt.Errorf("read achievements: %w", err)
	}
	counted := make(map[int64]*store.Achievement, len(states))
	for i := range states {
		counted[states[i].DefinitionID] = &states[i]
	}
	shown := []event.Achievement{}
	for _, d := range p.achievementsInOrder() {
		s := counted[d.ID]
		if s == nil && (!d.IsPublished || d.DisplayOption == "hidden" || d.DisplayOption == "internal") {
			continue
		}
		a, err := showAchievement(t, d, s)
		if err != nil {
			return nil, err
		}
		shown = append(shown, a)
	}
	return shown, nil
}

// ReadAchievement returns how far a profile has come in an achievement, which it
// need not see: key is the id or the handle of the definition.
func ReadAchievement(t *store.Tenant, profileID, key string) (event.Achievement, error) {
	profileID = strings.ToLower(profileID)
	if _, _, err := t.AggregationsOf(profileID); err != nil {
		return event.Achievement{}, missing(err, "profile", profileID)
	}
	p, err := programmeOf(t)
	if err != nil {
		return event.Achievement{}, err
	}
	id, err := strconv.ParseInt(key, 10, 64)
	if err != nil {
		id = p.handles[definitionKey{store.AchievementDefinition, key}]
	}
	d := p.achievements[id]
	if d == nil {
		return event.Achievement{}, &NotFoundError{Resource: "achievement", ID: key}
	}
	s, err := t.Achievement(profileID, d.ID)
	if errors.Is(err, store.ErrNotFound) {
		return showAchievement(t, d, nil)
	}
	if err != nil {
		return event.Achievement{}, fmt.Errorf("read achievement: %w", err)
	}
	return showAchievement(t, d, &s)
}

// showAchievement shows a profile's state in an achievement, nil where it has no
// counts. What expired is out of the scores.
func showAchievement(t *store.Tenant, d *event.AchievementDefinition, s *store.Achievement) (event.Achievement, error) {
	if s == nil {
		s = &store.Achievement{}
	}
	if due(s.ExpiresAt, t.Now()) {
		if err := sumCounts(t, s); err != nil {
			return event.Achievement{}, err
		}
	}
	return event.Achievement{AchievementDefinition: *d, Progress: progressOf(d, s)}, nil
}
