package store_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

func configVersion(t testing.TB, db *store.DB, actor store.Actor) (v int64) {
	t.Helper()
	view(t, db, func(tx *store.Tx) (err error) {
		v, err = tx.As(actor).ConfigVersion()
		return err
	})
	return v
}

// refusedElsewhere checks that a change is ErrNotFound for another tenant and
// changes nothing there.
func refusedElsewhere(t *testing.T, db *store.DB, other store.Actor, changes map[string]func(*store.Tenant) error) {
	t.Helper()
	before := configVersion(t, db, other)
	for name, change := range changes {
		err := db.Update(t.Context(), func(tx *store.Tx) error { return change(tx.As(other)) })
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("another tenant, %s: %v, want ErrNotFound", name, err)
		}
	}
	if after := configVersion(t, db, other); after != before {
		t.Errorf("config version of the other tenant went from %d to %d", before, after)
	}
}

func TestTargets(t *testing.T) {
	storetest.Each(t, store.Options{Now: stepping(listNoon)}, func(t *testing.T, db *store.DB) {
		actor, other := shop(t, db, "shop"), shop(t, db, "other")
		target := store.Target{Handle: "crm", Description: "d", Notes: "n", Endpoint: store.Endpoint{
			Name: "Crm", URL: "https://crm.example/hook", Template: "{{ id }}",
			Condition: json.RawMessage(`{"==": [1,  1]}`), Secret: []byte{0, 1, 255},
			Headers: map[string]string{"X-Key": "v"}, Timeout: 1500 * time.Millisecond,
			Schedule: []time.Duration{0, time.Second},
		}}
		bare := store.Target{Handle: "bare", Endpoint: store.Endpoint{Name: "Bare", URL: "https://b.example", Secret: []byte("s")}}
		version := configVersion(t, db, actor)
		update(t, db, func(tx *store.Tx) error {
			return errors.Join(tx.As(actor).InsertTarget(&target), tx.As(actor).InsertTarget(&bare))
		})
		read := func(id int64) (got store.Target) {
			view(t, db, func(tx *store.Tx) (err error) {
				got, err = tx.As(actor).Target(id)
				return err
			})
			return got
		}
		if diff := cmp.Diff(target, read(target.ID)); diff != "" {
			t.Errorf("read differs:\n%s", diff)
		}
		if got := read(bare.ID); got.Condition != nil || len(got.Headers)+len(got.Schedule) != 0 || !got.DisabledAt.IsZero() {
			t.Errorf("bare target = %+v", got)
		}
		target.Name, target.Condition, target.Headers = "CRM", nil, map[string]string{}
		target.DisabledAt, target.DisabledReason = scalar.At(listNoon), "410 Gone"
		update(t, db, func(tx *store.Tx) error { return tx.As(actor).UpdateTarget(&target) })
		if diff := cmp.Diff(target, read(target.ID)); diff != "" {
			t.Errorf("updated target differs:\n%s", diff)
		}
		if !target.UpdatedAt.After(target.CreatedAt.Time) {
			t.Errorf("updated at %v, created at %v", target.UpdatedAt, target.CreatedAt)
		}
		refusedElsewhere(t, db, other, map[string]func(*store.Tenant) error{
			"read":   func(tn *store.Tenant) error { _, err := tn.Target(target.ID); return err },
			"update": func(tn *store.Tenant) error { copied := target; return tn.UpdateTarget(&copied) },
			"delete": func(tn *store.Tenant) error { return tn.DeleteTarget(target.ID) },
		})
		update(t, db, func(tx *store.Tx) error {
			return tx.As(other).InsertTarget(&store.Target{Handle: "crm", Endpoint: store.Endpoint{Secret: []byte{1}}})
		})
		update(t, db, func(tx *store.Tx) error { return tx.As(actor).DeleteTarget(target.ID) })
		if got := handles(t, db, actor); got != "bare" {
			t.Errorf("targets = %q, want bare", got)
		}
		if got := configVersion(t, db, actor) - version; got != 4 {
			t.Errorf("the config version grew by %d with four changes", got)
		}
	})
}

func yes() *bool { v := true; return &v }

func TestTriggersWithTheirActions(t *testing.T) {
	storetest.Each(t, store.Options{Now: stepping(listNoon)}, func(t *testing.T, db *store.DB) {
		actor, other := shop(t, db, "shop"), shop(t, db, "other")
		trigger := store.Trigger{
			Name: "Big sale", Event: "transaction.created", Namespace: "pos", Description: "d", Notes: "n", IsActive: true,
			Actions: []store.Action{
				{Type: "target.send", Name: "send", SortOrder: 2, ReferenceID: "r", Arguments: []store.Argument{
					{Name: "target", Value: json.RawMessage(`"crm"`)},
					{Name: "x", Value: json.RawMessage(`{"var":"id"}`), Dynamic: yes()},
				}},
				{Type: "filter", Name: "filter", SortOrder: 1, Description: "d", Notes: "n", OnError: "stop", Arguments: []store.Argument{}},
				{Type: "target.send", Name: "second", SortOrder: 2, Arguments: []store.Argument{}},
			},
		}
		update(t, db, func(tx *store.Tx) error { return tx.As(actor).InsertTrigger(&trigger) })
		stored := trigger
		stored.Actions = []store.Action{trigger.Actions[1], trigger.Actions[0], trigger.Actions[2]}
		check := func(want []store.Trigger) {
			t.Helper()
			view(t, db, func(tx *store.Tx) error {
				all, err := tx.As(actor).AllTriggers()
				if diff := cmp.Diff(want, all); diff != "" {
					t.Errorf("all triggers:\n%s", diff)
				}
				page, err2 := tx.As(actor).Triggers(store.List{Filters: []store.Filter{{Field: "trigger", Value: "transaction.created"}}})
				if diff := cmp.Diff(want, page.Items); diff != "" {
					t.Errorf("list:\n%s", diff)
				}
				return errors.Join(err, err2)
			})
		}
		check([]store.Trigger{stored})

		stored.Name, stored.IsActive, stored.Namespace = "Sale", false, ""
		send := &stored.Actions[1]
		send.SortOrder, send.OnError, send.Arguments = 0, "continue", []store.Argument{}
		update(t, db, func(tx *store.Tx) error {
			return errors.Join(tx.As(actor).UpdateTrigger(&stored), tx.As(actor).UpdateAction(send),
				tx.As(actor).DeleteAction(stored.ID, stored.Actions[2].ID))
		})
		stored.Actions = []store.Action{stored.Actions[1], stored.Actions[0]}
		check([]store.Trigger{stored})

		action := stored.Actions[0]
		refusedElsewhere(t, db, other, map[string]func(*store.Tenant) error{
			"read":          func(tn *store.Tenant) error { _, err := tn.Trigger(stored.ID); return err },
			"update":        func(tn *store.Tenant) error { copied := stored; return tn.UpdateTrigger(&copied) },
			"delete":        func(tn *store.Tenant) error { return tn.DeleteTrigger(stored.ID) },
			"update action": func(tn *store.Tenant) error { copied := action; return tn.UpdateAction(&copied) },
			"delete action": func(tn *store.Tenant) error { return tn.DeleteAction(stored.ID, action.ID) },
		})
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			return tx.As(actor).DeleteAction(stored.ID+1, action.ID)
		})
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("an action of another trigger: %v, want ErrNotFound", err)
		}
		update(t, db, func(tx *store.Tx) error { return tx.As(actor).DeleteTrigger(stored.ID) })
		check(nil)
		err = db.Update(t.Context(), func(tx *store.Tx) error { copied := action; return tx.As(actor).UpdateAction(&copied) })
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("an action of a deleted trigger: %v, want ErrNotFound", err)
		}
	})
}
