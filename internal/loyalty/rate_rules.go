package loyalty

import (
	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
)

// occasion is when and where points are earned.
type occasion struct {
	at         scalar.Time
	locationID int64
	// country is an ISO 3166 code, "" where it is not known.
	country scalar.Text
}

// multiplies reports whether a rate is meant for points of a definition at an
// occasion, its conditions apart. Both ends of its time belong to it.
func multiplies(r *event.Rate, kind, handle scalar.Text, o occasion) bool {
	forAll := r.Type == kind && kind != "" || r.Type == "" && kind == "purchase"
	return r.IsPublished && (forAll || handle != "" && r.Type == handle) &&
		(r.StartTime.IsZero() || !o.at.Before(r.StartTime.Time)) &&
		(r.EndTime.IsZero() || !o.at.After(r.EndTime.Time)) &&
		(r.LocationID == 0 || int64(r.LocationID) == o.locationID) &&
		(r.CountryISO2 == "" || r.CountryISO2 == o.country)
}

// candidates returns the rates that multiply points of a definition at an
// occasion if their conditions hold: the one that wins first comes first, the
// default ones last. rates are sorted by priority.
func candidates(rates []*event.Rate, kind, handle scalar.Text, o occasion) []*event.Rate {
	var own, otherwise []*event.Rate
	for _, r := range rates {
		switch {
		case !multiplies(r, kind, handle, o):
		case r.IsDefault:
			otherwise = append(otherwise, r)
		default:
			own = append(own, r)
		}
	}
	return append(own, otherwise...)
}

// share is a part of a sale's net for which one rate wins; nil is no rate.
type share struct {
	net  scalar.Amount
	rate *event.Rate
}

// splitSale divides a sale's net by the rates that win: those of each item, and
// for what the items do not make up the plain one.
func splitSale(net scalar.Amount, items []share, plain *event.Rate) []share {
	var shares []share
	add := func(s share) {
		for i := range shares {
			if shares[i].rate == s.rate {
				shares[i].net += s.net
				return
			}
		}
		shares = append(shares, s)
	}
	for _, i := range items {
		add(i)
		net -= i.net
	}
	add(share{net, plain})
	return shares
}

// maxRate bounds each of what a sale is multiplied by, maxEarned what it gives of
// points: they keep every balance within an Amount.
const (
	maxRate   = 1000 * scalar.One
	maxEarned = 100 * maxMoney
)

// earned bounds points.
func earned(points scalar.Amount) scalar.Amount { return max(-maxEarned, min(points, maxEarned)) }

// pointPart is the points of one definition that a transaction gives for one
// period: negative for a return.
type pointPart struct {
	definition *event.PointDefinition
	period     event.IssuePeriod
	value      scalar.Amount
	// rate is what they were multiplied by on the whole.
	rate scalar.Amount
}

// pointsOf returns the points that shares of a sale earn of a definition, up to
// maxEarned for each period. A rate with a period of its own stands over the
// definition's. What returned items of an exchange take is taken from the other
// parts, down to nothing.
func pointsOf(d *event.PointDefinition, shares []share) []pointPart {
	if d.EarnRate == nil {
		return nil
	}
	var parts []pointPart
	var base []scalar.Amount
	for _, s := range shares {
		period, rate := d.IssuePeriod, scalar.One
		if s.rate != nil {
			rate = s.rate.Rate
			if s.rate.IssuePeriod.Unit != "" {
				period = s.rate.IssuePeriod
			}
		}
		at := 0
		for at < len(parts) && parts[at].period != period {
			at++
		}
		if at == len(parts) {
			parts, base = append(parts, pointPart{definition: d, period: period}), append(base, 0)
		}
		plain := earned(s.net.Mul(*d.EarnRate))
		parts[at].value = earned(parts[at].value + earned(plain.Mul(rate)))
		base[at] += plain
	}
	for at := range parts {
		parts[at].rate = scalar.One
		if base[at] != 0 {
			parts[at].rate = parts[at].value.MulDiv(scalar.One, base[at])
		}
	}
	return parts
}

// evenOut takes the parts that are negative from those that are not, so that a
// sale takes back no points that it did not give.
func evenOut(parts []pointPart) []pointPart {
	var owed scalar.Amount
	for _, p := range parts {
		owed -= min(p.value, 0)
	}
	var out []pointPart
	for _, p := range parts {
		taken := min(owed, max(p.value, 0))
		p.value, owed = max(p.value, 0)-taken, owed-taken
		if p.value > 0 {
			out = append(out, p)
		}
	}
	return out
}

// cumulative returns what one more return takes of an award when earlier ones
// returned a part of the sale's net: together they take the whole award, to the
// last ten-thousandth, when they return the whole sale, and never more.
func cumulative(award, net, earlier, returned scalar.Amount) scalar.Amount {
	if net <= 0 {
		return 0
	}
	before, after := min(earlier, net), min(earlier+returned, net)
	return award.MulDiv(after, net) - award.MulDiv(before, net)
}
