package loyalty

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// BenchmarkSchedule settles accounts whose points become usable.
func BenchmarkSchedule(b *testing.B) {
	now := opened
	db := storetest.SQLite(b, store.Options{Now: func() time.Time { return now }})
	var tenant int64
	err := db.Update(context.Background(), func(tx *store.Tx) error {
		rec, _, err := tx.EnsureTenant("shop")
		tenant = rec.ID
		t := tx.As(store.Actor{TenantID: rec.ID})
		for i := 0; i < b.N && err == nil; i++ {
			p, made := CreateProfile(t, ProfileInput{FirstName: "Ada"})
			if err = made; err == nil {
				given := points(1)
				err = changeAccount(t, p.ID, func(a *account) error { return a.issue(&given, cause{}) })
			}
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	now = opened.AddDate(0, 0, 2)
	s := Schedule{DB: db, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}
	b.ReportAllocs()
	b.ResetTimer()
	for done := 0; done < b.N; {
		n, err := s.Step(context.Background())
		if err != nil || n == 0 {
			b.Fatalf("%d of %d accounts of tenant %d: %v", done, b.N, tenant, err)
		}
		done += n
	}
}

// BenchmarkBatches records queued transactions.
func BenchmarkBatches(b *testing.B) {
	db := storetest.SQLite(b, store.Options{})
	err := db.Update(context.Background(), func(tx *store.Tx) error {
		rec, _, err := tx.EnsureTenant("shop")
		t := tx.As(store.Actor{TenantID: rec.ID})
		for from := 0; from < b.N && err == nil; from += MaxQueued {
			items := make([]json.RawMessage, min(MaxQueued, b.N-from))
			for i := range items {
				items[i] = fmt.Appendf(nil, `{"external_id": "s-%d", "total": 10, "items": [],
					"transacted_at": "2026-03-01 10:00:00", "timezone": "UTC"}`, from+i)
			}
			_, err = QueueBatch(t, "transactions", items)
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	w := Batches{DB: db, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}
	b.ReportAllocs()
	b.ResetTimer()
	for some := true; some; {
		if some, err = w.Step(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}
