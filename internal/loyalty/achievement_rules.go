package loyalty

import (
	"cmp"
	"slices"
	"time"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// timesEarned returns how often a score earns a level: once at its trigger, and
// again at every repeat interval above it. It repeats as often as repeats says;
// where repeats is 0, without end if the level may be earned multiple times, and
// otherwise never.
func timesEarned(l *event.AchievementLevel, score scalar.Amount) int64 {
	if score < l.Trigger {
		return 0
	}
	if l.RepeatInterval == nil {
		return 1
	}
	again := int64((score - l.Trigger) / *l.RepeatInterval)
	if l.Repeats != 0 || !l.AllowMultipleEarn {
		again = min(again, int64(l.Repeats))
	}
	return 1 + again
}

// scoreFor returns the score at which a level is earned for the nth time; false
// when it never is.
func scoreFor(l *event.AchievementLevel, nth int64) (scalar.Amount, bool) {
	if nth == 1 {
		return l.Trigger, true
	}
	if l.RepeatInterval == nil || nth > 1+int64(l.Repeats) && (l.Repeats != 0 || !l.AllowMultipleEarn) {
		return 0, false
	}
	return l.Trigger + *l.RepeatInterval*scalar.Amount(nth-1), true
}

// unlocking is a level that is unlocked for the nth time.
type unlocking struct {
	level int
	nth   int64
	score scalar.Amount
}

// maxUnlocks is how much one count may unlock.
const maxUnlocks = 100

// unlockings returns what a score earns beyond what was unlocked already, in the
// order in which a growing score earns it; false when that is more than
// maxUnlocks. A score that fell takes nothing back, and when it comes back it
// earns nothing twice.
func unlockings(levels []event.AchievementLevel, unlocked []int64, score scalar.Amount) ([]unlocking, bool) {
	var due []unlocking
	for i := range levels {
		from, to := timesOf(unlocked, i), timesEarned(&levels[i], score)
		if to-from > maxUnlocks {
			return nil, false
		}
		for nth := from + 1; nth <= to; nth++ {
			at, _ := scoreFor(&levels[i], nth)
			due = append(due, unlocking{i, nth, at})
		}
	}
	slices.SortStableFunc(due, func(a, b unlocking) int { return cmp.Compare(a.score, b.score) })
	return due, len(due) <= maxUnlocks
}

func timesOf(unlocked []int64, level int) int64 {
	if level < len(unlocked) {
		return unlocked[level]
	}
	return 0
}

// cycle is the span of time whose counts decide on levels. Without cycles it is
// all of time, and both ends are zero.
type cycle struct{ start, end scalar.Time }

// cycleOf returns the cycle of an achievement that a moment lies in. Days, weeks
// from Monday, fortnights of such weeks, months and years are those of the
// calendar in the zone. The annual cycle is the profile's own: held is the start
// of the one that it counts in, and the first count outside of it starts the
// next, at the beginning of its day. A period excludes the annual cycle.
func cycleOf(d *event.AchievementDefinition, held, at scalar.Time, zone *time.Location) cycle {
	day := scalar.DateOf(at.In(zone))
	y, m, _ := day.Midnight().Date()
	monday := day.AddDays(-(int(day.Midnight().Weekday()) + 6) % 7)
	switch d.Period {
	case "daily":
		return span(day, day.AddDays(1), zone)
	case "weekly":
		return span(monday, monday.AddDays(7), zone)
	case "fortnightly":
		start := monday.AddDays(-(monday.Sub(firstFortnight) % 14))
		return span(start, start.AddDays(14), zone)
	case "monthly":
		return span(scalar.NewDate(y, m, 1), scalar.NewDate(y, m+1, 1), zone)
	case "yearly":
		return span(scalar.NewDate(y, time.January, 1), scalar.NewDate(y+1, time.January, 1), zone)
	}
	if !d.EnableAnnualEarnCycle {
		return cycle{}
	}
	if !held.IsZero() {
		end := startOfDay(scalar.DateOf(held.In(zone)).AddMonths(12), zone)
		if at.Before(end.Time) {
			return cycle{held, end}
		}
	}
	return span(day, day.AddMonths(12), zone)
}

// firstFortnight is a Monday before any sale.
var firstFortnight = scalar.NewDate(1900, time.January, 1)

func span(from, until scalar.Date, zone *time.Location) cycle {
	return cycle{startOfDay(from, zone), startOfDay(until, zone)}
}

// startOfDay returns the first moment of a day, which is not always midnight:
// some zones move their clocks then.
func startOfDay(day scalar.Date, zone *time.Location) scalar.Time {
	y, m, d := day.Midnight().Date()
	at := time.Date(y, m, d, 0, 0, 0, 0, zone)
	for scalar.DateOf(at) < day {
		at = at.Add(time.Hour)
	}
	return scalar.At(at)
}

// uniteAchievement returns the state of a profile that two were merged into: s
// is its own. Of two annual cycles that both go on it counts in the older, so
// that neither loses counts; otherwise in the newer. What both unlocked in that
// cycle was unlocked. The scores are left to who adds up the counts.
func uniteAchievement(s, other store.Achievement, now scalar.Time) store.Achievement {
	older, newer := s, other
	if older.CycleStart.After(newer.CycleStart.Time) {
		older, newer = newer, older
	}
	kept, both := newer, older.CycleStart == newer.CycleStart
	if older.AnniversaryAt.After(now.Time) {
		kept, both = older, true
	}
	s.CycleStart, s.AnniversaryAt = kept.CycleStart, kept.AnniversaryAt
	s.Unlocked = slices.Clone(kept.Unlocked)
	if both {
		s.Unlocked = sumOf(older.Unlocked, newer.Unlocked)
	}
	if other.AchievedAt.After(s.AchievedAt.Time) {
		s.AchievedAt = other.AchievedAt
	}
	return s
}

// sumOf adds up how often levels were unlocked.
func sumOf(a, b []int64) []int64 {
	sum := make([]int64, max(len(a), len(b)))
	for i := range sum {
		sum[i] = timesOf(a, i) + timesOf(b, i)
	}
	return sum
}

// progressOf shows how far a profile has come.
func progressOf(d *event.AchievementDefinition, s *store.Achievement) event.AchievementProgress {
	p := event.AchievementProgress{
		CurrentScore: s.Score, CurrentCycleScore: s.CycleScore, AchievedAt: s.AchievedAt, AnniversaryAt: s.AnniversaryAt,
	}
	current := -1
	for i := range d.Levels {
		l, times := &d.Levels[i], timesOf(s.Unlocked, i)
		if times > 0 {
			current = i
			used, _ := scoreFor(l, times)
			p.UsedScore = max(p.UsedScore, used)
		}
		if next, ok := scoreFor(l, times+1); ok {
			remain := max(0, next-s.CycleScore)
			if p.CurrentRemain == nil || remain < *p.CurrentRemain {
				p.CurrentRemain = &remain
			}
		}
	}
	p.CurrentCredit = max(0, s.CycleScore-p.UsedScore)
	if current >= 0 {
		p.CurrentLevel, p.CurrentLevelID = &d.Levels[current], d.Levels[current].ID
	}
	if current > 0 {
		p.PrevLevel, p.PrevLevelID = &d.Levels[current-1], d.Levels[current-1].ID
	}
	if next := current + 1; next < len(d.Levels) {
		remain := max(0, d.Levels[next].Trigger-s.CycleScore)
		p.NextLevel, p.NextLevelID, p.NextLevelRemain = &d.Levels[next], d.Levels[next].ID, &remain
	}
	return p
}
