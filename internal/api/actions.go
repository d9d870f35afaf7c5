package api

import (
	"github.com/belfryhq/belfry/internal/reaction"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// holder reads the trigger whose actions a path is of: its own, or an
// automation's.
type holder func(t *store.Tenant, c *call) (store.Trigger, error)

// actions registers the operations on the actions of triggers or automations.
func (s *Server) actions(r resource, what string, of holder) {
	all, reading, writing := "/"+what+"s/{id}/actions", "read-"+what+"s", "update-"+what+"s"
	one := all + "/{action}"
	an := "an action"
	if what != "trigger" {
		an += " of an " + what
	}
	list(r, on("GET "+all, reading, "List the actions of "+article(what)), of.list)
	create(r, on("POST "+all, writing, "Create "+an), nil,
		func(t *store.Tenant, c *call, in reaction.ActionInput) (Action, error) {
			trigger, err := of(t, c)
			if err != nil {
				return Action{}, err
			}
			a, err := s.opts.Reactions.CreateAction(t, trigger.ID, in)
			return viewAction(a), err
		})
	read(r, on("GET "+one, reading, "Read "+an), func(t *store.Tenant, c *call) (Action, error) {
		trigger, id, err := of.action(t, c)
		if err != nil {
			return Action{}, err
		}
		a, err := s.opts.Reactions.Action(t, trigger, id)
		return viewAction(a), err
	})
	change(r, on("PUT "+one, writing, "Update "+an),
		func(t *store.Tenant, c *call, patch func(*reaction.ActionInput) error) (Action, error) {
			trigger, id, err := of.action(t, c)
			if err != nil {
				return Action{}, err
			}
			a, err := s.opts.Reactions.UpdateAction(t, trigger, id, patch)
			return viewAction(a), err
		})
	remove(r, on("DELETE "+one, writing, "Delete "+an), func(t *store.Tenant, c *call) error {
		trigger, id, err := of.action(t, c)
		if err != nil {
			return err
		}
		return s.opts.Reactions.DeleteAction(t, trigger, id)
	})
}

func article(what string) string {
	if what == "automation" {
		return "an " + what
	}
	return "a " + what
}

func (of holder) list(t *store.Tenant, c *call, l store.List) (store.Page[Action], error) {
	trigger, err := of(t, c)
	return slice(viewTrigger(trigger).Actions, l, err)
}

// action reads the ids of a trigger and of its action from the path.
func (of holder) action(t *store.Tenant, c *call) (trigger, action int64, err error) {
	held, err := of(t, c)
	if err != nil {
		return 0, 0, err
	}
	action, err = c.number("action", "action")
	return held.ID, action, err
}

// Action is one step of a trigger or automation as the API shows it.
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
