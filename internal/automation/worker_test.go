package automation

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// crowd makes so many profiles, in one transaction.
func (c *club) crowd(n int) {
	c.Helper()
	c.must(func(t *store.Tenant) error {
		for i := range n {
			if _, err := loyalty.CreateProfile(t, loyalty.ProfileInput{FirstName: scalar.Text(fmt.Sprintf("p%04d", i))}); err != nil {
				return err
			}
		}
		return nil
	})
}

// once fails unless there is one event for each of n profiles.
func (c *club) once(n int) {
	c.Helper()
	seen := map[string]int{}
	for _, e := range c.events() {
		seen[e.ProfileID]++
		if seen[e.ProfileID] > 1 {
			c.Errorf("%s was fired for twice", e.ProfileID)
		}
	}
	if len(seen) != n {
		c.Errorf("fired for %d profiles, want %d", len(seen), n)
	}
}

const everybody = `{"name": "Everybody", "query": "all", "schedule": "@daily", ` + greeting + `}`

func TestAPageWhoseCommitFailsIsDoneAgainAndOnce(t *testing.T) {
	eachClub(t, func(t *testing.T, c *club) {
		c.crowd(150)
		id := c.automation(everybody)
		c.start(id, RunInput{})
		died := errors.New("the process died")
		for range 3 { // a page is done, and the next one is lost before it commits
			if _, err := c.Step(context.Background()); err != nil {
				t.Fatal(err)
			}
			err := c.DB.Update(context.Background(), func(tx *store.Tx) error {
				run, err := tx.ClaimAutomationRun()
				if errors.Is(err, store.ErrNotFound) {
					return died
				}
				if err != nil {
					return err
				}
				t := tx.As(run.Actor())
				if err := errors.Join(c.page(context.Background(), t, &run), t.UpdateAutomationRun(&run)); err != nil {
					return err
				}
				return died
			})
			if !errors.Is(err, died) {
				t.Fatal(err)
			}
		}
		c.settle()
		c.once(150)
		if r := c.runs(id)[0]; r.State != "done" || r.Processed != 150 || r.Scanned != 150 {
			t.Errorf("run %+v", r)
		}
	})
}

func TestTwoWorkersDoARunOnce(t *testing.T) {
	eachClub(t, func(t *testing.T, c *club) {
		c.crowd(200)
		id := c.automation(strings.Replace(everybody, `"@daily"`, `"@daily", "is_active": true`, 1))
		c.now = noon.AddDate(0, 0, 1)
		var done sync.WaitGroup
		for range 2 {
			done.Go(func() {
				for idle := 0; idle < 20; {
					some, err := c.Step(context.Background())
					if err != nil {
						t.Error(err)
						return
					}
					if idle++; some {
						idle = 0
					} else {
						time.Sleep(5 * time.Millisecond) // the other one has the run
					}
				}
			})
		}
		done.Wait()
		c.settle()
		c.once(200)
		if runs := c.runs(id); len(runs) != 1 || runs[0].State != "done" || runs[0].Processed != 200 {
			t.Errorf("runs %+v", runs)
		}
	})
}

func TestAPageThatAnotherWorkerHasDoneIsNotTakenBack(t *testing.T) {
	eachClub(t, func(t *testing.T, c *club) {
		ctx := context.Background()
		c.crowd(100)
		id := c.automation(everybody)
		c.start(id, RunInput{})
		postponed := make(chan error, 1)
		err := c.DB.Update(ctx, func(tx *store.Tx) error {
			run, err := tx.ClaimAutomationRun()
			if err != nil {
				return err
			}
			before, t := run, tx.As(run.Actor())
			if err := errors.Join(c.page(ctx, t, &run), t.UpdateAutomationRun(&run)); err != nil {
				return err
			}
			go func() { postponed <- c.postpone(ctx, before) }() // the first one failed at the same page
			select {
			case err = <-postponed:
				postponed <- err
			case <-time.After(200 * time.Millisecond): // it waits for this transaction
			}
			return err
		})
		if err := errors.Join(err, <-postponed); err != nil {
			t.Fatal(err)
		}
		c.now = noon.Add(time.Minute)
		c.settle()
		c.once(100)
		if r := c.runs(id)[0]; r.State != "done" || r.Processed != 100 {
			t.Errorf("run %+v", r)
		}
	})
}

// spoil makes the attributes of a profile unreadable, as a fault would.
func (c *club) spoil(name string) {
	c.Helper()
	c.must(func(t *store.Tenant) error {
		p, err := t.Profile(c.ids[name])
		if err != nil {
			return err
		}
		p.Attributes = []byte("[]")
		return t.UpdateProfile(&p)
	})
}

func TestAProfileThatFailsIsKeptAndHoldsNobodyUp(t *testing.T) {
	eachClub(t, func(t *testing.T, c *club) {
		for _, name := range []string{"Ada", "Bob", "Cyd"} {
			c.join(name, `{}`)
		}
		c.spoil("Bob")
		id := c.automation(everybody)
		c.start(id, RunInput{})
		c.settle()
		if got := c.fired(); got != "Ada Cyd" {
			t.Errorf("fired for %q", got)
		}
		r := c.runs(id)[0]
		if r.State != "done" || r.TotalSelected != 3 || r.Processed != 2 || r.Failed != 1 {
			t.Errorf("run %+v", r)
		}
		if want := (RunFailure{c.ids["Bob"], 0, fault}); len(r.Failures) != 1 || r.Failures[0] != want {
			t.Errorf("failures %+v", r.Failures)
		}
	})
}

func TestAFaultOfEveryProfileDoesNotFloodTheLog(t *testing.T) {
	c := newClub(t, storetest.SQLite)
	var log bytes.Buffer
	c.Logger = slog.New(slog.NewTextHandler(&log, nil))
	c.crowd(maxFailures + 10)
	c.must(func(t *store.Tenant) error {
		all, err := t.SelectProfiles(store.Selection{}, "", 1000, 1000)
		for _, id := range all.IDs {
			p, err := t.Profile(id)
			p.Attributes = []byte("[]")
			if err := errors.Join(err, t.UpdateProfile(&p)); err != nil {
				return err
			}
		}
		return err
	})
	id := c.automation(everybody)
	c.start(id, RunInput{})
	c.settle()
	if r := c.runs(id)[0]; r.State != "done" || r.Failed != maxFailures+10 || len(r.Failures) != maxFailures {
		t.Errorf("run %+v", r.Run)
	}
	if n := strings.Count(log.String(), "\n"); n != maxFailures {
		t.Errorf("%d lines in the log, want %d", n, maxFailures)
	}
}

func TestAConditionThatIsTooMuchWorkIsTheQuerysFault(t *testing.T) {
	c := newClub(t, storetest.SQLite)
	c.join("Ada", `{}`)
	doubling := json.RawMessage(`{"reduce":[[` + strings.Repeat("1,", 99) + `1],{"merge":[{"var":"accumulator"},{"var":"accumulator"}]},[1,2]]}`)
	const want = "arguments: The condition cannot be evaluated: evaluating rule at /reduce/1: the evaluation takes too many steps."
	err := c.do(func(t *store.Tenant) error {
		_, err := Try(t, QuerySampleInput{Query: "condition", Arguments: []QueryArgument{{"condition", doubling}}})
		return err
	})
	var bad *problem.Invalid
	if !errors.As(err, &bad) || bad.Error() != want {
		t.Errorf("the sample: %v", err)
	}
	id := c.automation(`{"name": "Too much", "query": "condition", "arguments": [{"name": "condition", "value": ` + string(doubling) + `}],
		"schedule": "@daily", ` + greeting + `}`)
	c.start(id, RunInput{})
	c.settle()
	if r := c.runs(id)[0]; r.Failed != 1 || len(r.Failures) != 1 || r.Failures[0].Error != want {
		t.Errorf("run %+v", r)
	}
}

func TestAnActionThatIsRefusedIsAFailureOfItsProfile(t *testing.T) {
	c := newClub(t, storetest.SQLite)
	c.join("Ada", `{"tags": ["vip"]}`)
	c.join("Bob", `{}`)
	id := c.automation(`{"name": "n", "query": "all", "schedule": "@daily", "actions": [
		{"name": "filter", "sort_order": 1, "arguments": [{"name": "condition", "value": {"in": ["vip", {"var": "flattened_tags"}]}}]},
		{"name": "redeem.benefit", "sort_order": 2, "arguments": [{"name": "benefit_id", "value": 7}]}]}`)
	c.start(id, RunInput{})
	c.settle()
	r := c.runs(id)[0]
	if r.Processed != 1 || r.Failed != 1 || len(r.Failures) != 1 || r.Failures[0].ProfileID != c.ids["Ada"] ||
		r.Failures[0].EventID == 0 || !strings.Contains(r.Failures[0].Error, "redeem.benefit: There is no benefit 7") {
		t.Errorf("run %+v", r)
	}
}

func TestOneRunIsUnderWayUnlessAnotherIsForced(t *testing.T) {
	eachClub(t, func(t *testing.T, c *club) {
		c.join("Ada", `{"birth_day": 1, "birth_month": 5}`)
		id := c.automation(`{"name": "n", "query": "birthday", "arguments": [{"name": "days", "value": 0}], "schedule": "@daily"}`)
		may := scalar.At(time.Date(2026, 5, 1, 1, 0, 0, 0, time.UTC))
		c.start(id, RunInput{Now: may})
		var conflict *problem.Conflict
		if err := c.do(func(t *store.Tenant) error { _, err := Start(t, id, RunInput{}); return err }); !errors.As(err, &conflict) {
			t.Errorf("a second run: %v", err)
		}
		c.start(id, RunInput{Force: true})
		c.settle()
		runs := c.runs(id)
		if len(runs) != 2 || runs[0].TotalSelected != 1 || runs[0].ScheduledAt != may || runs[1].TotalSelected != 0 {
			t.Errorf("runs %+v", runs)
		}
		far := RunInput{Now: scalar.At(noon.AddDate(11, 0, 0))}
		var invalid *problem.Invalid
		if err := c.do(func(t *store.Tenant) error { _, err := Start(t, id, far); return err }); !errors.As(err, &invalid) {
			t.Errorf("a run of a distant year: %v", err)
		}
		if err := c.do(func(t *store.Tenant) error {
			_, err := Try(t, QuerySampleInput{Query: "all", Now: far.Now})
			return err
		}); !errors.As(err, &invalid) {
			t.Errorf("a sample of a distant year: %v", err)
		}
	})
}

func TestSwitchingAnAutomationOffEndsItsRun(t *testing.T) {
	eachClub(t, func(t *testing.T, c *club) {
		c.crowd(200)
		id := c.automation(strings.Replace(everybody, `"@daily"`, `"@daily", "is_active": true`, 1))
		c.start(id, RunInput{})
		if _, err := c.Step(context.Background()); err != nil {
			t.Fatal(err)
		}
		c.must(func(t *store.Tenant) error {
			row, err := c.Automations.Update(t, id, func(in *Input) error { in.IsActive = false; return nil })
			if err == nil && !row.NextRunAt.IsZero() {
				err = fmt.Errorf("it runs next at %s", row.NextRunAt)
			}
			return err
		})
		c.settle()
		if r := c.runs(id)[0]; r.State != "failed" || r.Error != "The automation was switched off." || r.Processed == 0 || r.Processed == 200 {
			t.Errorf("run %+v", r)
		}
	})
}

func TestARunWhoseQueryIsNotValidAnyMoreFailsWithTheReason(t *testing.T) {
	c := newClub(t, storetest.SQLite)
	c.must(func(t *store.Tenant) error {
		_, err := loyalty.CreateStatus(t, loyalty.StatusInput{Name: "Gold", Handle: "gold"})
		return err
	})
	id := c.automation(`{"name": "n", "query": "status", "arguments": [{"name": "handle", "value": "gold"}], "schedule": "@daily"}`)
	c.must(func(t *store.Tenant) error {
		p, err := t.Statuses(store.List{})
		if err == nil {
			err = loyalty.DeleteStatus(t, p.Items[0].ID)
		}
		return err
	})
	c.start(id, RunInput{})
	c.settle()
	if r := c.runs(id)[0]; r.State != "failed" || !strings.Contains(string(r.Error), `no status "gold"`) {
		t.Errorf("run %+v", r)
	}
}

func TestAnUpdateChangesWhatItSaysAndNoMore(t *testing.T) {
	eachClub(t, func(t *testing.T, c *club) {
		id := c.automation(`{"name": "n", "query": "tag", "arguments": [{"name": "handle", "value": "vip"}],
			"schedule": "30 9 * * *", "is_active": true, ` + greeting + `}`)
		c.now = noon.AddDate(0, 0, 1) // its time came, and nobody has looked yet
		c.must(func(t *store.Tenant) error {
			row, err := c.Automations.Update(t, id, func(in *Input) error { in.Name = "m"; return nil })
			if err == nil && (row.Name != "m" || row.Query != "tag" || len(ArgumentsOf(row)) != 1 || len(row.Actions) != 1 ||
				row.NextRunAt.String() != "2026-03-02 22:30:00") {
				err = fmt.Errorf("automation %+v", row)
			}
			return err
		})
		c.must(func(t *store.Tenant) error {
			row, err := c.Automations.Update(t, id, func(in *Input) error {
				in.Query, in.Schedule = "all", &Schedule{Every: "1d"}
				return nil
			})
			if err == nil && (len(ArgumentsOf(row)) != 0 || row.NextRunAt.String() != "2026-03-04 00:00:00") {
				err = fmt.Errorf("automation %+v", row)
			}
			return err
		})
		c.must(func(t *store.Tenant) error { return c.Automations.Delete(t, id) })
		var gone *problem.NotFound
		if err := c.do(func(t *store.Tenant) error { _, err := Read(t, id); return err }); !errors.As(err, &gone) {
			t.Errorf("after it was deleted: %v", err)
		}
	})
}

func TestADateThatHasPassedCannotBeSwitchedOnAgain(t *testing.T) {
	c := newClub(t, storetest.SQLite)
	id := c.automation(`{"name": "n", "query": "all", "schedule": {"at": "2026-03-02 02:00:00"}, "is_active": true}`)
	c.now = noon.Add(2 * time.Hour)
	c.settle()
	active := func(is bool) error {
		return c.do(func(t *store.Tenant) error {
			row, err := c.Automations.Update(t, id, func(in *Input) error { in.IsActive = is; return nil })
			if err == nil && !row.NextRunAt.IsZero() {
				err = fmt.Errorf("it runs next at %s", row.NextRunAt)
			}
			return err
		})
	}
	if err := errors.Join(active(true), active(false)); err != nil {
		t.Error(err)
	}
	var invalid *problem.Invalid
	if err := active(true); !errors.As(err, &invalid) {
		t.Errorf("switched on again: %v", err)
	}
	if runs := c.runs(id); len(runs) != 1 || runs[0].State != "done" {
		t.Errorf("runs %+v", runs)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	c := newClub(t, storetest.SQLite)
	c.crowd(100)
	id := c.automation(everybody)
	c.Logger = slog.New(slog.DiscardHandler)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); c.Automations.Run(ctx) }()
	c.start(id, RunInput{})
	for deadline := time.Now().Add(20 * time.Second); c.runs(id)[0].State != "done"; {
		if time.Now().After(deadline) {
			t.Fatalf("run %+v", c.runs(id))
		}
		time.Sleep(10 * time.Millisecond)
	}
	cancel()
	<-ended
	c.once(100)
}
