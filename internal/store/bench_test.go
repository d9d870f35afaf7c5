package store_test

import (
	"context"
	"testing"

	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// BenchmarkUpdate appends one event per transaction, one client or many.
func BenchmarkUpdate(b *testing.B) {
	for _, bench := range []struct {
		name    string
		clients int
	}{{"one client", 0}, {"many clients", 32}} {
		b.Run(bench.name, func(b *testing.B) {
			db := storetest.SQLite(b, store.Options{})
			b.ReportAllocs()
			if bench.clients == 0 {
				for b.Loop() {
					appendEvent(b, db)
				}
				return
			}
			b.SetParallelism(bench.clients)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					appendEvent(b, db)
				}
			})
		})
	}
}

func appendEvent(b *testing.B, db *store.DB) {
	err := db.Update(context.Background(), func(tx *store.Tx) error {
		return tx.As(store.Actor{TenantID: 1}).AppendEvents(&store.Event{
			Type: "profile.created", Subject: "profile", SubjectID: "1", Context: []byte(`{"id":1}`),
		})
	})
	if err != nil {
		b.Error(err)
	}
}

// BenchmarkView reads one row per transaction, from many clients.
func BenchmarkView(b *testing.B) {
	db := storetest.SQLite(b, store.Options{})
	appendEvent(b, db)
	b.ReportAllocs()
	b.SetParallelism(4)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			err := db.View(context.Background(), func(tx *store.Tx) error {
				_, err := tx.As(store.Actor{TenantID: 1}).Event(1)
				return err
			})
			if err != nil {
				b.Error(err)
			}
		}
	})
}
