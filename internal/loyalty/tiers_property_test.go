package loyalty_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// tierOracle finds out by definition what became of a member of the club's tier:
// it walks through every moment at which something could have, with every row.
type tierOracle struct {
	rows []oracleRow
	// dues are when pending rows accrue.
	dues    []time.Time
	tier    string
	held    bool // since some moment, so that there is an anniversary
	day     time.Time
	credit  int64
	history []string
	seen    time.Time
}

type oracleRow struct {
	value   int64
	accrued time.Time
}

var oracleSteps = []struct {
	handle        string
	min, maintain int64
}{{"member", 0, 0}, {"silver", 100, 100}, {"gold", 300, 200}, {"platinum", 1000, 1000}}

func stepOf(handle string) (step int) {
	for oracleSteps[step].handle != handle {
		step++
	}
	return step
}

func (o *tierOracle) total(at time.Time) (sum int64) {
	for _, r := range o.rows {
		if !r.accrued.After(at) && at.Sub(r.accrued) < 365*24*time.Hour {
			sum += r.value
		}
	}
	return sum
}

// pass has time pass until a moment.
func (o *tierOracle) pass(until time.Time) {
	for {
		next := until.Add(1)
		for _, due := range o.dues {
			if due.After(o.seen) && due.Before(next) {
				next = due
			}
		}
		if o.held && o.day.Before(next) {
			next = o.day
		}
		if next.After(until) {
			break
		}
		o.look(next)
		o.seen = next
	}
	o.seen = until
}

func (o *tierOracle) look(at time.Time) {
	total, highest := o.total(at), 0
	for i, s := range oracleSteps {
		if i > 0 && total >= s.min {
			highest = i
		}
	}
	now := oracleSteps[stepOf(o.tier)]
	switch {
	case highest > stepOf(o.tier):
		o.hold("achieved", highest, at)
	case !o.held || at.Before(o.day):
	case total+o.credit >= now.maintain:
		o.credit, o.day = 0, yearLater(at)
		o.note("maintained", at)
	default:
		o.hold("lost", highest, at)
	}
}

func (o *tierOracle) hold(change string, step int, at time.Time) {
	o.tier, o.held, o.day = oracleSteps[step].handle, step > 0, yearLater(at)
	o.credit = 0
	if step > 0 {
		o.credit = max(0, o.total(at)-oracleSteps[step].min)
	}
	o.note(change, at)
}

func (o *tierOracle) note(change string, at time.Time) {
	tier := o.tier
	if tier == "member" {
		tier = "floor"
	}
	o.history = append(o.history, fmt.Sprintf("%s %s %s %d", at.Format(scalar.TimeLayout), change, tier, o.total(at)))
}

func (o *tierOracle) assign(handle string, at time.Time) {
	if handle == o.tier {
		if o.held {
			o.day = yearLater(at)
		}
		o.note("assigned", at)
		return
	}
	o.hold("assigned", stepOf(handle), at)
}

// row counts a row. Once a negative one leaves the window, the total is higher.
func (o *tierOracle) row(value int64, accrued time.Time) {
	o.rows = append(o.rows, oracleRow{value, accrued})
	if value < 0 {
		o.dues = append(o.dues, accrued.Add(365*24*time.Hour))
	}
}

func (o *tierOracle) add(value int64, accrued, at time.Time) {
	o.row(value, accrued)
	if accrued.After(at) {
		o.dues = append(o.dues, accrued)
	} else {
		o.look(at)
	}
}

// yearLater is the end of the same day of the next year, in UTC.
func yearLater(at time.Time) time.Time {
	day := time.Date(at.Year()+1, at.Month(), at.Day(), 23, 59, 59, 0, time.UTC)
	if day.Month() != at.Month() { // from 29 February
		day = day.AddDate(0, 0, -1)
	}
	return day
}

func TestTiersAgreeWithAnOracleAfterAnyHistory(t *testing.T) {
	eachClub(t, func(t *testing.T, c *club) {
		fewerOnPostgres(t, c.db)
		rapid.Check(t, func(rt *rapid.T) {
			err := c.try(func(t *store.Tenant) error {
				h := tierHistory{T: rt, c: c, t: t, at: noon, o: &tierOracle{tier: "member", seen: noon}}
				for range rapid.IntRange(1, 40).Draw(rt, "steps") {
					h.run()
				}
				h.compare()
				return errUndone
			})
			if err != errUndone {
				rt.Fatal(err)
			}
		})
	})
}

// tierHistory does the same to the store and to the oracle.
type tierHistory struct {
	*rapid.T
	c      *club
	t      *store.Tenant
	o      *tierOracle
	at     time.Time
	points []event.TierPoint
}

func (h *tierHistory) run() {
	days := rapid.SampledFrom([]int{0, 0, 1, 30, 90, 364, 365, 366, 800}).Draw(h.T, "days")
	h.at = h.at.AddDate(0, 0, days).Add(time.Duration(rapid.IntRange(0, 3).Draw(h.T, "hours")) * time.Hour)
	h.t.SetNow(scalar.At(h.at))
	// What nobody looks at is not settled, which must make no difference.
	switch rapid.SampledFrom([]string{"add", "add", "add", "reverse", "correct", "assign", "calculate", "wait"}).Draw(h.T, "does") {
	case "add":
		h.add()
	case "reverse":
		h.reverse(false)
	case "correct":
		h.reverse(true)
	case "assign":
		handle := rapid.SampledFrom([]string{"member", "silver", "gold"}).Draw(h.T, "tier")
		h.o.pass(h.at)
		h.o.assign(handle, h.at)
		_, err := loyalty.AssignTier(h.t, h.c.member, loyalty.TierAssignment{Tier: scalar.Text(handle)})
		h.must(err)
	case "calculate":
		h.compare()
	}
}

func (h *tierHistory) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *tierHistory) add() {
	value := rapid.SampledFrom([]int64{-150, -20, 10, 90, 100, 250, 700, 1300}).Draw(h.T, "value")
	accrued := h.at.AddDate(0, 0, rapid.SampledFrom([]int{0, 0, 0, 5, 60, 400, -10, -300, -365}).Draw(h.T, "accrues"))
	h.o.pass(h.at)
	h.o.add(value, accrued, h.at)
	p, err := addTierPoints(h.t, h.c.member, scalar.Amount(value), scalar.At(accrued))
	h.must(err)
	h.points = append(h.points, p)
}

func (h *tierHistory) reverse(correct bool) {
	if len(h.points) == 0 {
		return
	}
	at := rapid.IntRange(0, len(h.points)-1).Draw(h.T, "which")
	p := h.points[at]
	value := int64(p.Value / scalar.One)
	fresh := value + rapid.SampledFrom([]int64{-60, 230}).Draw(h.T, "by")
	if fresh == 0 {
		fresh = 1
	}
	h.points = slices.Delete(h.points, at, at+1)
	h.o.pass(h.at)
	h.o.row(-value, p.AccruedAt.Time)
	if !correct {
		h.o.add(0, p.AccruedAt.Time, h.at)
		h.must(loyalty.DeleteTierPoint(h.t, p.ID))
		return
	}
	h.o.add(fresh, p.AccruedAt.Time, h.at)
	p, err := loyalty.UpdateTierPoint(h.t, p.ID, func(in *loyalty.TierPointInput) error {
		*in.Value = scalar.Amount(fresh) * scalar.One
		return nil
	})
	h.must(err)
	h.points = append(h.points, p)
}

// compare has the store settle what is due and holds it against the oracle.
func (h *tierHistory) compare() {
	h.o.pass(h.at)
	h.o.look(h.at)
	got, err := loyalty.CalculateTier(h.t, h.c.member)
	h.must(err)
	changes, err := h.t.TierChanges(h.c.member)
	h.must(err)
	var history []string
	for _, change := range changes {
		history = append(history, fmt.Sprintf("%s %s %s %s", change.At, change.Change, h.c.handle(change.ToID), change.Total))
	}
	if diff := cmp.Diff(h.o.history, history); diff != "" {
		h.Fatalf("history (-want +got)\n%s", diff)
	}
	if want := scalar.Amount(h.o.total(h.at)) * scalar.One; string(got.CurrentTier.Handle) != h.o.tier || got.TotalPoints12m != want {
		h.Fatalf("holds %s with %s, want %s with %s", got.CurrentTier.Handle, got.TotalPoints12m, h.o.tier, want)
	}
	if h.o.held && (!got.AnniversaryAt.Equal(h.o.day) || got.CurrentCredit != scalar.Amount(h.o.credit)*scalar.One) {
		h.Fatalf("anniversary %s with credit %s, want %s with %d", got.AnniversaryAt, got.CurrentCredit, h.o.day, h.o.credit)
	}
	h.compareDue()
}

// compareDue makes sure that the schedule will come in time.
func (h *tierHistory) compareDue() {
	rec, err := h.t.Profile(h.c.member)
	h.must(err)
	var due time.Time
	dues := slices.Clone(h.o.dues)
	if h.o.held {
		dues = append(dues, h.o.day)
	}
	for _, at := range dues {
		if at.After(h.at) && (due.IsZero() || at.Before(due)) {
			due = at
		}
	}
	if got := rec.Account.DueAt; !due.IsZero() && (got.IsZero() || got.After(due)) {
		h.Fatalf("due at %s, want %s", got, due)
	}
}
