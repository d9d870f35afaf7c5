package reaction

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/belfryhq/belfry/internal/delivery"
	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/store"
)

// render returns the body for an event: without a template, the context.
func (to *target) render(x *execution) ([]byte, error) {
	if to.template == nil {
		return x.event.Context, nil
	}
	data, err := x.forTwig()
	if err != nil {
		return nil, err
	}
	return to.template.RenderJSON(x.ctx, data)
}

// deliver makes the delivery of the event to the target. One whose body could
// not be rendered goes to the dead letters with the reason, so that it is seen
// and can be sent once the template is mended.
func (x *execution) deliver(to *target, result *ActionResult) error {
	m := delivery.Message{
		EventID: x.event.ID, EventType: x.event.Type, EndpointID: to.id, TriggerID: x.triggerID,
		Rendered: to.template != nil, Wait: to.wait, ConfigVersion: x.version,
	}
	var err error
	if m.Body, err = to.render(x); err != nil {
		m.Problem, result.Detail = err.Error(), err.Error()
	}
	result.Outcome = sent
	result.DeliveryID, err = x.deliveries.Enqueue(x.tenant, m)
	return err
}

// RenderAgain renders a dead letter whose body could not be rendered, from its
// event and from its target as it is today, so that it can be retried. Any other
// delivery it leaves alone. Errors are *problem.NotFound, and *problem.Conflict
// when the template still fails.
func (r *Reactions) RenderAgain(ctx context.Context, t *store.Tenant, id int64) error {
	row, err := t.Delivery(id)
	if errors.Is(err, store.ErrNotFound) {
		return &problem.NotFound{Resource: "delivery", ID: strconv.FormatInt(id, 10)}
	}
	if err != nil {
		return fmt.Errorf("read delivery %d: %w", id, err)
	}
	if row.State != string(delivery.Dead) || row.Outcome != string(delivery.Unrendered) {
		return nil
	}
	record, err := t.Target(row.EndpointID)
	if errors.Is(err, store.ErrNotFound) {
		return &problem.Conflict{Message: "The delivery's target has been deleted."}
	}
	if err != nil {
		return fmt.Errorf("read target %d: %w", row.EndpointID, err)
	}
	e, err := t.Event(row.EventID)
	if err != nil {
		return fmt.Errorf("read event %d: %w", row.EventID, err)
	}
	body, err := r.renderFor(&execution{ctx: ctx, tenant: t, event: &e}, record)
	if err != nil {
		return &problem.Conflict{Message: "The template still cannot be rendered: " + err.Error()}
	}
	return t.SetDeliveryBody(id, body)
}

// renderFor renders an event for a target outside the rules of the tenant.
func (r *Reactions) renderFor(x *execution, record store.Target) ([]byte, error) {
	to := &target{id: record.ID, handle: record.Handle}
	if err := r.compileTarget(to, record); err != nil {
		return nil, err
	}
	return to.render(x)
}
