package event

import (
	"encoding/json"

	"github.com/belfryhq/belfry/internal/scalar"
)

// sampleBenefit is the one that Ada claimed as a gold customer.
func sampleBenefit() BenefitContext {
	profile, issued := sampleProfile(), moment("2026-06-14 23:05:00")
	return BenefitContext{
		Profile: &profile,
		Benefit: Benefit{
			ID: 31, ProfileID: sampleProfileID, ExternalID: "BN-31", Definition: sampleBenefitDefinition(), IssuedAt: issued,
			ExpiresAt: moment("2026-09-14 23:05:00"), IsRedeemable: true, RedemptionsRemaining: of(int64(3)),
			TotalGlobalRedemptionsRemaining: of(int64(640)), Timezone: sampleZone, RedeemCodePOS: "ALT-7Q4K",
			RedeemCodeOnline: "ALT-7Q4K", Value: amount("20"), SourceType: "claim", Meta: json.RawMessage("{}"),
			CreatedAt: issued, UpdatedAt: issued,
		},
	}
}

func sampleBenefitDefinition() BenefitDefinition {
	created := moment(sampleJoined)
	return BenefitDefinition{
		Definition: Definition{
			ID: 9, Name: "Free alteration", Handle: "free-alteration", IsPublished: true,
			Description: "Three free alterations within three months", Tags: []string{"gold"}, Currency: "AUD",
			Meta: json.RawMessage("{}"), CreatedAt: created, UpdatedAt: created,
		},
		Type: "gift", Value: amount("20"), Period: Period{Count: 3, Unit: "months"}, MaxRedemptions: 3,
		MaxGlobalRedemptions: 1000, IsExtendable: true, IsAssignable: true, IsClaimable: true, IsReclaimable: true,
		ClaimCondition: json.RawMessage(`{"==":[{"var":"tier_handle"},"gold"]}`), AllowUserRedeem: true,
		ForceAllocation: true, Campaign: "winter", RedeemInstructionsStore: "Show the code at the counter",
		Notices: Notices{IssueTargetID: 2, RemindTargetID: 2, NotifyRemindOffsetDays: 7, NotifyRemindOffsetHour: of(int64(9))},
	}
}

func sampleClaimedBenefit() BenefitContext {
	c := sampleBenefit()
	c.ClaimedAt = c.IssuedAt
	return c
}

func sampleRedeemedBenefit() BenefitContext {
	c := sampleClaimedBenefit()
	c.RedemptionsRemaining, c.TotalGlobalRedemptionsRemaining = of(int64(2)), of(int64(639))
	c.UpdatedAt = moment(sampleSold)
	c.Redemption = &RedemptionPart{ID: 62, Type: "redeem", Count: 1, RedeemAt: moment(sampleSold)}
	return c
}

func sampleExpiredBenefit() BenefitContext {
	c := sampleClaimedBenefit()
	c.IsExpired, c.IsRedeemable, c.UpdatedAt = true, false, c.ExpiresAt
	return c
}

func sampleExtendedBenefit() BenefitContext {
	c := sampleClaimedBenefit()
	c.ExpiresAt = scalar.At(c.ExpiresAt.AddDate(0, 0, 14))
	c.ExtendedAt, c.UpdatedAt = moment(sampleSold), moment(sampleSold)
	return c
}
