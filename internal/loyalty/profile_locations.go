package loyalty

import (
	"errors"
	"fmt"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// setLocations takes over where a profile joined and where it likes to shop.
func (c *profileChange) setLocations(in ProfileInput) error {
	err := c.setLocation("joined_location", &c.rec.JoinedLocationID,
		in.JoinedLocationID, in.JoinedExternalID, in.JoinedExternalCode)
	if err != nil {
		return err
	}
	return c.setLocation("preferred_location", &c.rec.PreferredLocationID,
		in.PreferredLocationID, in.PreferredExternalID, in.PreferredExternalCode)
}

// setLocation makes the location that a request names the one at into. A
// location that stays is not looked up: it may be gone by now.
func (c *profileChange) setLocation(name string, into *scalar.Int, id scalar.Int, externalID, code scalar.Text) error {
	var found store.Location
	var err error
	field := name + "_id"
	switch {
	case externalID != "":
		field = name + "_external_id"
		found, err = c.t.LocationByExternalID(string(externalID))
	case code != "":
		field = name + "_external_code"
		found, err = c.t.LocationByExternalCode(string(code))
	case id == 0 || id == *into:
		*into = id
		return nil
	default:
		found, err = c.t.Location(int64(id))
	}
	switch {
	case errors.Is(err, store.ErrNotFound):
		c.invalid.Add(field, "The selected %s is invalid.", label(field))
	case err != nil:
		return fmt.Errorf("read location: %w", err)
	default:
		*into = scalar.Int(found.ID)
		c.locations[found.ID] = found
	}
	return nil
}

// locationsOf reads the locations of profiles.
func locationsOf(t *store.Tenant, recs []store.Profile) (map[int64]store.Location, error) {
	locations := map[int64]store.Location{}
	var ids []int64
	for _, rec := range recs {
		for _, id := range []int64{int64(rec.JoinedLocationID), int64(rec.PreferredLocationID)} {
			if _, seen := locations[id]; !seen && id != 0 {
				locations[id] = store.Location{}
				ids = append(ids, id)
			}
		}
	}
	clear(locations)
	rows, err := t.LocationsByID(ids...)
	if err != nil {
		return nil, fmt.Errorf("read locations: %w", err)
	}
	for _, l := range rows {
		locations[l.ID] = l
	}
	return locations, nil
}

// location returns a location of the profile, nil when there is none.
func (v *profileView) location(id scalar.Int) *event.Location {
	l, ok := v.locations[int64(id)]
	if !ok {
		return nil
	}
	shown := showLocation(l)
	return &shown
}
