package api

import (
	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/store"
)

func (s *Server) statuses() {
	r := s.resource("Statuses", "Definitions of statuses.")
	list(r, on("GET /statuses", "read-statuses", "List statuses"), listStatuses)
	create(r, on("POST /statuses", "create-statuses", "Create a status"), nil, createStatus)
	read(r, on("GET /statuses/{id}", "read-statuses", "Read a status"), readStatus)
	change(r, on("PUT /statuses/{id}", "update-statuses", "Update a status", "Its handle cannot be changed."), updateStatus)
	remove(r, on("DELETE /statuses/{id}", "delete-statuses", "Delete a status", "Profiles lose it."), deleteStatus)
}

func listStatuses(t *store.Tenant, _ *call, l store.List) (store.Page[event.Status], error) {
	return loyalty.ListStatuses(t, l)
}

func createStatus(t *store.Tenant, _ *call, in loyalty.StatusInput) (event.Status, error) {
	return loyalty.CreateStatus(t, in)
}

func readStatus(t *store.Tenant, c *call) (event.Status, error) {
	id, err := c.number("id", "status")
	if err != nil {
		return event.Status{}, err
	}
	return loyalty.ReadStatus(t, id)
}

func updateStatus(t *store.Tenant, c *call, patch func(*loyalty.StatusInput) error) (event.Status, error) {
	id, err := c.number("id", "status")
	if err != nil {
		return event.Status{}, err
	}
	return loyalty.UpdateStatus(t, id, patch)
}

func deleteStatus(t *store.Tenant, c *call) error {
	id, err := c.number("id", "status")
	if err != nil {
		return err
	}
	return loyalty.DeleteStatus(t, id)
}
