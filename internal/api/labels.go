package api

import (
	"slices"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/store"
)

// labels serves the tags of profiles, and the statuses that they have.
func (s *Server) labels() {
	const tags, statuses = "/profiles/{id}/tags", "/profiles/{id}/statuses"
	r := s.resource("Tags and statuses", "The tags of profiles, and the statuses that they have.")
	list(r, on("GET "+tags, "read-profiles", "List the tags of a profile"), listTags)
	put(r, on("PUT "+tags, "update-profiles", "Replace the tags of a profile"), replaceTags)
	act(r, on("POST "+tags, "update-profiles", "Add tags to a profile"), addTags)
	remove(r, on("DELETE "+tags+"/{tag}", "update-profiles", "Delete a tag of a profile"), removeTag)
	list(r, on("GET "+statuses, "read-profiles", "List the statuses of a profile"), listProfileStatuses)
	put(r, on("PUT "+statuses, "update-profiles", "Replace the statuses of a profile"), replaceStatuses)
	act(r, on("POST "+statuses, "update-profiles", "Add statuses to a profile"), addStatuses)
	remove(r, on("DELETE "+statuses+"/{handle}", "update-profiles", "Delete a status of a profile"), removeStatus)
}

// TagsInput is a list of tags.
type TagsInput struct {
	Tags []string `json:"tags" required:"true" doc:"Spaces inside become hyphens."`
}

func listTags(t *store.Tenant, c *call, l store.List) (store.Page[string], error) {
	p, err := readProfile(t, c)
	return slice(p.Tags, l, err)
}

func replaceTags(t *store.Tenant, c *call, in TagsInput) ([]string, error) {
	return c.changeTags(t, func(p *loyalty.ProfileInput) error {
		if in.Tags == nil {
			return missingField("tags")
		}
		p.Tags = in.Tags
		return nil
	})
}

func addTags(t *store.Tenant, c *call, in TagsInput) ([]string, error) {
	return c.changeTags(t, func(p *loyalty.ProfileInput) error {
		if in.Tags == nil {
			return missingField("tags")
		}
		p.Tags = append(p.Tags, in.Tags...)
		return nil
	})
}

func removeTag(t *store.Tenant, c *call) error {
	_, err := c.changeTags(t, func(p *loyalty.ProfileInput) (err error) {
		p.Tags, err = without(p.Tags, c.param("tag"), "tag")
		return err
	})
	return err
}

func (c *call) changeTags(t *store.Tenant, patch func(*loyalty.ProfileInput) error) ([]string, error) {
	p, err := loyalty.UpdateProfile(t, c.param("id"), patch)
	return p.Tags, err
}

// StatusesInput is a list of statuses by their handles.
type StatusesInput struct {
	Statuses []string `json:"statuses" required:"true" doc:"handles"`
}

func listProfileStatuses(t *store.Tenant, c *call, l store.List) (store.Page[event.ProfileStatus], error) {
	p, err := readProfile(t, c)
	return slice(p.StatusesOriginal, l, err)
}

func replaceStatuses(t *store.Tenant, c *call, in StatusesInput) ([]event.ProfileStatus, error) {
	return c.changeStatuses(t, func(p *loyalty.ProfileInput) error {
		if in.Statuses == nil {
			return missingField("statuses")
		}
		p.Statuses = in.Statuses
		return nil
	})
}

func addStatuses(t *store.Tenant, c *call, in StatusesInput) ([]event.ProfileStatus, error) {
	return c.changeStatuses(t, func(p *loyalty.ProfileInput) error {
		if in.Statuses == nil {
			return missingField("statuses")
		}
		p.Statuses = append(p.Statuses, in.Statuses...)
		return nil
	})
}

func removeStatus(t *store.Tenant, c *call) error {
	_, err := c.changeStatuses(t, func(p *loyalty.ProfileInput) (err error) {
		p.Statuses, err = without(p.Statuses, c.param("handle"), "status")
		return err
	})
	return err
}

func (c *call) changeStatuses(t *store.Tenant, patch func(*loyalty.ProfileInput) error) ([]event.ProfileStatus, error) {
	p, err := loyalty.UpdateProfile(t, c.param("id"), patch)
	return p.StatusesOriginal, err
}

// missingField refuses a request without a list: an empty one is meant only
// where it is written.
func missingField(field string) error {
	return problem.Field(field, "The %s field is required.", field)
}

func without(list []string, name, resource string) ([]string, error) {
	at := slices.Index(list, name)
	if at < 0 {
		return list, &problem.NotFound{Resource: resource, ID: name}
	}
	return slices.Delete(list, at, at+1), nil
}
