package store

// Target is an endpoint that reactions send to by its handle.
type Target struct {
	Endpoint
	Handle      string
	Description string
	Notes       string
}

const targetColumns = endpointColumns + ", handle, description, notes"

func scanTarget(t *Target) []any {
	return append(scanEndpoint(&t.Endpoint), &t.Handle, text(&t.Description), text(&t.Notes))
}

// InsertTarget stores a target and sets its ID and times.
func (t *Tenant) InsertTarget(r *Target) error {
	return t.insertEndpoint(kindTarget, &r.Endpoint, "handle, description, notes",
		r.Handle, text(&r.Description), text(&r.Notes))
}

// UpdateTarget stores a target's new state, apart from its handle, and sets
// UpdatedAt.
func (t *Tenant) UpdateTarget(r *Target) error {
	return t.updateEndpoint(kindTarget, &r.Endpoint, "description = ?, notes = ?", text(&r.Description), text(&r.Notes))
}

// DeleteTarget removes a target; its deliveries stay in the log.
func (t *Tenant) DeleteTarget(id int64) error { return t.deleteEndpoint(kindTarget, id) }

const targetsOf = "endpoints WHERE tenant_id = ? AND kind = 'target'"

// Target reads one target.
func (t *Tenant) Target(id int64) (Target, error) {
	return single(t.Tx, scanTarget, "SELECT "+targetColumns+" FROM "+targetsOf+" AND id = ?", t.ID, id)
}

// AllTargets reads every target of the tenant.
func (t *Tenant) AllTargets() ([]Target, error) {
	return collect(t.Tx, scanTarget, "SELECT "+targetColumns+" FROM "+targetsOf+" ORDER BY id", t.ID)
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
	return page(t.Tx, l, targetFields, targetColumns, targetsOf, []any{t.ID}, scanTarget)
}
