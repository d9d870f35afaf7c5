// Package storetest opens real databases for tests: a SQLite file in a
// temporary folder, and a schema of its own on the PostgreSQL that
// BELFRY_TEST_POSTGRES names.
package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/belfryhq/belfry/internal/store"
)

// PostgresEnv names the variable with the URL of a PostgreSQL server on which
// tests may create schemas. `make test` starts one and sets it.
const PostgresEnv = "BELFRY_TEST_POSTGRES"

// SQLite opens an empty SQLite database that is removed with the test.
func SQLite(t testing.TB, opts store.Options) *store.DB {
	t.Helper()
	file, err := migrated()
	if err != nil {
		t.Fatal(err)
	}
	url := SQLiteURL(t)
	if err := os.WriteFile(strings.TrimPrefix(url, "sqlite://"), file, 0o600); err != nil {
		t.Fatal(err)
	}
	return open(t, url, opts)
}

// migrated returns the file of a database that has its tables. It is made once:
// under the race detector that takes a second.
var migrated = sync.OnceValues(func() (file []byte, err error) {
	dir, err := os.MkdirTemp("", "storetest-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "belfry.db")
	db, err := store.Open(context.Background(), "sqlite://"+path, store.Options{})
	if err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// SQLiteURL names a database file that is removed with the test.
func SQLiteURL(t testing.TB) string {
	return "sqlite://" + filepath.Join(t.TempDir(), "belfry.db")
}

// Each runs test on every engine: SQLite always, PostgreSQL when there is one.
func Each(t *testing.T, opts store.Options, test func(t *testing.T, db *store.DB)) {
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t, opts)) })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t, opts)) })
}

// Postgres opens an empty schema that is dropped with the test. The test is
// skipped where no server is named.
func Postgres(t testing.TB, opts store.Options) *store.DB {
	t.Helper()
	return open(t, PostgresURL(t), opts)
}

// PostgresURL names an empty schema that is dropped with the test. The test is
// skipped where no server is named.
func PostgresURL(t testing.TB) string {
	t.Helper()
	server := os.Getenv(PostgresEnv)
	if server == "" {
		t.Skip(PostgresEnv + " is not set; `make test` starts a server and sets it")
	}
	schema := "test_" + rand.Text()
	admin(t, server, `CREATE SCHEMA "`+schema+`"`)
	t.Cleanup(func() { admin(t, server, `DROP SCHEMA "`+schema+`" CASCADE`) })
	u, err := url.Parse(server)
	if err != nil {
		t.Fatalf("%s: %v", PostgresEnv, err)
	}
	q := u.Query()
	q.Set("search_path", `"`+schema+`"`)
	u.RawQuery = q.Encode()
	return u.String()
}

func open(t testing.TB, url string, opts store.Options) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), url, opts)
	if err != nil {
		t.Fatalf("open database: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close database: %v", err)
		}
	})
	return db
}

func admin(t testing.TB, server, statement string) {
	t.Helper()
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatalf("open postgres: %v", err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}
