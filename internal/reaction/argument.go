package reaction

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/spelling"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/jsonlogic"
)

// bound is an argument that was found good: a value, or a rule that gives one.
type bound struct {
	parameter
	rule  *jsonlogic.Rule // nil for a value
	value json.RawMessage
	at    int // its place among the arguments
}

// argumentError says what is wrong with the arguments of an action.
type argumentError struct {
	at    int // the place of the argument, -1 when it is missing
	field string
	err   error
}

func (e *argumentError) Error() string { return e.err.Error() }
func (e *argumentError) Unwrap() error { return e.err }

// path is where the fault is in the action's input.
func (e *argumentError) path() string {
	if e.at < 0 {
		return "arguments"
	}
	return "arguments." + strconv.Itoa(e.at) + "." + e.field
}

// bind matches arguments with what the action takes, and returns all that is
// wrong with them.
func (k *kind) bind(args []store.Argument) (all []bound, faults []*argumentError) {
	fault := func(at int, field string, err error) {
		faults = append(faults, &argumentError{at, field, err})
	}
	given := map[string]bool{}
	for i, arg := range args {
		p, ok := k.parameter(arg.Name)
		switch {
		case !ok:
			fault(i, "name", k.unknown(arg.Name))
			continue
		case given[p.name]:
			fault(i, "name", fmt.Errorf("the argument %s is given twice", p.name))
			continue
		}
		given[p.name] = true
		b, err := p.bind(arg)
		if err != nil {
			fault(i, "value", err)
			continue
		}
		if b.rule == nil && isNull(b.value) && p.form.name != jsonForm.name {
			given[p.name] = false // null is as good as not given
			continue
		}
		b.at = i
		all = append(all, b)
	}
	for _, p := range k.parameters() {
		if p.required && !given[p.name] {
			fault(-1, "", k.missing(p))
		}
	}
	return all, faults
}

func (k *kind) unknown(name string) error {
	var names []string
	for _, p := range k.parameters() {
		names = append(append(names, p.name), p.aliases...)
	}
	return fmt.Errorf("%s has no argument %q.%s", k.name, name, spelling.Hint(name, names))
}

func (k *kind) missing(p parameter) error {
	what := p.form.name
	if p.form.of != "" {
		what = "the handle of " + article(p.form.of) + p.form.of
	}
	return fmt.Errorf("%s needs the argument %s: %s", k.name, p.name, what)
}

func article(noun string) string {
	if strings.ContainsRune("aeiou", rune(noun[0])) {
		return "an "
	}
	return "a "
}

// bind reads the value of an argument.
func (p parameter) bind(arg store.Argument) (b bound, err error) {
	b.parameter = p
	value := bytes.TrimSpace(arg.Value)
	switch {
	case p.form.name == conditionForm.name:
		if value, err = ruleOf(value); err == nil && value == nil {
			err = errors.New("the condition is empty")
		}
		if err != nil {
			return b, err
		}
	case isNull(value):
		b.value = json.RawMessage("null")
		return b, nil
	case !dynamic(arg):
		b.value, err = p.form.read(value)
		return b, err
	}
	b.rule, err = jsonlogic.Compile(value, jsonlogic.Fallback(Fallback))
	return b, err
}

func dynamic(arg store.Argument) bool { return arg.Dynamic != nil && *arg.Dynamic }

func isNull(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// evaluate returns the value of an argument for an event; null when there is
// none.
func (b *bound) evaluate(x *execution) (json.RawMessage, error) {
	if b.rule == nil {
		return b.value, nil
	}
	v, err := x.eval(b.rule)
	if err != nil {
		return nil, err
	}
	raw := json.RawMessage(v.AppendJSON(nil))
	if v.IsNull() && b.form.name != jsonForm.name {
		return raw, nil
	}
	return b.form.read(raw)
}

// arguments are the values of an action's arguments for one event, by the names
// of the parameters.
type arguments map[string]json.RawMessage

func (in arguments) has(name string) bool { return in[name] != nil }

// text returns an argument as text; "" when it is not given.
func (in arguments) text(name string) scalar.Text {
	var text string
	_ = json.Unmarshal(in[name], &text) // its form is text, or it is not given
	return scalar.Text(text)
}

// amount returns an argument as a number; nil when it is not given.
func (in arguments) amount(name string) *scalar.Amount {
	var amount scalar.Amount
	if !in.has(name) || json.Unmarshal(in[name], &amount) != nil {
		return nil
	}
	return &amount
}

// time returns an argument as a moment; zero when it is not given.
func (in arguments) time(name string) (at scalar.Time) {
	_ = json.Unmarshal(in[name], &at) // its form is time, or it is not given
	return at
}

// integer returns an argument as a whole number, or the default.
func (in arguments) integer(name string, otherwise int64) int64 {
	n, err := strconv.ParseInt(string(in[name]), 10, 64)
	if err != nil {
		return otherwise
	}
	return n
}

// list returns an argument as texts.
func (in arguments) list(name string) (texts []string) {
	_ = json.Unmarshal(in[name], &texts) // its form is list, or it is not given
	return texts
}
