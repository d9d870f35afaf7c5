package loyalty

import (
	"fmt"
	"math/bits"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// ReadBalances returns what a profile has to spend.
func ReadBalances(t *store.Tenant, id string) (event.Balances, error) {
	rec, err := t.Profile(strings.ToLower(id))
	if err != nil {
		return event.Balances{}, missing(err, "profile", id)
	}
	tenant, err := t.Record()
	if err != nil {
		return event.Balances{}, fmt.Errorf("read tenant: %w", err)
	}
	p, err := programmeOf(t)
	if err != nil {
		return event.Balances{}, err
	}
	if err := bringUpToDate(t, &rec.Account); err != nil {
		return event.Balances{}, err
	}
	b := p.balances(&rec.Account)
	currency := string(rec.Currency)
	if currency == "" {
		currency = tenant.Currency
	}
	shown := event.Balances{
		ProfileBalances: b, PointPending: rec.Account.PointPending, Currency: currency,
		Localised: event.LocalisedBalances{
			RewardBalance: b.RewardBalance, PointBalanceDollars: b.PointBalanceDollars,
			CombinedBalanceDollars: b.CombinedBalanceDollars,
		},
	}
	if shown.PointExpiry, err = PointForecast(t, rec.ID); err != nil {
		return shown, err
	}
	shown.RewardExpiry.NextExpiryAt, shown.RewardExpiry.NextExpiryValue, err = t.NextExpiry(rec.ID, store.Reward)
	if err != nil {
		return shown, fmt.Errorf("read next expiry: %w", err)
	}
	return shown, nil
}

// bringUpToDate has balances that are only read be as they are once what fell
// due is settled.
func bringUpToDate(t *store.Tenant, a *store.Account) error {
	if !due(a.DueAt, t.Now()) {
		return nil
	}
	for kind, balance := range map[store.InstanceKind]*scalar.Amount{
		store.Point: &a.PointBalance, store.Reward: &a.RewardBalance, store.Benefit: &a.BenefitBalance,
	} {
		live, err := t.LiveInstances(a.ProfileID, kind)
		if err != nil {
			return fmt.Errorf("read %ss: %w", kind, err)
		}
		for _, i := range live {
			if i.State == store.Pending && due(i.AccruedAt, t.Now()) {
				a.PointPending -= i.ValueRemaining
				*balance += i.ValueRemaining
			}
			if i.ValueRemaining > 0 && due(i.ExpiresAt, t.Now()) {
				*balance -= i.ValueRemaining
			}
		}
	}
	return nil
}

// balances shows an account's balances. Points are worth whole cents, rounded
// down, so that no more is shown than can be redeemed.
func (p *programme) balances(a *store.Account) event.ProfileBalances {
	dollars := p.dollars(a.PointBalance)
	return event.ProfileBalances{
		RewardBalance: a.RewardBalance, PointBalance: a.PointBalance, PointBalanceDollars: dollars,
		BenefitBalance: int64(a.BenefitBalance / scalar.One), CreditBalance: a.CreditBalance,
		CombinedBalanceDollars: a.RewardBalance + dollars,
	}
}

// dollars is what points are worth: whole cents, rounded down, those of a debt
// too.
func (p *programme) dollars(points scalar.Amount) scalar.Amount {
	const cent = scalar.One / 100
	if points < 0 {
		owed := mulDivUp(-points, p.exchangeRate, scalar.One)
		return -(owed + cent - 1) / cent * cent
	}
	return mulDiv(points, p.exchangeRate, scalar.One) / cent * cent
}

// mulDiv returns a × b ÷ c, rounded down, and mulDivUp rounded up; MaxAmount
// where it is beyond an Amount. a and b may not be negative, c must be positive.
func mulDiv(a, b, c scalar.Amount) scalar.Amount {
	q, _ := mulDivExact(a, b, c)
	return q
}

func mulDivUp(a, b, c scalar.Amount) scalar.Amount {
	q, exact := mulDivExact(a, b, c)
	if !exact {
		q++
	}
	return q
}

func mulDivExact(a, b, c scalar.Amount) (q scalar.Amount, exact bool) {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	if hi >= uint64(c) {
		return scalar.MaxAmount, true
	}
	n, rest := bits.Div64(hi, lo, uint64(c))
	if n > uint64(scalar.MaxAmount) {
		return scalar.MaxAmount, true
	}
	return scalar.Amount(n), rest == 0
}
