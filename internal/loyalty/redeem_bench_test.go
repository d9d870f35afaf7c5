package loyalty_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// BenchmarkRedeem takes from one reward each, for profiles with three of them
// and points, from many clients at once: their transactions share commits, each
// with its fsync.
func BenchmarkRedeem(b *testing.B) {
	db := storetest.SQLite(b, store.Options{})
	s := newShop(b, db, "bench")
	define(s, loyalty.RewardDefinitions, `{"name":"Thanks","handle":"thanks","value":10}`)
	define(s, loyalty.PointDefinitions, `{"name":"Bonus","handle":"bonus","kind":"action"}`)
	profiles := make([]string, 500)
	for n := range profiles {
		profiles[n] = s.create(`{"first_name":"Ada"}`).ID
		for range 3 {
			s.reward(profiles[n], `,"value_initial":1000000`)
		}
		s.earn(profiles[n], "500", "")
	}
	amount := loyalty.ExactAmount{Amount: scalar.One / 100}
	var n atomic.Int64
	b.ReportAllocs()
	b.SetParallelism(32)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			id := profiles[n.Add(1)%int64(len(profiles))]
			err := db.Update(context.Background(), func(tx *store.Tx) error {
				_, err := loyalty.Redeem(tx.As(s.actor), id, loyalty.RedeemInput{Amount: &amount})
				return err
			})
			if err != nil {
				b.Error(err)
			}
		}
	})
}
