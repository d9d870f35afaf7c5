package store_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// columns opens the database of a URL, which makes its tables, and reads a line
// for each column from what the engine knows of them.
func columns(t *testing.T, driver, url, source, query string) (lines []string) {
	t.Helper()
	db, err := store.Open(context.Background(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	rows, err := raw.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}

// TestBothEnginesHaveTheSameColumns compares names, types, and what may be NULL.
// Text of PostgreSQL must compare by its bytes, as SQLite's does.
func TestBothEnginesHaveTheSameColumns(t *testing.T) {
	postgres := storetest.PostgresURL(t)
	got := columns(t, "pgx", postgres, postgres, `
		SELECT table_name || '.' || column_name || ' ' || CASE data_type
			WHEN 'bigint' THEN 'INTEGER' WHEN 'text' THEN 'TEXT ' || coalesce(collation_name, 'of any locale')
			WHEN 'bytea' THEN 'BLOB' ELSE upper(data_type) END
			|| CASE is_nullable WHEN 'YES' THEN '' ELSE ' NOT NULL' END
		FROM information_schema.columns
		WHERE table_schema = current_schema() AND table_name <> 'goose_db_version'
		ORDER BY table_name COLLATE "C", column_name COLLATE "C"`)
	sqlite := storetest.SQLiteURL(t)
	want := columns(t, "sqlite", sqlite, strings.TrimPrefix(sqlite, "sqlite://"), `
		SELECT t.name || '.' || c.name || ' ' || c.type || iif(c.type = 'TEXT', ' C', '')
			|| iif(c."notnull" OR c.pk, ' NOT NULL', '')
		FROM sqlite_master t JOIN pragma_table_info(t.name) c
		WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name <> 'goose_db_version'
		ORDER BY t.name, c.name`)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("columns (-sqlite +postgres):\n%s", diff)
	}
}
