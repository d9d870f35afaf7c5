package loyalty_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// define stores a definition of a request's body.
func define[T any](s *shop, k *loyalty.Definitions[T], body string) T {
	s.t.Helper()
	d, err := tryDefine(s, k, body)
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

func tryDefine[T any](s *shop, k *loyalty.Definitions[T], body string) (d T, err error) {
	s.t.Helper()
	if err := json.Unmarshal([]byte(`{"is_published":true}`), &d); err != nil {
		s.t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(body), &d); err != nil {
		s.t.Fatal(err)
	}
	err = s.try(func(t *store.Tenant) (err error) {
		d, err = k.Create(t, d)
		return err
	})
	return d, err
}

// visits defines an achievement with levels of 5 and 10, of which the second
// gives a reward of 10, and 50 points again at every fifth count above.
func (s *shop) visits(more string) event.AchievementDefinition {
	s.t.Helper()
	reward := define(s, loyalty.RewardDefinitions, `{"name":"Thanks","handle":"thanks","value":10}`)
	points := define(s, loyalty.PointDefinitions, `{"name":"Bonus","handle":"bonus","kind":"action"}`)
	return define(s, loyalty.AchievementDefinitions, fmt.Sprintf(`{"name":"Visits","handle":"visits","levels":[
		{"name":"Guest","trigger":5},
		{"name":"Friend","trigger":10,"repeat_interval":5,"allow_multiple_earn":true,"meta":{"unlocks":[
			{"type":"reward_definition","id":%d},{"type":"point_definition","id":%d,"value":50}]}}]%s}`,
		reward.ID, points.ID, more))
}

func (s *shop) tryCount(profileID, body string) (a event.Achievement, err error) {
	s.t.Helper()
	var in loyalty.AchievementInput
	if err := json.Unmarshal([]byte(body), &in); err != nil {
		s.t.Fatal(err)
	}
	err = s.try(func(t *store.Tenant) (err error) {
		a, err = loyalty.ProgressAchievement(t, profileID, in)
		return err
	})
	return a, err
}

func (s *shop) count(profileID, body string) event.AchievementProgress {
	s.t.Helper()
	a, err := s.tryCount(profileID, body)
	if err != nil {
		s.t.Fatal(err)
	}
	var again event.Achievement
	s.do(func(t *store.Tenant) (err error) {
		again, err = loyalty.ReadAchievement(t, profileID, string(a.Handle))
		return err
	})
	if diff := cmp.Diff(asJSON(a), asJSON(again)); diff != "" {
		s.t.Errorf("read again it is another: %s", diff)
	}
	return a.Progress
}

// contexts decodes a profile's events of a type, oldest first.
func contexts[T any](s *shop, profileID string, typ event.Type) (all []T) {
	s.t.Helper()
	s.do(func(t *store.Tenant) error {
		p, err := t.Events(store.List{Size: 500, Filters: []store.Filter{
			{Field: "profile_id", Value: profileID}, {Field: "type", Value: string(typ)},
		}})
		for _, e := range p.Items {
			var c T
			if err := json.Unmarshal(e.Context, &c); err != nil {
				return err
			}
			all = append(all, c)
		}
		return err
	})
	return all
}

func TestACountUnlocksTheLevelsThatItCrosses(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.visits("")
		ada := s.create(`{"first_name":"Ada"}`).ID
		if p := s.count(ada, `{"definition":"visits","count":4}`); p.CurrentLevel != nil || p.NextLevelID != 1 || p.CurrentScore != 4*scalar.One {
			t.Errorf("below the first level: %+v", p)
		}
		p := s.count(ada, `{"definition":"visits"}`)
		if p.CurrentLevelID != 1 || !p.AchievedAt.Equal(noon) {
			t.Errorf("at the first level: %+v", p)
		}
		// Levels 10, 15 and 20 at once.
		p = s.count(ada, `{"definition":"visits","count":17}`)
		if p.CurrentLevelID != 2 || p.UsedScore != 20*scalar.One || p.CurrentCredit != 2*scalar.One {
			t.Errorf("above the last level: %+v", p)
		}
		if got := s.read(ada); got.RewardBalance != 30*scalar.One || got.PointBalance != 150*scalar.One {
			t.Errorf("rewards %s, points %s", got.RewardBalance, got.PointBalance)
		}
		want := []string{"profile.created", "achievement.progressed", "achievement.progressed", "achievement.unlocked", "achievement.progressed"}
		for range 3 {
			want = append(want, "achievement.unlocked", "reward.issued", "points.awarded")
		}
		if diff := cmp.Diff(want, s.events(ada)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestTheEventsOfAnUnlockTellOfItAndOfWhatItGave(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		d := s.visits("")
		ada := s.create(`{"first_name":"Ada"}`).ID
		s.count(ada, `{"definition":"visits","count":9}`)
		s.count(ada, `{"definition_id":`+fmt.Sprint(d.ID)+`,"count":1,"external_id":"v-10","meta":{"till":3}}`)
		progressed := contexts[event.AchievementContext](s, ada, event.AchievementProgressed)[1]
		if p := progressed; p.Definition.Handle != "visits" || p.Count != scalar.One || p.PreviousScore != 9*scalar.One ||
			p.CurrentScore != 10*scalar.One || !p.LevelledUp || p.CurrentLevelID != 2 || p.PrevLevelID != 1 ||
			string(p.Meta) != `{"till":3}` || p.ExternalID != "v-10" || p.SourceType != "api" || p.ProfileID != ada {
			t.Errorf("progressed %+v", p)
		}
		unlocked := contexts[event.AchievementUnlockedContext](s, ada, event.AchievementUnlocked)[1]
		if unlocked.Level.Name != "Friend" || unlocked.Time != 1 || len(unlocked.Unlocks) != 2 || unlocked.ID != progressed.ID {
			t.Fatalf("unlocked %+v", unlocked)
		}
		// The context is the profile after everything was given.
		if unlocked.Profile.RewardBalance != 10*scalar.One || unlocked.Profile.PointBalance != 50*scalar.One {
			t.Errorf("profile %+v", unlocked.Profile.ProfileBalances)
		}
		reward := contexts[event.RewardContext](s, ada, event.RewardIssued)[0]
		if reward.ID != unlocked.Unlocks[0].ID || reward.SourceType != "achievement" || string(reward.SourceID) != fmt.Sprint(d.ID) {
			t.Errorf("reward %+v", reward.Reward)
		}
		if u := unlocked.Unlocks[1]; u.Type != "point" || u.Definition.Handle != "bonus" || *u.Value != 50*scalar.One {
			t.Errorf("points %+v", u)
		}
	})
}

func TestACountIsRefused(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.visits(`,"starts_at":"2026-03-01 00:00:00","ends_at":"2026-12-31 00:00:00"`)
		define(s, loyalty.AchievementDefinitions, `{"name":"Off","handle":"off","is_published":false}`)
		define(s, loyalty.AchievementDefinitions, `{"name":"Every","handle":"every","levels":[
			{"trigger":1,"repeat_interval":1,"allow_multiple_earn":true}]}`)
		ada := s.create(`{"first_name":"Ada"}`).ID
		s.count(ada, `{"definition":"visits","external_id":"v-1"}`)
		for name, c := range map[string]struct{ body, field string }{
			"without a definition":               {`{}`, "definition_id"},
			"with an unknown definition":         {`{"definition":"x"}`, "definition"},
			"with an unknown id":                 {`{"definition_id":99}`, "definition_id"},
			"where it is not published":          {`{"definition":"off"}`, "definition"},
			"before it starts":                   {`{"definition":"visits","issued_at":"2026-02-28 23:59:59"}`, "definition"},
			"of the future":                      {`{"definition":"visits","issued_at":"2026-03-14 12:00:01"}`, "issued_at"},
			"that has expired":                   {`{"definition":"visits","expires_at":"2026-03-14 12:00:00"}`, "expires_at"},
			"of nothing":                         {`{"definition":"visits","count":0}`, "count"},
			"below nothing":                      {`{"definition":"visits","count":-1}`, "count"},
			"of too much":                        {`{"definition":"visits","count":1000000.0001}`, "count"},
			"with an external id that was taken": {`{"definition":"visits","external_id":"v-1"}`, "external_id"},
			"that unlocks too much at once":      {`{"definition":"every","count":101}`, "count"},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := s.tryCount(ada, c.body)
				if faults(t, err)[c.field] == nil {
					t.Errorf("faults %v, want one of %s", faults(t, err), c.field)
				}
			})
		}
		if _, err := s.tryCount("0194f3a2-7c1e-7b44-9d0a-3f5e8a6b1c20", `{"definition":"visits"}`); err == nil || !strings.Contains(err.Error(), "profile") {
			t.Errorf("an unknown profile: %v", err)
		}
		var a event.Achievement
		s.do(func(t *store.Tenant) (err error) {
			a, err = loyalty.ReadAchievement(t, ada, "visits")
			return err
		})
		if a.Progress.CurrentScore != scalar.One || len(s.events(ada)) != 2 {
			t.Errorf("a refused count left something: %+v", a.Progress)
		}
	})
}

func TestACountWhoseUnlockCannotBeGivenIsRefusedWhole(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.visits("")
		ada := s.create(`{"first_name":"Ada"}`).ID
		s.do(func(t *store.Tenant) error {
			d, err := loyalty.RewardDefinitions.ReadByHandle(t, "thanks")
			if err != nil {
				return err
			}
			_, err = loyalty.RewardDefinitions.Update(t, d.ID, func(d *event.RewardDefinition) error {
				d.IsPublished = false
				return nil
			})
			return err
		})
		_, err := s.tryCount(ada, `{"definition":"visits","count":10}`)
		if faults(t, err)["definition_id"] == nil {
			t.Errorf("not refused: %v", err)
		}
		if types := s.events(ada); len(types) != 1 {
			t.Errorf("it left %v", types)
		}
	})
}

func TestADefinitionUnlocksOnlyWhatThereIs(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		tier := define(s, loyalty.PointDefinitions, `{"name":"Tier","handle":"tier","kind":"tier"}`)
		for name, c := range map[string]struct{ level, field string }{
			"an unknown reward":        {`"meta":{"unlocks":[{"type":"reward_definition","id":99}]}`, "levels.0.meta.unlocks.0.id"},
			"an unknown benefit":       {`"meta":{"unlocks":[{"type":"benefit_definition","id":99}]}`, "levels.0.meta.unlocks.0.id"},
			"points of a tier":         {fmt.Sprintf(`"meta":{"unlocks":[{"type":"point_definition","id":%d,"value":1}]}`, tier.ID), "levels.0.meta.unlocks.0.id"},
			"an unknown kind":          {`"meta":{"unlocks":[{"type":"car","id":1}]}`, "levels.0.meta.unlocks.0.type"},
			"repeats without interval": {`"repeats":2`, "levels.0.repeat_interval"},
			"an interval of nothing":   {`"repeat_interval":0`, "levels.0.repeat_interval"},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := tryDefine(s, loyalty.AchievementDefinitions, `{"name":"A","handle":"a","levels":[{"trigger":1,`+c.level+`}]}`)
				if faults(t, err)[c.field] == nil {
					t.Errorf("faults %v, want one of %s", faults(t, err), c.field)
				}
			})
		}
		_, err := tryDefine(s, loyalty.AchievementDefinitions, `{"name":"A","handle":"a","period":"monthly","enable_annual_earn_cycle":true}`)
		if faults(t, err)["enable_annual_earn_cycle"] == nil {
			t.Errorf("two cycles at once: %v", err)
		}
	})
}

func TestTheFirstCountOfACycleBeginsItsScoreAnew(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.visits(`,"period":"monthly"`)
		ada := s.create(`{"first_name":"Ada"}`).ID
		p := s.count(ada, `{"definition":"visits","count":10,"issued_at":"2026-02-20 10:00:00"}`)
		if p.CurrentLevelID != 2 || p.AnniversaryAt.String() != "2026-03-01 00:00:00" {
			t.Errorf("in February: %+v", p)
		}
		p = s.count(ada, `{"definition":"visits","count":6,"issued_at":"2026-03-02 10:00:00"}`)
		if p.CurrentLevelID != 1 || p.CurrentScore != 16*scalar.One || p.CurrentCycleScore != 6*scalar.One {
			t.Errorf("in March: %+v", p)
		}
		// A late count of February belongs to no cycle any more.
		p = s.count(ada, `{"definition":"visits","count":20,"issued_at":"2026-02-25 10:00:00"}`)
		if p.CurrentLevelID != 1 || p.CurrentScore != 36*scalar.One || p.CurrentCycleScore != 6*scalar.One {
			t.Errorf("late: %+v", p)
		}
		p = s.count(ada, `{"definition":"visits","count":4}`)
		if p.CurrentLevelID != 2 || s.read(ada).RewardBalance != 20*scalar.One {
			t.Errorf("again at the second level: %+v", p)
		}
		s.checkScores(ada)
	})
}

func TestAnExpiredCountLeavesTheScoreAndNotTheLevel(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.visits("")
		ada := s.create(`{"first_name":"Ada"}`).ID
		s.count(ada, `{"definition":"visits","count":6,"expires_at":"2026-03-15 00:00:00"}`)
		later := s.at(noon.Add(24 * time.Hour))
		p := later.count(ada, `{"definition":"visits","count":4}`)
		if p.CurrentScore != 4*scalar.One || p.CurrentLevelID != 1 || *p.NextLevelRemain != 6*scalar.One {
			t.Errorf("after the expiry: %+v", p)
		}
		if p := later.count(ada, `{"definition":"visits","count":2}`); p.CurrentLevelID != 1 {
			t.Errorf("back at the first level: %+v", p)
		}
		if n := len(contexts[event.AchievementUnlockedContext](s, ada, event.AchievementUnlocked)); n != 1 {
			t.Errorf("the first level was unlocked %d times", n)
		}
		later.checkScores(ada)
	})
}

func TestACountOfBefore1970StaysInTheScore(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.visits("")
		ada := s.create(`{"first_name":"Ada"}`).ID
		s.count(ada, `{"definition":"visits","count":3,"issued_at":"1965-06-01 10:00:00"}`)
		s.count(ada, `{"definition":"visits","count":1,"expires_at":"2026-03-15 00:00:00"}`)
		p := s.at(noon.Add(24*time.Hour)).count(ada, `{"definition":"visits","count":2}`)
		if p.CurrentScore != 5*scalar.One || p.CurrentLevelID != 1 {
			t.Errorf("after another has expired: %+v", p)
		}
	})
}

func TestHiddenAchievementsAreListedOnceTheyCount(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		for _, display := range []string{"visible", "mystery", "hidden", "internal"} {
			define(s, loyalty.AchievementDefinitions, fmt.Sprintf(`{"name":%[1]q,"handle":%[1]q,"display_option":%[1]q}`, display))
		}
		define(s, loyalty.AchievementDefinitions, `{"name":"Draft","handle":"draft","is_published":false}`)
		ada := s.create(`{"first_name":"Ada"}`).ID
		listed := func() (handles []string) {
			s.do(func(t *store.Tenant) error {
				all, err := loyalty.ListAchievements(t, ada)
				for _, a := range all {
					handles = append(handles, string(a.Handle))
				}
				return err
			})
			return handles
		}
		if diff := cmp.Diff([]string{"visible", "mystery"}, listed()); diff != "" {
			t.Error(diff)
		}
		s.count(ada, `{"definition":"hidden"}`)
		s.count(ada, `{"definition":"internal"}`)
		if diff := cmp.Diff([]string{"visible", "mystery", "hidden", "internal"}, listed()); diff != "" {
			t.Error(diff)
		}
		err := s.try(func(t *store.Tenant) error { return loyalty.AchievementDefinitions.Delete(t, 3) })
		if err == nil || !strings.Contains(err.Error(), "given") {
			t.Errorf("a definition that counts was deleted: %v", err)
		}
	})
}

// checkScores adds up a profile's counts and compares the sums with its scores.
func (s *shop) checkScores(profileID string) {
	s.t.Helper()
	s.do(func(t *store.Tenant) error {
		states, err := t.AchievementsOf(profileID)
		if err != nil {
			return err
		}
		for _, a := range states {
			counts, err := t.AchievementCounts(profileID, a.DefinitionID)
			if err != nil {
				return err
			}
			var score, cycle scalar.Amount
			for _, c := range counts {
				if !c.ExpiresAt.IsZero() && !c.ExpiresAt.After(t.Now().Time) {
					continue
				}
				score += c.Count
				if !c.IssuedAt.Before(a.CycleStart.Time) {
					cycle += c.Count
				}
			}
			if score != a.Score || cycle != a.CycleScore {
				s.t.Errorf("achievement %d: scores %s and %s, its counts come to %s and %s", a.DefinitionID, a.Score, a.CycleScore, score, cycle)
			}
		}
		return nil
	})
}
