package loyalty_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

func TestTheRateThatWinsMultipliesASale(t *testing.T) {
	eachTill(t, func(t *testing.T, c *till) {
		c.open(`{"name": "City", "external_id": "M10", "address": {"address_line_1": "1 King St", "city": "Melbourne",
			"country": "Australia", "iso": "AU"}}`)
		for _, body := range []string{
			`{"handle": "default", "rate": 1.5, "is_default": true, "priority": 99}`,
			`{"handle": "city", "rate": 2, "priority": 1, "location_id": 1}`,
			`{"handle": "country", "rate": 2.5, "priority": 2, "country_iso_2": "au"}`,
			`{"handle": "vip", "rate": 3, "priority": 3, "profile_conditions": {"in": ["vip", {"var": "flattened_tags"}]}}`,
			`{"handle": "regular", "rate": 3.5, "priority": 4, "profile_conditions": {">=": [{"var": "aggregations.spend_all"}, 1000]}}`,
			`{"handle": "winter", "rate": 4, "priority": 5, "start_time": "2026-06-01 00:00:00", "end_time": "2026-06-30 23:59:59"}`,
			`{"handle": "off", "rate": 9, "priority": 9, "is_published": false}`,
			`{"handle": "status", "rate": 9, "priority": 9, "type": "tier"}`,
		} {
			c.defineRate(`{"name": "r", ` + body[1:])
		}
		earned := func(more string) string {
			t.Helper()
			before, _ := c.balance(c.profile)
			x := c.buy("10", more)
			after, _ := c.balance(c.profile)
			c.do(func(t *store.Tenant) error { return loyalty.DeleteTransaction(t, x.ID) })
			if before != "0" {
				t.Errorf("the balance was %s", before)
			}
			return after
		}
		if got := earned(""); got != "15" {
			t.Errorf("the default rate: %s", got)
		}
		if got := earned(`"location_id": "M10", `); got != "25" {
			t.Errorf("the country's rate: %s", got)
		}
		c.update(c.profile, `{"tags": ["vip"]}`)
		if got := earned(`"location_id": "M10", `); got != "30" {
			t.Errorf("the rate for VIPs: %s", got)
		}
		// The profile is seen as the sale leaves it.
		x := c.buy("1000", "")
		c.wantBalance("the rate for regulars", "3500")
		c.change(x.ID, `{"total": 10}`)
		c.wantBalance("no longer a regular", "30")
	})
}

func TestARateForProductsMultipliesThoseAlone(t *testing.T) {
	eachTill(t, func(t *testing.T, c *till) {
		c.defineRate(`{"name": "r", "handle": "brand", "rate": 3, "issue_period": 10, "issue_period_type": "days",
			"product_conditions": {"==": [{"var": "product.brand"}, "Belltower"]}}`)
		c.defineRate(`{"name": "r", "handle": "plain", "rate": 2, "priority": -1}`)
		c.sell(`{"profile_id": "` + c.profile + `", "total": 95, "transacted_at": "2026-03-14 10:00:00", "timezone": "UTC", "items": [
			{"name": "Shirt", "quantity": 2, "price_sell": 20, "product_variant": {"sku": "S", "brand": "Belltower", "title": "Shirt"}},
			{"name": "Socks", "quantity": 1, "price_sell": 60},
			{"name": "Belt", "quantity": 1, "price_sell": 7, "is_void": true, "product_variant": {"sku": "B", "brand": "Belltower"}}]}`)
		// 40 at 3; of the net of 88 the rest, 48, at 2.
		c.wantBalance("two rates", "216")
		rows := c.rows()
		if len(rows) != 2 {
			t.Fatalf("rows: %s", asJSON(rows))
		}
		checkFields(t, rows[0], `{"value_initial": 120, "rate": 3, "expires_at": "2026-03-24 12:00:00"}`)
		checkFields(t, rows[1], `{"value_initial": 96, "rate": 2, "expires_at": "2027-03-14 12:00:00"}`)
	})
}

func TestARateOfALocationThatThereIsNotIsRefused(t *testing.T) {
	eachTill(t, func(t *testing.T, c *till) {
		try := func(location scalar.Int) error {
			return c.try(func(t *store.Tenant) error {
				var d event.Rate
				d.Name, d.Handle, d.Rate, d.LocationID = "r", "r", 2*scalar.One, location
				_, err := loyalty.Rates.Create(t, d)
				return err
			})
		}
		refusedWith(t, try(999), "The selected location id is invalid.")
		c.open(`{"name": "City", "external_id": "M10"}`)
		if err := try(1); err != nil {
			t.Error(err)
		}
	})
}

func TestACalculatedRateOfAnUnknownHandleIsRefused(t *testing.T) {
	eachTill(t, func(t *testing.T, c *till) {
		price := scalar.One
		for field, q := range map[string]loyalty.RateQuestion{
			"handle": {Handle: "tripple", Price: &price}, "code": {Code: "C", Price: &price},
		} {
			refusedWith(t, c.try(func(t *store.Tenant) error {
				_, err := loyalty.CalculateRate(t, q)
				return err
			}), "The selected "+field+" is invalid.")
		}
	})
}

func TestWhatMultipliesASaleIsBounded(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		if _, err := tryDefine(s, loyalty.PointDefinitions, `{"name":"Points","handle":"points","earn_rate":1001}`); err == nil {
			t.Error("a definition earns 1001 points for each unit of the currency")
		}
		if _, err := tryDefine(s, loyalty.Rates, `{"name":"Rate","handle":"rate","rate":1001}`); err == nil {
			t.Error("a rate multiplies by 1001")
		}
		err := s.try(func(t *store.Tenant) error {
			_, err := loyalty.PutSetting(t, "points.exchange_rate", json.RawMessage("1001"))
			return err
		})
		if err == nil {
			t.Error("a point is worth 1001")
		}
	})
}

func TestCalculateARate(t *testing.T) {
	eachTill(t, func(t *testing.T, c *till) {
		c.open(`{"name": "City", "external_id": "M10"}`)
		for _, body := range []string{
			`{"handle": "double", "code": "A", "rate": 2, "priority": 1}`,
			`{"handle": "city", "code": "B", "rate": 3, "priority": 2, "location_id": 1}`,
			`{"handle": "grace", "code": "B", "rate": 4, "priority": 3, "profile_conditions": {"==": [{"var": "first_name"}, "Grace"]}}`,
			`{"handle": "shirts", "rate": 5, "priority": 4, "product_conditions": {"==": [{"var": "name"}, "Shirt"]}}`,
			`{"handle": "tier", "rate": 6, "type": "tier"}`,
			`{"handle": "own", "rate": 7, "type": "base", "priority": -1}`,
		} {
			c.defineRate(`{"name": "r", ` + body[1:])
		}
		ask := func(question string) (answer loyalty.RateAnswer, err error) {
			var q loyalty.RateQuestion
			if err := json.Unmarshal([]byte(question), &q); err != nil {
				t.Fatal(err)
			}
			err = c.try(func(t *store.Tenant) error {
				answer, err = loyalty.CalculateRate(t, q)
				return err
			})
			return answer, err
		}
		for question, want := range map[string]string{
			`{"price": 10}`:                                                 "20",
			`{"price": 10.5, "location": "M10"}`:                            "31.5",
			`{"price": 10, "profile_id": "` + c.profile + `"}`:              "40",
			`{"price": 10, "profile_id": "` + c.profile + `", "code": "A"}`: "20",
			`{"price": 10, "code": "B"}`:                                    "10",
			`{"price": 10, "handle": "double", "location": "M10"}`:          "20",
			`{"price": 10, "type": "tier"}`:                                 "60",
			`{"price": 10, "type": "base"}`:                                 "20",
			`{"price": 10, "type": "base", "handle": "own"}`:                "70",
			`{"price": 10, "type": "nothing"}`:                              "10",
		} {
			if got, err := ask(question); err != nil || got.Total.String() != want {
				t.Errorf("%s: got %s, %v; want %s", question, got.Total, err, want)
			}
		}
		for question, field := range map[string]string{
			`{}`: "price", `{"price": 1, "location": "M11"}`: "location", `{"price": 1, "profile_id": "nobody"}`: "profile_id",
		} {
			_, err := ask(question)
			var invalid *problem.Invalid
			if !errors.As(err, &invalid) || len(invalid.Fields[field]) == 0 {
				t.Errorf("%s: got %v, want a fault of %s", question, err, field)
			}
		}
	})
}
