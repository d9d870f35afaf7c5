package loyalty_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/store"
)

func TestDatesAndCustomAttributesAreSetByTheirHandles(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		p := s.create(ada)
		p = s.update(p.ID, `{
			"dates_attributes": [{"handle": "wedding", "name": "Wedding", "date": "2010-05-01", "meta": {"b": 1, "a": "<x>"}}],
			"custom_attributes": [{"namespace": "crm", "handle": "vip", "type": "boolean", "value": "1"},
				{"namespace": "crm", "handle": "score", "type": "integer", "value": 18}]}`)
		p = s.update(p.ID, `{"attributes": {"dates": [{"handle": "wedding", "date": "2011-05-01", "is_recurring": true}]}}`)
		dates, custom := p.Attributes.Dates, p.CustomAttributes
		if len(dates) != 1 || dates[0].Date.String() != "2011-05-01" || !dates[0].IsRecurring || dates[0].ID != 1 {
			t.Errorf("dates %s", asJSON(dates))
		}
		if len(custom) != 2 || string(custom[0].Value) != "18" || string(custom[1].Value) != "true" || custom[1].ID != 2 {
			t.Errorf("custom %s", asJSON(custom))
		}
		s.do(func(tenant *store.Tenant) error {
			a, err := loyalty.ReadCustomAttribute(tenant, p.ID, "crm", "vip")
			if a.ProfileID != p.ID || a.Type != "boolean" {
				t.Errorf("read %+v", a)
			}
			return errors.Join(err, loyalty.DeleteCustomAttribute(tenant, p.ID, "crm", "score"), loyalty.DeleteDate(tenant, p.ID, 1))
		})
		p = s.read(p.ID)
		if len(p.Attributes.Dates) != 0 || len(p.CustomAttributes) != 1 || p.CustomAttributes[0].Handle != "vip" {
			t.Errorf("left: %s %s", asJSON(p.Attributes.Dates), asJSON(p.CustomAttributes))
		}
		var none *loyalty.NotFoundError
		for name, again := range map[string]func(*store.Tenant) error{
			"date":      func(t *store.Tenant) error { return loyalty.DeleteDate(t, p.ID, 1) },
			"attribute": func(t *store.Tenant) error { return loyalty.DeleteCustomAttribute(t, p.ID, "crm", "score") },
		} {
			if err := s.try(again); !errors.As(err, &none) {
				t.Errorf("deleting the %s again: %v", name, err)
			}
		}
		if got := s.events(p.ID); len(got) != 5 {
			t.Errorf("events %v", got)
		}
	})
}

func TestConsentIsDatedWhenItChanges(t *testing.T) {
	eachShopLater(t, func(t *testing.T, s *shop, clock *time.Time) {
		p := s.create(`{"first_name": "Ada", "attributes": {"comms": {"email_promo": true}}}`)
		if got := p.Attributes.Comms.EmailConsentUpdatedAt.String(); got != "2026-03-14 12:00:00" {
			t.Errorf("dated %q", got)
		}
		*clock = noon.AddDate(0, 0, 1)
		p = s.update(p.ID, `{"comms_attributes": {"email_promo": false}}`)
		if got := p.Attributes.Comms.EmailConsentUpdatedAt.String(); got != "2026-03-15 12:00:00" {
			t.Errorf("withdrawn at %q", got)
		}
		p = s.update(p.ID, `{"comms_attributes": {"email_promo": true, "email_consent_updated_at": "2026-01-02 03:04:05", "sms_optout": true}}`)
		comms := p.Attributes.Comms
		if comms.EmailConsentUpdatedAt.String() != "2026-01-02 03:04:05" || !*comms.EmailPromo || !bool(comms.SMSOptout) || !comms.SMSConsentUpdatedAt.IsZero() {
			t.Errorf("got %s", asJSON(comms))
		}
		p = s.update(p.ID, `{"attributes": {"comms": {"email_promo": null, "sms_optout": null}}}`)
		if comms = p.Attributes.Comms; comms.EmailPromo != nil || bool(comms.SMSOptout) {
			t.Errorf("null did not clear: %s", asJSON(comms))
		}
	})
}

func TestFaultsOfAProfileAreToldTogether(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		err := s.tryCreate(`{"email": "not an address", "gender": "robot", "profile_type": "x", "currency": "dollars",
			"mobile_phone": "CALL ME", "mobile_phone_country": "Utopia", "birth_day": 31, "birth_month": 2,
			"joined_location_id": 7, "preferred_location_external_code": "nowhere", "first_name": "a\u0000b",
			"attributes": {"comms": {"sms_verification": "maybe"}, "appearance": {"Size Top": "M"}},
			"dates_attributes": [{}], "custom_attributes": [{"namespace": "a:b", "handle": "h", "type": "integer", "value": "x"}]}`)
		want := map[string][]string{
			"email":                            {"The email must be a valid email address."},
			"gender":                           {"The selected gender is invalid."},
			"profile_type":                     {"The selected profile type is invalid."},
			"currency":                         {"The currency must be an ISO 4217 code."},
			"mobile_phone":                     {"The mobile phone format is invalid."},
			"mobile_phone_country":             {"The selected mobile phone country is invalid."},
			"birth_day":                        {"The birth day is not a day of the birth month."},
			"joined_location_id":               {"The selected joined location id is invalid."},
			"preferred_location_external_code": {"The selected preferred location external code is invalid."},
			"first_name":                       {"The first name may not hold a NUL character."},
			"attributes.comms.sms_verification": {
				"The selected sms verification is invalid.",
			},
			"attributes.appearance.Size Top": {
				"An appearance name may only hold lower-case letters, digits and underscores, 64 at most.",
			},
			"attributes.dates.0.handle":     {"The handle field is required."},
			"attributes.dates.0.date":       {"The date field is required."},
			"custom_attributes.0.namespace": {"The namespace may not hold colons, slashes or spaces."},
			"custom_attributes.0.value":     {"The value must be an integer."},
		}
		if diff := cmp.Diff(want, faults(t, err)); diff != "" {
			t.Error(diff)
		}
		if err := s.tryCreate(`{}`); faults(t, err)["email"] == nil {
			t.Errorf("a profile of nobody: %v", err)
		}
	})
}

func TestProfileShowsItsLocations(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		var id int64
		s.do(func(t *store.Tenant) error {
			l, err := loyalty.CreateLocation(t, loyalty.LocationInput{Name: "City", ExternalID: "M10", ExternalCode: "CBD"})
			id = l.ID
			return err
		})
		p := s.create(`{"first_name": "Ada", "joined_location_external_id": "M10"}`)
		if p.JoinedLocation == nil || p.JoinedLocation.Name != "City" || int64(p.JoinedLocationID) != id || p.PreferredLocation != nil {
			t.Errorf("got %s", asJSON(p))
		}
		s.do(func(t *store.Tenant) error { return loyalty.DeleteLocation(t, id) })
		if p = s.update(p.ID, `{"company": "Belltower"}`); p.JoinedLocation != nil || int64(p.JoinedLocationID) != id {
			t.Errorf("a location that is gone: %s", asJSON(p))
		}
	})
}

func TestContextIsTheProfileFlattened(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.define(`{"name": "Gold", "handle": "gold"}`)
		p := s.create(ada)
		p = s.update(p.ID, `{"statuses": ["gold"]}`)
		var told, now map[string]any
		s.do(func(tenant *store.Tenant) error {
			page, err := tenant.Events(store.List{Sort: []string{"-id"}, Size: 1})
			if err != nil {
				return err
			}
			context, err := loyalty.ProfileContextOf(tenant, p.ID)
			return errors.Join(err, json.Unmarshal(page.Items[0].Context, &told), json.Unmarshal([]byte(asJSON(context)), &now))
		})
		if diff := cmp.Diff(told, now); diff != "" {
			t.Errorf("the event's context is not the profile's:\n%s", diff)
		}
		want := map[string]any{
			"id": p.ID, "profile_id": p.ID, "first_name": "Ada", "birth_year": 1985.0, "tier": nil,
			"flattened_tags": []any{"VIP-customer", "vip"}, "flattened_statuses": []any{"gold"}, "reward_balance": 0.0,
			"combined_balance_dollars": 0.0, "joined_at": "2026-03-14 12:00:00",
		}
		for name, value := range want {
			if diff := cmp.Diff(value, now[name]); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
		if _, ok := now["addresses"]; ok {
			t.Error("the context holds the list of addresses")
		}
		if now["aggregations"].(map[string]any)["dimension_frequency"] != "F0" {
			t.Errorf("aggregations %v", now["aggregations"])
		}
	})
}
