package loyalty

import (
	"fmt"
	"slices"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// DeleteDate takes a date away from a profile.
func DeleteDate(t *store.Tenant, profileID string, id int64) error {
	_, err := changeProfile(t, profileID, func(c *profileChange) error {
		kept := slices.DeleteFunc(c.attrs.Dates, func(d event.DateAttribute) bool { return d.ID == id })
		if len(kept) == len(c.attrs.Dates) {
			return &NotFoundError{Resource: "date", ID: fmt.Sprint(id)}
		}
		c.attrs.Dates = kept
		return nil
	})
	return err
}

// setDates adds a request's dates, or changes those with the same handles.
func (c *profileChange) setDates(in []DateInput) {
	for i, d := range in {
		field := fmt.Sprintf("attributes.dates.%d.", i)
		checkText(&c.invalid, field+"name", &d.Name, 255)
		checkRequired(&c.invalid, field+"handle", &d.Handle, 191)
		for name, v := range map[string]*scalar.Text{
			"recurring_schedule": &d.RecurringSchedule, "relationship": &d.Relationship, "role": &d.Role,
			"description": &d.Description, "note": &d.Note,
		} {
			checkText(&c.invalid, field+name, v, 2000)
		}
		if d.Date == 0 {
			c.invalid.Add(field+"date", "The date field is required.")
		}
		c.setDate(d)
	}
	if len(c.attrs.Dates) > maxDates {
		c.invalid.Add("attributes.dates", "The dates may not have more than %d items.", maxDates)
	}
}

func (c *profileChange) setDate(d DateInput) {
	next := event.DateAttribute{
		Name: d.Name, Handle: string(d.Handle), Date: d.Date, IsRecurring: d.IsRecurring,
		RecurringSchedule: d.RecurringSchedule, Relationship: d.Relationship, Role: d.Role,
		Description: d.Description, Note: d.Note, Meta: compactJSON(d.Meta), CreatedAt: c.now, UpdatedAt: c.now,
	}
	for i, old := range c.attrs.Dates {
		next.ID = max(next.ID, old.ID)
		if old.Handle != next.Handle {
			continue
		}
		next.ID, next.CreatedAt, next.UpdatedAt = old.ID, old.CreatedAt, old.UpdatedAt
		if !sameJSON(old, next) {
			next.UpdatedAt = c.now
			c.attrs.Dates[i] = next
		}
		return
	}
	next.ID++
	c.attrs.Dates = append(c.attrs.Dates, next)
}
