package reaction

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/store"
)

// firing returns the automation that fired an event; nil when it is another
// event, or the automation has been deleted since.
func (s *ruleset) firing(e *store.Event) *trigger {
	if e.Type != string(event.AutomationFired) {
		return nil
	}
	id, err := strconv.ParseInt(e.SubjectID, 10, 64)
	if err != nil {
		return nil
	}
	return s.automations[id]
}

// AnswerNow answers an event in the transaction that has recorded it and has not
// queued it: its effects and its run log commit with the event. It returns the
// words of the first action of the automation that failed, "" when none did. Its
// error is a fault, after which the caller must undo the event too.
func (r *Reactions) AnswerNow(ctx context.Context, t *store.Tenant, e *store.Event) (failure string, err error) {
	rules, err := r.ruleset(t)
	if err != nil {
		return "", fmt.Errorf("load reactions: %w", err)
	}
	b := batch{Reactions: r, ctx: ctx, tx: t.Tx}
	if err := b.answer(&pending{QueuedEvent: &store.QueuedEvent{Event: *e}, rules: rules, reactions: rules.of(e)}); err != nil {
		return "", err
	}
	if err := t.InsertRunLogs(b.logs); err != nil {
		return "", fmt.Errorf("write the run log: %w", err)
	}
	return failureOf(rules.firing(e), b.logs)
}

// failureOf finds out what failed of an automation in the run log.
func failureOf(automation *trigger, logs []store.RunLog) (string, error) {
	var results []Result
	for _, log := range logs {
		if err := json.Unmarshal(log.Results, &results); err != nil {
			return "", fmt.Errorf("read the run log: %w", err)
		}
	}
	for _, result := range results {
		if automation == nil || result.TriggerID != automation.id || result.Outcome != failed {
			continue
		}
		at := slices.IndexFunc(result.Actions, func(a ActionResult) bool { return a.Outcome == failed })
		if at >= 0 {
			return result.Actions[at].Type + ": " + result.Actions[at].Detail, nil
		}
	}
	return "", nil
}
