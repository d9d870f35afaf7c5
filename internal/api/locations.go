package api

import (
	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/store"
)

func (s *Server) locations() {
	r := s.resource("Locations", "Shops, online ones too.")
	list(r, on("GET /locations", "read-locations", "List locations"), listLocations)
	create(r, on("POST /locations", "create-locations", "Create a location"), nil, createLocation)
	read(r, on("GET /locations/{id}", "read-locations", "Read a location"), readLocation)
	change(r, on("PUT /locations/{id}", "update-locations", "Update a location"), updateLocation)
	remove(r, on("DELETE /locations/{id}", "delete-locations", "Delete a location", "Its transactions stay."), deleteLocation)
}

func listLocations(t *store.Tenant, _ *call, l store.List) (store.Page[event.Location], error) {
	return loyalty.ListLocations(t, l)
}

func createLocation(t *store.Tenant, _ *call, in loyalty.LocationInput) (event.Location, error) {
	return loyalty.CreateLocation(t, in)
}

func readLocation(t *store.Tenant, c *call) (event.Location, error) {
	id, err := c.number("id", "location")
	if err != nil {
		return event.Location{}, err
	}
	return loyalty.ReadLocation(t, id)
}

func updateLocation(t *store.Tenant, c *call, patch func(*loyalty.LocationInput) error) (event.Location, error) {
	id, err := c.number("id", "location")
	if err != nil {
		return event.Location{}, err
	}
	return loyalty.UpdateLocation(t, id, patch)
}

func deleteLocation(t *store.Tenant, c *call) error {
	id, err := c.number("id", "location")
	if err != nil {
		return err
	}
	return loyalty.DeleteLocation(t, id)
}
