package store

import (
	"errors"

	"github.com/belfryhq/belfry/internal/scalar"
)

// TenantRecord is one retailer: everything else belongs to a tenant.
type TenantRecord struct {
	ID     int64
	Handle string
	Name   string
	// Timezone is the IANA zone of the programme's calendar days.
	Timezone string
	// Currency is the ISO 4217 code of amounts that name none.
	Currency string
	// ConfigVersion grows with every change of a reaction or an endpoint.
	ConfigVersion int64
	CreatedAt     scalar.Time
}

const tenantColumns = "id, handle, name, timezone, currency, config_version, created_at"

func scanTenant(t *TenantRecord) []any {
	return []any{&t.ID, &t.Handle, &t.Name, &t.Timezone, &t.Currency, &t.ConfigVersion, &t.CreatedAt}
}

// EnsureTenant returns the tenant with the given handle and makes it when there
// is none yet.
func (tx *Tx) EnsureTenant(handle string) (rec TenantRecord, created bool, err error) {
	rec, err = single(tx, scanTenant, "SELECT "+tenantColumns+" FROM tenants WHERE handle = ?", handle)
	if !errors.Is(err, ErrNotFound) {
		return rec, false, err
	}
	n, err := tx.exec(`INSERT INTO tenants (handle, name, created_at) VALUES (?, ?, ?)
		ON CONFLICT (handle) DO NOTHING`, handle, handle, tx.Now())
	if err != nil {
		return rec, false, err
	}
	rec, err = single(tx, scanTenant, "SELECT "+tenantColumns+" FROM tenants WHERE handle = ?", handle)
	return rec, n == 1, err
}

// Record returns the tenant that the transaction is bound to, as it was when it
// was first asked for.
func (t *Tenant) Record() (TenantRecord, error) {
	if t.record != nil {
		return *t.record, nil
	}
	rec, err := single(t.Tx, scanTenant, "SELECT "+tenantColumns+" FROM tenants WHERE id = ?", t.ID)
	if err == nil {
		t.record = &rec
	}
	return rec, err
}

// UpdateRecord stores the tenant's name, time zone and currency.
func (t *Tenant) UpdateRecord(rec TenantRecord) error {
	t.record = nil
	return t.execOne("UPDATE tenants SET name = ?, timezone = ?, currency = ? WHERE id = ?",
		rec.Name, rec.Timezone, rec.Currency, t.ID)
}

// Lock has every other transaction that locks the tenant, or changes its record,
// wait until this one ends. Rows can be added to the tenant meanwhile.
func (t *Tenant) Lock() error {
	if t.db.engine.forUpdate() == "" {
		return nil
	}
	_, err := t.exec("SELECT id FROM tenants WHERE id = ? FOR NO KEY UPDATE", t.ID)
	return err
}

// ConfigVersion returns the number that grows with every change of the
// tenant's reactions and endpoints.
func (t *Tenant) ConfigVersion() (v int64, err error) {
	err = t.get([]any{&v}, "SELECT config_version FROM tenants WHERE id = ?", t.ID)
	return v, err
}

// configChanged makes every cache of the tenant's reactions and endpoints stale.
func (t *Tenant) configChanged() error {
	t.record = nil
	return t.execOne("UPDATE tenants SET config_version = config_version + 1 WHERE id = ?", t.ID)
}
