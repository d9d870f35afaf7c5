package automation

import (
	"fmt"
	"time"

	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// Run is one passage of an automation through the profiles of its tenant.
type Run struct {
	ID           int64       `json:"id"`
	AutomationID int64       `json:"automation_id"`
	ScheduledAt  scalar.Time `json:"scheduled_at" doc:"The moment for which profiles are selected."`
	State        string      `json:"state" enum:"running,done,failed" doc:"failed did not come to its end; what it did stays done."`
	// TotalProfiles and Scanned tell how far it is.
	TotalProfiles int         `json:"total_profiles" doc:"The profiles that there were when it started."`
	Scanned       int         `json:"scanned" doc:"Those that it has looked at."`
	TotalSelected int         `json:"total_selected" doc:"Those of them that the query selected."`
	Processed     int         `json:"processed" doc:"Those of them for which the actions ran."`
	Failed        int         `json:"failed" doc:"Those for which an action failed."`
	Cursor        scalar.Text `json:"cursor" doc:"The last profile that it has looked at, in the order of ids."`
	RequestID     scalar.Text `json:"request_id" doc:"Of the request that started it; null when its time had come."`
	Error         scalar.Text `json:"error"`
	StartedAt     scalar.Time `json:"started_at"`
	FinishedAt    scalar.Time `json:"finished_at"`
}

// RunDetail is a run with what failed.
type RunDetail struct {
	Run
	Failures []RunFailure `json:"failures" doc:"The first hundred."`
}

// RunFailure is a profile for which a run failed.
type RunFailure struct {
	ProfileID string     `json:"profile_id"`
	EventID   scalar.Int `json:"event_id" doc:"The event whose run log says more; null when nothing remained of it."`
	Error     string     `json:"error"`
}

func viewRun(r store.AutomationRun) Run {
	return Run{
		ID: r.ID, AutomationID: r.AutomationID, ScheduledAt: r.ScheduledAt, State: string(r.State),
		TotalProfiles: r.TotalProfiles, Scanned: r.Scanned, TotalSelected: r.TotalSelected, Processed: r.Processed,
		Failed: r.Failed, Cursor: scalar.Text(r.Cursor), RequestID: scalar.Text(r.RequestID), Error: r.Error,
		StartedAt: r.StartedAt, FinishedAt: r.FinishedAt,
	}
}

// ListRuns returns a page of an automation's runs.
func ListRuns(t *store.Tenant, automationID int64, l store.List) (store.Page[Run], error) {
	if _, err := Read(t, automationID); err != nil {
		return store.Page[Run]{}, err
	}
	p, err := t.AutomationRuns(automationID, l)
	out := store.Page[Run]{Total: p.Total, Offset: p.Offset, Size: p.Size, Items: make([]Run, len(p.Items))}
	for i, r := range p.Items {
		out.Items[i] = viewRun(r)
	}
	return out, err
}

// ReadRun returns a run with the first profiles for which it failed.
func ReadRun(t *store.Tenant, automationID, id int64) (RunDetail, error) {
	r, err := t.AutomationRun(automationID, id)
	if err != nil {
		return RunDetail{}, missing(err, "run", id)
	}
	rows, err := t.AutomationFailures(id)
	d := RunDetail{Run: viewRun(r), Failures: make([]RunFailure, len(rows))}
	for i, f := range rows {
		d.Failures[i] = RunFailure(f)
	}
	return d, err
}

// RunInput says how an automation is run by hand.
type RunInput struct {
	Force bool        `json:"force,omitempty" doc:"Beside a run that is under way."`
	Now   scalar.Time `json:"now,omitzero" doc:"The moment for which profiles are selected: the present when not given."`
}

// farthest bounds how far from the present profiles can be selected.
const farthest = 10 * 366 * 24 * time.Hour

// momentOf returns the moment that was asked for; the present when none was.
func momentOf(t *store.Tenant, asked scalar.Time) (scalar.Time, error) {
	now := t.Now()
	if asked.IsZero() {
		return now, nil
	}
	if d := asked.Sub(now.Time); d > farthest || d < -farthest {
		return now, problem.Field("now", "The now may not be more than ten years from the present.")
	}
	return asked, nil
}

// Start starts a run on behalf of the transaction's actor, of an automation that
// is switched off too. It is a *problem.Conflict when one is under way, unless
// the input forces it.
func Start(t *store.Tenant, id int64, in RunInput) (Run, error) {
	if err := lock(t, id); err != nil {
		return Run{}, err
	}
	row, err := Read(t, id)
	if err != nil {
		return Run{}, err
	}
	at, err := momentOf(t, in.Now)
	if err != nil {
		return Run{}, err
	}
	running, err := t.AutomationRunning(id)
	if err != nil {
		return Run{}, fmt.Errorf("look for a run: %w", err)
	}
	if running && !in.Force {
		return Run{}, &problem.Conflict{Message: "A run of the automation is under way. With force, another starts beside it."}
	}
	r, err := start(t, &row, at)
	return viewRun(r), err
}

// start stores a run of an automation that is locked.
func start(t *store.Tenant, row *store.Automation, at scalar.Time) (store.AutomationRun, error) {
	r := store.AutomationRun{AutomationID: row.ID, ScheduledAt: at}
	if err := t.InsertAutomationRun(&r); err != nil {
		return r, fmt.Errorf("store a run of automation %d: %w", row.ID, err)
	}
	row.LastRunAt = r.StartedAt
	if err := t.SetAutomationRun(row); err != nil {
		return r, fmt.Errorf("note the run of automation %d: %w", row.ID, err)
	}
	return r, nil
}
