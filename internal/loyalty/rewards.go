package loyalty

import (
	"fmt"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// ReadReward returns one reward.
func ReadReward(t *store.Tenant, id int64) (event.Reward, error) {
	i, err := t.Instance(store.Reward, id)
	if err != nil {
		return event.Reward{}, missing(err, "reward", id)
	}
	p, err := programmeOf(t)
	if err != nil {
		return event.Reward{}, err
	}
	return p.readReward(&i, t.Now()), nil
}

// readReward shows a reward to one who only reads it: when its time is over it
// has expired, even before that was entered.
func (p *programme) readReward(i *store.Instance, now scalar.Time) event.Reward {
	shown := p.showReward(i)
	if shown.IsActive && due(i.ExpiresAt, now) {
		shown.IsActive, shown.IsExpired = false, true
	}
	return shown
}

// ListRewards returns a page of rewards.
func ListRewards(t *store.Tenant, l store.List) (store.Page[event.Reward], error) {
	l.Filters = lowerProfileIDs(l.Filters)
	page, err := t.Instances(store.Reward, l)
	return showRewards(t, page, err)
}

// ListProfileRewards returns a page of a profile's rewards.
func ListProfileRewards(t *store.Tenant, profileID string, l store.List) (store.Page[event.Reward], error) {
	profileID = strings.ToLower(profileID)
	if _, _, err := t.AggregationsOf(profileID); err != nil {
		return store.Page[event.Reward]{}, missing(err, "profile", profileID)
	}
	page, err := t.InstancesOf(profileID, store.Reward, l)
	return showRewards(t, page, err)
}

func showRewards(t *store.Tenant, page store.Page[store.Instance], err error) (store.Page[event.Reward], error) {
	if err != nil {
		return store.Page[event.Reward]{}, err
	}
	p, err := programmeOf(t)
	if err != nil {
		return store.Page[event.Reward]{}, err
	}
	now := t.Now()
	return pageOf(page, func(i store.Instance) event.Reward { return p.readReward(&i, now) }), nil
}

// changeReward opens the account that a reward belongs to, has change alter the
// reward, and returns it as it is then.
func changeReward(t *store.Tenant, id int64, change func(*account, *store.Instance) error) (event.Reward, error) {
	found, err := t.Instance(store.Reward, id)
	if err != nil {
		return event.Reward{}, missing(err, "reward", id)
	}
	var shown event.Reward
	err = changeAccount(t, found.ProfileID, func(a *account) error {
		i, err := t.Instance(store.Reward, id) // as it is under the lock
		if err != nil {
			return fmt.Errorf("read reward %d: %w", id, err)
		}
		if i.ProfileID != a.rec.ProfileID {
			return &ConflictError{Message: "The reward is being moved to another profile."}
		}
		if err := change(a, &i); err != nil {
			return err
		}
		shown = a.programme.showReward(&i)
		return nil
	})
	return shown, err
}

// RewardChange is what can be changed of a reward.
type RewardChange struct {
	ValueInitial   scalar.Amount `json:"value_initial" doc:"at most the definition's max_value"`
	ValueRemaining scalar.Amount `json:"value_remaining" doc:"at most value_initial; 0 takes back what is left"`
	ExpiresAt      scalar.Time   `json:"expires_at" doc:"null never expires; a moment in the past expires it"`
}

// UpdateReward has patch overlay a reward's value and expiry. A new value is an
// adjustment in the ledger; one that is used up or expired can be used again
// when it is given a value and an expiry in the future.
func UpdateReward(t *store.Tenant, id int64, patch func(*RewardChange) error) (event.Reward, error) {
	return changeReward(t, id, func(a *account, i *store.Instance) error {
		in := RewardChange{ValueInitial: i.ValueInitial, ValueRemaining: i.ValueRemaining, ExpiresAt: i.ExpiresAt}
		if err := patch(&in); err != nil {
			return err
		}
		return a.adjustReward(i, in)
	})
}

func (a *account) adjustReward(i *store.Instance, in RewardChange) error {
	var invalid InvalidError
	by := in.ValueRemaining - i.ValueRemaining
	if in.ExpiresAt.Unix() == i.ExpiresAt.Unix() { // as the resource shows it, to the second
		in.ExpiresAt = i.ExpiresAt
	}
	moved := in.ExpiresAt != i.ExpiresAt
	i.ValueInitial, i.ExpiresAt = in.ValueInitial, in.ExpiresAt
	d := a.programme.rewards[i.DefinitionID]
	checkMoment(&invalid, "expires_at", i.ExpiresAt)
	checkRewardValue(&invalid, &store.Instance{ValueInitial: in.ValueInitial, ValueRemaining: in.ValueRemaining}, d)
	if in.ValueRemaining < 0 {
		invalid.Add("value_remaining", "The value remaining must be at least 0.")
	}
	if err := invalid.Err(); err != nil {
		return err
	}
	if moved && d != nil {
		a.programme.planReminder(i, d.Notices, a.now)
	}
	if by == 0 {
		if err := a.keep(i); err != nil {
			return err
		}
	} else if err := a.change(i, store.Adjust, by, cause{}); err != nil {
		return err
	}
	return a.settleAtOnce(i)
}

// settleAtOnce does what of an instance fell due by a change that was just made
// of it.
func (a *account) settleAtOnce(i *store.Instance) error {
	for due(i.DueAt, a.now) {
		if err := a.settleInstance(i); err != nil {
			return fmt.Errorf("settle %s %d: %w", i.Kind, i.ID, err)
		}
	}
	return nil
}

// DeleteReward takes back what is left of a reward. The reward stays on record;
// one with nothing left stays as it is.
func DeleteReward(t *store.Tenant, id int64) error {
	_, err := changeReward(t, id, func(a *account, i *store.Instance) error {
		if i.ValueRemaining == 0 {
			return nil
		}
		return a.change(i, store.Reverse, -i.ValueRemaining, cause{})
	})
	return err
}

// NotifyReward has a target told of a reward: reward.notified is sent to it,
// beside the reactions that listen.
func NotifyReward(t *store.Tenant, id, targetID int64) (event.Reward, error) {
	if _, err := t.Target(targetID); err != nil {
		return event.Reward{}, missing(err, "target", targetID)
	}
	return changeReward(t, id, func(a *account, i *store.Instance) error {
		a.tellOf(event.RewardNotified, i, scalar.Int(targetID))
		return nil
	})
}
