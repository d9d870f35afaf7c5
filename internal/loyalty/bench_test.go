package loyalty_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// BenchmarkCreateTransaction records sales of two items for profiles that each
// have ten sales already, from many clients at once: their transactions share
// commits, each with its fsync.
func BenchmarkCreateTransaction(b *testing.B) { benchCreateTransaction(b, nil) }

// BenchmarkCreateTransactionWithProgramme records the same sales where they earn
// points at a rate that asks the items, and tier points.
func BenchmarkCreateTransactionWithProgramme(b *testing.B) {
	benchCreateTransaction(b, func(t *store.Tenant) error {
		one := scalar.One
		common := func(handle scalar.Text) event.Definition {
			return event.Definition{Name: handle, Handle: handle, IsPublished: true}
		}
		points := event.PointDefinition{Definition: common("base"), EarnRate: &one}
		if _, err := loyalty.PointDefinitions.Create(t, points); err != nil {
			return err
		}
		for at, handle := range []scalar.Text{"member", "silver", "gold"} {
			tier := event.TierDefinition{Definition: common(handle), IsFloor: at == 0, ValueMin: scalar.Amount(at) * 1_000_000 * one}
			if _, err := loyalty.TierDefinitions.Create(t, tier); err != nil {
				return err
			}
		}
		rate := event.Rate{Definition: common("belts"), Rate: 2 * one, ProductConditions: json.RawMessage(`{"==":[{"var":"sku"},"BELT"]}`)}
		_, err := loyalty.Rates.Create(t, rate)
		return err
	})
}

func benchCreateTransaction(b *testing.B, programme func(*store.Tenant) error) {
	db := storetest.SQLite(b, store.Options{})
	actor, profiles := benchShop(b, db, programme)
	var n atomic.Int64
	b.ReportAllocs()
	b.SetParallelism(32)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			body := benchSale(profiles[n.Add(1)%int64(len(profiles))])
			var in loyalty.TransactionInput
			if err := json.Unmarshal(body, &in); err != nil {
				b.Error(err)
			}
			err := db.Update(context.Background(), func(tx *store.Tx) error {
				_, err := loyalty.CreateTransaction(tx.As(actor), in)
				return err
			})
			if err != nil {
				b.Error(err)
			}
		}
	})
}

func benchShop(b *testing.B, db *store.DB, programme func(*store.Tenant) error) (actor store.Actor, profiles []string) {
	b.Helper()
	// Each sale adds to its profile, so that their number bounds how many sales a
	// profile has in the end.
	const count, sales = 1000, 10
	err := db.Update(context.Background(), func(tx *store.Tx) error {
		rec, _, err := tx.EnsureTenant("bench")
		if err != nil {
			return err
		}
		actor.TenantID = rec.ID
		t := tx.As(actor)
		if programme != nil {
			if err := programme(t); err != nil {
				return err
			}
		}
		if _, err := loyalty.CreateLocation(t, loyalty.LocationInput{Name: "City", ExternalID: "M10"}); err != nil {
			return err
		}
		for i := range count {
			p, err := loyalty.CreateProfile(t, loyalty.ProfileInput{
				FirstName: "Grace", LastName: "Hopper", Email: scalar.Text(fmt.Sprintf("grace%d@example.com", i)),
				Identities: []loyalty.IdentityInput{{Handle: "card", Identifier: scalar.Text(fmt.Sprint(i))}},
			})
			if err != nil {
				return err
			}
			profiles = append(profiles, p.ID)
			for range sales {
				if _, err := sell(t, string(benchSale(p.ID))); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return actor, profiles
}

var benchDay atomic.Int64

func benchSale(profileID string) []byte {
	at := time.Date(2026, 1, 1, 10, 0, 0, 0, time.UTC).AddDate(0, 0, int(benchDay.Add(1)%300))
	return []byte(`{"profile_id": "` + profileID + `", "location_id": "M10", "total": 149.95,
		"transacted_at": "` + at.Format(scalar.TimeLayout) + `", "timezone": "Australia/Melbourne", "receipt_ref": "659",
		"systems": ["pos"], "items": [
		{"name": "Shirt", "quantity": 1, "price_sell": 99.95, "price_current": 129.95, "sku": "SHIRT-M",
		 "discounts": [{"amount": 30, "reason_desc": "Sale"}]},
		{"name": "Belt", "quantity": 1, "price_sell": 50, "price_current": 50, "sku": "BELT"}]}`)
}
