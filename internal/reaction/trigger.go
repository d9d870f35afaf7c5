package reaction

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// TriggerInput is what a caller can set of a trigger, as Omneo's API v3 names
// it.
type TriggerInput struct {
	Name        string      `json:"name" required:"true" doc:"What people call it." maxLength:"255"`
	Trigger     string      `json:"trigger" required:"true" doc:"The event type that fires it: one of the catalogue, or a custom one such as order.shipped."`
	Description scalar.Text `json:"description,omitempty"`
	Notes       scalar.Text `json:"notes,omitempty"`
	Namespace   scalar.Text `json:"namespace,omitempty" doc:"An integration's: what its tokens cause, and what follows from that, does not fire the trigger." maxLength:"255"`
	IsActive    bool        `json:"is_active,omitempty" doc:"Only an active trigger fires." default:"false"`
	// Actions, when given to an update, replace all that the trigger has. One
	// with the id of a present action is that action, changed.
	Actions *[]ActionInput `json:"actions,omitempty"`
}

// ActionInput is what a caller can set of an action. The type stands in uuid or
// in name.
type ActionInput struct {
	ID          scalar.Int       `json:"id,omitempty" doc:"In an update of a trigger, the action that stays; without it, a new one."`
	UUID        string           `json:"uuid,omitempty" doc:"The type: one of those at /triggers/actions."`
	Name        string           `json:"name,omitempty" doc:"The type too, where uuid is not given."`
	ReferenceID scalar.Text      `json:"reference_id,omitempty"`
	SortOrder   int              `json:"sort_order,omitempty" doc:"Actions run in ascending order."`
	Description scalar.Text      `json:"description,omitempty"`
	Notes       scalar.Text      `json:"notes,omitempty"`
	OnError     scalar.Text      `json:"on_error,omitempty" enum:"stop,continue" doc:"Whether the actions after it run though it failed." default:"stop"`
	Arguments   []store.Argument `json:"arguments,omitempty"`
}

// maxActions bounds the actions of one trigger.
const maxActions = 100

// CreateTrigger stores a trigger with its actions.
func (r *Reactions) CreateTrigger(t *store.Tenant, in TriggerInput) (store.Trigger, error) {
	var trigger store.Trigger
	if err := r.applyTrigger(t, &trigger, in); err != nil {
		return trigger, err
	}
	if err := t.InsertTrigger(&trigger); err != nil {
		return trigger, err
	}
	return keepTrigger(t, trigger.ID)
}

// UpdateTrigger changes what patch changes of the trigger's input.
func (r *Reactions) UpdateTrigger(t *store.Tenant, id int64, patch func(*TriggerInput) error) (store.Trigger, error) {
	trigger, err := lockedTrigger(t, id)
	if err != nil {
		return trigger, err
	}
	in := triggerInput(trigger)
	if err := patch(&in); err != nil {
		return trigger, err
	}
	before := trigger.Actions
	if err := r.applyTrigger(t, &trigger, in); err != nil {
		return trigger, err
	}
	if in.Actions != nil {
		if err := replaceActions(t, trigger.ID, before, trigger.Actions); err != nil {
			return trigger, err
		}
	}
	if err := t.UpdateTrigger(&trigger); err != nil {
		return trigger, err
	}
	return keepTrigger(t, trigger.ID)
}

// lockedTrigger reads a trigger that is about to be changed. Whoever else changes
// it waits until the transaction ends, and starts from what this one left.
func lockedTrigger(t *store.Tenant, id int64) (store.Trigger, error) {
	if err := t.LockTrigger(id); err != nil {
		return store.Trigger{}, triggerMissing(err, id)
	}
	trigger, err := t.Trigger(id)
	return trigger, triggerMissing(err, id)
}

// triggerInput is what an update starts from: all but the actions.
func triggerInput(trigger store.Trigger) TriggerInput {
	return TriggerInput{
		Name: trigger.Name, Trigger: trigger.Event, Description: scalar.Text(trigger.Description),
		Notes: scalar.Text(trigger.Notes), Namespace: scalar.Text(trigger.Namespace), IsActive: trigger.IsActive,
	}
}

func replaceActions(t *store.Tenant, triggerID int64, before, after []store.Action) error {
	for _, a := range before {
		if slices.ContainsFunc(after, func(b store.Action) bool { return b.ID == a.ID }) {
			continue
		}
		if err := t.DeleteAction(triggerID, a.ID); err != nil {
			return err
		}
	}
	for i := range after {
		write := t.UpdateAction
		if after[i].ID == 0 {
			after[i].TriggerID, write = triggerID, t.InsertAction
		}
		if err := write(&after[i]); err != nil {
			return err
		}
	}
	return nil
}

// DeleteTrigger removes a trigger and its actions.
func (r *Reactions) DeleteTrigger(t *store.Tenant, id int64) error {
	return triggerMissing(t.DeleteTrigger(id), id)
}

// CreateAction adds an action to a trigger.
func (r *Reactions) CreateAction(t *store.Tenant, triggerID int64, in ActionInput) (store.Action, error) {
	trigger, err := lockedTrigger(t, triggerID)
	if err != nil {
		return store.Action{}, err
	}
	if len(trigger.Actions) >= maxActions {
		return store.Action{}, problem.Field("actions", "A trigger has at most %d actions.", maxActions)
	}
	a := store.Action{TriggerID: triggerID}
	if err := applyOne(t, trigger, &a, in); err != nil {
		return a, err
	}
	if err := t.InsertAction(&a); err != nil {
		return a, err
	}
	_, err = keepTrigger(t, triggerID)
	return a, err
}

// UpdateAction changes what patch changes of the action's input.
func (r *Reactions) UpdateAction(t *store.Tenant, triggerID, id int64, patch func(*ActionInput) error) (store.Action, error) {
	trigger, err := lockedTrigger(t, triggerID)
	if err != nil {
		return store.Action{}, err
	}
	a, err := actionOf(trigger, id)
	if err != nil {
		return a, err
	}
	in := actionInput(a)
	in.Arguments = nil // decoded ones would keep the fields of those before
	in.UUID = ""
	if err := patch(&in); err != nil {
		return a, err
	}
	in.keepType(a)
	if in.Arguments == nil {
		in.Arguments = a.Arguments
	}
	if err := applyOne(t, trigger, &a, in); err != nil {
		return a, err
	}
	if err := t.UpdateAction(&a); err != nil {
		return a, err
	}
	_, err = keepTrigger(t, triggerID)
	return a, err
}

func actionInput(a store.Action) ActionInput {
	return ActionInput{
		ID: scalar.Int(a.ID), UUID: a.Type, Name: a.Name, ReferenceID: scalar.Text(a.ReferenceID), SortOrder: a.SortOrder,
		Description: scalar.Text(a.Description), Notes: scalar.Text(a.Notes), OnError: scalar.Text(a.OnError), Arguments: a.Arguments,
	}
}

// applyOne checks the input of one action of a trigger and writes it onto the
// action.
func applyOne(t *store.Tenant, trigger store.Trigger, a *store.Action, in ActionInput) error {
	var bad problem.Invalid
	c := checker{t: t, bad: &bad, typ: event.Type(trigger.Event)}
	if err := c.applyAction(a, in, ""); err != nil {
		return err
	}
	return bad.Err()
}

// Action reads one action of a trigger.
func (r *Reactions) Action(t *store.Tenant, triggerID, id int64) (store.Action, error) {
	trigger, err := t.Trigger(triggerID)
	if err != nil {
		return store.Action{}, triggerMissing(err, triggerID)
	}
	return actionOf(trigger, id)
}

func actionOf(trigger store.Trigger, id int64) (store.Action, error) {
	for _, a := range trigger.Actions {
		if a.ID == id {
			return a, nil
		}
	}
	return store.Action{}, &problem.NotFound{Resource: "action", ID: strconv.FormatInt(id, 10)}
}

// DeleteAction removes an action from its trigger.
func (r *Reactions) DeleteAction(t *store.Tenant, triggerID, id int64) error {
	trigger, err := lockedTrigger(t, triggerID)
	if err != nil {
		return err
	}
	if _, err := actionOf(trigger, id); err != nil {
		return err
	}
	if err := t.DeleteAction(triggerID, id); err != nil {
		return err
	}
	_, err = keepTrigger(t, triggerID)
	return err
}

func triggerMissing(err error, id int64) error {
	if errors.Is(err, store.ErrNotFound) {
		return &problem.NotFound{Resource: "trigger", ID: strconv.FormatInt(id, 10)}
	}
	return err
}

// applyTrigger checks the input and writes it onto the trigger.
func (r *Reactions) applyTrigger(t *store.Tenant, trigger *store.Trigger, in TriggerInput) error {
	var bad problem.Invalid
	checkLength(&bad, "name", in.Name, maxName, true)
	checkLength(&bad, "description", string(in.Description), maxText, false)
	checkLength(&bad, "notes", string(in.Notes), maxText, false)
	checkLength(&bad, "namespace", string(in.Namespace), maxName, false)
	c := checker{t: t, bad: &bad, typ: checkEvent(&bad, in.Trigger)}
	var err error
	if in.Actions != nil {
		trigger.Actions, err = c.applyActions(*in.Actions, trigger.Actions)
	} else if string(c.typ) != trigger.Event {
		err = c.checkActions(trigger.Actions)
	}
	if err != nil {
		return err
	}
	if err := bad.Err(); err != nil {
		return err
	}
	trigger.Name, trigger.Event, trigger.IsActive = in.Name, string(c.typ), in.IsActive
	trigger.Description, trigger.Notes, trigger.Namespace = string(in.Description), string(in.Notes), string(in.Namespace)
	return nil
}

// applyActions checks the inputs and writes each onto the present action that it
// names by its id, or onto a new one.
func (c *checker) applyActions(in []ActionInput, present []store.Action) ([]store.Action, error) {
	if len(in) > maxActions {
		c.bad.Add("actions", "A trigger has at most %d actions.", maxActions)
		return nil, nil
	}
	actions := make([]store.Action, len(in))
	taken := map[int64]bool{}
	for i := range in {
		id := int64(in[i].ID)
		at := slices.IndexFunc(present, func(a store.Action) bool { return a.ID == id })
		if at >= 0 && !taken[id] {
			actions[i], taken[id] = present[at], true
		}
		if err := c.applyAction(&actions[i], in[i], fmt.Sprintf("actions.%d.", i)); err != nil {
			return nil, err
		}
	}
	return actions, nil
}

// checkActions checks actions that were stored for another type of event.
func (c *checker) checkActions(actions []store.Action) error {
	for i, a := range actions {
		k := kindOf(a.Type)
		if k == nil {
			continue
		}
		if err := c.checkAction(k, a, fmt.Sprintf("actions.%d.", i)); err != nil {
			return err
		}
	}
	return nil
}
