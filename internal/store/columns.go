package store

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"

	"github.com/belfryhq/belfry/internal/wire"
)

// The columns below adapt Go values to nullable columns, both for arguments and
// for scanning.

// jsonColumn keeps any Go value as JSON text. NULL leaves the value as it is.
type jsonColumn struct{ v any }

func asJSON(v any) jsonColumn { return jsonColumn{v} }

// Value implements driver.Valuer.
func (c jsonColumn) Value() (driver.Value, error) {
	b, err := wire.Marshal(c.v)
	if err != nil {
		return nil, fmt.Errorf("encode column: %w", err)
	}
	return string(b), nil
}

// Scan implements sql.Scanner.
func (c jsonColumn) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		return nil
	case string:
		return json.Unmarshal([]byte(v), c.v)
	case []byte:
		return json.Unmarshal(v, c.v)
	}
	return fmt.Errorf("scan json: unexpected %T", src)
}

// rawColumn keeps JSON text byte for byte; nil is NULL.
type rawColumn struct{ v *json.RawMessage }

func rawJSON(v *json.RawMessage) rawColumn { return rawColumn{v} }

// Value implements driver.Valuer.
func (c rawColumn) Value() (driver.Value, error) {
	if *c.v == nil {
		return nil, nil
	}
	return string(*c.v), nil
}

// Scan implements sql.Scanner.
func (c rawColumn) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*c.v = nil
	case string:
		*c.v = json.RawMessage(v)
	case []byte:
		*c.v = append(json.RawMessage{}, v...)
	default:
		return fmt.Errorf("scan json: unexpected %T", src)
	}
	return nil
}

// textColumn keeps "" as NULL, so that unique indexes pass over what is not
// given.
type textColumn struct{ s *string }

func text(s *string) textColumn { return textColumn{s} }

// Value implements driver.Valuer.
func (c textColumn) Value() (driver.Value, error) {
	if *c.s == "" {
		return nil, nil
	}
	return *c.s, nil
}

// Scan implements sql.Scanner.
func (c textColumn) Scan(src any) error {
	var n sql.NullString
	if err := n.Scan(src); err != nil {
		return err
	}
	*c.s = n.String
	return nil
}

// idColumn keeps 0 as NULL.
type idColumn struct{ v *int64 }

func nullID(v *int64) idColumn { return idColumn{v} }

// Value implements driver.Valuer.
func (c idColumn) Value() (driver.Value, error) {
	if *c.v == 0 {
		return nil, nil
	}
	return *c.v, nil
}

// Scan implements sql.Scanner.
func (c idColumn) Scan(src any) error {
	var n sql.NullInt64
	if err := n.Scan(src); err != nil {
		return err
	}
	*c.v = n.Int64
	return nil
}

// millisColumn keeps a duration in whole milliseconds.
type millisColumn struct{ d *time.Duration }

func millis(d *time.Duration) millisColumn { return millisColumn{d} }

// Value implements driver.Valuer.
func (c millisColumn) Value() (driver.Value, error) { return c.d.Milliseconds(), nil }

// Scan implements sql.Scanner.
func (c millisColumn) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("scan duration: unexpected %T", src)
	}
	*c.d = time.Duration(n) * time.Millisecond
	return nil
}
