package api

import (
	"encoding/json"

	"github.com/belfryhq/belfry/internal/reaction"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

func (s *Server) targets() {
	r := s.resource("Targets", "Where reactions send to, and the template of what they send.")
	list(r, on("GET /targets", "read-targets", "List targets"), listTargets)
	create(r, on("POST /targets", "create-targets", "Create a target", "The answer has its signing secret."),
		reaction.NewTargetInput, s.createTarget)
	read(r, on("GET /targets/{id}", "read-targets", "Read a target"), readTarget)
	change(r, on("PUT /targets/{id}", "update-targets", "Update a target", "Its handle cannot be changed."), s.updateTarget)
	remove(r, on("DELETE /targets/{id}", "delete-targets", "Delete a target", "One that a trigger sends to is kept: 409."), s.deleteTarget)
	read(r, on("GET /targets/{id}/secret", "update-targets", "Read the signing secret of a target"), s.targetSecret)
	ask(r, on("POST /targets/preview", "test-targets", "Preview a target",
		"The body that a target or a template makes of a stored event, a sample or a context; an error with its line and column. Nothing is sent."),
		s.previewTarget)
	act(r, on("POST /targets/{id}/test", "test-targets", "Send a test to a target",
		"Really sends one delivery, signed as any other, with is_test: of a stored event, a sample or a context. Without either it "+
			"is the sample of the event of a trigger that sends to the target. 409 while the target is inactive."), s.testTarget)
	versions(r, store.TargetVersion, s.opts.Reactions.RestoreTarget, viewTarget)
}

// Target is a target as the API shows it.
type Target struct {
	ID            int64             `json:"id"`
	Name          string            `json:"name"`
	Handle        string            `json:"handle"`
	URL           string            `json:"url"`
	Template      string            `json:"template"`
	Description   scalar.Text       `json:"description"`
	Notes         scalar.Text       `json:"notes"`
	Condition     json.RawMessage   `json:"condition"`
	Headers       map[string]string `json:"headers"`
	Timeout       float64           `json:"timeout" doc:"Seconds that one attempt may take; 0 is the default."`
	RetrySchedule []float64         `json:"retry_schedule" doc:"Seconds to wait before each attempt; empty is the default."`
	IsActive      bool              `json:"is_active"`
	// DisabledAt and DisabledReason tell when and why deliveries stopped.
	DisabledAt     scalar.Time `json:"disabled_at"`
	DisabledReason scalar.Text `json:"disabled_reason"`
	Version        int         `json:"version" doc:"Counts the times that it was saved."`
	CreatedAt      scalar.Time `json:"created_at"`
	UpdatedAt      scalar.Time `json:"updated_at"`
}

// NewTarget is a target with its secret, as the answer to its creation has it.
type NewTarget struct {
	Target
	Secret scalar.Text `json:"secret" doc:"The signing secret."`
}

func (t NewTarget) withoutSecrets() any {
	t.Secret = ""
	return t
}

// Secret is the signing secret of a target or a webhook.
type Secret struct {
	Secret string `json:"secret"`
}

func viewTarget(t store.Target) Target {
	v := Target{
		ID: t.ID, Name: t.Name, Handle: t.Handle, URL: t.URL, Template: t.Template,
		Description: scalar.Text(t.Description), Notes: scalar.Text(t.Notes), Condition: t.Condition,
		Headers: reaction.KeptHeaders(t.Endpoint), Timeout: t.Timeout.Seconds(), RetrySchedule: make([]float64, len(t.Schedule)),
		IsActive: t.DisabledAt.IsZero(), DisabledAt: t.DisabledAt, DisabledReason: scalar.Text(t.DisabledReason), Version: t.Version,
		CreatedAt: t.CreatedAt, UpdatedAt: t.UpdatedAt,
	}
	for i, wait := range t.Schedule {
		v.RetrySchedule[i] = wait.Seconds()
	}
	return v
}

func listTargets(t *store.Tenant, _ *call, l store.List) (store.Page[Target], error) {
	p, err := t.Targets(l)
	return mapPage(p, err, viewTarget)
}

func (s *Server) createTarget(t *store.Tenant, _ *call, in reaction.TargetInput) (NewTarget, error) {
	target, err := s.opts.Reactions.CreateTarget(t, in)
	if err != nil {
		return NewTarget{}, err
	}
	secret, err := s.opts.Reactions.Secret(target.Endpoint)
	return NewTarget{Target: viewTarget(target), Secret: scalar.Text(secret)}, err
}

// target reads the target that the path names.
func (c *call) target(t *store.Tenant) (store.Target, error) {
	id, err := c.number("id", "target")
	if err != nil {
		return store.Target{}, err
	}
	target, err := t.Target(id)
	return found(target, err, "target", c.param("id"))
}

func readTarget(t *store.Tenant, c *call) (Target, error) {
	target, err := c.target(t)
	return viewTarget(target), err
}

func (s *Server) targetSecret(t *store.Tenant, c *call) (Secret, error) {
	target, err := c.target(t)
	if err != nil {
		return Secret{}, err
	}
	secret, err := s.opts.Reactions.Secret(target.Endpoint)
	return Secret{secret}, err
}

func (s *Server) updateTarget(t *store.Tenant, c *call, patch func(*reaction.TargetInput) error) (Target, error) {
	id, err := c.number("id", "target")
	if err != nil {
		return Target{}, err
	}
	target, err := s.opts.Reactions.UpdateTarget(t, id, patch)
	return viewTarget(target), err
}

func (s *Server) deleteTarget(t *store.Tenant, c *call) error {
	id, err := c.number("id", "target")
	if err != nil {
		return err
	}
	return s.opts.Reactions.DeleteTarget(t, id)
}

func (s *Server) previewTarget(t *store.Tenant, c *call, in reaction.PreviewInput) (reaction.Rendering, error) {
	return s.opts.Reactions.Preview(c.request.Context(), t, in)
}

func (s *Server) testTarget(t *store.Tenant, c *call, in reaction.Occasion) (Delivery, error) {
	id, err := c.number("id", "target")
	if err != nil {
		return Delivery{}, err
	}
	sent, err := s.opts.Reactions.SendTest(c.request.Context(), t, id, in)
	if err != nil {
		return Delivery{}, err
	}
	d, err := t.Delivery(sent)
	return viewDelivery(d), err
}
