package loyalty

import (
	"fmt"
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
	b := p.balances(&rec.Account)
	currency := string(rec.Currency)
	if currency == "" {
		currency = tenant.Currency
	}
	return event.Balances{ProfileBalances: b, Currency: currency, Localised: event.LocalisedBalances{
		RewardBalance: b.RewardBalance, PointBalanceDollars: b.PointBalanceDollars,
		CombinedBalanceDollars: b.CombinedBalanceDollars,
	}}, nil
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

// dollars is what points are worth.
func (p *programme) dollars(points scalar.Amount) scalar.Amount {
	const cent = scalar.One / 100
	worth := points.Mul(p.exchangeRate)
	rest := worth % cent
	if rest < 0 {
		rest += cent
	}
	return worth - rest
}
