package store

import (
	"encoding/json"

	"github.com/belfryhq/belfry/internal/scalar"
)

// RunLog is what the reactions did about one event.
type RunLog struct {
	EventID int64
	// Results is a JSON list with one entry for each reaction considered.
	Results   json.RawMessage
	CreatedAt scalar.Time
}

func scanRunLog(r *RunLog) []any {
	return []any{&r.EventID, rawJSON(&r.Results), &r.CreatedAt}
}

// InsertRunLog keeps what the reactions did and sets CreatedAt. An event has one
// log: a second one is a *DuplicateError.
func (t *Tenant) InsertRunLog(r *RunLog) error {
	r.CreatedAt = t.Now()
	_, err := t.exec("INSERT INTO runs (event_id, tenant_id, results, created_at) VALUES (?, ?, ?, ?)",
		r.EventID, t.ID, rawJSON(&r.Results), r.CreatedAt)
	return err
}

// RunLog reads what the reactions did about an event; ErrNotFound when none
// listened to it, or it still waits.
func (t *Tenant) RunLog(eventID int64) (RunLog, error) {
	return single(t.Tx, scanRunLog,
		"SELECT event_id, results, created_at FROM runs WHERE tenant_id = ? AND event_id = ?", t.ID, eventID)
}
