package loyalty

import (
	"encoding/json"
	"fmt"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// changeBenefit opens the account that a benefit belongs to, has change alter
// the benefit, and returns it as it is then. profileID is whose it must be, ""
// for anybody's.
func changeBenefit(t *store.Tenant, profileID string, id int64, change func(*account, *store.Instance) error) (event.Benefit, error) {
	found, err := t.Instance(store.Benefit, id)
	if err == nil && profileID != "" && found.ProfileID != profileID {
		err = store.ErrNotFound
	}
	if err != nil {
		return event.Benefit{}, missing(err, "benefit", id)
	}
	var i store.Instance
	err = changeAccount(t, found.ProfileID, func(a *account) error {
		if i, err = t.Instance(store.Benefit, id); err != nil { // as it is under the lock
			return fmt.Errorf("read benefit %d: %w", id, err)
		}
		if i.ProfileID != a.rec.ProfileID {
			return &ConflictError{Message: "The benefit is being moved to another profile."}
		}
		return change(a, &i)
	})
	if err != nil {
		return event.Benefit{}, err
	}
	return showBenefit(t, &i)
}

// BenefitChange is what can be changed of a benefit.
type BenefitChange struct {
	ExpiresAt scalar.Time `json:"expires_at" doc:"null never expires"`
	// MaxRedemptions is 0 where there is no limit.
	MaxRedemptions scalar.Int      `json:"max_redemptions" doc:"at least what was redeemed; null is no limit"`
	Meta           json.RawMessage `json:"meta"`
}

// UpdateBenefit has patch overlay a benefit's expiry, limit and meta. One that
// is used up can be redeemed again when its limit is raised; one that has
// expired, or was taken back, cannot.
func UpdateBenefit(t *store.Tenant, id int64, patch func(*BenefitChange) error) (event.Benefit, error) {
	return changeBenefit(t, "", id, func(a *account, i *store.Instance) error {
		in := BenefitChange{ExpiresAt: i.ExpiresAt, MaxRedemptions: i.MaxRedemptions, Meta: i.Details.Meta}
		if err := patch(&in); err != nil {
			return err
		}
		return a.adjustBenefit(i, in)
	})
}

func (a *account) adjustBenefit(i *store.Instance, in BenefitChange) error {
	var invalid InvalidError
	d := a.programme.benefits[i.DefinitionID]
	if in.ExpiresAt.Unix() == i.ExpiresAt.Unix() { // as the resource shows it, to the second
		in.ExpiresAt = i.ExpiresAt
	}
	if in.ExpiresAt != i.ExpiresAt {
		checkExpiry(&invalid, "expires_at", in.ExpiresAt, a.now, d)
		if i.State == store.Closed {
			invalid.Add("expires_at", "The benefit %s.", closedHow(i))
		}
	}
	if in.MaxRedemptions < 0 || in.MaxRedemptions != 0 && int64(in.MaxRedemptions) < i.Redemptions {
		invalid.Add("max_redemptions", "The max redemptions must be at least %d, as often as the benefit was redeemed.", i.Redemptions)
	}
	checkJSON(&invalid, "meta", &in.Meta)
	if err := invalid.Err(); err != nil {
		return err
	}
	if in.ExpiresAt != i.ExpiresAt {
		i.ExpiresAt = in.ExpiresAt
		if d != nil {
			a.programme.planReminder(i, d.Notices, a.now)
		}
	}
	i.MaxRedemptions, i.Details.Meta = in.MaxRedemptions, in.Meta
	return a.fitLimit(i)
}

// fitLimit stores a benefit whose limit may have changed: used up when nothing
// is left of it, usable again when something is.
func (a *account) fitLimit(i *store.Instance) error {
	isUsedUp := i.MaxRedemptions != 0 && i.Redemptions >= int64(i.MaxRedemptions)
	switch {
	case isUsedUp && i.State == store.Active:
		return a.change(i, store.Consume, -i.ValueRemaining, cause{})
	case !isUsedUp && i.Details.ClosedBy == scalar.Text(store.Consume):
		if err := a.change(i, store.Return, scalar.One, cause{}); err != nil {
			return err
		}
		return a.settleAtOnce(i)
	}
	return a.keep(i)
}

// DeleteBenefit takes a benefit back. It stays on record; one that is used up,
// has expired or was taken back already stays as it is.
func DeleteBenefit(t *store.Tenant, id int64) error {
	_, err := changeBenefit(t, "", id, func(a *account, i *store.Instance) error {
		if i.State == store.Closed {
			return nil
		}
		return a.change(i, store.Reverse, -i.ValueRemaining, cause{})
	})
	return err
}

// NotifyBenefit has a target told of a benefit: benefit.notified is sent to it,
// beside the reactions that listen.
func NotifyBenefit(t *store.Tenant, id, targetID int64) (event.Benefit, error) {
	if _, err := t.Target(targetID); err != nil {
		return event.Benefit{}, missing(err, "target", targetID)
	}
	return changeBenefit(t, "", id, func(a *account, i *store.Instance) error {
		a.tellOf(event.BenefitNotified, i, scalar.Int(targetID))
		return nil
	})
}
