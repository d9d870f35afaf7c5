package store

import (
	"encoding/json"

	"github.com/belfryhq/belfry/internal/scalar"
)

// Run is what one reaction did about one event.
type Run struct {
	ID        int64
	EventID   int64
	TriggerID int64
	// Outcome is matched, filtered or failed.
	Outcome string
	// Actions are the results of the actions that ran, as JSON.
	Actions   json.RawMessage
	CreatedAt scalar.Time
}

const runColumns = "id, event_id, trigger_id, outcome, actions, created_at"

func scanRun(r *Run) []any {
	return []any{&r.ID, &r.EventID, &r.TriggerID, &r.Outcome, rawJSON(&r.Actions), &r.CreatedAt}
}

// InsertRun adds a run to the log and sets its ID and CreatedAt.
func (t *Tenant) InsertRun(r *Run) (err error) {
	r.CreatedAt = t.Now()
	r.ID, err = t.insert(`INSERT INTO runs (tenant_id, event_id, trigger_id, outcome, actions, created_at)
		VALUES (?, ?, ?, ?, ?, ?) RETURNING id`,
		t.ID, r.EventID, r.TriggerID, r.Outcome, rawJSON(&r.Actions), r.CreatedAt)
	return err
}

// RunsOfEvent reads what the reactions did about one event.
func (t *Tenant) RunsOfEvent(eventID int64) ([]Run, error) {
	return collect(t.Tx, scanRun, "SELECT "+runColumns+` FROM runs
		WHERE tenant_id = ? AND event_id = ? ORDER BY id`, t.ID, eventID)
}
