package automation

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

func TestWhatIsWrongWithAnAutomationIsSaid(t *testing.T) {
	c := newClub(t, storetest.SQLite)
	const good = `"name": "n", "query": "all"`
	for text, want := range map[string]string{
		`{"query": "all", "schedule": "@daily"}`:                                                                                          "name",
		`{"name": "n", "schedule": "@daily"}`:                                                                                             "query",
		`{"name": "n", "query": "birthdays", "schedule": "@daily"}`:                                                                       `Did you mean "birthday"?`,
		`{"name": "n", "query": "birthday", "schedule": "@daily"}`:                                                                        "birthday needs the argument days",
		`{"name": "n", "query": "birthday", "schedule": "@daily", "arguments": [{"name": "day", "value": 1}]}`:                            `Did you mean "days"?`,
		`{"name": "n", "query": "birthday", "schedule": "@daily", "arguments": [{"name": "days", "value": -1}]}`:                          "whole number",
		`{"name": "n", "query": "status", "schedule": "@daily", "arguments": [{"name": "handle", "value": "gold"}]}`:                      `There is no status "gold".`,
		`{"name": "n", "query": "condition", "schedule": "@daily", "arguments": [{"name": "condition", "value": {"var": "birth_moth"}}]}`: `Did you mean "birth_month"?`,
		`{` + good + `}`: "schedule field, or a date and a slot, is required",
		`{` + good + `, "schedule": "0 25 * * *"}`:                                                                                              "hour of the cron expression",
		`{` + good + `, "schedule": {"every": "10s"}}`:                                                                                          "whole minutes",
		`{` + good + `, "schedule": {"every": "6h", "cron": "@daily"}}`:                                                                         "one of cron, every and at",
		`{` + good + `, "schedule": "@daily", "timezone": "Mars/Base"}`:                                                                         "time zone",
		`{` + good + `, "schedule": "@daily", "slot": "AU-MEL-9"}`:                                                                              "cannot be given with",
		`{` + good + `, "schedule": "@daily", "type": "date"}`:                                                                                  "type must be scheduled",
		`{` + good + `, "date": "2026-12-24"}`:                                                                                                  "slot field is required",
		`{` + good + `, "date": "2026-12-24", "slot": "AU-XXX-9"}`:                                                                              "unknown city",
		`{` + good + `, "date": "2026-12-24", "slot": "AU-MEL-24"}`:                                                                             "from 0 to 23",
		`{` + good + `, "date": "2026-12-24", "slot": "noon"}`:                                                                                  "city and an hour",
		`{` + good + `, "slot": "AU-MEL-9", "frequency": "fortnightly"}`:                                                                        "fortnights are counted",
		`{` + good + `, "slot": "AU-MEL-9", "frequency": "weekly", "run_at": 8}`:                                                                "from 1 to 7",
		`{` + good + `, "slot": "AU-MEL-9", "frequency": "yearly"}`:                                                                             "daily, weekly",
		`{` + good + `, "date": "2026-01-24", "slot": "AU-MEL-9", "is_active": true}`:                                                           "in the past",
		`{` + good + `, "schedule": "@daily", "actions": [{"name": "tag.ad"}]}`:                                                                 `There is no action`,
		`{` + good + `, "schedule": "@daily", "actions": [{"name": "filter", "arguments": [{"name": "condition", "value": {"var": "totl"}}]}]}`: `The context of automation.fired has no`,
	} {
		_, err := c.create(text)
		var invalid *problem.Invalid
		if !errors.As(err, &invalid) || !strings.Contains(fmt.Sprint(invalid.Fields), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func TestDatesFrequenciesAndSlotsSayWhenItRuns(t *testing.T) {
	c := newClub(t, storetest.SQLite)
	for text, want := range map[string]string{
		`"date": "2026-12-24", "slot": "AU-MEL-9"`:                                     "date 2026-12-23 22:00:00",
		`"date": "2026-12-24", "slot": "nz-auk-9", "type": "date"`:                     "date 2026-12-23 20:00:00",
		`"slot": "AU-MEL-HOURLY-13", "frequency": "daily"`:                             "scheduled 2026-03-02 02:00:00",
		`"slot": "AU-PER-9", "frequency": "weekly", "run_at": 7, "date": "2026-03-05"`: "scheduled 2026-03-08 01:00:00",
		`"slot": "AU-PER-9", "frequency": "fortnightly", "date": "2026-02-24"`:         "scheduled 2026-03-10 01:00:00",
		`"slot": "GB-LON-9", "frequency": "monthly", "run_at": 31`:                     "scheduled 2026-03-31 08:00:00",
		`"schedule": {"every": "6h"}`:                                                  "scheduled 2026-03-02 06:00:00",
		`"schedule": {"every": "2d"}`:                                                  "scheduled 2026-03-04 00:00:00",
		`"schedule": {"at": "2026-03-02 02:00:00"}`:                                    "date 2026-03-02 02:00:00",
		`"schedule": {"cron": "0 9 * * mon"}, "timezone": "UTC"`:                       "scheduled 2026-03-02 09:00:00",
		`"schedule": "30 2 * * *", "timezone": "Australia/Melbourne"`:                  "scheduled 2026-03-02 15:30:00",
	} {
		row, err := c.create(`{"name": "n", "query": "all", "is_active": true, ` + text + `}`)
		if got := row.Type + " " + row.NextRunAt.String(); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", text, got, err, want)
		}
	}
}

func FuzzTiming(f *testing.F) {
	for _, text := range []string{
		`{"schedule": "30 9 * * *", "timezone": "Australia/Melbourne"}`, `{"schedule": {"every": "90m"}}`,
		`{"schedule": {"at": "2026-12-24 09:00:00"}}`, `{"slot": "AU-MEL-9", "frequency": "fortnightly", "date": "2026-01-01"}`,
		`{"slot": "NZ-AUK-HOURLY-23", "frequency": "monthly", "run_at": 31}`,
	} {
		f.Add([]byte(text))
	}
	c := newClub(f, storetest.SQLite)
	f.Fuzz(func(t *testing.T, text []byte) {
		var in Timing
		if json.Unmarshal(text, &in) != nil {
			return
		}
		err := c.do(func(tn *store.Tenant) error {
			var bad problem.Invalid
			clock, err := in.clock(tn, &bad)
			if err != nil || bad.Err() != nil {
				return err
			}
			if next := clock.plan.Next(noon); !next.IsZero() && !next.After(noon) {
				t.Errorf("%s: %s is not after %s", text, next, noon)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}
