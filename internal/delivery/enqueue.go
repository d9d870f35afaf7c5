package delivery

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// Message is what Enqueue makes a delivery of: one event to one endpoint.
type Message struct {
	EventID    int64
	EventType  string
	EndpointID int64
	TriggerID  int64 // 0 when no trigger asked for it
	// Body is what receivers get, byte for byte. Rendered tells that a template made it; otherwise it is the event's
	// context, which is not stored a second time.
	Body     []byte
	Rendered bool
	// Problem says, when it is not empty, why the body could not be rendered. The delivery goes to the dead letters.
	Problem string
	// Wait passes before the first attempt: the first of the endpoint's schedule.
	Wait time.Duration
	// ConfigVersion is the tenant's, as read in the transaction. Known, it lets the delivery be sent as soon as the
	// transaction is durable, without being claimed first. 0 when it is not known.
	ConfigVersion int64
	// IsTest marks a delivery that is made by hand. Without a stored event EventID is 0 and Rendered is true.
	IsTest bool
}

// Enqueue stores a delivery in the caller's transaction and returns its id. Once that is durable it is sent.
func (d *Dispatcher) Enqueue(t *store.Tenant, m Message) (int64, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return 0, fmt.Errorf("make a message id: %w", err)
	}
	now := t.Now()
	row := store.Delivery{
		MessageID: "msg_" + id.String(), EventID: m.EventID, EventType: m.EventType, EndpointID: m.EndpointID,
		TriggerID: m.TriggerID, Rendered: m.Rendered, State: string(Pending), DueAt: scalar.At(now.Add(m.Wait)),
		IsTest: m.IsTest,
	}
	if m.Rendered {
		row.Body = m.Body
	}
	known := d.lanes.lend(m.EndpointID, m.ConfigVersion, now.Time)
	var then func()
	switch {
	case m.Problem != "":
		row.State, row.Rendered, row.Body, row.EndedAt = string(Dead), true, nil, now
		row.Outcome, row.Detail = string(Unrendered), printable(m.Problem)
	case m.Wait > 0:
		then = func() { d.lanes.expect(m.EndpointID, row.DueAt.Time, d.now()) }
	case known != nil:
		row.State, row.Lease = string(Sending), d.lease(now.Time, known.endpoint.timeout)
		then = func() { d.accept(row, m.Body) }
	default:
		then = func() { d.lanes.wake(d.now(), m.EndpointID) }
	}
	if err := t.InsertDelivery(&row); err != nil {
		return 0, fmt.Errorf("store a delivery: %w", err)
	}
	if then != nil {
		t.OnCommit(then)
	}
	return row.ID, nil
}

// accept sends a delivery that was stored under a lease of this process.
func (d *Dispatcher) accept(row store.Delivery, body []byte) {
	d.dispatch(d.lanes.accept(row.EndpointID, store.ClaimedDelivery{
		Lease: row.Lease, ID: row.ID, TenantID: row.TenantID, EventID: row.EventID, EventType: row.EventType,
		MessageID: row.MessageID, EndpointID: row.EndpointID, DueAt: row.DueAt, CreatedAt: row.CreatedAt, Body: body,
	}, d.now()))
}

// Retry has a pending delivery or a dead letter tried now; a dead letter begins its schedule anew. The message keeps
// its id and its bytes. Errors are *problem.NotFound and *problem.Conflict, after which the caller's transaction must not be committed.
func (d *Dispatcher) Retry(t *store.Tenant, id int64) (store.Delivery, error) {
	row, err := t.RetryDelivery(id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return row, &problem.NotFound{Resource: "delivery", ID: strconv.FormatInt(id, 10)}
	case errors.Is(err, store.ErrBusy):
		return row, &problem.Conflict{Message: busyMessage(row)}
	case err != nil:
		return row, fmt.Errorf("retry delivery %d: %w", id, err)
	}
	if err := mayReach(t, row.EndpointID); err != nil {
		return row, err
	}
	t.OnCommit(func() { d.lanes.wake(d.now(), row.EndpointID) })
	return row, nil
}

// mayReach refuses a retry that would wait for its endpoint to be switched on, or for ever.
func mayReach(t *store.Tenant, endpointID int64) error {
	endpoint, err := t.Endpoint(endpointID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return &problem.Conflict{Message: "The delivery's target or webhook has been deleted."}
	case err != nil:
		return fmt.Errorf("read endpoint %d: %w", endpointID, err)
	case !endpoint.DisabledAt.IsZero():
		return &problem.Conflict{Message: "The delivery's target or webhook is inactive: make it active first."}
	}
	return nil
}

func busyMessage(row store.Delivery) string {
	switch State(row.State) {
	case Delivered:
		return "The delivery has reached its receiver."
	case Sending:
		return "An attempt at the delivery is under way."
	}
	return "The delivery has no body: its template could not be rendered."
}
