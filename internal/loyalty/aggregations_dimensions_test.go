package loyalty_test

import (
	"testing"

	"github.com/belfryhq/belfry/internal/loyalty"
)

func TestDimensions(t *testing.T) {
	day := func(s string) loyalty.Sale { return sale(t, s+" 09:00", utc, "1") }
	for _, tt := range []struct {
		name, joined, now string
		sales             []loyalty.Sale
		want              string
	}{
		{"three shops with 29 days between are frequent", "", "",
			[]loyalty.Sale{day("2025-01-01"), day("2025-01-30"), day("2025-02-28")}, `{"dimension_frequency": "FH"}`},
		{"three shops with 30 days between are not", "", "",
			[]loyalty.Sale{day("2025-01-01"), day("2025-01-31"), day("2025-03-02")}, `{"dimension_frequency": "FL"}`},
		{"a last shop today is current", "", "2026-02-10",
			[]loyalty.Sale{day("2026-02-10")}, `{"dimension_recency": "RC"}`},
		{"a last shop less than 3 months ago is current", "", "2026-02-10",
			[]loyalty.Sale{day("2025-11-11")}, `{"dimension_recency": "RC"}`},
		{"a last shop 3 months ago is slowing", "", "2026-02-10",
			[]loyalty.Sale{day("2025-11-10")}, `{"dimension_recency": "RS"}`},
		{"a last shop 6 months ago is at risk", "", "2026-02-10",
			[]loyalty.Sale{day("2025-08-10")}, `{"dimension_recency": "RA"}`},
		{"a last shop 12 months ago is inactive", "", "2026-02-10",
			[]loyalty.Sale{day("2025-02-10")}, `{"dimension_recency": "RI"}`},
		{"a last shop 24 months ago is lapsed", "", "2026-02-10",
			[]loyalty.Sale{day("2024-02-10")}, `{"dimension_recency": "RL"}`},
		{"a last shop 60 months ago is the last step", "", "2026-02-10",
			[]loyalty.Sale{day("2021-02-10")}, `{"dimension_recency": "RR"}`},
		{"90 days after joining is new", "2026-01-01", "2026-04-01", nil, `{"dimension_join": "JN"}`},
		{"91 days after joining is not new", "2026-01-01", "2026-04-02", nil, `{"dimension_join": "JC"}`},
		{"365 days after joining is the first year", "2025-01-01", "2026-01-01", nil, `{"dimension_join": "JC"}`},
		{"366 days after joining is the second", "2025-01-01", "2026-01-02", nil, `{"dimension_join": "J1"}`},
		{"730 days after joining is the second", "2025-01-01", "2027-01-01", nil, `{"dimension_join": "J1"}`},
		{"731 days after joining is the third", "2025-01-01", "2027-01-02", nil, `{"dimension_join": "J2"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			checkFields(t, aggregate(t, tt.joined, tt.now, utc, tt.sales), tt.want)
		})
	}
}
