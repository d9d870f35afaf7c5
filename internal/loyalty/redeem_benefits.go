package loyalty

import (
	"fmt"
	"math"

	"github.com/belfryhq/belfry/internal/store"
)

// planBenefits finds the benefits that a redemption uses, each once.
func (a *account) planBenefits(named []BenefitToUse) ([]portion, error) {
	if len(named) == 0 {
		return nil, nil
	}
	live, err := a.usable(store.Benefit)
	if err != nil {
		return nil, err
	}
	uses := make(map[int64]int64, len(live)) // of each instance, so far
	var invalid InvalidError
	for n, b := range named {
		missing := int64(b.Quantity)
		for _, i := range live {
			if a.names(b, i) {
				count := min(missing, usesLeft(i)-uses[i.ID])
				uses[i.ID] += count
				missing -= count
			}
		}
		if missing > 0 {
			invalid.Add(fmt.Sprintf("benefits.%d.quantity", n), "The benefit can be redeemed %d times, not %d.",
				int64(b.Quantity)-missing, b.Quantity)
		}
	}
	var plan []portion
	for _, i := range live {
		if count := uses[i.ID]; count > 0 {
			plan = append(plan, portion{store.RedemptionItem{InstanceID: i.ID, Kind: store.Benefit, Count: count}, i})
		}
	}
	return plan, invalid.Err()
}

// names reports whether a request means the instance.
func (a *account) names(b BenefitToUse, i *store.Instance) bool {
	if b.ID != 0 {
		return i.ID == int64(b.ID)
	}
	d := a.programme.benefits[i.DefinitionID]
	return d != nil && d.Handle == b.Handle
}

// usesLeft is how often a benefit can be redeemed.
func usesLeft(i *store.Instance) int64 {
	if i.MaxRedemptions == 0 {
		return math.MaxInt32
	}
	return max(0, int64(i.MaxRedemptions)-i.Redemptions)
}
