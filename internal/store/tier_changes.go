package store

import "github.com/belfryhq/belfry/internal/scalar"

// The changes of a tier.
const (
	TierAchieved   = "achieved"
	TierAssigned   = "assigned"
	TierMaintained = "maintained"
	TierLost       = "lost"
)

// TierChange is one entry of a profile's history of tiers.
type TierChange struct {
	ID        int64
	ProfileID string
	Change    string
	// FromID and ToID are those of definitions; 0 is the floor.
	FromID, ToID scalar.Int
	// Total is that of the tier points of the 365 days before At.
	Total scalar.Amount
	At    scalar.Time
}

// InsertTierChange stores an entry and sets its ID.
func (t *Tenant) InsertTierChange(c *TierChange) (err error) {
	c.ID, err = t.insert(`INSERT INTO tier_changes (tenant_id, profile_id, change, from_id, to_id, total, at)
		VALUES (?, ?, ?, ?, ?, ?, ?)`, t.ID, c.ProfileID, c.Change, c.FromID, c.ToID, c.Total, c.At)
	return err
}

// TierChanges reads a profile's history, oldest first.
func (t *Tenant) TierChanges(profileID string) ([]TierChange, error) {
	return collect(t.Tx, func(c *TierChange) []any {
		return []any{&c.ID, &c.ProfileID, &c.Change, &c.FromID, &c.ToID, &c.Total, &c.At}
	}, `SELECT id, profile_id, change, from_id, to_id, total, at FROM tier_changes
		WHERE tenant_id = ? AND profile_id = ? ORDER BY id`, t.ID, profileID)
}

// FloorTier is the type of the definition of the tier that everybody has at
// least.
const FloorTier = "floor"

// HeldTier reports whether any profile holds a tier or once did. The floor is
// held as soon as there are profiles.
func (t *Tenant) HeldTier(definitionID int64) (bool, error) {
	return t.any(`SELECT id FROM tier_changes WHERE tenant_id = ? AND to_id = ?
		UNION ALL SELECT tier_id FROM accounts WHERE tenant_id = ? AND tier_id = ?
		UNION ALL SELECT d.id FROM definitions d JOIN profiles p ON p.tenant_id = d.tenant_id
			WHERE d.tenant_id = ? AND d.id = ? AND d.type = ?
		LIMIT 1`, t.ID, definitionID, t.ID, definitionID, t.ID, definitionID, FloorTier)
}
