package loyalty_test

import (
	"fmt"
	"math/big"
	"sort"
	"time"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// oracle answers each field by itself, from the definition, by searching all
// sales and all days.
type oracle struct {
	sales []loyalty.Sale
	now   time.Time
	zone  *time.Location
}

// calendar counts every day from the first to the last that any sale is on.
const (
	calendarStart = "2021-12-30"
	calendarDays  = 2000
)

// days returns the days on which there is a sale that keep accepts.
func (o oracle) days(keep func(loyalty.Sale) bool) (days []string) {
	start, err := time.Parse(time.DateOnly, calendarStart)
	if err != nil {
		panic(err)
	}
	for n := range calendarDays {
		day := start.AddDate(0, 0, n).Format(time.DateOnly)
		for _, s := range o.sales {
			if !s.IsVoid && keep(s) && s.ShoppedOn.String() == day {
				days = append(days, day)
				break
			}
		}
	}
	return days
}

func everything(loyalty.Sale) bool { return true }

// sum adds up a value of the sales that keep accepts, exactly.
func (o oracle) sum(value func(loyalty.Sale) scalar.Amount, keep func(loyalty.Sale) bool) (*big.Rat, int) {
	total, n := new(big.Rat), 0
	for _, s := range o.sales {
		if !s.IsVoid && keep(s) {
			total.Add(total, big.NewRat(int64(value(s)), int64(scalar.One)))
			n++
		}
	}
	return total, n
}

func net(s loyalty.Sale) scalar.Amount      { return s.Net }
func discount(s loyalty.Sale) scalar.Amount { return s.Discount }

// cents rounds half away from zero.
func cents(r *big.Rat) scalar.Amount {
	a, err := scalar.ParseAmount(r.FloatString(2))
	if err != nil {
		panic(err)
	}
	return a
}

func average(r *big.Rat, n int) *scalar.Amount {
	if n == 0 {
		return nil
	}
	a := cents(new(big.Rat).Quo(r, big.NewRat(int64(n), 1)))
	return &a
}

// yearAgo is the day of a window of 12 months that is its last one no more.
func yearAgo(day string) string { return monthsAgo(day, 12) }

func monthsAgo(day string, months int) string {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	first := time.Date(d.Year(), d.Month(), 1, 0, 0, 0, 0, time.UTC).AddDate(0, -months, 0)
	for n := d.Day(); ; n-- {
		if ago := time.Date(first.Year(), first.Month(), n, 0, 0, 0, 0, time.UTC); ago.Month() == first.Month() {
			return ago.Format(time.DateOnly)
		}
	}
}

func between(from, to string) int {
	a, errA := time.Parse(time.DateOnly, from)
	b, errB := time.Parse(time.DateOnly, to)
	if errA != nil || errB != nil {
		panic("not a day")
	}
	return int(b.Sub(a).Hours() / 24)
}

func date(s string) scalar.Date {
	d, err := scalar.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func (o oracle) answer(who loyalty.Member) event.Aggregations {
	today := o.now.In(o.zone).Format(time.DateOnly)
	joined := who.JoinedAt.In(o.zone).Format(time.DateOnly)
	a := event.Aggregations{
		ProfileID: who.ProfileID, DimensionFrequency: "F0", DimensionRecency: "RO",
		DimensionJoin: o.join(between(joined, today)), StoreJoin: placeOf(who.JoinedLocationID),
		TransactedLocations: []string{}, PurchasedBrands: o.brands(),
	}
	days := o.days(everything)
	if len(days) == 0 {
		return a
	}
	first, latest := days[0], days[len(days)-1]
	o.money(&a, latest, today)
	o.shopDays(&a, days, joined)
	for _, step := range []struct {
		months int
		code   string
	}{{0, "RC"}, {3, "RS"}, {6, "RA"}, {12, "RI"}, {24, "RL"}, {60, "RR"}} {
		if step.months == 0 || latest <= monthsAgo(today, step.months) {
			a.DimensionRecency = step.code
		}
	}
	switch {
	case a.ShopCount == 1:
		a.DimensionFrequency = "F1"
	case a.ShopCount == 2:
		a.DimensionFrequency = "F2"
	case a.ShopCount > 2 && float64(between(first, latest))/float64(len(days)-1) < 30:
		a.DimensionFrequency = "FH"
	case a.ShopCount > 2:
		a.DimensionFrequency = "FL"
	}
	o.places(&a, latest)
	return a
}

func (o oracle) money(a *event.Aggregations, latest, today string) {
	year := func(s loyalty.Sale) bool { return s.ShoppedOn.String() > yearAgo(latest) }
	yearNow := func(s loyalty.Sale) bool {
		return s.ShoppedOn.String() > yearAgo(today) && !s.TransactedAt.After(o.now)
	}
	all, n := o.sum(net, everything)
	a.SpendAll, a.SpendATVAll = cents(all), average(all, n)
	in12m, n := o.sum(net, year)
	a.Spend12m, a.SpendATV12m = cents(in12m), average(in12m, n)
	now, _ := o.sum(net, yearNow)
	a.Spend12mNow = cents(now)
	off, n := o.sum(discount, everything)
	a.DiscountAvg = average(off, n)
	onLatest := func(s loyalty.Sale) bool { return s.ShoppedOn.String() == latest }
	spend, _ := o.sum(net, onLatest)
	latestSpend := cents(spend)
	a.LatestShopSpend = &latestSpend
	for _, s := range o.inTime(everything) {
		if a.SpendFirstDate.IsZero() {
			a.SpendFirstDate = s.TransactedAt
		}
		a.SpendLastDate = s.TransactedAt
		if onLatest(s) && s.Currency != "" {
			a.LatestShopCurrency = s.Currency
		}
	}
}

func (o oracle) shopDays(a *event.Aggregations, days []string, joined string) {
	n, first, latest := len(days), days[0], days[len(days)-1]
	a.TotalShopDays, a.FirstShopDate, a.LatestShopDate = n, date(first), date(latest)
	number := func(n int) *int { return &n }
	a.FirstShopDays = number(max(0, between(joined, first)))
	for _, day := range days {
		if r, _ := o.sum(net, func(s loyalty.Sale) bool { return s.ShoppedOn.String() == day }); r.Sign() > 0 {
			a.ShopCount++
		}
	}
	if n > 1 {
		a.SecondShopDate, a.SecondShopDays = date(days[1]), number(between(first, days[1]))
		a.PreviousShopDate, a.LatestShopDays = date(days[n-2]), number(between(days[n-2], latest))
		a.ShopDays = number(between(first, latest) / (n - 1))
	}
	if n > 2 {
		a.AverageShopDays = number(between(first, latest) / n)
		a.AtRiskDate = date(latest).AddDays(between(first, latest) / n * 3)
	}
}

// inTime returns the sales that count, oldest first.
func (o oracle) inTime(keep func(loyalty.Sale) bool) (sales []loyalty.Sale) {
	for _, s := range o.sales {
		if !s.IsVoid && keep(s) {
			sales = append(sales, s)
		}
	}
	sort.SliceStable(sales, func(i, j int) bool {
		if !sales[i].TransactedAt.Equal(sales[j].TransactedAt.Time) {
			return sales[i].TransactedAt.Before(sales[j].TransactedAt.Time)
		}
		return sales[i].ID < sales[j].ID
	})
	return sales
}

func (o oracle) join(days int) string {
	if days <= 90 {
		return "JN"
	}
	if days <= 365 {
		return "JC"
	}
	for n := 1; ; n++ {
		if days <= 365*(n+1) {
			return fmt.Sprintf("J%d", n)
		}
	}
}

func (o oracle) brands() []string {
	brands := []string{}
	for _, brand := range []string{"Acme", "Bell"} {
		bought, _ := o.sum(func(s loyalty.Sale) scalar.Amount { return s.Brands[brand] }, everything)
		if bought.Sign() > 0 {
			brands = append(brands, brand)
		}
	}
	return brands
}

func placeOf(id int64) *event.Place {
	l, ok := shops[id]
	if !ok {
		return nil
	}
	return &event.Place{ID: l.ID, Type: l.Type, Name: l.Name, ExternalID: l.ExternalID}
}

func (o oracle) places(a *event.Aggregations, latest string) {
	known := func(s loyalty.Sale) bool { return shops[int64(s.LocationID)].ID != 0 }
	year := func(s loyalty.Sale) bool { return known(s) && s.ShoppedOn.String() > yearAgo(latest) }
	one := func(loyalty.Sale) scalar.Amount { return scalar.One }
	a.MostTransactedLocation = placeOf(o.best(one, known))
	a.MostSpendLocation = placeOf(o.best(net, known))
	a.MostSpend12mLocation = placeOf(o.best(net, year))
	seen, online, inShop := map[int64]bool{}, false, false
	for _, s := range o.inTime(everything) {
		id := int64(s.LocationID)
		channels := s.Channels
		if known(s) {
			a.LatestTransactedLocation = placeOf(id)
			if !seen[id] {
				key := map[int64]string{1: "M10", 2: "2", 3: "web", 4: "A1"}[id]
				a.TransactedLocations = append(a.TransactedLocations, key)
			}
			seen[id] = true
			if channels == 0 && id == 3 {
				channels = store.Online
			} else if channels == 0 {
				channels = store.InShop
			}
		}
		online = online || channels&store.Online != 0
		inShop = inShop || channels&store.InShop != 0
	}
	switch {
	case online && inShop:
		a.Channel = "CM"
	case online:
		a.Channel = "CO"
	case inShop:
		a.Channel = "CF"
	}
	a.LikelyCountry, a.LikelyCountryScore = o.likely(map[int64]scalar.Text{1: "Australia", 2: "Australia", 4: "New Zealand"})
	a.LikelyCountryISO, a.LikelyCountryISOScore = o.likely(map[int64]scalar.Text{1: "AU", 2: "AU", 4: "NZ"})
	a.LikelyStateISO, a.LikelyStateISOScore = o.likely(map[int64]scalar.Text{1: "VIC"})
	a.LikelyRegion, a.LikelyRegionScore = o.likely(map[int64]scalar.Text{1: "Victoria", 2: "Victoria"})
}

// best is the location with the greatest sum; the one shopped at last among
// equals.
func (o oracle) best(value func(loyalty.Sale) scalar.Amount, keep func(loyalty.Sale) bool) (best int64) {
	var most *big.Rat
	for _, s := range o.inTime(keep) {
		id := s.LocationID
		total, _ := o.sum(value, func(s loyalty.Sale) bool { return keep(s) && s.LocationID == id })
		if most == nil || total.Cmp(most) >= 0 {
			most, best = total, int64(id)
		}
	}
	return best
}

func (o oracle) likely(of map[int64]scalar.Text) (best scalar.Text, share *scalar.Amount) {
	told := o.inTime(func(s loyalty.Sale) bool { return of[int64(s.LocationID)] != "" })
	most := 0
	for _, s := range told {
		n := 0
		for _, other := range told {
			if of[int64(other.LocationID)] == of[int64(s.LocationID)] {
				n++
			}
		}
		if n >= most {
			most, best = n, of[int64(s.LocationID)]
		}
	}
	if most == 0 {
		return "", nil
	}
	return best, average(big.NewRat(int64(most), 1), len(told))
}
