package store

import (
	"encoding/json"
	"time"

	"github.com/belfryhq/belfry/internal/scalar"
)

// Target is a place that reactions send to: a URL and the Twig template of the
// body.
type Target struct {
	ID     int64
	Name   string
	Handle string
	URL    string
	// Template is Twig; empty sends the event context as it is.
	Template    string
	Description string
	Notes       string
	// Condition is a JSON Logic rule on the context, nil when there is none.
	Condition json.RawMessage
	// Secret is sealed with the server's key.
	Secret []byte
	// Headers are the endpoint's own; their values are sealed too.
	Headers map[string]string
	// Timeout bounds one attempt; 0 is the default.
	Timeout time.Duration
	// Schedule holds the waits before each attempt; empty is the default.
	Schedule []time.Duration
	// DisabledAt is when deliveries to it stopped; zero while they go on.
	DisabledAt     scalar.Time
	DisabledReason string
	CreatedAt      scalar.Time
	UpdatedAt      scalar.Time
}

const targetColumns = `id, name, handle, url, template, description, notes, condition, secret, headers,
	timeout_ms, schedule, disabled_at, disabled_reason, created_at, updated_at`

func scanTarget(t *Target) []any {
	return []any{
		&t.ID, &t.Name, &t.Handle, &t.URL, &t.Template, text(&t.Description), text(&t.Notes),
		rawJSON(&t.Condition), &t.Secret, asJSON(&t.Headers), millis(&t.Timeout), asJSON(&t.Schedule),
		&t.DisabledAt, text(&t.DisabledReason), &t.CreatedAt, &t.UpdatedAt,
	}
}

// InsertTarget stores a target and sets its ID and times.
func (t *Tenant) InsertTarget(r *Target) (err error) {
	r.CreatedAt = t.Now()
	r.UpdatedAt = r.CreatedAt
	r.ID, err = t.insert(`INSERT INTO targets (tenant_id, name, handle, url, template, description, notes,
		condition, secret, headers, timeout_ms, schedule, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		t.ID, r.Name, r.Handle, r.URL, r.Template, text(&r.Description), text(&r.Notes),
		rawJSON(&r.Condition), r.Secret, asJSON(r.Headers), millis(&r.Timeout), asJSON(r.Schedule),
		r.CreatedAt, r.UpdatedAt)
	if err != nil {
		return err
	}
	return t.configChanged()
}

// UpdateTarget stores a target's new state and sets UpdatedAt.
func (t *Tenant) UpdateTarget(r *Target) error {
	r.UpdatedAt = t.Now()
	err := t.execOne(`UPDATE targets SET name = ?, url = ?, template = ?, description = ?, notes = ?,
		condition = ?, secret = ?, headers = ?, timeout_ms = ?, schedule = ?, disabled_at = ?,
		disabled_reason = ?, updated_at = ? WHERE tenant_id = ? AND id = ?`,
		r.Name, r.URL, r.Template, text(&r.Description), text(&r.Notes), rawJSON(&r.Condition), r.Secret,
		asJSON(r.Headers), millis(&r.Timeout), asJSON(r.Schedule), r.DisabledAt, text(&r.DisabledReason),
		r.UpdatedAt, t.ID, r.ID)
	if err != nil {
		return err
	}
	return t.configChanged()
}

// DeleteTarget removes a target; its deliveries stay in the log.
func (t *Tenant) DeleteTarget(id int64) error {
	if err := t.execOne("DELETE FROM targets WHERE tenant_id = ? AND id = ?", t.ID, id); err != nil {
		return err
	}
	return t.configChanged()
}

// Target reads one target.
func (t *Tenant) Target(id int64) (Target, error) {
	return single(t.Tx, scanTarget, "SELECT "+targetColumns+" FROM targets WHERE tenant_id = ? AND id = ?", t.ID, id)
}

// AllTargets reads every target of the tenant.
func (t *Tenant) AllTargets() ([]Target, error) {
	return collect(t.Tx, scanTarget, "SELECT "+targetColumns+" FROM targets WHERE tenant_id = ? ORDER BY id", t.ID)
}

var targetFields = Fields{
	"id":          {Column: "id", Kind: Int},
	"name":        {Column: "name"},
	"handle":      {Column: "handle"},
	"url":         {Column: "url"},
	"template":    {Column: "template"},
	"description": {Column: "description"},
	"notes":       {Column: "notes"},
	"condition":   {Column: "condition"},
	"created_at":  {Column: "created_at", Kind: Time},
	"updated_at":  {Column: "updated_at", Kind: Time},
}

// Targets lists targets.
func (t *Tenant) Targets(l List) (Page[Target], error) {
	return page(t.Tx, l, targetFields, targetColumns, "targets WHERE tenant_id = ?", []any{t.ID}, scanTarget)
}
