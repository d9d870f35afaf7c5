package reaction

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/jsonlogic"
)

// explainer tells why results came out as they did.
type explainer struct {
	t *store.Tenant
	// room is what is left, in bytes, for conditions and their nodes.
	room int
}

// explainRoom bounds the conditions of an answer with their nodes, in bytes.
const explainRoom = 1 << 20

// fits reports whether there is room for the text, and takes it.
func (e *explainer) fits(text []byte) bool {
	if len(text) > e.room {
		return false
	}
	e.room -= len(text)
	return true
}

// rule evaluates a condition on the context of the execution and says how it
// came out.
func (e *explainer) rule(x *execution, text json.RawMessage) *TracedRule {
	text, err := ruleOf(text)
	if err != nil || text == nil {
		return nil
	}
	told := &TracedRule{Decided: []Decision{}}
	if e.fits(text) {
		told.Rule = text
	}
	rule, err := jsonlogic.Compile(text, jsonlogic.Fallback(Fallback))
	if err != nil {
		told.Because = err.Error()
		return told
	}
	data, err := x.forLogic()
	if err != nil {
		told.Because = err.Error()
		return told
	}
	trace, err := rule.Trace(data, jsonlogic.At(x.at()))
	told.Holds = err == nil && trace.Value.Truthy()
	told.Because = trace.Explain()
	for _, node := range trace.Deciding() {
		told.Decided = append(told.Decided, Decision{node.Pointer, node.Explain()})
	}
	if nodes, err := trace.MarshalJSON(); err == nil && e.fits(nodes) {
		told.Nodes = nodes
	}
	return told
}

// trigger explains the result of a trigger that ran as the record says.
func (e *explainer) trigger(x *execution, record store.Trigger, result Result) (TracedReaction, error) {
	told := TracedReaction{
		Kind: "trigger", ID: scalar.Int(result.TriggerID), Name: scalar.Text(record.Name), Version: scalar.Int(result.Version),
		Outcome: result.Outcome, Because: scalar.Text(result.Detail), Actions: make([]TracedAction, len(result.Actions)),
	}
	for i, done := range result.Actions {
		var action store.Action
		if i < len(record.Actions) { // they ran in this order
			action = record.Actions[i]
		}
		var err error
		if told.Actions[i], err = e.action(x, action, done); err != nil {
			return told, err
		}
		switch done.Outcome {
		case stopped, failed:
			told.Because = told.Actions[i].Because
		}
	}
	return told, nil
}

// action explains the result of an action.
func (e *explainer) action(x *execution, action store.Action, result ActionResult) (TracedAction, error) {
	told := TracedAction{ActionResult: result, Name: scalar.Text(action.Name), Because: scalar.Text(result.Detail)}
	switch {
	case action.Type == filterKind.name:
		if args, _ := filterKind.bind(action.Arguments); len(args) > 0 {
			told.Condition = e.rule(x, action.Arguments[args[0].at].Value)
		}
	case result.TargetID != 0 && result.TargetVersion != 0:
		condition, err := e.conditionOf(store.TargetVersion, result.TargetID, result.TargetVersion)
		if err != nil {
			return told, err
		}
		told.Condition = e.rule(x, condition)
	}
	if told.Because == "" && told.Condition != nil {
		told.Because = scalar.Text(told.Condition.Because)
	}
	return told, nil
}

// conditionOf reads the condition of a version of a target or a webhook; nil
// when it had none, or is not kept.
func (e *explainer) conditionOf(of store.VersionOf, id int64, number int) (json.RawMessage, error) {
	in, err := stateOf[struct {
		Condition json.RawMessage `json:"condition"`
	}](e.t, of, id, number)
	var missing *problem.NotFound
	if errors.As(err, &missing) {
		return nil, nil
	}
	return in.Condition, err
}

// webhook explains the result of a webhook.
func (e *explainer) webhook(x *execution, result Result) (TracedReaction, error) {
	told := TracedReaction{
		Kind: "webhook", ID: scalar.Int(result.WebhookID), Version: scalar.Int(result.Version),
		Outcome: result.Outcome, Because: scalar.Text(result.Detail), Actions: []TracedAction{},
	}
	in, err := stateOf[WebhookInput](e.t, store.WebhookVersion, result.WebhookID, result.Version)
	var missing *problem.NotFound
	if err != nil && !errors.As(err, &missing) {
		return told, fmt.Errorf("read webhook %d: %w", result.WebhookID, err)
	}
	told.Name = in.label()
	if result.Outcome == ownNamespace {
		return told, nil
	}
	if told.Condition = e.rule(x, in.Condition); told.Condition != nil && told.Because == "" {
		told.Because = scalar.Text(told.Condition.Because)
	}
	return told, nil
}

// label is what a webhook is called: its URL when it has no name.
func (in WebhookInput) label() scalar.Text {
	if in.Name != "" {
		return in.Name
	}
	return scalar.Text(in.URL)
}
