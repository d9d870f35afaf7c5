package loyalty

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

func level(trigger, repeats, interval int64, endless bool) event.AchievementLevel {
	l := event.AchievementLevel{
		Trigger: scalar.Amount(trigger) * scalar.One, Repeats: scalar.Int(repeats), AllowMultipleEarn: endless,
	}
	if interval > 0 {
		every := scalar.Amount(interval) * scalar.One
		l.RepeatInterval = &every
	}
	return l
}

func TestAScoreEarnsALevelAtItsTriggerAndEveryIntervalAbove(t *testing.T) {
	for name, c := range map[string]struct {
		level event.AchievementLevel
		score int64
		want  int64
	}{
		"just below the trigger it earns nothing":           {level(5, 0, 0, false), 4, 0},
		"at the trigger it earns the level":                 {level(5, 0, 0, false), 5, 1},
		"without an interval it is earned once":             {level(5, 0, 0, true), 500, 1},
		"an interval alone does not repeat it":              {level(5, 0, 5, false), 500, 1},
		"below the interval it is earned once":              {level(5, 2, 10, false), 14, 1},
		"at the interval it is earned again":                {level(5, 2, 10, false), 15, 2},
		"it repeats as often as repeats says":               {level(5, 2, 10, false), 25, 3},
		"and no more":                                       {level(5, 2, 10, false), 500, 3},
		"multiple earn does not lift repeats":               {level(5, 2, 10, true), 500, 3},
		"with multiple earn and no repeats there is no end": {level(5, 0, 5, true), 500, 100},
	} {
		t.Run(name, func(t *testing.T) {
			if got := timesEarned(&c.level, scalar.Amount(c.score)*scalar.One); got != c.want {
				t.Errorf("earned %d times, want %d", got, c.want)
			}
		})
	}
}

func TestWhatIsEarnedIsUnlockedInTheOrderOfScores(t *testing.T) {
	levels := []event.AchievementLevel{level(2, 3, 3, false), level(4, 0, 0, false)}
	due, ok := unlockings(levels, []int64{1}, 8*scalar.One)
	want := []unlocking{{1, 1, 4 * scalar.One}, {0, 2, 5 * scalar.One}, {0, 3, 8 * scalar.One}}
	if diff := cmp.Diff(want, due, cmp.AllowUnexported(unlocking{})); diff != "" || !ok {
		t.Error(diff)
	}
	if _, ok := unlockings([]event.AchievementLevel{level(1, 0, 1, true)}, nil, 101*scalar.One); ok {
		t.Error("101 unlockings at once are not refused")
	}
	if due, _ := unlockings(levels, []int64{4, 1}, scalar.One); len(due) != 0 {
		t.Errorf("a score that fell unlocks %v", due)
	}
}

// However a score grows, what it unlocks step by step is what it earns in all.
func TestStepsUnlockWhatTheWholeScoreEarns(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var levels []event.AchievementLevel
		trigger := int64(0)
		for range rapid.IntRange(1, 4).Draw(r, "levels") {
			trigger += rapid.Int64Range(1, 9).Draw(r, "trigger")
			levels = append(levels, level(trigger, rapid.Int64Range(0, 3).Draw(r, "repeats"),
				rapid.Int64Range(0, 5).Draw(r, "interval"), rapid.Bool().Draw(r, "endless")))
		}
		unlocked, score := make([]int64, len(levels)), scalar.Amount(0)
		for range rapid.IntRange(1, 10).Draw(r, "counts") {
			score += scalar.Amount(rapid.Int64Range(1, 30_0000).Draw(r, "count"))
			due, ok := unlockings(levels, unlocked, score)
			if !ok {
				r.Skip("more than one count may unlock")
			}
			for i, u := range due {
				if u.nth != unlocked[u.level]+1 || u.score > score || i > 0 && u.score < due[i-1].score {
					r.Fatalf("unlocking %d of %v after %v", i, due, unlocked)
				}
				unlocked[u.level] = u.nth
			}
		}
		for i := range levels {
			if want := timesEarned(&levels[i], score); unlocked[i] != want {
				r.Fatalf("level %d was unlocked %d times, the score earns %d", i, unlocked[i], want)
			}
		}
	})
}

func TestCyclesFollowTheCalendarOfTheZone(t *testing.T) {
	for name, c := range map[string]struct {
		period           scalar.Text
		annual           bool
		held, at, zone   string
		wantStart, until string
	}{
		"a day begins at midnight of the zone": {
			period: "daily", at: "2026-03-14 13:30:00", zone: "Australia/Melbourne",
			wantStart: "2026-03-14 13:00:00", until: "2026-03-15 13:00:00",
		},
		"a day of the change to winter time is longer": {
			period: "daily", at: "2026-04-05 03:00:00", zone: "Australia/Melbourne",
			wantStart: "2026-04-04 13:00:00", until: "2026-04-05 14:00:00",
		},
		"a day that has no midnight begins after it": {
			period: "daily", at: "2024-09-08 12:00:00", zone: "America/Santiago",
			wantStart: "2024-09-08 04:00:00", until: "2024-09-09 03:00:00",
		},
		"a week begins on Monday": {
			period: "weekly", at: "2026-03-15 23:59:59", zone: "UTC",
			wantStart: "2026-03-09 00:00:00", until: "2026-03-16 00:00:00",
		},
		"a Monday belongs to its own week": {
			period: "weekly", at: "2026-03-16 00:00:00", zone: "UTC",
			wantStart: "2026-03-16 00:00:00", until: "2026-03-23 00:00:00",
		},
		"a fortnight is two weeks": {
			period: "fortnightly", at: "2026-03-14 12:00:00", zone: "UTC",
			wantStart: "2026-03-09 00:00:00", until: "2026-03-23 00:00:00",
		},
		"the second week of a fortnight": {
			period: "fortnightly", at: "2026-03-22 12:00:00", zone: "UTC",
			wantStart: "2026-03-09 00:00:00", until: "2026-03-23 00:00:00",
		},
		"a month of a leap year": {
			period: "monthly", at: "2024-02-29 12:00:00", zone: "UTC",
			wantStart: "2024-02-01 00:00:00", until: "2024-03-01 00:00:00",
		},
		"a year ends with December": {
			period: "yearly", at: "2026-12-31 23:00:00", zone: "UTC",
			wantStart: "2026-01-01 00:00:00", until: "2027-01-01 00:00:00",
		},
		"the annual cycle begins with the day of the first count": {
			annual: true, at: "2026-03-14 12:00:00", zone: "UTC",
			wantStart: "2026-03-14 00:00:00", until: "2027-03-14 00:00:00",
		},
		"the annual cycle goes on for a year": {
			annual: true, held: "2025-03-15 00:00:00", at: "2026-03-14 12:00:00", zone: "UTC",
			wantStart: "2025-03-15 00:00:00", until: "2026-03-15 00:00:00",
		},
		"the first count after it begins the next": {
			annual: true, held: "2025-03-14 00:00:00", at: "2026-03-20 12:00:00", zone: "UTC",
			wantStart: "2026-03-20 00:00:00", until: "2027-03-20 00:00:00",
		},
		"a year from 29 February ends on the 28th": {
			annual: true, at: "2024-02-29 12:00:00", zone: "UTC",
			wantStart: "2024-02-29 00:00:00", until: "2025-02-28 00:00:00",
		},
		"without cycles there is all of time": {at: "2026-03-14 12:00:00", zone: "UTC"},
	} {
		t.Run(name, func(t *testing.T) {
			zone, err := time.LoadLocation(c.zone)
			if err != nil {
				t.Fatal(err)
			}
			d := &event.AchievementDefinition{Period: c.period, EnableAnnualEarnCycle: c.annual}
			got := cycleOf(d, instant(t, c.held), instant(t, c.at), zone)
			if got.start != instant(t, c.wantStart) || got.end != instant(t, c.until) {
				t.Errorf("from %s to %s, want from %s to %s", got.start, got.end, c.wantStart, c.until)
			}
		})
	}
}

// Every moment lies in its own cycle, and where that ends the next one begins.
func TestCyclesMeet(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		name := rapid.SampledFrom([]string{"UTC", "Australia/Lord_Howe", "America/Santiago", "Africa/Cairo", "Asia/Beirut"}).Draw(r, "zone")
		zone, err := time.LoadLocation(name)
		if err != nil {
			r.Fatal(err)
		}
		d := &event.AchievementDefinition{Period: rapid.SampledFrom([]scalar.Text{
			"daily", "weekly", "fortnightly", "monthly", "yearly",
		}).Draw(r, "period")}
		at := scalar.At(time.Unix(rapid.Int64Range(1_000_000_000, 2_000_000_000).Draw(r, "at"), 0))
		c := cycleOf(d, scalar.Time{}, at, zone)
		if at.Before(c.start.Time) || !at.Before(c.end.Time) {
			r.Fatalf("%s lies outside of %s to %s", at, c.start, c.end)
		}
		if next := cycleOf(d, scalar.Time{}, c.end, zone); next.start != c.end {
			r.Fatalf("after %s begins %s", c.end, next.start)
		}
		if same := cycleOf(d, scalar.Time{}, c.start, zone); same != c {
			r.Fatalf("the start of %v lies in %v", c, same)
		}
	})
}

func TestProgressShowsTheLevelsAroundTheScore(t *testing.T) {
	d := &event.AchievementDefinition{Levels: []event.AchievementLevel{
		level(5, 0, 0, false), level(10, 1, 4, false), level(20, 0, 0, false),
	}}
	for i := range d.Levels {
		d.Levels[i].ID = scalar.Int(i + 1)
	}
	five := 5 * scalar.One
	p := progressOf(d, &store.Achievement{Score: 3 * scalar.One, CycleScore: 3 * scalar.One})
	if p.CurrentLevel != nil || p.NextLevelID != 1 || *p.NextLevelRemain != 2*scalar.One || p.UsedScore != 0 || p.CurrentCredit != 3*scalar.One {
		t.Errorf("before the first level: %+v", p)
	}
	p = progressOf(d, &store.Achievement{Score: 112 * scalar.One, CycleScore: 12 * scalar.One, Unlocked: []int64{1, 1, 0}})
	if p.CurrentLevelID != 2 || p.PrevLevelID != 1 || p.NextLevelID != 3 || *p.NextLevelRemain != 8*scalar.One {
		t.Errorf("between levels: %+v", p)
	}
	if p.UsedScore != 10*scalar.One || p.CurrentCredit != 2*scalar.One || *p.CurrentRemain != 2*scalar.One || p.CurrentScore != 112*scalar.One {
		t.Errorf("before a repeat: %+v", p)
	}
	p = progressOf(d, &store.Achievement{CycleScore: 25 * scalar.One, Unlocked: []int64{1, 2, 1}})
	if p.NextLevel != nil || p.NextLevelRemain != nil || p.CurrentRemain != nil || p.CurrentCredit != five {
		t.Errorf("above the last: %+v", p)
	}
}

func TestTwoAnnualCyclesUniteInTheOlderWhileItGoesOn(t *testing.T) {
	older := store.Achievement{
		CycleStart: instant(t, "2025-06-01 00:00:00"), AnniversaryAt: instant(t, "2026-06-01 00:00:00"), Unlocked: []int64{1},
	}
	newer := store.Achievement{
		CycleStart: instant(t, "2026-02-01 00:00:00"), AnniversaryAt: instant(t, "2027-02-01 00:00:00"), Unlocked: []int64{2, 1},
	}
	for now, want := range map[string]store.Achievement{
		"2026-05-31 23:59:59": {CycleStart: older.CycleStart, AnniversaryAt: older.AnniversaryAt, Unlocked: []int64{3, 1}},
		"2026-06-01 00:00:00": {CycleStart: newer.CycleStart, AnniversaryAt: newer.AnniversaryAt, Unlocked: []int64{2, 1}},
	} {
		for _, got := range []store.Achievement{
			uniteAchievement(older, newer, instant(t, now)), uniteAchievement(newer, older, instant(t, now)),
		} {
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("at %s: %s", now, diff)
			}
		}
	}
}

func instant(t *testing.T, s string) scalar.Time {
	t.Helper()
	if s == "" {
		return scalar.Time{}
	}
	at, err := scalar.ParseTime(s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
