package automation

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/belfryhq/belfry/internal/delivery"
	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/reaction"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/secret"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// club is a tenant with profiles, on a database whose clock the test turns. Its
// days are those of Melbourne.
type club struct {
	testing.TB
	*Automations
	now    time.Time
	tenant int64
	// ids are those of profiles by their first names.
	ids map[string]string
}

var noon = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC) // a Monday, 12:00 in Melbourne

func eachClub(t *testing.T, test func(t *testing.T, c *club)) {
	for name, open := range map[string]func(testing.TB, store.Options) *store.DB{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) { test(t, newClub(t, open)) })
	}
}

func newClub(t testing.TB, open func(testing.TB, store.Options) *store.DB) *club {
	t.Helper()
	c := &club{TB: t, now: noon, ids: map[string]string{}}
	db := open(t, store.Options{Now: func() time.Time { return c.now }})
	box, err := secret.NewBox(secret.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	guard := delivery.NewGuard(delivery.GuardOptions{})
	logger := slog.New(slog.DiscardHandler)
	c.Automations = &Automations{DB: db, Logger: logger, Reactions: reaction.New(reaction.Options{
		DB: db, Guard: guard, Secrets: box, Logger: logger,
		Deliveries: delivery.New(delivery.Options{DB: db, Guard: guard, Secrets: box, Logger: logger}),
	})}
	err = db.Update(context.Background(), func(tx *store.Tx) error {
		rec, _, err := tx.EnsureTenant("shop")
		c.tenant = rec.ID
		if err == nil {
			rec.Timezone = "Australia/Melbourne"
			err = tx.As(store.Actor{TenantID: rec.ID}).UpdateRecord(rec)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *club) do(fn func(t *store.Tenant) error) error {
	return c.DB.Update(context.Background(), func(tx *store.Tx) error { return fn(tx.As(store.Actor{TenantID: c.tenant})) })
}

func (c *club) must(fn func(t *store.Tenant) error) {
	c.Helper()
	if err := c.do(fn); err != nil {
		c.Fatal(err)
	}
}

// join makes a profile from JSON, and names it by its first name.
func (c *club) join(name, text string) {
	c.Helper()
	c.must(func(t *store.Tenant) error {
		var in loyalty.ProfileInput
		if err := json.Unmarshal([]byte(text), &in); err != nil {
			return err
		}
		in.FirstName = scalar.Text(name)
		p, err := loyalty.CreateProfile(t, in)
		c.ids[name] = p.ID
		return err
	})
}

func (c *club) create(text string) (row store.Automation, err error) {
	var in Input
	if err := json.Unmarshal([]byte(text), &in); err != nil {
		c.Fatal(err)
	}
	err = c.do(func(t *store.Tenant) (err error) {
		row, err = c.Automations.Create(t, in)
		return err
	})
	return row, err
}

func (c *club) automation(text string) int64 {
	c.Helper()
	row, err := c.create(text)
	if err != nil {
		c.Fatal(err)
	}
	return row.ID
}

func (c *club) start(id int64, in RunInput) (run Run) {
	c.Helper()
	c.must(func(t *store.Tenant) (err error) {
		run, err = Start(t, id, in)
		return err
	})
	return run
}

// settle steps until nothing is left.
func (c *club) settle() {
	c.Helper()
	for range 10_000 {
		some, err := c.Step(context.Background())
		if err != nil {
			c.Fatal(err)
		}
		if !some {
			return
		}
	}
	c.Fatal("it never ends")
}

func (c *club) runs(id int64) (runs []RunDetail) {
	c.Helper()
	c.must(func(t *store.Tenant) error {
		p, err := ListRuns(t, id, store.List{Size: 100})
		for _, r := range p.Items {
			d, err := ReadRun(t, id, r.ID)
			if err != nil {
				return err
			}
			runs = append(runs, d)
		}
		return err
	})
	return runs
}

// fired returns the first names of those for whom events were recorded, sorted.
func (c *club) fired() string {
	c.Helper()
	var names []string
	for _, e := range c.events() {
		var context event.AutomationContext
		if err := json.Unmarshal(e.Context, &context); err != nil {
			c.Fatal(err)
		}
		names = append(names, string(context.FirstName))
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func (c *club) events() (events []store.Event) {
	c.Helper()
	c.must(func(t *store.Tenant) error {
		p, err := t.Events(store.List{Size: 100_000, Filters: []store.Filter{{Field: "type", Value: string(event.AutomationFired)}}})
		events = p.Items
		return err
	})
	return events
}

func (c *club) tags(name string) (tags []string) {
	c.Helper()
	c.must(func(t *store.Tenant) error {
		p, err := loyalty.ReadProfile(t, c.ids[name])
		tags = p.Tags
		return err
	})
	return tags
}

// greeting is the actions of an automation that tags whom it selects.
const greeting = `"actions": [{"name": "tag.add", "arguments": [{"name": "tags", "value": "greeted"}]}]`

func TestAnAutomationRunsItsActionsForWhomItSelectsAndTellsOfIt(t *testing.T) {
	eachClub(t, func(t *testing.T, c *club) {
		c.join("Ada", `{"tags": ["vip"]}`)
		c.join("Bob", `{}`)
		id := c.automation(`{"name": "Hello", "query": "tag", "arguments": [{"name": "handle", "value": "vip"}],
			"schedule": "0 13 * * *", "is_active": true, ` + greeting + `}`)
		c.settle()
		if got := c.fired(); got != "" {
			t.Errorf("before its time: %q", got)
		}
		c.now = noon.Add(time.Hour)
		c.settle()
		if got := c.tags("Ada"); fmt.Sprint(got) != "[vip greeted]" {
			t.Errorf("tags of Ada: %v", got)
		}
		if got := c.tags("Bob"); len(got) != 0 {
			t.Errorf("tags of Bob: %v", got)
		}
		events := c.events()
		if len(events) != 1 || events[0].ProfileID != c.ids["Ada"] || events[0].Subject != "automation" || events[0].SubjectID != fmt.Sprint(id) {
			t.Fatalf("events %+v", events)
		}
		var context event.AutomationContext
		if err := json.Unmarshal(events[0].Context, &context); err != nil {
			t.Fatal(err)
		}
		runs := c.runs(id)
		if len(runs) != 1 || context.RunID != runs[0].ID || context.Automation != (event.AutomationRef{ID: id, Name: "Hello"}) {
			t.Errorf("context %+v of runs %+v", context, runs)
		}
		if r := runs[0]; r.State != "done" || r.TotalProfiles != 2 || r.Scanned != 2 || r.TotalSelected != 1 || r.Processed != 1 || r.Failed != 0 || r.FinishedAt.IsZero() {
			t.Errorf("run %+v", r)
		}
		c.must(func(t *store.Tenant) error {
			log, err := t.RunLog(events[0].ID)
			if err == nil && !strings.Contains(string(log.Results), fmt.Sprintf(`"trigger_id":%d`, id)) {
				err = fmt.Errorf("the run log is %s", log.Results)
			}
			return err
		})
		c.now = noon.Add(2 * time.Hour)
		c.settle()
		if n := len(c.runs(id)); n != 1 {
			t.Errorf("%d runs on one day", n)
		}
		c.now = noon.Add(25 * time.Hour)
		c.settle()
		if n := len(c.runs(id)); n != 2 {
			t.Errorf("%d runs on two days", n)
		}
	})
}

func TestTriggersAndWebhooksAnswerTheEventsOfAutomations(t *testing.T) {
	eachClub(t, func(t *testing.T, c *club) {
		c.join("Ada", `{}`)
		c.must(func(t *store.Tenant) error {
			in := reaction.NewWebhookInput()
			in.Trigger, in.URL, in.Namespace = "automation.fired", "https://hooks.example.com", "crm"
			_, err := c.Reactions.CreateWebhook(t, in)
			return err
		})
		c.automation(`{"name": "Hello", "query": "all", "schedule": {"at": "2026-03-02 02:00:00"}, "is_active": true}`)
		c.now = noon.AddDate(0, 0, 1)
		c.settle()
		c.must(func(t *store.Tenant) error {
			p, err := t.Deliveries(store.List{})
			if err == nil && p.Total != 1 {
				err = fmt.Errorf("%d deliveries, want 1", p.Total)
			}
			return err
		})
		if n, err := c.Reactions.Step(context.Background()); err != nil || n > 1 { // profile.created
			t.Errorf("%d events were queued: %v", n, err)
		}
	})
}

func TestMissedTimesRunOnceForTheLatest(t *testing.T) {
	eachClub(t, func(t *testing.T, c *club) {
		c.join("Ada", `{"birth_day": 5, "birth_month": 3}`)
		c.join("Bob", `{"birth_day": 6, "birth_month": 3}`)
		id := c.automation(`{"name": "Birthday", "query": "birthday", "arguments": [{"name": "days", "value": 0}],
			"schedule": "30 9 * * *", "is_active": true, ` + greeting + `}`)
		c.now = noon.AddDate(0, 0, 3) // the 5th, at noon
		c.settle()
		runs := c.runs(id)
		if len(runs) != 1 || runs[0].ScheduledAt.String() != "2026-03-04 22:30:00" {
			t.Errorf("runs %+v", runs)
		}
		if got := c.fired(); got != "Ada" {
			t.Errorf("fired for %q", got)
		}
		c.must(func(t *store.Tenant) error {
			row, err := Read(t, id)
			if err == nil && row.NextRunAt.String() != "2026-03-05 22:30:00" {
				err = fmt.Errorf("the next run is at %s", row.NextRunAt)
			}
			return err
		})
	})
}
