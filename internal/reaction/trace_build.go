package reaction

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// The bounds of a trace: events, reactions and deliveries in all, and how many
// children and listeners one event has, and attempts a delivery.
const (
	traceEvents     = 100
	traceChildren   = 25
	traceListeners  = 200
	traceReactions  = 1000
	traceDeliveries = 300
	traceAttempts   = 50
)

// TraceEvent tells the story of an event. The error is *problem.NotFound when
// there is no such event.
func (r *Reactions) TraceEvent(ctx context.Context, t *store.Tenant, id int64) (Trace, error) {
	e, err := t.Event(id)
	if errors.Is(err, store.ErrNotFound) {
		return Trace{}, &problem.NotFound{Resource: "event", ID: strconv.FormatInt(id, 10)}
	}
	if err != nil {
		return Trace{}, fmt.Errorf("read event %d: %w", id, err)
	}
	s := storyteller{
		Reactions: r, explainer: explainer{t: t, room: explainRoom}, ctx: ctx,
		events: traceEvents, reactions: traceReactions, deliveries: traceDeliveries, triggers: map[[2]int64]store.Trigger{},
	}
	return s.tell(&e)
}

// storyteller builds a trace within its bounds.
type storyteller struct {
	*Reactions
	explainer
	ctx context.Context
	// These are how many more may be told of.
	events     int
	reactions  int
	deliveries int
	// triggers are those that were read, by id and version.
	triggers map[[2]int64]store.Trigger
}

func (s *storyteller) tell(e *store.Event) (Trace, error) {
	s.events--
	told := Trace{
		EventID: e.ID, Type: e.Type, ProfileID: scalar.Text(e.ProfileID), Subject: e.Subject, SubjectID: e.SubjectID,
		Depth: e.Depth, OccurredAt: e.OccurredAt, CreatedAt: e.CreatedAt, Reactions: []TracedReaction{}, Children: []Trace{},
	}
	var err error
	if told.Cause, err = s.cause(e); err != nil {
		return told, err
	}
	var reason string
	if told.IsWaiting, told.Failures, reason, err = s.t.QueueState(e.ID); err != nil {
		return told, fmt.Errorf("read the queue: %w", err)
	}
	told.Error = scalar.Text(reason)
	if err := s.ran(e, &told); err != nil {
		return told, err
	}
	if err := s.didNotRun(e, &told); err != nil {
		return told, err
	}
	told.Summary = told.summary()
	return told, s.children(e, &told)
}

func (s *storyteller) cause(e *store.Event) (Cause, error) {
	cause := Cause{
		RequestID: scalar.Text(e.RequestID), TokenID: scalar.Int(e.TokenID), Namespace: scalar.Text(e.Namespace),
		EventID: scalar.Int(e.CauseID),
	}
	if e.TokenID == 0 {
		return cause, nil
	}
	token, err := s.t.Token(e.TokenID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return cause, fmt.Errorf("read token %d: %w", e.TokenID, err)
	}
	cause.TokenName = scalar.Text(token.Name)
	return cause, nil
}

// ran tells of what is in the run log.
func (s *storyteller) ran(e *store.Event, told *Trace) error {
	log, err := s.t.RunLog(e.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the run log: %w", err)
	}
	var results []Result
	if err := json.Unmarshal(log.Results, &results); err != nil {
		return fmt.Errorf("decode the run log: %w", err)
	}
	x := s.execution(s.ctx, s.t, e)
	for _, result := range results {
		if s.reactions == 0 {
			told.IsTruncated = true
			return nil
		}
		s.reactions--
		one, err := s.reaction(x, result)
		if err != nil {
			return err
		}
		told.Reactions = append(told.Reactions, one)
	}
	return nil
}

func (s *storyteller) reaction(x *execution, result Result) (one TracedReaction, err error) {
	if result.WebhookID != 0 {
		if one, err = s.webhook(x, result); err != nil {
			return one, err
		}
		one.Delivery, err = s.delivery(result.DeliveryID)
		return one, err
	}
	record, err := s.triggerThatRan(result)
	if err != nil {
		return one, err
	}
	if one, err = s.trigger(x, record, result); err != nil {
		return one, err
	}
	switch {
	case result.TriggerID == 0:
		one.Kind, one.Name = "definition", scalar.Text("The definition of the "+x.event.Subject)
	case x.event.Type == string(event.AutomationFired) && x.event.SubjectID == strconv.FormatInt(result.TriggerID, 10):
		one.Kind = "automation"
	}
	for i := range one.Actions {
		if one.Actions[i].Delivery, err = s.delivery(one.Actions[i].DeliveryID); err != nil {
			return one, err
		}
	}
	return one, nil
}

// triggerThatRan reads the version of the trigger that a result is of.
func (s *storyteller) triggerThatRan(result Result) (store.Trigger, error) {
	key := [2]int64{result.TriggerID, int64(result.Version)}
	if record, ok := s.triggers[key]; ok || result.TriggerID == 0 {
		return record, nil
	}
	record, err := triggerAt(s.t, result.TriggerID, result.Version)
	var missing *problem.NotFound
	if err != nil && !errors.As(err, &missing) {
		return record, err
	}
	s.triggers[key] = record
	return record, nil
}

// delivery tells how far a delivery has come; nil when there is none, or no room
// for it.
func (s *storyteller) delivery(id int64) (*TraceDelivery, error) {
	if id == 0 || s.deliveries == 0 {
		return nil, nil
	}
	s.deliveries--
	row, err := s.t.Delivery(id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read delivery %d: %w", id, err)
	}
	told := &TraceDelivery{ID: id, EndpointID: row.EndpointID, State: row.State, Because: scalar.Text(row.Detail), Attempts: []TraceAttempt{}}
	if row.EndedAt.IsZero() {
		told.NextAttemptAt = row.DueAt
		if err := s.heldBack(row.EndpointID, told); err != nil {
			return nil, err
		}
	}
	attempts, err := s.t.Attempts(id)
	if err != nil {
		return nil, fmt.Errorf("read the attempts of delivery %d: %w", id, err)
	}
	for _, a := range attempts[max(0, len(attempts)-traceAttempts):] {
		told.Attempts = append(told.Attempts, TraceAttempt{
			Number: a.Number, StartedAt: a.StartedAt, Outcome: a.Outcome, Status: scalar.Int(a.Status), Detail: scalar.Text(a.Detail),
		})
	}
	return told, nil
}

// heldBack notes that a delivery waits for its endpoint to be switched on.
func (s *storyteller) heldBack(endpointID int64, told *TraceDelivery) error {
	endpoint, err := s.t.Endpoint(endpointID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		told.Because = "The target or webhook has been deleted."
	case err != nil:
		return fmt.Errorf("read endpoint %d: %w", endpointID, err)
	case !endpoint.DisabledAt.IsZero():
		told.NextAttemptAt = scalar.Time{}
		told.Because = scalar.Text(offSince("target or webhook", endpoint))
	}
	return nil
}

func offSince(what string, e store.Endpoint) string {
	return fmt.Sprintf("The %s is off since %s: %s.", what, e.DisabledAt, e.DisabledReason)
}

// didNotRun tells of the triggers and webhooks that listen to the type of the
// event now, and are not in its run log.
func (s *storyteller) didNotRun(e *store.Event, told *Trace) error {
	if told.IsTruncated { // who is missing may be one that ran
		return nil
	}
	listening := store.List{Filters: []store.Filter{{Field: "trigger", Value: e.Type}}, Size: traceListeners}
	triggers, err := s.t.Triggers(listening)
	if err != nil {
		return fmt.Errorf("read triggers: %w", err)
	}
	hooks, err := s.t.Webhooks(listening)
	if err != nil {
		return fmt.Errorf("read webhooks: %w", err)
	}
	told.IsTruncated = triggers.Total > traceListeners || hooks.Total > traceListeners
	for _, r := range triggers.Items {
		told.absent("trigger", r.ID, r.Name, r.Version, r.IsActive, "The trigger is not active.")
	}
	for _, w := range hooks.Items {
		off := ""
		if !w.DisabledAt.IsZero() {
			off = offSince("webhook", w.Endpoint)
		}
		told.absent("webhook", w.ID, string(webhookInput(w).label()), w.Version, off == "", off)
	}
	return nil
}

// absent adds a reaction unless the run log has it.
func (told *Trace) absent(kind string, id int64, name string, version int, isActive bool, off string) {
	ran := func(r TracedReaction) bool { return r.Kind == kind && int64(r.ID) == id }
	if slices.ContainsFunc(told.Reactions, ran) {
		return
	}
	one := TracedReaction{
		Kind: kind, ID: scalar.Int(id), Name: scalar.Text(name), Version: scalar.Int(version), IsAsOfNow: true,
		Outcome: inactive, Because: scalar.Text(off), Actions: []TracedAction{},
	}
	switch {
	case isActive && told.IsWaiting:
		one.Outcome, one.Because = waiting, "The event has yet to be answered."
	case isActive:
		one.Outcome = later
		one.Because = scalar.Text(fmt.Sprintf("The %s listens to %s now, and did not when the event was answered.", kind, told.Type))
	}
	told.Reactions = append(told.Reactions, one)
}

// children tells of the events that the event led to.
func (s *storyteller) children(e *store.Event, told *Trace) error {
	page, err := s.t.Events(store.List{
		Filters: []store.Filter{{Field: "cause_id", Value: strconv.FormatInt(e.ID, 10)}}, Size: traceChildren,
	})
	if err != nil {
		return fmt.Errorf("read the events that event %d led to: %w", e.ID, err)
	}
	told.IsTruncated = told.IsTruncated || page.Total > len(page.Items)
	for i := range page.Items {
		if s.events == 0 {
			told.IsTruncated = true
			return nil
		}
		child, err := s.tell(&page.Items[i])
		if err != nil {
			return err
		}
		told.Children = append(told.Children, child)
	}
	return nil
}

// summary says in a sentence what became of the event.
func (told *Trace) summary() string {
	if told.IsWaiting && told.Failures > 0 {
		return fmt.Sprintf("Answering the event failed %d times; it is tried again.", told.Failures)
	}
	if told.IsWaiting {
		return "The event has yet to be answered."
	}
	counts := map[string]int{}
	var outcomes []string
	ran := 0
	for _, r := range told.Reactions {
		if counts[r.Outcome]++; counts[r.Outcome] == 1 {
			outcomes = append(outcomes, r.Outcome)
		}
		if !r.IsAsOfNow {
			ran++
		}
	}
	for i, outcome := range outcomes {
		outcomes[i] = fmt.Sprintf("%d %s", counts[outcome], outcome)
	}
	switch {
	case len(outcomes) == 0:
		return fmt.Sprintf("No trigger or webhook listens to %s.", told.Type)
	case ran == 0:
		return fmt.Sprintf("No active trigger or webhook listened to %s: %s.", told.Type, strings.Join(outcomes, ", "))
	}
	return fmt.Sprintf("Triggers and webhooks: %s.", strings.Join(outcomes, ", "))
}
