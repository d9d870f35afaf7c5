package reaction

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// define stores a published definition of a request's body.
func define[T any](h *house, k *loyalty.Definitions[T], body string) {
	h.Helper()
	var d T
	for _, text := range []string{`{"is_published":true}`, body} {
		if err := json.Unmarshal([]byte(text), &d); err != nil {
			h.Fatal(err)
		}
	}
	h.must(func(t *store.Tenant) error {
		_, err := k.Create(t, d)
		return err
	})
}

// programme defines one of everything that actions give, and returns a profile.
func (h *house) programme() (profileID string) {
	h.Helper()
	define(h, loyalty.PointDefinitions, `{"name":"Bonus","handle":"bonus","kind":"action"}`)
	define(h, loyalty.PointDefinitions, `{"name":"Status","handle":"status","kind":"tier"}`)
	define(h, loyalty.Rates, `{"name":"Double","handle":"double","type":"bonus","rate":2}`)
	define(h, loyalty.RewardDefinitions, `{"name":"Ten","handle":"ten","value":10}`)
	define(h, loyalty.BenefitDefinitions, `{"name":"Coffee","handle":"coffee","max_redemptions":2}`)
	define(h, loyalty.TierDefinitions, `{"name":"Basic","handle":"basic","is_floor":true,"value_min":0}`)
	define(h, loyalty.TierDefinitions, `{"name":"Gold","handle":"gold","value_min":100,"is_assignable":true}`)
	define(h, loyalty.AchievementDefinitions, `{"name":"Visits","handle":"visits","levels":[{"name":"Guest","trigger":5}]}`)
	h.must(func(t *store.Tenant) error {
		for i, handle := range []string{"bronze", "silver"} {
			in := loyalty.StatusInput{SortOrder: int64(i), GroupHandle: "club"}
			if err := json.Unmarshal([]byte(fmt.Sprintf(`{"name":%q,"handle":%q}`, handle, handle)), &in); err != nil {
				return err
			}
			if _, err := loyalty.CreateStatus(t, in); err != nil {
				return err
			}
		}
		p, err := loyalty.CreateProfile(t, loyalty.ProfileInput{
			FirstName: "Ada", Email: "ada@example.com", Tags: []string{"vip", "old"}, Statuses: []string{"bronze"},
		})
		profileID = p.ID
		return err
	})
	h.step()
	return profileID
}

// tell tells of a custom event of the profile, and returns its id.
func (h *house) tell(profileID, typ, context string) (id int64) {
	h.Helper()
	h.must(func(t *store.Tenant) error {
		e, err := loyalty.TellOfProfile(t, profileID, loyalty.CustomEventInput{Event: typ, Context: []byte(context)})
		id = e.ID
		return err
	})
	return id
}

// fires makes an active trigger of the actions, which run in their order.
func (h *house) fires(typ string, actions ...string) int64 {
	h.Helper()
	for i, a := range actions {
		actions[i] = strings.Replace(a, "{", fmt.Sprintf(`{"sort_order":%d,`, i), 1)
	}
	return h.trigger(fmt.Sprintf(`{"name":"T","trigger":%q,"is_active":true,"actions":[%s]}`, typ, strings.Join(actions, ",")))
}

// types are the types of the events that follow from an event.
func (h *house) types(ids []int64) (types []string) {
	h.Helper()
	h.must(func(t *store.Tenant) error {
		for _, id := range ids {
			e, err := t.Event(id)
			if err != nil {
				return err
			}
			types = append(types, e.Type)
		}
		return nil
	})
	return types
}

func (h *house) profile(id string) (p event.ProfileContext) {
	h.Helper()
	h.must(func(t *store.Tenant) (err error) {
		p, err = loyalty.ProfileContextOf(t, id)
		return err
	})
	return p
}

func TestActionsChangeTheProgramme(t *testing.T) {
	for name, tc := range map[string]struct {
		action, effect string
		// told are the events that follow, state what the profile is afterwards.
		told, state string
		show        func(p event.ProfileContext) any
	}{
		"points": {
			`{"name":"point.create","arguments":[{"name":"definition","value":"bonus"},{"name":"value","value":{"*":[{"var":"spent"},2]},"is_dynamic":true}]}`,
			"point", "points.awarded", "25", func(p event.ProfileContext) any { return p.PointBalance },
		},
		"points by a rate": {
			`{"uuid":"points.rate","arguments":[{"name":"definition","value":"bonus"},{"name":"price","value":{"var":"spent"},"is_dynamic":true}]}`,
			"point", "points.awarded", "25", func(p event.ProfileContext) any { return p.PointBalance },
		},
		"tier points": {
			`{"name":"tier.point.create","arguments":[{"name":"definition","value":"status"},{"name":"value","value":100}]}`,
			"tier_point", "tier.achieved", "gold", func(p event.ProfileContext) any { return p.TierHandle },
		},
		"a reward": {
			`{"name":"reward.create","arguments":[{"name":"profile_id","value":{"var":"profile_id"},"is_dynamic":true},{"name":"definition","value":"ten"}]}`,
			"reward", "reward.issued", "10", func(p event.ProfileContext) any { return p.RewardBalance },
		},
		"a benefit": {
			`{"name":"benefit.create","arguments":[{"name":"definition","value":"coffee"}]}`,
			"benefit", "benefit.issued", "1", func(p event.ProfileContext) any { return p.BenefitBalance },
		},
		"a tier": {
			`{"name":"tier.assign","arguments":[{"name":"tier","value":"gold"}]}`,
			"tier", "tier.achieved", "gold", func(p event.ProfileContext) any { return p.TierHandle },
		},
		"an achievement": {
			`{"name":"achievement.add","arguments":[{"name":"definition","value":"visits"},{"name":"count","value":5}]}`,
			"achievement", "achievement.progressed achievement.unlocked", "", func(event.ProfileContext) any { return "" },
		},
		"tags": {
			`{"name":"tag.add","arguments":[{"name":"tag","value":"big spender"}]}`,
			"profile", "profile.updated", "[vip old big-spender]", func(p event.ProfileContext) any { return p.Tags },
		},
		"tags taken away": {
			`{"name":"tag.remove","arguments":[{"name":"tags","value":["old","never"]}]}`,
			"profile", "profile.updated", "[vip]", func(p event.ProfileContext) any { return p.Tags },
		},
		"a tag that is there": {
			`{"name":"tag.add","arguments":[{"name":"tag","value":"vip"}]}`,
			"profile", "", "[vip old]", func(p event.ProfileContext) any { return p.Tags },
		},
		"a status": {
			`{"name":"status.add","arguments":[{"name":"status","value":"silver"}]}`,
			"profile", "profile.updated", "[bronze silver]", func(p event.ProfileContext) any { return p.Statuses },
		},
		"a status taken away": {
			`{"name":"status.remove","arguments":[{"name":"status","value":"bronze"}]}`,
			"profile", "profile.updated", "[]", func(p event.ProfileContext) any { return p.Statuses },
		},
		"a custom attribute": {
			`{"name":"attribute.set","arguments":[{"name":"namespace","value":"shop"},{"name":"handle","value":"spent"},{"name":"value","value":{"var":"spent"},"is_dynamic":true}]}`,
			"profile", "profile.updated", "shop spent float 12.5", showAttribute,
		},
		"the highest status": {
			`{"name":"update.highest.status.attribute","arguments":[{"name":"group_handle","value":"club"},{"name":"namespace","value":"shop"},{"name":"handle","value":"best"},{"name":"type","value":"string"}]}`,
			"profile", "profile.updated", `shop best string "bronze"`, showAttribute,
		},
		"a custom event": {
			`{"name":"event.create","arguments":[{"name":"event","value":"visit.counted"},{"name":"context","value":{"n":1}}]}`,
			"event", "visit.counted", "", func(event.ProfileContext) any { return "" },
		},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
				h := newHouse(t, db)
				id := h.programme()
				h.fires("visit.made", tc.action)
				e := h.tell(id, "visit.made", `{"spent":12.5}`)
				h.step()
				r := h.results(e)
				if len(r) != 1 || r[0].Outcome != matched || len(r[0].Actions) != 1 {
					t.Fatalf("run log %+v", r)
				}
				a := r[0].Actions[0]
				if a.Outcome != done || a.Effect == nil || a.Effect.Resource != tc.effect || a.Effect.ID == "" || a.Effect.ID == "0" {
					t.Errorf("action %+v, effect %+v", a, a.Effect)
				}
				if told := strings.Join(h.types(a.EventIDs), " "); told != tc.told {
					t.Errorf("told %q, want %q", told, tc.told)
				}
				if got := fmt.Sprint(tc.show(h.profile(id))); got != tc.state {
					t.Errorf("the profile has %s, want %s", got, tc.state)
				}
			})
		})
	}
}

func showAttribute(p event.ProfileContext) any {
	a := p.CustomAttributes[0]
	return fmt.Sprint(a.Namespace, " ", a.Handle, " ", a.Type, " ", string(a.Value))
}

func TestWhatAnActionGivesSaysWhatGaveIt(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	id := h.programme()
	trigger := h.fires("visit.made", `{"name":"points.award","arguments":[{"name":"definition","value":"bonus"},{"name":"value","value":5}]}`)
	e := h.tell(id, "visit.made", `{}`)
	h.step()
	h.must(func(t *store.Tenant) error {
		p, err := loyalty.ListProfilePoints(t, id, store.List{})
		if err == nil && (p.Items[0].SourceType != "reaction" || string(p.Items[0].SourceID) != fmt.Sprint(trigger)) {
			h.Errorf("points of %s %s", p.Items[0].SourceType, p.Items[0].SourceID)
		}
		cause, err2 := t.Event(h.resultsIn(t, e)[0].Actions[0].EventIDs[0])
		if cause.CauseID != e || cause.Depth != 1 {
			h.Errorf("the event has cause %d and depth %d", cause.CauseID, cause.Depth)
		}
		if err == nil {
			err = err2
		}
		return err
	})
}

// resultsIn reads a run log in a transaction that is open.
func (h *house) resultsIn(t *store.Tenant, event int64) (results []Result) {
	log, err := t.RunLog(event)
	if err == nil {
		err = json.Unmarshal(log.Results, &results)
	}
	if err != nil {
		h.Fatal(err)
	}
	return results
}

func TestABenefitIsRedeemedByItsEventByIDAndByDefinition(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		id := h.programme()
		h.fires("visit.made", `{"name":"benefit.create","arguments":[{"name":"definition","value":"coffee"}]}`)
		h.fires("benefit.issued", `{"name":"redeem.benefit"}`)
		h.fires("coffee.taken", `{"name":"redeem.benefit","arguments":[{"name":"definition","value":"coffee"}]}`)
		h.tell(id, "visit.made", `{}`)
		h.step()
		if n := h.profile(id).BenefitBalance; n != 1 {
			t.Fatalf("%d benefits, want one of which a use is left", n)
		}
		first, second := h.tell(id, "coffee.taken", `{}`), h.tell(id, "coffee.taken", `{}`)
		h.step()
		if r := h.results(first); r[0].Actions[0].Outcome != done || h.profile(id).BenefitBalance != 0 {
			t.Errorf("run log %+v", r)
		}
		if r := h.results(second); r[0].Actions[0].Detail != "The profile has no benefit coffee to redeem." {
			t.Errorf("run log %+v", r)
		}
	})
}

func TestTheHighestStatusReplacesOnlyALowerOne(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	id := h.programme()
	arguments := `{"name":"group_handle","value":"club"},{"name":"namespace","value":"shop"},{"name":"handle","value":"best"},{"name":"type","value":"string"}`
	h.fires("up.now", `{"name":"status.add","arguments":[{"name":"status","value":"silver"}]}`,
		`{"name":"update.highest.status.attribute","arguments":[`+arguments+`]}`)
	h.fires("down.now", `{"name":"status.remove","arguments":[{"name":"status","value":"silver"}]}`,
		`{"name":"update.highest.status.attribute","arguments":[`+arguments+`]}`)
	h.fires("turned.now", `{"name":"update.highest.status.attribute","arguments":[{"name":"direction","value":"desc"},`+arguments+`]}`)
	for _, step := range []struct{ event, want, outcome string }{
		{"up.now", `"silver"`, done}, {"down.now", `"silver"`, skipped}, {"turned.now", `"bronze"`, done},
	} {
		e := h.tell(id, step.event, `{}`)
		h.step()
		actions := h.results(e)[0].Actions
		if a := actions[len(actions)-1]; a.Outcome != step.outcome {
			t.Errorf("%s: %+v", step.event, a)
		}
		if got := string(h.profile(id).CustomAttributes[0].Value); got != step.want {
			t.Errorf("%s: the attribute holds %s, want %s", step.event, got, step.want)
		}
	}
}

func TestEveryTypeOfActionIsInTheCatalogueByAllItsNames(t *testing.T) {
	seen := map[string]bool{}
	for _, typ := range ActionTypes() {
		for _, name := range append(slices.Clone(typ.Aliases), typ.Type) {
			if k := kindOf(strings.ToUpper(name)); k == nil || k.name != typ.Type || seen[name] {
				t.Errorf("%s is not found by %q alone", typ.Type, name)
			}
			seen[name] = true
		}
		names := map[string]bool{}
		for _, p := range typ.Parameters {
			for _, name := range append(slices.Clone(p.Aliases), p.Name) {
				if names[name] {
					t.Errorf("%s has two parameters %s", typ.Type, name)
				}
				names[name] = true
			}
			if p.Description == "" || p.Type == "" || p.Type == "handle" && p.Of == "" {
				t.Errorf("%s: parameter %+v", typ.Type, p)
			}
		}
		if typ.NeedsProfile != names["profile_id"] && typ.Type != "event.create" {
			t.Errorf("%s: profile_id", typ.Type)
		}
	}
	for _, name := range []string{
		"filter", "target.send", "tsend", "points.award", "point.create", "points.rate", "tierpoints.award", "reward.create",
		"benefit.create", "redeem.benefit", "tier.assign", "achievement.progress", "achievement.add",
		"update.highest.status.attribute", "tag.add", "tag.remove", "status.add", "status.remove", "attribute.set", "event.create",
	} {
		if !seen[name] {
			t.Errorf("there is no %s", name)
		}
	}
}
