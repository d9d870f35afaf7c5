package loyalty

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/worker"
)

// Schedule does what falls due of accounts that nobody opens: points become
// usable or expire, notices are given, tiers have their anniversaries. What is
// due is in the store, so that nothing is lost while no process runs, and of
// several processes each does what no other has claimed.
type Schedule struct {
	DB     *store.DB
	Logger *slog.Logger
}

// Run settles accounts until the context ends. It returns after the batch under
// way has committed.
func (s *Schedule) Run(ctx context.Context) {
	worker.Loop(ctx, s.Logger, "settle what is due", nil, func(ctx context.Context) (bool, error) {
		n, err := s.Step(ctx)
		return n > 0, err
	})
}

// Step settles up to batchSize due accounts of all tenants in one transaction
// and returns how many it took up. One that fails is put off and holds no other
// up.
func (s *Schedule) Step(ctx context.Context) (n int, err error) {
	err = s.DB.Update(ctx, func(tx *store.Tx) error {
		n = 0
		accounts, err := tx.ClaimDueAccounts(0, store.DueAccount{}, tx.Now(), batchSize)
		if err != nil {
			return fmt.Errorf("claim due accounts: %w", err)
		}
		for begun := time.Now(); n < len(accounts) && (n == 0 || time.Since(begun) < batchTime); n++ {
			a := accounts[n]
			t := tx.As(store.Actor{TenantID: a.TenantID})
			settled, err := s.settle(t, a)
			if err != nil {
				return err
			}
			if settled {
				continue
			}
			if err := t.PostponeAccount(a.ProfileID, scalar.At(tx.Now().Add(worker.RetryAfter(a.Failures)))); err != nil {
				return fmt.Errorf("postpone account of %s: %w", a.ProfileID, err)
			}
		}
		return nil
	})
	return n, err
}

// settle does what is due of one account, and reports whether that succeeded.
// Otherwise nothing of it remains but a line in the log. An error ends the whole
// transaction.
func (s *Schedule) settle(t *store.Tenant, a store.DueAccount) (bool, error) {
	err := t.Try(func() error {
		return worker.Survive(func() error {
			return changeAccount(t, a.ProfileID, func(*account) error { return nil })
		})
	})
	if store.Aborted(err) {
		return false, err
	}
	if err != nil {
		s.Logger.Error("settle account", "tenant_id", a.TenantID, "profile", a.ProfileID,
			"failures", a.Failures+1, "error", err)
	}
	return err == nil, nil
}

// ScheduleRun is what a run of the schedule by hand came to.
type ScheduleRun struct {
	Settled int `json:"settled" doc:"accounts of which all was done that was due"`
	Failed  int `json:"failed" doc:"accounts of which that failed; the server's log says why"`
	// Now is the moment until which it was done.
	Now scalar.Time `json:"now"`
	// IsComplete is false when the run ended for want of time: another one goes
	// on from there.
	IsComplete bool `json:"is_complete"`
}

const (
	// farthest bounds how far ahead a run can be asked for.
	farthest = 10 * 366 * 24 * time.Hour
	// runTime bounds a run, which somebody waits for.
	runTime = 30 * time.Second
)

// RunUntil does everything of the actor's tenant that falls due until a moment,
// the present when it is zero, as though it were that moment now. It does so in
// transactions of a bounded size. Accounts that fail are passed over and left as
// they were.
func (s *Schedule) RunUntil(ctx context.Context, actor store.Actor, until scalar.Time) (ScheduleRun, error) {
	present := s.DB.Now()
	switch {
	case until.IsZero():
		until = present
	case until.Before(present.Truncate(time.Second)):
		return ScheduleRun{}, Invalid("now", "The now must not be before the present.")
	case until.After(present.Add(farthest)):
		return ScheduleRun{}, Invalid("now", "The now may not be more than ten years from the present.")
	}
	run, begun := ScheduleRun{Now: until}, time.Now()
	for last := (store.DueAccount{}); time.Since(begun) < runTime; {
		var settled, failed int
		var accounts []store.DueAccount
		err := s.DB.Update(ctx, func(tx *store.Tx) (err error) {
			tx.SetNow(until)
			settled, failed = 0, 0
			if accounts, err = tx.ClaimDueAccounts(actor.TenantID, last, until, batchSize); err != nil {
				return fmt.Errorf("claim due accounts: %w", err)
			}
			for _, a := range accounts {
				switch ok, err := s.settle(tx.As(actor), a); {
				case err != nil:
					return err
				case ok:
					settled++
				default:
					failed++
				}
			}
			return nil
		})
		if err != nil {
			return run, err
		}
		if len(accounts) == 0 {
			run.IsComplete = true
			return run, nil
		}
		run.Settled, run.Failed, last = run.Settled+settled, run.Failed+failed, accounts[len(accounts)-1]
	}
	return run, nil
}
