package loyalty

import (
	"fmt"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// RedeemBenefit uses a profile's benefit count times, at most 1,000;
// benefit.redeemed tells of it, and a redemption keeps it.
func RedeemBenefit(t *store.Tenant, profileID string, id, count int64) (event.Benefit, error) {
	return changeBenefit(t, strings.ToLower(profileID), id, func(a *account, i *store.Instance) error {
		if count > maxUses {
			return Invalid("count", "The count may not be greater than %d.", maxUses)
		}
		return a.redeemAlone(i, count)
	})
}

// redeemAlone redeems a benefit and nothing else.
func (a *account) redeemAlone(i *store.Instance, count int64) (err error) {
	r := store.Redemption{Type: store.Redeem}
	if r.Currency, err = a.currency(""); err != nil {
		return err
	}
	used := store.RedemptionItem{InstanceID: i.ID, Kind: store.Benefit, Count: count}
	if err := a.insertRedemption(&r, []portion{{used, i}}); err != nil {
		return err
	}
	return a.redeemBenefit(i, count, &r)
}

// GiveBackBenefit gives back the last count uses of a profile's benefit, each to
// the redemption that made it.
func GiveBackBenefit(t *store.Tenant, profileID string, id, count int64) (event.Benefit, error) {
	return changeBenefit(t, strings.ToLower(profileID), id, func(a *account, i *store.Instance) error {
		if i.Redemptions == 0 {
			return Invalid("count", "The benefit has no redemption left that could be given back.")
		}
		if count < 1 || count > i.Redemptions {
			return Invalid("count", "The count must be between 1 and %d, as often as the benefit was redeemed.", i.Redemptions)
		}
		return a.giveBackUses(i, count)
	})
}

// giveBackUses goes through the redemptions of a benefit, the latest first.
func (a *account) giveBackUses(i *store.Instance, count int64) error {
	rows, err := a.t.LedgerOfInstance(i.ID)
	if err != nil {
		return fmt.Errorf("read ledger: %w", err)
	}
	for n := len(rows) - 1; n >= 0 && count > 0; n-- {
		if rows[n].Entry != store.Consume || rows[n].RedemptionID == 0 {
			continue
		}
		returned, err := a.giveBackUsesOf(i, int64(rows[n].RedemptionID), count)
		if err != nil {
			return err
		}
		count -= returned
	}
	return nil
}

// giveBackUsesOf gives back up to count uses that one redemption made, as far as
// they were not given back yet, and returns their number.
func (a *account) giveBackUsesOf(i *store.Instance, redemptionID, count int64) (int64, error) {
	parent, err := a.t.Redemption(redemptionID)
	if err != nil {
		return 0, fmt.Errorf("read redemption %d: %w", redemptionID, err)
	}
	left, err := readRemainder(a.t, parent)
	if err != nil {
		return 0, err
	}
	if count = min(count, left.usesOf(i.ID)); count == 0 {
		return 0, nil
	}
	r := store.Redemption{
		Type: store.Returned, ParentID: scalar.Int(parent.ID), Currency: parent.Currency, LocationID: parent.LocationID,
	}
	back := store.RedemptionItem{InstanceID: i.ID, Kind: store.Benefit, Count: count}
	if err := a.insertRedemption(&r, []portion{{back, i}}); err != nil {
		return 0, err
	}
	return count, a.returnBenefit(i, count, r.ID)
}

// usesOf is how often a redemption's use of a benefit can be given back.
func (l *remainder) usesOf(benefitID int64) (n int64) {
	for _, i := range l.items {
		if i.InstanceID == benefitID {
			n += i.Count
		}
	}
	return n
}

// redeemBenefit uses a benefit count times for a redemption that was stored;
// benefit.redeemed tells of it. It is used up once nothing is left of its limit.
// A *ConflictError says why it cannot be used.
func (a *account) redeemBenefit(i *store.Instance, count int64, r *store.Redemption) error {
	if count < 1 {
		return Invalid("count", "The count must be at least 1.")
	}
	if i.State != store.Active {
		return &ConflictError{Message: "The benefit " + closedHow(i) + "."}
	}
	left := int64(i.MaxRedemptions) - i.Redemptions
	if i.MaxRedemptions != 0 && count > left {
		return &ConflictError{Message: fmt.Sprintf("The benefit can be redeemed %d more times.", left)}
	}
	if err := a.countGlobally(i.DefinitionID, count); err != nil {
		return err
	}
	var value scalar.Amount
	if i.MaxRedemptions != 0 && count == left {
		value = -i.ValueRemaining
	}
	i.Redemptions += count
	if err := a.change(i, store.Consume, value, cause{redemptionID: r.ID}); err != nil {
		return err
	}
	a.tellOfUse(i, event.RedemptionPart{
		ID: r.ID, Type: string(r.Type), Count: count, Total: r.Total, RedeemAt: r.CreatedAt,
	})
	return nil
}

// returnBenefit takes back count uses of a benefit. One that was used up can be
// redeemed again, unless it has expired meanwhile.
func (a *account) returnBenefit(i *store.Instance, count, redemptionID int64) error {
	if count < 1 {
		return Invalid("count", "The count must be at least 1.")
	}
	if count > i.Redemptions {
		return &ConflictError{Message: fmt.Sprintf("The benefit was redeemed %d times.", i.Redemptions)}
	}
	if err := a.countGlobally(i.DefinitionID, -count); err != nil {
		return err
	}
	var value scalar.Amount
	if i.State == store.Closed && i.Details.ClosedBy == scalar.Text(store.Consume) {
		value = scalar.One
	}
	i.Redemptions -= count
	if err := a.change(i, store.Return, value, cause{redemptionID: redemptionID}); err != nil {
		return err
	}
	return a.settleAtOnce(i)
}

// countGlobally adds uses, negative ones for returns, to those that a
// definition limits for all profiles together. The definition's row is locked,
// so that concurrent redemptions wait for one another.
func (a *account) countGlobally(definitionID, count int64) error {
	d := a.programme.benefits[definitionID]
	if d == nil || d.MaxGlobalRedemptions == 0 {
		return nil
	}
	rec, err := a.t.Definition(store.BenefitDefinition, definitionID, true)
	if err != nil {
		return missing(err, "benefit definition", definitionID)
	}
	if left := int64(d.MaxGlobalRedemptions) - rec.Redeemed; count > max(left, 0) {
		return &ConflictError{Message: fmt.Sprintf("The benefit %s can be redeemed %d more times by all profiles together.", d.Handle, max(left, 0))}
	}
	count = max(count, -rec.Redeemed)
	if err := a.t.CountRedemptions(definitionID, count); err != nil {
		return fmt.Errorf("count redemptions of %s: %w", d.Handle, err)
	}
	return nil
}

// closedHow says what became of a benefit that cannot be redeemed.
func closedHow(i *store.Instance) string {
	switch store.LedgerEntry(i.Details.ClosedBy) {
	case store.Expire:
		return "has expired"
	case store.Reverse:
		return "was taken back"
	}
	return "is used up"
}

// tellOfUse tells of a redemption of a benefit.
func (a *account) tellOfUse(i *store.Instance, part event.RedemptionPart) {
	a.noteLimit(i)
	a.tell(event.BenefitRedeemed, fmt.Sprint(i.ID), func(p *event.ProfileContext) any {
		return event.BenefitContext{Benefit: a.showLimited(i), Profile: p, Redemption: &part}
	})
}
