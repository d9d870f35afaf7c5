package loyalty

import (
	"fmt"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// redeemBenefit uses a benefit count times; benefit.redeemed tells of it. It is
// used up once nothing is left of its limit. A *ConflictError says why it cannot
// be used.
func (a *account) redeemBenefit(i *store.Instance, count, redemptionID int64) error {
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
	if err := a.change(i, store.Consume, value, cause{redemptionID: redemptionID}); err != nil {
		return err
	}
	a.tellOfUse(i, event.RedemptionPart{ID: redemptionID, Type: "redeem", Count: count, RedeemAt: a.now})
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
