package loyalty

import (
	"strconv"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// visited fills in the locations of the sales.
func (h *history) visited(a *event.Aggregations) {
	var order []int64
	all, year := map[int64]*tally{}, map[int64]*tally{}
	since := h.latest().date.AddMonths(-12)
	for _, s := range h.sales {
		id := int64(s.LocationID)
		if _, known := h.locations[id]; !known {
			continue
		}
		if all[id] == nil {
			all[id] = &tally{}
			order = append(order, id)
		}
		all[id].add(s)
		if s.ShoppedOn > since {
			if year[id] == nil {
				year[id] = &tally{}
			}
			year[id].add(s)
		}
		a.LatestTransactedLocation = h.place(id)
	}
	for _, id := range order {
		a.TransactedLocations = append(a.TransactedLocations, placeKey(h.locations[id]))
	}
	count := func(t *tally) int64 { return t.count }
	net := func(t *tally) int64 { return int64(t.net) }
	a.MostTransactedLocation = h.place(h.most(all, count))
	a.MostSpendLocation = h.place(h.most(all, net))
	a.MostSpend12mLocation = h.place(h.most(year, net))
}

// most returns the location with the highest value, the one shopped at last
// among equals; 0 when there is none.
func (h *history) most(tallies map[int64]*tally, value func(*tally) int64) int64 {
	var best int64
	for i := len(h.sales) - 1; i >= 0; i-- {
		id := int64(h.sales[i].LocationID)
		if t := tallies[id]; t != nil && (best == 0 || value(t) > value(tallies[best])) {
			best = id
		}
	}
	return best
}

// place names a location; nil when it is unknown.
func (h *history) place(id int64) *event.Place {
	l, ok := h.locations[id]
	if !ok {
		return nil
	}
	return &event.Place{
		ID: l.ID, Type: l.Type, Name: l.Name, Timezone: l.Timezone,
		ExternalID: l.ExternalID, ExternalCode: l.ExternalCode,
	}
}

func placeKey(l store.Location) string {
	if l.ExternalID != "" {
		return string(l.ExternalID)
	}
	return strconv.FormatInt(l.ID, 10)
}

// likely fills in the geography that the addresses of the locations suggest.
func (h *history) likely(a *event.Aggregations) {
	a.LikelyCountry, a.LikelyCountryScore = h.mostly(func(l *store.AddressLines) scalar.Text { return l.Country })
	a.LikelyCountryISO, a.LikelyCountryISOScore = h.mostly(func(l *store.AddressLines) scalar.Text { return l.ISO })
	a.LikelyStateISO, a.LikelyStateISOScore = h.mostly(func(l *store.AddressLines) scalar.Text { return l.ISOState })
	a.LikelyRegion, a.LikelyRegionScore = h.mostly(func(l *store.AddressLines) scalar.Text { return l.State })
}

// mostly returns the value that most sales have, the latest among equals, and
// its share of the sales that have one.
func (h *history) mostly(line func(*store.AddressLines) scalar.Text) (best scalar.Text, share *scalar.Amount) {
	counts := map[scalar.Text]int64{}
	var total int64
	for i := len(h.sales) - 1; i >= 0; i-- {
		l := h.locations[int64(h.sales[i].LocationID)]
		if l.Address == nil || line(l.Address) == "" {
			continue
		}
		counts[line(l.Address)]++
		total++
	}
	for i := len(h.sales) - 1; i >= 0; i-- {
		l := h.locations[int64(h.sales[i].LocationID)]
		if l.Address == nil {
			continue
		}
		if v := line(l.Address); v != "" && counts[v] > counts[best] {
			best = v
		}
	}
	if total == 0 {
		return "", nil
	}
	return best, quotient(scalar.One*scalar.Amount(counts[best]), total)
}
