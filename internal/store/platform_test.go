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

func TestTenantIsMadeOnceByWhoeverIsFirst(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		var mu sync.Mutex
		made, seen := 0, map[int64]bool{}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				err := db.Update(context.Background(), func(tx *store.Tx) error {
					rec, created, err := tx.EnsureTenant("shop")
					mu.Lock()
					defer mu.Unlock()
					if seen[rec.ID] = true; created {
						made++
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if made != 1 || len(seen) != 1 {
			t.Errorf("made %d times, with ids %v", made, seen)
		}
	})
}

func TestTenantRecord(t *testing.T) {
	now := scalar.At(listNoon)
	storetest.Each(t, store.Options{Now: func() time.Time { return listNoon }}, func(t *testing.T, db *store.DB) {
		actor := shop(t, db, "shop")
		view(t, db, func(tx *store.Tx) error {
			got, err := tx.As(actor).Record()
			want := store.TenantRecord{
				ID: actor.TenantID, Handle: "shop", Name: "shop", Timezone: "UTC", Currency: "AUD",
				ConfigVersion: 1, CreatedAt: now,
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("record:\n%s", diff)
			}
			if _, err := tx.As(store.Actor{TenantID: 99}).Record(); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("unknown tenant: %v, want ErrNotFound", err)
			}
			return err
		})
	})
}

func TestTokens(t *testing.T) {
	storetest.Each(t, store.Options{Now: stepping(listNoon)}, func(t *testing.T, db *store.DB) {
		actor, other := shop(t, db, "shop"), shop(t, db, "other")
		tok := store.Token{
			Name: "till", Hash: []byte{0, 1, 255}, Hint: "blf_ab", Scopes: []string{"read-profiles", "*"},
			Namespace: "pos", ExpiresAt: scalar.At(listNoon.AddDate(1, 0, 0)),
		}
		bare := store.Token{Name: "bare", Hash: []byte{2}}
		update(t, db, func(tx *store.Tx) error {
			return errors.Join(tx.As(actor).InsertToken(&tok), tx.As(other).InsertToken(&bare))
		})
		read := func(hash []byte) (found store.Token, err error) {
			err = db.View(t.Context(), func(tx *store.Tx) (err error) {
				found, err = tx.TokenByHash(hash)
				return err
			})
			return found, err
		}
		if got, err := read(tok.Hash); err != nil || cmp.Diff(tok, got) != "" {
			t.Errorf("by hash: %v\n%s", err, cmp.Diff(tok, got))
		}
		if got, err := read(bare.Hash); err != nil || cmp.Diff(bare, got) != "" {
			t.Errorf("bare token by hash: %v\n%s", err, cmp.Diff(bare, got))
		}
		if _, err := read([]byte{9}); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("unknown hash: %v, want ErrNotFound", err)
		}
		var dup *store.DuplicateError
		again := store.Token{Name: "copy", Hash: tok.Hash}
		err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.As(other).InsertToken(&again) })
		if !errors.As(err, &dup) {
			t.Errorf("the same hash again: %v, want a DuplicateError", err)
		}
		err = db.Update(t.Context(), func(tx *store.Tx) error { return tx.As(other).RevokeToken(tok.ID) })
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("revoking another tenant's token: %v, want ErrNotFound", err)
		}
		var revoked [2]store.Token
		for i := range revoked {
			update(t, db, func(tx *store.Tx) error { return tx.As(actor).RevokeToken(tok.ID) })
			revoked[i], _ = read(tok.Hash)
		}
		if revoked[0].RevokedAt.IsZero() || revoked[1].RevokedAt != revoked[0].RevokedAt {
			t.Errorf("revoked at %v, then %v; want the first moment to stay", revoked[0].RevokedAt, revoked[1].RevokedAt)
		}
		view(t, db, func(tx *store.Tx) error {
			tokens, err := tx.As(actor).Tokens()
			if len(tokens) != 1 || tokens[0].ID != tok.ID {
				t.Errorf("tokens of the tenant: %+v", tokens)
			}
			return err
		})
	})
}

func TestIdempotencyAnswers(t *testing.T) {
	now := listNoon
	storetest.Each(t, store.Options{Now: func() time.Time { return now }}, func(t *testing.T, db *store.DB) {
		actor, other := shop(t, db, "shop"), shop(t, db, "other")
		answer := store.Answer{Key: "k", Fingerprint: []byte{0, 255}, Status: 201, Body: []byte(`{"data":"Zoë"}`)}
		keep := func(a store.Actor) error {
			return db.Update(t.Context(), func(tx *store.Tx) error { return tx.As(a).InsertAnswer(answer) })
		}
		if err := keep(actor); err != nil {
			t.Fatal(err)
		}
		var dup *store.DuplicateError
		if err := keep(actor); !errors.As(err, &dup) {
			t.Errorf("the key again: %v, want a DuplicateError", err)
		}
		now = now.Add(time.Second)
		if err := keep(other); err != nil {
			t.Errorf("the key of another tenant: %v", err)
		}
		now = listNoon
		view(t, db, func(tx *store.Tx) error {
			got, err := tx.As(actor).Answer("k")
			if diff := cmp.Diff(answer, got); diff != "" {
				t.Errorf("answer:\n%s", diff)
			}
			if _, err := tx.As(actor).Answer("K"); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("new key: %v, want ErrNotFound", err)
			}
			return err
		})
		forget := func(before time.Time, limit int) (n int64) {
			update(t, db, func(tx *store.Tx) (err error) {
				n, err = tx.ForgetAnswers(scalar.At(before), limit)
				return err
			})
			return n
		}
		for _, c := range []struct {
			before time.Time
			limit  int
			want   int64
		}{{now, 10, 0}, {now.Add(time.Second), 1, 1}, {now.Add(time.Hour), 10, 1}, {now.Add(time.Hour), 10, 0}} {
			if n := forget(c.before, c.limit); n != c.want {
				t.Errorf("forgot %d before %v, want %d", n, c.before, c.want)
			}
		}
	})
}

// TestOneOfConcurrentRequestsUnderAKeyIsAnswered is what the API relies on: the
// answer is in the transaction of the change, so that one change remains.
func TestOneOfConcurrentRequestsUnderAKeyIsAnswered(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		actor := shop(t, db, "shop")
		var wg sync.WaitGroup
		results := make(chan error, 8)
		for n := range cap(results) {
			wg.Go(func() {
				results <- db.Update(context.Background(), func(tx *store.Tx) error {
					if err := addTarget(tx, actor, fmt.Sprint(n)); err != nil {
						return err
					}
					return tx.As(actor).InsertAnswer(store.Answer{Key: "k", Fingerprint: []byte{1}, Body: []byte("{}")})
				})
			})
		}
		wg.Wait()
		close(results)
		succeeded := 0
		for err := range results {
			var dup *store.DuplicateError
			switch {
			case err == nil:
				succeeded++
			case !errors.As(err, &dup):
				t.Errorf("error = %v, want a DuplicateError", err)
			}
		}
		if got := handles(t, db, actor); succeeded != 1 || len(got) != 1 {
			t.Errorf("%d succeeded, and left targets %q; want one", succeeded, got)
		}
	})
}

// TestOpeningANewDatabaseAtOnce is what happens when replicas start together, or
// `belfry token create` runs beside a server that starts.
func TestOpeningANewDatabaseAtOnce(t *testing.T) {
	for name, newURL := range map[string]func(testing.TB) string{
		"sqlite": storetest.SQLiteURL, "postgres": storetest.PostgresURL,
	} {
		t.Run(name, func(t *testing.T) {
			url := newURL(t)
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					db, err := store.Open(context.Background(), url, store.Options{})
					if err != nil {
						t.Error(err)
						return
					}
					shop(t, db, "shop")
					if err := db.Close(); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
		})
	}
}
