package loyalty

import (
	"errors"
	"fmt"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// account is what a profile has, while one transaction of the store changes it:
// points, rewards, benefits and the tier. Every change of them is made by it, so
// that the ledger has each, and events tell of what the whole change came to.
// Nothing but instances, tier points and their changes of tier is stored before
// save.
type account struct {
	t         *store.Tenant
	programme *programme
	// profile is locked until the transaction ends. Its record holds the account.
	profile *profileView
	rec     *store.Account
	now     scalar.Time
	// before is the account as it was.
	before store.Account
	ledger []store.LedgerRow
	told   []tale
	// limited are the definitions of benefits that are told of, left is what save
	// found to be left of those that are limited for all profiles together.
	limited []int64
	left    map[int64]int64
	// climbs says that tier points were added that count already.
	climbs bool
	// aggregations are read when an event needs them, unless they are given.
	aggregations *event.Aggregations
	// shown are the instances that events are to show: what changes of another
	// copy of one changes of it too.
	shown map[int64]*store.Instance
}

// cause is what a row of the ledger says of its reason.
type cause struct {
	transactionID, redemptionID int64
	description                 scalar.Text
}

// tale is an event that save appends.
type tale struct {
	typ       event.Type
	subjectID string
	targetID  int64
	context   func(*event.ProfileContext) any
}

// openAccount locks a profile and reads what it has. What fell due until now is
// done first.
func openAccount(t *store.Tenant, profileID string) (*account, error) {
	if err := t.LockProfile(profileID); err != nil {
		return nil, fmt.Errorf("lock profile: %w", err)
	}
	view, err := readProfileContext(t, profileID)
	if err != nil {
		return nil, err
	}
	a := &account{t: t, programme: view.programme, profile: view, now: t.Now()}
	a.rec = &view.rec.Account
	a.before = *a.rec
	return a, a.settle()
}

// changeAccount opens an account, has change alter it and saves it.
func changeAccount(t *store.Tenant, profileID string, change func(*account) error) error {
	a, err := openAccount(t, profileID)
	if err != nil {
		return err
	}
	if err := change(a); err != nil {
		return err
	}
	return a.save()
}

// issue gives the profile an instance: pending until AccruedAt, which is now
// when it is zero. A field of it that must be unique and is not refuses it.
func (a *account) issue(i *store.Instance, c cause) error {
	i.ProfileID = a.rec.ProfileID
	if i.IssuedAt.IsZero() {
		i.IssuedAt = a.now
	}
	if i.AccruedAt.IsZero() {
		i.AccruedAt = i.IssuedAt
	}
	i.State = a.opened(i)
	i.DueAt = nextDue(i)
	var dup *store.DuplicateError
	if err := a.t.InsertInstance(i); errors.As(err, &dup) {
		return Invalid("external_id", "The external id has already been taken.")
	} else if err != nil {
		return fmt.Errorf("insert %s: %w", i.Kind, err)
	}
	a.dueBy(i.DueAt)
	a.show(i)
	inDebt := a.rec.PointBalance < 0
	a.enter(i, store.Issue, i.ValueRemaining, c)
	if inDebt && i.Kind == store.Point && i.State == store.Active {
		return a.recover(c)
	}
	return nil
}

// change adds to what is left of an instance, and stores the instance. One with
// nothing left is closed; one that gets something again is as it would be if it
// had not been, and pending where it has not accrued.
func (a *account) change(i *store.Instance, why store.LedgerEntry, by scalar.Amount, c cause) error {
	i.ValueRemaining += by
	if i.ValueRemaining != 0 && i.State == store.Closed {
		i.State, i.Details.ClosedBy = a.opened(i), ""
	}
	a.enter(i, why, by, c)
	if i.ValueRemaining == 0 && i.State != store.Closed {
		i.State, i.Details.ClosedBy = store.Closed, scalar.Text(why)
	}
	return a.keep(i)
}

// opened is the state of an instance that is not closed.
func (a *account) opened(i *store.Instance) store.InstanceState {
	if i.AccruedAt.After(a.now.Time) {
		return store.Pending
	}
	return store.Active
}

// show remembers an instance that events may show, and returns the one that
// they do.
func (a *account) show(i *store.Instance) *store.Instance {
	if known := a.shown[i.ID]; known != nil {
		return known
	}
	if a.shown == nil {
		a.shown = map[int64]*store.Instance{}
	}
	a.shown[i.ID] = i
	return i
}

// keep stores an instance's new state.
func (a *account) keep(i *store.Instance) error {
	i.DueAt = nextDue(i)
	a.dueBy(i.DueAt)
	if err := a.t.UpdateInstance(i); err != nil {
		return fmt.Errorf("update %s %d: %w", i.Kind, i.ID, err)
	}
	if known := a.shown[i.ID]; known != nil && known != i {
		*known = *i
	}
	return nil
}

// enter writes a row of the ledger and adds it to the balance of its kind.
func (a *account) enter(i *store.Instance, why store.LedgerEntry, by scalar.Amount, c cause) {
	if i.State == store.Pending {
		a.enterBoth(i, why, 0, by, c)
	} else {
		a.enterBoth(i, why, by, 0, c)
	}
}

func (a *account) enterBoth(i *store.Instance, why store.LedgerEntry, value, pending scalar.Amount, c cause) {
	r := a.rec
	switch i.Kind {
	case store.Point:
		r.PointBalance += value
		r.PointPending += pending
	case store.Reward:
		r.RewardBalance += value
	case store.Benefit:
		r.BenefitBalance += value
	}
	a.ledger = append(a.ledger, store.LedgerRow{
		ProfileID: r.ProfileID, Kind: i.Kind, InstanceID: i.ID, Entry: why, Value: value, Pending: pending,
		PointBalance: r.PointBalance, RewardBalance: r.RewardBalance, BenefitBalance: r.BenefitBalance,
		TransactionID: scalar.Int(c.transactionID), RedemptionID: scalar.Int(c.redemptionID), Description: c.description,
	})
}

// recover has points make up for a debt, nearest expiry first. Afterwards a
// profile has either points or a debt.
func (a *account) recover(c cause) error {
	live, err := a.t.LiveInstances(a.rec.ProfileID, store.Point)
	if err != nil {
		return fmt.Errorf("read points: %w", err)
	}
	for d := range live {
		debt := &live[d]
		if debt.State != store.Active {
			continue // it is owed once it accrues
		}
		for at := 0; at < len(live) && debt.ValueRemaining < 0; at++ {
			i := &live[at]
			part := min(-debt.ValueRemaining, i.ValueRemaining)
			if part <= 0 || i.State != store.Active {
				continue
			}
			if err := a.change(i, store.Recover, -part, c); err != nil {
				return err
			}
			if err := a.change(debt, store.Recover, part, c); err != nil {
				return err
			}
		}
	}
	return nil
}

// tell has save append an event. context is given the profile as the whole
// change leaves it.
func (a *account) tell(typ event.Type, subjectID string, context func(*event.ProfileContext) any) {
	a.told = append(a.told, tale{typ: typ, subjectID: subjectID, context: context})
}

// tellOf tells of an instance as it is when the account is saved, and sends to
// the target, unless it is 0.
func (a *account) tellOf(typ event.Type, i *store.Instance, targetID scalar.Int) {
	a.tellAbout(typ, a.show(i), targetID)
}

// tellNotice adds an event that shows an instance as it is now: when its expiry
// was missed as well, the reminder tells of what there was to spend.
func (a *account) tellNotice(typ event.Type, i *store.Instance, targetID scalar.Int) {
	now := *i
	a.tellAbout(typ, &now, targetID)
}

func (a *account) tellAbout(typ event.Type, i *store.Instance, targetID scalar.Int) {
	a.noteLimit(i)
	a.told = append(a.told, tale{typ, fmt.Sprint(i.ID), int64(targetID), func(p *event.ProfileContext) any {
		if i.Kind == store.Benefit {
			return event.BenefitContext{Benefit: a.showLimited(i), Profile: p}
		}
		return a.programme.instanceContext(i, p)
	}})
}

// save stores the account with its ledger and appends the events.
func (a *account) save() error {
	if err := a.climb(); err != nil {
		return err
	}
	if err := a.t.AppendLedger(a.ledger); err != nil {
		return fmt.Errorf("append to the ledger: %w", err)
	}
	if *a.rec != a.before {
		if err := a.t.UpdateAccount(a.rec); err != nil {
			return fmt.Errorf("update account: %w", err)
		}
	}
	if err := a.tellOfBalance(); err != nil {
		return err
	}
	told := a.told
	a.before, a.ledger, a.told = *a.rec, nil, nil
	if len(told) == 0 {
		return nil
	}
	if err := a.readLimits(); err != nil {
		return err
	}
	p, err := a.context()
	if err != nil {
		return err
	}
	events := make([]*store.Event, len(told))
	for i, e := range told {
		if events[i], err = event.New(e.typ, a.rec.ProfileID, e.subjectID, e.context(p)); err != nil {
			return err
		}
		events[i].TargetID = e.targetID
	}
	if err := a.t.AppendEvents(events...); err != nil {
		return fmt.Errorf("append events: %w", err)
	}
	return nil
}

// tellOfBalance tells of new balances, where a reaction listens: otherwise each
// sale would leave one more event that nobody needs.
func (a *account) tellOfBalance() error {
	if len(a.ledger) == 0 {
		return nil
	}
	wanted, err := a.t.Listens(string(event.BalanceUpdated))
	if err != nil {
		return fmt.Errorf("read triggers: %w", err)
	}
	if wanted {
		a.tell(event.BalanceUpdated, a.rec.ProfileID, func(p *event.ProfileContext) any {
			return event.BalanceContext{ID: p.ID, ProfileID: p.ID, ProfileBalances: p.ProfileBalances, Profile: p}
		})
	}
	return nil
}

// context returns the profile as events show it.
func (a *account) context() (*event.ProfileContext, error) {
	p := a.profile.context()
	if a.aggregations == nil {
		aggregations, err := ReadAggregations(a.t, a.rec.ProfileID)
		if err != nil {
			return nil, err
		}
		a.aggregations = &aggregations
	}
	p.Aggregations = *a.aggregations
	return &p, nil
}
