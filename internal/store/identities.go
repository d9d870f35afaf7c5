package store

import "github.com/belfryhq/belfry/internal/scalar"

// Identity is what a profile is called in another system.
type Identity struct {
	ID        int64
	ProfileID string
	// Handle names the system: shopify, loyalty-card, ….
	Handle     string
	Identifier string
	IsPrimary  bool
	IsActive   bool
	// MergedFrom is the profile that it came from in a merge.
	MergedFrom scalar.Text
	CreatedAt  scalar.Time
	UpdatedAt  scalar.Time
}

const identityColumns = `id, profile_id, handle, identifier, is_primary, is_active, merged_from,
	created_at, updated_at`

func scanIdentity(i *Identity) []any {
	return []any{
		&i.ID, &i.ProfileID, &i.Handle, &i.Identifier, &i.IsPrimary, &i.IsActive, &i.MergedFrom,
		&i.CreatedAt, &i.UpdatedAt,
	}
}

// InsertIdentity stores an identity and sets its ID and times.
func (t *Tenant) InsertIdentity(i *Identity) (err error) {
	i.CreatedAt = t.Now()
	i.UpdatedAt = i.CreatedAt
	i.ID, err = t.insert(`INSERT INTO identities (tenant_id, profile_id, handle, identifier, is_primary,
		is_active, merged_from, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		t.ID, i.ProfileID, i.Handle, i.Identifier, i.IsPrimary, i.IsActive, i.MergedFrom, i.CreatedAt, i.UpdatedAt)
	return err
}

// UpdateIdentity stores an identity's new state and sets UpdatedAt.
func (t *Tenant) UpdateIdentity(i *Identity) error {
	i.UpdatedAt = t.Now()
	return t.execOne(`UPDATE identities SET handle = ?, identifier = ?, is_primary = ?, is_active = ?,
		merged_from = ?, updated_at = ? WHERE tenant_id = ? AND profile_id = ? AND id = ?`,
		i.Handle, i.Identifier, i.IsPrimary, i.IsActive, i.MergedFrom, i.UpdatedAt, t.ID, i.ProfileID, i.ID)
}

// DeleteIdentity removes an identity from its profile.
func (t *Tenant) DeleteIdentity(profileID string, id int64) error {
	return t.execOne("DELETE FROM identities WHERE tenant_id = ? AND profile_id = ? AND id = ?", t.ID, profileID, id)
}

// IdentityOf finds the identity with a system's handle and identifier.
func (t *Tenant) IdentityOf(handle, identifier string) (Identity, error) {
	return single(t.Tx, scanIdentity, "SELECT "+identityColumns+` FROM identities
		WHERE tenant_id = ? AND handle = ? AND identifier = ?`, t.ID, handle, identifier)
}

// Identities reads the identities of profiles, in the order they were given.
func (t *Tenant) Identities(profileIDs ...string) ([]Identity, error) {
	if len(profileIDs) == 0 {
		return nil, nil
	}
	return collect(t.Tx, scanIdentity, "SELECT "+identityColumns+` FROM identities
		WHERE tenant_id = ? AND profile_id IN (`+placeholders(len(profileIDs))+`) ORDER BY id`,
		withTenant(t.ID, profileIDs)...)
}

// withTenant returns the arguments of a query on a tenant's rows.
func withTenant[T any](tenantID int64, values []T) []any {
	args := make([]any, 0, len(values)+1)
	args = append(args, tenantID)
	for _, v := range values {
		args = append(args, v)
	}
	return args
}
