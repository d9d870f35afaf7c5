package loyalty_test

import (
	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

var kinds = []store.InstanceKind{store.Point, store.Reward, store.Benefit}

// checkBooks compares all that is stored of the profiles with what follows from
// the rows of the ledger, of the sales and of the tier points.
func (h *programmeHistory) checkBooks() {
	h.t.Helper()
	for _, id := range h.profiles {
		h.checkLedger(id)
		h.checkInstances(id)
		h.checkComputed(id)
	}
	for _, id := range h.gone {
		var sum store.Balances
		h.shop.do(func(t *store.Tenant) (err error) {
			sum, err = t.SumLedger(id)
			return err
		})
		if sum != (store.Balances{}) {
			h.t.Fatalf("operation %d: the ledger of %s, which is gone, adds up to %+v", h.n, id, sum)
		}
	}
	h.checkSales()
}

// checkLedger compares an account with the sums of its ledger, and its balances
// with those that the ledger's last row gives.
func (h *programmeHistory) checkLedger(id string) {
	h.t.Helper()
	h.shop.do(func(t *store.Tenant) error {
		p, err := t.Profile(id)
		if err != nil {
			return err
		}
		sum, err := t.SumLedger(id)
		if err != nil {
			return err
		}
		stored := store.Balances{
			Point: p.Account.PointBalance, PointPending: p.Account.PointPending, Reward: p.Account.RewardBalance,
			Benefit: p.Account.BenefitBalance,
		}
		if sum != stored {
			h.t.Fatalf("operation %d: the ledger of %s adds up to %+v, stored is %+v", h.n, id, sum, stored)
		}
		last, err := t.Ledger(id, store.List{Sort: []string{"-id"}, Size: 1})
		if err != nil || len(last.Items) == 0 {
			return err
		}
		row := last.Items[0]
		running := store.Balances{Point: row.PointBalance, PointPending: sum.PointPending, Reward: row.RewardBalance, Benefit: row.BenefitBalance}
		if running != stored {
			h.t.Fatalf("operation %d: the last row of %s says %+v, stored is %+v", h.n, id, running, stored)
		}
		next, err := t.NextDueInstance(id)
		if err == nil && !next.IsZero() && (p.Account.DueAt.IsZero() || p.Account.DueAt.After(next.Time)) {
			h.t.Fatalf("operation %d: %s has something due at %s and waits until %s", h.n, id, next, p.Account.DueAt)
		}
		return err
	})
}

// checkInstances compares what is left of a profile's instances with their own
// rows of the ledger and with the balances.
func (h *programmeHistory) checkInstances(id string) {
	h.t.Helper()
	h.shop.do(func(t *store.Tenant) error {
		p, err := t.Profile(id)
		if err != nil {
			return err
		}
		for _, kind := range kinds {
			live, err := t.LiveInstances(id, kind)
			if err != nil {
				return err
			}
			var active, pending scalar.Amount
			points, debt := false, false
			for _, i := range live {
				switch i.State {
				case store.Active:
					active += i.ValueRemaining
					points, debt = points || i.ValueRemaining > 0, debt || i.ValueRemaining < 0
				case store.Pending:
					pending += i.ValueRemaining
				default:
					h.t.Fatalf("operation %d: %s %d is %s with %s left", h.n, kind, i.ID, i.State, i.ValueRemaining)
				}
				if err := h.checkInstance(t, &i); err != nil {
					return err
				}
			}
			if points && debt {
				h.t.Fatalf("operation %d: %s has points beside a debt: %+v", h.n, id, live)
			}
			a := p.Account
			want := map[store.InstanceKind]scalar.Amount{store.Point: a.PointBalance, store.Reward: a.RewardBalance, store.Benefit: a.BenefitBalance}[kind]
			if active != want || kind == store.Point && pending != a.PointPending {
				h.t.Fatalf("operation %d: %s has %s active and %s pending of %ss, the account says %+v", h.n, id, active, pending, kind, a)
			}
		}
		return nil
	})
}

func (h *programmeHistory) checkInstance(t *store.Tenant, i *store.Instance) error {
	h.t.Helper()
	rows, err := t.LedgerOfInstance(i.ID)
	var sum scalar.Amount
	for _, r := range rows {
		sum += r.Value + r.Pending
	}
	switch {
	case sum != i.ValueRemaining:
		h.t.Fatalf("operation %d: %s %d has %s left, its rows add up to %s: %+v", h.n, i.Kind, i.ID, i.ValueRemaining, sum, rows)
	case i.Kind == store.Reward && i.ValueRemaining < 0, i.Kind == store.Benefit && i.ValueRemaining != scalar.One:
		h.t.Fatalf("operation %d: %s %d has %s left", h.n, i.Kind, i.ID, i.ValueRemaining)
	case i.MaxRedemptions > 0 && i.Redemptions > int64(i.MaxRedemptions):
		h.t.Fatalf("operation %d: benefit %d was used %d times", h.n, i.ID, i.Redemptions)
	}
	return err
}

// checkComputed compares stored aggregations and the tier with what computing
// them anew gives.
func (h *programmeHistory) checkComputed(id string) {
	h.t.Helper()
	h.shop.do(func(t *store.Tenant) error {
		stored, err := loyalty.ReadAggregations(t, id)
		if err != nil {
			return err
		}
		anew, err := loyalty.CalculateAggregations(t, id)
		if diff := cmp.Diff(stored, anew); diff != "" {
			h.t.Fatalf("operation %d: aggregations of %s (-stored +computed):\n%s", h.n, id, diff)
		}
		if err != nil {
			return err
		}
		tier, err := loyalty.ReadProfileTier(t, id)
		if err != nil {
			return err
		}
		if !tier.AssignedAt.IsZero() {
			return nil // by hand, whatever the points say
		}
		again, err := loyalty.CalculateTier(t, id)
		if diff := cmp.Diff(tier, again); diff != "" {
			h.t.Fatalf("operation %d: tier of %s (-stored +computed):\n%s", h.n, id, diff)
		}
		return err
	})
}

// checkSales has every sale earn again: it must change nothing. A return does
// not: it takes from what its sale is worth by now.
func (h *programmeHistory) checkSales() {
	h.t.Helper()
	for _, id := range h.sales {
		if h.shop.readSale(id).Total < 0 {
			continue
		}
		h.shop.do(func(t *store.Tenant) error {
			before, err := t.LedgerOfTransaction(id)
			if err != nil {
				return err
			}
			if _, err := loyalty.TriggerTransaction(t, id, loyalty.TransactionTrigger{Event: "transaction.recalculate"}); err != nil {
				return err
			}
			after, err := t.LedgerOfTransaction(id)
			if diff := cmp.Diff(before, after); diff != "" {
				h.t.Fatalf("operation %d: sale %d earned anew (-before +after):\n%s", h.n, id, diff)
			}
			return err
		})
	}
}
