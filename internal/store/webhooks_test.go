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

func TestWebhooks(t *testing.T) {
	storetest.Each(t, store.Options{Now: stepping(listNoon)}, func(t *testing.T, db *store.DB) {
		actor, other := shop(t, db, "shop"), shop(t, db, "other")
		hook := store.Webhook{
			Event: "order.shipped", Namespace: "crm", Queue: "high", RetryDaily: true,
			Endpoint: store.Endpoint{
				Name: "Crm", URL: "https://crm.example/hook", Template: "{}", Condition: json.RawMessage(`{"==": [1,  1]}`),
				Secret: []byte{0, 1, 255}, Headers: map[string]string{"X-Key": "v"}, Timeout: time.Second,
				Schedule: []time.Duration{0, time.Second},
			},
		}
		update(t, db, func(tx *store.Tx) error { return tx.As(actor).InsertWebhook(&hook) })
		read := func() (got store.Webhook) {
			view(t, db, func(tx *store.Tx) (err error) {
				got, err = tx.As(actor).Webhook(hook.ID)
				return err
			})
			return got
		}
		if diff := cmp.Diff(hook, read()); diff != "" {
			t.Errorf("read differs:\n%s", diff)
		}
		again := hook
		err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.As(actor).InsertWebhook(&again) })
		if dup := new(store.DuplicateError); !errors.As(err, &dup) {
			t.Errorf("a second one for the event and the URL: %v", err)
		}
		update(t, db, func(tx *store.Tx) error { return tx.As(other).InsertWebhook(&again) })

		hook.Event, hook.Queue, hook.RetryHourly, hook.Condition = "order.returned", "low", true, nil
		update(t, db, func(tx *store.Tx) error { return tx.As(actor).UpdateWebhook(&hook) })
		if diff := cmp.Diff(hook, read()); diff != "" {
			t.Errorf("updated webhook differs:\n%s", diff)
		}
		refusedElsewhere(t, db, other, map[string]func(*store.Tenant) error{
			"read":   func(tn *store.Tenant) error { _, err := tn.Webhook(hook.ID); return err },
			"update": func(tn *store.Tenant) error { copied := hook; return tn.UpdateWebhook(&copied) },
			"delete": func(tn *store.Tenant) error { return tn.DeleteWebhook(hook.ID) },
		})
		refusedElsewhere(t, db, actor, map[string]func(*store.Tenant) error{
			"read as a target":   func(tn *store.Tenant) error { _, err := tn.Target(hook.ID); return err },
			"delete as a target": func(tn *store.Tenant) error { return tn.DeleteTarget(hook.ID) },
		})
		update(t, db, func(tx *store.Tx) error { return tx.As(actor).DeleteWebhook(hook.ID) })
	})
}

func TestOnlyActiveWebhooksListen(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		actor := shop(t, db, "shop")
		hook := store.Webhook{Event: "order.shipped", Namespace: "crm", Queue: "low", Endpoint: store.Endpoint{Secret: []byte{1}}}
		for _, want := range []bool{true, false} {
			update(t, db, func(tx *store.Tx) (err error) {
				tn := tx.As(actor)
				if want {
					err = tn.InsertWebhook(&hook)
				} else {
					hook.DisabledAt = scalar.At(listNoon)
					err = tn.UpdateWebhook(&hook)
				}
				if err != nil {
					return err
				}
				listens, err := tn.Listens("order.shipped")
				if err != nil {
					return err
				}
				active, err := tn.ActiveWebhooks()
				if listens != want || len(active) == 1 != want {
					t.Errorf("listens %v with %d active webhooks, want %v", listens, len(active), want)
				}
				return err
			})
		}
	})
}

func TestAnEventIsStoredOnceUnderItsExternalID(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		actor, other := shop(t, db, "shop"), shop(t, db, "other")
		foreign := func() *store.Event {
			return &store.Event{Type: "order.shipped", ExternalID: "o-1", Context: []byte("{}"), OccurredAt: scalar.At(listNoon)}
		}
		first := foreign()
		update(t, db, func(tx *store.Tx) error { return tx.As(actor).AppendEvents(first) })
		err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.As(actor).AppendEvents(foreign()) })
		if dup := new(store.DuplicateError); !errors.As(err, &dup) {
			t.Errorf("a second one: %v", err)
		}
		update(t, db, func(tx *store.Tx) error {
			for range 2 { // those without one are not the same
				if err := tx.As(actor).AppendEvents(&store.Event{Type: "order.shipped", Context: []byte("{}")}); err != nil {
					return err
				}
			}
			return tx.As(other).AppendEvents(foreign())
		})
		view(t, db, func(tx *store.Tx) error {
			found, err := tx.As(actor).EventsByExternalID("o-1", "o-2")
			if len(found) != 1 || found[0].ID != first.ID || !found[0].OccurredAt.Equal(listNoon) {
				t.Errorf("found %+v", found)
			}
			return err
		})
	})
}
