package reaction

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/scalar"
)

// work is an action that changes the programme.
type work struct {
	*kind
	args []bound
}

// run does the work, of which nothing remains when it is refused.
func (w work) run(x *execution, result *ActionResult) error {
	in, err := w.evaluate(x)
	result.Arguments = w.logged(in)
	if err != nil {
		return result.fail(err)
	}
	if w.profile && in.text("profile_id") == "" {
		result.Outcome, result.Detail = skipped, "The event has no profile."
		return nil
	}
	result.Outcome = done
	told := len(x.tenant.Told)
	err = x.tenant.Try(func() error { return w.do(x, in, result) })
	if err == nil {
		result.EventIDs = slices.Clone(x.tenant.Told[told:])
		return nil
	}
	x.tenant.Told = x.tenant.Told[:told]
	words, ok := refusal(err)
	if !ok {
		return err
	}
	result.Outcome, result.Effect, result.Detail = failed, nil, words
	return nil
}

// evaluate returns the values of the arguments, those that are null left out.
func (w work) evaluate(x *execution) (arguments, error) {
	in := arguments{}
	for i := range w.args {
		b := &w.args[i]
		value, err := b.evaluate(x)
		if err != nil {
			return in, fmt.Errorf("argument %s: %w", b.name, err)
		}
		if !isNull(value) || b.form.name == jsonForm.name {
			in[b.name] = value
		}
	}
	if w.profile && !w.gives("profile_id") && x.event.ProfileID != "" {
		in["profile_id"] = scalar.Text(x.event.ProfileID).AppendJSON(nil)
	}
	for _, p := range w.params {
		if p.required && !in.has(p.name) {
			return in, fmt.Errorf("%w, and what was given came out as null", w.missing(p))
		}
	}
	return in, nil
}

// gives reports whether the action has an argument of the name.
func (w work) gives(name string) bool {
	return slices.ContainsFunc(w.args, func(b bound) bool { return b.name == name })
}

// logged is what the run log keeps of the arguments.
func (w work) logged(in arguments) arguments {
	for _, p := range w.params {
		if p.large && in.has(p.name) {
			kept := arguments{}
			for name, value := range in {
				if name != p.name {
					kept[name] = value
				}
			}
			return kept
		}
	}
	return in
}

// refusal returns the sentences with which the programme refused something;
// false for a fault of the server.
func refusal(err error) (string, bool) {
	var invalid *problem.Invalid
	var conflict *problem.Conflict
	var missing *problem.NotFound
	switch {
	case errors.As(err, &invalid):
		var fields []string
		for field := range invalid.Fields {
			fields = append(fields, field)
		}
		slices.Sort(fields)
		var sentences []string
		for _, field := range fields {
			sentences = append(sentences, invalid.Fields[field]...)
		}
		return strings.Join(sentences, " "), true
	case errors.As(err, &conflict):
		return conflict.Message, true
	case errors.As(err, &missing):
		return fmt.Sprintf("There is no %s %s.", missing.Resource, missing.ID), true
	}
	return "", false
}

// sourceType is what the programme keeps as the giver of what actions give; the
// source's id is the trigger's.
const sourceType = "reaction"

func (x *execution) sourceID() scalar.Text {
	return scalar.Text(strconv.FormatInt(x.triggerID, 10))
}
