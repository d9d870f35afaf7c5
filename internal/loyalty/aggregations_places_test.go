package loyalty_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

func TestAggregateLocations(t *testing.T) {
	at := func(day string, total string, location int64, more ...func(*loyalty.Sale)) loyalty.Sale {
		return sale(t, day+" 09:00", utc, total, append(more, at(location))...)
	}
	names := func(a event.Aggregations) map[string]string {
		out := map[string]string{}
		for key, p := range map[string]*event.Place{
			"most": a.MostTransactedLocation, "latest": a.LatestTransactedLocation,
			"spend": a.MostSpendLocation, "spend 12m": a.MostSpend12mLocation, "join": a.StoreJoin,
		} {
			if p != nil {
				out[key] = p.Name
			}
		}
		return out
	}
	for _, tt := range []struct {
		name  string
		sales []loyalty.Sale
		want  map[string]string
		more  string
	}{
		{
			name: "each kind of most has its own location",
			sales: []loyalty.Sale{
				at("2023-01-01", "1000", 4), at("2025-03-01", "10", 1), at("2025-03-02", "10", 1),
				at("2025-03-03", "500", 2), at("2025-03-04", "1", 3),
			},
			want: map[string]string{"most": "City", "latest": "Web", "spend": "Auckland", "spend 12m": "Suburb"},
			more: `{"transacted_locations": ["A1", "M10", "2", "web"], "channel": "CM", "likely_country": "Australia",
				"likely_country_score": 0.75, "likely_country_iso": "AU", "likely_country_iso_score": 0.75,
				"likely_state_iso": "VIC", "likely_state_iso_score": 1, "likely_region": "Victoria",
				"likely_region_score": 1}`,
		},
		{
			name:  "among equals the location shopped at last wins",
			sales: []loyalty.Sale{at("2025-03-01", "10", 1), at("2025-03-02", "10", 2)},
			want:  map[string]string{"most": "Suburb", "latest": "Suburb", "spend": "Suburb", "spend 12m": "Suburb"},
		},
		{
			name:  "a return subtracts from its location's spend",
			sales: []loyalty.Sale{at("2025-03-01", "50", 1), at("2025-03-02", "40", 2), at("2025-03-03", "-20", 1)},
			want:  map[string]string{"most": "City", "latest": "City", "spend": "Suburb", "spend 12m": "Suburb"},
		},
		{
			name:  "a sale at no known location changes no location",
			sales: []loyalty.Sale{at("2025-03-01", "50", 1), at("2025-03-02", "400", 0), at("2025-03-03", "400", 99)},
			want:  map[string]string{"most": "City", "latest": "City", "spend": "City", "spend 12m": "City"},
			more:  `{"transacted_locations": ["M10"], "channel": "CF"}`,
		},
		{
			name:  "systems tell the channel before the location does",
			sales: []loyalty.Sale{at("2025-03-01", "50", 1, by(store.Online))},
			want:  map[string]string{"most": "City", "latest": "City", "spend": "City", "spend 12m": "City"},
			more:  `{"channel": "CO"}`,
		},
		{
			name:  "sales that tell no channel have none",
			sales: []loyalty.Sale{at("2025-03-01", "50", 0)},
			want:  map[string]string{},
			more:  `{"channel": null, "likely_country": null, "likely_country_score": null}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := aggregate(t, "", "", utc, tt.sales)
			if diff := cmp.Diff(tt.want, names(a)); diff != "" {
				t.Errorf("locations (-want +got)\n%s", diff)
			}
			if tt.more != "" {
				checkFields(t, a, tt.more)
			}
		})
	}
}

func TestStoreJoinIsTheLocationOfJoining(t *testing.T) {
	who := loyalty.Member{ProfileID: "ada", JoinedAt: scalar.At(noon), JoinedLocationID: 1}
	a := loyalty.Aggregate(who, nil, shops, noon, time.UTC)
	if a.StoreJoin == nil || a.StoreJoin.Name != "City" {
		t.Errorf("got %+v, want City", a.StoreJoin)
	}
}
