package automation

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/wire"
	"github.com/belfryhq/belfry/jsonlogic"
)

// selection is the profiles that a query finds.
type selection struct {
	store.Selection
	// keep, unless nil, looks at the context of each as well. Its error is a
	// *problem.Invalid when the query is at fault.
	keep func(event.ProfileContext) (bool, error)
}

// moment is that for which profiles are selected, in the zone of their days.
type moment struct{ time.Time }

// day returns a day so many days from that of the moment.
func (m moment) day(days int) scalar.Date { return scalar.DateOf(m.Time).AddDays(days) }

// midnight is when a day begins in the zone; where the clock passes over
// midnight, when it does so.
func (m moment) midnight(day scalar.Date) scalar.Time {
	at := day.Midnight()
	begin := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, m.Location())
	if scalar.DateOf(begin) < day {
		_, begin = begin.ZoneBounds()
	}
	return scalar.At(begin)
}

// span is the days from one to another, both included.
func (m moment) span(from, to scalar.Date) store.Span {
	return store.Span{From: m.midnight(from), Until: m.midnight(to.AddDays(1))}
}

func selectAll(moment, values) (selection, error) { return selection{}, nil }

func selectBirthday(m moment, in values) (selection, error) {
	at := m.day(in.int("days")).Midnight()
	days := []store.MonthDay{{Month: int(at.Month()), Day: at.Day()}}
	if endsFebruary(at) {
		days = append(days, store.MonthDay{Month: 2, Day: 29})
	}
	return selection{Selection: store.BornOn(days...)}, nil
}

// endsFebruary reports whether a day is the 28th of a February without a 29th.
func endsFebruary(at time.Time) bool {
	return at.Month() == time.February && at.Day() == 28 && at.AddDate(0, 0, 1).Day() == 1
}

// firstJoining is the year before which nobody is taken to have joined.
const firstJoining = 1950

// selectJoined looks for the day in each earlier year: no function of SQL finds
// the day of a moment in a zone on both databases.
func selectJoined(m moment, in values) (selection, error) {
	day := m.day(in.int("days"))
	at := day.Midnight()
	var spans []store.Span
	for year := at.Year() - 1; year >= firstJoining; year-- {
		from := day.AddMonths(12 * (year - at.Year()))
		until := from
		if endsFebruary(at) && from.AddDays(1).Midnight().Day() == 29 {
			until = from.AddDays(1)
		}
		if at.Day() == from.Midnight().Day() { // a 29 February only in leap years
			spans = append(spans, m.span(from, until))
		}
	}
	return selection{Selection: store.JoinedIn(spans...)}, nil
}

func selectTierAnniversary(m moment, in values) (selection, error) {
	day := m.day(in.int("days"))
	return selection{Selection: store.TierAnniversary(m.span(day, day))}, nil
}

func selectLapsed(m moment, in values) (selection, error) {
	until := m.day(-in.int("days"))
	from := scalar.NewDate(1, time.January, 1)
	if in.bool("exactly") {
		from = until
	}
	return selection{Selection: store.LatestShop(from, until)}, nil
}

func selectExpiring(kind store.InstanceKind) func(moment, values) (selection, error) {
	return func(m moment, in values) (selection, error) {
		day := m.day(in.int("days"))
		span := m.span(day, day)
		if from := scalar.At(m.Time); !in.bool("exactly") || span.From.Before(from.Time) {
			span.From = from // what has expired is not expiring
		}
		return selection{Selection: store.Expiring(kind, span)}, nil
	}
}

func selectStatus(_ moment, in values) (selection, error) {
	handle := in.text("handle")
	return selection{store.HavingStatus(handle), func(p event.ProfileContext) (bool, error) {
		return slices.Contains(p.FlattenedStatuses, handle), nil
	}}, nil
}

func compile(raw json.RawMessage) (*jsonlogic.Rule, error) { return jsonlogic.Compile(raw) }

func selectCondition(m moment, in values) (selection, error) {
	rule, err := compile(in["condition"])
	if err != nil {
		return selection{}, fmt.Errorf("compile the condition: %w", err)
	}
	return selection{keep: func(p event.ProfileContext) (bool, error) {
		body, err := wire.Marshal(p)
		if err != nil {
			return false, fmt.Errorf("encode the profile: %w", err)
		}
		data, err := jsonlogic.Parse(body)
		if err != nil {
			return false, fmt.Errorf("read the context: %w", err)
		}
		v, err := rule.Eval(data, jsonlogic.At(m.Time))
		if err != nil { // it is too much work
			return false, problem.Field("arguments", "The condition cannot be evaluated: %s.", err)
		}
		return v.Truthy(), nil
	}}, nil
}

// profile reads a profile as it is at the moment, and whether it is selected.
func (s *selection) profile(t *store.Tenant, id string, at scalar.Time) (p event.ProfileContext, selected bool, err error) {
	t.SetNow(at)
	defer t.SetNow(scalar.Time{})
	if p, err = loyalty.ProfileContextOf(t, id); err != nil || s.keep == nil {
		return p, err == nil, err
	}
	selected, err = s.keep(p)
	return p, selected, err
}
