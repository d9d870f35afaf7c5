package reaction

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/belfryhq/belfry/internal/spelling"
	"github.com/belfryhq/belfry/internal/store"
)

// What follows when an action fails.
const (
	onErrorStop     = "stop"
	onErrorContinue = "continue"
)

// kindOfInput returns the type that the input names in uuid, or else in name.
func kindOfInput(in ActionInput) *kind {
	if k := kindOf(in.UUID); k != nil {
		return k
	}
	return kindOf(in.Name)
}

// keepType has the update of an action keep its type, unless uuid or a new name
// say another. A name that was that of the type before goes with it.
func (in *ActionInput) keepType(a store.Action) {
	switch named := kindOf(in.Name); {
	case in.UUID == "" && (in.Name == a.Name || named == nil):
		in.UUID = a.Type
	case in.UUID != "" && in.Name == a.Name && named != kindOf(in.UUID) && named != nil:
		in.Name = ""
	}
}

// applyAction checks the input and writes it onto the action. prefix stands
// before the names of fields in errors.
func (c *checker) applyAction(a *store.Action, in ActionInput, prefix string) error {
	k := kindOfInput(in)
	if k == nil {
		c.unknownAction(in, prefix)
		return nil
	}
	checkLength(c.bad, prefix+"name", in.Name, maxName, false)
	checkLength(c.bad, prefix+"description", string(in.Description), maxText, false)
	checkLength(c.bad, prefix+"notes", string(in.Notes), maxText, false)
	a.Type, a.Name, a.ReferenceID, a.SortOrder = k.name, cmp.Or(in.Name, k.name), string(in.ReferenceID), in.SortOrder
	a.Description, a.Notes, a.Arguments = string(in.Description), string(in.Notes), in.Arguments
	a.OnError = cmp.Or(string(in.OnError), onErrorStop)
	switch {
	case a.OnError != onErrorStop && a.OnError != onErrorContinue:
		c.bad.Add(prefix+"on_error", "The on error must be %s or %s.", onErrorStop, onErrorContinue)
	case a.OnError == onErrorContinue && k == filterKind:
		c.bad.Add(prefix+"on_error", "A filter that cannot be evaluated ends the trigger: its on error must be %s.", onErrorStop)
	}
	for i, arg := range a.Arguments {
		if arg.Value == nil {
			a.Arguments[i].Value = json.RawMessage("null")
		}
	}
	return c.checkAction(k, *a, prefix)
}

func (c *checker) unknownAction(in ActionInput, prefix string) {
	field, name := "uuid", in.UUID
	if name == "" {
		field, name = "name", in.Name
	}
	var names, all []string
	for _, k := range kinds() {
		names, all = append(names, k.name), append(append(all, k.name), k.aliases...)
	}
	if name == "" {
		c.bad.Add(prefix+field, "The type of the action is required, in name or uuid. There are %s.", strings.Join(names, ", "))
		return
	}
	c.bad.Add(prefix+field, "There is no action %q.%s There are %s.", name, spelling.Hint(strings.ToLower(name), all), strings.Join(names, ", "))
}

// actionRecord is a stored action with what it may refer to.
type actionRecord struct {
	store.Action
	targets []*target
}

// compileAction prepares an action to run.
func compileAction(a store.Action, targets []*target) (step, error) {
	k := kindOf(a.Type)
	if k == nil {
		return nil, fmt.Errorf("there is no action %q", a.Type)
	}
	args, faults := k.bind(a.Arguments)
	if len(faults) > 0 {
		return nil, faults[0]
	}
	if k.prepare != nil {
		return k.prepare(args, actionRecord{a, targets})
	}
	return work{k, args}, nil
}

// sendsTo reports whether an action names the target in an argument.
func sendsTo(a store.Action, target store.Target) bool {
	args, _ := sendKind.bind(a.Arguments)
	if len(args) == 0 {
		return a.ReferenceID == strconv.FormatInt(target.ID, 10)
	}
	return args[0].rule == nil && string(arguments{"": args[0].value}.text("")) == target.Handle
}
