package reaction

import (
	"fmt"

	"github.com/belfryhq/belfry/internal/store"
)

// subscription is an active webhook, ready to run.
type subscription struct {
	namespace string
	to        *target
}

func (r *Reactions) compileWebhook(record store.Webhook) *subscription {
	to := &target{id: record.ID, version: record.Version, extra: true}
	to.problem = r.compileEndpoint(to, record.Endpoint)
	return &subscription{namespace: record.Namespace, to: to}
}

// run sends the event unless the webhook's condition does not hold, or its own
// integration caused the event.
func (w *subscription) run(x *execution) (Result, error) {
	result := Result{WebhookID: w.to.id, Version: w.to.version, Actions: []ActionResult{}}
	if w.namespace == x.event.Namespace {
		result.Outcome, result.Detail = ownNamespace, ownDetail(w.namespace, "webhook")
		return result, nil
	}
	x.triggerID = 0
	var done ActionResult
	if err := (send{w.to}).run(x, &done); err != nil {
		return result, fmt.Errorf("webhook %d: %w", w.to.id, err)
	}
	result.Outcome, result.DeliveryID, result.Detail = done.Outcome, done.DeliveryID, done.Detail
	switch {
	case done.Outcome == unsent:
		result.Outcome = filtered
	case done.Detail != "":
		result.Outcome = failed
	}
	return result, nil
}
