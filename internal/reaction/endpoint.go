package reaction

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/belfryhq/belfry/internal/delivery"
	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/jsonlogic"
	"github.com/belfryhq/belfry/webhook"
)

// Headers are an endpoint's own, by their names. They may hold credentials, so
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

// endpointInput is what the inputs of targets and webhooks have in common.
type endpointInput struct {
	url       string
	condition json.RawMessage
	secret    string
	headers   Headers
	timeout   float64 // seconds
	isActive  bool
}

// applyEndpoint checks the input and writes it onto the endpoint. It fails on
// the faults that it adds and on those that were noted before.
func (r *Reactions) applyEndpoint(bad *problem.Invalid, e *store.Endpoint, in endpointInput, now scalar.Time) error {
	r.checkURL(bad, in.url)
	condition := checkCondition(bad, in.condition)
	if err := delivery.CheckHeaders(in.headers); err != nil {
		bad.Add("headers", "%s.", capital(err))
	}
	timeout := seconds(in.timeout)
	if in.timeout != 0 {
		if err := delivery.CheckTimeout(timeout); err != nil {
			bad.Add("timeout", "%s.", capital(err))
		}
	}
	sealed, err := r.sealed(bad, e.Secret, in.secret)
	if err != nil {
		return err
	}
	headers, err := r.sealedHeaders(e.Headers, in.headers)
	if err != nil {
		return err
	}
	if err := bad.Err(); err != nil {
		return err
	}
	e.URL, e.Condition, e.Headers, e.Timeout, e.Secret = in.url, condition, headers, timeout, sealed
	switch {
	case in.isActive:
		e.DisabledAt, e.DisabledReason = scalar.Time{}, ""
	case e.DisabledAt.IsZero():
		e.DisabledAt, e.DisabledReason = now, "switched off by hand"
	}
	return nil
}

// KeptHeaders are an endpoint's headers as answers show them, and as an update
// starts from them.
func KeptHeaders(e store.Endpoint) Headers {
	headers := make(Headers, len(e.Headers))
	for name := range e.Headers {
		headers[name] = HeaderKept
	}
	return headers
}

// Secret returns an endpoint's signing secret.
func (r *Reactions) Secret(e store.Endpoint) (string, error) {
	plain, err := r.Secrets.Open(e.Secret)
	if err != nil {
		return "", fmt.Errorf("open the secret of endpoint %d: %w", e.ID, err)
	}
	return string(plain), nil
}

func (r *Reactions) checkURL(bad *problem.Invalid, url string) {
	if url == "" {
		bad.Add("url", "The url field is required.")
	} else if err := r.Guard.CheckURL(url); err != nil {
		bad.Add("url", "%s.", capital(err))
	}
}

func (r *Reactions) checkTemplate(bad *problem.Invalid, field, source string) {
	if len(source) > maxTemplate {
		bad.Add(field, "The %s must not be longer than %d bytes.", field, maxTemplate)
	} else if _, err := r.twig.Compile(field, source); err != nil {
		bad.Add(field, "%s", err)
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
		bad.Add("condition", "%s", problem.Sentence(err))
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

// seconds reads a number of seconds; what no duration can hold becomes a week
// and a second, which every check refuses.
func seconds(s float64) time.Duration {
	const beyond = 7*24*time.Hour + time.Second
	if !(s >= 0 && s <= beyond.Seconds()) {
		return beyond
	}
	return time.Duration(s * float64(time.Second))
}
