package loyalty

import (
	"fmt"
	"slices"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// Extension says which of a profile's rewards or benefits expire later, and when.
type Extension struct {
	IDs       []int64     `json:"ids" required:"true" doc:"at most 500"`
	ProfileID scalar.Text `json:"profile_id" required:"true"`
	// ExtendDays counts from the present expiry.
	ExtendDays scalar.Int  `json:"extend_days" doc:"from the present expiry; a reward definition's own when extend_date is not given either"`
	ExtendDate scalar.Time `json:"extend_date" doc:"the new expiry"`
}

// maxExtended bounds one extension.
const maxExtended = 500

// ExtendRewards has rewards of one profile expire later; reward.extended tells
// of each. One that cannot be extended keeps the others from it, and the error
// names it.
func ExtendRewards(t *store.Tenant, in Extension) ([]event.Reward, error) {
	p, err := programmeOf(t)
	if err != nil {
		return nil, err
	}
	extended, err := extend(t, store.Reward, in)
	out := make([]event.Reward, len(extended))
	for n, i := range extended {
		out[n] = p.showReward(&i)
	}
	return out, err
}

// ExtendBenefits is ExtendRewards for benefits; benefit.extended tells of each.
func ExtendBenefits(t *store.Tenant, in Extension) ([]event.Benefit, error) {
	extended, err := extend(t, store.Benefit, in)
	if err != nil {
		return nil, err
	}
	return showBenefits(t, extended)
}

func extend(t *store.Tenant, kind store.InstanceKind, in Extension) (extended []store.Instance, err error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	err = changeAccount(t, strings.ToLower(string(in.ProfileID)), func(a *account) error {
		extended, err = a.extend(kind, in)
		return err
	})
	if isNotFound(err) {
		return nil, Invalid("profile_id", "The selected profile id is invalid.")
	}
	return extended, err
}

func (in *Extension) check() error {
	var invalid InvalidError
	checkRequired(&invalid, "profile_id", &in.ProfileID, 36)
	switch {
	case len(in.IDs) == 0:
		invalid.Add("ids", "The ids field is required.")
	case len(in.IDs) > maxExtended:
		invalid.Add("ids", "The ids may not have more than %d items.", maxExtended)
	}
	switch {
	case in.ExtendDays < 0 || in.ExtendDays > 3650:
		invalid.Add("extend_days", "The extend days must be between 1 and 3650.")
	case in.ExtendDays != 0 && !in.ExtendDate.IsZero():
		invalid.Add("extend_date", "The extend date cannot be given together with extend days.")
	}
	checkMoment(&invalid, "extend_date", in.ExtendDate)
	return invalid.Err()
}

// extend checks every instance before it changes any.
func (a *account) extend(kind store.InstanceKind, in Extension) ([]store.Instance, error) {
	rows, err := a.t.InstancesByID(in.IDs...)
	if err != nil {
		return nil, fmt.Errorf("read %ss: %w", kind, err)
	}
	byID := make(map[int64]store.Instance, len(rows))
	for _, i := range rows {
		if i.Kind == kind && i.ProfileID == a.rec.ProfileID {
			byID[i.ID] = i
		}
	}
	var invalid InvalidError
	extended := make([]store.Instance, len(in.IDs))
	for n, id := range in.IDs {
		field := fmt.Sprintf("ids.%d", n)
		i, found := byID[id]
		if slices.Index(in.IDs, id) < n {
			invalid.Add(field, "The %s %d is named twice.", kind, id)
		} else if !found {
			invalid.Add(field, "The %s %d does not exist or is not the profile's.", kind, id)
		} else if why := a.extendOne(&i, in); why != "" {
			invalid.Add(field, "The %s %d %s.", kind, id, why)
		}
		extended[n] = i
	}
	if err := invalid.Err(); err != nil {
		return nil, err
	}
	for n := range extended {
		i := &extended[n]
		if err := a.keep(i); err != nil {
			return nil, err
		}
		a.tellOf(extendedTypes[kind], i, a.programme.notices(i).ExtendTargetID)
	}
	return extended, nil
}

var extendedTypes = map[store.InstanceKind]event.Type{
	store.Reward: event.RewardExtended, store.Benefit: event.BenefitExtended,
}

// extendOne sets an instance's new expiry, or says why it cannot have one.
func (a *account) extendOne(i *store.Instance, in Extension) string {
	isExtendable, days, end := a.programme.extensionOf(i)
	if in.ExtendDays != 0 {
		days = in.ExtendDays
	}
	switch {
	case !isExtendable:
		return "cannot be extended"
	case i.State == store.Closed:
		return "has nothing left"
	case i.ExpiresAt.IsZero():
		return "does not expire"
	case !in.ExtendDate.IsZero() && !in.ExtendDate.After(i.ExpiresAt.Time):
		return "expires later than that already"
	case in.ExtendDate.IsZero() && days == 0:
		return "needs extend_days or extend_date"
	}
	until := in.ExtendDate
	if until.IsZero() {
		until = scalar.At(i.ExpiresAt.In(a.programme.zoneOf(i)).AddDate(0, 0, int(days)))
	}
	if !end.IsZero() && until.After(end.Time) {
		return "ends for good at " + end.String()
	}
	i.ExpiresAt, i.ExtendedAt = until, a.now
	notices := a.programme.notices(i)
	i.Details.HasNotifiedExtend = notices.ExtendTargetID != 0
	a.programme.planReminder(i, notices, a.now)
	return ""
}

// extensionOf is what an instance's definition says of extensions: the number of
// days where a request names none, and the moment that none goes beyond, zero
// where there is no such moment.
func (p *programme) extensionOf(i *store.Instance) (isExtendable bool, days scalar.Int, end scalar.Time) {
	if d := p.rewards[i.DefinitionID]; d != nil {
		return d.IsExtendable, d.ExtendDays, end
	}
	if d := p.benefits[i.DefinitionID]; d != nil {
		return d.IsExtendable, 0, d.EndAt
	}
	return false, 0, end
}
