package timing

import (
	"testing"
	"time"

	"github.com/belfryhq/belfry/internal/scalar"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// In Melbourne the clock is turned forward from 2 to 3 on 4 October 2026 and back
// from 3 to 2 on 5 April 2026. In Lord Howe it is half an hour.
func TestCronExpressionsComeWhenTheyShould(t *testing.T) {
	for _, c := range []struct {
		name, text, zone, after string
		want                    []string
	}{
		{"every morning", "30 9 * * *", "Australia/Melbourne", "2026-03-01T00:00:00Z", []string{"2026-03-01T22:30:00Z", "2026-03-02T22:30:00Z"}},
		{"after the clock was turned back", "30 9 * * *", "Australia/Melbourne", "2026-04-04T23:00:00Z", []string{"2026-04-04T23:30:00Z"}},
		{"a list, a range and a step", "0 8-10/2,20 * * *", "UTC", "2026-03-01T00:00:00Z", []string{"2026-03-01T08:00:00Z", "2026-03-01T10:00:00Z", "2026-03-01T20:00:00Z", "2026-03-02T08:00:00Z"}},
		{"names", "0 0 1 JAN-FEB *", "UTC", "2026-03-01T00:00:00Z", []string{"2027-01-01T00:00:00Z", "2027-02-01T00:00:00Z"}},
		{"Sunday by both numbers", "0 0 * * 7", "UTC", "2026-11-23T00:00:00Z", []string{"2026-11-29T00:00:00Z"}},
		{"a day of the month or of the week", "0 0 13 * fri", "UTC", "2026-11-11T00:00:00Z", []string{"2026-11-13T00:00:00Z", "2026-11-20T00:00:00Z"}},
		{"a day of the month that begins with a star must be of the week too", "0 0 */10 * mon", "UTC", "2026-11-01T00:00:00Z", []string{"2026-12-21T00:00:00Z"}},
		{"a leap day", "0 0 29 2 *", "UTC", "2096-03-01T00:00:00Z", []string{"2104-02-29T00:00:00Z"}},
		{"shorthand", "@weekly", "UTC", "2026-11-23T00:00:00Z", []string{"2026-11-29T00:00:00Z"}},
		{"a time that does not exist is right after", "30 2 * * *", "Australia/Melbourne", "2026-10-03T14:00:00Z", []string{"2026-10-03T16:00:00Z", "2026-10-04T15:30:00Z"}},
		{"times that do not exist are one", "*/20 2 * * *", "Australia/Melbourne", "2026-10-03T14:00:00Z", []string{"2026-10-03T16:00:00Z", "2026-10-04T15:00:00Z"}},
		{"what is missing and what is there then are one", "0 2,3 * * *", "Australia/Melbourne", "2026-10-03T14:00:00Z", []string{"2026-10-03T16:00:00Z", "2026-10-04T15:00:00Z"}},
		{"a time that exists twice is the first", "30 2 * * *", "Australia/Melbourne", "2026-04-04T14:00:00Z", []string{"2026-04-04T15:30:00Z", "2026-04-05T16:30:00Z"}},
		{"asked between the two", "30 2 * * *", "Australia/Melbourne", "2026-04-04T16:10:00Z", []string{"2026-04-05T16:30:00Z"}},
		{"every hour goes on through both", "0 * * * *", "Australia/Melbourne", "2026-04-04T14:30:00Z", []string{"2026-04-04T15:00:00Z", "2026-04-04T16:00:00Z", "2026-04-04T17:00:00Z"}},
		{"every hour where one is missing", "30 * * * *", "Australia/Melbourne", "2026-10-03T15:00:00Z", []string{"2026-10-03T15:30:00Z", "2026-10-03T16:30:00Z"}},
		{"half an hour forward", "15 2 * * *", "Australia/Lord_Howe", "2026-10-03T14:00:00Z", []string{"2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"}},
		{"half an hour back", "45 1 * * *", "Australia/Lord_Howe", "2026-04-04T14:00:00Z", []string{"2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z"}},
		{"a midnight that does not exist", "0 0 * * *", "America/Santiago", "2026-09-05T12:00:00Z", []string{"2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"}},
	} {
		cron, err := ParseCron(c.text, zone(t, c.zone))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		compare(t, c.name, cron, c.after, c.want)
	}
}

func compare(t *testing.T, name string, p Plan, after string, want []string) {
	t.Helper()
	at, err := time.Parse(time.RFC3339, after)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range want {
		at = p.Next(at)
		if got := at.UTC().Format(time.RFC3339); got != w {
			t.Errorf("%s: got %s, want %s", name, got, w)
			return
		}
	}
}

func TestExpressionsThatMeanNothingAreRefused(t *testing.T) {
	for _, text := range []string{
		"", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "a * * * *",
		"5-1 * * * *", "*/0 * * * *", "*/60 * * * *", "1- * * * *", "-1 * * * *", "1,,2 * * * *", "@never", "0 0 30 2 *", "0 0 31 4,6 *",
	} {
		if c, err := ParseCron(text, time.UTC); err == nil {
			t.Errorf("%q is taken for %+v", text, c)
		}
	}
}

func TestDaysOfTheCalendar(t *testing.T) {
	melbourne := zone(t, "Australia/Melbourne")
	from := scalar.NewDate(2026, time.November, 4) // a Wednesday
	for _, c := range []struct {
		name  string
		plan  Plan
		after string
		want  []string
	}{
		{"daily, not before its first day", Days{Daily, 0, 9, from, melbourne}, "2026-10-01T00:00:00Z", []string{"2026-11-03T22:00:00Z", "2026-11-04T22:00:00Z"}},
		{"weekly", Days{Weekly, 1, 9, from, time.UTC}, "2026-11-04T00:00:00Z", []string{"2026-11-09T09:00:00Z", "2026-11-16T09:00:00Z"}},
		{"fortnightly from the first such day", Days{Fortnightly, 1, 9, from, time.UTC}, "2026-11-04T00:00:00Z", []string{"2026-11-09T09:00:00Z", "2026-11-23T09:00:00Z"}},
		{"fortnightly, asked a year later", Days{Fortnightly, 1, 9, from, time.UTC}, "2027-11-04T00:00:00Z", []string{"2027-11-08T09:00:00Z"}},
		{"monthly on the last day of short months", Days{Monthly, 31, 0, 0, time.UTC}, "2027-01-31T00:00:00Z", []string{"2027-02-28T00:00:00Z", "2027-03-31T00:00:00Z", "2027-04-30T00:00:00Z"}},
		{"an hour that does not exist", Days{Daily, 0, 2, 0, melbourne}, "2026-10-03T00:00:00Z", []string{"2026-10-03T16:00:00Z", "2026-10-04T15:00:00Z"}},
		{"an hour that exists twice", Days{Daily, 0, 2, 0, melbourne}, "2026-04-04T00:00:00Z", []string{"2026-04-04T15:00:00Z", "2026-04-05T16:00:00Z"}},
		{"an interval", Every(6 * time.Hour), "2026-04-04T06:00:00Z", []string{"2026-04-04T12:00:00Z", "2026-04-04T18:00:00Z"}},
		{"an interval before the epoch", Every(6 * time.Hour), "1969-12-31T17:00:00Z", []string{"1969-12-31T18:00:00Z"}},
	} {
		compare(t, c.name, c.plan, c.after, c.want)
	}
	at := time.Date(2026, 12, 24, 9, 0, 0, 0, time.UTC)
	if got := Once(at).Next(at.Add(-time.Second)); !got.Equal(at) {
		t.Errorf("before the one moment: %s", got)
	}
	if got := Once(at).Next(at); !got.IsZero() {
		t.Errorf("after the one moment: %s", got)
	}
}

func TestTheLatestOfSeveralMissedMoments(t *testing.T) {
	now := time.Date(2026, 11, 23, 17, 30, 30, 0, time.UTC)
	for _, text := range []string{"* * * * *", "*/7 * * * *", "0 9 * * *", "0 9 1 * *", "0 0 29 2 *"} {
		cron, err := ParseCron(text, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		first := cron.Next(now.AddDate(-9, 0, 0))
		got := Latest(cron, first, now)
		if got.After(now) || !cron.Next(got).After(now) || got.Before(first) {
			t.Errorf("%s: %s", text, got)
		}
		if next := cron.Next(now); !Latest(cron, next, next).Equal(next) {
			t.Errorf("%s: the first is not its own latest", text)
		}
	}
}

func FuzzCron(f *testing.F) {
	for _, text := range []string{"*/5 1-3,7 * jan-mar mon", "0 0 29 2 *", "@daily", "0 2 * * 7"} {
		f.Add(text, int64(1_790_000_000))
	}
	melbourne := zone(f, "Australia/Melbourne")
	f.Fuzz(func(t *testing.T, text string, unix int64) {
		cron, err := ParseCron(text, melbourne)
		after := time.Unix(unix%8_000_000_000, 0)
		if err != nil {
			return
		}
		next := cron.Next(after)
		if !next.After(after) {
			t.Errorf("%q after %s: %s", text, after, next)
		}
	})
}

func BenchmarkCron(b *testing.B) {
	melbourne := zone(b, "Australia/Melbourne")
	for _, text := range []string{"* * * * *", "30 9 * * *", "0 0 29 2 *"} {
		cron, err := ParseCron(text, melbourne)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
			for b.Loop() {
				cron.Next(at)
			}
		})
	}
}
