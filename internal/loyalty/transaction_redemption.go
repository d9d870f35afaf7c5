package loyalty

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// paidBy is the redemption that paid for some of a sale, with what of it was
// given back since.
type paidBy struct {
	redemption store.Redemption
	returns    []store.Redemption
}

// setRedemption finds the redemption that a request names.
func (c *transactionChange) setRedemption(id scalar.Int) error {
	if id == c.rec.Details.RedemptionID {
		return nil
	}
	c.paidBy = nil
	if id == 0 {
		return nil
	}
	found, err := readPaidBy(c.t, int64(id))
	if err != nil {
		return err
	}
	c.paidBy = found[int64(id)]
	if c.paidBy == nil || c.paidBy.redemption.Type != store.Redeem || c.isOfAnother(c.paidBy.redemption.ProfileID) {
		c.invalid.Add("redemption_id", "The selected redemption id is invalid.")
		return nil
	}
	return c.checkPaysOnce(&c.paidBy.redemption)
}

// isOfAnother reports whether a profile is not that of the sale. A sale that has
// none yet may be anybody's.
func (c *transactionChange) isOfAnother(profileID string) bool {
	return c.rec.ProfileID != "" && string(c.rec.ProfileID) != profileID
}

// checkPaysOnce notes that a redemption paid for another sale already. One that
// was voided, deleted or changed to name no redemption leaves it free.
func (c *transactionChange) checkPaysOnce(r *store.Redemption) error {
	if r.TransactionID == 0 || int64(r.TransactionID) == c.rec.ID {
		return nil
	}
	other, err := c.t.Transaction(int64(r.TransactionID))
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the sale of redemption %d: %w", r.ID, err)
	}
	if !other.IsVoid && int64(other.Details.RedemptionID) == r.ID {
		c.invalid.Add("redemption_id", "The redemption id has already been taken.")
	}
	return nil
}

// loadRedemption reads the redemption that the transaction names.
func (c *transactionChange) loadRedemption() error {
	id := int64(c.rec.Details.RedemptionID)
	if id == 0 {
		return nil
	}
	found, err := readPaidBy(c.t, id)
	c.paidBy = found[id]
	return err
}

// attachRedemption tells the redemption which sale it paid for.
func (c *transactionChange) attachRedemption() error {
	if c.paidBy == nil || c.rec.Details.RedemptionID == c.before.Details.RedemptionID {
		return nil
	}
	if err := c.t.AttachRedemption(c.paidBy.redemption.ID, c.rec.ID); err != nil {
		return fmt.Errorf("attach redemption: %w", err)
	}
	return nil
}

// readPaidBy reads redemptions with their returns, by their ids.
func readPaidBy(t *store.Tenant, ids ...int64) (map[int64]*paidBy, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := t.RedemptionsByID(ids...)
	if err != nil {
		return nil, fmt.Errorf("read redemptions: %w", err)
	}
	returns, err := t.ReturnsOf(ids...)
	if err != nil {
		return nil, fmt.Errorf("read returns: %w", err)
	}
	slices.SortFunc(returns, func(a, b store.Redemption) int { return cmp.Compare(a.ID, b.ID) })
	found := make(map[int64]*paidBy, len(rows))
	for _, r := range rows {
		found[r.ID] = &paidBy{redemption: r}
	}
	for _, r := range returns {
		if p := found[int64(r.ParentID)]; p != nil {
			p.returns = append(p.returns, r)
		}
	}
	return found, nil
}

// show puts the redemption into the transaction that it paid for.
func (p *paidBy) show(x *event.Transaction) {
	if p == nil {
		return
	}
	of := showRedemptionRef(p.redemption)
	x.Redemption = &of
	for _, r := range p.returns {
		x.ReversedRedemptions = append(x.ReversedRedemptions, showRedemptionRef(r))
	}
}

func showRedemptionRef(r store.Redemption) event.RedemptionRef {
	return event.RedemptionRef{ID: r.ID, Type: string(r.Type), Total: r.Total, Currency: r.Currency, RedeemAt: r.CreatedAt}
}
