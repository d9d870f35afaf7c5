package loyalty_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// sale is a sale at a local time of a zone: "2025-06-15 10:00 Australia/Sydney 49.95".
func sale(t *testing.T, local, zone, total string, change ...func(*loyalty.Sale)) loyalty.Sale {
	t.Helper()
	where, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", local, where)
	if err != nil {
		t.Fatal(err)
	}
	net, err := scalar.ParseAmount(total)
	if err != nil {
		t.Fatal(err)
	}
	s := loyalty.Sale{TransactedAt: scalar.At(at), ShoppedOn: scalar.DateOf(at), Net: net}
	for _, f := range change {
		f(&s)
	}
	return s
}

func at(location int64) func(*loyalty.Sale) {
	return func(s *loyalty.Sale) { s.LocationID = scalar.Int(location) }
}

func by(channels store.Channels) func(*loyalty.Sale) {
	return func(s *loyalty.Sale) { s.Channels = channels }
}

func void(s *loyalty.Sale) { s.IsVoid = true }

func off(discount string) func(*loyalty.Sale) {
	return func(s *loyalty.Sale) { s.Discount, _ = scalar.ParseAmount(discount) }
}

func in(currency scalar.Text) func(*loyalty.Sale) {
	return func(s *loyalty.Sale) { s.Currency = currency }
}

func of(brand string, quantity int) func(*loyalty.Sale) {
	return func(s *loyalty.Sale) {
		if s.Brands == nil {
			s.Brands = map[string]scalar.Amount{}
		}
		s.Brands[brand] += scalar.Amount(quantity) * scalar.One
	}
}

// shops are the locations of the tests: 1 and 2 are in Victoria, 3 is online, 4
// is in Auckland and says nothing else.
var shops = map[int64]store.Location{
	1: {ID: 1, Name: "City", ExternalID: "M10", Type: "store", Address: &store.AddressLines{
		Country: "Australia", ISO: "AU", State: "Victoria", ISOState: "VIC"}},
	2: {ID: 2, Name: "Suburb", Address: &store.AddressLines{Country: "Australia", ISO: "AU", State: "Victoria"}},
	3: {ID: 3, Name: "Web", ExternalID: "web", Type: "online"},
	4: {ID: 4, Name: "Auckland", ExternalID: "A1", Address: &store.AddressLines{Country: "New Zealand", ISO: "NZ"}},
}

const (
	utc       = "UTC"
	sydney    = "Australia/Sydney"
	melbourne = "Australia/Melbourne"
	auckland  = "Pacific/Auckland"
	angeles   = "America/Los_Angeles"
)

func TestAggregate(t *testing.T) {
	for _, tt := range []struct {
		name string
		// joined and now are in UTC, which is the tenant's zone unless named.
		joined, now, zone string
		sales             []loyalty.Sale
		want              string
	}{
		{
			name: "a profile that never shopped has zeros for sums and nulls for dates",
			want: `{"spend_12m": 0, "spend_12m_now": 0, "spend_all": 0, "spend_atv_12m": null, "spend_atv_all": null,
				"spend_first_date": null, "spend_last_date": null, "first_shop_date": null, "first_shop_days": null,
				"second_shop_date": null, "second_shop_days": null, "previous_shop_date": null,
				"latest_shop_date": null, "latest_shop_days": null, "average_shop_days": null, "total_shop_days": 0,
				"at_risk_date": null, "shop_count": 0, "shop_days": null, "discount_avg": null,
				"latest_shop_spend": null, "latest_shop_currency": null, "dimension_frequency": "F0",
				"dimension_recency": "RO", "channel": null, "store_join": null, "most_transacted_location": null,
				"latest_transacted_location": null, "most_spend_location": null, "most_spend_12m_location": null,
				"transacted_locations": [], "purchased_brands": [], "likely_country": null,
				"likely_country_score": null}`,
		},
		{
			name:  "a profile whose only sale is void never shopped",
			sales: []loyalty.Sale{sale(t, "2026-01-10 10:00", utc, "50", void, at(1), of("Acme", 1))},
			want: `{"spend_all": 0, "total_shop_days": 0, "dimension_frequency": "F0", "dimension_recency": "RO",
				"transacted_locations": [], "purchased_brands": [], "channel": null, "latest_shop_date": null}`,
		},
		{
			name:   "the first shop sets the first and the latest date and no averages of days",
			joined: "2026-01-05 10:00:00",
			sales:  []loyalty.Sale{sale(t, "2026-01-10 10:30", utc, "49.95", in("AUD"))},
			want: `{"spend_12m": 49.95, "spend_12m_now": 49.95, "spend_all": 49.95, "spend_atv_12m": 49.95,
				"spend_atv_all": 49.95, "spend_first_date": "2026-01-10 10:30:00", "spend_last_date": "2026-01-10 10:30:00",
				"first_shop_date": "2026-01-10", "first_shop_days": 5, "latest_shop_date": "2026-01-10",
				"second_shop_date": null, "second_shop_days": null, "previous_shop_date": null,
				"latest_shop_days": null, "average_shop_days": null, "shop_days": null, "at_risk_date": null,
				"total_shop_days": 1, "shop_count": 1, "dimension_frequency": "F1", "latest_shop_spend": 49.95,
				"latest_shop_currency": "AUD", "discount_avg": 0}`,
		},
		{
			name:   "a shop on the day of joining is 0 days after it",
			joined: "2026-01-10 23:00:00",
			sales:  []loyalty.Sale{sale(t, "2026-01-10 08:00", utc, "1")},
			want:   `{"first_shop_days": 0}`,
		},
		{
			name:   "a shop before joining is 0 days after it",
			joined: "2026-01-10 23:00:00",
			sales:  []loyalty.Sale{sale(t, "2025-12-01 08:00", utc, "1")},
			want:   `{"first_shop_days": 0}`,
		},
		{
			name:   "the day of joining is told in the tenant's zone",
			joined: "2026-01-09 23:00:00", zone: auckland, // 10 January there
			sales: []loyalty.Sale{sale(t, "2026-01-11 08:00", auckland, "1")},
			want:  `{"first_shop_days": 1}`,
		},
		{
			name: "two sales on one day are one shop date",
			sales: []loyalty.Sale{
				sale(t, "2026-01-10 09:00", utc, "10"),
				sale(t, "2026-01-10 17:00", utc, "20"),
			},
			want: `{"total_shop_days": 1, "shop_count": 1, "dimension_frequency": "F1", "latest_shop_spend": 30,
				"spend_atv_all": 15, "second_shop_date": null}`,
		},
		{
			name: "the second shop date sets the days between and the former latest",
			sales: []loyalty.Sale{
				sale(t, "2026-01-10 09:00", utc, "10"),
				sale(t, "2026-01-11 00:10", utc, "20"),
			},
			want: `{"second_shop_date": "2026-01-11", "second_shop_days": 1, "previous_shop_date": "2026-01-10",
				"latest_shop_date": "2026-01-11", "latest_shop_days": 1, "shop_days": 1, "average_shop_days": null,
				"at_risk_date": null, "dimension_frequency": "F2"}`,
		},
		{
			name: "from the third shop date on the average is the span by the number of dates, cut to whole days",
			sales: []loyalty.Sale{
				sale(t, "2026-01-01 09:00", utc, "10"),
				sale(t, "2026-01-11 09:00", utc, "10"),
				sale(t, "2026-02-10 09:00", utc, "10"), // 40 days after the first
			},
			want: `{"average_shop_days": 13, "at_risk_date": "2026-03-21", "shop_days": 20, "latest_shop_days": 30,
				"second_shop_date": "2026-01-11", "previous_shop_date": "2026-01-11", "total_shop_days": 3}`,
		},
		{
			name: "three shops on consecutive days average zero days",
			sales: []loyalty.Sale{
				sale(t, "2026-01-01 09:00", utc, "10"),
				sale(t, "2026-01-02 09:00", utc, "10"),
				sale(t, "2026-01-03 09:00", utc, "10"),
			},
			want: `{"average_shop_days": 0, "at_risk_date": "2026-01-03", "shop_days": 1, "dimension_frequency": "FH"}`,
		},
		{
			name: "a return subtracts from the spend and its day is no shop",
			sales: []loyalty.Sale{
				sale(t, "2026-01-01 09:00", utc, "100"),
				sale(t, "2026-01-05 09:00", utc, "-30"),
			},
			want: `{"spend_all": 70, "spend_12m": 70, "shop_count": 1, "total_shop_days": 2, "spend_atv_all": 35,
				"dimension_frequency": "F1", "latest_shop_date": "2026-01-05", "latest_shop_spend": -30}`,
		},
		{
			name: "an exchange that nets to zero is no shop",
			sales: []loyalty.Sale{
				sale(t, "2026-01-01 09:00", utc, "50"),
				sale(t, "2026-01-05 09:00", utc, "-50"),
				sale(t, "2026-01-05 09:10", utc, "50"),
			},
			want: `{"spend_all": 50, "shop_count": 1, "total_shop_days": 2}`,
		},
		{
			name: "a sale and a smaller return on one day are a shop",
			sales: []loyalty.Sale{
				sale(t, "2026-01-05 09:00", utc, "-20"),
				sale(t, "2026-01-05 09:10", utc, "50"),
			},
			want: `{"spend_all": 30, "shop_count": 1, "latest_shop_spend": 30}`,
		},
		{
			name: "a void sale counts nowhere",
			sales: []loyalty.Sale{
				sale(t, "2026-01-01 09:00", utc, "10", at(1)),
				sale(t, "2026-01-09 09:00", utc, "99", at(2), void, of("Acme", 1), off("5"), by(store.Online)),
			},
			want: `{"spend_all": 10, "latest_shop_date": "2026-01-01", "total_shop_days": 1, "purchased_brands": [],
				"transacted_locations": ["M10"], "channel": "CF", "discount_avg": 0}`,
		},
		{
			name: "spend_12m ends at the latest shop date and spend_12m_now today",
			now:  "2026-03-01 00:00:00",
			sales: []loyalty.Sale{
				sale(t, "2024-06-15 09:00", utc, "1"),
				sale(t, "2024-06-16 09:00", utc, "10"),
				sale(t, "2025-03-01 23:00", utc, "100"),
				sale(t, "2025-03-02 00:00", utc, "1000"),
				sale(t, "2025-06-15 09:00", utc, "10000"),
			},
			want: `{"spend_12m": 11110, "spend_12m_now": 11000, "spend_all": 11111, "spend_atv_12m": 2777.5,
				"spend_atv_all": 2222.2}`,
		},
		{
			name: "the year that ends on 29 February starts on 1 March",
			now:  "2024-02-29 12:00:00",
			sales: []loyalty.Sale{
				sale(t, "2023-02-28 09:00", utc, "1"),
				sale(t, "2023-03-01 09:00", utc, "10"),
				sale(t, "2024-02-29 09:00", utc, "100"),
			},
			want: `{"spend_12m": 110, "spend_12m_now": 110}`,
		},
		{
			name: "the year that ends on 28 February after a leap day holds the leap day",
			now:  "2025-02-28 12:00:00",
			sales: []loyalty.Sale{
				sale(t, "2024-02-28 09:00", utc, "1"),
				sale(t, "2024-02-29 09:00", utc, "10"),
				sale(t, "2025-02-28 09:00", utc, "100"),
			},
			want: `{"spend_12m": 110, "spend_12m_now": 110}`,
		},
		{
			name: "a sale in the future is not part of spend_12m_now",
			now:  "2026-01-01 00:00:00",
			sales: []loyalty.Sale{
				sale(t, "2025-12-31 09:00", utc, "1"),
				sale(t, "2026-01-01 09:00", utc, "10"),
			},
			want: `{"spend_12m": 11, "spend_12m_now": 1, "spend_all": 11}`,
		},
		{
			name: "a sale of just now counts although it is tomorrow already where it took place",
			now:  "2026-01-01 12:00:00",
			sales: []loyalty.Sale{
				sale(t, "2026-01-02 00:30", auckland, "1"), // 11:30 UTC
			},
			want: `{"spend_12m_now": 1, "latest_shop_date": "2026-01-02", "dimension_recency": "RC"}`,
		},
		{
			name: "days are those of the transaction's own zone",
			sales: []loyalty.Sale{
				sale(t, "2026-01-10 08:00", sydney, "1"),  // 9 January in UTC
				sale(t, "2026-01-09 23:30", angeles, "1"), // 10 January in UTC
			},
			want: `{"first_shop_date": "2026-01-09", "latest_shop_date": "2026-01-10", "total_shop_days": 2,
				"spend_first_date": "2026-01-09 21:00:00", "spend_last_date": "2026-01-10 07:30:00"}`,
		},
		{
			name: "one moment on both sides of midnight is two shop dates",
			sales: []loyalty.Sale{
				sale(t, "2026-01-10 23:30", utc, "1"),
				sale(t, "2026-01-11 10:30", melbourne, "1"),
			},
			want: `{"total_shop_days": 2, "latest_shop_days": 1}`,
		},
		{
			name: "the day on which clocks change is one day",
			sales: []loyalty.Sale{
				sale(t, "2025-10-05 01:30", sydney, "1"),
				sale(t, "2025-10-05 03:30", sydney, "1"),
				sale(t, "2025-10-06 00:30", sydney, "1"),
			},
			want: `{"total_shop_days": 2, "latest_shop_days": 1}`,
		},
		{
			name: "averages are rounded half up to cents",
			sales: []loyalty.Sale{
				sale(t, "2026-01-01 09:00", utc, "10.00", off("0.05")),
				sale(t, "2026-01-01 09:10", utc, "0.01"),
			},
			want: `{"spend_atv_all": 5.01, "discount_avg": 0.03, "spend_all": 10.01}`,
		},
		{
			name: "sums are rounded once, at the end",
			sales: []loyalty.Sale{
				sale(t, "2026-01-01 09:00", utc, "0.003"),
				sale(t, "2026-01-01 09:10", utc, "0.003"),
			},
			want: `{"spend_all": 0.01, "latest_shop_spend": 0.01}`,
		},
		{
			name: "the currency of the latest shop is that of its last sale that has one",
			sales: []loyalty.Sale{
				sale(t, "2026-01-01 09:00", utc, "1", in("AUD")),
				sale(t, "2026-01-05 09:00", utc, "1", in("NZD")),
				sale(t, "2026-01-05 10:00", utc, "1"),
			},
			want: `{"latest_shop_currency": "NZD"}`,
		},
		{
			name: "a brand that was returned as a whole was not purchased",
			sales: []loyalty.Sale{
				sale(t, "2026-01-01 09:00", utc, "1", of("Zed", 1), of("Acme", 2), of("Bell", 1)),
				sale(t, "2026-01-05 09:00", utc, "-1", of("Acme", -1), of("Bell", -1)),
			},
			want: `{"purchased_brands": ["Acme", "Zed"]}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			checkFields(t, aggregate(t, tt.joined, tt.now, tt.zone, tt.sales), tt.want)
		})
	}
}

// aggregate computes with defaults: joined in 2020, now on 10 February 2026, in
// UTC.
func aggregate(t *testing.T, joined, now, zone string, sales []loyalty.Sale) event.Aggregations {
	t.Helper()
	moment := func(s, none string) scalar.Time {
		if s == "" {
			s = none
		}
		v, err := scalar.ParseTime(s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	where, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	for i := range sales {
		sales[i].ID = int64(i + 1)
	}
	who := loyalty.Member{ProfileID: "ada", JoinedAt: moment(joined, "2020-01-01")}
	return loyalty.Aggregate(who, sales, shops, moment(now, "2026-02-10 12:00:00").Time, where)
}

// checkFields compares the fields that want names with those of got in JSON.
func checkFields(t *testing.T, got any, want string) {
	t.Helper()
	b, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	var all, named map[string]any
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(want), &named); err != nil {
		t.Fatal(err)
	}
	picked := map[string]any{}
	for name := range named {
		if v, ok := all[name]; ok {
			picked[name] = v
		}
	}
	if diff := cmp.Diff(named, picked); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
