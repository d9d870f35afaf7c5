package api

import (
	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/store"
)

func (s *Server) achievements() {
	const all, one = "/profiles/{id}/achievements", "/profiles/{id}/achievements/{achievement}"
	r := s.resource("Achievements", "Counts that unlock levels.")
	list(r, on("GET "+all, "read-achievements", "List the achievements of a profile",
		"Those that are published and not hidden, and all others that the profile has counts in."), listAchievements)
	create(r, on("POST "+all, "create-achievements", "Add a count to an achievement of a profile",
		"What the levels unlock that it crosses is given at once; where that cannot be given, the count is refused."), nil, progressAchievement)
	read(r, on("GET "+one, "read-achievements", "Read an achievement of a profile",
		"By the id or the handle of its definition."), readAchievement)
}

func listAchievements(t *store.Tenant, c *call, l store.List) (store.Page[event.Achievement], error) {
	all, err := loyalty.ListAchievements(t, c.param("id"))
	return slice(all, l, err)
}

func progressAchievement(t *store.Tenant, c *call, in loyalty.AchievementInput) (event.Achievement, error) {
	return loyalty.ProgressAchievement(t, c.param("id"), in)
}

func readAchievement(t *store.Tenant, c *call) (event.Achievement, error) {
	return loyalty.ReadAchievement(t, c.param("id"), c.param("achievement"))
}
