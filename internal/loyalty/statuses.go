package loyalty

import (
	"errors"
	"fmt"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// StatusInput is what a request says about the definition of a status.
type StatusInput struct {
	Name           scalar.Text `json:"name" required:"true"`
	Handle         scalar.Text `json:"handle" required:"true" doc:"unique, cannot be changed later"`
	SortOrder      int64       `json:"sort_order" doc:"rank in the group, the higher the better"`
	Code           scalar.Text `json:"code"`
	Colour         scalar.Text `json:"colour"`
	GroupHandle    scalar.Text `json:"group_handle"`
	GroupName      scalar.Text `json:"group_name"`
	Period         scalar.Int  `json:"period"`
	PeriodType     scalar.Text `json:"period_type" doc:"hours, days, weeks, months, years, absolute_date, absolute_week or absolute_month"`
	AbsoluteExpiry scalar.Time `json:"absolute_expiry"`
	Timezone       scalar.Text `json:"timezone" doc:"IANA zone; the tenant's when not given"`
	store.StatusDisplay
}

// CreateStatus defines a status.
func CreateStatus(t *store.Tenant, in StatusInput) (event.Status, error) {
	var s store.Status
	if err := in.apply(&s); err != nil {
		return event.Status{}, err
	}
	if err := t.InsertStatus(&s); err != nil {
		var dup *store.DuplicateError
		if errors.As(err, &dup) {
			return event.Status{}, Invalid("handle", "The handle has already been taken.")
		}
		return event.Status{}, fmt.Errorf("insert status: %w", err)
	}
	return showStatus(s), nil
}

// ReadStatus returns the definition of a status.
func ReadStatus(t *store.Tenant, id int64) (event.Status, error) {
	s, err := t.Status(id)
	return showStatus(s), missing(err, "status", id)
}

// ListStatuses returns a page of definitions.
func ListStatuses(t *store.Tenant, l store.List) (store.Page[event.Status], error) {
	p, err := t.Statuses(l)
	if err != nil {
		return store.Page[event.Status]{}, err
	}
	return pageOf(p, showStatus), nil
}

// UpdateStatus changes the definition of a status, not its handle. Profiles that
// have the status keep the expiry they were given.
func UpdateStatus(t *store.Tenant, id int64, patch func(*StatusInput) error) (event.Status, error) {
	s, err := t.Status(id)
	if err != nil {
		return event.Status{}, missing(err, "status", id)
	}
	in := StatusInput{
		Name: scalar.Text(s.Name), Handle: scalar.Text(s.Handle), SortOrder: s.SortOrder, Code: s.Code,
		Colour: s.Colour, GroupHandle: s.GroupHandle, GroupName: s.GroupName, Period: s.Period,
		PeriodType: s.PeriodType, AbsoluteExpiry: s.AbsoluteExpiry, Timezone: s.Timezone, StatusDisplay: s.Display,
	}
	if err := patch(&in); err != nil {
		return event.Status{}, err
	}
	handle := s.Handle
	if err := in.apply(&s); err != nil {
		return event.Status{}, err
	}
	if s.Handle != handle {
		return event.Status{}, Invalid("handle", "The handle cannot be changed.")
	}
	if err := t.UpdateStatus(&s); err != nil {
		return event.Status{}, missing(err, "status", id)
	}
	return showStatus(s), nil
}

// DeleteStatus removes the definition of a status; profiles lose it.
func DeleteStatus(t *store.Tenant, id int64) error {
	return missing(t.DeleteStatus(id), "status", id)
}

func (in *StatusInput) apply(s *store.Status) error {
	var invalid InvalidError
	checkRequired(&invalid, "name", &in.Name, 255)
	checkRequired(&invalid, "handle", &in.Handle, maxTagChars)
	for field, v := range map[string]*scalar.Text{
		"code": &in.Code, "colour": &in.Colour, "group_handle": &in.GroupHandle, "group_name": &in.GroupName,
	} {
		checkText(&invalid, field, v, 255)
	}
	if hs := normalTags([]string{string(in.Handle)}); len(hs) == 1 && hs[0] != string(in.Handle) {
		invalid.Add("handle", "The handle may not hold spaces.")
	}
	checkPeriod(&invalid, "", event.Period{Count: in.Period, Unit: in.PeriodType, AbsoluteExpiry: in.AbsoluteExpiry})
	if in.Timezone != "" {
		checkZone(&invalid, "timezone", string(in.Timezone))
	}
	s.Name, s.Handle, s.SortOrder, s.Code = string(in.Name), string(in.Handle), in.SortOrder, in.Code
	s.Colour, s.GroupHandle, s.GroupName = in.Colour, in.GroupHandle, in.GroupName
	s.Period, s.PeriodType, s.AbsoluteExpiry = in.Period, in.PeriodType, in.AbsoluteExpiry
	s.Timezone, s.Display = in.Timezone, in.StatusDisplay
	return invalid.Err()
}

func showStatus(s store.Status) event.Status {
	return event.Status{
		ID: s.ID, Name: s.Name, Handle: s.Handle, SortOrder: s.SortOrder, Code: s.Code, Colour: s.Colour,
		GroupHandle: s.GroupHandle, GroupName: s.GroupName, Period: s.Period, PeriodType: s.PeriodType,
		AbsoluteExpiry: s.AbsoluteExpiry, Timezone: s.Timezone, StatusDisplay: s.Display,
		CreatedAt: s.CreatedAt, UpdatedAt: s.UpdatedAt,
	}
}
