package reaction

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/belfryhq/belfry/internal/delivery"
	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/jsonlogic"
	"github.com/belfryhq/belfry/webhook"
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

// Headers are a target's own, by their names. They may hold credentials, so
// their values are sealed in the database and answers show HeaderKept for each.
type Headers map[string]string

// HeaderKept stands for the value of a header, which is not told again. An
// update that gives it leaves the value as it is.
const HeaderKept = "********"

// UnmarshalJSON replaces the headers that there are: decoded as a map, those
// that are left out would stay.
func (h *Headers) UnmarshalJSON(text []byte) error {
	var given map[string]string
	err := json.Unmarshal(text, &given)
	*h = given
	return err
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
	if err := r.applyTarget(&target, in); err != nil {
		return target, err
	}
	switchOff(&target, in, t.Now())
	return target, targetStored(t.InsertTarget(&target), in)
}

// UpdateTarget changes what patch changes of the target's input. The handle
// cannot be changed, and the secret stays unless patch sets one.
func (r *Reactions) UpdateTarget(t *store.Tenant, id int64, patch func(*TargetInput) error) (store.Target, error) {
	target, err := t.Target(id)
	if err != nil {
		return target, targetMissing(err, id)
	}
	in := inputOf(target)
	if err := patch(&in); err != nil {
		return target, err
	}
	if in.Handle != target.Handle {
		return target, problem.Field("handle", "The handle cannot be changed; it is %q.", target.Handle)
	}
	if err := r.applyTarget(&target, in); err != nil {
		return target, err
	}
	switchOff(&target, in, t.Now())
	return target, targetStored(t.UpdateTarget(&target), in)
}

// switchOff disables a target that is not to be active.
func switchOff(target *store.Target, in TargetInput, now scalar.Time) {
	if !in.IsActive && target.DisabledAt.IsZero() {
		target.DisabledAt, target.DisabledReason = now, "switched off by hand"
	}
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
			if a.Type == actionSend && sendsTo(a, target) {
				return &problem.Conflict{Message: fmt.Sprintf(
					"The target %q is used by the trigger %d (%s).", target.Handle, trigger.ID, trigger.Name)}
			}
		}
	}
	return t.DeleteTarget(id)
}

// Secret returns the target's signing secret.
func (r *Reactions) Secret(target store.Target) (string, error) {
	plain, err := r.Secrets.Open(target.Secret)
	if err != nil {
		return "", fmt.Errorf("open the secret of target %d: %w", target.ID, err)
	}
	return string(plain), nil
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
		Headers: Headers{},
	}
	for name := range t.Headers {
		in.Headers[name] = HeaderKept
	}
	for _, wait := range t.Schedule {
		in.RetrySchedule = append(in.RetrySchedule, wait.Seconds())
	}
	return in
}

// applyTarget checks the input and writes it onto the target.
func (r *Reactions) applyTarget(t *store.Target, in TargetInput) error {
	var bad problem.Invalid
	checkLength(&bad, "name", in.Name, maxName, true)
	checkLength(&bad, "description", in.Description, maxText, false)
	checkLength(&bad, "notes", in.Notes, maxText, false)
	checkLength(&bad, "handle", in.Handle, maxName, true)
	if in.Handle != "" && !handlePattern.MatchString(in.Handle) {
		bad.Add("handle", "The handle may hold letters, digits, dots, hyphens and underscores, and begins with a letter or digit.")
	}
	r.checkURL(&bad, in.URL)
	r.checkTemplate(&bad, in.Template)
	condition := checkCondition(&bad, in.Condition)
	if err := delivery.CheckHeaders(in.Headers); err != nil {
		bad.Add("headers", "%s.", capital(err))
	}
	timeout := seconds(in.Timeout)
	if in.Timeout != 0 {
		if err := delivery.CheckTimeout(timeout); err != nil {
			bad.Add("timeout", "%s.", capital(err))
		}
	}
	schedule := checkSchedule(&bad, in.RetrySchedule)
	sealed, err := r.sealed(&bad, t.Secret, in.Secret)
	if err != nil {
		return err
	}
	headers, err := r.sealedHeaders(t.Headers, in.Headers)
	if err != nil {
		return err
	}
	if err := bad.Err(); err != nil {
		return err
	}
	t.Name, t.Handle, t.URL, t.Template = in.Name, in.Handle, in.URL, in.Template
	t.Description, t.Notes, t.Condition, t.Headers = in.Description, in.Notes, condition, headers
	t.Timeout, t.Schedule, t.Secret = timeout, schedule, sealed
	if in.IsActive {
		t.DisabledAt, t.DisabledReason = scalar.Time{}, ""
	}
	return nil
}

func (r *Reactions) checkURL(bad *problem.Invalid, url string) {
	if url == "" {
		bad.Add("url", "The url field is required.")
	} else if err := r.Guard.CheckURL(url); err != nil {
		bad.Add("url", "%s.", capital(err))
	}
}

func (r *Reactions) checkTemplate(bad *problem.Invalid, source string) {
	if len(source) > maxTemplate {
		bad.Add("template", "The template must not be longer than %d bytes.", maxTemplate)
	} else if _, err := r.twig.Compile("template", source); err != nil {
		bad.Add("template", "%s", err)
	}
}

// checkCondition returns the rule itself, whether it was given as JSON or as
// text that holds JSON; nil when there is none.
func checkCondition(bad *problem.Invalid, raw json.RawMessage) json.RawMessage {
	rule, err := ruleOf(raw)
	if err == nil && rule != nil {
		_, err = jsonlogic.Compile(rule, jsonlogic.Fallback(Fallback))
	}
	if err != nil {
		bad.Add("condition", "%s.", capital(err))
	}
	return rule
}

// ruleOf unpacks a rule that was given as text.
func ruleOf(raw json.RawMessage) (json.RawMessage, error) {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		raw = json.RawMessage(text)
	}
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	if !json.Valid(raw) {
		return nil, errors.New("the condition is not JSON")
	}
	return raw, nil
}

func checkSchedule(bad *problem.Invalid, waits []float64) []time.Duration {
	if len(waits) == 0 {
		return nil
	}
	schedule := make([]time.Duration, len(waits))
	for i, wait := range waits {
		schedule[i] = seconds(wait)
	}
	if err := (delivery.Policy{Schedule: schedule}).Validate(); err != nil {
		bad.Add("retry_schedule", "%s.", capital(err))
	}
	return schedule
}

// sealed returns the secret to keep: the one given, the present one, or a new
// one.
func (r *Reactions) sealed(bad *problem.Invalid, present []byte, given string) ([]byte, error) {
	if given == "" {
		if present != nil {
			return present, nil
		}
		given = webhook.NewSecret().Reveal()
	}
	if _, err := webhook.ParseSecret(given); err != nil {
		bad.Add("secret", "%s.", capital(err))
		return nil, nil
	}
	sealed, err := r.Secrets.Seal([]byte(given))
	if err != nil {
		return nil, fmt.Errorf("seal a secret: %w", err)
	}
	return sealed, nil
}

// sealedHeaders returns the headers to keep: those given, with the present value
// of each that is only named.
func (r *Reactions) sealedHeaders(present map[string]string, given Headers) (map[string]string, error) {
	sealed := make(map[string]string, len(given))
	for name, value := range given {
		if old, ok := present[name]; ok && value == HeaderKept {
			sealed[name] = old
			continue
		}
		var err error
		if sealed[name], err = r.Secrets.SealText(value); err != nil {
			return nil, fmt.Errorf("seal a header: %w", err)
		}
	}
	return sealed, nil
}

func checkLength(bad *problem.Invalid, field, value string, most int, required bool) {
	switch {
	case value == "" && required:
		bad.Add(field, "The %s field is required.", field)
	case len(value) > most:
		bad.Add(field, "The %s must not be longer than %d characters.", field, most)
	}
}

// seconds reads a number of seconds; what no duration can hold becomes a week
// and a second, which every check refuses.
func seconds(s float64) time.Duration {
	const beyond = 7*24*time.Hour + time.Second
	if !(s >= 0 && s <= beyond.Seconds()) {
		return beyond
	}
	return time.Duration(s * float64(time.Second))
}

// sentence makes a sentence of an error that may end as a question.
func sentence(err error) string {
	s := capital(err)
	if strings.HasSuffix(s, "?") {
		return s
	}
	return s + "."
}

// capital makes a sentence of an error.
func capital(err error) string {
	s := err.Error()
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}
