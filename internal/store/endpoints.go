package store

// Endpoint is a target as deliveries see it, whatever the tenant.
type Endpoint struct {
	Target
	TenantID int64
	// ConfigVersion is the tenant's when the target was read.
	ConfigVersion int64
}

// Endpoint reads the target that deliveries go to; ErrNotFound when it was
// deleted.
func (tx *Tx) Endpoint(id int64) (Endpoint, error) {
	return single(tx, func(e *Endpoint) []any {
		return append(scanTarget(&e.Target), &e.TenantID, &e.ConfigVersion)
	}, "SELECT "+targetColumns+`, tenant_id,
		(SELECT config_version FROM tenants WHERE tenants.id = targets.tenant_id)
		FROM targets WHERE id = ?`, id)
}

// EndpointVersion reads the config version of the tenant that a target belongs
// to; ErrNotFound when the target was deleted.
func (tx *Tx) EndpointVersion(id int64) (v int64, err error) {
	err = tx.get([]any{&v}, `SELECT config_version FROM tenants
		WHERE id = (SELECT tenant_id FROM targets WHERE targets.id = ?)`, id)
	return v, err
}

// DisableEndpoint stops deliveries to a target and keeps why. One that is
// disabled already stays as it is.
func (tx *Tx) DisableEndpoint(id int64, reason string) error {
	n, err := tx.exec(`UPDATE targets SET disabled_at = ?, disabled_reason = ?
		WHERE id = ? AND disabled_at IS NULL`, tx.Now(), reason, id)
	if err != nil || n == 0 {
		return err
	}
	return tx.execOne(`UPDATE tenants SET config_version = config_version + 1
		WHERE id = (SELECT tenant_id FROM targets WHERE targets.id = ?)`, id)
}
