package loyalty

import (
	"errors"
	"fmt"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// takenBack returns what a return takes: of what the sale that it is linked to
// gave, the share that it returns; without such a sale, what its own net would
// have earned.
func (e *earner) takenBack() (yield, error) {
	sale, earlier, err := e.original()
	if errors.Is(err, store.ErrNotFound) {
		return e.unlinked()
	}
	if err != nil {
		return yield{}, fmt.Errorf("find the sale that is returned: %w", err)
	}
	takes, err := e.pointsTaken(&sale, earlier)
	if err != nil {
		return yield{}, err
	}
	tier, err := e.tierTaken(&sale, earlier)
	return yield{takes: takes, tier: tier}, err
}

// original finds the sale of the same profile that the return is linked to, and
// how much of it earlier returns brought back.
func (e *earner) original() (sale store.Transaction, earlier scalar.Amount, err error) {
	if e.rec.LinkedReceiptRef == "" {
		return sale, 0, store.ErrNotFound
	}
	if sale, err = e.t.SaleByReceipt(e.account.rec.ProfileID, string(e.rec.LinkedReceiptRef), e.rec.ID); err != nil {
		return sale, 0, err
	}
	earlier, err = e.t.ReturnedBefore(e.account.rec.ProfileID, &sale, e.rec.ID)
	return sale, earlier, err
}

// unlinked returns what a return takes by itself, at the plain rates.
func (e *earner) unlinked() (out yield, err error) {
	p := e.account.programme
	plain := func(d *event.PointDefinition) ([]pointPart, error) {
		rate, err := e.conditions.winner(candidates(p.rates, d.Kind, d.Handle, e.occasion), nil)
		return pointsOf(d, []share{{e.rec.Net, rate}}), err
	}
	for _, d := range p.earning {
		parts, err := plain(d)
		if err != nil {
			return out, err
		}
		out.parts = append(out.parts, parts...)
	}
	for _, d := range p.climbing {
		parts, err := plain(d)
		if err != nil {
			return out, err
		}
		out.tier = append(out.tier, tierPart{d.ID, e.rec.TransactedAt, parts[0].value})
	}
	return out, nil
}

// pointsTaken returns what the return takes of each of the sale's points.
func (e *earner) pointsTaken(sale *store.Transaction, earlier scalar.Amount) ([]take, error) {
	given, err := givenPoints(e.t, sale.ID)
	if err != nil {
		return nil, err
	}
	var takes []take
	for _, g := range given {
		if g.instance.ProfileID != e.account.rec.ProfileID || g.value <= 0 {
			continue
		}
		rows, err := e.account.ledgerOf(g.instance)
		if err != nil {
			return nil, err
		}
		left := g.value - gone(rows, sale.ID, e.rec.ID)
		value := min(cumulative(g.value, sale.Net, earlier, -e.rec.Net), left)
		if value > 0 {
			takes = append(takes, take{e.account.show(g.instance), value})
		}
	}
	return takes, nil
}

// gone sums up what of points expired, and what was taken back of them by
// anything but the sale itself and one return.
func gone(rows []store.LedgerRow, sale, except int64) (sum scalar.Amount) {
	for _, r := range rows {
		by := int64(r.TransactionID)
		if r.Entry == store.Expire || r.Entry == store.Reverse && by != sale && by != except {
			sum -= r.Value + r.Pending
		}
	}
	return sum
}

// tierTaken returns what the return takes of the sale's tier points, as of its
// own day.
func (e *earner) tierTaken(sale *store.Transaction, earlier scalar.Amount) ([]tierPart, error) {
	rows, err := e.t.TierPointsOfTransaction(sale.ID)
	if err != nil {
		return nil, fmt.Errorf("read tier points: %w", err)
	}
	var tier []tierPart
	for _, given := range sumTierPoints(rows, e.account.rec.ProfileID, true) {
		if value := cumulative(given.value, sale.Net, earlier, -e.rec.Net); value > 0 {
			tier = append(tier, tierPart{given.definitionID, e.rec.TransactedAt, -value})
		}
	}
	return tier, nil
}
