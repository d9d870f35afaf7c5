package store_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

func update(t testing.TB, db *store.DB, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := db.Update(context.Background(), fn); err != nil {
		t.Fatalf("update: %v", err)
	}
}

func view(t testing.TB, db *store.DB, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := db.View(context.Background(), fn); err != nil {
		t.Fatalf("view: %v", err)
	}
}

// shop makes a tenant and returns the actor of one of its requests.
func shop(t testing.TB, db *store.DB, handle string) store.Actor {
	t.Helper()
	var actor store.Actor
	update(t, db, func(tx *store.Tx) error {
		rec, _, err := tx.EnsureTenant(handle)
		actor.TenantID = rec.ID
		return err
	})
	return actor
}

// addTarget stores a target of which only the handle matters.
func addTarget(tx *store.Tx, actor store.Actor, handle string) error {
	return tx.As(actor).InsertTarget(&store.Target{Handle: handle, Endpoint: store.Endpoint{Name: handle, Secret: []byte("s")}})
}

// handles reads the handles of the actor's targets, in order.
func handles(t testing.TB, db *store.DB, actor store.Actor) string {
	t.Helper()
	var names []string
	view(t, db, func(tx *store.Tx) error {
		targets, err := tx.As(actor).AllTargets()
		for _, target := range targets {
			names = append(names, target.Handle)
		}
		return err
	})
	return strings.Join(names, " ")
}

func appendNamed(tx *store.Tx, actor store.Actor, subject string) error {
	return tx.As(actor).AppendEvents(&store.Event{
		Type: "profile.created", Subject: "profile", SubjectID: subject, Context: []byte("{}"),
	})
}

var errRefused = errors.New("refused")

func TestUpdateThatFailsLeavesNothing(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		actor := shop(t, db, "shop")
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			if err := addTarget(tx, actor, "a"); err != nil {
				return err
			}
			return errRefused
		})
		if err != errRefused {
			t.Errorf("error = %v, want the function's own", err)
		}
		if got := handles(t, db, actor); got != "" {
			t.Errorf("targets = %q, want none", got)
		}
	})
}

func TestConcurrentUpdatesDoNotHurtEachOther(t *testing.T) {
	const clients, each = 16, 25
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		actor := shop(t, db, "shop")
		var wg sync.WaitGroup
		for client := range clients {
			wg.Go(func() {
				for n := range each {
					err := db.Update(context.Background(), func(tx *store.Tx) error {
						if err := appendNamed(tx, actor, fmt.Sprintf("%d-%d", client, n)); err != nil {
							return err
						}
						if n%5 == 0 {
							return errRefused
						}
						return nil
					})
					if want := n%5 == 0; (err == errRefused) != want || (err != nil) != want {
						t.Errorf("client %d, update %d: %v", client, n, err)
					}
				}
			})
		}
		wg.Wait()
		var total int
		view(t, db, func(tx *store.Tx) error {
			page, err := tx.As(actor).Events(store.List{})
			total = page.Total
			return err
		})
		if want := clients * each * 4 / 5; total != want {
			t.Errorf("%d events, want the %d of the updates that did not fail", total, want)
		}
	})
}

func TestPanicReachesTheCallerAndUndoesItsUpdateAlone(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		actor := shop(t, db, "shop")
		var wg sync.WaitGroup
		for n := range 8 {
			wg.Go(func() {
				update(t, db, func(tx *store.Tx) error { return addTarget(tx, actor, fmt.Sprint(n)) })
			})
		}
		recovered := make(chan any, 1)
		wg.Go(func() {
			defer func() { recovered <- recover() }()
			db.Update(context.Background(), func(tx *store.Tx) error {
				if err := addTarget(tx, actor, "boom"); err != nil {
					return err
				}
				panicHere()
				return nil
			})
		})
		wg.Wait()
		if got := fmt.Sprint(<-recovered); !strings.Contains(got, "boom") {
			t.Errorf("recovered %q", got)
		}
		if got := handles(t, db, actor); strings.Contains(got, "boom") || len(strings.Fields(got)) != 8 {
			t.Errorf("targets = %q, want those of the eight other updates", got)
		}
	})
}

func panicHere() { panic(errors.New("boom")) }

func TestPanicOfASQLiteUpdateShowsWhereItHappened(t *testing.T) {
	db := storetest.SQLite(t, store.Options{})
	defer func() {
		err, _ := recover().(error)
		if err == nil || !strings.Contains(err.Error(), "panicHere") {
			t.Errorf("recovered %v, want the stack of the panic", err)
		}
		if cause := errors.Unwrap(err); cause == nil || cause.Error() != "boom" {
			t.Errorf("cause = %v, want the value that was panicked with", cause)
		}
	}()
	db.Update(t.Context(), func(*store.Tx) error { panicHere(); return nil })
}

func TestFunctionThatEndsItsGoroutineEndsTheCallersAlone(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		actor := shop(t, db, "shop")
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				if err := addTarget(tx, actor, "gone"); err != nil {
					return err
				}
				runtime.Goexit() // as FailNow does
				return nil
			})
			t.Errorf("the caller went on: %v", err)
		}()
		<-ended
		update(t, db, func(tx *store.Tx) error { return addTarget(tx, actor, "next") })
		if got := handles(t, db, actor); got != "next" {
			t.Errorf("targets = %q, want next", got)
		}
	})
}

func TestUpdateIsNotBegunUnderACancelledContext(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for range 50 {
			err := db.Update(ctx, func(*store.Tx) error { t.Error("it ran"); return nil })
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("error = %v", err)
			}
			err = db.View(ctx, func(*store.Tx) error { t.Error("it ran"); return nil })
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("error of the view = %v", err)
			}
		}
	})
}

func TestWaitingUpdateGivesUpWithItsContext(t *testing.T) {
	db := storetest.SQLite(t, store.Options{})
	held, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		db.Update(context.Background(), func(*store.Tx) error {
			close(held)
			<-release
			return nil
		})
	})
	<-held
	ctx, cancel := context.WithCancel(t.Context())
	wg.Go(func() {
		err := db.Update(ctx, func(*store.Tx) error { t.Error("it ran"); return nil })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error = %v", err)
		}
		close(release)
	})
	cancel()
	wg.Wait()
}

func TestTryUndoesItsOwnPartAndTheRestGoesOn(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		actor := shop(t, db, "shop")
		var committed []string
		update(t, db, func(tx *store.Tx) error {
			step := func(name string) error {
				tx.OnCommit(func() { committed = append(committed, name) })
				return addTarget(tx, actor, name)
			}
			if err := step("a"); err != nil {
				return err
			}
			err := tx.Try(func() error {
				if err := step("b"); err != nil {
					return err
				}
				if err := tx.Try(func() error { return step("c") }); err != nil {
					return err
				}
				if err := tx.Try(func() error { return errors.Join(step("d"), errRefused) }); !errors.Is(err, errRefused) {
					t.Errorf("inner error = %v", err)
				}
				return nil
			})
			if err != nil {
				return err
			}
			err = tx.Try(func() error {
				if err := tx.Try(func() error { return step("e") }); err != nil {
					return err
				}
				return errRefused
			})
			if !errors.Is(err, errRefused) {
				t.Errorf("outer error = %v", err)
			}
			return step("f")
		})
		if got := handles(t, db, actor); got != "a b c f" {
			t.Errorf("targets = %q, want a b c f", got)
		}
		if got := strings.Join(committed, " "); got != "a b c f" {
			t.Errorf("hooks = %q, want a b c f", got)
		}
	})
}

func TestTryUndoesAPanickingPart(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		actor := shop(t, db, "shop")
		update(t, db, func(tx *store.Tx) error {
			func() {
				defer func() { recover() }()
				tx.Try(func() error {
					if err := addTarget(tx, actor, "a"); err != nil {
						t.Error(err)
					}
					panic("boom")
				})
			}()
			return addTarget(tx, actor, "b")
		})
		if got := handles(t, db, actor); got != "b" {
			t.Errorf("targets = %q, want b", got)
		}
	})
}

func TestDuplicateInATryLeavesTheTransactionUsable(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		actor := shop(t, db, "shop")
		update(t, db, func(tx *store.Tx) error {
			if err := addTarget(tx, actor, "a"); err != nil {
				return err
			}
			var dup *store.DuplicateError
			if err := tx.Try(func() error { return addTarget(tx, actor, "a") }); !errors.As(err, &dup) {
				t.Errorf("error = %v, want a DuplicateError", err)
			}
			return addTarget(tx, actor, "b")
		})
		if got := handles(t, db, actor); got != "a b" {
			t.Errorf("targets = %q, want a b", got)
		}
	})
}

func TestTransactionWithAFailedStatementCannotGoOn(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		actor := shop(t, db, "shop")
		var dup *store.DuplicateError
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			if err := addTarget(tx, actor, "a"); err != nil {
				return err
			}
			if err := addTarget(tx, actor, "a"); !errors.As(err, &dup) {
				t.Errorf("error = %v, want a DuplicateError", err)
			}
			if err := addTarget(tx, actor, "b"); !errors.As(err, &dup) {
				t.Errorf("later error = %v, want one that names the first", err)
			}
			return nil
		})
		if !errors.As(err, &dup) {
			t.Errorf("error of the update = %v, want the one passed over", err)
		}
		if got := handles(t, db, actor); got != "" {
			t.Errorf("targets = %q, want none", got)
		}
	})
}

func TestHooksRunOnlyOnceTheUpdateIsDurable(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		actor := shop(t, db, "shop")
		seen := ""
		update(t, db, func(tx *store.Tx) error {
			tx.OnCommit(func() { seen = handles(t, db, actor) })
			return addTarget(tx, actor, "a")
		})
		if seen != "a" {
			t.Errorf("the hook saw %q, want a", seen)
		}
		db.Update(t.Context(), func(tx *store.Tx) error {
			tx.OnCommit(func() { t.Error("the hook of a failed update ran") })
			return errRefused
		})
	})
}

func TestViewSeesOneState(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		actor := shop(t, db, "shop")
		view(t, db, func(tx *store.Tx) error {
			before, err := tx.As(actor).Targets(store.List{})
			if err != nil {
				return err
			}
			update(t, db, func(tx *store.Tx) error { return addTarget(tx, actor, "a") })
			after, err := tx.As(actor).Targets(store.List{})
			if before.Total != 0 || after.Total != 0 {
				t.Errorf("targets = %d, then %d; want none", before.Total, after.Total)
			}
			return err
		})
		if got := handles(t, db, actor); got != "a" {
			t.Errorf("targets afterwards = %q, want a", got)
		}
	})
}

func TestViewRefusesToWrite(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		actor := shop(t, db, "shop")
		err := db.View(t.Context(), func(tx *store.Tx) error { return addTarget(tx, actor, "a") })
		if !errors.Is(err, store.ErrReadOnly) {
			t.Errorf("error = %v, want ErrReadOnly", err)
		}
	})
}

func TestManyReadersWithNewStatementsDoNotLockEachOtherOut(t *testing.T) {
	storetest.Each(t, store.Options{MaxReaders: 2}, func(t *testing.T, db *store.DB) {
		actor := shop(t, db, "shop")
		var wg sync.WaitGroup
		for client := range 16 {
			wg.Go(func() {
				for n := range 20 {
					list := store.List{Sort: make([]string, 1+(client*20+n)%40)}
					for i := range list.Sort {
						list.Sort[i] = "name"
					}
					view(t, db, func(tx *store.Tx) error { _, err := tx.As(actor).Targets(list); return err })
				}
			})
		}
		wg.Wait()
	})
}

func TestMoreStatementsThanAreKeptPrepared(t *testing.T) {
	storetest.Each(t, store.Options{MaxReaders: 1}, func(t *testing.T, db *store.DB) {
		actor := shop(t, db, "shop")
		for n := range 600 {
			list := store.List{}
			for bit := range 10 {
				list.Sort = append(list.Sort, []string{"id", "-id"}[n>>bit&1])
			}
			view(t, db, func(tx *store.Tx) error { _, err := tx.As(actor).Targets(list); return err })
		}
	})
}

func TestClosedDatabaseRefusesTransactions(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		never := func(*store.Tx) error { t.Error("it ran"); return nil }
		if err := db.Update(t.Context(), never); err != store.ErrClosed {
			t.Errorf("update: %v, want ErrClosed", err)
		}
		if err := db.View(t.Context(), never); err != store.ErrClosed {
			t.Errorf("view: %v, want ErrClosed", err)
		}
		if err := db.Ping(t.Context()); !errors.Is(err, store.ErrClosed) {
			t.Errorf("ping: %v, want ErrClosed", err)
		}
	})
}

func TestCloseWaitsForWhatRunsAndLeavesNoGoroutine(t *testing.T) {
	before := goleak.IgnoreCurrent()
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		actor := shop(t, db, "shop")
		var wg sync.WaitGroup
		started := make(chan struct{}, 64)
		for n := range 32 {
			wg.Go(func() {
				err := db.Update(context.Background(), func(tx *store.Tx) error {
					started <- struct{}{}
					return addTarget(tx, actor, fmt.Sprint(n))
				})
				if err != nil && err != store.ErrClosed {
					t.Errorf("update %d: %v", n, err)
				}
			})
		}
		<-started
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		wg.Wait()
		goleak.VerifyNone(t, before, goleak.IgnoreAnyFunction("testing.(*T).Run"))
	})
}

func TestOpenNamesWhatIsWrongAndHidesPasswords(t *testing.T) {
	for _, url := range []string{
		"", "belfry.db", "sqlite://", "mysql://root:hunter2@localhost/belfry",
		"postgres://belfry:hunter2@127.0.0.1:1/belfry?connect_timeout=1",
		"postgres://belfry:hunter2@127.0.0.1:port/belfry",
		"sqlite:///nowhere/at/all/belfry.db",
	} {
		db, err := store.Open(t.Context(), url, store.Options{})
		if err == nil {
			db.Close()
			t.Errorf("%q opened", url)
			continue
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: the error shows the password: %v", url, err)
		}
	}
}
