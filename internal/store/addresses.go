package store

import (
	"bytes"
	"encoding/json"

	"github.com/belfryhq/belfry/internal/scalar"
)

// Address is a postal address of a profile.
type Address struct {
	ID         int64
	ProfileID  scalar.Text
	ExternalID scalar.Text
	Lines      AddressLines
	CreatedAt  scalar.Time
	UpdatedAt  scalar.Time
}

// AddressLines is what an address says.
type AddressLines struct {
	AddressLine1 scalar.Text `json:"address_line_1" required:"true"`
	AddressLine2 scalar.Text `json:"address_line_2"`
	AddressLine3 scalar.Text `json:"address_line_3"`
	Company      scalar.Text `json:"company"`
	City         scalar.Text `json:"city" required:"true"`
	State        scalar.Text `json:"state"`
	Postcode     scalar.Text `json:"postcode"`
	Country      scalar.Text `json:"country" required:"true"`
	// ISO is the country's ISO 3166 code, ISOState the state's.
	ISO       scalar.Text     `json:"iso"`
	ISOState  scalar.Text     `json:"iso_state"`
	Latitude  *Degrees        `json:"latitude"`
	Longitude *Degrees        `json:"longitude"`
	Notes     scalar.Text     `json:"notes"`
	Meta      json.RawMessage `json:"meta"`
}

// Degrees is an angle of geography; clients send it as a number or a string.
type Degrees float64

// UnmarshalJSON reads a number or a numeric string.
func (d *Degrees) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(bytes.Trim(data, `"`), (*float64)(d))
}

const addressColumns = "a.id, a.profile_id, a.external_id, a.data, a.created_at, a.updated_at"

// scanAddress reads an outer join's NULLs as the zero Address.
func scanAddress(a *Address) []any {
	return []any{nullID(&a.ID), &a.ProfileID, &a.ExternalID, asJSON(&a.Lines), &a.CreatedAt, &a.UpdatedAt}
}

// InsertAddress stores an address and sets its ID and times.
func (t *Tenant) InsertAddress(a *Address) (err error) {
	a.CreatedAt = t.Now()
	a.UpdatedAt = a.CreatedAt
	a.ID, err = t.insert(`INSERT INTO addresses (tenant_id, profile_id, external_id, data, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?)`,
		t.ID, a.ProfileID, a.ExternalID, asJSON(a.Lines), a.CreatedAt, a.UpdatedAt)
	return err
}

// UpdateAddress stores an address's new state and sets UpdatedAt.
func (t *Tenant) UpdateAddress(a *Address) error {
	a.UpdatedAt = t.Now()
	return t.execOne(`UPDATE addresses SET external_id = ?, data = ?, updated_at = ?
		WHERE tenant_id = ? AND profile_id = ? AND id = ?`,
		a.ExternalID, asJSON(a.Lines), a.UpdatedAt, t.ID, a.ProfileID, a.ID)
}

// DeleteAddress removes an address from its profile.
func (t *Tenant) DeleteAddress(profileID string, id int64) error {
	return t.execOne("DELETE FROM addresses WHERE tenant_id = ? AND profile_id = ? AND id = ?", t.ID, profileID, id)
}

// Addresses reads the addresses of profiles, in the order they were given.
func (t *Tenant) Addresses(profileIDs ...string) ([]Address, error) {
	if len(profileIDs) == 0 {
		return nil, nil
	}
	return collect(t.Tx, scanAddress, "SELECT "+addressColumns+` FROM addresses a
		WHERE a.tenant_id = ? AND a.profile_id IN (`+placeholders(len(profileIDs))+`) ORDER BY a.id`,
		withTenant(t.ID, profileIDs)...)
}
