package loyalty

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// ReadAggregations returns a profile's aggregations as they are today. What is
// stored is of the latest sale; on a later day, or once the profile's joining
// was changed, they are computed anew.
func ReadAggregations(t *store.Tenant, profileID string) (event.Aggregations, error) {
	stored, joining, err := t.AggregationsOf(strings.ToLower(profileID))
	if err != nil {
		return event.Aggregations{}, missing(err, "profile", profileID)
	}
	c, err := newAggregator(t)
	if err != nil {
		return event.Aggregations{}, err
	}
	if stored.AsOf == c.today && stored.Joining == joining {
		var a event.Aggregations
		if err := json.Unmarshal(stored.Data, &a); err != nil {
			return a, fmt.Errorf("decode aggregations of %s: %w", profileID, err)
		}
		return a, nil
	}
	return c.compute(stored.ProfileID, joining)
}

// CalculateAggregations computes a profile's aggregations from its transactions
// and stores them.
func CalculateAggregations(t *store.Tenant, profileID string) (event.Aggregations, error) {
	profileID = strings.ToLower(profileID)
	if err := t.LockProfile(profileID); err != nil {
		return event.Aggregations{}, fmt.Errorf("lock profile: %w", err)
	}
	_, joining, err := t.AggregationsOf(profileID)
	if err != nil {
		return event.Aggregations{}, missing(err, "profile", profileID)
	}
	c, err := newAggregator(t)
	if err != nil {
		return event.Aggregations{}, err
	}
	return c.store(profileID, joining)
}

// aggregator computes aggregations in one transaction of the store.
type aggregator struct {
	t      *store.Tenant
	tenant store.TenantRecord
	zone   *time.Location
	today  scalar.Date
	// locations are those that were read already.
	locations map[int64]store.Location
}

func newAggregator(t *store.Tenant) (*aggregator, error) {
	rec, err := t.Record()
	if err != nil {
		return nil, fmt.Errorf("read tenant: %w", err)
	}
	zone, err := loadZone(rec.Timezone)
	if err != nil {
		return nil, fmt.Errorf("tenant %s: %w", rec.Handle, err)
	}
	return &aggregator{
		t: t, tenant: rec, zone: zone, today: scalar.DateOf(t.Now().In(zone)), locations: map[int64]store.Location{},
	}, nil
}

// store computes a profile's aggregations and keeps them. The profile must be
// locked, so that no concurrent sale is left out.
func (c *aggregator) store(profileID string, joining store.Joining) (event.Aggregations, error) {
	a, err := c.compute(profileID, joining)
	if err != nil {
		return a, err
	}
	data, err := plainJSON(a)
	if err != nil {
		return a, fmt.Errorf("encode aggregations: %w", err)
	}
	err = c.t.PutAggregations(&store.Aggregations{
		ProfileID: profileID, AsOf: c.today, Joining: joining, Spend12m: a.Spend12m, Spend12mNow: a.Spend12mNow,
		SpendAll: a.SpendAll, ShopCount: a.ShopCount, Data: data,
	})
	if err != nil {
		return a, fmt.Errorf("store aggregations: %w", err)
	}
	return a, nil
}

// compute computes a profile's aggregations from its transactions.
func (c *aggregator) compute(profileID string, joining store.Joining) (event.Aggregations, error) {
	sales, err := c.t.SalesOf(profileID)
	if err != nil {
		return event.Aggregations{}, fmt.Errorf("read sales: %w", err)
	}
	if err := c.readLocations(sales, joining); err != nil {
		return event.Aggregations{}, err
	}
	who := Member{ProfileID: profileID, JoinedAt: joining.At, JoinedLocationID: int64(joining.LocationID)}
	return Aggregate(who, sales, c.locations, c.t.Now().Time, c.zone), nil
}

func (c *aggregator) readLocations(sales []Sale, joining store.Joining) error {
	var ids []int64
	wanted := map[int64]bool{0: true}
	want := func(id int64) {
		if _, have := c.locations[id]; !have && !wanted[id] {
			wanted[id] = true
			ids = append(ids, id)
		}
	}
	want(int64(joining.LocationID))
	for _, s := range sales {
		want(int64(s.LocationID))
	}
	locations, err := c.t.LocationsByID(ids...)
	if err != nil {
		return fmt.Errorf("read locations: %w", err)
	}
	for _, l := range locations {
		c.locations[l.ID] = l
	}
	return nil
}
