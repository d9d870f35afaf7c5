package reaction

import (
	"fmt"

	"github.com/belfryhq/belfry/internal/store"
)

// definitionAction is the type, in the run log, of what no trigger did: the
// sending to a target that a definition names for its notices.
const definitionAction = "definition"

// of returns what answers an event: the automation that fired it or its own
// target first, then the triggers that listen to its type, then the webhooks.
func (s *ruleset) of(e *store.Event) []reaction {
	listening := s.reactions[e.Type]
	if automation := s.firing(e); automation != nil {
		return append([]reaction{automation}, listening...)
	}
	if e.TargetID == 0 {
		return listening
	}
	return append([]reaction{s.notice(e.TargetID)}, listening...)
}

// notice is a trigger that sends to one target and to nothing else. When the
// target has been deleted since the definition named it, that is an outcome in
// the run log and keeps no other trigger from running.
func (s *ruleset) notice(targetID int64) *trigger {
	a := action{typ: definitionAction}
	if to := s.targets[targetID]; to != nil {
		a.step = send{to}
	} else {
		a.step = gone(targetID)
	}
	return &trigger{notice: true, actions: []action{a}}
}

// gone is a sending to a target that is not there any more.
type gone int64

func (s gone) run(_ *execution, result *ActionResult) error {
	result.TargetID = int64(s)
	return result.fail(fmt.Errorf("the target %d, which the definition names, has been deleted", int64(s)))
}
