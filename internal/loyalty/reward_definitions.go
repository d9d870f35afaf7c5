package loyalty

import (
	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// RewardDefinitions are the rewards that there are.
var RewardDefinitions = &Definitions[event.RewardDefinition]{
	Kind: store.RewardDefinition, Resource: "reward definition",
	common: (*event.RewardDefinition).Common,
	typ:    func(d *event.RewardDefinition) scalar.Text { return d.Type },
	check:  checkRewardDefinition,
}

var rewardTypes = []scalar.Text{
	"activation", "anniversary", "birthday", "bonus", "campaign", "customer-service", "reactivation", "spend", "staff",
	"system-adjustment", "tier", "achievement", "status", "points", "referral", "other",
}

func checkRewardDefinition(t *store.Tenant, d, _ *event.RewardDefinition, invalid *InvalidError) error {
	if d.Type == "" {
		d.Type = "other"
	}
	oneOf(invalid, "type", d.Type, rewardTypes...)
	if d.Value < 0 {
		invalid.Add("value", "The value must be at least 0.")
	}
	if d.MaxValue != nil && *d.MaxValue < d.Value {
		invalid.Add("max_value", "The max value must be at least the value.")
	}
	if d.ExtendDays < 0 || d.ExtendDays > maxPeriod {
		invalid.Add("extend_days", "The extend days must be between 0 and %d.", maxPeriod)
	}
	checkPeriod(invalid, "", d.Period)
	return checkNotices(t, &d.Notices, invalid)
}
