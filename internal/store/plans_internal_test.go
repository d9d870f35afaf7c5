package store

import (
	"context"
	"database/sql"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/belfryhq/belfry/internal/scalar"
)

// explainer notes how SQLite runs the statements that it is given.
type explainer struct {
	querier
	steps []string
}

func (e *explainer) explain(ctx context.Context, query string, args []any) error {
	rows, err := e.querier.QueryContext(ctx, "EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int64
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			return err
		}
		e.steps = append(e.steps, detail)
	}
	return rows.Err()
}

func (e *explainer) QueryContext(ctx context.Context, query string, args ...any) (rows, error) {
	if err := e.explain(ctx, query, args); err != nil {
		return nil, err
	}
	return e.querier.QueryContext(ctx, query, args...)
}

func (e *explainer) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := e.explain(ctx, query, args); err != nil {
		return nil, err
	}
	return e.querier.ExecContext(ctx, query, args...)
}

// wholeTable is a step that reads a table, or all that a tenant has in it.
var wholeTable = regexp.MustCompile(`^SCAN [a-z]\w*( |$)|\(tenant_id=\?( AND kind=\?)?\)$`)

// TestWhatIsOfOneProfileIsFoundWithoutReadingTheTenants guards the indexes of
// what a programme reads and moves all the time.
func TestWhatIsOfOneProfileIsFoundWithoutReadingTheTenants(t *testing.T) {
	e, now := openTestEngine(t), scalar.At(time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC))
	of := List{Filters: []Filter{{Field: "profile_id", Value: "p"}}}
	db := &DB{engine: e, now: time.Now}
	if err := db.migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, read := range map[string]func(*Tenant) error{
		"live instances":              func(t *Tenant) error { _, err := t.LiveInstances("p", Point); return err },
		"next expiry":                 func(t *Tenant) error { _, _, err := t.NextExpiry("p", Point); return err },
		"due instances":               func(t *Tenant) error { _, err := t.DueInstance("p", now); return err },
		"next due instance":           func(t *Tenant) error { _, err := t.NextDueInstance("p"); return err },
		"instances of definitions":    func(t *Tenant) error { _, err := t.HasInstances(1); return err },
		"claimed benefits":            func(t *Tenant) error { _, err := t.ClaimedDefinitions("p"); return err },
		"redeemable benefits":         func(t *Tenant) error { _, err := t.RedeemableBenefits("p", nil, List{}); return err },
		"points of a profile":         func(t *Tenant) error { _, err := t.InstancesOf("p", Point, List{}); return err },
		"points of a filter":          func(t *Tenant) error { _, err := t.Instances(Point, of); return err },
		"ledger of a sale":            func(t *Tenant) error { _, err := t.LedgerOfTransaction(1); return err },
		"ledger of an instance":       func(t *Tenant) error { _, err := t.LedgerOfInstance(1); return err },
		"ledger":                      func(t *Tenant) error { _, err := t.Ledger("p", List{}); return err },
		"tier points of a sale":       func(t *Tenant) error { _, err := t.TierPointsOfTransaction(1); return err },
		"tier points of sales":        func(t *Tenant) error { _, err := t.TierPointsOfTransaction(1, 2); return err },
		"tier points of a profile":    func(t *Tenant) error { _, err := t.TierPointsOf("p", List{}); return err },
		"tier points of a filter":     func(t *Tenant) error { _, err := t.TierPoints(of); return err },
		"sum of tier points":          func(t *Tenant) error { _, err := t.SumTierPoints("p", now, now); return err },
		"next tier points":            func(t *Tenant) error { _, _, err := t.NextTierPointRise("p", now, now); return err },
		"first tier points":           func(t *Tenant) error { _, err := t.FirstTierPoint("p", now, now); return err },
		"tier points of a definition": func(t *Tenant) error { _, err := t.HasTierPoints(1); return err },
		"tier changes":                func(t *Tenant) error { _, err := t.TierChanges("p"); return err },
		"redemptions of a profile":    func(t *Tenant) error { _, err := t.ProfileRedemptions("p", List{}); return err },
		"redemptions of a filter":     func(t *Tenant) error { _, err := t.Redemptions(of); return err },
		"returns of a redemption":     func(t *Tenant) error { _, err := t.ReturnsOf(1); return err },
		"returns of redemptions":      func(t *Tenant) error { _, err := t.ReturnsOf(1, 2); return err },
		"claims of a profile":         func(t *Tenant) error { _, err := t.Claims("p", List{}); return err },
		"claims of a receipt":         func(t *Tenant) error { _, err := t.PendingClaims("r"); return err },
		"receipts":                    func(t *Tenant) error { _, err := t.Receipts("r", scalar.NewDate(2026, 7, 1), 1); return err },
		"sale of a receipt":           func(t *Tenant) error { _, err := t.SaleByReceipt("p", "r", 1); return err },
		"returns of a sale":           func(t *Tenant) error { _, err := t.ReturnedBefore("p", &Transaction{}, 1); return err },
		"free code":                   func(t *Tenant) error { _, _, err := t.NextAllocation(1); return err },
		"codes of a pool":             func(t *Tenant) error { _, err := t.AllocationCounts(1); return err },
		"codes of pools":              func(t *Tenant) error { _, err := t.AllocationCounts(1, 2); return err },
		"codes of a filter": func(t *Tenant) error {
			_, err := t.Allocations(List{Filters: []Filter{{Field: "definition_id", Value: "1"}}})
			return err
		},
		"achievements":           func(t *Tenant) error { _, err := t.AchievementsOf("p"); return err },
		"counts":                 func(t *Tenant) error { _, err := t.AchievementCounts("p", 1); return err },
		"sum of counts":          func(t *Tenant) error { _, err := t.SumAchievement("p", 1, now, now); return err },
		"due accounts":           func(t *Tenant) error { _, err := t.ClaimDueAccounts(1, DueAccount{}, now, 1); return err },
		"batch":                  func(t *Tenant) error { _, err := t.ClaimBatch(); return err },
		"items of a batch":       func(t *Tenant) error { _, err := t.NextBatchItems(&Batch{}, 1); return err },
		"instances by ids":       func(t *Tenant) error { _, err := t.InstancesByID(1, 2); return err },
		"redemptions by ids":     func(t *Tenant) error { _, err := t.RedemptionsByID(1, 2); return err },
		"rows of a merge":        func(t *Tenant) error { return t.MoveRows("a", "b") },
		"tier points of a merge": func(t *Tenant) error { return t.MoveTierPoints("a", "b") },
		"counts of a merge":      func(t *Tenant) error { return t.MoveAchievementCounts("a", "b") },
	} {
		t.Run(name, func(t *testing.T) {
			err := e.update(t.Context(), func(q querier) error {
				x := &explainer{querier: q}
				tx := &Tx{db: db, q: x, ctx: t.Context()}
				err := read(tx.As(Actor{TenantID: 1}))
				for _, step := range x.steps {
					if wholeTable.MatchString(step) {
						t.Errorf("the plan is\n%s", strings.Join(x.steps, "\n"))
						break
					}
				}
				if errors.Is(err, ErrNotFound) {
					err = nil
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}
