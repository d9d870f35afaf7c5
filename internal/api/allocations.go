package api

import (
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/store"
)

func (s *Server) allocations() {
	r := s.resource("Allocations", "Pools of codes, of which each benefit takes one.")
	list(r, on("GET /allocations", "read-allocations", "List codes"), listAllocations)
	create(r, on("POST /allocations", "create-allocations", "Add a code to a pool"), nil, createAllocation)
	read(r, on("GET /allocations/{id}", "read-allocations", "Read a code"), readAllocation)
	change(r, on("PUT /allocations/{id}", "update-allocations", "Update a code", "Refused once it is allocated."), updateAllocation)
	remove(r, on("DELETE /allocations/{id}", "delete-allocations", "Delete a code", "Refused once it is allocated."), deleteAllocation)
}

func listAllocations(t *store.Tenant, _ *call, l store.List) (store.Page[loyalty.Allocation], error) {
	return loyalty.ListAllocations(t, l)
}

func createAllocation(t *store.Tenant, _ *call, in loyalty.AllocationInput) (loyalty.Allocation, error) {
	return loyalty.CreateAllocation(t, in)
}

func readAllocation(t *store.Tenant, c *call) (loyalty.Allocation, error) {
	id, err := c.number("id", "allocation")
	if err != nil {
		return loyalty.Allocation{}, err
	}
	return loyalty.ReadAllocation(t, id)
}

func updateAllocation(t *store.Tenant, c *call, patch func(*loyalty.AllocationInput) error) (loyalty.Allocation, error) {
	id, err := c.number("id", "allocation")
	if err != nil {
		return loyalty.Allocation{}, err
	}
	return loyalty.UpdateAllocation(t, id, patch)
}

func deleteAllocation(t *store.Tenant, c *call) error {
	id, err := c.number("id", "allocation")
	if err != nil {
		return err
	}
	return loyalty.DeleteAllocation(t, id)
}
