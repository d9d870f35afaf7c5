package reaction

import (
	"github.com/belfryhq/belfry/internal/delivery"
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
