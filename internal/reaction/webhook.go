package reaction

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"

	"github.com/belfryhq/belfry/internal/delivery"
	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/jsonlogic"
)

// WebhookInput is what a caller can set of a webhook, as Omneo's API v3 names
// it; name, secret, headers and timeout are Belfry's own.
type WebhookInput struct {
	Trigger   string      `json:"trigger" required:"true" doc:"The event type: one of the catalogue, or a custom one such as order.shipped."`
	URL       string      `json:"url" required:"true" doc:"Where contexts are posted." format:"uri"`
	Namespace string      `json:"namespace" required:"true" doc:"The integration behind it: events that tokens of this namespace cause are not sent. It cannot be changed." maxLength:"255"`
	IsActive  bool        `json:"is_active,omitempty" doc:"Only an active webhook gets events." default:"true"`
	Queue     scalar.Text `json:"queue,omitempty" doc:"high, default or low; any other is low." default:"default"`
	// Condition is a rule, or the text of one.
	Condition         json.RawMessage `json:"condition,omitempty" doc:"JSON Logic on the event context: only when it holds is anything sent. A path that the context never has is refused."`
	ExtraDataTemplate scalar.Text     `json:"extra_data_template,omitempty" doc:"A Twig template of a JSON object whose members are sent beside those of the context. Empty sends the context as it is."`
	RetryHourly       bool            `json:"retry_hourly,omitempty" doc:"After the attempts of the first half hour, one an hour for a day." default:"true"`
	RetryDaily        bool            `json:"retry_daily,omitempty" doc:"After all others, one a day for a week." default:"true"`
	Name              scalar.Text     `json:"name,omitempty" doc:"What people call it." maxLength:"255"`
	// Secret is empty to have one made.
	Secret  string  `json:"secret,omitempty" doc:"The signing secret, whsec_ and base64. One is made when none is given."`
	Headers Headers `json:"headers,omitempty" doc:"Sent with every attempt."`
	Timeout float64 `json:"timeout,omitempty" doc:"Seconds that one attempt may take; 15 when not given."`
}

const (
	queueDefault = "default"
	queueLow     = "low"
)

// NewWebhookInput returns the input of a webhook of which nothing is set yet.
func NewWebhookInput() WebhookInput {
	return WebhookInput{IsActive: true, Queue: queueDefault, RetryHourly: true, RetryDaily: true}
}

// queueOf returns the queue that a name stands for.
func queueOf(name scalar.Text) string {
	switch name {
	case "high", queueDefault:
		return string(name)
	case "":
		return queueDefault
	}
	return queueLow
}

// CreateWebhook stores a webhook. Its secret can be read with Secret.
func (r *Reactions) CreateWebhook(t *store.Tenant, in WebhookInput) (store.Webhook, error) {
	var hook store.Webhook
	if err := r.applyWebhook(&hook, in, t.Now()); err != nil {
		return hook, err
	}
	if err := t.InsertWebhook(&hook); err != nil {
		return hook, webhookStored(err)
	}
	return keepWebhook(t, hook.ID)
}

// UpdateWebhook changes what patch changes of the webhook's input. The namespace
// cannot be changed, and the secret stays unless patch sets one.
func (r *Reactions) UpdateWebhook(t *store.Tenant, id int64, patch func(*WebhookInput) error) (store.Webhook, error) {
	hook, err := lockedWebhook(t, id)
	if err != nil {
		return hook, err
	}
	in := webhookInput(hook)
	if err := patch(&in); err != nil {
		return hook, err
	}
	if in.Namespace != hook.Namespace {
		return hook, problem.Field("namespace", "The namespace cannot be changed; it is %q.", hook.Namespace)
	}
	return r.saveWebhook(t, hook, in)
}

// lockedWebhook reads a webhook that is about to be changed. Whoever else changes or
// disables it waits until the transaction ends.
func lockedWebhook(t *store.Tenant, id int64) (store.Webhook, error) {
	if err := t.LockEndpoint(id); err != nil {
		return store.Webhook{}, webhookMissing(err, id)
	}
	hook, err := t.Webhook(id)
	return hook, webhookMissing(err, id)
}

// saveWebhook gives a webhook another state.
func (r *Reactions) saveWebhook(t *store.Tenant, hook store.Webhook, in WebhookInput) (store.Webhook, error) {
	if err := r.applyWebhook(&hook, in, t.Now()); err != nil {
		return hook, err
	}
	if err := t.UpdateWebhook(&hook); err != nil {
		return hook, webhookStored(err)
	}
	return keepWebhook(t, hook.ID)
}

func webhookInput(hook store.Webhook) WebhookInput {
	return WebhookInput{
		Trigger: hook.Event, URL: hook.URL, Namespace: hook.Namespace, IsActive: hook.DisabledAt.IsZero(),
		Queue: scalar.Text(hook.Queue), Condition: hook.Condition, ExtraDataTemplate: scalar.Text(hook.Template), RetryHourly: hook.RetryHourly,
		RetryDaily: hook.RetryDaily, Name: scalar.Text(hook.Name), Headers: KeptHeaders(hook.Endpoint), Timeout: hook.Timeout.Seconds(),
	}
}

// DeleteWebhook removes a webhook. What is on its way to it becomes dead letters.
func (r *Reactions) DeleteWebhook(t *store.Tenant, id int64) error {
	return webhookMissing(t.DeleteWebhook(id), id)
}

func webhookMissing(err error, id int64) error {
	if errors.Is(err, store.ErrNotFound) {
		return &problem.NotFound{Resource: "webhook", ID: strconv.FormatInt(id, 10)}
	}
	return err
}

func webhookStored(err error) error {
	var dup *store.DuplicateError
	if errors.As(err, &dup) {
		return problem.Field("url", "There is a webhook for this trigger and url already.")
	}
	return err
}

// applyWebhook checks the input and writes it onto the webhook.
func (r *Reactions) applyWebhook(w *store.Webhook, in WebhookInput, now scalar.Time) error {
	var bad problem.Invalid
	typ := checkEvent(&bad, in.Trigger)
	checkLength(&bad, "namespace", in.Namespace, maxName, true)
	checkLength(&bad, "name", string(in.Name), maxName, false)
	r.checkTemplate(&bad, "extra_data_template", string(in.ExtraDataTemplate))
	checkConditionPaths(&bad, w, typ, in.Condition)
	err := r.applyEndpoint(&bad, &w.Endpoint, endpointInput{
		url: in.URL, condition: in.Condition, secret: in.Secret, headers: in.Headers, timeout: in.Timeout, isActive: in.IsActive,
	}, now)
	if err != nil {
		return err
	}
	w.Event, w.Namespace, w.Queue, w.Name = string(typ), in.Namespace, queueOf(in.Queue), string(in.Name)
	w.Template, w.RetryHourly, w.RetryDaily = string(in.ExtraDataTemplate), in.RetryHourly, in.RetryDaily
	w.Schedule = delivery.Passes(in.RetryHourly, in.RetryDaily)
	return nil
}

// checkConditionPaths notes the paths of a condition that events of the type never
// have, unless the webhook has both already. Whether it is a rule at all is for
// the endpoint to say.
func checkConditionPaths(bad *problem.Invalid, w *store.Webhook, typ event.Type, raw json.RawMessage) {
	text, err := ruleOf(raw)
	if err != nil || text == nil || string(typ) == w.Event && bytes.Equal(text, w.Condition) {
		return
	}
	rule, err := jsonlogic.Compile(text, jsonlogic.Fallback(Fallback))
	if err != nil {
		return
	}
	for _, fault := range strangePaths(typ, rule) {
		bad.Add("condition", "%s", problem.Sentence(fault))
	}
}

// checkEvent returns the type that a trigger or a webhook listens to.
func checkEvent(bad *problem.Invalid, name string) event.Type {
	if name == "" {
		bad.Add("trigger", "The trigger field is required.")
		return ""
	}
	typ, err := event.Parse(name)
	if err != nil {
		bad.Add("trigger", "%s", problem.Sentence(err))
	}
	return typ
}
