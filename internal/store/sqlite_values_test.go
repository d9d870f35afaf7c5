package store

import (
	"database/sql"
	"database/sql/driver"
	"reflect"
	"testing"
)

func TestColumnsFitTheirPlaces(t *testing.T) {
	type word string
	seven := int64(7)
	for _, c := range []struct {
		name            string
		src, dest, want any
	}{
		{"an integer", int64(7), new(int64), int64(7)},
		{"a smaller integer", int64(7), new(int8), int8(7)},
		{"true", int64(1), new(bool), true},
		{"false", int64(0), new(bool), false},
		{"text", "a", new(string), "a"},
		{"text of a named type", "a", new(word), word("a")},
		{"text as bytes", "a", new([]byte), []byte("a")},
		{"a blob", []byte{0, 1}, new([]byte), []byte{0, 1}},
		{"a NULL blob", nil, new([]byte), []byte(nil)},
		{"a pointer", int64(7), new(*int64), &seven},
		{"a NULL pointer", nil, new(*int64), (*int64)(nil)},
		{"a scanner", "a", new(sql.NullString), sql.NullString{String: "a", Valid: true}},
	} {
		if err := assign(c.dest, c.src); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if got := reflect.ValueOf(c.dest).Elem().Interface(); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestColumnsThatDoNotFitAreErrors(t *testing.T) {
	for _, c := range []struct {
		name      string
		src, dest any
	}{
		{"NULL as an integer", nil, new(int64)},
		{"NULL as text", nil, new(string)},
		{"an integer as text", int64(1), new(string)},
		{"text as an integer", "1", new(int64)},
		{"an integer that is too large", int64(300), new(int8)},
		{"an integer as a truth", int64(2), new(bool)},
		{"a blob as text", []byte("a"), new(string)},
	} {
		if err := assign(c.dest, c.src); err == nil {
			t.Errorf("%s: no error", c.name)
		}
	}
}

func TestPlacesAreAsManyAsColumns(t *testing.T) {
	r := &sqliteRows{row: make([]driver.Value, 2)}
	if err := r.Scan(new(int64)); err == nil {
		t.Error("one place took two columns")
	}
}
