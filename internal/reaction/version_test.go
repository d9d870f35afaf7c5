package reaction

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// patched lays JSON over a trigger.
func (h *house) patched(id int64, text string) (trigger store.Trigger) {
	h.Helper()
	h.must(func(t *store.Tenant) (err error) {
		trigger, err = h.r.UpdateTrigger(t, id, func(in *TriggerInput) error { return json.Unmarshal([]byte(text), in) })
		return err
	})
	return trigger
}

func TestEachSaveOfATriggerMakesAVersion(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.target("feed", "")
		id := h.trigger(`{"name":"Feed","trigger":"transaction.created","is_active":true,"actions":[
			{"name":"target.send","sort_order":2,"arguments":[{"name":"target","value":"feed"}]},
			{"name":"filter","sort_order":1,"arguments":[{"name":"condition","value":{">":[{"var":"total"},1000]}}]}]}`)
		if r := h.results(h.answer("transaction.created", sale)); r[0].Outcome != filtered || r[0].Version != 1 {
			t.Fatalf("at first %+v", r)
		}
		second := h.patched(id, `{"name":"Feed all","actions":[{"name":"target.send","arguments":[{"name":"target","value":"feed"}]}]}`)
		if second.Version != 2 {
			t.Errorf("version %d after an update", second.Version)
		}
		r := h.results(h.answer("transaction.created", sale))
		if r[0].Outcome != matched || r[0].Version != 2 || r[0].Actions[0].TargetVersion != 1 {
			t.Errorf("after the update %+v", r)
		}
		h.must(func(t *store.Tenant) error {
			_, err := h.r.CreateAction(t, id, ActionInput{UUID: "filter", Arguments: []store.Argument{{Name: "condition", Value: json.RawMessage("true")}}})
			return err
		})
		var restored store.Trigger
		h.must(func(t *store.Tenant) (err error) {
			restored, err = h.r.RestoreTrigger(t, id, 1)
			return err
		})
		if restored.Version != 4 || restored.Name != "Feed" || len(restored.Actions) != 2 || restored.Actions[0].Type != "filter" {
			t.Errorf("restored %+v", restored)
		}
		if r := h.results(h.answer("transaction.created", sale)); r[0].Outcome != filtered || r[0].Version != 4 {
			t.Errorf("after going back %+v", r)
		}
		h.must(func(t *store.Tenant) error {
			p, err := t.Versions(store.TriggerVersion, id, store.List{})
			if p.Total != 4 || p.Items[3].Number != 4 {
				h.Errorf("versions %+v", p)
			}
			return err
		})
	})
}

func TestAVersionThatIsNoLongerValidIsNotRestored(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	feed := h.target("feed", "")
	id := h.trigger(`{"name":"Feed","trigger":"transaction.created","actions":[
		{"name":"target.send","arguments":[{"name":"target","value":"feed"}]}]}`)
	h.patched(id, `{"actions":[]}`)
	h.must(func(t *store.Tenant) error { return h.r.DeleteTarget(t, feed) })
	err := h.do(func(t *store.Tenant) error {
		_, err := h.r.RestoreTrigger(t, id, 1)
		return err
	})
	var invalid *problem.Invalid
	if !errors.As(err, &invalid) || invalid.Fields["actions.0.arguments.0.value"] == nil {
		t.Errorf("restored it: %v", err)
	}
	err = h.do(func(t *store.Tenant) error {
		_, err := h.r.RestoreTrigger(t, id, 9)
		return err
	})
	var missing *problem.NotFound
	if !errors.As(err, &missing) {
		t.Errorf("a version that never was: %v", err)
	}
}

func TestAVersionOfATargetKeepsItsHeadersAndNotItsSecret(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		id := h.target("feed", "one")
		update := func(text string) {
			h.must(func(t *store.Tenant) error {
				_, err := h.r.UpdateTarget(t, id, func(in *TargetInput) error { return json.Unmarshal([]byte(text), in) })
				return err
			})
		}
		update(`{"template":"{\"a\":1}","headers":{"X-Key":"letmein"}}`)
		update(`{"template":"","headers":{}}`)
		h.must(func(t *store.Tenant) error {
			for number := 1; number <= 3; number++ {
				stored, err := t.Version(store.TargetVersion, id, number)
				if err != nil {
					return err
				}
				shown, err := ReadVersion(t, store.TargetVersion, id, number)
				if err != nil {
					return err
				}
				for _, state := range []string{string(stored.State), string(shown.State)} {
					if strings.Contains(state, "letmein") || strings.Contains(state, `"secret"`) {
						h.Errorf("version %d tells %s", number, state)
					}
				}
				if number == 2 && !strings.Contains(string(shown.State), `"X-Key":"`+HeaderKept+`"`) {
					h.Errorf("version 2 is %s", shown.State)
				}
			}
			before, err := t.Target(id)
			if err != nil {
				return err
			}
			after, err := h.r.RestoreTarget(t, id, 2)
			if err != nil {
				return err
			}
			key, err := h.r.Secrets.OpenText(after.Headers["X-Key"])
			if key != "letmein" || after.Version != 4 || after.Template != `{"a":1}` || string(after.Secret) != string(before.Secret) {
				h.Errorf("restored %+v with the key %q", after, key)
			}
			return err
		})
	})
}

func TestAWebhookGoesBackToAVersion(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		id := h.webhook(`{"trigger":"transaction.created","url":"https://example.com/in","namespace":"crm","headers":{"X-Key":"letmein"}}`)
		h.must(func(t *store.Tenant) error {
			_, err := h.r.UpdateWebhook(t, id, func(in *WebhookInput) error {
				return json.Unmarshal([]byte(`{"is_active":false,"retry_daily":false,"headers":{}}`), in)
			})
			if err != nil {
				return err
			}
			hook, err := h.r.RestoreWebhook(t, id, 1)
			if !hook.DisabledAt.IsZero() || !hook.RetryDaily || hook.Version != 3 || len(hook.Endpoint.Headers) != 1 {
				h.Errorf("restored %+v", hook)
			}
			return err
		})
		if r := h.results(h.answer("transaction.created", sale)); len(r) != 1 || r[0].Version != 3 {
			t.Errorf("run log %+v", r)
		}
	})
}

// answer tells an event and has it answered.
func (h *house) answer(typ, context string) int64 {
	h.Helper()
	e := h.event(typ, context)
	h.step()
	return e
}

func TestSavesAtTheSameTimeHaveVersionsOfTheirOwn(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		id := h.trigger(`{"name":"Feed","trigger":"transaction.created"}`)
		var saves sync.WaitGroup
		for n := range 8 {
			saves.Go(func() {
				err := h.do(func(t *store.Tenant) error {
					_, err := h.r.UpdateTrigger(t, id, func(in *TriggerInput) error { in.Name = strconv.Itoa(n); return nil })
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		saves.Wait()
		h.must(func(t *store.Tenant) error {
			p, err := t.Versions(store.TriggerVersion, id, store.List{Size: 20})
			if p.Total != 9 {
				h.Errorf("%d versions", p.Total)
			}
			last, lastErr := triggerAt(t, id, 9)
			now, nowErr := t.Trigger(id)
			if last.Name != now.Name || now.Version != 9 {
				h.Errorf("version 9 is %s, the trigger %s of the version %d", last.Name, now.Name, now.Version)
			}
			return errors.Join(err, lastErr, nowErr)
		})
	})
}

func TestActionsThatAreReplacedAtTheSameTimeAreThoseOfOneSave(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		id := h.trigger(`{"name":"Feed","trigger":"transaction.created"}`)
		var saves sync.WaitGroup
		for range 8 {
			saves.Go(func() {
				err := h.do(func(t *store.Tenant) error {
					_, err := h.r.UpdateTrigger(t, id, func(in *TriggerInput) error {
						return json.Unmarshal([]byte(`{"actions":[{"name":"filter","arguments":[{"name":"condition","value":true}]}]}`), in)
					})
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		saves.Wait()
		h.must(func(t *store.Tenant) error {
			now, err := t.Trigger(id)
			if len(now.Actions) != 1 {
				h.Errorf("%d actions, want the one of the last save", len(now.Actions))
			}
			return err
		})
	})
}

func TestAnEndpointThatIsDisabledWhileItIsSavedStaysDisabled(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		target := h.target("feed", "")
		hook := h.webhook(`{"trigger":"transaction.created","url":"https://example.com/in","namespace":"crm"}`)
		disabled := make(chan error, 1)
		// gone is what a receiver answers while the endpoint is saved.
		gone := func(id int64) {
			go func() {
				disabled <- db.Update(t.Context(), func(tx *store.Tx) error { return tx.DisableEndpoint(id, "gone") })
			}()
			select {
			case err := <-disabled:
				disabled <- err
			case <-time.After(200 * time.Millisecond): // it waits for the save
			}
		}
		saves := map[int64]func(t *store.Tenant) error{
			target: func(t *store.Tenant) error {
				_, err := h.r.UpdateTarget(t, target, func(in *TargetInput) error { in.Notes = "new"; gone(target); return nil })
				return err
			},
			hook: func(t *store.Tenant) error {
				_, err := h.r.UpdateWebhook(t, hook, func(in *WebhookInput) error { in.Name = "new"; gone(hook); return nil })
				return err
			},
		}
		for id, save := range saves {
			h.must(save)
			if err := <-disabled; err != nil {
				t.Fatal(err)
			}
			h.must(func(t *store.Tenant) error {
				e, err := t.Endpoint(id)
				if e.DisabledAt.IsZero() {
					h.Errorf("the endpoint %d is on again", id)
				}
				return err
			})
		}
	})
}
