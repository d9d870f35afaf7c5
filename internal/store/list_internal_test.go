package store

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
)

// plan is how SQLite would run a query, a line for each step.
func plan(t *testing.T, query string, args ...any) (lines string) {
	t.Helper()
	db, err := Open(context.Background(), "sqlite://"+filepath.Join(t.TempDir(), "belfry.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	type step struct {
		id, parent, unused int64
		detail             string
	}
	err = db.View(context.Background(), func(tx *Tx) error {
		steps, err := collect(tx, func(s *step) []any { return []any{&s.id, &s.parent, &s.unused, &s.detail} },
			"EXPLAIN QUERY PLAN "+query, args...)
		for _, s := range steps {
			lines += s.detail + "\n"
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// TestAPageIsReadWithoutSortingTheWholeTable guards the indexes of the lists
// that grow for ever.
func TestAPageIsReadWithoutSortingTheWholeTable(t *testing.T) {
	newest := []string{"-id"}
	for name, tc := range map[string]struct {
		list   List
		fields Fields
		from   string
		index  string
	}{
		"events":               {List{Sort: newest}, eventFields, "events", "events_list"},
		"events of a type":     {List{Sort: newest, Filters: []Filter{{Field: "type", Value: "a"}}}, eventFields, "events", "events_type"},
		"transactions":         {List{Sort: newest}, transactionFields, "transactions x", "transactions_list"},
		"profiles":             {List{Sort: newest}, profileFields, "profiles p", "profiles_list"},
		"deliveries":           {List{Sort: newest}, deliveryFields, "deliveries", "deliveries_list"},
		"deliveries of events": {List{Filters: []Filter{{Field: "event_id", Value: "1"}}}, deliveryFields, "deliveries", "deliveries_event"},
		// A query that gives the state as a parameter does not use the index.
		"dead letters": {List{Sort: newest, Filters: []Filter{{Field: "state", Value: "dead"}}}, deliveryFields, "deliveries", "deliveries_dead"},
	} {
		t.Run(name, func(t *testing.T) {
			where, args, err := tc.list.conditions(tc.fields)
			if err != nil {
				t.Fatal(err)
			}
			order, err := tc.list.order(tc.fields)
			if err != nil {
				t.Fatal(err)
			}
			got := plan(t, "SELECT * FROM "+tc.from+" WHERE tenant_id = ?"+where+order+" LIMIT 15", append([]any{1}, args...)...)
			if !strings.Contains(got, tc.index) || strings.Contains(got, "TEMP") {
				t.Errorf("the plan is\n%s", got)
			}
		})
	}
}

func TestOldAnswersAreForgottenWithoutReadingTheOthers(t *testing.T) {
	got := plan(t, forgetAnswers, 1, 1)
	if strings.Contains(got, "autoindex") || strings.Count(got, "idempotency_keys_age") != 2 {
		t.Errorf("the plan is\n%s", got)
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
