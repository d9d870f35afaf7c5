package automation

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/worker"
)

// firing is a page of a run under way.
type firing struct {
	*Automations
	ctx        context.Context
	t          *store.Tenant
	run        *store.AutomationRun
	automation event.AutomationRef
	selection  selection
}

// firing prepares a page. Its error is a *problem.Invalid when the query is not
// valid any more, as when its status has been deleted.
func (a *Automations) firing(ctx context.Context, t *store.Tenant, r *store.AutomationRun) (*firing, error) {
	row, err := t.Automation(r.AutomationID)
	if err != nil {
		return nil, fmt.Errorf("read automation %d: %w", r.AutomationID, err)
	}
	var bad problem.Invalid
	in := TimingOf(row)
	c, err := in.clock(t, &bad)
	if err != nil {
		return nil, err
	}
	query, args, err := check(t, &bad, row.Query, ArgumentsOf(row))
	if err != nil {
		return nil, err
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	s, err := query.build(moment{r.ScheduledAt.In(c.zone)}, args)
	if err != nil {
		return nil, err
	}
	return &firing{a, ctx, t, r, event.AutomationRef{ID: row.ID, Name: row.Name}, s}, nil
}

// fire does one profile. When that fails, nothing of it remains but a note, and
// the run goes on. An error ends the whole transaction.
func (f *firing) fire(profileID string) error {
	var selected bool
	var eventID int64
	var failure string
	err := f.t.Try(func() error {
		return worker.Survive(func() (err error) {
			selected, eventID, failure, err = f.attempt(profileID)
			return err
		})
	})
	var gone *problem.NotFound
	var bad *problem.Invalid
	switch {
	case store.Aborted(err):
		return err
	case errors.As(err, &gone), err == nil && !selected:
		return nil
	case errors.As(err, &bad):
		eventID, failure = 0, bad.Error()
	case err != nil:
		if f.run.Failed < maxFailures { // what has befallen so many is not told of a million
			f.Logger.Error("fire an automation", "automation", f.automation.ID, "run", f.run.ID, "profile", profileID, "error", err)
		}
		eventID, failure = 0, fault
	}
	f.run.TotalSelected++
	if failure == "" {
		f.run.Processed++
		return nil
	}
	f.run.Failed++
	if f.run.Failed > maxFailures {
		return nil
	}
	kept := store.AutomationFailure{ProfileID: profileID, EventID: scalar.Int(eventID), Error: failure}
	if err := f.t.InsertAutomationFailure(f.run.ID, kept); err != nil {
		return fmt.Errorf("keep the failure of profile %s: %w", profileID, err)
	}
	return nil
}

// attempt records the event of a profile, if it is selected, and answers it.
func (f *firing) attempt(profileID string) (selected bool, eventID int64, failure string, err error) {
	p, selected, err := f.selection.profile(f.t, profileID, f.run.ScheduledAt)
	if err != nil || !selected {
		return false, 0, "", err
	}
	e, err := event.New(event.AutomationFired, p.ID, strconv.FormatInt(f.automation.ID, 10), event.AutomationContext{
		ProfileContext: p, Automation: f.automation, RunID: f.run.ID, ScheduledAt: f.run.ScheduledAt,
	})
	if err != nil {
		return true, 0, "", err
	}
	e.OccurredAt = f.run.ScheduledAt
	f.t.Told = nil
	if err := f.t.RecordEvents(e); err != nil {
		return true, 0, "", fmt.Errorf("record the event: %w", err)
	}
	failure, err = f.Reactions.AnswerNow(f.ctx, f.t, e)
	return true, e.ID, failure, err
}
