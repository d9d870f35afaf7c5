package store

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/belfryhq/belfry/internal/scalar"
)

// Delivery is one event to one endpoint: its place in the queue and what became
// of it.
type Delivery struct {
	ID       int64
	TenantID int64
	// MessageID is what receivers know it by, the same on every attempt.
	MessageID string
	EventID   int64
	EventType string
	// EndpointID is the target or webhook that it goes to.
	EndpointID int64
	// TriggerID is the trigger that asked for it, 0 when none did.
	TriggerID int64
	// Rendered tells that the body is a template's, and not the event's context.
	Rendered bool
	// Body is nil when it is the event's context, or could not be rendered.
	// Lists leave it out.
	Body []byte
	// State is pending, sending, delivered or dead.
	State string
	// Attempts counts all requests, Tries those since the schedule was last begun.
	Attempts int
	Tries    int
	// DueAt is when the next attempt may be made, or was to be made.
	DueAt scalar.Time
	// Lease is set to insert a delivery that its maker sends itself, in the state
	// sending. It is not read.
	Lease Lease
	// Outcome, Status and Detail are of the last attempt; Outcome is "" before it.
	Outcome   string
	Status    int
	Detail    string
	CreatedAt scalar.Time
	// EndedAt is when it was delivered or given up.
	EndedAt scalar.Time
	// IsTest tells that it was sent by hand, to see whether the endpoint works. It
	// may be of no stored event: EventID is 0 then.
	IsTest bool
}

const deliveryColumns = `id, tenant_id, message_id, event_id, event_type, endpoint_id, trigger_id, rendered,
	state, attempts, tries, due_at, outcome, status, detail, created_at, ended_at, is_test`

func scanDelivery(d *Delivery) []any {
	return []any{
		&d.ID, &d.TenantID, &d.MessageID, &d.EventID, &d.EventType, &d.EndpointID, nullID(&d.TriggerID), &d.Rendered,
		&d.State, &d.Attempts, &d.Tries, &d.DueAt, text(&d.Outcome), &d.Status, text(&d.Detail), &d.CreatedAt, &d.EndedAt, &d.IsTest,
	}
}

// InsertDelivery stores a delivery and sets its ID, TenantID and CreatedAt.
func (t *Tenant) InsertDelivery(d *Delivery) (err error) {
	d.TenantID, d.CreatedAt = t.ID, t.Now()
	var body any
	if d.Body != nil {
		body = string(d.Body)
	}
	d.ID, err = t.insert(`INSERT INTO deliveries (tenant_id, message_id, event_id, event_type, endpoint_id,
		trigger_id, rendered, body, state, due_at, lease_owner, leased_until, outcome, detail, created_at, ended_at, is_test)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		t.ID, d.MessageID, d.EventID, d.EventType, d.EndpointID, nullID(&d.TriggerID), d.Rendered, body,
		d.State, d.DueAt, text(&d.Lease.Owner), d.Lease.Until, text(&d.Outcome), text(&d.Detail), d.CreatedAt, d.EndedAt, d.IsTest)
	return err
}

// Delivery reads one delivery without its body.
func (t *Tenant) Delivery(id int64) (Delivery, error) {
	return single(t.Tx, scanDelivery,
		"SELECT "+deliveryColumns+" FROM deliveries WHERE tenant_id = ? AND id = ?", t.ID, id)
}

// body is what a delivery sends.
const body = `CASE WHEN rendered THEN body
	ELSE (SELECT context FROM events WHERE events.id = deliveries.event_id) END`

// DeliveryBody reads the bytes that a delivery sends; nil when they could not be
// rendered.
func (t *Tenant) DeliveryBody(id int64) (b []byte, err error) {
	err = t.get([]any{&b}, "SELECT "+body+" FROM deliveries WHERE tenant_id = ? AND id = ?", t.ID, id)
	return b, err
}

var deliveryFields = Fields{
	"id":            {Column: "id", Kind: Int},
	"message_id":    {Column: "message_id"},
	"event_id":      {Column: "event_id", Kind: Int},
	"event_type":    {Column: "event_type"},
	"endpoint_id":   {Column: "endpoint_id", Kind: Int},
	"trigger_id":    {Column: "trigger_id", Kind: Int},
	"state":         {Column: "state", Words: []string{"pending", "sending", "delivered", "dead"}},
	"outcome":       {Column: "outcome"},
	"status":        {Column: "status", Kind: Int},
	"attempt_count": {Column: "attempts", Kind: Int},
	"due_at":        {Column: "due_at", Kind: Time},
	"created_at":    {Column: "created_at", Kind: Time},
	"ended_at":      {Column: "ended_at", Kind: Time},
	"is_test":       {Column: "is_test", Kind: Bool},
}

// Deliveries lists deliveries without their bodies.
func (t *Tenant) Deliveries(l List) (Page[Delivery], error) {
	return page(t.Tx, l, deliveryFields, deliveryColumns, "deliveries WHERE tenant_id = ?", []any{t.ID}, scanDelivery)
}

// ErrBusy says that a delivery is not in a state to be retried.
var ErrBusy = errors.New("not to be retried")

// RetryDelivery makes a pending or dead delivery due now. A dead one begins its
// schedule anew. ErrNotFound when there is no such delivery, ErrBusy when it is
// in another state or has no body.
func (t *Tenant) RetryDelivery(id int64) (Delivery, error) {
	err := t.execOne(`UPDATE deliveries SET tries = CASE state WHEN 'dead' THEN 0 ELSE tries END,
		state = 'pending', due_at = ?, ended_at = NULL
		WHERE tenant_id = ? AND id = ? AND state IN ('pending', 'dead')
		AND (body IS NOT NULL OR NOT rendered)`, t.Now(), t.ID, id)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Delivery{}, err
	}
	d, found := t.Delivery(id)
	if found == nil && err != nil {
		return d, ErrBusy
	}
	return d, found
}

// SetDeliveryBody gives a delivery the body that could not be rendered before.
func (t *Tenant) SetDeliveryBody(id int64, rendered []byte) error {
	return t.execOne("UPDATE deliveries SET body = ? WHERE tenant_id = ? AND id = ? AND rendered AND body IS NULL",
		string(rendered), t.ID, id)
}

// Attempt is one request of a delivery.
type Attempt struct {
	// Number counts from 1 within the delivery.
	Number    int
	StartedAt scalar.Time
	Duration  time.Duration
	// Outcome names what happened, Detail says it in a sentence.
	Outcome string
	Status  int
	Detail  string
	// Remote is the address connected to, "" without a connection.
	Remote string
	// Answer is the beginning of the answer's body.
	Answer string
}

func scanAttempt(a *Attempt) []any {
	return []any{
		&a.Number, &a.StartedAt, micros(&a.Duration), &a.Outcome, &a.Status, text(&a.Detail), text(&a.Remote), text(&a.Answer),
	}
}

// Attempts reads the attempts at a delivery, first to last.
func (t *Tenant) Attempts(deliveryID int64) ([]Attempt, error) {
	return collect(t.Tx, scanAttempt,
		`SELECT number, started_at, duration_us, outcome, status, detail, remote, answer FROM attempts
		WHERE delivery_id = (SELECT id FROM deliveries WHERE tenant_id = ? AND id = ?) ORDER BY number`,
		t.ID, deliveryID)
}

// microsColumn keeps a duration in whole microseconds.
type microsColumn struct{ d *time.Duration }

func micros(d *time.Duration) microsColumn { return microsColumn{d} }

// Value implements driver.Valuer.
func (c microsColumn) Value() (driver.Value, error) { return c.d.Microseconds(), nil }

// Scan implements sql.Scanner.
func (c microsColumn) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("scan duration: unexpected %T", src)
	}
	*c.d = time.Duration(n) * time.Microsecond
	return nil
}
