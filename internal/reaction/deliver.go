package reaction

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/belfryhq/belfry/internal/delivery"
	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/wire"
)

// render returns the body for an event: without a template, the context; with
// one of extra fields, the context and those.
func (to *target) render(x *execution) ([]byte, error) {
	if to.template == nil {
		return x.event.Context, nil
	}
	data, err := x.forTwig()
	if err != nil {
		return nil, err
	}
	body, err := to.template.RenderJSON(x.ctx, data)
	if err != nil || !to.extra {
		return body, err
	}
	if body, err = wire.Overlay(x.event.Context, body); err != nil {
		return nil, fmt.Errorf("the extra data: %w", err)
	}
	return body, nil
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
		m.Problem, result.Detail, result.unrendered = err.Error(), err.Error(), err
	}
	result.Outcome = sent
	result.DeliveryID, err = x.deliveries.Enqueue(x.tenant, m)
	return err
}

// RenderAgain renders a dead letter whose body could not be rendered, from its
// event and from its endpoint as it is today, so that it can be retried. Any other
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
	to, err := r.endpoint(t, row.EndpointID)
	if errors.Is(err, store.ErrNotFound) {
		return &problem.Conflict{Message: "The delivery's target or webhook has been deleted."}
	}
	if err != nil {
		return fmt.Errorf("read endpoint %d: %w", row.EndpointID, err)
	}
	e, err := t.Event(row.EventID)
	if err != nil {
		return fmt.Errorf("read event %d: %w", row.EventID, err)
	}
	if err = to.problem; err == nil {
		var body []byte
		if body, err = to.render(&execution{ctx: ctx, tenant: t, event: &e}); err == nil {
			return t.SetDeliveryBody(id, body)
		}
	}
	return &problem.Conflict{Message: "The template still cannot be rendered: " + err.Error()}
}

// endpoint reads a target, or what a webhook sends to, outside the rules of the
// tenant.
func (r *Reactions) endpoint(t *store.Tenant, id int64) (*target, error) {
	hook, err := t.Webhook(id)
	if err == nil {
		return r.compileWebhook(hook).to, nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	record, err := t.Target(id)
	if err != nil {
		return nil, err
	}
	to := &target{id: record.ID, version: record.Version, handle: record.Handle}
	to.problem = r.compileEndpoint(to, record.Endpoint)
	return to, nil
}
