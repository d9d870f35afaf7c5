package api

import (
	"github.com/belfryhq/belfry/internal/reaction"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

func (s *Server) triggers() {
	r := s.resource("Triggers", "What happens when an event does: actions, in order.")
	list(r, on("GET /triggers", "read-triggers", "List triggers"), listTriggers)
	create(r, on("POST /triggers", "create-triggers", "Create a trigger"), nil, s.createTrigger)
	types := reaction.ActionTypes()
	read(r, on("GET /triggers/actions", "read-triggers", "List the types of actions", "Every type of action with what it takes."),
		func(*store.Tenant, *call) ([]reaction.ActionType, error) { return types, nil })
	read(r, on("GET /triggers/{id}", "read-triggers", "Read a trigger"), readTrigger)
	change(r, on("PUT /triggers/{id}", "update-triggers", "Update a trigger", "Actions, when given, replace all that it has."), s.updateTrigger)
	remove(r, on("DELETE /triggers/{id}", "delete-triggers", "Delete a trigger"), s.deleteTrigger)
	trial(r, on("POST /triggers/dry-run", "test-triggers", "Try a trigger",
		"Runs a trigger, stored or not and active or not, on a stored event, a sample or a context, and undoes it all: what each "+
			"action would do, the conditions with the value of every node, and the bodies that would be sent. Nothing is written."),
		s.opts.Reactions.DryRun)
	versions(r, store.TriggerVersion, s.opts.Reactions.RestoreTrigger, viewTrigger)

	const all, one = "/triggers/{id}/actions", "/triggers/{id}/actions/{action}"
	list(r, on("GET "+all, "read-triggers", "List the actions of a trigger"), listActions)
	create(r, on("POST "+all, "update-triggers", "Create an action"), nil, s.createAction)
	read(r, on("GET "+one, "read-triggers", "Read an action"), s.readAction)
	change(r, on("PUT "+one, "update-triggers", "Update an action"), s.updateAction)
	remove(r, on("DELETE "+one, "update-triggers", "Delete an action"), s.deleteAction)
}

// Trigger is a trigger as the API shows it.
type Trigger struct {
	ID          int64       `json:"id"`
	Name        string      `json:"name"`
	Trigger     string      `json:"trigger" doc:"The event type that fires it."`
	Description scalar.Text `json:"description"`
	Notes       scalar.Text `json:"notes"`
	Namespace   scalar.Text `json:"namespace" doc:"What is caused in this namespace does not fire it."`
	IsActive    bool        `json:"is_active"`
	Version     int         `json:"version" doc:"Counts the times that it was saved."`
	Actions     []Action    `json:"actions"`
	CreatedAt   scalar.Time `json:"created_at"`
	UpdatedAt   scalar.Time `json:"updated_at"`
}

// Action is one step of a trigger as the API shows it.
type Action struct {
	ID          int64            `json:"id"`
	UUID        string           `json:"uuid" doc:"The type of the action."`
	Name        string           `json:"name"`
	ReferenceID scalar.Text      `json:"reference_id"`
	SortOrder   int              `json:"sort_order"`
	Description scalar.Text      `json:"description"`
	Notes       scalar.Text      `json:"notes"`
	OnError     string           `json:"on_error" enum:"stop,continue" doc:"Whether the actions after it run though it failed."`
	Arguments   []store.Argument `json:"arguments"`
	CreatedAt   scalar.Time      `json:"created_at"`
	UpdatedAt   scalar.Time      `json:"updated_at"`
}

func viewTrigger(t store.Trigger) Trigger {
	v := Trigger{
		ID: t.ID, Name: t.Name, Trigger: t.Event, Description: scalar.Text(t.Description), Notes: scalar.Text(t.Notes),
		Namespace: scalar.Text(t.Namespace), IsActive: t.IsActive, Version: t.Version, Actions: make([]Action, len(t.Actions)), CreatedAt: t.CreatedAt, UpdatedAt: t.UpdatedAt,
	}
	for i, a := range t.Actions {
		v.Actions[i] = viewAction(a)
	}
	return v
}

func viewAction(a store.Action) Action {
	v := Action{
		ID: a.ID, UUID: a.Type, Name: a.Name, ReferenceID: scalar.Text(a.ReferenceID), SortOrder: a.SortOrder,
		Description: scalar.Text(a.Description), Notes: scalar.Text(a.Notes), OnError: a.OnError, Arguments: a.Arguments,
		CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt,
	}
	if v.Arguments == nil {
		v.Arguments = []store.Argument{}
	}
	return v
}

func listTriggers(t *store.Tenant, _ *call, l store.List) (store.Page[Trigger], error) {
	p, err := t.Triggers(l)
	return mapPage(p, err, viewTrigger)
}

func (s *Server) createTrigger(t *store.Tenant, _ *call, in reaction.TriggerInput) (Trigger, error) {
	trigger, err := s.opts.Reactions.CreateTrigger(t, in)
	return viewTrigger(trigger), err
}

func readTrigger(t *store.Tenant, c *call) (Trigger, error) {
	id, err := c.number("id", "trigger")
	if err != nil {
		return Trigger{}, err
	}
	trigger, err := t.Trigger(id)
	trigger, err = found(trigger, err, "trigger", c.param("id"))
	return viewTrigger(trigger), err
}

func (s *Server) updateTrigger(t *store.Tenant, c *call, patch func(*reaction.TriggerInput) error) (Trigger, error) {
	id, err := c.number("id", "trigger")
	if err != nil {
		return Trigger{}, err
	}
	trigger, err := s.opts.Reactions.UpdateTrigger(t, id, patch)
	return viewTrigger(trigger), err
}

func (s *Server) deleteTrigger(t *store.Tenant, c *call) error {
	id, err := c.number("id", "trigger")
	if err != nil {
		return err
	}
	return s.opts.Reactions.DeleteTrigger(t, id)
}

func listActions(t *store.Tenant, c *call, l store.List) (store.Page[Action], error) {
	trigger, err := readTrigger(t, c)
	return slice(trigger.Actions, l, err)
}

func (s *Server) createAction(t *store.Tenant, c *call, in reaction.ActionInput) (Action, error) {
	id, err := c.number("id", "trigger")
	if err != nil {
		return Action{}, err
	}
	a, err := s.opts.Reactions.CreateAction(t, id, in)
	return viewAction(a), err
}

// actionID reads the ids of a trigger and of its action from the path.
func (c *call) actionID() (trigger, action int64, err error) {
	if trigger, err = c.number("id", "trigger"); err != nil {
		return 0, 0, err
	}
	action, err = c.number("action", "action")
	return trigger, action, err
}

func (s *Server) readAction(t *store.Tenant, c *call) (Action, error) {
	trigger, action, err := c.actionID()
	if err != nil {
		return Action{}, err
	}
	a, err := s.opts.Reactions.Action(t, trigger, action)
	return viewAction(a), err
}

func (s *Server) updateAction(t *store.Tenant, c *call, patch func(*reaction.ActionInput) error) (Action, error) {
	trigger, action, err := c.actionID()
	if err != nil {
		return Action{}, err
	}
	a, err := s.opts.Reactions.UpdateAction(t, trigger, action, patch)
	return viewAction(a), err
}

func (s *Server) deleteAction(t *store.Tenant, c *call) error {
	trigger, action, err := c.actionID()
	if err != nil {
		return err
	}
	return s.opts.Reactions.DeleteAction(t, trigger, action)
}
