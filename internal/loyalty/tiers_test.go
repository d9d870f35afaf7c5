package loyalty_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// club is a shop with tiers, a member, and a clock that the test turns.
type club struct {
	*shop
	now    time.Time
	member string
	tiers  map[string]int64
}

const clubTiers = `[
	{"name": "Member", "handle": "member", "value_min": 0, "is_floor": true, "is_assignable": true},
	{"name": "Silver", "handle": "silver", "value_min": 100, "is_assignable": true},
	{"name": "Gold", "handle": "gold", "value_min": 300, "value_maintain": 200, "is_assignable": true},
	{"name": "Platinum", "handle": "platinum", "value_min": 1000}]`

// eachClub runs a test on every engine, from noon of 14 March 2026.
func eachClub(t *testing.T, test func(t *testing.T, c *club)) {
	t.Helper()
	var c *club
	storetest.Each(t, store.Options{Now: func() time.Time { return c.now }}, func(t *testing.T, db *store.DB) {
		c = &club{now: noon, tiers: map[string]int64{}}
		c.shop = newShop(t, db, "club")
		c.found(t)
		test(t, c)
	})
}

func (c *club) found(t testing.TB) {
	t.Helper()
	var tiers []event.TierDefinition
	if err := json.Unmarshal([]byte(clubTiers), &tiers); err != nil {
		t.Fatal(err)
	}
	c.do(func(t *store.Tenant) error {
		for _, d := range tiers {
			d.IsPublished = true
			d, err := loyalty.TierDefinitions.Create(t, d)
			if err != nil {
				return err
			}
			c.tiers[string(d.Handle)] = d.ID
		}
		return nil
	})
	c.member = c.create(grace).ID
}

func (c *club) day(n int) { c.now = noon.AddDate(0, 0, n) }

// earn gives the member tier points that accrue after some days.
func (c *club) earn(value scalar.Amount, days int) (p event.TierPoint) {
	c.t.Helper()
	c.do(func(t *store.Tenant) (err error) {
		p, err = addTierPoints(t, c.member, value, scalar.At(c.now.AddDate(0, 0, days)))
		return err
	})
	return p
}

func addTierPoints(t *store.Tenant, member string, value scalar.Amount, accruedAt scalar.Time) (event.TierPoint, error) {
	value *= scalar.One
	return loyalty.AddTierPoints(t, loyalty.TierPointInput{ProfileID: scalar.Text(member), Value: &value, AccruedAt: accruedAt})
}

func (c *club) tier() (p event.ProfileTier) {
	c.t.Helper()
	c.do(func(t *store.Tenant) (err error) {
		p, err = loyalty.ReadProfileTier(t, c.member)
		return err
	})
	return p
}

func (c *club) calculate() (p event.ProfileTier) {
	c.t.Helper()
	c.do(func(t *store.Tenant) (err error) {
		p, err = loyalty.CalculateTier(t, c.member)
		return err
	})
	return p
}

func (c *club) assign(handle string) error {
	return c.try(func(t *store.Tenant) error {
		_, err := loyalty.AssignTier(t, c.member, loyalty.TierAssignment{Tier: scalar.Text(handle)})
		return err
	})
}

// holds checks the tier that the member holds.
func (c *club) holds(want string) {
	c.t.Helper()
	if got := c.tier().CurrentTier; string(got.Handle) != want {
		c.t.Errorf("%s: holds %s, want %s", c.now.Format(time.DateOnly), got.Handle, want)
	}
}

// history lists the changes of the member's tier by their days.
func (c *club) history() (lines []string) {
	c.t.Helper()
	c.do(func(t *store.Tenant) error {
		changes, err := t.TierChanges(c.member)
		lines = nil
		for _, h := range changes {
			lines = append(lines, fmt.Sprintf("%s %s %s %s", h.At, h.Change, c.handle(h.ToID), h.Total))
		}
		return err
	})
	return lines
}

func (c *club) handle(id scalar.Int) string {
	for handle, of := range c.tiers {
		if of == int64(id) {
			return handle
		}
	}
	return "floor"
}

func (c *club) wantHistory(want ...string) {
	c.t.Helper()
	if diff := cmp.Diff(want, c.history()); diff != "" {
		c.t.Errorf("history (-want +got)\n%s", diff)
	}
}

func TestATierIsHeldAtOnceAndTold(t *testing.T) {
	eachClub(t, func(t *testing.T, c *club) {
		c.holds("member")
		c.earn(99, 0)
		c.holds("member")
		c.earn(311, 0)
		c.holds("gold")
		c.wantHistory("2026-03-14 12:00:00 achieved gold 410")
		e, context := c.lastEvent()
		if e.Type != "tier.achieved" || e.ProfileID != c.member || e.Subject != "tier" || e.SubjectID != fmt.Sprint(context["id"]) {
			t.Errorf("event %+v", e)
		}
		profile := context["profile"].(map[string]any)
		if profile["tier_handle"] != "gold" || profile["tier"].(map[string]any)["anniversary_at"] != "2027-03-14 23:59:59" {
			t.Errorf("tier of the profile %v", profile["tier"])
		}
		definition := context["definition"].(map[string]any)
		for field, want := range map[string]any{
			"profile_id": c.member, "achieved_at": "2026-03-14 12:00:00", "anniversary_at": "2027-03-14 23:59:59",
			"assigned_at": nil, "maintained_at": nil, "total_points_12m": 410.0, "next_remain": 590.0,
		} {
			if diff := cmp.Diff(want, context[field]); diff != "" {
				t.Errorf("%s (-want +got)\n%s", field, diff)
			}
		}
		if definition["handle"] != "gold" || definition["value_maintain"] != 200.0 || definition["is_floor"] != false {
			t.Errorf("definition %v", definition)
		}
		if previous := context["previous"].(map[string]any)["handle"]; previous != "member" {
			t.Errorf("previous %v", previous)
		}
		if next := context["next_tier"].(map[string]any); next["handle"] != "platinum" || next["value_min"] != 1000.0 {
			t.Errorf("next tier %v", next)
		}
	})
}

func TestSeveralTierPointsOfOneDayTellOfOneTierEach(t *testing.T) {
	eachClub(t, func(t *testing.T, c *club) {
		for range 4 {
			c.earn(100, 0)
		}
		c.wantHistory("2026-03-14 12:00:00 achieved silver 100", "2026-03-14 12:00:00 achieved gold 300")
		c.day(1)
		c.earn(-400, 0)
		c.holds("gold")
	})
}

func TestTierPointsCountForExactly365Days(t *testing.T) {
	end := noon.Add(365 * 24 * time.Hour)
	for _, later := range []struct {
		at    time.Time
		total scalar.Amount
		holds string
	}{{end.Add(-time.Microsecond), 60, "silver"}, {end, 0, "member"}} {
		eachClub(t, func(t *testing.T, c *club) {
			c.earn(60, 0)
			if got := c.tier().NextProgressChangeAt; !got.Equal(end) {
				t.Errorf("changes at %s, want %s", got, end)
			}
			c.now = later.at
			if got := c.tier().TotalPoints12m; got != later.total*scalar.One {
				t.Errorf("total %s at %s", got, later.at)
			}
			c.earn(40, 0)
			c.holds(later.holds)
		})
	}
}

func TestPointsThatAreOlderThanTheWindowLeadToNothing(t *testing.T) {
	eachClub(t, func(t *testing.T, c *club) {
		c.earn(5000, -365)
		c.holds("member")
		c.earn(100, -364)
		c.holds("silver")
	})
}

func TestPendingTierPointsLeadToATierWhenTheyAccrue(t *testing.T) {
	eachClub(t, func(t *testing.T, c *club) {
		if p := c.earn(120, 10); p.Status != "pending" {
			t.Errorf("status %s", p.Status)
		}
		c.earn(200, 20)
		c.day(9)
		c.calculate()
		c.holds("member")
		c.day(30)
		c.settle()
		c.wantHistory("2026-03-24 12:00:00 achieved silver 120", "2026-04-03 12:00:00 achieved gold 320")
		if got := c.tier(); got.AnniversaryAt.String() != "2027-04-03 23:59:59" || got.CurrentCredit != 20*scalar.One {
			t.Errorf("anniversary %s, credit %s", got.AnniversaryAt, got.CurrentCredit)
		}
	})
}

func TestATierIsAttainedWhenAReturnCountsNoMore(t *testing.T) {
	eachClub(t, func(t *testing.T, c *club) {
		c.earn(-50, 0)
		c.day(1)
		c.earn(120, 0)
		c.holds("member")
		c.day(400)
		c.settle()
		c.wantHistory("2027-03-14 12:00:00 achieved silver 120")
	})
}

// settle has the schedule do what is due.
func (c *club) settle() {
	c.t.Helper()
	schedule := loyalty.Schedule{DB: c.db}
	if _, err := schedule.Step(c.t.Context()); err != nil {
		c.t.Fatal(err)
	}
}

func TestYearsInWhichNobodyLookedAreCaughtUp(t *testing.T) {
	eachClub(t, func(t *testing.T, c *club) {
		c.earn(1150, 0)
		c.earn(900, 300) // toward the first anniversary
		c.earn(350, 660) // toward the second
		c.now = noon.AddDate(5, 0, 0)
		c.settle()
		c.wantHistory(
			"2026-03-14 12:00:00 achieved platinum 1150", "2027-03-14 23:59:59 maintained platinum 900",
			"2028-03-14 23:59:59 lost gold 350", "2029-03-14 23:59:59 lost floor 0")
		if diff := cmp.Diff([]string{"profile.created", "tier.achieved", "tier.maintained", "tier.lost", "tier.lost"}, c.types()); diff != "" {
			t.Errorf("events (-want +got)\n%s", diff)
		}
		_, context := c.lastEvent()
		if context["definition"].(map[string]any)["handle"] != "member" || context["previous"].(map[string]any)["handle"] != "gold" {
			t.Errorf("lost %v to %v", context["previous"], context["definition"])
		}
		got := c.tier()
		if !got.IsFloor || !got.AnniversaryAt.IsZero() || got.AchievedAt.String() != "2029-03-14 23:59:59" || got.PrevTier.Handle != "gold" {
			t.Errorf("tier %+v", got)
		}
	})
}

func TestCalculatingAgainChangesNothing(t *testing.T) {
	eachClub(t, func(t *testing.T, c *club) {
		c.earn(150, 0)
		c.day(400)
		first, events := c.calculate(), len(c.allEvents())
		c.holds("member")
		if diff := cmp.Diff(first, c.calculate()); diff != "" {
			t.Errorf("record (-first +second)\n%s", diff)
		}
		if got := len(c.allEvents()); got != events {
			t.Errorf("%d events, want %d", got, events)
		}
		c.wantHistory("2026-03-14 12:00:00 achieved silver 150", "2027-03-14 23:59:59 lost floor 0")
	})
}

func TestTheProgressOfATier(t *testing.T) {
	eachClub(t, func(t *testing.T, c *club) {
		fresh := c.tier()
		if !fresh.IsFloor || fresh.PrevTier != nil || fresh.NextTier.Handle != "silver" || *fresh.NextRemain != 100*scalar.One ||
			fresh.AchievedAt.String() != "2026-01-01 00:00:00" || !fresh.AnniversaryAt.IsZero() {
			t.Errorf("at first %+v", fresh)
		}
		c.earn(320, 0)
		c.day(30)
		c.earn(70, 0)
		got := c.tier()
		want := got
		want.CurrentCredit, want.CurrentProgress, want.CurrentRemain = 20*scalar.One, 70*scalar.One, 110*scalar.One
		want.NextProgress, want.TotalPoints12m, want.TotalPointsAchievement = 390*scalar.One, 390*scalar.One, 70*scalar.One
		remain := 610 * scalar.One
		want.NextRemain, want.NextProgressChangeAt = &remain, scalar.At(noon.Add(365*24*time.Hour))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if got.CurrentTier.Handle != "gold" || got.NextTier.Handle != "platinum" || got.PrevTier.Handle != "member" {
			t.Errorf("tiers %s, %s, %s", got.CurrentTier.Handle, got.NextTier.Handle, got.PrevTier.Handle)
		}
		c.earn(130, 0)
		c.day(366)
		got = c.calculate()
		if got.CurrentTier.Handle != "gold" || got.MaintainedAt.String() != "2027-03-14 23:59:59" || got.CurrentProgress != 0 ||
			got.CurrentCredit != 0 || got.TotalPointsAchievement != 200*scalar.One || got.CurrentRemain != 200*scalar.One {
			t.Errorf("in the second year %+v", got)
		}
	})
}

func TestATierIsAssignedByHand(t *testing.T) {
	eachClub(t, func(t *testing.T, c *club) {
		for _, handle := range []string{"platinum", "bronze", ""} {
			if got := faults(t, c.assign(handle)); len(got["tier"]) != 1 {
				t.Errorf("%q: %v", handle, got)
			}
		}
		if err := c.assign("gold"); err != nil {
			t.Fatal(err)
		}
		c.day(10)
		if err := c.assign("gold"); err != nil {
			t.Fatal(err)
		}
		if got := c.tier(); got.AssignedAt != scalar.At(c.now) || got.AnniversaryAt.String() != "2027-03-24 23:59:59" || got.AchievedAt != scalar.At(noon) {
			t.Errorf("assigned %+v", got)
		}
		c.day(20)
		if err := c.assign("silver"); err != nil {
			t.Fatal(err)
		}
		want := []string{"profile.created", "tier.achieved", "tier.maintained", "tier.lost"}
		if got := c.types(); !slices.Equal(got, want) {
			t.Errorf("events %q, want %q", got, want)
		}
		c.day(30)
		c.earn(300, 0)
		if got := c.tier(); got.CurrentTier.Handle != "gold" || !got.AssignedAt.IsZero() {
			t.Errorf("attained %+v", got)
		}
	})
}
