package event

import "github.com/belfryhq/belfry/internal/scalar"

// Ada became gold with 1,300 points, 300 above the threshold.
func sampleTier() TierContext {
	profile := sampleProfile()
	return TierContext{
		ID: 12, ProfileID: sampleProfileID,
		Definition: &TierDefinition{
			Definition: Definition{
				ID: 2, Name: "Gold", Handle: "gold", IsPublished: true, Description: "Free alterations, early sales",
				Tags: []string{}, CreatedAt: moment(sampleJoined), UpdatedAt: moment(sampleJoined),
			},
			ValueMin: *amount("1000"), ValueMaintain: amount("800"), IsAssignable: true,
		},
		Previous:   &TierRef{ID: 1, Name: "Silver", Handle: "silver", ValueMin: *amount("500")},
		AchievedAt: profile.Tier.AchievedAt, AnniversaryAt: profile.Tier.AnniversaryAt,
		TotalPoints12m: *amount("1300"),
		NextTier:       &TierRef{ID: 3, Name: "Platinum", Handle: "platinum", ValueMin: *amount("3000")},
		NextRemain:     amount("1700"), Profile: &profile,
	}
}

// Ada kept gold for another year.
func sampleTierMaintained() TierContext {
	c, day := sampleTier(), scalar.NewDate(2026, 11, 2)
	c.ID, c.TotalPoints12m, c.NextRemain = 13, *amount("850"), amount("2150")
	c.MaintainedAt, c.AnniversaryAt = moment(day.String()+" 12:59:59"), moment(day.AddMonths(12).String()+" 12:59:59")
	c.Profile.Tier.MaintainedAt, c.Profile.Tier.AnniversaryAt = c.MaintainedAt, c.AnniversaryAt
	return c
}

// Ada fell to silver.
func sampleTierLost() TierContext {
	c := sampleTierMaintained()
	gold, silver := *c.Definition, *c.Definition
	silver.ID, silver.Name, silver.Handle, silver.Description = 1, "Silver", "silver", ""
	silver.ValueMin, silver.ValueMaintain = *amount("500"), nil
	c.ID, c.Definition, c.TotalPoints12m = 14, &silver, *amount("610")
	c.Previous = &TierRef{ID: gold.ID, Name: gold.Name, Handle: gold.Handle, ValueMin: gold.ValueMin}
	c.NextTier, c.NextRemain = c.Previous, amount("390")
	c.AchievedAt, c.MaintainedAt = c.MaintainedAt, scalar.Time{}
	c.Profile.TierHandle = silver.Handle
	c.Profile.Tier = &Tier{
		ID: silver.ID, ProfileID: c.ProfileID, Name: string(silver.Name), Handle: string(silver.Handle),
		AchievedAt: c.AchievedAt, AnniversaryAt: c.AnniversaryAt,
	}
	return c
}
