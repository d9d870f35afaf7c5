package reaction

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
	"github.com/belfryhq/belfry/webhook"
)

// wantFault reports an error that is not about the field, or lacks the words.
func wantFault(t *testing.T, err error, field, words string) {
	t.Helper()
	var bad *problem.Invalid
	if !errors.As(err, &bad) {
		t.Fatalf("error %v, want a fault of %s", err, field)
	}
	if got := strings.Join(bad.Fields[field], " "); !strings.Contains(got, words) || got == "" {
		t.Fatalf("faults %v, want %q of %s", bad.Fields, words, field)
	}
}

func TestATargetsFaultsAreNamed(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	h.target("taken", "")
	for name, tc := range map[string]struct{ input, field, words string }{
		"no name":                  {`{"name":""}`, "name", "required"},
		"no handle":                {`{"handle":""}`, "handle", "required"},
		"a handle with a space":    {`{"handle":"a b"}`, "handle", "letters"},
		"a handle twice":           {`{"handle":"taken"}`, "handle", "already been taken"},
		"no url":                   {`{"url":""}`, "url", "required"},
		"an http url":              {`{"url":"http://example.com"}`, "url", "https"},
		"a loopback url":           {`{"url":"https://127.0.0.1/"}`, "url", "loopback"},
		"a template with an error": {`{"template":"{\n{{ name"}`, "template", "line 2"},
		"a condition that is none": {`{"condition":{"equals":[1,2]}}`, "condition", "equals"},
		"a header of the contract": {`{"headers":{"webhook-id":"1"}}`, "headers", "webhook-id"},
		"a timeout of an hour":     {`{"timeout":3600}`, "timeout", "between"},
		"a wait below zero":        {`{"retry_schedule":[0,-1]}`, "retry_schedule", "between"},
		"a short secret":           {`{"secret":"whsec_YQ=="}`, "secret", "bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			err := h.do(func(t *store.Tenant) error {
				in := NewTargetInput()
				in.Name, in.Handle, in.URL = "n", "h", "https://hooks.example.com/"
				if err := json.Unmarshal([]byte(tc.input), &in); err != nil {
					return err
				}
				_, err := h.r.CreateTarget(t, in)
				return err
			})
			wantFault(t, err, tc.field, tc.words)
		})
	}
}

func TestATargetKeepsItsHandleAndItsSecretThroughAnUpdate(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	id := h.target("feed", "")
	var before, after string
	h.must(func(t *store.Tenant) error {
		target, err := t.Target(id)
		if err != nil {
			return err
		}
		if before, err = h.r.Secret(target.Endpoint); err != nil {
			return err
		}
		if target, err = h.r.UpdateTarget(t, id, func(in *TargetInput) error { in.Name = "New"; return nil }); err != nil {
			return err
		}
		after, err = h.r.Secret(target.Endpoint)
		return err
	})
	if _, err := webhook.ParseSecret(before); err != nil || before != after {
		t.Errorf("secret %q became %q, %v", before, after, err)
	}
	err := h.do(func(t *store.Tenant) error {
		_, err := h.r.UpdateTarget(t, id, func(in *TargetInput) error { in.Handle = "other"; return nil })
		return err
	})
	wantFault(t, err, "handle", "cannot be changed")
}

func TestATargetsSecretIsNotInTheDatabaseInTheClear(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	id := h.target("feed", "")
	h.must(func(t *store.Tenant) error {
		target, err := t.Target(id)
		if strings.Contains(string(target.Secret), "whsec_") {
			h.Error("the secret is stored as it is")
		}
		return err
	})
}

func TestATriggersFaultsAreNamed(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	h.target("feed", "")
	for name, tc := range map[string]struct{ input, field, words string }{
		"no name":                    {`{"trigger":"profile.created"}`, "name", "required"},
		"no event":                   {`{"name":"n"}`, "trigger", "required"},
		"an unknown event":           {`{"name":"n","trigger":"profile.creatd"}`, "trigger", "did you mean profile.created?"},
		"an unknown action":          {`{"name":"n","trigger":"profile.created","actions":[{"name":"dance"}]}`, "actions.0.name", "dance"},
		"a filter without condition": {`{"name":"n","trigger":"profile.created","actions":[{"name":"filter"}]}`, "actions.0.arguments", "condition"},
		"a condition that is none": {`{"name":"n","trigger":"profile.created","actions":[
			{"name":"filter","arguments":[{"name":"other","value":1},{"name":"condition","value":{"===":[1]}}]}]}`,
			"actions.0.arguments.1.value", "==="},
		"a target that is not there": {`{"name":"n","trigger":"profile.created","actions":[
			{"name":"target.send","arguments":[{"name":"target","value":"nobody"}]}]}`, "actions.0.arguments.0.value", "nobody"},
		"no target": {`{"name":"n","trigger":"profile.created","actions":[{"name":"target.send"}]}`, "actions.0.arguments", "target"},
	} {
		t.Run(name, func(t *testing.T) {
			err := h.do(func(t *store.Tenant) error {
				var in TriggerInput
				if err := json.Unmarshal([]byte(tc.input), &in); err != nil {
					return err
				}
				_, err := h.r.CreateTrigger(t, in)
				return err
			})
			wantFault(t, err, tc.field, tc.words)
		})
	}
}

func TestActionsOfATriggerCanBeChangedOneByOne(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.target("feed", "")
		id := h.trigger(`{"name":"Feed","trigger":"transaction.created","is_active":true}`)
		var action int64
		h.must(func(t *store.Tenant) error {
			var in ActionInput
			if err := json.Unmarshal([]byte(`{"uuid":"target.send","arguments":[{"name":"target","value":"feed"}]}`), &in); err != nil {
				return err
			}
			a, err := h.r.CreateAction(t, id, in)
			action = a.ID
			return err
		})
		h.event("transaction.created", sale)
		h.step()
		h.must(func(t *store.Tenant) error { return h.r.DeleteAction(t, id, action) })
		h.event("transaction.created", sale)
		h.step()
		if got := h.sent(); len(got) != 1 {
			t.Errorf("%d deliveries, want 1", len(got))
		}
		var missing *problem.NotFound
		if err := h.do(func(t *store.Tenant) error { return h.r.DeleteAction(t, id, action) }); !errors.As(err, &missing) {
			t.Errorf("deleting it again: %v, want not found", err)
		}
	})
}

func TestAnUpdateKeepsTheActionsThatItNames(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		h.target("feed", "")
		id := h.trigger(`{"name":"Feed","trigger":"transaction.created","actions":[
			{"name":"filter","sort_order":1,"arguments":[{"name":"condition","value":{"==":[1,1]}}]},
			{"name":"target.send","sort_order":2,"arguments":[{"name":"target","value":"feed"}]}]}`)
		var sent []int64
		h.must(func(t *store.Tenant) error {
			_, err := h.r.UpdateTrigger(t, id, func(in *TriggerInput) error {
				return json.Unmarshal([]byte(`{"actions":[
					{"id":2,"name":"target.send","sort_order":5,"arguments":[{"name":"target","value":"feed"}]},
					{"id":2,"name":"target.send","sort_order":6,"arguments":[{"name":"target","value":"feed"}]},
					{"id":99,"name":"target.send","sort_order":7,"arguments":[{"name":"target","value":"feed"}]}]}`), in)
			})
			if err != nil {
				return err
			}
			trigger, err := t.Trigger(id)
			for _, a := range trigger.Actions {
				sent = append(sent, a.ID*10+int64(a.SortOrder))
			}
			return err
		})
		if want := []int64{25, 36, 47}; !slices.Equal(sent, want) {
			t.Errorf("actions %v, want %v", sent, want)
		}
	})
}

func TestActionsAreSortedHoweverFarApartTheyAre(t *testing.T) {
	actions := []store.Action{{ID: 1, SortOrder: math.MaxInt}, {ID: 2, SortOrder: -2}, {ID: 3}, {ID: 4, SortOrder: -2}}
	sortActions(actions)
	var ids []int64
	for _, a := range actions {
		ids = append(ids, a.ID)
	}
	if !slices.Equal(ids, []int64{2, 4, 3, 1}) {
		t.Errorf("the actions are in the order %v", ids)
	}
}

func TestAnUpdateOfAnActionChangesItsTypeByEitherName(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	id := h.trigger(`{"name":"T","trigger":"visit.made","actions":[{"name":"tag.add","arguments":[{"name":"tags","value":"a"}]}]}`)
	update := func(text string) (a store.Action, err error) {
		err = h.do(func(t *store.Tenant) error {
			trigger, err := t.Trigger(id)
			if err != nil {
				return err
			}
			a, err = h.r.UpdateAction(t, id, trigger.Actions[0].ID, func(in *ActionInput) error {
				return json.Unmarshal([]byte(text), in)
			})
			return err
		})
		return a, err
	}
	for _, tc := range []struct{ text, typ, name string }{
		{`{"name":"tag.remove"}`, "tag.remove", "tag.remove"},
		{`{"uuid":"tag.add"}`, "tag.add", "tag.add"},
		{`{"name":"Mark them"}`, "tag.add", "Mark them"},
		{`{"sort_order":3}`, "tag.add", "Mark them"},
		{`{"uuid":"tag.remove"}`, "tag.remove", "Mark them"},
		{`{"uuid":"tag.add","name":"add tag"}`, "tag.add", "add tag"},
		{`{"uuid":"tag.add"}`, "tag.add", "add tag"},
	} {
		a, err := update(tc.text)
		if err != nil || a.Type != tc.typ || a.Name != tc.name {
			t.Errorf("%s made %s %q, %v; want %s %q", tc.text, a.Type, a.Name, err, tc.typ, tc.name)
		}
	}
	_, err := update(`{"uuid":"tag.remov"}`)
	wantFault(t, err, "uuid", `Did you mean "tag.remove"?`)
}
