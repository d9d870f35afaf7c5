package loyalty

import (
	"fmt"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/store"
)

// ReadBenefit returns one benefit.
func ReadBenefit(t *store.Tenant, id int64) (event.Benefit, error) {
	i, err := t.Instance(store.Benefit, id)
	if err != nil {
		return event.Benefit{}, missing(err, "benefit", id)
	}
	return showBenefit(t, &i)
}

// showBenefit returns a benefit as API v3 shows it.
func showBenefit(t *store.Tenant, i *store.Instance) (event.Benefit, error) {
	shown, err := showBenefits(t, []store.Instance{*i})
	if err != nil {
		return event.Benefit{}, err
	}
	return shown[0], nil
}

// showBenefits joins benefits with what is left for all profiles together. One
// whose time is over has expired, even before that was entered.
func showBenefits(t *store.Tenant, recs []store.Instance) ([]event.Benefit, error) {
	p, err := programmeOf(t)
	if err != nil {
		return nil, err
	}
	left, err := p.globallyLeft(t, recs)
	if err != nil {
		return nil, err
	}
	out := make([]event.Benefit, len(recs))
	for at := range recs {
		i := &recs[at]
		shown := p.showBenefit(i)
		if i.State != store.Closed && due(i.ExpiresAt, t.Now()) {
			shown.IsExpired, shown.IsRedeemable = true, false
		}
		if n, ok := left[i.DefinitionID]; ok {
			shown.TotalGlobalRedemptionsRemaining = &n
			shown.IsRedeemable = shown.IsRedeemable && n > 0
		}
		out[at] = shown
	}
	return out, nil
}

// globallyLeft returns how often all profiles together can still redeem the
// benefits of each definition that limits that, in one query.
func (p *programme) globallyLeft(t *store.Tenant, recs []store.Instance) (map[int64]int64, error) {
	left := map[int64]int64{}
	var ids []int64
	for _, i := range recs {
		d := p.benefits[i.DefinitionID]
		if _, known := left[i.DefinitionID]; d == nil || d.MaxGlobalRedemptions == 0 || known {
			continue
		}
		left[d.ID] = int64(d.MaxGlobalRedemptions)
		ids = append(ids, d.ID)
	}
	redeemed, err := t.RedemptionCounts(ids...)
	if err != nil {
		return nil, fmt.Errorf("read redemptions: %w", err)
	}
	for id, n := range redeemed {
		left[id] = max(left[id]-n, 0)
	}
	return left, nil
}
