package automation

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/timing"
)

// The types of automations.
const (
	typeDate      = "date"
	typeScheduled = "scheduled"
)

// Timing says when an automation runs: by a schedule, or by a date, a frequency
// and a slot as Omneo's API v3 has them.
type Timing struct {
	Schedule  *Schedule   `json:"schedule" doc:"A cron expression of five fields as text, or an object with one of cron, every and at."`
	Timezone  scalar.Text `json:"timezone" doc:"The IANA zone of the schedule and of the days that the query counts: the tenant's when not given, the city's with a slot."`
	Date      scalar.Date `json:"date" doc:"With a slot: the day on which it runs, or from which on with a frequency."`
	Frequency scalar.Text `json:"frequency" doc:"With a slot: daily, weekly, fortnightly or monthly; one day only when not given."`
	RunAt     scalar.Int  `json:"run_at" doc:"The day of the week, 1 for Monday to 7, or of the month, where a short one has its last day; that of the date when not given."`
	Slot      scalar.Text `json:"slot" doc:"A city and an hour of its day, such as AU-MEL-9."`
}

// Schedule is one of three: a cron expression, an interval, or one moment.
type Schedule struct {
	Cron  scalar.Text `json:"cron,omitempty" doc:"minute, hour, day of the month, month, day of the week"`
	Every scalar.Text `json:"every,omitempty" doc:"an interval such as 90m, 6h or 2d, counted from 1970-01-01 00:00:00 UTC"`
	At    scalar.Time `json:"at,omitzero"`
}

// UnmarshalJSON takes text for a cron expression. What it decodes replaces all
// that there was.
func (s *Schedule) UnmarshalJSON(text []byte) error {
	*s = Schedule{}
	if bytes.HasPrefix(text, []byte(`"`)) {
		return json.Unmarshal(text, &s.Cron)
	}
	type plain Schedule
	return json.Unmarshal(text, (*plain)(s))
}

// clock is a checked timing.
type clock struct {
	typ  string
	plan timing.Plan
	// zone is that of the days that a query counts.
	zone *time.Location
}

// clock checks the timing and notes what is wrong with it.
func (in *Timing) clock(t *store.Tenant, bad *problem.Invalid) (c clock, err error) {
	name := string(in.Timezone)
	if name == "" {
		record, err := t.Record()
		if err != nil {
			return c, fmt.Errorf("read the tenant: %w", err)
		}
		name = record.Timezone
	}
	if c.zone, err = zoneNamed(name); err != nil {
		bad.Add("timezone", "There is no time zone %q; an IANA name is such as Australia/Melbourne.", name)
		return c, nil
	}
	byDate := in.Date != 0 || in.Frequency != "" || in.RunAt != 0 || in.Slot != ""
	switch {
	case in.Schedule != nil && byDate:
		bad.Add("schedule", "The schedule cannot be given with a date, frequency, run at or slot.")
	case in.Schedule != nil:
		c.typ, c.plan = in.Schedule.plan(bad, c.zone)
	case byDate:
		c.typ, c.plan = in.days(bad, &c)
	default:
		bad.Add("schedule", "The schedule field, or a date and a slot, is required.")
	}
	return c, nil
}

func zoneNamed(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("%q is not a time zone", name)
	}
	return time.LoadLocation(name)
}

func (s *Schedule) plan(bad *problem.Invalid, zone *time.Location) (typ string, plan timing.Plan) {
	switch given := [3]bool{s.Cron != "", s.Every != "", !s.At.IsZero()}; given {
	case [3]bool{true, false, false}:
		cron, err := timing.ParseCron(string(s.Cron), zone)
		if err != nil {
			bad.Add("schedule", "%s", problem.Sentence(err))
		}
		return typeScheduled, cron
	case [3]bool{false, true, false}:
		every, err := parseInterval(string(s.Every))
		if err != nil {
			bad.Add("schedule", "%s", problem.Sentence(err))
		}
		return typeScheduled, every
	case [3]bool{false, false, true}:
		return typeDate, timing.Once(s.At.Time)
	}
	bad.Add("schedule", "The schedule must have one of cron, every and at.")
	return "", nil
}

// parseInterval reads an interval of whole minutes.
func parseInterval(text string) (timing.Every, error) {
	const most = 366 * 24 * time.Hour
	d, err := time.ParseDuration(text)
	if days, ok := strings.CutSuffix(text, "d"); ok {
		var n int
		n, err = strconv.Atoi(days)
		d = time.Duration(min(max(n, 0), 1000)) * 24 * time.Hour
	}
	if err != nil || d < time.Minute || d > most || d%time.Minute != 0 {
		return 0, fmt.Errorf("every must be a number of whole minutes, hours or days such as 90m, 6h or 2d, up to 366d, not %.20q", text)
	}
	return timing.Every(d), nil
}

// days reads a date, a frequency, a day and a slot.
func (in *Timing) days(bad *problem.Invalid, c *clock) (typ string, plan timing.Plan) {
	if in.Slot == "" {
		bad.Add("slot", "The slot field is required with a date, frequency or run at.")
		return "", nil
	}
	name, hour := readSlot(bad, string(in.Slot))
	if bad.Err() != nil {
		return "", nil
	}
	zone, err := zoneNamed(name)
	if err != nil {
		bad.Add("slot", "The server does not know the time zone %s of the slot.", name)
		return "", nil
	}
	if in.Timezone != "" && string(in.Timezone) != name {
		bad.Add("timezone", "The slot %s is in the time zone %s.", in.Slot, name)
	}
	c.zone = zone
	d := timing.Days{Frequency: timing.Frequency(in.Frequency), Hour: hour, From: in.Date, Zone: zone}
	if in.Frequency == "" {
		return typeDate, in.once(bad, d)
	}
	in.chooseDay(bad, &d)
	return typeScheduled, d
}

func (in *Timing) once(bad *problem.Invalid, d timing.Days) timing.Plan {
	if in.Date == 0 {
		bad.Add("date", "The date field is required without a frequency.")
	}
	if in.RunAt != 0 {
		bad.Add("run_at", "The run at needs the frequency weekly, fortnightly or monthly.")
	}
	d.Frequency = timing.Daily
	return timing.Once(d.Next(d.From.Midnight().AddDate(0, 0, -2)))
}

// chooseDay fills in the day of a week or month.
func (in *Timing) chooseDay(bad *problem.Invalid, d *timing.Days) {
	most := 0
	switch d.Frequency {
	case timing.Daily:
		if in.RunAt != 0 {
			bad.Add("run_at", "The run at chooses a day, and daily is every one.")
		}
		return
	case timing.Weekly, timing.Fortnightly:
		most, d.Day = 7, (int(in.Date.Midnight().Weekday())+6)%7+1
	case timing.Monthly:
		most, d.Day = 31, in.Date.Midnight().Day()
	default:
		bad.Add("frequency", "The frequency must be daily, weekly, fortnightly or monthly.")
		return
	}
	switch {
	case in.RunAt < 0 || int(in.RunAt) > most:
		bad.Add("run_at", "The run at must be from 1 to %d.", most)
	case in.RunAt != 0:
		d.Day = int(in.RunAt)
	case in.Date == 0:
		bad.Add("run_at", "The run at field, or a date, is required.")
	}
	if d.Frequency == timing.Fortnightly && in.Date == 0 {
		bad.Add("date", "The date field is required: fortnights are counted from it.")
	}
}
