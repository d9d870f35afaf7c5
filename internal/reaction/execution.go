package reaction

import (
	"context"
	"fmt"
	"time"

	"github.com/belfryhq/belfry/internal/delivery"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/jsonlogic"
	"github.com/belfryhq/belfry/twig"
)

// Result is what one trigger or webhook did about an event. That of the target
// that the definition of the event's subject names has the trigger 0, and one
// action of the type definition.
type Result struct {
	TriggerID int64  `json:"trigger_id" doc:"Of an automation, its id. 0 for a webhook and for the target that a definition names."`
	WebhookID int64  `json:"webhook_id,omitempty"`
	Version   int    `json:"version,omitempty" doc:"The version of the trigger or webhook that ran."`
	Outcome   string `json:"outcome" enum:"matched,sent,filtered,failed,own_namespace,too_deep" doc:"failed: an action did; those after it ran only if its on_error is continue. sent: a webhook's delivery was made."`
	// Detail says why nothing ran, or what failed.
	Detail     string         `json:"detail,omitempty"`
	DeliveryID int64          `json:"delivery_id,omitempty" doc:"Of a webhook."`
	Actions    []ActionResult `json:"actions"`
}

// The outcomes of a trigger. One that failed has done what stands before the
// action that failed.
const (
	matched      = "matched"
	filtered     = "filtered"
	ownNamespace = "own_namespace"
	tooDeep      = "too_deep"
)

// answerer is on whose behalf an event is answered: what it causes is one step
// further from the request, and of the namespace that the request was of.
func answerer(e *store.Event) store.Actor {
	return store.Actor{TenantID: e.TenantID, Namespace: e.Namespace, CauseID: e.ID, Depth: e.Depth + 1}
}

// Execute runs a trigger, stored or not and active or not, on an event, as the
// answer to the event would. The event needs no more than a type, a context and
// what else the trigger looks at. For a trial, have store.Tx.Try undo it all.
func (r *Reactions) Execute(ctx context.Context, t *store.Tenant, record store.Trigger, e *store.Event) (Result, error) {
	_, result, err := r.try(ctx, t, record, e, r.Deliveries)
	return result, err
}

// execution is one event on its way through the triggers that listen to it. The
// context is parsed when the first action asks for it.
type execution struct {
	ctx        context.Context
	tenant     *store.Tenant
	event      *store.Event
	deliveries outbox
	maxDepth   int
	version    int64 // of the tenant's configuration
	triggerID  int64

	logic  jsonlogic.Value
	twig   twig.Value
	parsed struct{ logic, twig bool }
}

// outbox takes what is to be sent.
type outbox interface {
	Enqueue(t *store.Tenant, m delivery.Message) (id int64, err error)
}

// execution prepares an event for triggers that act in t's name.
func (r *Reactions) execution(ctx context.Context, t *store.Tenant, e *store.Event) *execution {
	return &execution{ctx: ctx, tenant: t, event: e, deliveries: r.Deliveries, maxDepth: r.MaxDepth}
}

// run does the trigger's actions in order, up to one that stops it, or that
// fails and is not to be passed over.
func (tr *trigger) run(x *execution) (Result, error) {
	result := Result{TriggerID: tr.id, Version: tr.version, Outcome: matched, Actions: []ActionResult{}}
	if tr.held(x, &result) {
		return result, nil
	}
	x.triggerID = tr.id
	for _, a := range tr.actions {
		done := ActionResult{ActionID: a.id, Type: a.typ}
		if err := a.step.run(x, &done); err != nil {
			return result, fmt.Errorf("trigger %d: action %d: %w", tr.id, a.id, err)
		}
		result.Actions = append(result.Actions, done)
		switch done.Outcome {
		case stopped:
			if result.Outcome == matched {
				result.Outcome = filtered
			}
			return result, nil
		case failed:
			result.Outcome = failed
			if !a.goOn {
				return result, nil
			}
		}
	}
	return result, nil
}

// held reports whether a guard against loops keeps the trigger from running, and
// says so in the result.
func (tr *trigger) held(x *execution, result *Result) bool {
	switch e := x.event; {
	case tr.notice:
		return false
	case tr.namespace != "" && tr.namespace == e.Namespace:
		result.Outcome = ownNamespace
		result.Detail = ownDetail(e.Namespace, "trigger")
	case e.Depth > x.maxDepth:
		result.Outcome = tooDeep
		result.Detail = fmt.Sprintf("%d events lie between the request and this one; at most %d may.", e.Depth, x.maxDepth)
	default:
		return false
	}
	return true
}

// ownDetail says that a reaction's own integration caused the event.
func ownDetail(namespace, kind string) string {
	return fmt.Sprintf("The event was caused by %s, the %s's own namespace.", namespace, kind)
}

func (x *execution) forLogic() (jsonlogic.Value, error) {
	if x.parsed.logic {
		return x.logic, nil
	}
	var err error
	if x.logic, err = jsonlogic.Parse(x.event.Context); err != nil {
		return x.logic, fmt.Errorf("read the context: %w", err)
	}
	x.parsed.logic = true
	return x.logic, nil
}

func (x *execution) forTwig() (twig.Value, error) {
	if x.parsed.twig {
		return x.twig, nil
	}
	var err error
	if x.twig, err = twig.ParseJSON(x.event.Context); err != nil {
		return x.twig, fmt.Errorf("read the context: %w", err)
	}
	x.parsed.twig = true
	return x.twig, nil
}

// eval evaluates a rule on the context. The event's own time is the operator
// now, so that the answer can be given again later.
func (x *execution) eval(rule *jsonlogic.Rule) (jsonlogic.Value, error) {
	data, err := x.forLogic()
	if err != nil {
		return data, err
	}
	return rule.Eval(data, jsonlogic.At(x.at()))
}

// at is when the event happened, and the present for one that was made up.
func (x *execution) at() time.Time {
	if x.event.OccurredAt.IsZero() {
		return x.tenant.Now().Time
	}
	return x.event.OccurredAt.Time
}

// holds evaluates a condition.
func (x *execution) holds(rule *jsonlogic.Rule) (bool, error) {
	v, err := x.eval(rule)
	return v.Truthy(), err
}
