package loyalty

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

const (
	member = iota + 1
	silver
	gold
	platinum
)

// club has the tiers member (the floor), silver from 100, gold from 300, which
// 200 maintain, and platinum from 1000.
func club(adjust ...func(tiers map[int]*event.TierDefinition)) *programme {
	p := &programme{zone: time.UTC}
	tiers := map[int]*event.TierDefinition{}
	for i, min := range []scalar.Amount{0, 100, 300, 1000} {
		d := &event.TierDefinition{ValueMin: min * scalar.One}
		d.ID, d.IsPublished = int64(i+1), true
		tiers[i+1] = d
		p.tiers = append(p.tiers, d)
	}
	keep := 200 * scalar.One
	tiers[member].IsFloor, tiers[gold].ValueMaintain = true, &keep
	for _, f := range adjust {
		f(tiers)
	}
	return p
}

func at(t *testing.T, s string) scalar.Time {
	t.Helper()
	v, err := scalar.ParseTime(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func unpublished(id int) func(map[int]*event.TierDefinition) {
	return func(tiers map[int]*event.TierDefinition) { tiers[id].IsPublished = false }
}

func TestTierIsAttained(t *testing.T) {
	for name, c := range map[string]struct {
		held   scalar.Int
		total  scalar.Amount
		club   *programme
		want   scalar.Int
		credit scalar.Amount
	}{
		"not below its threshold":               {0, 99, club(), 0, 0},
		"at its threshold":                      {0, 100, club(), silver, 0},
		"with what is above it as credit":       {0, 130, club(), silver, 30},
		"over those between":                    {0, 1200, club(), platinum, 200},
		"from one to the next":                  {silver, 300, club(), gold, 0},
		"upwards only":                          {gold, 100, club(), gold, 0},
		"not anew":                              {gold, 400, club(), gold, 0},
		"unless it is not published":            {0, 350, club(unpublished(gold)), silver, 250},
		"upwards from one that is not":          {gold, 150, club(unpublished(gold)), gold, 0},
		"not when it stands at the floor's own": {0, 100, club(func(m map[int]*event.TierDefinition) { m[member].ValueMin = 100 * scalar.One }), 0, 0},
		"from nothing where there is no floor":  {0, 0, club(func(m map[int]*event.TierDefinition) { m[member].IsFloor = false }), member, 0},
	} {
		t.Run(name, func(t *testing.T) {
			now := at(t, "2026-03-14 12:00:00")
			before := store.TierState{ID: c.held, AnniversaryAt: at(t, "2026-09-01 23:59:59")}
			got, change := c.club.evaluate(before, c.total*scalar.One, now)
			if got.ID != c.want || got.Credit != c.credit*scalar.One {
				t.Errorf("tier %d with credit %s, want %d with %d", got.ID, got.Credit, c.want, c.credit)
			}
			if (change == store.TierAchieved) != (got.ID != c.held) {
				t.Errorf("change %q", change)
			}
			if change == "" && got != before {
				t.Errorf("state %+v, want %+v", got, before)
			}
			if change != "" && (got.AchievedAt != now || got.PreviousID != c.held) {
				t.Errorf("achieved at %s after %d", got.AchievedAt, got.PreviousID)
			}
		})
	}
}

func TestTierAtItsAnniversary(t *testing.T) {
	type change struct {
		ID     scalar.Int
		Change string
		Credit scalar.Amount
	}
	for name, c := range map[string]struct {
		held          scalar.Int
		credit, total scalar.Amount
		club          *programme
		want          change
	}{
		"is maintained with what maintains it":   {gold, 0, 200, club(), change{gold, store.TierMaintained, 0}},
		"is lost with less":                      {gold, 0, 199, club(), change{silver, store.TierLost, 99}},
		"is maintained with value_min otherwise": {silver, 0, 100, club(), change{silver, store.TierMaintained, 0}},
		"is maintained by credit alone":          {gold, 200, 0, club(), change{gold, store.TierMaintained, 0}},
		"is maintained by credit and points":     {gold, 150, 50, club(), change{gold, store.TierMaintained, 0}},
		"uses its credit up without need":        {gold, 150, 250, club(), change{gold, store.TierMaintained, 0}},
		"falls to what the total alone attains":  {platinum, 50, 949, club(), change{gold, store.TierLost, 649}},
		"falls past those between":               {platinum, 0, 120, club(), change{silver, store.TierLost, 20}},
		"falls no lower than the floor":          {platinum, 0, 0, club(), change{0, store.TierLost, 0}},
		"falls to the floor with a debt":         {gold, 0, -50, club(), change{0, store.TierLost, 0}},
		"is lost when it is not published":       {gold, 100, 900, club(unpublished(gold)), change{silver, store.TierLost, 800}},
		"falls past one that is not published":   {platinum, 0, 400, club(unpublished(gold)), change{silver, store.TierLost, 300}},
		"rises when the total meets another":     {gold, 0, 1000, club(), change{platinum, store.TierAchieved, 0}},
		"does not count a credit that is disabled": {
			gold, 200, 100, club(func(m map[int]*event.TierDefinition) { m[gold].DisableCredit = true }), change{silver, store.TierLost, 0},
		},
		"ends without a change when it became the floor": {
			silver, 10, 0, club(func(m map[int]*event.TierDefinition) { m[member].IsFloor, m[silver].IsFloor = false, true }), change{0, "", 0},
		},
	} {
		t.Run(name, func(t *testing.T) {
			day := at(t, "2026-03-14 23:59:59")
			s := store.TierState{ID: c.held, Credit: c.credit * scalar.One, AnniversaryAt: day, AchievedAt: at(t, "2025-03-14 10:00:00")}
			early, none := c.club.evaluate(s, min(c.total, 999)*scalar.One, scalar.At(day.Add(-time.Microsecond)))
			if none != "" || early != s {
				t.Errorf("a moment earlier: %q", none)
			}
			got, did := c.club.evaluate(s, c.total*scalar.One, day)
			if diff := cmp.Diff(c.want, change{got.ID, did, got.Credit / scalar.One}); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if next := at(t, "2027-03-14 23:59:59"); got.ID != 0 && got.AnniversaryAt != next {
				t.Errorf("anniversary at %s, want %s", got.AnniversaryAt, next)
			}
			if (did == store.TierMaintained) != (got.MaintainedAt == day) {
				t.Errorf("maintained at %s", got.MaintainedAt)
			}
		})
	}
}

func TestAnniversaryIsTheEndOfTheDayNextYear(t *testing.T) {
	for name, c := range map[string]struct{ zone, achieved, want string }{
		"in UTC":                                   {"UTC", "2026-03-14 12:00:00", "2027-03-14 23:59:59"},
		"over a leap day":                          {"UTC", "2027-03-14 12:00:00", "2028-03-14 23:59:59"},
		"of a leap day":                            {"UTC", "2028-02-29 00:00:00", "2029-02-28 23:59:59"},
		"before a leap day":                        {"UTC", "2027-02-28 12:00:00", "2028-02-28 23:59:59"},
		"on the zone's day, ahead of UTC":          {"Australia/Melbourne", "2026-06-14 20:00:00", "2027-06-15 13:59:59"},
		"with the zone's summer time":              {"Australia/Melbourne", "2026-01-14 20:00:00", "2027-01-15 12:59:59"},
		"on the zone's day, behind UTC":            {"America/New_York", "2026-01-15 03:00:00", "2027-01-15 04:59:59"},
		"on a leap day of the zone that UTC lacks": {"Australia/Melbourne", "2028-02-28 20:00:00", "2029-02-28 12:59:59"},
	} {
		t.Run(name, func(t *testing.T) {
			zone, err := loadZone(c.zone)
			if err != nil {
				t.Fatal(err)
			}
			if got := anniversary(at(t, c.achieved), zone); got.String() != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestTierIsAssigned(t *testing.T) {
	type state struct {
		ID, Previous scalar.Int
		Told         event.Type
		Credit       scalar.Amount
	}
	for name, c := range map[string]struct {
		held, to int
		total    scalar.Amount
		want     state
	}{
		"upwards":                              {silver, platinum, 120, state{platinum, silver, event.TierAchieved, 0}},
		"from the floor":                       {0, gold, 0, state{gold, 0, event.TierAchieved, 0}},
		"downwards":                            {gold, silver, 250, state{silver, gold, event.TierLost, 150}},
		"down to the floor":                    {gold, member, 0, state{0, gold, event.TierLost, 0}},
		"once more":                            {gold, gold, 0, state{gold, silver, event.TierMaintained, 7}},
		"to the floor, which is held, quietly": {0, member, 0, state{0, silver, "", 7}},
	} {
		t.Run(name, func(t *testing.T) {
			p, now := club(), at(t, "2026-03-14 12:00:00")
			s := store.TierState{ID: scalar.Int(c.held), PreviousID: silver, AchievedAt: at(t, "2025-09-01 00:00:00"), Credit: 7 * scalar.One}
			got, told := p.assign(s, p.tiers[c.to-1], c.total*scalar.One, now)
			if diff := cmp.Diff(c.want, state{got.ID, got.PreviousID, told, got.Credit / scalar.One}); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if got.AssignedAt != now {
				t.Errorf("assigned at %s", got.AssignedAt)
			}
			if want := at(t, "2027-03-14 23:59:59"); c.to != member && got.AnniversaryAt != want {
				t.Errorf("anniversary at %s, want %s", got.AnniversaryAt, want)
			}
		})
	}
}
