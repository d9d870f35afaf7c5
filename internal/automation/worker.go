package automation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/timing"
	"github.com/belfryhq/belfry/internal/worker"
)

const (
	// scanSize and pageSize bound what one transaction looks at and selects, and
	// pageTime how long it acts: on SQLite nobody else writes meanwhile. The profile
	// under way when the time is over is the last.
	scanSize = 4096
	pageSize = 64
	pageTime = 50 * time.Millisecond
	// maxTries is how often a page is tried that meets a fault of the server.
	maxTries = 10
	// maxFailures is how many profiles that failed are kept of a run.
	maxFailures = 100
	fault       = "A fault of the server, which its log describes."
)

// Run starts and advances runs until the context ends. It returns after the
// transaction under way has committed.
func (a *Automations) Run(ctx context.Context) {
	worker.Loop(ctx, a.Logger, "run automations", a.DB.Fired.C(), a.Step)
}

// Step starts the run that has been due for longest and does a page of the run
// whose turn it is, and reports whether there was either.
func (a *Automations) Step(ctx context.Context) (some bool, err error) {
	started, err := a.startDue(ctx)
	if err != nil {
		return false, err
	}
	advanced, err := a.advance(ctx)
	return started || advanced, err
}

// startDue starts the run of an automation whose time has come. Of several times
// that were missed it is the run of the latest.
func (a *Automations) startDue(ctx context.Context) (some bool, err error) {
	err = a.DB.Update(ctx, func(tx *store.Tx) error {
		tenantID, id, err := tx.ClaimDueAutomation()
		if some = err == nil; errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("claim an automation: %w", err)
		}
		t := tx.As(store.Actor{TenantID: tenantID})
		row, err := t.Automation(id)
		if err != nil {
			return fmt.Errorf("read automation %d: %w", id, err)
		}
		// It may have been started by hand since the claim began to look.
		if running, err := t.AutomationRunning(id); err != nil || running {
			some = false
			return err
		}
		return a.startRun(t, &row)
	})
	return some, err
}

func (a *Automations) startRun(t *store.Tenant, row *store.Automation) error {
	var bad problem.Invalid
	in := TimingOf(*row)
	c, err := in.clock(t, &bad)
	if err != nil {
		return err
	}
	if err := bad.Err(); err != nil { // a zone that this server does not know
		a.Logger.Error("automation does not run any more", "automation", row.ID, "error", err)
		row.NextRunAt = scalar.Time{}
		return t.SetAutomationRun(row)
	}
	now := t.Now()
	latest := scalar.At(timing.Latest(c.plan, row.NextRunAt.Time, now.Time))
	row.NextRunAt = scalar.Time{}
	if next := c.plan.Next(now.Time); !next.IsZero() {
		row.NextRunAt = scalar.At(next)
	}
	_, err = start(t, row, latest)
	return err
}

// advance does the next page of the run whose turn it is. Afterwards it is the
// turn of those that have waited longer.
func (a *Automations) advance(ctx context.Context) (some bool, err error) {
	var run store.AutomationRun
	err = a.DB.Update(ctx, func(tx *store.Tx) error {
		run = store.AutomationRun{}
		claimed, err := tx.ClaimAutomationRun()
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("claim a run: %w", err)
		}
		run = claimed
		t := tx.As(claimed.Actor())
		if err := a.page(ctx, t, &claimed); err != nil {
			return err
		}
		return t.UpdateAutomationRun(&claimed)
	})
	if err != nil && run.ID != 0 {
		return false, errors.Join(fmt.Errorf("run %d: %w", run.ID, err), a.postpone(ctx, run))
	}
	return run.ID != 0, err
}

// postpone has the page tried again later, or the run failed once it was tried
// often enough.
func (a *Automations) postpone(ctx context.Context, run store.AutomationRun) error {
	return a.DB.Update(ctx, func(tx *store.Tx) error {
		t := tx.As(run.Actor())
		r, err := t.LockAutomationRun(run.AutomationID, run.ID)
		if errors.Is(err, store.ErrNotFound) || err == nil && (r.DueAt.IsZero() || r.Cursor != run.Cursor) {
			return nil // it is over, or another process has done the page
		}
		if err != nil {
			return fmt.Errorf("read run %d: %w", run.ID, err)
		}
		r.Failures++
		r.Error, r.DueAt = fault, scalar.At(t.Now().Add(worker.RetryAfter(r.Failures-1)))
		if r.Failures >= maxTries {
			end(t, &r, store.RunFailed, fault)
		}
		return t.UpdateAutomationRun(&r)
	})
}

func end(t *store.Tenant, r *store.AutomationRun, state store.RunState, reason string) {
	r.State, r.Error, r.DueAt, r.FinishedAt = state, scalar.Text(reason), scalar.Time{}, t.Now()
}

// page looks at the next profiles and fires for those that are selected.
func (a *Automations) page(ctx context.Context, t *store.Tenant, r *store.AutomationRun) error {
	f, err := a.firing(ctx, t, r)
	var bad *problem.Invalid
	if errors.As(err, &bad) {
		end(t, r, store.RunFailed, bad.Error())
		return nil
	}
	if err != nil {
		return err
	}
	p, err := t.SelectProfiles(f.selection.Selection, r.Cursor, scanSize, pageSize)
	if err != nil {
		return fmt.Errorf("select profiles: %w", err)
	}
	last, complete := p.Last, true
	for n, begun := 0, time.Now(); n < len(p.IDs); n++ {
		if n > 0 && time.Since(begun) >= pageTime {
			last, complete = p.IDs[n-1], false
			break
		}
		if err := f.fire(p.IDs[n]); err != nil {
			return err
		}
	}
	r.DueAt, r.Failures, r.Error = t.Now(), 0, ""
	if complete && last == "" {
		r.Scanned, err = t.CountProfiles("", afterAll)
		end(t, r, store.RunDone, "")
		return err
	}
	scanned, err := t.CountProfiles(r.Cursor, last)
	r.Scanned, r.Cursor = r.Scanned+scanned, last
	return err
}

// afterAll comes after every id of a profile, which are of digits, letters and
// hyphens.
const afterAll = "~"
