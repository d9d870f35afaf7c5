package api

import (
	"github.com/belfryhq/belfry/internal/reaction"
	"github.com/belfryhq/belfry/internal/store"
)

func (s *Server) actionHistory() {
	r := s.resource("Action history", "What the actions of triggers did, by event.")
	list(r, on("GET /action-history", "read-action-history", "List what actions did", "One entry for each event that something answered."),
		func(t *store.Tenant, _ *call, l store.List) (store.Page[reaction.History], error) {
			return reaction.Histories(t, l)
		})
	read(r, on("GET /action-history/{id}", "read-action-history", "Read what actions did about an event", "With the histories that led to it and that followed."),
		func(t *store.Tenant, c *call) (reaction.HistoryDetail, error) {
			id, err := c.number("id", "action history")
			if err != nil {
				return reaction.HistoryDetail{}, err
			}
			return reaction.ReadHistory(t, id)
		})
}
