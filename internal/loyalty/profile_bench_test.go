package loyalty_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// BenchmarkProfileContext reads and encodes the context of a well-known
// profile, as recording a sale does.
func BenchmarkProfileContext(b *testing.B) {
	s := newShop(b, storetest.SQLite(b, store.Options{}), "shop")
	s.define(`{"name": "Gold", "handle": "gold"}`)
	p := s.create(ada)
	s.update(p.ID, `{"statuses": ["gold"]}`)
	b.ReportAllocs()
	s.do(func(t *store.Tenant) error {
		for b.Loop() {
			p, err := loyalty.ProfileContextOf(t, p.ID)
			if err != nil {
				return err
			}
			if _, err := json.Marshal(p); err != nil {
				return err
			}
		}
		return nil
	})
}

// BenchmarkCreateProfile stores profiles with an identity and an address in one
// transaction, without the cost of its commit.
func BenchmarkCreateProfile(b *testing.B) {
	s := newShop(b, storetest.SQLite(b, store.Options{}), "shop")
	body := input(b, ada)
	b.ReportAllocs()
	err := s.db.Update(context.Background(), func(tx *store.Tx) error {
		for n := 0; b.Loop(); n++ {
			in := body
			in.Email, in.MobilePhone = scalar.Text(fmt.Sprintf("ada%d@example.com", n)), scalar.Text(fmt.Sprintf("+614%08d", n))
			in.Identities = []loyalty.IdentityInput{{Handle: "card", Identifier: scalar.Text(fmt.Sprint(n))}}
			if _, err := loyalty.CreateProfile(tx.As(s.actor), in); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}
