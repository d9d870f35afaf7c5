package store

import (
	"math"
	"strings"

	"github.com/belfryhq/belfry/internal/scalar"
)

// Event is something that happened, with its context as it was at that moment.
type Event struct {
	ID       int64
	TenantID int64
	// Type is the canonical name, e.g. transaction.created.
	Type string
	// ExternalID is the name that the system which brought the event in gave it,
	// unique in the tenant; "" when there is none.
	ExternalID string
	// ProfileID is the profile concerned, "" when there is none.
	ProfileID string
	// Subject and SubjectID name the resource that the event is about.
	Subject   string
	SubjectID string
	// Context is the event context as JSON, exactly as receivers get it.
	Context []byte
	// TargetID is the target that the subject's own definition sends to, 0 when it
	// names none.
	TargetID int64
	// TokenID, Namespace and RequestID are of the request that led to the event.
	TokenID   int64
	Namespace string
	RequestID string
	// CauseID is the event whose reaction caused this one, 0 when a request did;
	// Depth counts the causes back to the request.
	CauseID int64
	Depth   int
	// OccurredAt is when it happened, CreatedAt when it was stored.
	OccurredAt scalar.Time
	CreatedAt  scalar.Time
}

// eventHead is all of an event but its context, which is large.
const (
	eventHead = `id, tenant_id, type, external_id, profile_id, subject, subject_id, target_id, token_id, namespace, request_id,
	cause_id, depth, occurred_at, created_at`
	eventColumns = eventHead + ", context"
)

func scanEventHead(e *Event) []any {
	return []any{
		&e.ID, &e.TenantID, &e.Type, text(&e.ExternalID), text(&e.ProfileID), &e.Subject, &e.SubjectID, nullID(&e.TargetID),
		nullID(&e.TokenID), text(&e.Namespace), text(&e.RequestID), nullID(&e.CauseID), &e.Depth,
		&e.OccurredAt, &e.CreatedAt,
	}
}

func scanEvent(e *Event) []any { return append(scanEventHead(e), &e.Context) }

// eventBatch is the number of rows of one INSERT, eventBulk that of one where
// there are so many: batchOf says why.
const (
	eventBatch = 8
	eventBulk  = 64
)

// AppendEvents stores events in their order as caused by the transaction's
// actor, queues them for the reactions, and sets the ID, TenantID, cause and
// CreatedAt of each, and OccurredAt unless it has one. A second one of an
// ExternalID is a *DuplicateError.
func (t *Tenant) AppendEvents(events ...*Event) error {
	for len(events) > 0 {
		n := batchOf(len(events), eventBatch, eventBulk)
		if err := t.RecordEvents(events[:n]...); err != nil {
			return err
		}
		if err := t.queueEvents(events[:n]); err != nil {
			return err
		}
		events = events[n:]
	}
	t.OnCommit(t.db.Appended.Notify)
	return nil
}

// RecordEvents is AppendEvents for at most eventBulk events that the transaction
// itself answers: they are not queued.
func (t *Tenant) RecordEvents(events ...*Event) error {
	const row = ", (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	args, now := make([]any, 0, 15*len(events)), t.Now()
	for _, e := range events {
		e.TenantID, e.CreatedAt = t.ID, now
		e.TokenID, e.Namespace, e.RequestID = t.Actor.TokenID, t.Actor.Namespace, t.Actor.RequestID
		e.CauseID, e.Depth = t.Actor.CauseID, t.Actor.Depth
		if e.OccurredAt.IsZero() {
			e.OccurredAt = now
		}
		args = append(args, t.ID, e.Type, text(&e.ExternalID), text(&e.ProfileID), e.Subject, e.SubjectID,
			string(e.Context), nullID(&e.TargetID), nullID(&e.TokenID), text(&e.Namespace), text(&e.RequestID),
			nullID(&e.CauseID), e.Depth, e.OccurredAt, e.CreatedAt)
	}
	ids, err := t.insertAll(`INSERT INTO events (tenant_id, type, external_id, profile_id, subject, subject_id, context,
		target_id, token_id, namespace, request_id, cause_id, depth, occurred_at, created_at)
		VALUES `+strings.Repeat(row, len(events))[2:], args...)
	if err != nil {
		return err
	}
	for i, e := range events {
		e.ID = ids[i]
	}
	t.Told = append(t.Told, ids...)
	return nil
}

func (t *Tenant) queueEvents(events []*Event) error {
	args := make([]any, 0, 2*len(events))
	for _, e := range events {
		args = append(args, e.ID, t.ID)
	}
	_, err := t.exec("INSERT INTO event_queue (event_id, tenant_id) VALUES "+strings.Repeat(", (?, ?)", len(events))[2:], args...)
	return err
}

// QueuedEvent is an event that reactions have yet to answer.
type QueuedEvent struct {
	Event
	// Failures counts how often processing it failed.
	Failures int
}

// ClaimEvents locks up to limit due events, oldest first, for the rest of the
// transaction; other transactions pass over them. Their contexts are not read:
// ReadContexts does that for those that are of interest.
func (tx *Tx) ClaimEvents(limit int) ([]QueuedEvent, error) {
	queued, err := collect(tx, func(e *QueuedEvent) []any { return []any{&e.ID, &e.Failures} },
		`SELECT event_id, failures FROM event_queue WHERE due_at <= ?
		ORDER BY due_at, event_id LIMIT ?`+tx.db.engine.skipLocked(), tx.Now().UnixMicro(), limit)
	if err != nil || len(queued) == 0 {
		return nil, err
	}
	ids := make([]any, len(queued))
	for i, e := range queued {
		ids[i] = e.ID
	}
	events, err := inBatches(ids, func(ids []any) ([]Event, error) {
		return collect(tx, scanEventHead, "SELECT "+eventHead+" FROM events WHERE id IN ("+placeholders(len(ids))+")", ids...)
	})
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]Event, len(events))
	for _, e := range events {
		byID[e.ID] = e
	}
	for i, e := range queued {
		queued[i].Event = byID[e.ID]
	}
	return queued, nil
}

// ReadContexts fills in the contexts of events.
func (tx *Tx) ReadContexts(events []*Event) error {
	ids := make([]any, len(events))
	for i, e := range events {
		ids[i] = e.ID
	}
	read, err := inBatches(ids, func(ids []any) ([]Event, error) {
		return collect(tx, func(e *Event) []any { return []any{&e.ID, &e.Context} },
			"SELECT id, context FROM events WHERE id IN ("+placeholders(len(ids))+")", ids...)
	})
	if err != nil {
		return err
	}
	contexts := make(map[int64][]byte, len(read))
	for _, e := range read {
		contexts[e.ID] = e.Context
	}
	for _, e := range events {
		e.Context = contexts[e.ID]
	}
	return nil
}

// FinishEvents takes events off the queue; ErrNotFound when one is not on it.
func (tx *Tx) FinishEvents(ids ...int64) error {
	var gone int64
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	_, err := inBatches(args, func(ids []any) ([]Event, error) {
		n, err := tx.exec("DELETE FROM event_queue WHERE event_id IN ("+placeholders(len(ids))+")", ids...)
		gone += n
		return nil, err
	})
	if err == nil && gone != int64(len(ids)) {
		return ErrNotFound
	}
	return err
}

// PostponeEvent has an event processed again at a later moment, and keeps why.
func (tx *Tx) PostponeEvent(id int64, due scalar.Time, reason string) error {
	return tx.execOne(`UPDATE event_queue SET failures = failures + 1, due_at = ?, error = ?
		WHERE event_id = ?`, due, reason, id)
}

// QueueLength counts the events that wait for their reactions.
func (tx *Tx) QueueLength() (n int, err error) {
	err = tx.get([]any{&n}, "SELECT count(*) FROM event_queue")
	return n, err
}

// QueueState returns an event's place in the queue: whether it waits, how often
// it failed, and why it failed last.
func (t *Tenant) QueueState(id int64) (waiting bool, failures int, reason string, err error) {
	rows, err := collect(t.Tx, func(r *struct {
		n int
		s string
	}) []any {
		return []any{&r.n, text(&r.s)}
	}, "SELECT failures, error FROM event_queue WHERE tenant_id = ? AND event_id = ?", t.ID, id)
	if err != nil || len(rows) == 0 {
		return false, 0, "", err
	}
	return true, rows[0].n, rows[0].s, nil
}

// Event reads one event.
func (t *Tenant) Event(id int64) (Event, error) {
	return single(t.Tx, scanEvent, "SELECT "+eventColumns+" FROM events WHERE tenant_id = ? AND id = ?", t.ID, id)
}

// EventsByExternalID reads the events that have one of the external ids.
func (t *Tenant) EventsByExternalID(ids ...string) ([]Event, error) {
	return inBatches(ids, func(ids []string) ([]Event, error) {
		return collect(t.Tx, scanEventHead, "SELECT "+eventHead+` FROM events
			WHERE tenant_id = ? AND external_id IN (`+placeholders(len(ids))+")", withTenant(t.ID, ids)...)
	})
}

// EventsBefore reads the last events of a type, or those before an id that is not
// 0, the last one first.
func (t *Tenant) EventsBefore(typ string, before int64, limit int) ([]Event, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	return collect(t.Tx, scanEvent, "SELECT "+eventColumns+" FROM events WHERE tenant_id = ? AND type = ? AND id < ? ORDER BY id DESC LIMIT ?",
		t.ID, typ, before, limit)
}

var eventFields = Fields{
	"id":          {Column: "id", Kind: Int},
	"type":        {Column: "type"},
	"external_id": {Column: "external_id"},
	"profile_id":  {Column: "profile_id"},
	"subject":     {Column: "subject"},
	"subject_id":  {Column: "subject_id"},
	"namespace":   {Column: "namespace"},
	"request_id":  {Column: "request_id"},
	"cause_id":    {Column: "cause_id", Kind: Int},
	"occurred_at": {Column: "occurred_at", Kind: Time},
	"created_at":  {Column: "created_at", Kind: Time},
}

// Events lists events.
func (t *Tenant) Events(l List) (Page[Event], error) {
	return page(t.Tx, l, eventFields, eventColumns, "events WHERE tenant_id = ?", []any{t.ID}, scanEvent)
}
