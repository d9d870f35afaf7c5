package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"reflect"
)

// driverValues converts arguments as database/sql does.
func driverValues(args []any) ([]driver.NamedValue, error) {
	values := make([]driver.NamedValue, len(args))
	for i, arg := range args {
		v, err := driver.DefaultParameterConverter.ConvertValue(arg)
		if err != nil {
			return nil, fmt.Errorf("convert argument %d: %w", i+1, err)
		}
		values[i] = driver.NamedValue{Ordinal: i + 1, Value: v}
	}
	return values, nil
}

// sqliteRows is the result of a query.
type sqliteRows struct {
	ctx    context.Context
	rows   driver.Rows
	row    []driver.Value
	err    error
	closed bool
}

// Next implements rows.
func (r *sqliteRows) Next() bool {
	if r.err == nil {
		r.err = r.ctx.Err()
	}
	if r.err == nil {
		r.err = r.rows.Next(r.row)
	}
	return r.err == nil
}

// Err implements rows.
func (r *sqliteRows) Err() error {
	if errors.Is(r.err, io.EOF) {
		return nil
	}
	return r.err
}

// Scan implements rows.
func (r *sqliteRows) Scan(dest ...any) error {
	if len(dest) != len(r.row) {
		return fmt.Errorf("%d places for %d columns", len(dest), len(r.row))
	}
	for i, v := range r.row {
		if err := assign(dest[i], v); err != nil {
			return fmt.Errorf("column %s: %w", r.rows.Columns()[i], err)
		}
	}
	return nil
}

// Close implements rows.
func (r *sqliteRows) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	return r.rows.Close()
}

// assign stores what SQLite gave, which is nil, int64, string, []byte or float64.
func assign(dest, src any) error {
	switch d := dest.(type) {
	case sql.Scanner:
		return d.Scan(src)
	case *int64:
		if n, ok := src.(int64); ok {
			*d = n
			return nil
		}
	case *string:
		if s, ok := src.(string); ok {
			*d = s
			return nil
		}
	case *[]byte:
		switch v := src.(type) {
		case nil:
			*d = nil
			return nil
		case string:
			*d = []byte(v)
			return nil
		case []byte:
			*d = v // the driver's copy
			return nil
		}
	}
	return assignByKind(reflect.ValueOf(dest).Elem(), src)
}

// assignByKind stores a value in what is rarer: other kinds of integers, named
// types, and pointers, which are nil for NULL.
func assignByKind(dest reflect.Value, src any) error {
	if dest.Kind() == reflect.Pointer {
		if src == nil {
			dest.SetZero()
			return nil
		}
		dest.Set(reflect.New(dest.Type().Elem()))
		return assign(dest.Interface(), src)
	}
	switch v := src.(type) {
	case int64:
		switch {
		case dest.CanInt() && !dest.OverflowInt(v):
			dest.SetInt(v)
			return nil
		case dest.Kind() == reflect.Bool && (v == 0 || v == 1):
			dest.SetBool(v == 1)
			return nil
		}
	case string:
		if dest.Kind() == reflect.String {
			dest.SetString(v)
			return nil
		}
	}
	return fmt.Errorf("%T does not fit %s", src, dest.Type())
}
