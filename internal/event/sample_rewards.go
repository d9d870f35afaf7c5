package event

import (
	"encoding/json"

	"github.com/belfryhq/belfry/internal/scalar"
)

// sampleReward is the one that Ada was given for her birthday.
func sampleReward() RewardContext {
	profile, issued := sampleProfile(), moment("2026-06-14 14:00:00")
	return RewardContext{
		Profile: &profile,
		Reward: Reward{
			ID: 7, ProfileID: sampleProfileID, ExternalID: "RW-7", Definition: sampleRewardDefinition(),
			ValueInitial: *amount("25"), ValueRemaining: *amount("25"), IssuedAt: issued,
			IssuedLocalAt: moment("2026-06-15 00:00:00"), ExpiresAt: moment("2026-09-14 14:00:00"),
			ExpiresLocalAt: moment("2026-09-15 00:00:00"), Timezone: sampleZone, IsActive: true, HasNotifiedIssue: true,
			NotifyExpiryAt: moment("2026-09-06 23:00:00"), SourceType: "reaction", SourceID: "4",
			Meta: json.RawMessage("{}"), CreatedAt: issued, UpdatedAt: issued,
		},
	}
}

func sampleRewardDefinition() RewardDefinition {
	created := moment(sampleJoined)
	return RewardDefinition{
		Definition: Definition{
			ID: 5, Name: "Birthday reward", Handle: "birthday-reward", IsPublished: true,
			Description: "25 to spend within three months", Tags: []string{"birthday"}, Currency: "AUD",
			Meta: json.RawMessage("{}"), CreatedAt: created, UpdatedAt: created,
		},
		Type: "birthday", Value: *amount("25"), MaxValue: amount("50"), Period: Period{Count: 3, Unit: "months"},
		IsAssignable: true, IsExtendable: true, ExtendDays: 14,
		Notices: Notices{IssueTargetID: 2, RemindTargetID: 2, NotifyRemindOffsetDays: 7, NotifyRemindOffsetHour: of(int64(9))},
	}
}

func sampleRedeemedReward() RewardContext {
	c := sampleReward()
	c.ValueRemaining, c.UpdatedAt = *amount("15"), moment(sampleSold)
	c.Redemption = &RedemptionPart{
		ID: 61, Type: "redeem", Value: 10 * scalar.One, Count: 1, Total: 10 * scalar.One, RedeemAt: moment(sampleSold),
	}
	return c
}

func sampleExpiringReward() RewardContext {
	c := sampleReward()
	c.NotifyExpiryAt, c.HasNotifiedExpiry = scalar.Time{}, true
	return c
}

func sampleExpiredReward() RewardContext {
	c := sampleExpiringReward()
	c.ValueRemaining, c.IsActive, c.IsExpired, c.UpdatedAt = 0, false, true, c.ExpiresAt
	return c
}

func sampleExtendedReward() RewardContext {
	c := sampleReward()
	c.ExpiresAt, c.ExpiresLocalAt = moment("2026-09-28 14:00:00"), moment("2026-09-29 00:00:00")
	c.NotifyExpiryAt, c.HasNotifiedExtend = moment("2026-09-20 23:00:00"), true
	c.ExtendedAt, c.UpdatedAt = moment(sampleSold), moment(sampleSold)
	return c
}

func sampleBalance() BalanceContext {
	profile := sampleProfile()
	return BalanceContext{
		ID: sampleProfileID, ProfileID: sampleProfileID, ProfileBalances: profile.ProfileBalances, Profile: &profile,
	}
}
