package loyalty_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// given is a benefit as its history says it is.
type given struct {
	limit, used int64
	expires     time.Time // zero for never
	gone        bool      // expired or taken back
	global      bool
}

func (g *given) isUsedUp() bool { return g.limit != 0 && g.used >= g.limit }

// globalLimit is what all profiles together can redeem of one definition.
const globalLimit = 12

// benefitOracle keeps the books of one profile's benefits by counting alone.
type benefitOracle struct {
	shop *benefitShop
	// named distinguishes the definitions of one history.
	named    string
	benefits map[int64]*given
	ids      []int64
	// globally is how often the limited definition was redeemed.
	globally int64
}

func (o *benefitOracle) now() time.Time { return time.UnixMicro(o.shop.clock.Load()).UTC() }

// pass has time go by.
func (o *benefitOracle) pass(d time.Duration) {
	o.shop.clock.Add(d.Microseconds())
	for _, g := range o.benefits {
		g.gone = g.gone || !g.expires.IsZero() && !g.isUsedUp() && !g.expires.After(o.now())
	}
	o.shop.settle()
}

func (o *benefitOracle) issue(kind string, limit int64) {
	b := o.shop.issue(fmt.Sprintf(`{"definition": "%s-%s"}`, kind, o.named))
	g := &given{limit: limit, global: kind == "global"}
	if kind == "short" {
		g.expires = o.now().AddDate(0, 0, 2)
	}
	o.benefits[b.ID], o.ids = g, append(o.ids, b.ID)
}

// redeem expects success exactly when the books allow it.
func (o *benefitOracle) redeem(id, count int64) {
	g := o.benefits[id]
	allowed := !g.gone && !g.isUsedUp() && (g.limit == 0 || g.used+count <= g.limit) &&
		(!g.global || o.globally+count <= globalLimit)
	_, err := o.shop.redeem(id, count)
	o.expect(allowed, err)
	if allowed {
		g.used += count
		o.count(g, count)
	}
}

func (o *benefitOracle) giveBack(id, count int64) {
	g := o.benefits[id]
	allowed := count <= g.used
	_, err := o.shop.giveBack(id, count)
	o.expect(allowed, err)
	if allowed {
		g.used -= count
		o.count(g, -count)
		g.gone = g.gone || !g.expires.IsZero() && !g.expires.After(o.now())
	}
}

func (o *benefitOracle) count(g *given, count int64) {
	if g.global {
		o.globally += count
	}
}

func (o *benefitOracle) limit(id, limit int64) {
	g := o.benefits[id]
	allowed := limit == 0 || limit >= g.used
	_, err := o.shop.update(id, fmt.Sprintf(`{"max_redemptions": %d}`, limit))
	o.expect(allowed, err)
	if allowed {
		g.limit = limit
		g.gone = g.gone || !g.isUsedUp() && !g.expires.IsZero() && !g.expires.After(o.now())
	}
}

func (o *benefitOracle) takeBack(id int64) {
	o.shop.do(func(t *store.Tenant) error { return loyalty.DeleteBenefit(t, id) })
	if g := o.benefits[id]; !g.isUsedUp() {
		g.gone = true
	}
}

func (o *benefitOracle) expect(allowed bool, err error) {
	o.shop.t.Helper()
	var invalid *loyalty.InvalidError
	var conflict *loyalty.ConflictError
	switch {
	case err == nil && !allowed:
		o.shop.t.Error("was allowed, against the books")
	case err != nil && (allowed || !errors.As(err, &invalid) && !errors.As(err, &conflict)):
		o.shop.t.Errorf("was refused, against the books: %v", err)
	}
}

// check compares the balance, the instances and the global count with the books.
func (o *benefitOracle) check(global int64) {
	var want int64
	for id, g := range o.benefits {
		if !g.gone && !g.isUsedUp() {
			want++
		}
		b := o.shop.benefit(id)
		redeemable := !g.gone && !g.isUsedUp() && (!g.global || o.globally < globalLimit)
		if b.IsRedeemable != redeemable || g.limit != 0 && *b.RedemptionsRemaining != g.limit-g.used {
			o.shop.t.Errorf("the books say %+v of %s", *g, asJSON(b))
		}
	}
	if got := o.shop.benefitBalance(); got != want {
		o.shop.t.Errorf("balance %d, want %d", got, want)
	}
	o.shop.do(func(t *store.Tenant) error {
		counts, err := t.RedemptionCounts(global)
		if counts[global] != o.globally {
			o.shop.t.Errorf("%d redemptions were counted, want %d", counts[global], o.globally)
		}
		return err
	})
}

func TestAnyHistoryOfBenefitsAddsUp(t *testing.T) {
	s, n := newBenefitShop(t, storetest.SQLite), 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		o := &benefitOracle{shop: s, named: fmt.Sprint(n), benefits: map[int64]*given{}}
		s.ada = s.create(fmt.Sprintf(`{"email": "p%d@example.com"}`, n)).ID
		global := s.offer(fmt.Sprintf(`{"name": "n", "handle": "global-%d", "max_global_redemptions": %d}`, n, globalLimit)).ID
		s.offer(fmt.Sprintf(`{"name": "n", "handle": "short-%d", "max_redemptions": 3, "period": 2, "period_type": "days"}`, n))
		s.offer(fmt.Sprintf(`{"name": "n", "handle": "long-%d", "max_redemptions": 2}`, n))
		for range rapid.IntRange(1, 25).Draw(r, "steps") {
			o.step(r)
		}
		o.check(global)
		if t.Failed() {
			r.FailNow()
		}
	})
}

// step does something at random.
func (o *benefitOracle) step(r *rapid.T) {
	step := rapid.IntRange(0, 9).Draw(r, "step")
	if len(o.ids) == 0 || step < 2 {
		kind := rapid.SampledFrom([]string{"global", "short", "long"}).Draw(r, "kind")
		o.issue(kind, map[string]int64{"short": 3, "long": 2}[kind])
		return
	}
	id := rapid.SampledFrom(o.ids).Draw(r, "benefit")
	count := rapid.Int64Range(1, 4).Draw(r, "count")
	switch {
	case step < 5:
		o.redeem(id, count)
	case step < 7:
		o.giveBack(id, count)
	case step == 7:
		o.limit(id, count-1)
	case step == 8 && count == 1:
		o.takeBack(id)
	default:
		o.pass(time.Duration(count) * 9 * time.Hour)
	}
}
