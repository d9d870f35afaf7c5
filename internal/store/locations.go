package store

import "github.com/belfryhq/belfry/internal/scalar"

// Location is a shop, or an online one.
type Location struct {
	ID                  int64
	ExternalID          scalar.Text
	ExternalCode        scalar.Text
	Name                string
	Type                scalar.Text
	Timezone            scalar.Text
	Phone               scalar.Text
	Email               scalar.Text
	Description         scalar.Text
	IsPublished         bool
	IsPermanentlyClosed bool
	// Address is nil when it is not known.
	Address      *AddressLines
	NormalHours  []NormalHours
	SpecialHours []SpecialDay
	Tags         []string
	CreatedAt    scalar.Time
	UpdatedAt    scalar.Time
}

// NormalHours are the opening hours of a weekday.
type NormalHours struct {
	// DayOfWeek is MON to SUN. A day without OpenAt is closed.
	DayOfWeek string      `json:"day_of_week"`
	OpenAt    scalar.Text `json:"open_at"`
	CloseAt   scalar.Text `json:"close_at"`
}

// SpecialDay are the opening hours of particular days, such as holidays.
type SpecialDay struct {
	Name        string      `json:"name"`
	IsRepeating bool        `json:"is_repeating"`
	StartAt     scalar.Text `json:"start_at"`
	EndAt       scalar.Text `json:"end_at"`
	OpenAt      scalar.Text `json:"open_at"`
	CloseAt     scalar.Text `json:"close_at"`
}

const locationColumns = `id, external_id, external_code, name, type, timezone, phone, email, description,
	is_published, is_permanently_closed, address, normal_hours, special_hours, tags, created_at, updated_at`

func scanLocation(l *Location) []any {
	return []any{
		&l.ID, &l.ExternalID, &l.ExternalCode, &l.Name, &l.Type, &l.Timezone, &l.Phone, &l.Email, &l.Description,
		&l.IsPublished, &l.IsPermanentlyClosed, asJSON(&l.Address), asJSON(&l.NormalHours), asJSON(&l.SpecialHours),
		asJSON(&l.Tags), &l.CreatedAt, &l.UpdatedAt,
	}
}

// own returns the columns that InsertLocation and UpdateLocation both write.
func (l *Location) own() []any {
	var address any
	if l.Address != nil {
		address = asJSON(l.Address)
	}
	return []any{
		l.ExternalID, l.ExternalCode, l.Name, l.Type, l.Timezone, l.Phone, l.Email, l.Description, l.IsPublished,
		l.IsPermanentlyClosed, address, listJSON(l.NormalHours), listJSON(l.SpecialHours), listJSON(l.Tags), l.UpdatedAt,
	}
}

// InsertLocation stores a location and sets its ID and times.
func (t *Tenant) InsertLocation(l *Location) (err error) {
	l.CreatedAt = t.Now()
	l.UpdatedAt = l.CreatedAt
	l.ID, err = t.insert(`INSERT INTO locations (external_id, external_code, name, type, timezone, phone, email,
		description, is_published, is_permanently_closed, address, normal_hours, special_hours, tags, updated_at,
		tenant_id, created_at) VALUES (`+placeholders(17)+`)`, append(l.own(), t.ID, l.CreatedAt)...)
	return err
}

// UpdateLocation stores a location's new state and sets UpdatedAt.
func (t *Tenant) UpdateLocation(l *Location) error {
	l.UpdatedAt = t.Now()
	return t.execOne(`UPDATE locations SET external_id = ?, external_code = ?, name = ?, type = ?, timezone = ?,
		phone = ?, email = ?, description = ?, is_published = ?, is_permanently_closed = ?, address = ?,
		normal_hours = ?, special_hours = ?, tags = ?, updated_at = ? WHERE tenant_id = ? AND id = ?`,
		append(l.own(), t.ID, l.ID)...)
}

// DeleteLocation removes a location. Transactions keep its id.
func (t *Tenant) DeleteLocation(id int64) error {
	return t.execOne("DELETE FROM locations WHERE tenant_id = ? AND id = ?", t.ID, id)
}

// Location reads one location.
func (t *Tenant) Location(id int64) (Location, error) {
	return single(t.Tx, scanLocation, "SELECT "+locationColumns+" FROM locations WHERE tenant_id = ? AND id = ?", t.ID, id)
}

// LocationByExternalID finds the location with another system's id.
func (t *Tenant) LocationByExternalID(externalID string) (Location, error) {
	return single(t.Tx, scanLocation, "SELECT "+locationColumns+" FROM locations WHERE tenant_id = ? AND external_id = ?",
		t.ID, externalID)
}

// LocationByExternalCode finds the location with another system's code.
func (t *Tenant) LocationByExternalCode(code string) (Location, error) {
	return single(t.Tx, scanLocation, "SELECT "+locationColumns+" FROM locations WHERE tenant_id = ? AND external_code = ?",
		t.ID, code)
}

// LocationsByID reads the locations of the ids that there are.
func (t *Tenant) LocationsByID(ids ...int64) ([]Location, error) {
	return inBatches(ids, func(ids []int64) ([]Location, error) {
		return collect(t.Tx, scanLocation, "SELECT "+locationColumns+" FROM locations WHERE tenant_id = ? AND id IN ("+
			placeholders(len(ids))+")", withTenant(t.ID, ids)...)
	})
}

// inBatches runs a query with an IN list. The list's last value repeats up to a
// power of two, so that lists of all lengths make few texts of SQL.
func inBatches[V, T any](values []V, query func([]V) ([]T, error)) ([]T, error) {
	var out []T
	for len(values) > 0 {
		n := min(len(values), maxInValues)
		batch := append(make([]V, 0, 2*n), values[:n]...)
		values = values[n:]
		for len(batch)&(len(batch)-1) != 0 {
			batch = append(batch, batch[n-1])
		}
		rows, err := query(batch)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

var locationFields = Fields{
	"id":                    {Column: "id", Kind: Int},
	"type":                  {Column: "type"},
	"name":                  {Column: "name"},
	"description":           {Column: "description"},
	"phone":                 {Column: "phone"},
	"email":                 {Column: "email"},
	"timezone":              {Column: "timezone"},
	"external_id":           {Column: "external_id"},
	"external_code":         {Column: "external_code"},
	"is_published":          {Column: "is_published", Kind: Bool},
	"is_permanently_closed": {Column: "is_permanently_closed", Kind: Bool},
	"created_at":            {Column: "created_at", Kind: Time},
	"updated_at":            {Column: "updated_at", Kind: Time},
}

// Locations lists locations.
func (t *Tenant) Locations(l List) (Page[Location], error) {
	return page(t.Tx, l, locationFields, locationColumns, "locations WHERE tenant_id = ?", []any{t.ID}, scanLocation)
}
