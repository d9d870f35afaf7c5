package loyalty

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
)

func when(day int) scalar.Time { return scalar.At(time.Date(2026, 3, day, 12, 0, 0, 0, time.UTC)) }

func rate(handle string, change func(*event.Rate)) *event.Rate {
	r := &event.Rate{Rate: 2 * scalar.One}
	r.Handle, r.IsPublished = scalar.Text(handle), true
	if change != nil {
		change(r)
	}
	return r
}

func TestARateMultipliesWhatItIsMeantFor(t *testing.T) {
	city := occasion{at: when(14), locationID: 3, country: "AU"}
	for name, c := range map[string]struct {
		change func(*event.Rate)
		kind   scalar.Text
		want   bool
	}{
		"a rate without a type multiplies purchase points":    {nil, "purchase", true},
		"a rate without a type does not multiply tier points": {nil, "tier", false},
		"a tier rate multiplies tier points":                  {func(r *event.Rate) { r.Type = "tier" }, "tier", true},
		"a tier rate does not multiply purchase points":       {func(r *event.Rate) { r.Type = "tier" }, "purchase", false},
		"a rate for the points by their handle":               {func(r *event.Rate) { r.Type = "base" }, "purchase", true},
		"a rate for other points":                             {func(r *event.Rate) { r.Type = "other" }, "purchase", false},
		"an unpublished rate":                                 {func(r *event.Rate) { r.IsPublished = false }, "purchase", false},
		"the first moment of its time":                        {func(r *event.Rate) { r.StartTime = when(14) }, "purchase", true},
		"before its time":                                     {func(r *event.Rate) { r.StartTime = when(15) }, "purchase", false},
		"the last moment of its time":                         {func(r *event.Rate) { r.EndTime = when(14) }, "purchase", true},
		"after its time":                                      {func(r *event.Rate) { r.EndTime = when(13) }, "purchase", false},
		"at its location":                                     {func(r *event.Rate) { r.LocationID = 3 }, "purchase", true},
		"at another location":                                 {func(r *event.Rate) { r.LocationID = 4 }, "purchase", false},
		"in its country":                                      {func(r *event.Rate) { r.CountryISO2 = "AU" }, "purchase", true},
		"in another country":                                  {func(r *event.Rate) { r.CountryISO2 = "NZ" }, "purchase", false},
	} {
		if got := multiplies(rate("r", c.change), c.kind, "base", city); got != c.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func TestDefaultRatesComeLast(t *testing.T) {
	rates := []*event.Rate{
		rate("default", func(r *event.Rate) { r.IsDefault = true }), rate("high", nil), rate("low", nil),
	}
	var got []string
	for _, r := range candidates(rates, "purchase", "", occasion{at: when(1)}) {
		got = append(got, string(r.Handle))
	}
	if diff := cmp.Diff([]string{"high", "low", "default"}, got); diff != "" {
		t.Error(diff)
	}
}

func dec(t *testing.T, s string) scalar.Amount {
	t.Helper()
	a, err := scalar.ParseAmount(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestPointsOfASale(t *testing.T) {
	days := event.IssuePeriod{Count: 30, Unit: "days"}
	half, double := rate("half", func(r *event.Rate) { r.Rate = scalar.One / 2 }), rate("double", nil)
	short := rate("short", func(r *event.Rate) { r.IssuePeriod = days })
	type points struct{ Value, Rate string }
	for name, c := range map[string]struct {
		earn   string
		net    string
		items  []share
		plain  *event.Rate
		want   []points
		evened []points
	}{
		"without a rate": {earn: "1", net: "149.95", want: []points{{"149.95", "1"}}, evened: []points{{"149.95", "1"}}},
		"a plain rate":   {earn: "0.5", net: "100", plain: double, want: []points{{"100", "2"}}, evened: []points{{"100", "2"}}},
		"an item at its own rate, the rest at the plain one": {
			earn: "1", net: "150", items: []share{{dec(t, "50"), double}, {dec(t, "100"), half}}, plain: half,
			want: []points{{"150", "1"}}, evened: []points{{"150", "1"}},
		},
		"what the items do not make up is at the plain rate": {
			earn: "1", net: "140", items: []share{{dec(t, "50"), double}, {dec(t, "100"), nil}},
			want: []points{{"190", "1.3571"}}, evened: []points{{"190", "1.3571"}},
		},
		"a rate with a period of its own": {
			earn: "1", net: "150", items: []share{{dec(t, "50"), short}},
			want: []points{{"100", "2"}, {"100", "1"}}, evened: []points{{"100", "2"}, {"100", "1"}},
		},
		"more than a balance bears is given up to a bound": {
			earn: "1000000", net: "2000000000", items: []share{{dec(t, "1000000000"), double}, {dec(t, "1000000000"), half}},
			want: []points{{"100000000000", "0.5"}}, evened: []points{{"100000000000", "0.5"}},
		},
		"a returned item at a higher rate than the sale takes no more than the sale gives": {
			earn: "1", net: "10", items: []share{{dec(t, "-100"), short}, {dec(t, "110"), nil}},
			want: []points{{"-200", "2"}, {"110", "1"}},
		},
		"a returned item at a rate of its own is taken from the rest": {
			earn: "1", net: "100", items: []share{{dec(t, "-20"), short}, {dec(t, "120"), nil}},
			want: []points{{"-40", "2"}, {"120", "1"}}, evened: []points{{"80", "1"}},
		},
	} {
		earn := dec(t, c.earn)
		d := &event.PointDefinition{EarnRate: &earn}
		parts := pointsOf(d, splitSale(dec(t, c.net), c.items, c.plain))
		show := func(parts []pointPart) (out []points) {
			for _, p := range parts {
				if p.value != 0 {
					out = append(out, points{p.value.String(), p.rate.String()})
				}
			}
			return out
		}
		if diff := cmp.Diff(c.want, show(parts)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
		if diff := cmp.Diff(c.evened, show(evenOut(parts))); diff != "" {
			t.Errorf("%s, evened out (-want +got)\n%s", name, diff)
		}
	}
}

func TestReturnsTogetherTakeTheAwardAndNoMore(t *testing.T) {
	award, net := dec(t, "10"), dec(t, "30")
	var earlier, sum scalar.Amount
	for _, returned := range []string{"10", "10", "7", "3", "12"} {
		sum += cumulative(award, net, earlier, dec(t, returned))
		earlier += dec(t, returned)
		if want := award.MulDiv(min(earlier, net), net); sum != want {
			t.Errorf("after %s of %s: %s were taken, want %s", earlier, net, sum, want)
		}
	}
	if sum != award {
		t.Errorf("%s of %s were taken", sum, award)
	}
	if got := cumulative(award, 0, 0, net); got != 0 {
		t.Errorf("%s of a sale of nothing", got)
	}
}
