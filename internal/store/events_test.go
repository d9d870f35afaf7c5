package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

func claim(t testing.TB, db *store.DB, limit int) (events []store.QueuedEvent) {
	t.Helper()
	update(t, db, func(tx *store.Tx) (err error) {
		events, err = tx.ClaimEvents(limit)
		return err
	})
	return events
}

func subjects(events []store.QueuedEvent) (names []string) {
	for _, e := range events {
		names = append(names, e.SubjectID)
	}
	return names
}

func TestEventComesBackAsItWasAppended(t *testing.T) {
	storetest.Each(t, store.Options{Now: stepping(listNoon)}, func(t *testing.T, db *store.DB) {
		actor := shop(t, db, "shop")
		actor.TokenID, actor.Namespace, actor.RequestID, actor.CauseID, actor.Depth = 7, "pos", "req-1", 3, 2
		e := store.Event{
			Type: "transaction.created", ProfileID: "p", Subject: "transaction", SubjectID: "17",
			Context: []byte(`{"name": "Zoë <&>",   "total":1.50}`),
		}
		update(t, db, func(tx *store.Tx) error { return tx.As(actor).AppendEvents(&e) })
		if e.ID == 0 || e.TenantID != actor.TenantID || e.CreatedAt.IsZero() || e.Namespace != "pos" {
			t.Errorf("after appending: %+v", e)
		}
		var read store.Event
		view(t, db, func(tx *store.Tx) (err error) {
			read, err = tx.As(actor).Event(e.ID)
			return err
		})
		if diff := cmp.Diff(e, read); diff != "" {
			t.Errorf("read differs:\n%s", diff)
		}
		claimed := claim(t, db, 10)
		if len(claimed) != 1 || claimed[0].Context != nil {
			t.Fatalf("claimed %+v, want the event without its context", claimed)
		}
		view(t, db, func(tx *store.Tx) error { return tx.ReadContexts([]*store.Event{&claimed[0].Event}) })
		if diff := cmp.Diff(e, claimed[0].Event); diff != "" {
			t.Errorf("claimed and read differs:\n%s", diff)
		}
	})
}

func TestAppendedIsGivenOnceTheEventIsDurable(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		actor := shop(t, db, "shop")
		db.Update(t.Context(), func(tx *store.Tx) error {
			return errors.Join(appendNamed(tx, actor, "a"), errRefused)
		})
		select {
		case <-db.Appended.C():
			t.Error("the signal was given for an update that failed")
		default:
		}
		update(t, db, func(tx *store.Tx) error {
			return errors.Join(appendNamed(tx, actor, "b"), appendNamed(tx, actor, "c"))
		})
		select {
		case <-db.Appended.C():
		default:
			t.Error("the signal was not given")
		}
	})
}

func TestQueueHandsEventsOutInOrderUntilTheyAreFinished(t *testing.T) {
	now := listNoon
	storetest.Each(t, store.Options{Now: func() time.Time { return now }}, func(t *testing.T, db *store.DB) {
		actor := shop(t, db, "shop")
		for _, name := range []string{"a", "b", "c"} {
			update(t, db, func(tx *store.Tx) error { return appendNamed(tx, actor, name) })
		}
		first := claim(t, db, 2)
		if diff := cmp.Diff([]string{"a", "b"}, subjects(first)); diff != "" {
			t.Fatalf("claim:\n%s", diff)
		}
		due := scalar.At(now.Add(time.Minute))
		update(t, db, func(tx *store.Tx) error {
			return errors.Join(tx.FinishEvents(first[1].ID), tx.PostponeEvent(first[0].ID, due, "it broke"))
		})
		if diff := cmp.Diff([]string{"c"}, subjects(claim(t, db, 9))); diff != "" {
			t.Errorf("while a waits:\n%s", diff)
		}
		view(t, db, func(tx *store.Tx) error {
			waiting, failures, reason, err := tx.As(actor).QueueState(first[0].ID)
			if !waiting || failures != 1 || reason != "it broke" {
				t.Errorf("state of a = %v, %d, %q", waiting, failures, reason)
			}
			finished, _, _, err2 := tx.As(actor).QueueState(first[1].ID)
			elsewhere, _, _, err3 := tx.As(store.Actor{TenantID: actor.TenantID + 1}).QueueState(first[0].ID)
			if finished || elsewhere {
				t.Errorf("b waits: %v; another tenant sees a wait: %v", finished, elsewhere)
			}
			n, err4 := tx.QueueLength()
			if n != 2 {
				t.Errorf("length = %d, want 2", n)
			}
			return errors.Join(err, err2, err3, err4)
		})
		now = now.Add(time.Minute)
		claimed := claim(t, db, 9)
		if diff := cmp.Diff([]string{"c", "a"}, subjects(claimed)); diff != "" {
			t.Errorf("once a is due:\n%s", diff)
		}
		if claimed[1].Failures != 1 {
			t.Errorf("failures of a = %d, want 1", claimed[1].Failures)
		}
		now = listNoon
	})
}

func TestFinishingTwiceIsNotFound(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		actor := shop(t, db, "shop")
		update(t, db, func(tx *store.Tx) error { return appendNamed(tx, actor, "a") })
		update(t, db, func(tx *store.Tx) error { return tx.FinishEvents(1) })
		for name, again := range map[string]func(tx *store.Tx) error{
			"finish":   func(tx *store.Tx) error { return tx.FinishEvents(1) },
			"postpone": func(tx *store.Tx) error { return tx.PostponeEvent(1, tx.Now(), "") },
		} {
			if err := db.Update(t.Context(), again); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s: %v, want ErrNotFound", name, err)
			}
		}
	})
}

// TestClaimsOfTwoTransactionsAreApart holds one claim open while another is made:
// only PostgreSQL has two writers.
func TestClaimsOfTwoTransactionsAreApart(t *testing.T) {
	db := storetest.Postgres(t, store.Options{})
	actor := shop(t, db, "shop")
	for n := range 4 {
		update(t, db, func(tx *store.Tx) error { return appendNamed(tx, actor, fmt.Sprint(n)) })
	}
	update(t, db, func(tx *store.Tx) error {
		first, err := tx.ClaimEvents(2)
		if err != nil {
			return err
		}
		second := claim(t, db, 9)
		if diff := cmp.Diff([]string{"0", "1", "2", "3"}, append(subjects(first), subjects(second)...)); diff != "" {
			t.Errorf("both claims:\n%s", diff)
		}
		return nil
	})
}

func TestConcurrentWorkersFinishEachEventOnce(t *testing.T) {
	const events, workers = 200, 6
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		actor := shop(t, db, "shop")
		update(t, db, func(tx *store.Tx) (err error) {
			for n := range events {
				err = errors.Join(err, appendNamed(tx, actor, fmt.Sprint(n)))
			}
			return err
		})
		var mu sync.Mutex
		times := map[string]int{}
		var wg sync.WaitGroup
		for worker := range workers {
			wg.Go(func() {
				for round := 0; ; round++ {
					claimed, err := work(db, (worker+round)%3 == 0)
					if err != nil && err != errRefused {
						t.Errorf("worker %d: %v", worker, err)
						return
					}
					if err == nil && len(claimed) == 0 {
						return
					}
					mu.Lock()
					for _, name := range subjects(claimed) {
						times[name]++
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if len(times) != events {
			t.Errorf("%d events were finished, want %d", len(times), events)
		}
		for name, n := range times {
			if n != 1 {
				t.Errorf("event %s was finished %d times", name, n)
			}
		}
	})
}

// work claims and finishes a few events; with fail set it fails at the end, and
// returns no events. No events and no error mean that the queue is empty.
func work(db *store.DB, fail bool) (claimed []store.QueuedEvent, err error) {
	left := 0
	err = db.Update(context.Background(), func(tx *store.Tx) (err error) {
		if claimed, err = tx.ClaimEvents(7); err != nil {
			return err
		}
		var ids []int64
		for _, e := range claimed {
			ids = append(ids, e.ID)
		}
		if err := tx.FinishEvents(ids...); err != nil {
			return err
		}
		if left, err = tx.QueueLength(); err != nil {
			return err
		}
		if fail || len(claimed) == 0 && left > 0 {
			return errRefused // others hold the rest
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return claimed, nil
}

func TestEventsOfAnotherTenantAreNotSeen(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		actor, other := shop(t, db, "shop"), shop(t, db, "other")
		update(t, db, func(tx *store.Tx) error { return appendNamed(tx, actor, "a") })
		view(t, db, func(tx *store.Tx) error {
			if _, err := tx.As(other).Event(1); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("event: %v, want ErrNotFound", err)
			}
			page, err := tx.As(other).Events(store.List{})
			if page.Total != 0 || len(page.Items) != 0 {
				t.Errorf("list: %+v, want none", page)
			}
			return err
		})
	})
}

func TestRunLogIsWrittenOnce(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		actor, other := shop(t, db, "shop"), shop(t, db, "other")
		runs := make([]store.RunLog, 70) // more than one statement takes
		for i := range runs {
			runs[i] = store.RunLog{EventID: int64(i + 1), TenantID: actor.TenantID, Results: []byte(`[{"trigger":1}]`)}
		}
		update(t, db, func(tx *store.Tx) error { return tx.InsertRunLogs(runs) })
		view(t, db, func(tx *store.Tx) error {
			var err error
			for _, run := range runs {
				got, failed := tx.As(actor).RunLog(run.EventID)
				if diff := cmp.Diff(run, got); diff != "" {
					t.Errorf("read differs:\n%s", diff)
				}
				err = errors.Join(err, failed)
			}
			if _, err := tx.As(other).RunLog(1); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("another tenant: %v, want ErrNotFound", err)
			}
			return err
		})
		var dup *store.DuplicateError
		err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.InsertRunLogs(runs[3:4]) })
		if !errors.As(err, &dup) {
			t.Errorf("second run: %v, want a DuplicateError", err)
		}
	})
}
