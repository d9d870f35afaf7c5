package reaction

import "github.com/belfryhq/belfry/jsonlogic"

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
	v, err := x.eval(s.rule)
	if err != nil {
		return nil, err
	}
	handle, err := v.MarshalJSON()
	if err != nil {
		return nil, err
	}
	return byHandle(s.targets, handle)
}
