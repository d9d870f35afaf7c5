package loyalty_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// BenchmarkProgressAchievement adds counts of a monthly achievement, each in a
// transaction of its own, and so with an fsync of its own.
func BenchmarkProgressAchievement(b *testing.B) {
	s := newShop(b, storetest.SQLite(b, store.Options{}), "bench")
	define(s, loyalty.AchievementDefinitions, `{"name":"Visits","handle":"visits","period":"monthly","levels":[
		{"trigger":5},{"trigger":10},{"trigger":1000000}]}`)
	var ids []string
	for i := range 100 {
		ids = append(ids, s.create(fmt.Sprintf(`{"first_name":"Ada","email":"%d@example.com"}`, i)).ID)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.do(func(t *store.Tenant) error {
			_, err := loyalty.ProgressAchievement(t, ids[i%len(ids)], loyalty.AchievementInput{Definition: "visits"})
			return err
		})
	}
}

// BenchmarkMergeProfiles merges profiles that have everything and 30 sales
// each.
func BenchmarkMergeProfiles(b *testing.B) {
	s := newShop(b, storetest.SQLite(b, store.Options{Now: func() time.Time { return noon }}), "bench")
	s.programmeForMerges()
	n := 0
	person := func() string {
		n++
		id := s.person(fmt.Sprintf("p%d", n))
		s.do(func(t *store.Tenant) error {
			for day := range 29 {
				total := 30 * scalar.One
				_, err := loyalty.CreateTransaction(t, loyalty.TransactionInput{
					ProfileID: scalar.Text(id), Total: &total, TransactedAt: scalar.At(noon.AddDate(0, 0, -day)), Timezone: "UTC",
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
		return id
	}
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		loser, winner := person(), person()
		b.StartTimer()
		s.merge(loser, winner)
	}
}
