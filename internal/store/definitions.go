package store

import (
	"encoding/json"

	"github.com/belfryhq/belfry/internal/scalar"
)

// DefinitionKind is what a definition defines.
type DefinitionKind string

// The kinds of definitions.
const (
	PointDefinition       DefinitionKind = "point"
	RateDefinition        DefinitionKind = "rate"
	TierDefinition        DefinitionKind = "tier"
	RewardDefinition      DefinitionKind = "reward"
	BenefitDefinition     DefinitionKind = "benefit"
	AchievementDefinition DefinitionKind = "achievement"
)

// Definition is a template of points, rewards and so on, with a handle of its
// own among its kind.
type Definition struct {
	ID          int64
	Kind        DefinitionKind
	Handle      string
	Name        string
	Type        scalar.Text
	IsPublished bool
	// Data is all that it says.
	Data json.RawMessage
	// Redeemed counts redemptions where they are limited.
	Redeemed  int64
	CreatedAt scalar.Time
	UpdatedAt scalar.Time
}

const definitionColumns = "id, kind, handle, name, type, is_published, data, redeemed, created_at, updated_at"

func scanDefinition(d *Definition) []any {
	return []any{
		&d.ID, (*string)(&d.Kind), &d.Handle, &d.Name, &d.Type, &d.IsPublished, rawJSON(&d.Data), &d.Redeemed,
		&d.CreatedAt, &d.UpdatedAt,
	}
}

// InsertDefinition stores a definition and sets its ID and times.
func (t *Tenant) InsertDefinition(d *Definition) (err error) {
	d.CreatedAt = t.Now()
	d.UpdatedAt = d.CreatedAt
	d.ID, err = t.insert(`INSERT INTO definitions (tenant_id, kind, handle, name, type, is_published, data,
		created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		t.ID, string(d.Kind), d.Handle, d.Name, d.Type, d.IsPublished, rawJSON(&d.Data), d.CreatedAt, d.UpdatedAt)
	if err != nil {
		return err
	}
	return t.configChanged()
}

// UpdateDefinition stores what a definition says, not its handle nor its counts,
// and sets UpdatedAt.
func (t *Tenant) UpdateDefinition(d *Definition) error {
	d.UpdatedAt = t.Now()
	err := t.execOne(`UPDATE definitions SET name = ?, type = ?, is_published = ?, data = ?, updated_at = ?
		WHERE tenant_id = ? AND kind = ? AND id = ?`,
		d.Name, d.Type, d.IsPublished, rawJSON(&d.Data), d.UpdatedAt, t.ID, string(d.Kind), d.ID)
	if err != nil {
		return err
	}
	return t.configChanged()
}

// DeleteDefinition removes a definition.
func (t *Tenant) DeleteDefinition(kind DefinitionKind, id int64) error {
	err := t.execOne("DELETE FROM definitions WHERE tenant_id = ? AND kind = ? AND id = ?", t.ID, string(kind), id)
	if err != nil {
		return err
	}
	return t.configChanged()
}

// Definition reads one definition, and has every other change of it wait where
// forUpdate.
func (t *Tenant) Definition(kind DefinitionKind, id int64, forUpdate bool) (Definition, error) {
	query := "SELECT " + definitionColumns + " FROM definitions WHERE tenant_id = ? AND kind = ? AND id = ?"
	if forUpdate {
		query += t.db.engine.forUpdate()
	}
	return single(t.Tx, scanDefinition, query, t.ID, string(kind), id)
}

// AllDefinitions reads every definition of the tenant, in the order of their ids.
func (t *Tenant) AllDefinitions() ([]Definition, error) {
	return collect(t.Tx, scanDefinition, "SELECT "+definitionColumns+" FROM definitions WHERE tenant_id = ? ORDER BY id", t.ID)
}

// CountRedemptions adds to how often a definition was redeemed.
func (t *Tenant) CountRedemptions(id, n int64) error {
	return t.execOne("UPDATE definitions SET redeemed = redeemed + ? WHERE tenant_id = ? AND id = ?", n, t.ID, id)
}

// RedemptionCounts returns how often definitions were redeemed, by their ids.
func (t *Tenant) RedemptionCounts(ids ...int64) (map[int64]int64, error) {
	rows, err := inBatches(ids, func(ids []int64) ([]Definition, error) {
		return collect(t.Tx, func(d *Definition) []any { return []any{&d.ID, &d.Redeemed} },
			"SELECT id, redeemed FROM definitions WHERE tenant_id = ? AND id IN ("+placeholders(len(ids))+")",
			withTenant(t.ID, ids)...)
	})
	redeemed := make(map[int64]int64, len(rows))
	for _, d := range rows {
		redeemed[d.ID] = d.Redeemed
	}
	return redeemed, err
}

var definitionFields = Fields{
	"id":           {Column: "id", Kind: Int},
	"name":         {Column: "name"},
	"handle":       {Column: "handle"},
	"type":         {Column: "type"},
	"is_published": {Column: "is_published", Kind: Bool},
	"created_at":   {Column: "created_at", Kind: Time},
	"updated_at":   {Column: "updated_at", Kind: Time},
}

// Definitions lists the definitions of one kind.
func (t *Tenant) Definitions(kind DefinitionKind, l List) (Page[Definition], error) {
	return page(t.Tx, l, definitionFields, definitionColumns, "definitions WHERE tenant_id = ? AND kind = ?",
		[]any{t.ID, string(kind)}, scanDefinition)
}

// Setting is a decision of the tenant for the whole programme.
type Setting struct {
	Handle string
	Value  json.RawMessage
}

// Settings reads every setting that was made.
func (t *Tenant) Settings() ([]Setting, error) {
	return collect(t.Tx, func(s *Setting) []any { return []any{&s.Handle, rawJSON(&s.Value)} },
		"SELECT handle, value FROM settings WHERE tenant_id = ? ORDER BY handle", t.ID)
}

// PutSetting stores a setting in the place of a former one.
func (t *Tenant) PutSetting(s Setting) error {
	_, err := t.exec(`INSERT INTO settings (tenant_id, handle, value) VALUES (?, ?, ?)
		ON CONFLICT (tenant_id, handle) DO UPDATE SET value = excluded.value`, t.ID, s.Handle, rawJSON(&s.Value))
	if err != nil {
		return err
	}
	return t.configChanged()
}
