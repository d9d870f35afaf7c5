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
	trial(r, on("POST /triggers/backtest", "test-triggers", "Try a trigger on the events that were",
		"Runs the filters of a trigger, stored or not, over the last events of its type: how many match, and how that differs "+
			"from the stored state. Nothing is written."),
		s.opts.Reactions.Backtest)
	versions(r, store.TriggerVersion, s.opts.Reactions.RestoreTrigger, viewTrigger)

	s.actions(r, "trigger", triggerOf)
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

func listTriggers(t *store.Tenant, _ *call, l store.List) (store.Page[Trigger], error) {
	p, err := t.Triggers(l)
	return mapPage(p, err, viewTrigger)
}

func (s *Server) createTrigger(t *store.Tenant, _ *call, in reaction.TriggerInput) (Trigger, error) {
	trigger, err := s.opts.Reactions.CreateTrigger(t, in)
	return viewTrigger(trigger), err
}

// triggerOf reads the trigger that the path names.
func triggerOf(t *store.Tenant, c *call) (store.Trigger, error) {
	id, err := c.number("id", "trigger")
	if err != nil {
		return store.Trigger{}, err
	}
	trigger, err := t.Trigger(id)
	if err == nil && trigger.IsAutomation {
		err = store.ErrNotFound
	}
	return found(trigger, err, "trigger", c.param("id"))
}

func readTrigger(t *store.Tenant, c *call) (Trigger, error) {
	trigger, err := triggerOf(t, c)
	return viewTrigger(trigger), err
}

func (s *Server) updateTrigger(t *store.Tenant, c *call, patch func(*reaction.TriggerInput) error) (Trigger, error) {
	trigger, err := triggerOf(t, c)
	if err != nil {
		return Trigger{}, err
	}
	trigger, err = s.opts.Reactions.UpdateTrigger(t, trigger.ID, patch)
	return viewTrigger(trigger), err
}

func (s *Server) deleteTrigger(t *store.Tenant, c *call) error {
	trigger, err := triggerOf(t, c)
	if err != nil {
		return err
	}
	return s.opts.Reactions.DeleteTrigger(t, trigger.ID)
}
