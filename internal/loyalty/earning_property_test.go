package loyalty_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// history is a random history of two profiles' transactions.
type history struct {
	*till
	random   *rand.Rand
	profiles []string
	sales    []int64
	spent    map[string]scalar.Amount
	log      []string
}

func (h *history) one(ids []int64) int64 { return ids[h.random.IntN(len(ids))] }

func (h *history) profileOf() string { return h.profiles[h.random.IntN(len(h.profiles))] }

// step does one thing.
func (h *history) step(n int) {
	h.t.Helper()
	amount := fmt.Sprint(1 + h.random.IntN(90))
	var id int64
	if len(h.sales) > 0 {
		id = h.one(h.sales)
	}
	note := func(format string, args ...any) { h.log = append(h.log, fmt.Sprintf(format, args...)) }
	switch kind := h.random.IntN(9); {
	case kind < 2 || id == 0:
		note("%d: sale of %s", n, amount)
		h.sales = append(h.sales, h.sell(h.bill(amount, fmt.Sprintf(`"profile_id": %q, "receipt_ref": "R%d", `, h.profileOf(), n))).ID)
	case kind < 4:
		link := h.readSale(id)
		note("%d: return of %s linked to %d", n, amount, id)
		h.sales = append(h.sales, h.sell(h.bill("-"+amount,
			fmt.Sprintf(`"profile_id": %q, "linked_receipt_ref": %q, `, h.profileOf(), link.ReceiptRef))).ID)
	case kind == 4:
		void := !h.readSale(id).IsVoid
		note("%d: %d void %v", n, id, void)
		h.change(id, fmt.Sprintf(`{"is_void": %v}`, void))
	case kind == 5:
		note("%d: %d is %s", n, id, amount)
		h.change(id, `{"total": `+amount+`}`)
	case kind == 6:
		note("%d: %d moves", n, id)
		h.change(id, `{"profile_id": "`+h.profileOf()+`"}`)
	case kind == 7:
		note("%d: %d again", n, id)
		h.do(func(t *store.Tenant) error {
			_, err := loyalty.TriggerTransaction(t, id, loyalty.TransactionTrigger{Event: "transaction.recalculate"})
			return err
		})
	default:
		h.spendAll(h.profileOf())
	}
}

// spendAll takes half of what a profile has.
func (h *history) spendAll(profileID string) {
	p := h.read(profileID)
	amount := p.PointBalanceDollars / 2 / 100 * 100
	if amount <= 0 {
		return
	}
	h.do(func(t *store.Tenant) error {
		_, err := loyalty.Redeem(t, profileID, loyalty.RedeemInput{
			Amount: &loyalty.ExactAmount{Amount: amount}, Strategies: []string{"points"}, Strict: true,
		})
		return err
	})
	h.spent[profileID] += p.PointBalance - h.read(profileID).PointBalance
}

// After any history the ledger, the points and the balance agree; and when every
// transaction is void, a profile owes exactly what it has spent, and no day has
// tier points.
func TestVoidingEverythingLeavesWhatWasSpent(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			eachTill(t, func(t *testing.T, c *till) {
				c.definePoints(`{"name": "Late", "handle": "late", "earn_rate": 0.3333, "accrue_delay": 5}`)
				definition(c.shop, loyalty.TierDefinitions, `{"name": "Gold", "handle": "gold", "value_min": 100}`)
				c.defineRate(`{"name": "r", "handle": "r", "rate": 1.7, "profile_conditions": {">": [{"var": "aggregations.spend_all"}, 100]}}`)
				h := &history{
					till: c, random: rand.New(rand.NewPCG(seed, 7)), spent: map[string]scalar.Amount{},
					profiles: []string{c.profile, c.create(`{"email": "ada@example.com"}`).ID},
				}
				for n := range 80 {
					h.step(n)
					for _, p := range h.profiles {
						h.balance(p)
					}
					if t.Failed() {
						t.Fatal(h.log)
					}
				}
				for _, id := range h.random.Perm(len(h.sales)) {
					h.change(h.sales[id], `{"is_void": true}`)
				}
				h.checkEnd()
				if t.Failed() {
					t.Log(h.log)
				}
			})
		})
	}
}

func (h *history) checkEnd() {
	h.t.Helper()
	for _, p := range h.profiles {
		usable, pending := h.balance(p)
		if usable != (-h.spent[p]).String() || pending != "0" {
			h.t.Errorf("usable %s, pending %s; %s were spent", usable, pending, h.spent[p])
		}
		days := map[scalar.Time]scalar.Amount{}
		h.do(func(t *store.Tenant) error {
			rows, err := t.TierPointsOf(p, store.List{Size: 1000})
			for _, r := range rows.Items {
				days[r.AccruedAt] += r.Value
			}
			return err
		})
		for at, sum := range days {
			if sum != 0 {
				h.t.Errorf("%s tier points of %s are left", sum, at)
			}
		}
	}
}
