package reaction

import (
	"context"
	"errors"
	"fmt"

	"github.com/belfryhq/belfry/internal/delivery"
	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/twig"
)

// PreviewInput says what is rendered with what.
type PreviewInput struct {
	TargetID scalar.Int   `json:"target_id,omitempty" doc:"A stored target, active or not."`
	Template *scalar.Text `json:"template,omitempty" doc:"A Twig template, in the place of the target's. Empty is the context as it is."`
	Occasion
}

// Preview renders a target or a template. What is wrong with the template is part
// of the answer; errors are *problem.NotFound and *problem.Invalid.
func (r *Reactions) Preview(ctx context.Context, t *store.Tenant, in PreviewInput) (Rendering, error) {
	var record store.Target
	var err error
	switch {
	case in.TargetID != 0:
		if record, err = t.Target(int64(in.TargetID)); err != nil {
			return Rendering{}, targetMissing(err, int64(in.TargetID))
		}
	case in.Template == nil:
		return Rendering{}, problem.Field("target_id", "Give target_id, template, or both.")
	}
	if in.Template != nil {
		if record.Template = string(*in.Template); len(record.Template) > maxTemplate {
			return Rendering{}, problem.Field("template", "The template must not be longer than %d bytes.", maxTemplate)
		}
	}
	e, err := in.event(t, "")
	if err != nil {
		return Rendering{}, err
	}
	to := &target{id: record.ID, handle: record.Handle}
	record.Condition, record.Name = nil, "template"
	if err := r.compileEndpoint(to, record.Endpoint); err != nil {
		return *rendering(nil, err), nil
	}
	return *to.preview(r.execution(ctx, t, e)), nil
}

// preview renders a body, and shows one that is not JSON with what is wrong.
func (to *target) preview(x *execution) *Rendering {
	body, err := to.render(x)
	var at *twig.Error
	if !errors.As(err, &at) || at.Offset < 0 {
		return rendering(body, err)
	}
	shown := rendering(nil, err)
	if data, err := x.forTwig(); err == nil {
		if body, err = to.template.Render(x.ctx, data); err == nil {
			shown.Body = scalar.Text(body)
		}
	}
	return shown
}

// SendTest sends a delivery to a target, whose condition is not asked, and returns
// its id. Errors are *problem.NotFound, *problem.Conflict while the target is
// inactive, and *problem.Invalid when its template fails.
func (r *Reactions) SendTest(ctx context.Context, t *store.Tenant, id int64, o Occasion) (int64, error) {
	record, err := t.Target(id)
	if err != nil {
		return 0, targetMissing(err, id)
	}
	if !record.DisabledAt.IsZero() {
		return 0, &problem.Conflict{Message: "The target is inactive: make it active first."}
	}
	typ, err := sentBy(t, record)
	if err != nil {
		return 0, err
	}
	if !o.isGiven() {
		o.Sample = scalar.Text(event.ProfileCreated)
		if known, ok := event.Canonical(typ); ok {
			o.Sample = scalar.Text(known)
		}
	}
	e, err := o.event(t, "")
	if err != nil {
		return 0, err
	}
	if e.Type == "" {
		e.Type = typ
	}
	to := &target{id: id, handle: record.Handle}
	if to.problem = r.compileEndpoint(to, record.Endpoint); to.problem != nil {
		return 0, problem.Field("template", "%s", to.problem)
	}
	body, err := to.render(r.execution(ctx, t, e))
	if err != nil {
		return 0, problem.Field("template", "%s", err)
	}
	sent, err := r.Deliveries.Enqueue(t, delivery.Message{
		EventID: e.ID, EventType: e.Type, EndpointID: id, Body: body, Rendered: to.template != nil || e.ID == 0, IsTest: true,
	})
	if err != nil {
		return 0, fmt.Errorf("send a test to target %d: %w", id, err)
	}
	return sent, nil
}

// sentBy returns the type of event of a trigger that sends to the target, or else
// that of a new profile.
func sentBy(t *store.Tenant, record store.Target) (string, error) {
	triggers, err := t.AllTriggers()
	if err != nil {
		return "", fmt.Errorf("read triggers: %w", err)
	}
	for _, trigger := range triggers {
		for _, a := range trigger.Actions {
			if a.Type == sendKind.name && sendsTo(a, record) {
				return trigger.Event, nil
			}
		}
	}
	return string(event.ProfileCreated), nil
}
