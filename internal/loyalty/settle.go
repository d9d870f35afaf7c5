package loyalty

import (
	"errors"
	"fmt"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// settle does what fell due until now: points become usable, instances expire,
// notices are given, a tier has its anniversary. Whoever opens an account does
// so first, and the schedule for accounts that nobody opens.
func (a *account) settle() error {
	if !due(a.rec.DueAt, a.now) {
		return nil
	}
	for {
		// Each is read anew, since settling one can change the others: points that
		// become usable make up for a debt.
		i, err := a.t.DueInstance(a.rec.ProfileID, a.now)
		if errors.Is(err, store.ErrNotFound) {
			break
		}
		if err != nil {
			return fmt.Errorf("read what is due: %w", err)
		}
		if err := a.settleInstance(&i); err != nil {
			return fmt.Errorf("settle %s %d: %w", i.Kind, i.ID, err)
		}
	}
	if err := a.settleTier(); err != nil {
		return fmt.Errorf("settle tier: %w", err)
	}
	return a.schedule()
}

// schedule finds out when the account has something due next.
func (a *account) schedule() error {
	next, err := a.t.NextDueInstance(a.rec.ProfileID)
	if err != nil {
		return fmt.Errorf("read what is due next: %w", err)
	}
	a.rec.DueAt, a.rec.Failures = next, 0
	a.dueBy(a.rec.Tier.DueAt)
	return nil
}

// dueBy has the account looked at by a moment; zero is none.
func (a *account) dueBy(at scalar.Time) { a.rec.DueAt = earliest(a.rec.DueAt, at) }

func due(at, now scalar.Time) bool { return !at.IsZero() && !at.After(now.Time) }

// earliest returns the first of two moments, of which zero is none.
func earliest(a, b scalar.Time) scalar.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a.Time) {
		return b
	}
	return a
}

// nextDue is when an instance must be looked at next; zero for never.
func nextDue(i *store.Instance) scalar.Time {
	switch {
	case i.State == store.Closed:
		return scalar.Time{}
	case i.State == store.Pending:
		return i.AccruedAt
	}
	next := earliest(i.Details.NotifyIssueAt, i.Details.NotifyExpiryAt)
	if i.ValueRemaining > 0 {
		next = earliest(next, i.ExpiresAt)
	}
	return next
}

// settleInstance does the first of what is due of an instance.
func (a *account) settleInstance(i *store.Instance) error {
	at, notices := i.DueAt, a.programme.notices(i)
	switch {
	case i.State == store.Pending:
		return a.accrue(i)
	case i.Details.NotifyIssueAt == at:
		i.Details.NotifyIssueAt, i.Details.HasNotifiedIssue = scalar.Time{}, true
		a.tellNotice(notifiedTypes[i.Kind], i, notices.IssueTargetID)
	case i.Details.NotifyExpiryAt == at:
		i.Details.NotifyExpiryAt, i.Details.HasNotifiedExpiry = scalar.Time{}, true
		a.tellNotice(expiringTypes[i.Kind], i, remindTarget(notices))
	case i.ExpiresAt == at:
		a.tellOf(expiredTypes[i.Kind], i, 0)
		return a.change(i, store.Expire, -i.ValueRemaining, cause{})
	}
	return a.keep(i)
}

// accrue makes points usable.
func (a *account) accrue(i *store.Instance) error {
	inDebt := a.rec.PointBalance < 0 || i.ValueRemaining < 0
	a.enterBoth(i, store.Accrue, i.ValueRemaining, -i.ValueRemaining, cause{})
	i.State = store.Active
	if err := a.keep(i); err != nil || !inDebt {
		return err
	}
	return a.recover(cause{})
}

var (
	notifiedTypes = map[store.InstanceKind]event.Type{
		store.Reward: event.RewardNotified, store.Benefit: event.BenefitNotified,
	}
	expiringTypes = map[store.InstanceKind]event.Type{
		store.Reward: event.RewardExpiring, store.Benefit: event.BenefitExpiring,
	}
	expiredTypes = map[store.InstanceKind]event.Type{
		store.Point: event.PointsExpired, store.Reward: event.RewardExpired, store.Benefit: event.BenefitExpired,
	}
)

// notices are those of the instance's definition.
func (p *programme) notices(i *store.Instance) event.Notices {
	switch i.Kind {
	case store.Reward:
		if d := p.rewards[i.DefinitionID]; d != nil {
			return d.Notices
		}
	case store.Benefit:
		if d := p.benefits[i.DefinitionID]; d != nil {
			return d.Notices
		}
	}
	return event.Notices{}
}

func remindTarget(n event.Notices) scalar.Int {
	if n.RemindTargetID != 0 {
		return n.RemindTargetID
	}
	return n.ExpiryTargetID
}
