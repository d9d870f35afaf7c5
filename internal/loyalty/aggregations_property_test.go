package loyalty_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

var anyZone = rapid.SampledFrom([]string{utc, sydney, auckland, angeles, "Asia/Kolkata", "Pacific/Apia"})

// anySale is a sale of the years 2022 to 2026, dense enough for days to repeat.
var anySale = rapid.Custom(func(t *rapid.T) loyalty.Sale {
	where, err := time.LoadLocation(anyZone.Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC)
	span := rapid.SampledFrom([]int{10, 400, 1900}).Draw(t, "span")
	moment := start.Add(time.Duration(rapid.IntRange(0, span*24).Draw(t, "hours")) * time.Hour)
	s := loyalty.Sale{
		TransactedAt: scalar.At(moment),
		ShoppedOn:    scalar.DateOf(moment.In(where)),
		IsVoid:       rapid.IntRange(0, 5).Draw(t, "void") == 0,
		Net:          scalar.Amount(rapid.Int64Range(-300_0000, 900_0000).Draw(t, "net")),
		Discount:     scalar.Amount(rapid.Int64Range(0, 50_0000).Draw(t, "discount")),
		Currency:     scalar.Text(rapid.SampledFrom([]string{"", "AUD", "NZD"}).Draw(t, "currency")),
		LocationID:   scalar.Int(rapid.IntRange(0, 5).Draw(t, "location")),
		Channels:     store.Channels(rapid.IntRange(0, 3).Draw(t, "channels")),
	}
	if brand := rapid.SampledFrom([]string{"", "Acme", "Bell"}).Draw(t, "brand"); brand != "" {
		s.Brands = map[string]scalar.Amount{brand: scalar.Amount(rapid.IntRange(-2, 3).Draw(t, "bought")) * scalar.One}
	}
	return s
})

func anySales(t *rapid.T) []loyalty.Sale {
	sales := rapid.SliceOfN(anySale, 0, 25).Draw(t, "sales")
	for i := range sales {
		sales[i].ID = int64(i + 1)
	}
	return sales
}

func anyCase(t *rapid.T) (who loyalty.Member, now time.Time, zone *time.Location) {
	who = loyalty.Member{
		ProfileID:        "ada",
		JoinedAt:         scalar.At(time.Date(2022, 1, 1, rapid.IntRange(0, 30_000).Draw(t, "joined"), 0, 0, 0, time.UTC)),
		JoinedLocationID: rapid.Int64Range(0, 5).Draw(t, "joined at"),
	}
	now = time.Date(2022, 1, 1, rapid.IntRange(0, 60_000).Draw(t, "now"), 0, 0, 0, time.UTC)
	zone, err := time.LoadLocation(anyZone.Draw(t, "tenant's zone"))
	if err != nil {
		t.Fatal(err)
	}
	return who, now, zone
}

func TestAggregationsDoNotDependOnTheOrderOfSales(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		who, now, zone := anyCase(t)
		sales := anySales(t)
		shuffled := rapid.Permutation(sales).Draw(t, "shuffled")
		same(t, loyalty.Aggregate(who, sales, shops, now, zone), loyalty.Aggregate(who, shuffled, shops, now, zone))
	})
}

func TestAddingAndVoidingASaleRestoresTheAggregations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		who, now, zone := anyCase(t)
		sales := anySales(t)
		voided := anySale.Draw(t, "voided")
		voided.IsVoid = true
		before := loyalty.Aggregate(who, sales, shops, now, zone)
		same(t, before, loyalty.Aggregate(who, append([]loyalty.Sale{voided}, sales...), shops, now, zone))
	})
}

func TestAggregatingDoesNotChangeTheSales(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		who, now, zone := anyCase(t)
		sales := anySales(t)
		before := fmt.Sprint(sales)
		loyalty.Aggregate(who, sales, shops, now, zone)
		if after := fmt.Sprint(sales); after != before {
			t.Fatalf("sales changed from %s to %s", before, after)
		}
	})
}

func TestAggregationsAgreeWithASlowOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		who, now, zone := anyCase(t)
		sales := anySales(t)
		o := oracle{sales: sales, now: now, zone: zone}
		got := loyalty.Aggregate(who, sales, shops, now, zone)
		same(t, o.answer(who), got)
	})
}

func same(t *rapid.T, want, got event.Aggregations) {
	t.Helper()
	if diff := cmp.Diff(asJSON(want), asJSON(got)); diff != "" {
		t.Fatalf("(-want +got)\n%s", diff)
	}
}
