package loyalty_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// errUndone has a transaction undone whose work was seen.
var errUndone = errors.New("undone")

// BenchmarkAddTierPoints adds to a profile that earned often within the 365 days
// and can climb further, so that they are summed each time. What is added is
// undone, so that their number stays.
func BenchmarkAddTierPoints(b *testing.B) {
	for _, rows := range []int{10, 100, 1000} {
		b.Run(fmt.Sprint(rows), func(b *testing.B) {
			c := &club{tiers: map[string]int64{}}
			c.shop = newShop(b, storetest.SQLite(b, store.Options{Now: func() time.Time { return noon }}), "club")
			c.found(b)
			value := scalar.One / 10
			add := func(t *store.Tenant, at time.Time) error {
				_, err := loyalty.AddTierPoints(t, loyalty.TierPointInput{
					ProfileID: scalar.Text(c.member), Value: &value, AccruedAt: scalar.At(at),
				})
				return err
			}
			c.do(func(t *store.Tenant) error {
				for i := range rows {
					if err := add(t, noon.Add(-time.Duration(i)*time.Hour)); err != nil {
						return err
					}
				}
				return nil
			})
			b.ReportAllocs()
			b.ResetTimer()
			c.do(func(t *store.Tenant) error {
				for range b.N {
					err := t.Try(func() error { return errors.Join(add(t, noon), errUndone) })
					if err != errUndone && err.Error() != errUndone.Error() {
						return err
					}
				}
				return nil
			})
		})
	}
}
