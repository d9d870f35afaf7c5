package reaction

import (
	"context"
	"fmt"

	"github.com/belfryhq/belfry/internal/delivery"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/jsonlogic"
	"github.com/belfryhq/belfry/twig"
)

// The outcomes of an action, as the run log names them.
const (
	passed  = "passed"  // the filter held
	stopped = "stopped" // the filter did not hold: the trigger ends here
	sent    = "sent"    // a delivery was made
	unsent  = "unsent"  // the target's own condition did not hold
	failed  = "failed"  // the trigger ends here
)

// ActionResult is what one action did.
type ActionResult struct {
	ActionID   int64  `json:"action_id"`
	Type       string `json:"type"`
	Outcome    string `json:"outcome" enum:"passed,stopped,sent,unsent,failed"`
	TargetID   int64  `json:"target_id,omitempty"`
	DeliveryID int64  `json:"delivery_id,omitempty"`
	Detail     string `json:"detail,omitempty" doc:"What failed."`
}

// step is the work of one action. Its error is one of the database; what else
// goes wrong is an outcome.
type step interface {
	run(x *execution, result *ActionResult) error
}

// execution is one event on its way through the triggers that listen to it. The
// context is parsed when the first action asks for it.
type execution struct {
	ctx        context.Context
	tenant     *store.Tenant
	event      *store.Event
	deliveries *delivery.Dispatcher
	version    int64 // of the tenant's configuration
	triggerID  int64

	logic  jsonlogic.Value
	twig   twig.Value
	parsed struct{ logic, twig bool }
}

func (x *execution) forLogic() (jsonlogic.Value, error) {
	if x.parsed.logic {
		return x.logic, nil
	}
	var err error
	if x.logic, err = jsonlogic.Parse(x.event.Context); err != nil {
		return x.logic, fmt.Errorf("read the context: %w", err)
	}
	x.parsed.logic = true
	return x.logic, nil
}

func (x *execution) forTwig() (twig.Value, error) {
	if x.parsed.twig {
		return x.twig, nil
	}
	var err error
	if x.twig, err = twig.ParseJSON(x.event.Context); err != nil {
		return x.twig, fmt.Errorf("read the context: %w", err)
	}
	x.parsed.twig = true
	return x.twig, nil
}

// holds evaluates a condition. The event's own time is the operator now, so
// that the answer can be given again later.
func (x *execution) holds(rule *jsonlogic.Rule) (bool, error) {
	data, err := x.forLogic()
	if err != nil {
		return false, err
	}
	return rule.Truthy(data, jsonlogic.At(x.event.CreatedAt.Time))
}

// fail is the outcome of an action that could not do its work.
func (a *ActionResult) fail(err error) error {
	a.Outcome, a.Detail = failed, err.Error()
	return nil
}

// broken is an action that does not compile.
type broken struct{ err error }

func (s broken) run(_ *execution, result *ActionResult) error { return result.fail(s.err) }

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

// send makes a delivery to a target.
type send struct{ to *target }

func (s send) run(x *execution, result *ActionResult) error {
	result.TargetID = s.to.id
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
	data, err := x.forLogic()
	if err != nil {
		return nil, err
	}
	v, err := s.rule.Eval(data, jsonlogic.At(x.event.CreatedAt.Time))
	if err != nil {
		return nil, err
	}
	handle, err := v.MarshalJSON()
	if err != nil {
		return nil, err
	}
	return byHandle(s.targets, handle)
}
