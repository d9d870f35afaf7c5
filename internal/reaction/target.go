package reaction

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// TargetInput is what a caller can set of a target, as Omneo's API v3 names it;
// secret, headers, timeout, retry_schedule and is_active are Belfry's own.
type TargetInput struct {
	Name        string `json:"name" required:"true" doc:"What people call it." maxLength:"255"`
	Handle      string `json:"handle" required:"true" doc:"Its unique name in arguments; it cannot be changed." pattern:"^[A-Za-z0-9][A-Za-z0-9._-]*$" maxLength:"255"`
	URL         string `json:"url" required:"true" doc:"Where bodies are posted." format:"uri"`
	Template    string `json:"template,omitempty" doc:"A Twig template of the JSON body. Empty sends the event context as it is."`
	Description string `json:"description,omitempty"`
	Notes       string `json:"notes,omitempty"`
	// Condition is a rule, or the text of one.
	Condition json.RawMessage `json:"condition,omitempty" doc:"JSON Logic on the event context: only when it holds is anything sent."`
	// Secret is empty to have one made.
	Secret        string    `json:"secret,omitempty" doc:"The signing secret, whsec_ and base64. One is made when none is given."`
	Headers       Headers   `json:"headers,omitempty" doc:"Sent with every attempt."`
	Timeout       float64   `json:"timeout,omitempty" doc:"Seconds that one attempt may take; 15 when not given."`
	RetrySchedule []float64 `json:"retry_schedule,omitempty" doc:"Seconds to wait before each attempt."`
	IsActive      bool      `json:"is_active,omitempty" doc:"False holds all deliveries to it back." default:"true"`
}

// NewTargetInput returns the input of a target of which nothing is set yet.
func NewTargetInput() TargetInput { return TargetInput{IsActive: true} }

var handlePattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

const (
	maxName     = 255
	maxText     = 10_000
	maxTemplate = 256 << 10
)

// CreateTarget stores a target. Its secret can be read with Secret.
func (r *Reactions) CreateTarget(t *store.Tenant, in TargetInput) (store.Target, error) {
	var target store.Target
	if err := r.applyTarget(&target, in, t.Now()); err != nil {
		return target, err
	}
	if err := t.InsertTarget(&target); err != nil {
		return target, targetStored(err, in)
	}
	return keepTarget(t, target.ID)
}

// UpdateTarget changes what patch changes of the target's input. The handle
// cannot be changed, and the secret stays unless patch sets one.
func (r *Reactions) UpdateTarget(t *store.Tenant, id int64, patch func(*TargetInput) error) (store.Target, error) {
	target, err := lockedTarget(t, id)
	if err != nil {
		return target, err
	}
	in := inputOf(target)
	if err := patch(&in); err != nil {
		return target, err
	}
	if in.Handle != target.Handle {
		return target, problem.Field("handle", "The handle cannot be changed; it is %q.", target.Handle)
	}
	return r.saveTarget(t, target, in)
}

// lockedTarget reads a target that is about to be changed. Whoever else changes or
// disables it waits until the transaction ends.
func lockedTarget(t *store.Tenant, id int64) (store.Target, error) {
	if err := t.LockEndpoint(id); err != nil {
		return store.Target{}, targetMissing(err, id)
	}
	target, err := t.Target(id)
	return target, targetMissing(err, id)
}

// saveTarget gives a target another state.
func (r *Reactions) saveTarget(t *store.Tenant, target store.Target, in TargetInput) (store.Target, error) {
	if err := r.applyTarget(&target, in, t.Now()); err != nil {
		return target, err
	}
	if err := t.UpdateTarget(&target); err != nil {
		return target, targetStored(err, in)
	}
	return keepTarget(t, target.ID)
}

// DeleteTarget removes a target. One that a trigger sends to is kept: the
// trigger would fail from then on.
func (r *Reactions) DeleteTarget(t *store.Tenant, id int64) error {
	target, err := t.Target(id)
	if err != nil {
		return targetMissing(err, id)
	}
	triggers, err := t.AllTriggers()
	if err != nil {
		return err
	}
	for _, trigger := range triggers {
		for _, a := range trigger.Actions {
			if a.Type == sendKind.name && sendsTo(a, target) {
				return &problem.Conflict{Message: fmt.Sprintf(
					"The target %q is used by the trigger %d (%s).", target.Handle, trigger.ID, trigger.Name)}
			}
		}
	}
	return t.DeleteTarget(id)
}

func targetMissing(err error, id int64) error {
	if errors.Is(err, store.ErrNotFound) {
		return &problem.NotFound{Resource: "target", ID: strconv.FormatInt(id, 10)}
	}
	return err
}

func targetStored(err error, in TargetInput) error {
	var dup *store.DuplicateError
	if errors.As(err, &dup) {
		return problem.Field("handle", "The handle %q has already been taken.", in.Handle)
	}
	return err
}

func inputOf(t store.Target) TargetInput {
	in := TargetInput{
		Name: t.Name, Handle: t.Handle, URL: t.URL, Template: t.Template, Description: t.Description,
		Notes: t.Notes, Condition: t.Condition, Timeout: t.Timeout.Seconds(), IsActive: t.DisabledAt.IsZero(),
		Headers: KeptHeaders(t.Endpoint),
	}
	for _, wait := range t.Schedule {
		in.RetrySchedule = append(in.RetrySchedule, wait.Seconds())
	}
	return in
}

// applyTarget checks the input and writes it onto the target.
func (r *Reactions) applyTarget(t *store.Target, in TargetInput, now scalar.Time) error {
	var bad problem.Invalid
	checkLength(&bad, "name", in.Name, maxName, true)
	checkLength(&bad, "description", in.Description, maxText, false)
	checkLength(&bad, "notes", in.Notes, maxText, false)
	checkLength(&bad, "handle", in.Handle, maxName, true)
	if in.Handle != "" && !handlePattern.MatchString(in.Handle) {
		bad.Add("handle", "The handle may hold letters, digits, dots, hyphens and underscores, and begins with a letter or digit.")
	}
	r.checkTemplate(&bad, "template", in.Template)
	schedule := checkSchedule(&bad, in.RetrySchedule)
	err := r.applyEndpoint(&bad, &t.Endpoint, endpointInput{
		url: in.URL, condition: in.Condition, secret: in.Secret, headers: in.Headers, timeout: in.Timeout, isActive: in.IsActive,
	}, now)
	if err != nil {
		return err
	}
	t.Name, t.Handle, t.Template, t.Schedule = in.Name, in.Handle, in.Template, schedule
	t.Description, t.Notes = in.Description, in.Notes
	return nil
}

func checkLength(bad *problem.Invalid, field, value string, most int, required bool) {
	switch {
	case value == "" && required:
		bad.Add(field, "The %s field is required.", field)
	case len(value) > most:
		bad.Add(field, "The %s must not be longer than %d characters.", field, most)
	}
}

// capital makes a sentence of an error.
func capital(err error) string {
	s := err.Error()
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}
