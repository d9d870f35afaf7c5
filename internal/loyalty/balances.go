package loyalty

import (
	"fmt"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
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
	b := profileBalances(&rec)
	currency := string(rec.Currency)
	if currency == "" {
		currency = tenant.Currency
	}
	return event.Balances{ProfileBalances: b, Currency: currency, Localised: event.LocalisedBalances{
		RewardBalance: b.RewardBalance, PointBalanceDollars: b.PointBalanceDollars,
		CombinedBalanceDollars: b.CombinedBalanceDollars,
	}}, nil
}

func profileBalances(r *store.Profile) event.ProfileBalances {
	return event.ProfileBalances{
		RewardBalance: r.RewardBalance, PointBalance: r.PointBalance, PointBalanceDollars: r.PointBalanceDollars,
		BenefitBalance: r.BenefitBalance, CreditBalance: r.CreditBalance,
		CombinedBalanceDollars: r.RewardBalance + r.PointBalanceDollars,
	}
}
