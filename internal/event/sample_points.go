package event

import "encoding/json"

// samplePoints are those of the sample transaction.
func samplePoints() PointContext {
	profile, sold := sampleProfile(), moment(sampleSold)
	return PointContext{
		Profile: &profile,
		Point: Point{
			ID: 901, ProfileID: sampleProfileID, LinkedProfileID: "0194f3a2-7c1e-7b44-9d0a-3f5e8a6b1c21",
			Definition:   DefinitionRef{ID: 1, Name: "Purchase points", Handle: "purchase", Type: "purchase"},
			ValueInitial: *amount("149.95"), ValueRemaining: *amount("149.95"),
			ValueInitialCurrency: *amount("1.49"), ValueRemainingCurrency: *amount("1.49"),
			IssuedAt: sold, AccruedAt: sold, ExpiresAt: moment("2027-06-15 04:32:00"), Status: "active", Rate: amount("1"),
			SourceType: "transaction", SourceID: "1201", Source: &Source{ID: "1201", ExternalID: "ORDER-1"},
			ExternalID: "P-901", Description: "Winter sale", Meta: json.RawMessage("{}"), CreatedAt: sold, UpdatedAt: sold,
		},
	}
}

func sampleExpiredPoints() PointContext {
	c := samplePoints()
	c.ValueRemaining, c.ValueRemainingCurrency, c.Status = 0, 0, "expired"
	c.UpdatedAt = c.ExpiresAt
	return c
}

func sampleTierPoint() TierPoint {
	sold := moment(sampleSold)
	return TierPoint{
		ID: 301, ProfileID: sampleProfileID, PointDefinitionID: 2, Value: *amount("149.95"), IssuedAt: sold, AccruedAt: sold,
		Status: "active", SourceType: "transaction", SourceID: "1201", Source: &Source{ID: "1201", ExternalID: "ORDER-1"},
		Meta: json.RawMessage("{}"), CreatedAt: sold,
	}
}
