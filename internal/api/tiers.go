package api

import (
	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/store"
)

// tiers serves the tiers of profiles and the points that lead to them.
func (s *Server) tiers() {
	r := s.resource("Tiers", "What profiles climb by tier points, and hold for a year.")
	const all, one, of = "/tiers/points", "/tiers/points/{id}", "/profiles/{id}/tiers"
	list(r, on("GET "+all, "read-tier-points", "List tier points"), listTierPoints)
	create(r, on("POST "+all, "create-tier-points", "Give tier points",
		"A tier that they lead to is held at once, or when they accrue."), nil, createTierPoint)
	read(r, on("GET "+one, "read-tier-points", "Read tier points"), readTierPoint)
	change(r, on("PUT "+one, "update-tier-points", "Correct tier points",
		"They are reversed, and answered anew under another id. Those of a transaction follow it and cannot be corrected. "+
			"A tier that is held stays so until its anniversary."), updateTierPoint)
	remove(r, on("DELETE "+one, "delete-tier-points", "Reverse tier points",
		"They stay on record as reversed. Those of a transaction follow it and cannot be reversed. "+
			"A tier that is held stays so until its anniversary."), deleteTierPoint)

	read(r, on("GET "+of, "read-profile-tiers", "Read the tier of a profile and its progress"), readProfileTier)
	list(r, on("GET "+of+"/points", "read-tier-points", "List the tier points of a profile"), listProfileTierPoints)
	act(r, on("POST "+of+"/assign", "assign-tiers", "Give a tier by hand", "It is held for a year from now."), assignTier)
	const calculate = "Calculate the tier of a profile"
	effect(r, on("POST "+of+"/calculate", "calculate-tiers", calculate), calculateTier)
	effect(r, on("GET "+of+"/calculate", "calculate-tiers", calculate+" with GET", "As API v3 has it; POST does the same."), calculateTier)
}

func listTierPoints(t *store.Tenant, _ *call, l store.List) (store.Page[event.TierPoint], error) {
	return loyalty.ListTierPoints(t, l)
}

func createTierPoint(t *store.Tenant, _ *call, in loyalty.TierPointInput) (event.TierPoint, error) {
	return loyalty.AddTierPoints(t, in)
}

func readTierPoint(t *store.Tenant, c *call) (event.TierPoint, error) {
	id, err := c.number("id", "tier point")
	if err != nil {
		return event.TierPoint{}, err
	}
	return loyalty.ReadTierPoint(t, id)
}

func updateTierPoint(t *store.Tenant, c *call, patch func(*loyalty.TierPointInput) error) (event.TierPoint, error) {
	id, err := c.number("id", "tier point")
	if err != nil {
		return event.TierPoint{}, err
	}
	return loyalty.UpdateTierPoint(t, id, patch)
}

func deleteTierPoint(t *store.Tenant, c *call) error {
	id, err := c.number("id", "tier point")
	if err != nil {
		return err
	}
	return loyalty.DeleteTierPoint(t, id)
}

func readProfileTier(t *store.Tenant, c *call) (event.ProfileTier, error) {
	return loyalty.ReadProfileTier(t, c.param("id"))
}

func listProfileTierPoints(t *store.Tenant, c *call, l store.List) (store.Page[event.TierPoint], error) {
	return loyalty.ListProfileTierPoints(t, c.param("id"), l)
}

func assignTier(t *store.Tenant, c *call, in loyalty.TierAssignment) (event.ProfileTier, error) {
	return loyalty.AssignTier(t, c.param("id"), in)
}

func calculateTier(t *store.Tenant, c *call) (event.ProfileTier, error) {
	return loyalty.CalculateTier(t, c.param("id"))
}
