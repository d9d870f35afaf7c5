package api

import (
	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/store"
)

// points serves the points of profiles. API v3 deletes none: they are reversed.
func (s *Server) points() {
	r := s.resource("Points", "What profiles earn and can redeem.")
	list(r, on("GET /points", "read-points", "List points"), listPoints)
	create(r, on("POST /points", "create-points", "Give points",
		"They are pending until accrued_at. Tier points are given at /tiers/points."), nil, createPoint)
	read(r, on("GET /points/{id}", "read-points", "Read points"), readPoint)
	act(r, on("POST /points/{id}/reverse", "delete-points", "Take points back",
		"All that remains of them, or the value. They stay on record, and the ledger has a row of it."), reversePoint)
	list(r, on("GET /profiles/{id}/points", "read-points", "List the points of a profile"), listProfilePoints)
}

func listPoints(t *store.Tenant, _ *call, l store.List) (store.Page[event.Point], error) {
	return loyalty.ListPoints(t, l)
}

func createPoint(t *store.Tenant, _ *call, in loyalty.PointInput) (event.Point, error) {
	return loyalty.IssuePoints(t, in)
}

func readPoint(t *store.Tenant, c *call) (event.Point, error) {
	id, err := c.number("id", "point")
	if err != nil {
		return event.Point{}, err
	}
	return loyalty.ReadPoint(t, id)
}

func reversePoint(t *store.Tenant, c *call, in loyalty.PointReversal) (event.Point, error) {
	id, err := c.number("id", "point")
	if err != nil {
		return event.Point{}, err
	}
	return loyalty.ReversePoints(t, id, in)
}

func listProfilePoints(t *store.Tenant, c *call, l store.List) (store.Page[event.Point], error) {
	return loyalty.ListProfilePoints(t, c.param("id"), l)
}

func calculateRate(t *store.Tenant, _ *call, q loyalty.RateQuestion) (loyalty.RateAnswer, error) {
	return loyalty.CalculateRate(t, q)
}
