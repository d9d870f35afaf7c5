package reaction

import (
	"bytes"
	"context"
	"database/sql"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// act is an action that does what the test wants.
type act func()

func (f act) run(*execution, *ActionResult) error {
	f()
	return nil
}

// feed has every transaction.created sent.
func (h *house) feed() {
	h.Helper()
	h.target("feed", "")
	h.trigger(`{"name":"Feed","trigger":"transaction.created","is_active":true,"actions":[
		{"name":"target.send","arguments":[{"name":"target","value":"feed"}]}]}`)
}

// on has an action run for every profile.created.
func (h *house) on(do act) {
	h.Helper()
	h.event("transaction.created", sale) // reads the rules
	h.step()
	h.r.rules[h.tenant].reactions["profile.created"] = []reaction{&trigger{id: 1, actions: []action{{id: 1, step: do}}}}
}

func TestAPoisonEventWaitsWithoutHoldingTheOthersUp(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		var log bytes.Buffer
		h.r.Logger = slog.New(slog.NewTextHandler(&log, nil))
		h.feed()
		h.on(func() { panic("a bug") })
		poison := h.event("profile.created", `{}`)
		h.event("transaction.created", sale)
		if n := h.step(); n != 2 {
			t.Fatalf("took up %d events, want 2", n)
		}
		if got := h.sent(); len(got) != 2 {
			t.Errorf("%d deliveries, want those of the two other events", len(got))
		}
		if !strings.Contains(log.String(), "a bug") {
			t.Errorf("the log does not say what happened: %s", &log)
		}
		h.must(func(t *store.Tenant) error {
			waiting, failures, reason, err := t.QueueState(poison)
			if !waiting || failures != 1 || reason != fault {
				h.Errorf("the poison event: waiting %v, failures %d, reason %q", waiting, failures, reason)
			}
			return err
		})
	})
}

func TestSlowActionsDoNotKeepTheDatabaseFromOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, storetest.SQLite(t, store.Options{}))
		h.feed()
		h.on(func() { time.Sleep(batchTime) })
		for range 3 {
			h.event("profile.created", `{}`)
		}
		<-h.db.Appended.C()
		for left := 2; left >= 0; left-- {
			n, err := h.r.Step(context.Background())
			if n != 1 || err != nil {
				t.Fatalf("one transaction answered %d slow events (%v), want 1", n, err)
			}
			select {
			case <-h.db.Appended.C():
				if left == 0 {
					t.Error("the signal was given for nothing")
				}
			default:
				if left > 0 {
					t.Error("nothing signals that events wait")
				}
			}
		}
	})
}

// TestRulesOfATransactionThatFailedAreForgotten guards against rules that the
// commit of their change took along when it failed.
func TestRulesOfATransactionThatFailedAreForgotten(t *testing.T) {
	url := storetest.SQLiteURL(t)
	db, err := store.Open(context.Background(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	h := newHouse(t, db)
	h.feed()
	raw, err := sql.Open("sqlite", strings.TrimPrefix(url, "sqlite://"))
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	for _, change := range []string{"DELETE", "UPDATE"} {
		_, err := raw.Exec("CREATE TRIGGER no_" + change + " BEFORE " + change + " ON event_queue BEGIN SELECT RAISE(ABORT, 'full'); END")
		if err != nil {
			t.Fatal(err)
		}
	}
	h.event("transaction.created", sale)
	if n, err := h.r.Step(context.Background()); err == nil || n != 0 {
		t.Fatalf("answered %d events (%v), want an error", n, err)
	}
	if len(h.r.rules) != 0 {
		t.Error("the rules were kept")
	}
}

func TestATenantWhoseReactionsCannotBeReadHoldsNobodyUp(t *testing.T) {
	url := storetest.SQLiteURL(t)
	db, err := store.Open(context.Background(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	h := newHouse(t, db)
	h.feed()
	broken := h.event("transaction.created", sale)
	raw, err := sql.Open("sqlite", strings.TrimPrefix(url, "sqlite://"))
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	if _, err := raw.Exec("UPDATE actions SET arguments = 'no JSON'"); err != nil {
		t.Fatal(err)
	}
	shop := h.tenant
	h.update(func(tx *store.Tx) error {
		other, _, err := tx.EnsureTenant("other")
		h.tenant = other.ID
		return err
	})
	h.feed()
	fine := h.event("transaction.created", sale)
	if n, err := h.r.Step(context.Background()); n != 2 || err != nil {
		t.Fatalf("took up %d events (%v), want 2", n, err)
	}
	if r := h.results(fine); len(r) != 1 || r[0].Outcome != matched {
		t.Errorf("run log of the other tenant %+v", r)
	}
	h.tenant = shop
	h.must(func(t *store.Tenant) error {
		waiting, failures, _, err := t.QueueState(broken)
		if !waiting || failures != 1 {
			h.Errorf("the event waits: %v, failures %d", waiting, failures)
		}
		return err
	})
}
