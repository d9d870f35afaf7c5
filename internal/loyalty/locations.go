package loyalty

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// LocationInput is what a request says about a location, with the names of API
// v3.
type LocationInput struct {
	Type                scalar.Text                  `json:"type" doc:"store or online, or a name of the retailer's own"`
	Name                scalar.Text                  `json:"name" required:"true"`
	Description         scalar.Text                  `json:"description"`
	Phone               scalar.Text                  `json:"phone"`
	Email               scalar.Text                  `json:"email"`
	Timezone            scalar.Text                  `json:"timezone" doc:"IANA zone"`
	ExternalID          scalar.Text                  `json:"external_id" doc:"unique"`
	ExternalCode        scalar.Text                  `json:"external_code" doc:"unique"`
	IsPublished         *bool                        `json:"is_published" doc:"true when not given"`
	IsPermanentlyClosed bool                         `json:"is_permanently_closed"`
	Address             *store.AddressLines          `json:"address"`
	NormalHours         wholeList[store.NormalHours] `json:"normal_hours"`
	SpecialHours        wholeList[store.SpecialDay]  `json:"special_hours"`
	Tags                []string                     `json:"tags"`
}

// CreateLocation stores a location.
func CreateLocation(t *store.Tenant, in LocationInput) (event.Location, error) {
	var l store.Location
	if err := in.apply(&l); err != nil {
		return event.Location{}, err
	}
	if err := takenLocation(t.InsertLocation(&l)); err != nil {
		return event.Location{}, err
	}
	return showLocation(l), nil
}

// ReadLocation returns a location.
func ReadLocation(t *store.Tenant, id int64) (event.Location, error) {
	l, err := t.Location(id)
	return showLocation(l), missing(err, "location", id)
}

// ListLocations returns a page of locations.
func ListLocations(t *store.Tenant, l store.List) (store.Page[event.Location], error) {
	p, err := t.Locations(l)
	if err != nil {
		return store.Page[event.Location]{}, err
	}
	return pageOf(p, showLocation), nil
}

// UpdateLocation changes a location as patch changes the input.
func UpdateLocation(t *store.Tenant, id int64, patch func(*LocationInput) error) (event.Location, error) {
	l, err := t.Location(id)
	if err != nil {
		return event.Location{}, missing(err, "location", id)
	}
	in := locationInput(l)
	if err := patch(&in); err != nil {
		return event.Location{}, err
	}
	if err := in.apply(&l); err != nil {
		return event.Location{}, err
	}
	if err := takenLocation(t.UpdateLocation(&l)); err != nil {
		return event.Location{}, err
	}
	return showLocation(l), nil
}

// DeleteLocation removes a location. Its transactions stay.
func DeleteLocation(t *store.Tenant, id int64) error {
	return missing(t.DeleteLocation(id), "location", id)
}

// FindLocation returns the location with a key as API v3 takes it: its id, or
// else its external id, or else its external code.
func FindLocation(t *store.Tenant, key string) (store.Location, error) {
	if id, err := strconv.ParseInt(key, 10, 64); err == nil {
		l, err := t.Location(id)
		if !errors.Is(err, store.ErrNotFound) {
			return l, err
		}
	}
	l, err := t.LocationByExternalID(key)
	if errors.Is(err, store.ErrNotFound) {
		l, err = t.LocationByExternalCode(key)
	}
	return l, missing(err, "location", key)
}

// takenLocation says which unique field of a location another one has.
func takenLocation(err error) error {
	var dup *store.DuplicateError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &dup) && strings.Contains(dup.Constraint, "external_code"):
		return Invalid("external_code", "The external code has already been taken.")
	case errors.As(err, &dup):
		return Invalid("external_id", "The external id has already been taken.")
	}
	return fmt.Errorf("store location: %w", err)
}

func locationInput(l store.Location) LocationInput {
	in := LocationInput{
		Type: l.Type, Name: scalar.Text(l.Name), Description: l.Description, Phone: l.Phone, Email: l.Email,
		Timezone: l.Timezone, ExternalID: l.ExternalID, ExternalCode: l.ExternalCode, IsPublished: &l.IsPublished,
		IsPermanentlyClosed: l.IsPermanentlyClosed, NormalHours: l.NormalHours, SpecialHours: l.SpecialHours, Tags: l.Tags,
	}
	if l.Address != nil {
		address := *l.Address
		in.Address = &address
	}
	return in
}

// apply checks the input and makes it the location's state.
func (in *LocationInput) apply(l *store.Location) error {
	var invalid InvalidError
	checkRequired(&invalid, "name", &in.Name, 191)
	for field, v := range map[string]*scalar.Text{
		"type": &in.Type, "phone": &in.Phone, "email": &in.Email, "timezone": &in.Timezone,
		"external_id": &in.ExternalID, "external_code": &in.ExternalCode,
	} {
		checkText(&invalid, field, v, 191)
	}
	checkText(&invalid, "description", &in.Description, 10_000)
	if in.Timezone != "" {
		checkZone(&invalid, "timezone", string(in.Timezone))
	}
	in.checkHours(&invalid)
	in.Tags = normalTags(in.Tags)
	checkTags(&invalid, in.Tags)
	if err := invalid.Err(); err != nil {
		return err
	}
	l.Type, l.Name, l.Description, l.Phone, l.Email = in.Type, string(in.Name), in.Description, in.Phone, in.Email
	l.Timezone, l.ExternalID, l.ExternalCode = in.Timezone, in.ExternalID, in.ExternalCode
	l.IsPublished = in.IsPublished == nil || *in.IsPublished
	l.IsPermanentlyClosed, l.Address = in.IsPermanentlyClosed, in.Address
	l.NormalHours, l.SpecialHours, l.Tags = in.NormalHours, in.SpecialHours, in.Tags
	return nil
}

// weekdays are the days of opening hours.
var weekdays = []string{"MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"}

var timeOfDay = regexp.MustCompile(`^([01]\d|2[0-4]):[0-5]\d(:[0-5]\d)?$`)

func (in *LocationInput) checkHours(invalid *InvalidError) {
	for i := range in.NormalHours {
		h := &in.NormalHours[i]
		h.DayOfWeek = strings.ToUpper(h.DayOfWeek)
		if !slices.Contains(weekdays, h.DayOfWeek) {
			invalid.Add(fmt.Sprintf("normal_hours.%d.day_of_week", i), "The selected day of week is invalid.")
		}
		checkClock(invalid, fmt.Sprintf("normal_hours.%d", i), h.OpenAt, h.CloseAt)
	}
	for i := range in.SpecialHours {
		checkClock(invalid, fmt.Sprintf("special_hours.%d", i), in.SpecialHours[i].OpenAt, in.SpecialHours[i].CloseAt)
	}
}

func checkClock(invalid *InvalidError, field string, open, end scalar.Text) {
	if open != "" && !timeOfDay.MatchString(string(open)) {
		invalid.Add(field+".open_at", "The open at does not match the format HH:mm.")
	}
	if end != "" && !timeOfDay.MatchString(string(end)) {
		invalid.Add(field+".close_at", "The close at does not match the format HH:mm.")
	}
}

func checkZone(invalid *InvalidError, field, name string) {
	if _, err := loadZone(name); err != nil {
		invalid.Add(field, "The %s must be a valid zone.", label(field))
	}
}

func showLocation(l store.Location) event.Location {
	return event.Location{
		ID: l.ID, Type: l.Type, Name: l.Name, Description: l.Description, Phone: l.Phone, Email: l.Email,
		Timezone: l.Timezone, ExternalID: l.ExternalID, ExternalCode: l.ExternalCode, IsPublished: l.IsPublished,
		IsPermanentlyClosed: l.IsPermanentlyClosed, Address: l.Address, NormalHours: orEmpty(l.NormalHours),
		SpecialHours: orEmpty(l.SpecialHours), Tags: orEmpty(l.Tags), CreatedAt: l.CreatedAt, UpdatedAt: l.UpdatedAt,
	}
}
