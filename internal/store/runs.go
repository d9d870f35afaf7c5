package store

import (
	"encoding/json"
	"strings"

	"github.com/belfryhq/belfry/internal/scalar"
)

// RunLog is what the reactions did about one event.
type RunLog struct {
	EventID  int64
	TenantID int64
	// Results is a JSON list with one entry for each reaction considered.
	Results   json.RawMessage
	CreatedAt scalar.Time
}

func scanRunLog(r *RunLog) []any {
	return []any{&r.EventID, &r.TenantID, rawJSON(&r.Results), &r.CreatedAt}
}

// InsertRunLogs keeps what the reactions did about events and sets CreatedAt. An
// event has one log: a second one is a *DuplicateError.
func (tx *Tx) InsertRunLogs(logs []RunLog) error {
	for len(logs) > 0 {
		n := 1 // a power of two, so that there are few statements
		for 2*n <= min(len(logs), maxRunLogs) {
			n *= 2
		}
		args := make([]any, 0, 4*n)
		for i := range logs[:n] {
			r := &logs[i]
			r.CreatedAt = tx.Now()
			args = append(args, r.EventID, r.TenantID, rawJSON(&r.Results), r.CreatedAt)
		}
		_, err := tx.exec("INSERT INTO runs (event_id, tenant_id, results, created_at) VALUES (?, ?, ?, ?)"+
			strings.Repeat(", (?, ?, ?, ?)", n-1), args...)
		if err != nil {
			return err
		}
		logs = logs[n:]
	}
	return nil
}

// maxRunLogs bounds the rows of one statement.
const maxRunLogs = 64

// RunLog reads what the reactions did about an event; ErrNotFound when none
// listened to it, or it still waits.
func (t *Tenant) RunLog(eventID int64) (RunLog, error) {
	return single(t.Tx, scanRunLog,
		"SELECT event_id, tenant_id, results, created_at FROM runs WHERE tenant_id = ? AND event_id = ?", t.ID, eventID)
}

// RunLogs reads the logs of events, of those that have one.
func (t *Tenant) RunLogs(eventIDs ...int64) ([]RunLog, error) {
	return inBatches(eventIDs, func(ids []int64) ([]RunLog, error) {
		return collect(t.Tx, scanRunLog, `SELECT event_id, tenant_id, results, created_at FROM runs
			WHERE tenant_id = ? AND event_id IN (`+placeholders(len(ids))+")", withTenant(t.ID, ids)...)
	})
}

// AnsweredEvents lists the events that have a log, without their contexts.
func (t *Tenant) AnsweredEvents(l List) (Page[Event], error) {
	return page(t.Tx, l, eventFields, eventHead, `events WHERE tenant_id = ?
		AND EXISTS (SELECT 1 FROM runs WHERE runs.event_id = events.id)`, []any{t.ID}, scanEventHead)
}
