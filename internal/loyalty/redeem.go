package loyalty

import (
	"fmt"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// Redeem takes an amount of money from a profile's rewards and points, nearest
// expiry first, and uses the benefits that are named. Where there is less than
// the amount, all that there is is taken, unless the input is strict; where
// there is nothing, it is refused. reward.redeemed and benefit.redeemed tell of
// what was taken.
func Redeem(t *store.Tenant, profileID string, in RedeemInput) (event.Redeemed, error) {
	if err := in.check(); err != nil {
		return event.Redeemed{}, err
	}
	rec := store.Redemption{Type: store.Redeem}
	if err := in.apply(t, &rec); err != nil {
		return event.Redeemed{}, err
	}
	a, err := openAccount(t, profileID)
	if err != nil {
		return event.Redeemed{}, err
	}
	if rec.Currency, err = a.currency(in.Currency); err != nil {
		return event.Redeemed{}, err
	}
	plan, err := a.planRedemption(&in)
	if err != nil {
		return event.Redeemed{}, err
	}
	if err := a.redeem(&rec, plan); err != nil {
		return event.Redeemed{}, err
	}
	if err := a.save(); err != nil {
		return event.Redeemed{}, err
	}
	return a.redeemed(&rec, plan, in.amount())
}

// currency returns that of the profile's balances, which a request may name.
func (a *account) currency(asked scalar.Text) (scalar.Text, error) {
	held := a.profile.rec.Currency
	if held == "" {
		tenant, err := a.t.Record()
		if err != nil {
			return "", fmt.Errorf("read tenant: %w", err)
		}
		held = scalar.Text(tenant.Currency)
	}
	if asked != "" && !strings.EqualFold(string(asked), string(held)) {
		return "", Invalid("currency", "The balances of this profile are in %s alone.", held)
	}
	return held, nil
}

// portion is what a redemption takes from one instance, or gives back to it.
type portion struct {
	item     store.RedemptionItem
	instance *store.Instance
}

// planRedemption finds out what is taken from which instances, and changes
// nothing.
func (a *account) planRedemption(in *RedeemInput) ([]portion, error) {
	var plan []portion
	left := in.amount()
	for _, s := range in.Strategies {
		var more []portion
		var err error
		switch s {
		case useRewards:
			more, err = a.planRewards(left)
		case usePoints:
			more, err = a.planPoints(left)
		}
		if err != nil {
			return nil, err
		}
		plan = append(plan, more...)
		left -= worth(more)
	}
	got := in.amount() - left
	switch {
	case in.Strict && left > 0:
		return nil, Invalid("amount", "The amount is %s, but only %s is available.", in.amount(), got)
	case got == 0 && len(in.Benefits) == 0:
		return nil, Invalid("amount", "The amount is %s, but nothing is available.", in.amount())
	}
	uses, err := a.planBenefits(in.Benefits)
	return append(plan, uses...), err
}

// worth is what portions are worth in money.
func worth(parts []portion) (sum scalar.Amount) {
	for _, p := range parts {
		sum += p.item.Value
	}
	return sum
}

// usable returns what the profile can spend of a kind, nearest expiry first.
func (a *account) usable(kind store.InstanceKind) ([]*store.Instance, error) {
	live, err := a.t.LiveInstances(a.rec.ProfileID, kind)
	if err != nil {
		return nil, fmt.Errorf("read %ss: %w", kind, err)
	}
	out := make([]*store.Instance, 0, len(live))
	for n := range live {
		if i := &live[n]; i.State == store.Active && i.ValueRemaining > 0 {
			out = append(out, i)
		}
	}
	return out, nil
}

func (a *account) planRewards(amount scalar.Amount) ([]portion, error) {
	if amount <= 0 || a.rec.RewardBalance <= 0 {
		return nil, nil
	}
	rewards, err := a.usable(store.Reward)
	var plan []portion
	for _, i := range rewards {
		if amount == 0 {
			break
		}
		part := min(amount, i.ValueRemaining)
		plan = append(plan, portion{store.RedemptionItem{InstanceID: i.ID, Kind: store.Reward, Value: part, Quantity: part}, i})
		amount -= part
	}
	return plan, err
}

// planPoints takes points that are worth an amount, rounded up to a
// ten-thousandth of a point. They are worth no more than the balance shows.
func (a *account) planPoints(amount scalar.Amount) ([]portion, error) {
	amount = min(amount, a.programme.dollars(a.rec.PointBalance))
	if amount <= 0 {
		return nil, nil
	}
	points, err := a.usable(store.Point)
	if err != nil {
		return nil, err
	}
	needed := mulDivUp(amount, scalar.One, a.programme.exchangeRate)
	var plan []portion
	valued, taken := scalar.Amount(0), scalar.Amount(0)
	for _, i := range points {
		if taken == needed {
			break
		}
		part := min(needed-taken, i.ValueRemaining)
		taken += part
		value := mulDiv(amount, taken, needed) - valued // what is left falls to the last
		valued += value
		plan = append(plan, portion{store.RedemptionItem{InstanceID: i.ID, Kind: store.Point, Value: value, Quantity: part}, i})
	}
	return plan, nil
}

// redeem stores a redemption with what it takes, and takes it.
func (a *account) redeem(r *store.Redemption, plan []portion) error {
	if err := a.insertRedemption(r, plan); err != nil {
		return err
	}
	for n := range plan {
		i, item := plan[n].instance, &plan[n].item
		if item.Kind == store.Benefit {
			if err := a.redeemBenefit(i, item.Count, r); err != nil {
				return err
			}
			continue
		}
		if err := a.change(i, store.Consume, -item.Quantity, cause{redemptionID: r.ID}); err != nil {
			return err
		}
		if item.Kind == store.Reward {
			a.tellOfReward(i, event.RedemptionPart{
				ID: r.ID, Type: string(r.Type), Value: item.Value, Count: 1, Total: r.Total, RedeemAt: r.CreatedAt,
			})
		}
	}
	return nil
}

func (a *account) insertRedemption(r *store.Redemption, plan []portion) error {
	r.ProfileID, r.Total = a.rec.ProfileID, worth(plan)
	r.Items = make([]store.RedemptionItem, len(plan))
	for n := range plan {
		r.Items[n] = plan[n].item
	}
	if err := a.t.InsertRedemption(r); err != nil {
		return fmt.Errorf("insert redemption: %w", err)
	}
	return nil
}

func (a *account) tellOfReward(i *store.Instance, part event.RedemptionPart) {
	a.tell(event.RewardRedeemed, fmt.Sprint(i.ID), func(p *event.ProfileContext) any {
		return event.RewardContext{Reward: a.programme.showReward(i), Profile: p, Redemption: &part}
	})
}
