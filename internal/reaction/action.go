package reaction

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/jsonlogic"
)

// The types of actions.
const (
	actionFilter = "filter"
	actionSend   = "target.send"
)

// What follows when an action fails.
const (
	onErrorStop     = "stop"
	onErrorContinue = "continue"
)

// actionTypes maps every name that an action type goes by to its own.
var actionTypes = map[string]string{
	actionFilter: actionFilter,
	actionSend:   actionSend,
	"tsend":      actionSend,
}

// typeOf returns the type that the input names in uuid, or else in name.
func typeOf(in ActionInput) (string, bool) {
	for _, name := range []string{in.UUID, in.Name} {
		if typ, ok := actionTypes[strings.ToLower(name)]; ok {
			return typ, true
		}
	}
	return "", false
}

// applyAction checks the input and writes it onto the action. prefix stands
// before the names of fields in errors.
func (r *Reactions) applyAction(t *store.Tenant, a *store.Action, in ActionInput, prefix string) error {
	var bad problem.Invalid
	typ, ok := typeOf(in)
	if !ok {
		bad.Add(prefix+"name", "There is no action %q; there are %s and %s.", in.UUID+in.Name, actionFilter, actionSend)
		return bad.Err()
	}
	checkLength(&bad, prefix+"name", in.Name, maxName, false)
	checkLength(&bad, prefix+"description", in.Description, maxText, false)
	checkLength(&bad, prefix+"notes", in.Notes, maxText, false)
	a.Type, a.Name, a.ReferenceID, a.SortOrder = typ, in.Name, in.ReferenceID, in.SortOrder
	a.Description, a.Notes, a.Arguments = in.Description, in.Notes, in.Arguments
	if a.Name == "" {
		a.Name = typ
	}
	for i, arg := range a.Arguments {
		if arg.Value == nil {
			a.Arguments[i].Value = json.RawMessage("null")
		}
	}
	records, err := t.AllTargets()
	if err != nil {
		return err
	}
	if _, fault := compileAction(*a, named(records)); fault != nil {
		bad.Add(prefix+fault.field(a.Arguments), "%s.", capital(fault.err))
	}
	return bad.Err()
}

// argumentError says what is wrong with an argument of an action.
type argumentError struct {
	name string
	err  error
}

func (e *argumentError) Error() string { return fmt.Sprintf("argument %s: %v", e.name, e.err) }

// field is the path of the argument in the action's input.
func (e *argumentError) field(args []store.Argument) string {
	for i, arg := range args {
		if arg.Name == e.name {
			return "arguments." + strconv.Itoa(i) + ".value"
		}
	}
	return "arguments"
}

// argument finds the first argument with one of the names.
func argument(a store.Action, names ...string) (store.Argument, bool) {
	for _, name := range names {
		for _, arg := range a.Arguments {
			if arg.Name == name {
				return arg, true
			}
		}
	}
	return store.Argument{}, false
}

func dynamic(arg store.Argument) bool { return arg.Dynamic != nil && *arg.Dynamic }

// compileAction prepares an action to run.
func compileAction(a store.Action, targets []*target) (step, *argumentError) {
	if a.Type == actionFilter {
		return compileFilter(a)
	}
	return compileSend(a, targets)
}

// compileFilter reads the argument condition: JSON Logic, whether it is marked
// dynamic or not.
func compileFilter(a store.Action) (step, *argumentError) {
	arg, ok := argument(a, "condition")
	if !ok {
		return nil, &argumentError{"condition", errors.New("a filter needs the argument condition")}
	}
	raw, err := ruleOf(arg.Value)
	if err == nil && raw == nil {
		err = errors.New("the condition is empty")
	}
	if err != nil {
		return nil, &argumentError{arg.Name, err}
	}
	rule, err := jsonlogic.Compile(raw, jsonlogic.Fallback(Fallback))
	if err != nil {
		return nil, &argumentError{arg.Name, err}
	}
	return filter{rule}, nil
}

// compileSend reads the argument target (or handle): a target's handle, or JSON
// Logic that gives one. Without it, reference_id is the target's id.
func compileSend(a store.Action, targets []*target) (step, *argumentError) {
	arg, ok := argument(a, "target", "handle")
	switch {
	case ok && dynamic(arg):
		rule, err := jsonlogic.Compile(arg.Value, jsonlogic.Fallback(Fallback))
		if err != nil {
			return nil, &argumentError{arg.Name, err}
		}
		return sendChosen{rule, targets}, nil
	case ok:
		to, err := byHandle(targets, arg.Value)
		if err != nil {
			return nil, &argumentError{arg.Name, err}
		}
		return send{to}, nil
	}
	for _, to := range targets {
		if strconv.FormatInt(to.id, 10) == a.ReferenceID {
			return send{to}, nil
		}
	}
	return nil, &argumentError{"target", errors.New("target.send needs the argument target: the handle of a target")}
}

// sendsTo reports whether an action names the target in an argument.
func sendsTo(a store.Action, target store.Target) bool {
	arg, ok := argument(a, "target", "handle")
	if !ok {
		return a.ReferenceID == strconv.FormatInt(target.ID, 10)
	}
	var handle string
	return !dynamic(arg) && json.Unmarshal(arg.Value, &handle) == nil && handle == target.Handle
}

// byHandle finds the target whose handle the JSON value is.
func byHandle(targets []*target, value json.RawMessage) (*target, error) {
	var handle string
	if err := json.Unmarshal(value, &handle); err != nil {
		return nil, errors.New("the target must be the handle of a target, a string")
	}
	for _, to := range targets {
		if to.handle == handle {
			return to, nil
		}
	}
	return nil, fmt.Errorf("there is no target %q", handle)
}
