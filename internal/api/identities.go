package api

import (
	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/store"
)

func (s *Server) identities() {
	const all, one = "/profiles/{id}/identities", "/profiles/{id}/identities/id/{identity}"
	// Where a profile has several identities of one handle, it means the primary.
	const named = "/profiles/{id}/identities/{handle}"
	r := s.resource("Identities", "What profiles are called in other systems.")
	list(r, on("GET "+all, "read-identities", "List the identities of a profile"), listIdentities)
	create(r, on("POST "+all, "create-identities", "Create an identity"), nil, createIdentity)
	read(r, on("GET "+one, "read-identities", "Read an identity"), readIdentity)
	change(r, on("PUT "+one, "update-identities", "Update an identity"), updateIdentity)
	remove(r, on("DELETE "+one, "delete-identities", "Delete an identity"), deleteIdentity)
	read(r, on("GET "+named, "read-identities", "Read an identity by its handle"), identityByHandle)
	change(r, on("PUT "+named, "update-identities", "Update an identity by its handle"), updateIdentityByHandle)
	remove(r, on("DELETE "+named, "delete-identities", "Delete an identity by its handle"), deleteIdentityByHandle)
}

func listIdentities(t *store.Tenant, c *call, l store.List) (store.Page[event.Identity], error) {
	all, err := loyalty.ListIdentities(t, c.param("id"))
	return slice(all, l, err)
}

func createIdentity(t *store.Tenant, c *call, in loyalty.IdentityInput) (event.Identity, error) {
	return loyalty.CreateIdentity(t, c.param("id"), in)
}

func readIdentity(t *store.Tenant, c *call) (event.Identity, error) {
	id, err := c.number("identity", "identity")
	if err != nil {
		return event.Identity{}, err
	}
	return loyalty.ReadIdentity(t, c.param("id"), id)
}

func updateIdentity(t *store.Tenant, c *call, patch func(*loyalty.IdentityInput) error) (event.Identity, error) {
	id, err := c.number("identity", "identity")
	if err != nil {
		return event.Identity{}, err
	}
	return loyalty.UpdateIdentity(t, c.param("id"), id, patch)
}

func deleteIdentity(t *store.Tenant, c *call) error {
	id, err := c.number("identity", "identity")
	if err != nil {
		return err
	}
	return loyalty.DeleteIdentity(t, c.param("id"), id)
}

func identityByHandle(t *store.Tenant, c *call) (event.Identity, error) {
	return loyalty.IdentityByHandle(t, c.param("id"), c.param("handle"))
}

func updateIdentityByHandle(t *store.Tenant, c *call, patch func(*loyalty.IdentityInput) error) (event.Identity, error) {
	identity, err := identityByHandle(t, c)
	if err != nil {
		return identity, err
	}
	return loyalty.UpdateIdentity(t, c.param("id"), identity.ID, patch)
}

func deleteIdentityByHandle(t *store.Tenant, c *call) error {
	identity, err := identityByHandle(t, c)
	if err != nil {
		return err
	}
	return loyalty.DeleteIdentity(t, c.param("id"), identity.ID)
}
