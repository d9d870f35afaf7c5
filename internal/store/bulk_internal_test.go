package store

import (
	"context"
	"database/sql"
	"testing"
	"time"
)

// counter counts the statements that change something.
type counter struct {
	querier
	statements int
}

func (c *counter) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	c.statements++
	return c.querier.ExecContext(ctx, query, args...)
}

func (c *counter) InsertContext(ctx context.Context, query string, args ...any) ([]int64, error) {
	c.statements++
	return c.querier.InsertContext(ctx, query, args...)
}

// TestManyRowsTakeFewStatements guards merges and settlements of profiles with
// much: of 10,000 rows in statements of 16, SQLite took most of 14 seconds to end
// each of them.
func TestManyRowsTakeFewStatements(t *testing.T) {
	const many = 2000
	e := openTestEngine(t)
	db := &DB{engine: e, now: time.Now}
	if err := db.migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	rows, events := make([]LedgerRow, many), make([]*Event, many)
	for i := range rows {
		rows[i] = LedgerRow{ProfileID: "p", Kind: Point, Entry: Issue, Value: 1}
		events[i] = &Event{Type: "a.b", Subject: "profile", SubjectID: "p", Context: []byte("{}")}
	}
	err := e.update(t.Context(), func(q querier) error {
		c := &counter{querier: q}
		tenant := (&Tx{db: db, q: c, ctx: t.Context()}).As(Actor{TenantID: 1})
		if err := tenant.AppendLedger(rows); err != nil {
			return err
		}
		if c.statements > 20 {
			t.Errorf("the ledger took %d statements", c.statements)
		}
		c.statements = 0
		if err := tenant.AppendEvents(events...); err != nil {
			return err
		}
		if c.statements > 80 {
			t.Errorf("the events took %d statements", c.statements)
		}
		sums, err := tenant.SumLedger("p")
		if err == nil && sums.Point != many {
			t.Errorf("the ledger sums up to %s", sums.Point)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
