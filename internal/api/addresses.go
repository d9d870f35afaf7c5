package api

import (
	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/store"
)

func (s *Server) addresses() {
	const all, one = "/profiles/{id}/addresses", "/profiles/{id}/addresses/{address}"
	r := s.resource("Addresses", "Postal addresses of profiles.")
	list(r, on("GET "+all, "read-profiles", "List the addresses of a profile"), listAddresses)
	create(r, on("POST "+all, "update-profiles", "Create an address"), nil, createAddress)
	read(r, on("GET "+one, "read-profiles", "Read an address"), readAddress)
	change(r, on("PUT "+one, "update-profiles", "Update an address"), updateAddress)
	remove(r, on("DELETE "+one, "update-profiles", "Delete an address"), deleteAddress)
}

func listAddresses(t *store.Tenant, c *call, l store.List) (store.Page[event.Address], error) {
	all, err := loyalty.ListAddresses(t, c.param("id"))
	return slice(all, l, err)
}

func createAddress(t *store.Tenant, c *call, in loyalty.AddressInput) (event.Address, error) {
	return loyalty.CreateAddress(t, c.param("id"), in)
}

func readAddress(t *store.Tenant, c *call) (event.Address, error) {
	id, err := c.number("address", "address")
	if err != nil {
		return event.Address{}, err
	}
	return loyalty.ReadAddress(t, c.param("id"), id)
}

func updateAddress(t *store.Tenant, c *call, patch func(*loyalty.AddressInput) error) (event.Address, error) {
	id, err := c.number("address", "address")
	if err != nil {
		return event.Address{}, err
	}
	return loyalty.UpdateAddress(t, c.param("id"), id, patch)
}

func deleteAddress(t *store.Tenant, c *call) error {
	id, err := c.number("address", "address")
	if err != nil {
		return err
	}
	return loyalty.DeleteAddress(t, c.param("id"), id)
}
