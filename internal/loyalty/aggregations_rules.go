package loyalty

import (
	"cmp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// Sale is what aggregations need to know of one transaction.
type Sale = store.Sale

// Member is what aggregations need to know of the profile.
type Member struct {
	ProfileID        string
	JoinedAt         scalar.Time
	JoinedLocationID int64
}

// Aggregate computes a profile's aggregations from all of its sales, in any
// order. locations holds those of the sales and of the joining; what is missing
// there counts as unknown. zone is the tenant's, in which today and the day of
// joining are told; the days of sales are in their own zones.
//
// The definitions are those of Omneo's documentation, "Aggregations". Where it
// is silent: a window of 12 months ends with its last day and starts the day
// after the same date a year before (of 28 February for 29 February); sales in
// the future are not part of spend_12m_now; ties between locations go to the
// one shopped at last.
func Aggregate(who Member, sales []Sale, locations map[int64]store.Location, now time.Time, zone *time.Location) event.Aggregations {
	h := newHistory(sales, locations)
	today, joined := scalar.DateOf(now.In(zone)), scalar.DateOf(who.JoinedAt.In(zone))
	a := event.Aggregations{
		ProfileID:           who.ProfileID,
		DimensionJoin:       dimensionJoin(today.Sub(joined)),
		StoreJoin:           h.place(who.JoinedLocationID),
		TransactedLocations: []string{},
		PurchasedBrands:     h.brands(),
		DimensionFrequency:  "F0",
		DimensionRecency:    "RO",
	}
	if len(h.sales) == 0 {
		return a
	}
	h.spend(&a, now, today)
	h.shopDates(&a, joined)
	a.DimensionFrequency = dimensionFrequency(a.ShopCount, h.latest().date.Sub(h.days[0].date), len(h.days))
	a.DimensionRecency = dimensionRecency(h.latest().date, today)
	a.Channel = h.channel()
	h.visited(&a)
	h.likely(&a)
	return a
}

// history is a profile's sales that are not void.
type history struct {
	// sales are in the order of time.
	sales []Sale
	// days are the distinct shopping dates in the order of the calendar.
	days      []shopDay
	locations map[int64]store.Location
}

// shopDay is one calendar day with the net of its sales.
type shopDay struct {
	date scalar.Date
	net  scalar.Amount
}

func newHistory(sales []Sale, locations map[int64]store.Location) *history {
	h := &history{sales: make([]Sale, 0, len(sales)), locations: locations}
	for _, s := range sales {
		if !s.IsVoid {
			h.sales = append(h.sales, s)
		}
	}
	slices.SortStableFunc(h.sales, func(a, b Sale) int {
		return cmp.Or(a.TransactedAt.Compare(b.TransactedAt.Time), cmp.Compare(a.ID, b.ID))
	})
	for _, s := range h.sales {
		i, found := slices.BinarySearchFunc(h.days, s.ShoppedOn, func(d shopDay, on scalar.Date) int {
			return cmp.Compare(d.date, on)
		})
		if !found {
			h.days = slices.Insert(h.days, i, shopDay{date: s.ShoppedOn})
		}
		h.days[i].net += s.Net
	}
	return h
}

func (h *history) latest() shopDay { return h.days[len(h.days)-1] }

// tally sums up sales.
type tally struct {
	net, discount scalar.Amount
	count         int64
}

func (t *tally) add(s Sale) {
	t.net += s.Net
	t.discount += s.Discount
	t.count++
}

func (t *tally) average() *scalar.Amount {
	if t.count == 0 {
		return nil
	}
	return quotient(t.net, t.count)
}

// spend fills in the sums and averages of money.
func (h *history) spend(a *event.Aggregations, now time.Time, today scalar.Date) {
	var all, year tally
	var yearNow scalar.Amount
	since, sinceNow := h.latest().date.AddMonths(-12), today.AddMonths(-12)
	for _, s := range h.sales {
		all.add(s)
		if s.ShoppedOn > since {
			year.add(s)
		}
		if s.ShoppedOn > sinceNow && !s.TransactedAt.After(now) {
			yearNow += s.Net
		}
	}
	a.Spend12m, a.Spend12mNow, a.SpendAll = year.net.Round(2), yearNow.Round(2), all.net.Round(2)
	a.SpendATV12m, a.SpendATVAll = year.average(), all.average()
	a.DiscountAvg = quotient(all.discount, all.count)
	a.SpendFirstDate = h.sales[0].TransactedAt
	a.SpendLastDate = h.sales[len(h.sales)-1].TransactedAt
	a.LatestShopSpend = money(h.latest().net)
	for _, s := range h.sales {
		if s.ShoppedOn == h.latest().date && s.Currency != "" {
			a.LatestShopCurrency = s.Currency
		}
	}
}

// shopDates fills in what follows from the distinct shopping dates.
func (h *history) shopDates(a *event.Aggregations, joined scalar.Date) {
	n := len(h.days)
	first, latest := h.days[0].date, h.latest().date
	a.TotalShopDays = n
	a.FirstShopDate, a.LatestShopDate = first, latest
	a.FirstShopDays = days(max(0, first.Sub(joined)))
	for _, d := range h.days {
		if d.net > 0 {
			a.ShopCount++
		}
	}
	if n >= 2 {
		a.SecondShopDate, a.PreviousShopDate = h.days[1].date, h.days[n-2].date
		a.SecondShopDays = days(a.SecondShopDate.Sub(first))
		a.LatestShopDays = days(latest.Sub(a.PreviousShopDate))
		a.ShopDays = days(latest.Sub(first) / (n - 1))
	}
	if n >= 3 {
		average := latest.Sub(first) / n
		a.AverageShopDays = days(average)
		a.AtRiskDate = latest.AddDays(3 * average)
	}
}

// dimensionFrequency tells how often a profile shops: count counts its shops,
// span is the number of days from the first of its n shop dates to the latest.
func dimensionFrequency(count, span, n int) string {
	switch {
	case count <= 0:
		return "F0"
	case count == 1:
		return "F1"
	case count == 2:
		return "F2"
	case span < 30*(n-1):
		return "FH"
	}
	return "FL"
}

// dimensionRecency tells how many months ago a profile last shopped.
func dimensionRecency(latest, today scalar.Date) string {
	for _, step := range []struct {
		months int
		code   string
	}{{60, "RR"}, {24, "RL"}, {12, "RI"}, {6, "RA"}, {3, "RS"}} {
		if latest <= today.AddMonths(-step.months) {
			return step.code
		}
	}
	return "RC"
}

// dimensionJoin tells how many days ago a profile joined.
func dimensionJoin(daysAgo int) string {
	switch {
	case daysAgo <= 90:
		return "JN"
	case daysAgo <= 365:
		return "JC"
	}
	return "J" + strconv.Itoa((daysAgo-1)/365)
}

// channel is where the sales took place: what a sale's systems say, or else the
// type of its location.
func (h *history) channel() scalar.Text {
	var all store.Channels
	for _, s := range h.sales {
		channels := s.Channels
		if l, ok := h.locations[int64(s.LocationID)]; ok && channels == 0 {
			channels = channelOf(string(l.Type))
			if channels == 0 {
				channels = store.InShop
			}
		}
		all |= channels
	}
	return map[store.Channels]scalar.Text{
		store.InShop: "CF", store.Online: "CO", store.InShop | store.Online: "CM",
	}[all]
}

// channelOf tells the channel that the name of a system or the type of a
// location means; 0 when it is none that is known.
func channelOf(name string) store.Channels {
	switch strings.ToLower(name) {
	case "pos", "store", "shop", "instore", "in-store", "retail":
		return store.InShop
	case "web", "online", "ecommerce", "e-commerce", "app":
		return store.Online
	}
	return 0
}

// brands returns the brands of which something was bought and not returned.
func (h *history) brands() []string {
	quantities := map[string]scalar.Amount{}
	for _, s := range h.sales {
		for brand, n := range s.Brands {
			quantities[brand] += n
		}
	}
	brands := []string{}
	for brand, n := range quantities {
		if n > 0 {
			brands = append(brands, brand)
		}
	}
	sort.Strings(brands)
	return brands
}

// money is an amount as aggregations show it.
func money(a scalar.Amount) *scalar.Amount {
	a = a.Round(2)
	return &a
}

// quotient is a ÷ n as aggregations show it, rounded once.
func quotient(a scalar.Amount, n int64) *scalar.Amount {
	q := a.DivInt(100*n) * 100
	return &q
}

func days(n int) *int { return &n }
