package loyalty

import (
	"fmt"
	"slices"
	"time"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// reversible is how long a redemption can be reversed.
const reversible = 10 * time.Minute

// ReturnInput is what a request says of a return, with the names of API v3.
type ReturnInput struct {
	Amount   *ExactAmount `json:"amount" doc:"money; all that was not given back yet when not given"`
	Currency scalar.Text  `json:"currency" doc:"that of the profile's balances, which is the only one"`
	RedemptionNotes
}

// ReturnRedemption gives back money of a redemption to the very rewards and
// points that it was taken from: what was consumed last is given back first,
// and never more than was taken. What has expired meanwhile expires again at
// once. Benefits are given back by ReturnBenefits.
func ReturnRedemption(t *store.Tenant, id int64, in ReturnInput) (event.Redeemed, error) {
	var invalid InvalidError
	if in.Amount != nil && (in.Amount.Amount <= 0 || in.Amount.Amount > maxMoney) {
		invalid.Add("amount", "The amount must be greater than 0 and not greater than 1000000000.")
	}
	in.check(&invalid)
	if err := invalid.Err(); err != nil {
		return event.Redeemed{}, err
	}
	return giveBack(t, id, store.Returned, in.RedemptionNotes, func(a *account, left *remainder) ([]store.RedemptionItem, error) {
		if _, err := a.currency(in.Currency); err != nil {
			return nil, err
		}
		amount := left.money()
		if in.Amount != nil && amount > 0 {
			amount = in.Amount.Amount
		}
		return left.split(amount)
	})
}

// ReverseRedemption gives back all of a redemption that was not given back yet,
// benefits too, within ten minutes of it.
func ReverseRedemption(t *store.Tenant, id int64) (event.Redeemed, error) {
	return giveBack(t, id, store.Reversal, RedemptionNotes{}, func(a *account, left *remainder) ([]store.RedemptionItem, error) {
		if a.now.Sub(left.of.CreatedAt.Time) > reversible {
			return nil, &ConflictError{Message: "The redemption was made more than 10 minutes ago; it can be returned instead."}
		}
		items := slices.Clone(left.items)
		slices.Reverse(items)
		return slices.DeleteFunc(items, func(i store.RedemptionItem) bool { return i.Quantity == 0 && i.Count == 0 }), nil
	})
}

// BenefitReturn says which uses of benefits are given back.
type BenefitReturn struct {
	Count scalar.Int `json:"count" doc:"all when not given"`
	// BenefitID is needed for none but redemptions of several benefits.
	BenefitID scalar.Int `json:"benefit_id" doc:"the last benefits of the redemption first when not given"`
}

// ReturnBenefits gives back uses of a redemption's benefits.
func ReturnBenefits(t *store.Tenant, id int64, in BenefitReturn) (event.Redeemed, error) {
	if in.Count < 0 {
		return event.Redeemed{}, Invalid("count", "The count must be at least 1.")
	}
	return giveBack(t, id, store.Returned, RedemptionNotes{}, func(_ *account, left *remainder) ([]store.RedemptionItem, error) {
		return left.uses(int64(in.BenefitID), int64(in.Count))
	})
}

// giveBack has choose pick what is given back of a redemption, and gives it
// back.
func giveBack(t *store.Tenant, id int64, typ store.RedemptionType, notes RedemptionNotes,
	choose func(*account, *remainder) ([]store.RedemptionItem, error),
) (event.Redeemed, error) {
	parent, err := t.Redemption(id)
	if err != nil {
		return event.Redeemed{}, missing(err, "redemption", id)
	}
	if parent.Type != store.Redeem {
		return event.Redeemed{}, &ConflictError{Message: "A " + string(parent.Type) + " cannot be given back."}
	}
	a, err := openAccount(t, parent.ProfileID)
	if isNotFound(err) {
		return event.Redeemed{}, &ConflictError{Message: "The profile of the redemption does not exist any more."}
	} else if err != nil {
		return event.Redeemed{}, err
	}
	left, err := readRemainder(t, parent) // under the profile's lock
	if err != nil {
		return event.Redeemed{}, err
	}
	items, err := choose(a, left)
	if err != nil {
		return event.Redeemed{}, err
	}
	rec := store.Redemption{
		Type: typ, ParentID: scalar.Int(parent.ID), Currency: parent.Currency, LocationID: parent.LocationID,
	}
	if err := notes.apply(t, &rec); err != nil {
		return event.Redeemed{}, err
	}
	plan, err := a.planReturn(items)
	if err != nil {
		return event.Redeemed{}, err
	}
	if err := a.giveBack(&rec, plan); err != nil {
		return event.Redeemed{}, err
	}
	if err := a.save(); err != nil {
		return event.Redeemed{}, err
	}
	return a.redeemed(&rec, plan, rec.Total)
}

// planReturn finds the instances that items are given back to.
func (a *account) planReturn(items []store.RedemptionItem) ([]portion, error) {
	if len(items) == 0 {
		return nil, &ConflictError{Message: "Nothing is left of the redemption that could be given back."}
	}
	ids := make([]int64, len(items))
	for n := range items {
		ids[n] = items[n].InstanceID
	}
	rows, err := a.t.InstancesByID(ids...)
	if err != nil {
		return nil, fmt.Errorf("read what was redeemed: %w", err)
	}
	plan := make([]portion, len(items))
	for n, item := range items {
		at := slices.IndexFunc(rows, func(i store.Instance) bool { return i.ID == item.InstanceID })
		if at < 0 || rows[at].ProfileID != a.rec.ProfileID {
			return nil, &ConflictError{Message: fmt.Sprintf("The %s %d is not the profile's any more.", item.Kind, item.InstanceID)}
		}
		plan[n] = portion{item, &rows[at]}
	}
	return plan, nil
}

// giveBack stores a return with what it gives back, and gives it back.
func (a *account) giveBack(r *store.Redemption, plan []portion) error {
	if err := a.insertRedemption(r, plan); err != nil {
		return err
	}
	c, inDebt := cause{redemptionID: r.ID}, a.rec.PointBalance < 0
	for n := range plan {
		i, item := plan[n].instance, &plan[n].item
		if item.Kind == store.Benefit {
			if err := a.returnBenefit(i, item.Count, r.ID); err != nil {
				return err
			}
			continue
		}
		if err := a.change(i, store.Return, item.Quantity, c); err != nil {
			return err
		}
		if err := a.settleAtOnce(i); err != nil {
			return err
		}
	}
	if inDebt {
		return a.recover(c)
	}
	return nil
}
