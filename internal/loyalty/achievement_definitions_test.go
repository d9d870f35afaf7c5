package loyalty_test

import (
	"encoding/json"
	"testing"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/store"
)

func TestLevelsKeepTheirPlacesOnceThereAreCounts(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		d := define(s, loyalty.AchievementDefinitions,
			`{"name":"Visits","handle":"visits","levels":[{"name":"Guest","trigger":5},{"name":"Friend","trigger":10}]}`)
		update := func(levels string) error {
			return s.try(func(t *store.Tenant) error {
				_, err := loyalty.AchievementDefinitions.Update(t, d.ID, func(d *event.AchievementDefinition) error {
					d.Levels = nil
					return json.Unmarshal([]byte(levels), &d.Levels)
				})
				return err
			})
		}
		if err := update(`[{"name":"Guest","trigger":4},{"name":"Friend","trigger":10}]`); err != nil {
			t.Error(err)
		}
		s.count(s.create(`{"first_name":"Ada"}`).ID, `{"definition":"visits","count":10}`)
		for _, c := range []struct {
			name, levels string
			ok           bool
		}{
			{"a trigger that moves", `[{"id":1,"name":"Guest","trigger":3},{"id":2,"name":"Friend","trigger":10}]`, true},
			{"a new level above", `[{"name":"Guest","trigger":4},{"name":"Friend","trigger":10},{"name":"Fan","trigger":20}]`, true},
			{"a new level between", `[{"name":"Guest","trigger":4},{"name":"Caller","trigger":7},{"name":"Friend","trigger":10},{"name":"Fan","trigger":20}]`, false},
			{"a new level between, by the id", `[{"id":1,"trigger":4},{"trigger":7},{"id":2,"trigger":11},{"id":3,"trigger":20}]`, false},
			{"no second level", `[{"name":"Guest","trigger":4}]`, false},
		} {
			if err := update(c.levels); (err == nil) != c.ok {
				t.Errorf("%s: %v", c.name, err)
			}
		}
	})
}
