package loyalty

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// RateQuestion asks what a price counts for, at this moment.
type RateQuestion struct {
	// Code and Handle leave only the rates that have them.
	Code   scalar.Text `json:"code"`
	Handle scalar.Text `json:"handle"`
	// Location is a location's id, external id or external code.
	Location scalar.Text    `json:"location"`
	Price    *scalar.Amount `json:"price" required:"true"`
	Type     scalar.Text    `json:"type" doc:"purchase, tier or the handle of a point definition; purchase when not given"`
	// ProfileID is whom rates with profile conditions look at.
	ProfileID scalar.Text `json:"profile_id"`
}

// RateAnswer is a price times the rate that wins.
type RateAnswer struct {
	Total scalar.Amount `json:"total"`
}

// CalculateRate multiplies a price by the rate that wins now; without one it
// stays. Rates with product conditions have no item to look at, and are passed
// over.
func CalculateRate(t *store.Tenant, q RateQuestion) (RateAnswer, error) {
	p, err := programmeOf(t)
	if err != nil {
		return RateAnswer{}, err
	}
	o, err := q.occasion(t, p.rates)
	if err != nil {
		return RateAnswer{}, err
	}
	c := conditions{programme: p, now: o.at}
	if q.ProfileID != "" {
		context, err := ProfileContextOf(t, string(q.ProfileID))
		if isNotFound(err) {
			return RateAnswer{}, Invalid("profile_id", "The selected profile id is invalid.")
		} else if err != nil {
			return RateAnswer{}, err
		}
		c.profile = func() (any, error) { return context, nil }
	}
	kind, handle := p.rateType(q.Type)
	var rates []*event.Rate
	for _, r := range candidates(p.rates, kind, handle, o) {
		if (q.Code == "" || r.Code == q.Code) && (q.Handle == "" || r.Handle == q.Handle) {
			rates = append(rates, r)
		}
	}
	won, err := c.winner(rates, nil)
	if err != nil {
		return RateAnswer{}, err
	}
	answer := RateAnswer{*q.Price}
	if won != nil {
		answer.Total = q.Price.Mul(won.Rate)
	}
	return answer, nil
}

// occasion checks the question and says when and where it is asked.
func (q *RateQuestion) occasion(t *store.Tenant, rates []*event.Rate) (occasion, error) {
	var invalid InvalidError
	if q.Handle != "" && !slices.ContainsFunc(rates, func(r *event.Rate) bool { return r.Handle == q.Handle }) {
		invalid.Add("handle", "The selected handle is invalid.")
	}
	if q.Code != "" && !slices.ContainsFunc(rates, func(r *event.Rate) bool { return r.Code == q.Code }) {
		invalid.Add("code", "The selected code is invalid.")
	}
	if q.Price == nil {
		invalid.Add("price", "The price field is required.")
	}
	checkMoney(&invalid, "price", q.Price)
	o := occasion{at: t.Now()}
	if q.Location = scalar.Text(strings.TrimSpace(string(q.Location))); q.Location != "" {
		l, err := FindLocation(t, string(q.Location))
		var missing *NotFoundError
		if errors.As(err, &missing) {
			invalid.Add("location", "The selected location is invalid.")
		} else if err != nil {
			return o, fmt.Errorf("find location: %w", err)
		}
		o.setLocation(l)
	}
	return o, invalid.Err()
}

func (o *occasion) setLocation(l store.Location) {
	o.locationID = l.ID
	if l.Address != nil {
		o.country = scalar.Text(strings.ToUpper(string(l.Address.ISO)))
	}
}

// rateType returns the kind and the handle of the points that a type names.
func (p *programme) rateType(typ scalar.Text) (kind, handle scalar.Text) {
	switch typ {
	case "", "purchase":
		return "purchase", ""
	case "tier":
		return "tier", ""
	}
	if d := p.points[p.handles[definitionKey{store.PointDefinition, string(typ)}]]; d != nil {
		return d.Kind, typ
	}
	return "", typ
}
