package store

import (
	"encoding/json"

	"github.com/belfryhq/belfry/internal/scalar"
)

// Automation is a trigger that fires for selected profiles when its time comes.
type Automation struct {
	// Trigger holds what both have in common, the id too. Methods of automations
	// read it and do not store it.
	Trigger
	// Type is date or scheduled.
	Type  string
	Query string
	// Arguments and Timing are JSON.
	Arguments json.RawMessage
	Timing    json.RawMessage
	LastRunAt scalar.Time
	// NextRunAt is zero while it is switched off, and once it will not run again.
	NextRunAt scalar.Time
}

// automationColumns are those of triggers, and then those of automations.
const automationColumns = `g.id, g.name, g.event, g.namespace, g.description, g.notes, g.is_active, g.version, g.created_at,
	g.updated_at, TRUE, a.type, a.query, a.arguments, a.timing, a.last_run_at, a.next_run_at`

const automationTables = "automations a JOIN triggers g ON g.id = a.id WHERE a.tenant_id = ?"

func scanAutomation(a *Automation) []any {
	return append(scanTrigger(&a.Trigger), &a.Type, &a.Query, rawJSON(&a.Arguments), rawJSON(&a.Timing), &a.LastRunAt,
		&a.NextRunAt)
}

// InsertAutomation makes an automation of the trigger of its id.
func (t *Tenant) InsertAutomation(a *Automation) error {
	_, err := t.exec(`INSERT INTO automations (id, tenant_id, type, query, arguments, timing, next_run_at)
		VALUES (?, ?, ?, ?, ?, ?, ?)`,
		a.ID, t.ID, a.Type, a.Query, rawJSON(&a.Arguments), rawJSON(&a.Timing), a.NextRunAt)
	if err != nil {
		return err
	}
	return t.configChanged()
}

// UpdateAutomation stores an automation's new state, not that of its trigger.
func (t *Tenant) UpdateAutomation(a *Automation) error {
	err := t.execOne(`UPDATE automations SET type = ?, query = ?, arguments = ?, timing = ?, last_run_at = ?,
		next_run_at = ? WHERE tenant_id = ? AND id = ?`,
		a.Type, a.Query, rawJSON(&a.Arguments), rawJSON(&a.Timing), a.LastRunAt, a.NextRunAt, t.ID, a.ID)
	if err != nil {
		return err
	}
	return t.configChanged()
}

// SetAutomationRun stores when an automation ran last and when it runs next,
// which is no change of its configuration.
func (t *Tenant) SetAutomationRun(a *Automation) error {
	return t.execOne("UPDATE automations SET last_run_at = ?, next_run_at = ? WHERE tenant_id = ? AND id = ?",
		a.LastRunAt, a.NextRunAt, t.ID, a.ID)
}

// Automation reads one automation with its actions.
func (t *Tenant) Automation(id int64) (Automation, error) {
	a, err := single(t.Tx, scanAutomation, "SELECT "+automationColumns+" FROM "+automationTables+" AND a.id = ?", t.ID, id)
	if err != nil {
		return a, err
	}
	a.Actions, err = t.actionsOf(id)
	return a, err
}

// LockAutomation has every other transaction that would start a run of the
// automation, or change it, wait until this one ends.
func (t *Tenant) LockAutomation(id int64) error {
	return t.execOne("UPDATE automations SET type = type WHERE tenant_id = ? AND id = ?", t.ID, id)
}

var automationFields = Fields{
	"id":          {Column: "a.id", Kind: Int},
	"name":        {Column: "g.name"},
	"type":        {Column: "a.type"},
	"query":       {Column: "a.query"},
	"description": {Column: "g.description"},
	"notes":       {Column: "g.notes"},
	"is_active":   {Column: "g.is_active", Kind: Bool},
	"last_run_at": {Column: "a.last_run_at", Kind: Time},
	"next_run_at": {Column: "a.next_run_at", Kind: Time},
	"created_at":  {Column: "g.created_at", Kind: Time},
	"updated_at":  {Column: "g.updated_at", Kind: Time},
}

// Automations lists automations with their actions.
func (t *Tenant) Automations(l List) (Page[Automation], error) {
	p, err := page(t.Tx, l, automationFields, automationColumns, automationTables, []any{t.ID}, scanAutomation)
	if err != nil {
		return p, err
	}
	ids, at := make([]int64, len(p.Items)), map[int64]int{}
	for i, a := range p.Items {
		ids[i], at[a.ID] = a.ID, i
	}
	actions, err := t.actionsOf(ids...)
	for _, action := range actions {
		a := &p.Items[at[action.TriggerID]]
		a.Actions = append(a.Actions, action)
	}
	return p, err
}

// ClaimDueAutomation locks the automation that has been due for longest and has
// no run under way, for the rest of the transaction; other transactions pass over
// it. ErrNotFound when there is none. Its actions are not read.
func (tx *Tx) ClaimDueAutomation() (tenantID, id int64, err error) {
	err = tx.get([]any{&tenantID, &id}, `SELECT a.tenant_id, a.id FROM automations a WHERE a.next_run_at <= ?
		AND NOT EXISTS (SELECT 1 FROM automation_runs r WHERE r.automation_id = a.id AND r.due_at IS NOT NULL)
		ORDER BY a.next_run_at, a.id LIMIT 1`+tx.db.engine.skipLocked("a"), tx.Now())
	return tenantID, id, err
}

// AutomationLoad counts the runs that are under way and the automations whose
// time came before a moment and that have not begun.
func (tx *Tx) AutomationLoad(before scalar.Time) (running, overdue int, err error) {
	err = tx.get([]any{&running, &overdue}, `SELECT
		(SELECT count(*) FROM automation_runs WHERE due_at IS NOT NULL),
		(SELECT count(*) FROM automations WHERE next_run_at < ?)`, before)
	return running, overdue, err
}
