package api

import (
	"encoding/json"

	"github.com/belfryhq/belfry/internal/reaction"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

func (s *Server) webhooks() {
	r := s.resource("Webhooks", "URLs that get every event of one type, without a reaction.")
	list(r, on("GET /webhooks", "read-webhooks", "List webhooks"), listWebhooks)
	create(r, on("POST /webhooks", "create-webhooks", "Create a webhook",
		"One for each trigger and url. The answer has its signing secret."), reaction.NewWebhookInput, s.createWebhook)
	read(r, on("GET /webhooks/{id}", "read-webhooks", "Read a webhook"), readWebhook)
	change(r, on("PUT /webhooks/{id}", "update-webhooks", "Update a webhook", "Its namespace cannot be changed."), s.updateWebhook)
	remove(r, on("DELETE /webhooks/{id}", "delete-webhooks", "Delete a webhook", "What is on its way to it becomes dead letters."), s.deleteWebhook)
	read(r, on("GET /webhooks/{id}/secret", "update-webhooks", "Read the signing secret of a webhook"), s.webhookSecret)
	versions(r, store.WebhookVersion, s.opts.Reactions.RestoreWebhook, viewWebhook)
}

// Webhook is a webhook as the API shows it.
type Webhook struct {
	ID                int64             `json:"id"`
	Trigger           string            `json:"trigger" doc:"The event type that it gets."`
	URL               string            `json:"url"`
	Namespace         string            `json:"namespace" doc:"The integration behind it, whose own events it does not get."`
	UserID            scalar.Int        `json:"user_id" doc:"Always null: tokens, not users, make webhooks."`
	IsActive          bool              `json:"is_active"`
	Queue             string            `json:"queue" enum:"high,default,low" doc:"Kept and shown. It decides nothing: no endpoint waits for another."`
	Condition         json.RawMessage   `json:"condition"`
	ExtraDataTemplate scalar.Text       `json:"extra_data_template"`
	RetryHourly       bool              `json:"retry_hourly"`
	RetryDaily        bool              `json:"retry_daily"`
	Name              scalar.Text       `json:"name"`
	Headers           map[string]string `json:"headers"`
	Timeout           float64           `json:"timeout" doc:"Seconds that one attempt may take; 0 is the default."`
	// DisabledAt and DisabledReason tell when and why deliveries stopped.
	DisabledAt     scalar.Time `json:"disabled_at"`
	DisabledReason scalar.Text `json:"disabled_reason"`
	Version        int         `json:"version" doc:"Counts the times that it was saved."`
	CreatedAt      scalar.Time `json:"created_at"`
	UpdatedAt      scalar.Time `json:"updated_at"`
}

// NewWebhook is a webhook with its secret, as the answer to its creation has it.
type NewWebhook struct {
	Webhook
	Secret scalar.Text `json:"secret" doc:"The signing secret."`
}

func (w NewWebhook) withoutSecrets() any {
	w.Secret = ""
	return w
}

func viewWebhook(w store.Webhook) Webhook {
	return Webhook{
		ID: w.ID, Trigger: w.Event, URL: w.URL, Namespace: w.Namespace, IsActive: w.DisabledAt.IsZero(), Queue: w.Queue,
		Condition: w.Condition, ExtraDataTemplate: scalar.Text(w.Template), RetryHourly: w.RetryHourly, RetryDaily: w.RetryDaily,
		Name: scalar.Text(w.Name), Headers: reaction.KeptHeaders(w.Endpoint), Timeout: w.Timeout.Seconds(),
		DisabledAt: w.DisabledAt, DisabledReason: scalar.Text(w.DisabledReason), Version: w.Version,
		CreatedAt: w.CreatedAt, UpdatedAt: w.UpdatedAt,
	}
}

func listWebhooks(t *store.Tenant, _ *call, l store.List) (store.Page[Webhook], error) {
	p, err := t.Webhooks(l)
	return mapPage(p, err, viewWebhook)
}

func (s *Server) createWebhook(t *store.Tenant, _ *call, in reaction.WebhookInput) (NewWebhook, error) {
	hook, err := s.opts.Reactions.CreateWebhook(t, in)
	if err != nil {
		return NewWebhook{}, err
	}
	secret, err := s.opts.Reactions.Secret(hook.Endpoint)
	return NewWebhook{Webhook: viewWebhook(hook), Secret: scalar.Text(secret)}, err
}

// webhook reads the webhook that the path names.
func (c *call) webhook(t *store.Tenant) (store.Webhook, error) {
	id, err := c.number("id", "webhook")
	if err != nil {
		return store.Webhook{}, err
	}
	hook, err := t.Webhook(id)
	return found(hook, err, "webhook", c.param("id"))
}

func readWebhook(t *store.Tenant, c *call) (Webhook, error) {
	hook, err := c.webhook(t)
	return viewWebhook(hook), err
}

func (s *Server) webhookSecret(t *store.Tenant, c *call) (Secret, error) {
	hook, err := c.webhook(t)
	if err != nil {
		return Secret{}, err
	}
	secret, err := s.opts.Reactions.Secret(hook.Endpoint)
	return Secret{secret}, err
}

func (s *Server) updateWebhook(t *store.Tenant, c *call, patch func(*reaction.WebhookInput) error) (Webhook, error) {
	id, err := c.number("id", "webhook")
	if err != nil {
		return Webhook{}, err
	}
	hook, err := s.opts.Reactions.UpdateWebhook(t, id, patch)
	return viewWebhook(hook), err
}

func (s *Server) deleteWebhook(t *store.Tenant, c *call) error {
	id, err := c.number("id", "webhook")
	if err != nil {
		return err
	}
	return s.opts.Reactions.DeleteWebhook(t, id)
}
