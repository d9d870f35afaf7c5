package loyalty

import (
	"fmt"
	"slices"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// Extension says which of a profile's rewards expire later, and when.
type Extension struct {
	IDs       []int64     `json:"ids" required:"true" doc:"at most 500"`
	ProfileID scalar.Text `json:"profile_id" required:"true"`
	// ExtendDays counts from the present expiry.
	ExtendDays scalar.Int  `json:"extend_days" doc:"from the present expiry; the definition's when extend_date is not given either"`
	ExtendDate scalar.Time `json:"extend_date" doc:"the new expiry"`
}

// maxExtended bounds one extension.
const maxExtended = 500

// ExtendRewards has rewards of one profile expire later; reward.extended tells
// of each. One that cannot be extended keeps the others from it, and the error
// names it.
func ExtendRewards(t *store.Tenant, in Extension) ([]event.Reward, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	var out []event.Reward
	err := changeAccount(t, strings.ToLower(string(in.ProfileID)), func(a *account) error {
		extended, err := a.extendRewards(in)
		for _, i := range extended {
			out = append(out, a.programme.showReward(i))
		}
		return err
	})
	if isNotFound(err) {
		return nil, Invalid("profile_id", "The selected profile id is invalid.")
	}
	return out, err
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

// extendRewards checks every reward before it changes any.
func (a *account) extendRewards(in Extension) ([]*store.Instance, error) {
	rows, err := a.t.InstancesByID(in.IDs...)
	if err != nil {
		return nil, fmt.Errorf("read rewards: %w", err)
	}
	byID := make(map[int64]*store.Instance, len(rows))
	for n := range rows {
		if i := &rows[n]; i.Kind == store.Reward && i.ProfileID == a.rec.ProfileID {
			byID[i.ID] = i
		}
	}
	var invalid InvalidError
	extended := make([]*store.Instance, len(in.IDs))
	for n, id := range in.IDs {
		field := fmt.Sprintf("ids.%d", n)
		extended[n] = byID[id]
		if slices.Index(in.IDs, id) < n {
			invalid.Add(field, "The reward %d is named twice.", id)
		} else if why := a.extendReward(byID[id], in); why != "" {
			invalid.Add(field, "The reward %d %s.", id, why)
		}
	}
	if err := invalid.Err(); err != nil {
		return nil, err
	}
	for _, i := range extended {
		d := a.programme.rewards[i.DefinitionID]
		if err := a.keep(i); err != nil {
			return nil, err
		}
		a.tellOf(event.RewardExtended, i, d.ExtendTargetID)
	}
	return extended, nil
}

// extendReward sets a reward's new expiry, or says why it cannot have one.
func (a *account) extendReward(i *store.Instance, in Extension) string {
	if i == nil {
		return "does not exist or is not the profile's"
	}
	d := a.programme.rewards[i.DefinitionID]
	days := in.ExtendDays
	if days == 0 && d != nil {
		days = d.ExtendDays
	}
	switch {
	case d == nil || !d.IsExtendable:
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
	i.ExpiresAt, i.ExtendedAt = until, a.now
	i.Details.HasNotifiedExtend = d.ExtendTargetID != 0
	a.programme.planReminder(i, d.Notices, a.now)
	return ""
}
