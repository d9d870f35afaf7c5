package loyalty_test

import (
	"fmt"
	"testing"

	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// newBenefitBench opens a shop with one definition on SQLite. The programme is
// known, as it is to a server that runs.
func newBenefitBench(b *testing.B, definition string) *benefitShop {
	b.Helper()
	s := newBenefitShop(b, storetest.SQLite)
	s.offer(definition)
	s.benefitBalance()
	return s
}

// BenchmarkIssueBenefit gives benefits with an expiry, and codes in every other
// run.
func BenchmarkIssueBenefit(b *testing.B) {
	for _, codes := range []bool{false, true} {
		b.Run(fmt.Sprintf("codes=%v", codes), func(b *testing.B) {
			s := newBenefitBench(b, `{"name": "n", "handle": "gift", "period": 30, "period_type": "days", "max_redemptions": 3}`)
			if codes {
				s.do(func(t *store.Tenant) error {
					for n := range b.N {
						in := loyalty.AllocationInput{Code: scalar.Text(fmt.Sprintf("C%d", n)), DefinitionID: 1}
						if _, err := loyalty.CreateAllocation(t, in); err != nil {
							return err
						}
					}
					return nil
				})
			}
			b.ReportAllocs()
			b.ResetTimer()
			s.do(func(t *store.Tenant) error {
				for range b.N {
					in := loyalty.BenefitInput{Definition: "gift", ProfileID: scalar.Text(s.ada)}
					if _, err := loyalty.IssueBenefit(t, in); err != nil {
						return err
					}
				}
				return nil
			})
		})
	}
}

// BenchmarkRedeemBenefit redeems one benefit over and over.
func BenchmarkRedeemBenefit(b *testing.B) {
	for _, limit := range []int{0, 1 << 30} {
		b.Run(fmt.Sprintf("max_global_redemptions=%d", limit), func(b *testing.B) {
			s := newBenefitBench(b, fmt.Sprintf(`{"name": "n", "handle": "gift", "max_global_redemptions": %d}`, limit))
			id := s.issue(`{"definition": "gift"}`).ID
			b.ReportAllocs()
			b.ResetTimer()
			s.do(func(t *store.Tenant) error {
				for range b.N {
					if _, err := loyalty.RedeemBenefit(t, s.ada, id, 1); err != nil {
						return err
					}
				}
				return nil
			})
		})
	}
}
