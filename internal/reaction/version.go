package reaction

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/store"
)

// A version's state is the input that makes the resource as it was: that of a
// trigger with its actions and their ids, that of a target or a webhook with its
// headers sealed and without its secret, which is no part of it.

// keepTrigger stores what a trigger has become as its next version, and returns
// it.
func keepTrigger(t *store.Tenant, id int64) (store.Trigger, error) {
	return keep(t, store.TriggerVersion, id, t.Trigger, func(r store.Trigger) (int, any) {
		in := triggerInput(r)
		actions := make([]ActionInput, len(r.Actions))
		for i, a := range r.Actions {
			actions[i] = actionInput(a)
		}
		in.Actions = &actions
		return r.Version, in
	})
}

func keepTarget(t *store.Tenant, id int64) (store.Target, error) {
	return keep(t, store.TargetVersion, id, t.Target, func(r store.Target) (int, any) {
		in := inputOf(r)
		in.Headers = r.Headers
		return r.Version, in
	})
}

func keepWebhook(t *store.Tenant, id int64) (store.Webhook, error) {
	return keep(t, store.WebhookVersion, id, t.Webhook, func(r store.Webhook) (int, any) {
		in := webhookInput(r)
		in.Headers = r.Endpoint.Headers
		return r.Version, in
	})
}

func keep[R any](t *store.Tenant, of store.VersionOf, id int64, read func(int64) (R, error), input func(R) (int, any)) (row R, err error) {
	if err := t.NextVersion(of, id); err != nil {
		return row, fmt.Errorf("number a version of %s %d: %w", of, id, err)
	}
	if row, err = read(id); err != nil {
		return row, fmt.Errorf("read %s %d: %w", of, id, err)
	}
	number, in := input(row)
	v := store.Version{Of: of, ResourceID: id, Number: number}
	if v.State, err = json.Marshal(in); err != nil {
		return row, fmt.Errorf("encode %s %d: %w", of, id, err)
	}
	if err := t.InsertVersion(&v); err != nil {
		return row, fmt.Errorf("keep version %d of %s %d: %w", number, of, id, err)
	}
	return row, nil
}

// ReadVersion reads a version of a resource, one that was deleted too. Headers of
// its state have HeaderKept in the place of their values.
func ReadVersion(t *store.Tenant, of store.VersionOf, id int64, number int) (store.Version, error) {
	v, err := versionOf(t, of, id, number)
	if err != nil || of == store.TriggerVersion {
		return v, err
	}
	var state map[string]json.RawMessage
	var headers Headers
	if err := json.Unmarshal(v.State, &state); err != nil {
		return v, fmt.Errorf("read version %d of %s %d: %w", number, of, id, err)
	}
	if state["headers"] == nil {
		return v, nil
	}
	if err := json.Unmarshal(state["headers"], &headers); err != nil {
		return v, fmt.Errorf("read the headers of version %d of %s %d: %w", number, of, id, err)
	}
	if state["headers"], err = json.Marshal(KeptHeaders(store.Endpoint{Headers: headers})); err != nil {
		return v, err
	}
	v.State, err = json.Marshal(state)
	return v, err
}

func versionOf(t *store.Tenant, of store.VersionOf, id int64, number int) (store.Version, error) {
	v, err := t.Version(of, id, number)
	if errors.Is(err, store.ErrNotFound) {
		return v, &problem.NotFound{Resource: "version", ID: fmt.Sprintf("%d of %s %d", number, of, id)}
	}
	return v, err
}

// stateOf decodes a version's state.
func stateOf[In any](t *store.Tenant, of store.VersionOf, id int64, number int) (in In, err error) {
	v, err := versionOf(t, of, id, number)
	if err != nil {
		return in, err
	}
	if err := json.Unmarshal(v.State, &in); err != nil {
		return in, fmt.Errorf("read version %d of %s %d: %w", number, of, id, err)
	}
	return in, nil
}

// RestoreTrigger saves an earlier version of a trigger anew, if it still is
// valid. An action that has been deleted since comes back under another id.
func (r *Reactions) RestoreTrigger(t *store.Tenant, id int64, number int) (store.Trigger, error) {
	before, err := stateOf[TriggerInput](t, store.TriggerVersion, id, number)
	if err != nil {
		return store.Trigger{}, err
	}
	if present, err := t.Trigger(id); err == nil && present.IsAutomation {
		return store.Trigger{}, triggerMissing(store.ErrNotFound, id) // only a part of it is in the version
	}
	return r.UpdateTrigger(t, id, func(in *TriggerInput) error {
		*in = before
		return nil
	})
}

// RestoreTarget saves an earlier version of a target anew, if it still is valid.
// The signing secret stays.
func (r *Reactions) RestoreTarget(t *store.Tenant, id int64, number int) (store.Target, error) {
	target, err := lockedTarget(t, id)
	if err != nil {
		return target, err
	}
	in, err := stateOf[TargetInput](t, store.TargetVersion, id, number)
	if err != nil {
		return target, err
	}
	target.Headers = in.Headers // as sealed then
	in.Headers = KeptHeaders(target.Endpoint)
	return r.saveTarget(t, target, in)
}

// RestoreWebhook saves an earlier version of a webhook anew, if it still is
// valid. The signing secret stays.
func (r *Reactions) RestoreWebhook(t *store.Tenant, id int64, number int) (store.Webhook, error) {
	hook, err := lockedWebhook(t, id)
	if err != nil {
		return hook, err
	}
	in, err := stateOf[WebhookInput](t, store.WebhookVersion, id, number)
	if err != nil {
		return hook, err
	}
	hook.Endpoint.Headers = in.Headers
	in.Headers = KeptHeaders(hook.Endpoint)
	return r.saveWebhook(t, hook, in)
}

// triggerAt is a trigger as a version of it was, ready to be compiled.
func triggerAt(t *store.Tenant, id int64, number int) (store.Trigger, error) {
	in, err := stateOf[TriggerInput](t, store.TriggerVersion, id, number)
	if err != nil {
		return store.Trigger{}, err
	}
	return triggerOf(id, number, in), nil
}

// triggerOf is the trigger that a checked input makes.
func triggerOf(id int64, number int, in TriggerInput) store.Trigger {
	trigger := store.Trigger{
		ID: id, Version: number, Name: in.Name, Event: in.Trigger, Namespace: string(in.Namespace),
		Description: string(in.Description), Notes: string(in.Notes), IsActive: in.IsActive,
	}
	if in.Actions == nil {
		return trigger
	}
	for _, a := range *in.Actions {
		trigger.Actions = append(trigger.Actions, store.Action{
			ID: int64(a.ID), TriggerID: id, Type: a.UUID, ReferenceID: string(a.ReferenceID), Name: a.Name, SortOrder: a.SortOrder,
			Description: string(a.Description), Notes: string(a.Notes), OnError: string(a.OnError), Arguments: a.Arguments,
		})
	}
	sortActions(trigger.Actions)
	return trigger
}

// sortActions puts actions into the order in which they run.
func sortActions(actions []store.Action) {
	slices.SortStableFunc(actions, func(a, b store.Action) int { return cmp.Compare(a.SortOrder, b.SortOrder) })
}
