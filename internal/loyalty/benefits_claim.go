package loyalty

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/jsonlogic"
)

// ClaimInput is a benefit that a profile takes for itself.
type ClaimInput struct {
	// Definition is an id or a handle.
	Definition scalar.Text     `json:"definition" required:"true" doc:"id or handle"`
	Timezone   scalar.Text     `json:"timezone" doc:"IANA zone; the tenant's when not given"`
	ExternalID scalar.Text     `json:"external_id" doc:"unique"`
	Meta       json.RawMessage `json:"meta"`
}

// ClaimBenefit gives a profile a benefit that it may claim; benefit.issued and
// benefit.claimed tell of it. What keeps the profile from it is an
// *InvalidError.
func ClaimBenefit(t *store.Tenant, profileID string, in ClaimInput) (event.Benefit, error) {
	return claimBenefit(t, profileID, in, func(*account, *store.Instance) error { return nil })
}

// ClaimAndRedeemBenefit claims a benefit and redeems it once.
func ClaimAndRedeemBenefit(t *store.Tenant, profileID string, in ClaimInput) (event.Benefit, error) {
	return claimBenefit(t, profileID, in, func(a *account, i *store.Instance) error { return a.redeemAlone(i, 1) })
}

func claimBenefit(t *store.Tenant, profileID string, in ClaimInput, then func(*account, *store.Instance) error) (event.Benefit, error) {
	var i *store.Instance
	err := changeAccount(t, strings.ToLower(profileID), func(a *account) error {
		var invalid InvalidError
		d := a.programme.namedBenefit("definition", in.Definition, &invalid)
		if err := invalid.Err(); err != nil {
			return err
		}
		c, err := a.claimant()
		if err != nil {
			return err
		}
		if err := c.mayClaim(d); err != nil {
			return err
		}
		i, err = a.issueBenefit(d, benefitGrant{
			zone: in.Timezone, externalID: in.ExternalID, meta: in.Meta, claimedAt: a.now, sourceType: "claim",
		})
		if err != nil {
			return err
		}
		a.tellOf(event.BenefitClaimed, i, 0)
		return then(a, i)
	})
	if err != nil {
		return event.Benefit{}, err
	}
	return showBenefit(t, i)
}

// ClaimableBenefits returns the definitions that a profile may claim now.
func ClaimableBenefits(t *store.Tenant, profileID string) ([]event.BenefitDefinition, error) {
	c, err := readClaimant(t, profileID)
	if err != nil {
		return nil, err
	}
	return c.choose(func(d *event.BenefitDefinition) (bool, error) { return refused(c.mayClaim(d)) })
}

// ViewableBenefits returns the definitions whose conditions let a profile see
// them.
func ViewableBenefits(t *store.Tenant, profileID string) ([]event.BenefitDefinition, error) {
	c, err := readClaimant(t, profileID)
	if err != nil {
		return nil, err
	}
	return c.choose(func(d *event.BenefitDefinition) (bool, error) {
		if holds, err := refused(c.asks("view_condition", d, d.ViewCondition)); !holds || err != nil {
			return false, err
		}
		return refused(c.asks("visibility_condition", d, d.VisibilityCondition))
	})
}

// refused turns a refusal into false.
func refused(err error) (bool, error) {
	var invalid *InvalidError
	if errors.As(err, &invalid) {
		return false, nil
	}
	return err == nil, err
}

// claimant is a profile as the conditions of benefits see it.
type claimant struct {
	t         *store.Tenant
	programme *programme
	now       scalar.Time
	data      jsonlogic.Value
	// claimed are the definitions that it claimed and that were not taken back.
	claimed map[int64]bool
}

// claimant is the account's profile as it is before the account is saved.
func (a *account) claimant() (*claimant, error) {
	context, err := a.context()
	if err != nil {
		return nil, err
	}
	return newClaimant(a.t, a.programme, context)
}

func readClaimant(t *store.Tenant, profileID string) (*claimant, error) {
	view, err := readProfileContext(t, profileID)
	if err != nil {
		return nil, err
	}
	context := view.context()
	if context.Aggregations, err = ReadAggregations(t, view.rec.ID); err != nil {
		return nil, err
	}
	return newClaimant(t, view.programme, &context)
}

func newClaimant(t *store.Tenant, p *programme, context *event.ProfileContext) (*claimant, error) {
	data, err := logicValue(context)
	if err != nil {
		return nil, err
	}
	ids, err := t.ClaimedDefinitions(context.ID)
	if err != nil {
		return nil, fmt.Errorf("read claims: %w", err)
	}
	c := &claimant{t: t, programme: p, now: t.Now(), data: data, claimed: make(map[int64]bool, len(ids))}
	for _, id := range ids {
		c.claimed[id] = true
	}
	return c, nil
}

// choose returns the published definitions that want is true for, by their ids.
// Those that need a code are left out when none is free.
func (c *claimant) choose(want func(*event.BenefitDefinition) (bool, error)) ([]event.BenefitDefinition, error) {
	var chosen []*event.BenefitDefinition
	for _, d := range c.programme.benefits {
		if !d.IsPublished || d.IsArchived {
			continue
		}
		ok, err := want(d)
		if err != nil {
			return nil, err
		}
		if ok {
			counted := *d
			chosen = append(chosen, &counted)
		}
	}
	if err := countBenefits(c.t, chosen); err != nil {
		return nil, err
	}
	slices.SortFunc(chosen, func(a, b *event.BenefitDefinition) int { return cmp.Compare(a.ID, b.ID) })
	out := []event.BenefitDefinition{}
	for _, d := range chosen {
		if !d.ForceAllocation || *d.TotalAllocationsRemaining > 0 {
			out = append(out, *d)
		}
	}
	return out, nil
}

// mayClaim returns an *InvalidError that says what keeps the profile from
// claiming a benefit.
func (c *claimant) mayClaim(d *event.BenefitDefinition) error {
	switch {
	case !d.IsClaimable:
		return Invalid("definition", "The benefit %s cannot be claimed.", d.Handle)
	case !d.ClaimPeriodStartAt.IsZero() && c.now.Before(d.ClaimPeriodStartAt.Time):
		return Invalid("claim_period_start_at", "The benefit %s can be claimed from %s.", d.Handle, d.ClaimPeriodStartAt)
	case due(d.ClaimPeriodEndAt, c.now):
		return Invalid("claim_period_end_at", "The benefit %s could be claimed until %s.", d.Handle, d.ClaimPeriodEndAt)
	case c.claimed[d.ID] && !d.IsReclaimable:
		return Invalid("is_reclaimable", "The benefit %s has been claimed already.", d.Handle)
	}
	return c.asks("claim_condition", d, d.ClaimCondition)
}

// asks returns an *InvalidError unless a condition holds for the profile.
func (c *claimant) asks(field string, d *event.BenefitDefinition, condition json.RawMessage) error {
	holds, err := c.programme.holds(condition, c.data, c.now)
	var evaluation *jsonlogic.EvalError
	switch {
	case errors.As(err, &evaluation):
		return Invalid(field, "The %s of %s cannot be evaluated: %s.", label(field), d.Handle, evaluation)
	case err != nil:
		return fmt.Errorf("%s of benefit %s: %w", field, d.Handle, err)
	case !holds:
		return Invalid(field, "The %s of %s does not hold for the profile: %s.", label(field), d.Handle, condition)
	}
	return nil
}
