package store

import (
	"errors"

	"github.com/belfryhq/belfry/internal/scalar"
)

// Allocation is a code of a definition's pool.
type Allocation struct {
	ID int64
	// Kind is the definition's: point, reward or benefit.
	Kind         DefinitionKind
	DefinitionID int64
	// Code is unique in the definition's pool.
	Code string
	// Value is what the code is worth, nil where it does not say.
	Value *scalar.Amount
	// ValidFrom and ValidTo bound when it can be taken, where they are not zero.
	ValidFrom, ValidTo scalar.Time
	// InstanceID is what took it, 0 while it is free.
	InstanceID           scalar.Int
	AllocatedAt          scalar.Time
	CreatedAt, UpdatedAt scalar.Time
}

const allocationColumns = `id, kind, definition_id, code, value, valid_from, valid_to, instance_id, allocated_at,
	created_at, updated_at`

func scanAllocation(a *Allocation) []any {
	return []any{
		&a.ID, (*string)(&a.Kind), &a.DefinitionID, &a.Code, &a.Value, &a.ValidFrom, &a.ValidTo, &a.InstanceID,
		&a.AllocatedAt, &a.CreatedAt, &a.UpdatedAt,
	}
}

// InsertAllocation stores a code and sets its ID and times.
func (t *Tenant) InsertAllocation(a *Allocation) (err error) {
	a.CreatedAt = t.Now()
	a.UpdatedAt = a.CreatedAt
	a.ID, err = t.insert(`INSERT INTO allocations (tenant_id, kind, definition_id, code, value, valid_from, valid_to,
		created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, t.ID, string(a.Kind), a.DefinitionID, a.Code,
		a.Value, a.ValidFrom, a.ValidTo, a.CreatedAt, a.UpdatedAt)
	return err
}

// UpdateAllocation stores a code's new state, and sets UpdatedAt.
func (t *Tenant) UpdateAllocation(a *Allocation) error {
	a.UpdatedAt = t.Now()
	return t.execOne(`UPDATE allocations SET kind = ?, definition_id = ?, code = ?, value = ?, valid_from = ?,
		valid_to = ?, instance_id = ?, allocated_at = ?, updated_at = ? WHERE tenant_id = ? AND id = ?`,
		string(a.Kind), a.DefinitionID, a.Code, a.Value, a.ValidFrom, a.ValidTo, a.InstanceID, a.AllocatedAt,
		a.UpdatedAt, t.ID, a.ID)
}

// DeleteAllocation removes a code.
func (t *Tenant) DeleteAllocation(id int64) error {
	return t.execOne("DELETE FROM allocations WHERE tenant_id = ? AND id = ?", t.ID, id)
}

// Allocation reads one code, and has every other change of it wait where
// forUpdate.
func (t *Tenant) Allocation(id int64, forUpdate bool) (Allocation, error) {
	query := "SELECT " + allocationColumns + " FROM allocations WHERE tenant_id = ? AND id = ?"
	if forUpdate {
		query += t.db.engine.forUpdate()
	}
	return single(t.Tx, scanAllocation, query, t.ID, id)
}

// NextAllocation locks the oldest code of a definition that is free and valid
// now; false when there is none. Concurrent transactions pass over it.
func (t *Tenant) NextAllocation(definitionID int64) (Allocation, bool, error) {
	now := t.Now()
	a, err := single(t.Tx, scanAllocation, "SELECT "+allocationColumns+` FROM allocations
		WHERE tenant_id = ? AND definition_id = ? AND instance_id IS NULL
		AND (valid_from IS NULL OR valid_from <= ?) AND (valid_to IS NULL OR valid_to > ?)
		ORDER BY id LIMIT 1`+t.db.engine.skipLocked(), t.ID, definitionID, now, now)
	if errors.Is(err, ErrNotFound) {
		return a, false, nil
	}
	return a, err == nil, err
}

// AllocationCount is the size of a definition's pool.
type AllocationCount struct {
	DefinitionID int64
	// Free are those that can be taken now.
	Total, Free int64
}

// AllocationCounts counts the codes of definitions, as far as they have some.
func (t *Tenant) AllocationCounts(definitionIDs ...int64) (map[int64]AllocationCount, error) {
	now := t.Now()
	rows, err := inBatches(definitionIDs, func(ids []int64) ([]AllocationCount, error) {
		return collect(t.Tx, func(c *AllocationCount) []any { return []any{&c.DefinitionID, &c.Total, &c.Free} },
			`SELECT definition_id, count(*), sum(CASE WHEN instance_id IS NULL AND (valid_from IS NULL OR valid_from <= ?)
			AND (valid_to IS NULL OR valid_to > ?) THEN 1 ELSE 0 END) FROM allocations
			WHERE tenant_id = ? AND definition_id IN (`+placeholders(len(ids))+") GROUP BY definition_id",
			append([]any{now, now}, withTenant(t.ID, ids)...)...)
	})
	counts := make(map[int64]AllocationCount, len(rows))
	for _, c := range rows {
		counts[c.DefinitionID] = c
	}
	return counts, err
}

var allocationFields = Fields{
	"id":              {Column: "id", Kind: Int},
	"definition_type": {Column: "(kind || '_definition')"},
	"definition_id":   {Column: "definition_id", Kind: Int},
	"code":            {Column: "code"},
	"value":           {Column: "value", Kind: Amount},
	"valid_from":      {Column: "valid_from", Kind: Time},
	"valid_to":        {Column: "valid_to", Kind: Time},
	"instance_id":     {Column: "instance_id", Kind: Int},
	"allocated_at":    {Column: "allocated_at", Kind: Time},
	"created_at":      {Column: "created_at", Kind: Time},
	"updated_at":      {Column: "updated_at", Kind: Time},
}

// Allocations lists the codes of all pools.
func (t *Tenant) Allocations(l List) (Page[Allocation], error) {
	return page(t.Tx, l, allocationFields, allocationColumns, "allocations WHERE tenant_id = ?", []any{t.ID}, scanAllocation)
}
