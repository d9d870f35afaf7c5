package store

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
)

// TestDeadLettersAreFoundAmongMillionsThatArrived guards the index that finds
// them: a query that gives the state as a parameter does not use it.
func TestDeadLettersAreFoundAmongMillionsThatArrived(t *testing.T) {
	db, err := Open(context.Background(), "sqlite://"+filepath.Join(t.TempDir(), "belfry.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	dead := List{Filters: []Filter{{Field: "state", Value: "dead"}}}
	where, args, err := dead.conditions(deliveryFields)
	if err != nil {
		t.Fatal(err)
	}
	type step struct {
		id, parent, unused int64
		detail             string
	}
	err = db.View(context.Background(), func(tx *Tx) error {
		plan, err := collect(tx, func(s *step) []any { return []any{&s.id, &s.parent, &s.unused, &s.detail} },
			"EXPLAIN QUERY PLAN SELECT id FROM deliveries WHERE tenant_id = 1"+where+" ORDER BY id DESC LIMIT 15", args...)
		if err == nil && (len(plan) != 1 || !strings.Contains(plan[0].detail, "deliveries_dead")) {
			t.Errorf("the plan is %v", plan)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAWordThatAColumnCannotHaveIsRefused(t *testing.T) {
	for _, op := range []string{"", "eq", "ne", "in"} {
		l := List{Filters: []Filter{{Field: "state", Op: op, Value: "dead' OR 'a' = 'a"}}}
		if where, _, err := l.conditions(deliveryFields); err == nil {
			t.Errorf("%q became %s", op, where)
		}
	}
}
