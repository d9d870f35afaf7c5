package store

import "github.com/belfryhq/belfry/internal/scalar"

// RunState says how far a run of an automation is.
type RunState string

// The states of runs.
const (
	RunRunning RunState = "running"
	RunDone    RunState = "done"
	// RunFailed did not come to its end; one that passed over profiles that failed
	// is done.
	RunFailed RunState = "failed"
)

// AutomationRun is one passage of an automation through the profiles of its
// tenant, in the order of their ids.
type AutomationRun struct {
	ID           int64
	TenantID     int64
	AutomationID int64
	// ScheduledAt is the moment for which profiles are selected.
	ScheduledAt scalar.Time
	State       RunState
	// Cursor is the id of the last profile that was looked at.
	Cursor string
	// TotalProfiles counts the profiles at the start, Scanned those looked at.
	TotalProfiles, Scanned int
	// TotalSelected are Processed and Failed.
	TotalSelected, Processed, Failed int
	// TokenID, Namespace and RequestID are of the request that started it.
	TokenID   int64
	Namespace string
	RequestID string
	// DueAt is when it is its turn; zero once it is over.
	DueAt scalar.Time
	// Failures counts how often the present page could not be done.
	Failures   int
	Error      scalar.Text
	StartedAt  scalar.Time
	FinishedAt scalar.Time
}

// Actor is who started the run.
func (r *AutomationRun) Actor() Actor {
	return Actor{TenantID: r.TenantID, TokenID: r.TokenID, Namespace: r.Namespace, RequestID: r.RequestID}
}

const automationRunColumns = `id, tenant_id, automation_id, scheduled_at, state, cursor, total_profiles, scanned,
	total_selected, processed, failed, token_id, namespace, request_id, due_at, failures, error, started_at, finished_at`

func scanAutomationRun(r *AutomationRun) []any {
	return []any{
		&r.ID, &r.TenantID, &r.AutomationID, &r.ScheduledAt, (*string)(&r.State), &r.Cursor, &r.TotalProfiles, &r.Scanned,
		&r.TotalSelected, &r.Processed, &r.Failed, nullID(&r.TokenID), text(&r.Namespace), text(&r.RequestID), &r.DueAt,
		&r.Failures, &r.Error, &r.StartedAt, &r.FinishedAt,
	}
}

// InsertAutomationRun stores a run that the actor starts now, and sets its ID,
// state, times and number of profiles.
func (t *Tenant) InsertAutomationRun(r *AutomationRun) (err error) {
	r.TenantID, r.State, r.StartedAt, r.DueAt = t.ID, RunRunning, t.Now(), t.Now()
	r.TokenID, r.Namespace, r.RequestID = t.Actor.TokenID, t.Actor.Namespace, t.Actor.RequestID
	if err := t.get([]any{&r.TotalProfiles}, "SELECT count(*) FROM profiles WHERE tenant_id = ?", t.ID); err != nil {
		return err
	}
	r.ID, err = t.insert(`INSERT INTO automation_runs (tenant_id, automation_id, scheduled_at, state, total_profiles,
		token_id, namespace, request_id, due_at, started_at) VALUES (`+placeholders(10)+`)`,
		t.ID, r.AutomationID, r.ScheduledAt, string(r.State), r.TotalProfiles, nullID(&r.TokenID), text(&r.Namespace),
		text(&r.RequestID), r.DueAt, r.StartedAt)
	t.OnCommit(t.db.Fired.Notify)
	return err
}

// ClaimAutomationRun locks the run whose turn it is for the rest of the
// transaction; other transactions pass over it. ErrNotFound when there is none.
func (tx *Tx) ClaimAutomationRun() (AutomationRun, error) {
	return single(tx, scanAutomationRun, "SELECT "+automationRunColumns+` FROM automation_runs WHERE due_at <= ?
		ORDER BY due_at, id LIMIT 1`+tx.db.engine.skipLocked(), tx.Now())
}

// UpdateAutomationRun stores how far a run is.
func (t *Tenant) UpdateAutomationRun(r *AutomationRun) error {
	return t.execOne(`UPDATE automation_runs SET state = ?, cursor = ?, scanned = ?, total_selected = ?, processed = ?,
		failed = ?, due_at = ?, failures = ?, error = ?, finished_at = ? WHERE tenant_id = ? AND id = ?`,
		string(r.State), r.Cursor, r.Scanned, r.TotalSelected, r.Processed, r.Failed, r.DueAt, r.Failures, r.Error,
		r.FinishedAt, t.ID, r.ID)
}

// EndAutomationRuns ends the runs of an automation that are under way, as failed
// for a reason.
func (t *Tenant) EndAutomationRuns(automationID int64, reason string) error {
	_, err := t.exec(`UPDATE automation_runs SET state = ?, error = ?, due_at = NULL, finished_at = ?
		WHERE tenant_id = ? AND automation_id = ? AND due_at IS NOT NULL`,
		string(RunFailed), reason, t.Now(), t.ID, automationID)
	return err
}

// AutomationRunning reports whether a run of an automation is under way.
func (t *Tenant) AutomationRunning(automationID int64) (running bool, err error) {
	var n int
	err = t.get([]any{&n}, `SELECT count(*) FROM automation_runs
		WHERE tenant_id = ? AND automation_id = ? AND due_at IS NOT NULL`, t.ID, automationID)
	return n > 0, err
}

// AutomationRun reads one run of an automation.
func (t *Tenant) AutomationRun(automationID, id int64) (AutomationRun, error) {
	return single(t.Tx, scanAutomationRun, "SELECT "+automationRunColumns+` FROM automation_runs
		WHERE tenant_id = ? AND automation_id = ? AND id = ?`, t.ID, automationID, id)
}

// LockAutomationRun is AutomationRun as it is once no other transaction advances
// or ends the run, which none does from then on until this one ends.
func (t *Tenant) LockAutomationRun(automationID, id int64) (AutomationRun, error) {
	return single(t.Tx, scanAutomationRun, "SELECT "+automationRunColumns+` FROM automation_runs
		WHERE tenant_id = ? AND automation_id = ? AND id = ?`+t.db.engine.forUpdate(), t.ID, automationID, id)
}

var automationRunFields = Fields{
	"id":           {Column: "id", Kind: Int},
	"state":        {Column: "state"},
	"request_id":   {Column: "request_id"},
	"scheduled_at": {Column: "scheduled_at", Kind: Time},
	"started_at":   {Column: "started_at", Kind: Time},
	"finished_at":  {Column: "finished_at", Kind: Time},
}

// AutomationRuns lists the runs of an automation.
func (t *Tenant) AutomationRuns(automationID int64, l List) (Page[AutomationRun], error) {
	return page(t.Tx, l, automationRunFields, automationRunColumns, "automation_runs WHERE tenant_id = ? AND automation_id = ?",
		[]any{t.ID, automationID}, scanAutomationRun)
}

// AutomationFailure is a profile for which a run failed.
type AutomationFailure struct {
	ProfileID string
	// EventID is the event whose run log says more; 0 when nothing remained.
	EventID scalar.Int
	Error   string
}

// InsertAutomationFailure keeps a profile for which a run failed.
func (t *Tenant) InsertAutomationFailure(runID int64, f AutomationFailure) error {
	_, err := t.exec("INSERT INTO automation_failures (run_id, profile_id, event_id, error) VALUES (?, ?, ?, ?)",
		runID, f.ProfileID, f.EventID, f.Error)
	return err
}

// AutomationFailures reads the profiles that were kept for a run.
func (t *Tenant) AutomationFailures(runID int64) ([]AutomationFailure, error) {
	return collect(t.Tx, func(f *AutomationFailure) []any { return []any{&f.ProfileID, &f.EventID, &f.Error} },
		`SELECT f.profile_id, f.event_id, f.error FROM automation_failures f JOIN automation_runs r ON r.id = f.run_id
		WHERE r.tenant_id = ? AND f.run_id = ? ORDER BY f.profile_id`, t.ID, runID)
}
