package store

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
)

func openTestEngine(t *testing.T) *sqliteEngine {
	t.Helper()
	e, err := openSQLite(filepath.Join(t.TempDir(), "belfry.db"), Options{MaxReaders: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func pragma(t *testing.T, q querier, name string) string {
	t.Helper()
	rows, err := q.QueryContext(context.Background(), "PRAGMA "+name)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if !rows.Next() {
		t.Fatalf("no %s", name)
	}
	var value sql.NullString // takes numbers too
	if err := rows.Scan(&value); err != nil {
		t.Fatal(err)
	}
	return value.String
}

// TestCommitsAreForcedToDisk guards the settings on which durability rests.
func TestCommitsAreForcedToDisk(t *testing.T) {
	e := openTestEngine(t)
	const full = "2"
	err := e.update(t.Context(), func(q querier) error {
		for name, want := range map[string]string{"journal_mode": "wal", "synchronous": full, "foreign_keys": "1"} {
			if got := pragma(t, q, name); got != want {
				t.Errorf("%s = %s, want %s", name, got, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = e.view(t.Context(), func(q querier) error {
		if got := pragma(t, q, "query_only"); got != "1" {
			t.Errorf("query_only of a reader = %s", got)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestConnectionKeepsABoundedNumberOfStatements(t *testing.T) {
	e := openTestEngine(t)
	err := e.view(t.Context(), func(q querier) error {
		for n := range maxStatements + 50 {
			pragma(t, q, fmt.Sprintf("query_only -- %d", n))
		}
		if kept := len(q.(*sqliteConn).stmts); kept != maxStatements {
			t.Errorf("%d statements are kept, want %d", kept, maxStatements)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestReadersOpenNoMoreConnectionsThanAreUsedAtOnce(t *testing.T) {
	e := openTestEngine(t)
	for range 20 {
		if err := e.view(t.Context(), func(q querier) error { pragma(t, q, "query_only"); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if open := len(e.readers.idle); open != 1 {
		t.Errorf("%d connections are open, want 1", open)
	}
}

// TestWriterRecoversFromAGroupThatCouldNotCommit ends the transaction under the
// writer's feet, as a full disk does.
func TestWriterRecoversFromAGroupThatCouldNotCommit(t *testing.T) {
	e := openTestEngine(t)
	table := func(q querier, statement string) error {
		_, err := q.ExecContext(context.Background(), statement)
		return err
	}
	if err := e.update(t.Context(), func(q querier) error { return table(q, "CREATE TABLE t (n INTEGER)") }); err != nil {
		t.Fatal(err)
	}
	err := e.update(t.Context(), func(q querier) error {
		if err := table(q, "INSERT INTO t VALUES (1)"); err != nil {
			t.Error(err)
		}
		return table(q, "ROLLBACK")
	})
	if err == nil {
		t.Error("an update that did not commit returned no error")
	}
	if err := e.update(t.Context(), func(q querier) error { return table(q, "INSERT INTO t VALUES (2)") }); err != nil {
		t.Errorf("the next update: %v", err)
	}
	err = e.view(t.Context(), func(q querier) error {
		rows, err := q.QueryContext(t.Context(), "SELECT n FROM t")
		if err != nil {
			return err
		}
		defer rows.Close()
		var n int
		if !rows.Next() || rows.Scan(&n) != nil || n != 2 || rows.Next() {
			t.Errorf("the table does not hold 2 alone")
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestNumberedPlaceholders(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"SELECT 1", "SELECT 1"},
		{"SELECT ? WHERE a = ?", "SELECT $1 WHERE a = $2"},
		{"SELECT '?' || ? || 'it''s ?'", "SELECT '?' || $1 || 'it''s ?'"},
		{"x LIKE ? ESCAPE '!'", "x LIKE $1 ESCAPE '!'"},
	} {
		var texts numberedTexts
		for range 2 {
			if got := texts.get(c.in); got != c.want {
				t.Errorf("%s: got %s, want %s", c.in, got, c.want)
			}
		}
	}
}
