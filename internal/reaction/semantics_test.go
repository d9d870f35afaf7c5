package reaction

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

const (
	givePoints = `{"name":"points.award","arguments":[{"name":"definition","value":"bonus"},{"name":"value","value":5}]}`
	// refused is an achievement that a count of 0 is refused for.
	refused = `{"name":"achievement.progress","arguments":[{"name":"definition","value":"visits"},{"name":"count","value":0}]}`
)

func withOnError(action, onError string) string {
	return strings.Replace(action, "{", fmt.Sprintf(`{"on_error":%q,`, onError), 1)
}

func TestWhatFollowsARefusedAction(t *testing.T) {
	for name, tc := range map[string]struct {
		actions []string
		run     string
		steps   string
		points  string
	}{
		"stops the trigger":                {[]string{givePoints, refused, givePoints}, failed, "done failed", "5"},
		"stops it when told to":            {[]string{withOnError(refused, "stop"), givePoints}, failed, "failed", "0"},
		"goes on when told to":             {[]string{withOnError(refused, "continue"), givePoints}, failed, "failed done", "5"},
		"goes on to a filter that stops":   {[]string{withOnError(refused, "continue"), `{"name":"filter","arguments":[{"name":"condition","value":{"==":[1,2]}}]}`, givePoints}, failed, "failed stopped", "0"},
		"a rule that gives no value fails": {[]string{`{"name":"points.award","arguments":[{"name":"definition","value":"bonus"},{"name":"value","value":{"var":"no"},"is_dynamic":true}]}`, givePoints}, failed, "failed", "0"},
		"a rule that gives text fails":     {[]string{`{"name":"points.award","arguments":[{"name":"definition","value":"bonus"},{"name":"value","value":{"cat":["many"]},"is_dynamic":true}]}`}, failed, "failed", "0"},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
				h := newHouse(t, db)
				id := h.programme()
				h.fires("visit.made", tc.actions...)
				e := h.tell(id, "visit.made", `{}`)
				h.step()
				r := h.results(e)
				var outcomes []string
				for _, a := range r[0].Actions {
					outcomes = append(outcomes, a.Outcome)
					if a.Outcome == failed && a.Detail == "" {
						t.Errorf("nothing says why %+v", a)
					}
				}
				if got := strings.Join(outcomes, " "); r[0].Outcome != tc.run || got != tc.steps {
					t.Errorf("run %s with %s, want %s with %s", r[0].Outcome, got, tc.run, tc.steps)
				}
				if got := fmt.Sprint(h.profile(id).PointBalance); got != tc.points {
					t.Errorf("%s points, want %s", got, tc.points)
				}
			})
		})
	}
}

// TestNothingOfARefusedActionRemains has an achievement unlock a reward that
// cannot be given, which is found out after the count was stored.
func TestNothingOfARefusedActionRemains(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		id := h.programme()
		define(h, loyalty.BenefitDefinitions, `{"name":"Coded","handle":"coded","force_allocation":true}`)
		var coded int64
		h.must(func(t *store.Tenant) error {
			d, err := loyalty.BenefitDefinitions.ReadByHandle(t, "coded")
			coded = d.ID
			return err
		})
		define(h, loyalty.AchievementDefinitions, fmt.Sprintf(`{"name":"Hard","handle":"hard","levels":[{"name":"One","trigger":1,
			"meta":{"unlocks":[{"type":"benefit_definition","id":%d}]}}]}`, coded))
		h.fires("visit.made", withOnError(`{"name":"achievement.add","arguments":[{"name":"definition","value":"hard"}]}`, "continue"), givePoints)
		e := h.tell(id, "visit.made", `{}`)
		h.step()
		actions := h.results(e)[0].Actions
		if len(actions) != 2 || actions[0].Outcome != failed || actions[0].Effect != nil || actions[0].EventIDs != nil {
			t.Fatalf("actions %+v", actions)
		}
		if told := h.types(actions[1].EventIDs); len(told) != 1 || told[0] != "points.awarded" {
			t.Errorf("the points told %v", told)
		}
		h.must(func(t *store.Tenant) error {
			a, err := loyalty.ReadAchievement(t, id, "hard")
			if err == nil && a.Progress.CurrentScore != 0 {
				h.Errorf("a score of %s remains", a.Progress.CurrentScore)
			}
			return err
		})
	})
}

func TestAnEventWithoutAProfilePassesOverActionsThatNeedOne(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	id := h.programme()
	h.fires("transaction.created", givePoints,
		`{"name":"points.award","arguments":[{"name":"definition","value":"bonus"},{"name":"value","value":5},{"name":"profile_id","value":{"var":"profile_id"},"is_dynamic":true}]}`,
		`{"name":"points.award","arguments":[{"name":"definition","value":"bonus"},{"name":"value","value":7},{"name":"profile_id","value":"`+id+`"}]}`)
	e := h.event("transaction.created", `{"id":7,"profile_id":null,"profile":null}`)
	h.step()
	r := h.results(e)[0]
	if r.Outcome != matched || len(r.Actions) != 3 {
		t.Fatalf("run log %+v", r)
	}
	for _, a := range r.Actions[:2] {
		if a.Outcome != skipped || a.Detail != "The event has no profile." {
			t.Errorf("action %+v", a)
		}
	}
	if a := r.Actions[2]; a.Outcome != done || fmt.Sprint(h.profile(id).PointBalance) != "7" {
		t.Errorf("action %+v", a)
	}
}

func TestTriggersThatCauseOneAnotherComeToAnEnd(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		id := h.programme()
		h.fires("ping.sent", `{"name":"event.create","arguments":[{"name":"event","value":"ping.sent"}]}`)
		h.tell(id, "ping.sent", `{"n":1}`)
		h.step()
		var depths []int
		var last store.Event
		h.must(func(t *store.Tenant) error {
			p, err := t.Events(store.List{Filters: []store.Filter{{Field: "type", Value: "ping.sent"}}, Size: 50})
			for _, e := range p.Items {
				depths, last = append(depths, e.Depth), e
			}
			return err
		})
		if len(depths) != DefaultMaxDepth+2 || last.Depth != DefaultMaxDepth+1 {
			t.Fatalf("depths %v", depths)
		}
		r := h.results(last.ID)
		if len(r) != 1 || r[0].Outcome != tooDeep || len(r[0].Actions) != 0 || !strings.Contains(r[0].Detail, "at most 5") {
			t.Errorf("run log %+v", r)
		}
	})
}

func TestWhatANamespaceCausesDoesNotFireItsOwnTriggers(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		id := h.programme()
		own := h.trigger(`{"name":"Own","trigger":"points.awarded","namespace":"pos","is_active":true,"actions":[` +
			`{"name":"tag.add","arguments":[{"name":"tag","value":"told"}]}]}`)
		h.fires("visit.made", givePoints)
		for namespace, want := range map[string]string{"pos": ownNamespace, "crm": matched, "": matched} {
			var e int64
			h.update(func(tx *store.Tx) error {
				told, err := loyalty.TellOfProfile(tx.As(store.Actor{TenantID: h.tenant, Namespace: namespace}), id,
					loyalty.CustomEventInput{Event: "visit.made"})
				e = told.ID
				return err
			})
			h.step()
			points := h.results(e)[0].Actions[0].EventIDs[0]
			if r := h.results(points); len(r) != 1 || r[0].TriggerID != own || r[0].Outcome != want || (r[0].Detail == "") != (want == matched) {
				t.Errorf("namespace %q: %+v", namespace, r)
			}
		}
	})
}

// TestATrialLeavesNothing runs a trigger that was never stored.
func TestATrialLeavesNothing(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		id := h.programme()
		h.target("feed", `{"points": {{ profile.point_balance }}}`)
		trigger := store.Trigger{Event: "visit.made", Actions: []store.Action{
			{Type: "points.award", OnError: "stop", Arguments: []store.Argument{
				{Name: "definition", Value: json.RawMessage(`"bonus"`)}, {Name: "value", Value: json.RawMessage(`5`)},
			}},
			{Type: "target.send", OnError: "stop", Arguments: []store.Argument{{Name: "target", Value: json.RawMessage(`"feed"`)}}},
		}}
		e := store.Event{Type: "visit.made", ProfileID: id, Context: []byte(`{"profile":{"point_balance":0}}`)}
		errTrial := errors.New("only a trial")
		var result Result
		h.must(func(t *store.Tenant) error {
			err := t.Try(func() (err error) {
				if result, err = h.r.Execute(context.Background(), t, trigger, &e); err != nil {
					return err
				}
				return errTrial
			})
			if !errors.Is(err, errTrial) {
				return err
			}
			return nil
		})
		if result.Outcome != matched || len(result.Actions) != 2 || result.Actions[0].Effect == nil || result.Actions[1].Outcome != sent {
			t.Errorf("result %+v", result)
		}
		if n := h.step(); n != 0 || h.profile(id).PointBalance != 0 || len(h.sent()) != 0 {
			t.Errorf("%d events, %s points and %d deliveries remain", n, h.profile(id).PointBalance, len(h.sent()))
		}
	})
}

func TestNowIsTheTimeOfTheEvent(t *testing.T) {
	noon := time.Date(2026, 6, 15, 12, 0, 0, 0, time.UTC)
	h := newHouse(t, storetest.SQLite(t, store.Options{Now: func() time.Time { return noon }}))
	for name, tc := range map[string]struct{ occurred, now string }{
		"of one that happened before it was brought in": {"2026-01-31 09:30:00", "2026-01-31 09:30:00"},
		"of one that was made up":                       {"", "2026-06-15 12:00:00"},
	} {
		e := store.Event{Type: "order.shipped", Context: []byte(`{}`)}
		if err := e.OccurredAt.UnmarshalJSON([]byte(fmt.Sprintf("%q", tc.occurred))); err != nil {
			t.Fatal(err)
		}
		trigger := store.Trigger{Actions: []store.Action{{Type: "filter", Arguments: []store.Argument{
			{Name: "condition", Value: json.RawMessage(fmt.Sprintf(`{"==":[{"now":[]},%q]}`, tc.now))},
		}}}}
		h.must(func(tenant *store.Tenant) error {
			result, err := h.r.Execute(context.Background(), tenant, trigger, &e)
			if err == nil && result.Outcome != matched {
				t.Errorf("now %s: %+v", name, result)
			}
			return err
		})
	}
}
