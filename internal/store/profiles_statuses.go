package store

import "github.com/belfryhq/belfry/internal/scalar"

// Status is a definition: profiles are given it and lose it.
type Status struct {
	ID     int64
	Name   string
	Handle string
	// SortOrder ranks it in its group; the higher the better.
	SortOrder   int64
	Code        scalar.Text
	Colour      scalar.Text
	GroupHandle scalar.Text
	GroupName   scalar.Text
	// Period counts PeriodType units (days, weeks, months, years, …) that it
	// holds for.
	Period         scalar.Int
	PeriodType     scalar.Text
	AbsoluteExpiry scalar.Time
	// Timezone is the IANA zone in which the period is counted.
	Timezone  scalar.Text
	Display   StatusDisplay
	CreatedAt scalar.Time
	UpdatedAt scalar.Time
}

// StatusDisplay is how a status is shown to people.
type StatusDisplay struct {
	PrimaryColour    scalar.Text `json:"primary_colour"`
	SecondaryColour  scalar.Text `json:"secondary_colour"`
	TextColour       scalar.Text `json:"text_colour"`
	Icon             scalar.Text `json:"icon"`
	ImageURL         scalar.Text `json:"image_url"`
	Description      scalar.Text `json:"description"`
	ShortDescription scalar.Text `json:"short_description"`
	LongDescription  scalar.Text `json:"long_description"`
	EarnInstructions scalar.Text `json:"earn_instructions"`
	TermsConditions  scalar.Text `json:"terms_conditions"`
	InternalNotes    scalar.Text `json:"internal_notes"`
}

const statusColumns = `id, name, handle, sort_order, code, colour, group_handle, group_name, period,
	period_type, absolute_expiry, timezone, display, created_at, updated_at`

func scanStatus(s *Status) []any {
	return []any{
		&s.ID, &s.Name, &s.Handle, &s.SortOrder, &s.Code, &s.Colour, &s.GroupHandle, &s.GroupName, &s.Period,
		&s.PeriodType, &s.AbsoluteExpiry, &s.Timezone, asJSON(&s.Display), &s.CreatedAt, &s.UpdatedAt,
	}
}

// InsertStatus stores a status and sets its ID and times.
func (t *Tenant) InsertStatus(s *Status) (err error) {
	s.CreatedAt = t.Now()
	s.UpdatedAt = s.CreatedAt
	s.ID, err = t.insert(`INSERT INTO statuses (tenant_id, name, handle, sort_order, code, colour, group_handle,
		group_name, period, period_type, absolute_expiry, timezone, display, created_at, updated_at)
		VALUES (`+placeholders(15)+`)`,
		t.ID, s.Name, s.Handle, s.SortOrder, s.Code, s.Colour, s.GroupHandle, s.GroupName, s.Period,
		s.PeriodType, s.AbsoluteExpiry, s.Timezone, asJSON(s.Display), s.CreatedAt, s.UpdatedAt)
	return err
}

// UpdateStatus stores a status's new state, not its handle, and sets UpdatedAt.
func (t *Tenant) UpdateStatus(s *Status) error {
	s.UpdatedAt = t.Now()
	return t.execOne(`UPDATE statuses SET name = ?, sort_order = ?, code = ?, colour = ?, group_handle = ?,
		group_name = ?, period = ?, period_type = ?, absolute_expiry = ?, timezone = ?, display = ?,
		updated_at = ? WHERE tenant_id = ? AND id = ?`,
		s.Name, s.SortOrder, s.Code, s.Colour, s.GroupHandle, s.GroupName, s.Period, s.PeriodType,
		s.AbsoluteExpiry, s.Timezone, asJSON(s.Display), s.UpdatedAt, t.ID, s.ID)
}

// DeleteStatus removes a status; profiles that have it no longer show it.
func (t *Tenant) DeleteStatus(id int64) error {
	return t.execOne("DELETE FROM statuses WHERE tenant_id = ? AND id = ?", t.ID, id)
}

// Status reads one status.
func (t *Tenant) Status(id int64) (Status, error) {
	return single(t.Tx, scanStatus, "SELECT "+statusColumns+" FROM statuses WHERE tenant_id = ? AND id = ?", t.ID, id)
}

// StatusesByID reads the statuses that there are of the given ids.
func (t *Tenant) StatusesByID(ids ...int64) ([]Status, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return collect(t.Tx, scanStatus, "SELECT "+statusColumns+` FROM statuses
		WHERE tenant_id = ? AND id IN (`+placeholders(len(ids))+")", withTenant(t.ID, ids)...)
}

// StatusesByHandle reads the statuses that there are of the given handles.
func (t *Tenant) StatusesByHandle(handles ...string) ([]Status, error) {
	if len(handles) == 0 {
		return nil, nil
	}
	return collect(t.Tx, scanStatus, "SELECT "+statusColumns+` FROM statuses
		WHERE tenant_id = ? AND handle IN (`+placeholders(len(handles))+")", withTenant(t.ID, handles)...)
}

var statusFields = Fields{
	"id":           {Column: "id", Kind: Int},
	"name":         {Column: "name"},
	"handle":       {Column: "handle"},
	"sort_order":   {Column: "sort_order", Kind: Int},
	"code":         {Column: "code"},
	"colour":       {Column: "colour"},
	"group_handle": {Column: "group_handle"},
	"group_name":   {Column: "group_name"},
	"period_type":  {Column: "period_type"},
	"timezone":     {Column: "timezone"},
	"created_at":   {Column: "created_at", Kind: Time},
	"updated_at":   {Column: "updated_at", Kind: Time},
}

// Statuses lists statuses.
func (t *Tenant) Statuses(l List) (Page[Status], error) {
	return page(t.Tx, l, statusFields, statusColumns, "statuses WHERE tenant_id = ?", []any{t.ID}, scanStatus)
}
