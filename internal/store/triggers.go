package store

import (
	"encoding/json"

	"github.com/belfryhq/belfry/internal/scalar"
)

// Trigger is a reaction to one type of event: actions that run in order.
type Trigger struct {
	ID   int64
	Name string
	// Event is the canonical type that fires it.
	Event string
	// Namespace, unless empty, is the integration whose doings do not fire it.
	Namespace   string
	Description string
	Notes       string
	IsActive    bool
	// Version is the number of the present version.
	Version   int
	CreatedAt scalar.Time
	UpdatedAt scalar.Time
	// IsAutomation says that an automation fires it, and no event of its own.
	IsAutomation bool
	// Actions are sorted by SortOrder.
	Actions []Action
}

// Action is one step of a trigger.
type Action struct {
	ID        int64
	TriggerID int64
	// Type is the canonical kind: filter, target.send, ….
	Type        string
	ReferenceID string
	Name        string
	SortOrder   int
	Description string
	Notes       string
	// OnError is continue when the actions after it run though it failed.
	OnError   string
	Arguments []Argument
	CreatedAt scalar.Time
	UpdatedAt scalar.Time
}

// Argument is one named argument of an action. When Dynamic, Value is JSON Logic
// on the event context.
type Argument struct {
	Name    string          `json:"name"`
	Value   json.RawMessage `json:"value"`
	Dynamic *bool           `json:"is_dynamic"`
}

const (
	triggerColumns = `id, name, event, namespace, description, notes, is_active, version, created_at, updated_at,
	EXISTS (SELECT 1 FROM automations a WHERE a.id = triggers.id)`
	actionColumns = `id, trigger_id, type, reference_id, name, sort_order, description, notes, on_error, arguments,
	created_at, updated_at`
)

func scanTrigger(t *Trigger) []any {
	return []any{
		&t.ID, &t.Name, &t.Event, text(&t.Namespace), text(&t.Description), text(&t.Notes), &t.IsActive, &t.Version,
		&t.CreatedAt, &t.UpdatedAt, &t.IsAutomation,
	}
}

func scanAction(a *Action) []any {
	return []any{
		&a.ID, &a.TriggerID, &a.Type, text(&a.ReferenceID), &a.Name, &a.SortOrder, text(&a.Description),
		text(&a.Notes), &a.OnError, asJSON(&a.Arguments), &a.CreatedAt, &a.UpdatedAt,
	}
}

// InsertTrigger stores a trigger with its actions and sets their IDs and times.
func (t *Tenant) InsertTrigger(r *Trigger) (err error) {
	r.CreatedAt = t.Now()
	r.UpdatedAt = r.CreatedAt
	r.ID, err = t.insert(`INSERT INTO triggers
		(tenant_id, name, event, namespace, description, notes, is_active, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		t.ID, r.Name, r.Event, text(&r.Namespace), text(&r.Description), text(&r.Notes), r.IsActive, r.CreatedAt, r.UpdatedAt)
	if err != nil {
		return err
	}
	for i := range r.Actions {
		r.Actions[i].TriggerID = r.ID
		if err := t.InsertAction(&r.Actions[i]); err != nil {
			return err
		}
	}
	return t.configChanged()
}

// UpdateTrigger stores a trigger's new state, not its actions.
func (t *Tenant) UpdateTrigger(r *Trigger) error {
	r.UpdatedAt = t.Now()
	err := t.execOne(`UPDATE triggers SET name = ?, event = ?, namespace = ?, description = ?, notes = ?,
		is_active = ?, updated_at = ? WHERE tenant_id = ? AND id = ?`,
		r.Name, r.Event, text(&r.Namespace), text(&r.Description), text(&r.Notes), r.IsActive, r.UpdatedAt, t.ID, r.ID)
	if err != nil {
		return err
	}
	return t.configChanged()
}

// LockTrigger has every other transaction that would change the trigger, or its
// actions, wait until this one ends; ErrNotFound when there is none.
func (t *Tenant) LockTrigger(id int64) error {
	return t.execOne("UPDATE triggers SET version = version WHERE tenant_id = ? AND id = ?", t.ID, id)
}

// DeleteTrigger removes a trigger and its actions; its runs stay in the log.
func (t *Tenant) DeleteTrigger(id int64) error {
	if err := t.execOne("DELETE FROM triggers WHERE tenant_id = ? AND id = ?", t.ID, id); err != nil {
		return err
	}
	return t.configChanged()
}

// Trigger reads one trigger with its actions, that of an automation too.
func (t *Tenant) Trigger(id int64) (Trigger, error) {
	r, err := single(t.Tx, scanTrigger, "SELECT "+triggerColumns+" FROM triggers WHERE tenant_id = ? AND id = ?", t.ID, id)
	if err != nil {
		return r, err
	}
	r.Actions, err = t.actionsOf(id)
	return r, err
}

// AllTriggers reads every trigger of the tenant with its actions, those of
// automations too.
func (t *Tenant) AllTriggers() ([]Trigger, error) {
	rs, err := collect(t.Tx, scanTrigger, "SELECT "+triggerColumns+" FROM triggers WHERE tenant_id = ? ORDER BY id", t.ID)
	if err != nil {
		return nil, err
	}
	return rs, t.attachActions(rs)
}

func (t *Tenant) attachActions(rs []Trigger) error {
	at := make(map[int64]int, len(rs))
	ids := make([]int64, len(rs))
	for i, r := range rs {
		at[r.ID], ids[i] = i, r.ID
	}
	actions, err := t.actionsOf(ids...)
	for _, a := range actions {
		r := &rs[at[a.TriggerID]]
		r.Actions = append(r.Actions, a)
	}
	return err
}

var triggerFields = Fields{
	"id":          {Column: "id", Kind: Int},
	"name":        {Column: "name"},
	"trigger":     {Column: "event"},
	"description": {Column: "description"},
	"notes":       {Column: "notes"},
	"namespace":   {Column: "namespace"},
	"is_active":   {Column: "is_active", Kind: Bool},
	"created_at":  {Column: "created_at", Kind: Time},
	"updated_at":  {Column: "updated_at", Kind: Time},
}

// Triggers lists triggers with their actions, without those of automations.
func (t *Tenant) Triggers(l List) (Page[Trigger], error) {
	p, err := page(t.Tx, l, triggerFields, triggerColumns,
		"triggers WHERE tenant_id = ? AND NOT EXISTS (SELECT 1 FROM automations a WHERE a.id = triggers.id)", []any{t.ID}, scanTrigger)
	if err != nil {
		return p, err
	}
	return p, t.attachActions(p.Items)
}

func (t *Tenant) actionsOf(triggerIDs ...int64) ([]Action, error) {
	return inBatches(triggerIDs, func(ids []int64) ([]Action, error) {
		return collect(t.Tx, scanAction, "SELECT "+actionColumns+` FROM actions
			WHERE tenant_id = ? AND trigger_id IN (`+placeholders(len(ids))+") ORDER BY trigger_id, sort_order, id",
			withTenant(t.ID, ids)...)
	})
}

// InsertAction adds an action to its trigger and sets its ID and times.
func (t *Tenant) InsertAction(a *Action) (err error) {
	a.CreatedAt = t.Now()
	a.UpdatedAt = a.CreatedAt
	a.ID, err = t.insert(`INSERT INTO actions (tenant_id, trigger_id, type, reference_id, name, sort_order,
		description, notes, on_error, arguments, created_at, updated_at)
		VALUES (`+placeholders(12)+`)`,
		t.ID, a.TriggerID, a.Type, text(&a.ReferenceID), a.Name, a.SortOrder, text(&a.Description),
		text(&a.Notes), a.OnError, asJSON(a.Arguments), a.CreatedAt, a.UpdatedAt)
	if err != nil {
		return err
	}
	return t.configChanged()
}

// UpdateAction stores an action's new state.
func (t *Tenant) UpdateAction(a *Action) error {
	a.UpdatedAt = t.Now()
	err := t.execOne(`UPDATE actions SET type = ?, reference_id = ?, name = ?, sort_order = ?, description = ?,
		notes = ?, on_error = ?, arguments = ?, updated_at = ? WHERE tenant_id = ? AND trigger_id = ? AND id = ?`,
		a.Type, text(&a.ReferenceID), a.Name, a.SortOrder, text(&a.Description), text(&a.Notes),
		a.OnError, asJSON(a.Arguments), a.UpdatedAt, t.ID, a.TriggerID, a.ID)
	if err != nil {
		return err
	}
	return t.configChanged()
}

// DeleteAction removes an action from its trigger.
func (t *Tenant) DeleteAction(triggerID, id int64) error {
	err := t.execOne("DELETE FROM actions WHERE tenant_id = ? AND trigger_id = ? AND id = ?", t.ID, triggerID, id)
	if err != nil {
		return err
	}
	return t.configChanged()
}

// listened are the types of events that active triggers and webhooks listen to.
type listened map[string]bool

// Listens reports whether an active trigger or webhook listens to a type of
// event.
func (t *Tenant) Listens(event string) (bool, error) {
	types, err := Memo(t, func() (listened, error) {
		events, err := collect(t.Tx, func(s *string) []any { return []any{s} },
			`SELECT event FROM triggers WHERE tenant_id = ? AND is_active
			UNION SELECT event FROM `+webhooksOf+" AND disabled_at IS NULL", t.ID, t.ID)
		types := make(listened, len(events))
		for _, e := range events {
			types[e] = true
		}
		return types, err
	})
	return types[event], err
}
