package reaction

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/belfryhq/belfry/jsonlogic"
)

// The outcomes of an action, as the run log names them.
const (
	passed  = "passed"  // the filter held
	stopped = "stopped" // the filter did not hold: the trigger ends here
	sent    = "sent"    // a delivery was made
	unsent  = "unsent"  // the target's own condition did not hold
	done    = "done"    // the programme was changed, or was as it should be
	skipped = "skipped" // there was nothing to do it to
	failed  = "failed"  // the trigger ends here, unless the action says otherwise
)

// ActionResult is what one action did.
type ActionResult struct {
	ActionID int64  `json:"action_id"`
	Type     string `json:"type"`
	Outcome  string `json:"outcome" enum:"passed,stopped,sent,unsent,done,skipped,failed"`
	// Arguments are the values that it was done with.
	Arguments arguments `json:"arguments,omitempty" doc:"As evaluated, without large ones."`
	TargetID  int64     `json:"target_id,omitempty"`
	// TargetVersion is the version of the target that was rendered.
	TargetVersion int     `json:"target_version,omitempty" doc:"The version of the target that was rendered."`
	DeliveryID    int64   `json:"delivery_id,omitempty"`
	Effect        *Effect `json:"effect,omitempty" doc:"What it made or changed."`
	EventIDs      []int64 `json:"event_ids,omitempty" doc:"The events that it led to."`
	// unrendered is why the body could not be rendered.
	unrendered error
	Detail     string `json:"detail,omitempty" doc:"What failed, or why there was nothing to do."`
}

// Effect names what an action made or changed.
type Effect struct {
	Resource string `json:"resource" doc:"point, tier_point, reward, benefit, tier, achievement, profile or event."`
	ID       string `json:"id" doc:"Of a tier and an achievement it is the handle."`
}

// made notes what an action made.
func (a *ActionResult) made(resource string, id int64) {
	a.Effect = &Effect{resource, strconv.FormatInt(id, 10)}
}

// step is the work of one action. Its error is one of the database; what else
// goes wrong is an outcome.
type step interface {
	run(x *execution, result *ActionResult) error
}

// fail is the outcome of an action that could not do its work.
func (a *ActionResult) fail(err error) error {
	a.Outcome, a.Detail = failed, err.Error()
	return nil
}

// broken is an action that does not compile.
type broken struct{ err error }

func (s broken) run(_ *execution, result *ActionResult) error { return result.fail(s.err) }

var filterKind = &kind{
	name: "filter",
	doc:  "Ends the trigger unless the condition holds.",
	params: []parameter{{
		name: "condition", form: conditionForm, required: true, doc: "JSON Logic on the context, or the text of it.",
	}},
	prepare: func(args []bound, _ actionRecord) (step, error) { return filter{args[0].rule}, nil },
}

// filter ends the trigger unless its condition holds.
type filter struct{ rule *jsonlogic.Rule }

func (s filter) run(x *execution, result *ActionResult) error {
	ok, err := x.holds(s.rule)
	switch {
	case err != nil:
		return result.fail(err)
	case ok:
		result.Outcome = passed
	default:
		result.Outcome = stopped
	}
	return nil
}

var sendKind = &kind{
	name: "target.send", aliases: []string{"tsend"},
	doc: "Renders a target's template with the context and has it delivered.",
	params: []parameter{{
		name: "target", aliases: []string{"handle"}, form: handleOf("target"),
		doc: "The target; where it is not given, the action's reference_id is the target's id.",
	}},
	prepare: prepareSend,
}

func prepareSend(args []bound, a actionRecord) (step, error) {
	switch {
	case len(args) > 0 && args[0].rule != nil:
		return sendChosen{args[0].rule, a.targets}, nil
	case len(args) > 0:
		to, err := byHandle(a.targets, args[0].value)
		if err != nil {
			return nil, &argumentError{args[0].at, "value", err}
		}
		return send{to}, nil
	}
	for _, to := range a.targets {
		if strconv.FormatInt(to.id, 10) == a.ReferenceID {
			return send{to}, nil
		}
	}
	return nil, &argumentError{at: -1, err: errors.New("target.send needs the argument target: the handle of a target")}
}

// byHandle finds the target whose handle the JSON value is.
func byHandle(targets []*target, value json.RawMessage) (*target, error) {
	raw, err := readText(value)
	if err != nil {
		return nil, fmt.Errorf("the target must be the handle of a target: %w", err)
	}
	handle := string(arguments{"": raw}.text(""))
	for _, to := range targets {
		if to.handle == handle {
			return to, nil
		}
	}
	return nil, fmt.Errorf("there is no target %q", handle)
}

// send makes a delivery to a target.
type send struct{ to *target }

func (s send) run(x *execution, result *ActionResult) error {
	result.TargetID, result.TargetVersion = s.to.id, s.to.version
	if s.to.problem != nil {
		return result.fail(s.to.problem)
	}
	if s.to.condition != nil {
		if ok, err := x.holds(s.to.condition); err != nil {
			return result.fail(err)
		} else if !ok {
			result.Outcome = unsent
			return nil
		}
	}
	return x.deliver(s.to, result)
}

// sendChosen makes a delivery to the target whose handle the rule gives.
type sendChosen struct {
	rule    *jsonlogic.Rule
	targets []*target
}

func (s sendChosen) run(x *execution, result *ActionResult) error {
	to, err := s.choose(x)
	if err != nil {
		return result.fail(err)
	}
	return send{to}.run(x, result)
}

func (s sendChosen) choose(x *execution) (*target, error) {
	v, err := x.eval(s.rule)
	if err != nil {
		return nil, err
	}
	return byHandle(s.targets, v.AppendJSON(nil))
}
