package api

import (
	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/store"
)

func (s *Server) rewards() {
	const all, one = "/rewards", "/rewards/{id}"
	r := s.resource("Rewards", "Money that profiles can spend until a day.")
	list(r, on("GET "+all, "read-rewards", "List rewards"), listRewards)
	create(r, on("POST "+all, "create-rewards", "Issue a reward",
		"Its definition must be published. An external_id that has been used already is refused."), nil, createReward)
	read(r, on("GET "+one, "read-rewards", "Read a reward"), readReward)
	change(r, on("PUT "+one, "update-rewards", "Change the value and the expiry of a reward",
		"An expires_at in the past expires it; a value_remaining and an expiry in the future revive one that expired or was used up."),
		updateReward)
	remove(r, on("DELETE "+one, "delete-rewards", "Take back what is left of a reward", "The reward stays on record."), deleteReward)
	act(r, on("POST "+all+"/extend", "update-rewards", "Have rewards of a profile expire later",
		"All of them or none: the errors name those that cannot be extended."), extendRewards)
	const notify = "Tell a target of a reward"
	effect(r, on("POST "+one+"/trigger-target/{target}", "update-rewards", notify, "By the event reward.notified."), notifyReward)
	effect(r, on("GET "+one+"/trigger-target/{target}", "update-rewards", notify+" with GET",
		"As API v3 has it; POST does the same."), notifyReward)
	list(r, on("GET /profiles/{id}/rewards", "read-rewards", "List the rewards of a profile"), listProfileRewards)
}

func listRewards(t *store.Tenant, _ *call, l store.List) (store.Page[event.Reward], error) {
	return loyalty.ListRewards(t, l)
}

func createReward(t *store.Tenant, _ *call, in loyalty.RewardInput) (event.Reward, error) {
	return loyalty.IssueReward(t, in)
}

func readReward(t *store.Tenant, c *call) (event.Reward, error) {
	id, err := c.number("id", "reward")
	if err != nil {
		return event.Reward{}, err
	}
	return loyalty.ReadReward(t, id)
}

func updateReward(t *store.Tenant, c *call, patch func(*loyalty.RewardChange) error) (event.Reward, error) {
	id, err := c.number("id", "reward")
	if err != nil {
		return event.Reward{}, err
	}
	return loyalty.UpdateReward(t, id, patch)
}

func deleteReward(t *store.Tenant, c *call) error {
	id, err := c.number("id", "reward")
	if err != nil {
		return err
	}
	return loyalty.DeleteReward(t, id)
}

func extendRewards(t *store.Tenant, _ *call, in loyalty.Extension) ([]event.Reward, error) {
	return loyalty.ExtendRewards(t, in)
}

func notifyReward(t *store.Tenant, c *call) (event.Reward, error) {
	id, err := c.number("id", "reward")
	if err != nil {
		return event.Reward{}, err
	}
	target, err := c.number("target", "target")
	if err != nil {
		return event.Reward{}, err
	}
	return loyalty.NotifyReward(t, id, target)
}

func listProfileRewards(t *store.Tenant, c *call, l store.List) (store.Page[event.Reward], error) {
	return loyalty.ListProfileRewards(t, c.param("id"), l)
}
