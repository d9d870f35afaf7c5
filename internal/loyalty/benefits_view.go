package loyalty

import (
	"fmt"
	"maps"
	"slices"
	"strings"

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

// ListBenefits returns a page of benefits.
func ListBenefits(t *store.Tenant, l store.List) (store.Page[event.Benefit], error) {
	l.Filters = lowerProfileIDs(l.Filters)
	page, err := t.Instances(store.Benefit, l)
	return pageOfBenefits(t, page, err)
}

// ListProfileBenefits returns a page of a profile's benefits.
func ListProfileBenefits(t *store.Tenant, profileID string, l store.List) (store.Page[event.Benefit], error) {
	profileID = strings.ToLower(profileID)
	if _, _, err := t.AggregationsOf(profileID); err != nil {
		return store.Page[event.Benefit]{}, missing(err, "profile", profileID)
	}
	page, err := t.InstancesOf(profileID, store.Benefit, l)
	return pageOfBenefits(t, page, err)
}

// ListRedeemableBenefits returns a page of what a profile can redeem now.
func ListRedeemableBenefits(t *store.Tenant, profileID string, l store.List) (store.Page[event.Benefit], error) {
	profileID = strings.ToLower(profileID)
	if _, _, err := t.AggregationsOf(profileID); err != nil {
		return store.Page[event.Benefit]{}, missing(err, "profile", profileID)
	}
	p, err := programmeOf(t)
	if err != nil {
		return store.Page[event.Benefit]{}, err
	}
	left, err := p.globallyLeft(t, slices.Collect(maps.Keys(p.benefits)))
	if err != nil {
		return store.Page[event.Benefit]{}, err
	}
	var exhausted []int64
	for id, n := range left {
		if n == 0 {
			exhausted = append(exhausted, id)
		}
	}
	slices.Sort(exhausted)
	page, err := t.RedeemableBenefits(profileID, exhausted, l)
	return pageOfBenefits(t, page, err)
}

func pageOfBenefits(t *store.Tenant, p store.Page[store.Instance], err error) (store.Page[event.Benefit], error) {
	out := store.Page[event.Benefit]{Total: p.Total, Offset: p.Offset, Size: p.Size}
	if err != nil {
		return out, err
	}
	out.Items, err = showBenefits(t, p.Items)
	return out, err
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
	ids := make([]int64, len(recs))
	for at, i := range recs {
		ids[at] = i.DefinitionID
	}
	left, err := p.globallyLeft(t, ids)
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
		setLimit(&shown, left)
		out[at] = shown
	}
	return out, nil
}

// globallyLeft returns how often all profiles together can still redeem the
// benefits of each definition that limits that, in one query.
func (p *programme) globallyLeft(t *store.Tenant, definitionIDs []int64) (map[int64]int64, error) {
	left := map[int64]int64{}
	var ids []int64
	for _, id := range definitionIDs {
		d := p.benefits[id]
		if _, known := left[id]; d == nil || d.MaxGlobalRedemptions == 0 || known {
			continue
		}
		left[id] = int64(d.MaxGlobalRedemptions)
		ids = append(ids, id)
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

// noteLimit has save read what is left for all profiles together of a benefit
// that an event tells of.
func (a *account) noteLimit(i *store.Instance) {
	if i.Kind == store.Benefit {
		a.limited = append(a.limited, i.DefinitionID)
	}
}

// readLimits reads what is left of what noteLimit noted.
func (a *account) readLimits() (err error) {
	a.left, err = a.programme.globallyLeft(a.t, a.limited)
	a.limited = nil
	return err
}

// showLimited shows a benefit as events do, once readLimits was called.
func (a *account) showLimited(i *store.Instance) event.Benefit {
	shown := a.programme.showBenefit(i)
	setLimit(&shown, a.left)
	return shown
}

// setLimit shows what is left for all profiles together.
func setLimit(b *event.Benefit, left map[int64]int64) {
	if n, ok := left[b.Definition.ID]; ok {
		b.TotalGlobalRedemptionsRemaining = &n
		b.IsRedeemable = b.IsRedeemable && n > 0
	}
}
