package loyalty

import (
	"fmt"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// remainder is what of a redemption was not given back yet.
type remainder struct {
	of store.Redemption
	// items are those of the redemption, in its order, with what is left of each.
	items []store.RedemptionItem
}

func readRemainder(t *store.Tenant, r store.Redemption) (*remainder, error) {
	returns, err := t.ReturnsOf(r.ID)
	if err != nil {
		return nil, fmt.Errorf("read returns: %w", err)
	}
	left := &remainder{of: r, items: append([]store.RedemptionItem{}, r.Items...)}
	for _, back := range returns {
		for _, item := range back.Items {
			left.take(item)
		}
	}
	return left, nil
}

func (l *remainder) take(back store.RedemptionItem) {
	for n := range l.items {
		if i := &l.items[n]; i.InstanceID == back.InstanceID {
			i.Value -= back.Value
			i.Quantity -= back.Quantity
			i.Count -= back.Count
		}
	}
}

// money is what can be given back to rewards and points.
func (l *remainder) money() (sum scalar.Amount) {
	for _, i := range l.items {
		sum += i.Value
	}
	return sum
}

// split takes an amount of money, the last items first. A part of points is
// rounded down to a ten-thousandth; the last part is all that remains.
func (l *remainder) split(amount scalar.Amount) ([]store.RedemptionItem, error) {
	all := l.money()
	if amount > all {
		return nil, Invalid("amount", "The amount may not be greater than %s, what was not given back yet.", all)
	}
	whole := amount == all
	var back []store.RedemptionItem
	for n := len(l.items) - 1; n >= 0; n-- {
		i := l.items[n]
		value, quantity := min(amount, i.Value), i.Quantity
		switch {
		case whole: // with what was too little to be worth anything
		case value == 0:
			continue
		case value < i.Value:
			quantity = mulDiv(i.Quantity, value, i.Value)
		}
		if quantity == 0 {
			continue
		}
		amount -= value
		back = append(back, store.RedemptionItem{InstanceID: i.InstanceID, Kind: i.Kind, Value: value, Quantity: quantity})
	}
	return back, nil
}

// uses takes uses of benefits, the last items first: of one benefit unless the
// id is 0, and all of them when the count is 0.
func (l *remainder) uses(benefitID, count int64) ([]store.RedemptionItem, error) {
	var all int64
	for _, i := range l.items {
		if i.Kind == store.Benefit && (benefitID == 0 || i.InstanceID == benefitID) {
			all += i.Count
		}
	}
	if count > all {
		return nil, Invalid("count", "The count may not be greater than %d, what was not given back yet.", all)
	}
	if count == 0 {
		count = all
	}
	var back []store.RedemptionItem
	for n := len(l.items) - 1; n >= 0 && count > 0; n-- {
		i := l.items[n]
		if i.Kind != store.Benefit || i.Count == 0 || benefitID != 0 && i.InstanceID != benefitID {
			continue
		}
		part := min(count, i.Count)
		count -= part
		back = append(back, store.RedemptionItem{InstanceID: i.InstanceID, Kind: i.Kind, Count: part})
	}
	return back, nil
}
