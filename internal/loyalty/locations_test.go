package loyalty_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/store"
)

const cityStore = `{"name": "City", "type": "store", "external_id": "M10", "external_code": "10",
	"timezone": "Australia/Melbourne", "phone": 1131131, "email": "city@example.com", "tags": ["flag ship"],
	"address": {"address_line_1": "1 Swanston St", "city": "Melbourne", "country": "Australia", "iso": "AU"},
	"normal_hours": [{"day_of_week": "mon", "open_at": "09:00", "close_at": "17:30"}, {"day_of_week": "SUN"}],
	"special_hours": [{"name": "Cup day", "start_at": "2026-11-03", "end_at": "2026-11-03"}]}`

func (s *shop) move(id int64, body string) (l event.Location, err error) {
	err = s.try(func(t *store.Tenant) (err error) {
		l, err = loyalty.UpdateLocation(t, id, func(in *loyalty.LocationInput) error {
			return json.Unmarshal([]byte(body), in)
		})
		return err
	})
	return l, err
}

func (s *shop) readLocation(id int64) (l event.Location, err error) {
	err = s.try(func(t *store.Tenant) (err error) {
		l, err = loyalty.ReadLocation(t, id)
		return err
	})
	return l, err
}

func TestLocationIsReadAsItWasCreated(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		l := s.open(cityStore)
		checkFields(t, l, `{"id": 1, "name": "City", "type": "store", "phone": "1131131", "is_published": true,
			"is_permanently_closed": false, "tags": ["flag-ship"], "created_at": "2026-03-14 12:00:00",
			"normal_hours": [{"day_of_week": "MON", "open_at": "09:00", "close_at": "17:30"},
				{"day_of_week": "SUN", "open_at": null, "close_at": null}]}`)
		read, err := s.readLocation(l.ID)
		if diff := cmp.Diff(asJSON(l), asJSON(read)); err != nil || diff != "" {
			t.Errorf("%v (-created +read)\n%s", err, diff)
		}
		checkFields(t, s.open(`{"name": "Bare"}`), `{"address": null, "normal_hours": [], "special_hours": [],
			"tags": [], "external_id": null, "timezone": null}`)
	})
}

func TestUpdateOverlaysALocation(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		l := s.open(cityStore)
		next, err := s.move(l.ID, `{"name": "Centre", "phone": null, "address": {"city": "Carlton"},
			"normal_hours": [{"day_of_week": "TUE"}], "is_published": false}`)
		if err != nil {
			t.Fatal(err)
		}
		checkFields(t, next, `{"name": "Centre", "phone": null, "external_id": "M10", "is_published": false,
			"normal_hours": [{"day_of_week": "TUE", "open_at": null, "close_at": null}]}`)
		checkFields(t, next.Address, `{"city": "Carlton", "country": "Australia"}`)
		read, err := s.readLocation(l.ID)
		if diff := cmp.Diff(asJSON(next), asJSON(read)); err != nil || diff != "" {
			t.Errorf("%v (-updated +read)\n%s", err, diff)
		}
		if next, err = s.move(l.ID, `{"address": null}`); err != nil || next.Address != nil {
			t.Errorf("address: got %+v, %v", next.Address, err)
		}
	})
}

func TestLocationRefuses(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.open(cityStore)
		other := s.open(`{"name": "Other"}`)
		for _, tt := range []struct {
			name, body string
			want       map[string][]string
		}{
			{"no name", `{"name": " "}`, map[string][]string{"name": {"The name field is required."}}},
			{"a taken external id", `{"external_id": "M10"}`,
				map[string][]string{"external_id": {"The external id has already been taken."}}},
			{"a taken external code", `{"external_code": "10"}`,
				map[string][]string{"external_code": {"The external code has already been taken."}}},
			{"a zone that does not exist", `{"timezone": "Mars/Base"}`,
				map[string][]string{"timezone": {"The timezone must be a valid zone."}}},
			{"no weekday", `{"normal_hours": [{"day_of_week": "FOO", "open_at": "9am"}]}`, map[string][]string{
				"normal_hours.0.day_of_week": {"The selected day of week is invalid."},
				"normal_hours.0.open_at":     {"The open at does not match the format HH:mm."},
			}},
		} {
			_, err := s.move(other.ID, tt.body)
			if diff := cmp.Diff(tt.want, faults(t, err)); diff != "" {
				t.Errorf("%s (-want +got)\n%s", tt.name, diff)
			}
		}
	})
}

func TestDeletedLocationLeavesItsSales(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		l := s.open(cityStore)
		p := s.create(grace)
		x := s.sell(receipt(`"location_id": "M10", "profile_id": "` + p.ID + `", `))
		s.do(func(t *store.Tenant) error { return loyalty.DeleteLocation(t, l.ID) })
		var missing *loyalty.NotFoundError
		if _, err := s.readLocation(l.ID); !errors.As(err, &missing) {
			t.Errorf("got %v, want a NotFoundError", err)
		}
		if got := s.readSale(x.ID); got.Location != nil || int64(got.LocationID) != l.ID {
			t.Errorf("got %+v, %d", got.Location, got.LocationID)
		}
		if got := s.change(x.ID, `{"status": "done"}`); got.Status != "done" {
			t.Errorf("got %q", got.Status)
		}
	})
}

func TestListLocations(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.open(cityStore)
		s.open(`{"name": "Web", "type": "online", "is_published": false}`)
		s.do(func(tn *store.Tenant) error {
			page, err := loyalty.ListLocations(tn, store.List{Filters: []store.Filter{{Field: "is_published", Value: "0"}}})
			if page.Total != 1 || page.Items[0].Name != "Web" {
				t.Errorf("got %s", asJSON(page))
			}
			return err
		})
	})
}
