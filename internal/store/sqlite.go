package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"
)

// sqliteEngine keeps one connection for writing and a pool of connections for
// reading.
type sqliteEngine struct {
	path string
	// schema is for migrations alone.
	schema  *sql.DB
	readers *readPool
	writer  *groupWriter
}

// openSQLite touches nothing yet: a new file becomes one with a WAL while the
// schema is locked, or else two processes would be in each other's way.
func openSQLite(path string, opts Options) (*sqliteEngine, error) {
	writing, reading := sqliteDSN(path, "-16000"), sqliteDSN(path, "-2000")+"&_pragma=query_only(1)"
	schema, err := sql.Open("sqlite", writing)
	if err != nil {
		return nil, fmt.Errorf("open sqlite: %w", err)
	}
	schema.SetMaxOpenConns(1)
	schema.SetMaxIdleConns(0)
	return &sqliteEngine{
		path:    path,
		schema:  schema,
		readers: newReadPool(reading, opts.MaxReaders),
		writer:  newGroupWriter(writing),
	}, nil
}

// sqliteDSN asks for the settings that make a commit durable before it returns.
func sqliteDSN(path, cacheSize string) string {
	v := url.Values{"_pragma": {
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)",
		"foreign_keys(1)", "temp_store(2)", "cache_size(" + cacheSize + ")",
	}}
	return sqliteURI(path) + "?" + v.Encode()
}

func sqliteURI(path string) string {
	return "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path)
}

func (e *sqliteEngine) dialect() string             { return "sqlite" }
func (e *sqliteEngine) pool() *sql.DB               { return e.schema }
func (e *sqliteEngine) skipLocked(...string) string { return "" }
func (e *sqliteEngine) forUpdate() string           { return "" }

func (e *sqliteEngine) update(ctx context.Context, fn func(querier) error) error {
	return e.writer.do(ctx, fn)
}

func (e *sqliteEngine) view(ctx context.Context, fn func(querier) error) error {
	return e.readers.do(ctx, fn)
}

func (e *sqliteEngine) close() error {
	return errors.Join(e.writer.stop(), e.readers.close(), e.schema.Close())
}

// lockSchema holds the exclusive lock of an empty database beside the real one:
// a process that dies gives it up.
func (e *sqliteEngine) lockSchema(ctx context.Context) (func() error, error) {
	lock, err := sql.Open("sqlite", sqliteURI(e.path+".lock")+"?_pragma=busy_timeout(60000)&_txlock=exclusive")
	if err != nil {
		return nil, err
	}
	tx, err := lock.BeginTx(ctx, nil)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return func() error { return errors.Join(tx.Rollback(), lock.Close()) }, nil
}

func (e *sqliteEngine) classify(err error) error {
	var se *sqlite.Error
	if !errors.As(err, &se) {
		return err
	}
	switch se.Code() {
	case sqlitelib.SQLITE_CONSTRAINT_UNIQUE, sqlitelib.SQLITE_CONSTRAINT_PRIMARYKEY:
		_, columns, _ := strings.Cut(se.Error(), "failed: ")
		columns, _, _ = strings.Cut(columns, " (")
		return &DuplicateError{Constraint: columns}
	case sqlitelib.SQLITE_READONLY:
		return ErrReadOnly
	}
	return err
}
