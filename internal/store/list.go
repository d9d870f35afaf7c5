package store

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/belfryhq/belfry/internal/scalar"
)

// Kind says how a field's filter values are read.
type Kind int

// The kinds of fields that a list can filter by.
const (
	Text Kind = iota
	Int
	Amount
	Time
	Bool
)

// Field is a name of the API that a list can filter and sort by.
type Field struct {
	// Column is the SQL expression behind the name.
	Column string
	Kind   Kind
	// Words, when set, are the values that the column can have. One that is asked
	// for stands in the text of the query, where a partial index can match it.
	Words []string
	// Exists, when set, is a subquery with one %s for the condition on Column:
	// the field is of related rows, and cannot be sorted by.
	Exists string
}

// Fields are the filterable names of one resource.
type Fields map[string]Field

// Filter is one condition of a list: `filter[Field][Op]=Value`.
type Filter struct {
	Field string
	// Op is eq, ne, gt, gte, lt, lte, in, like or nullable; "" means eq.
	Op    string
	Value string
}

// List asks for one page of a resource. The zero value is its first 15 rows in
// the order of their ids.
type List struct {
	Filters []Filter
	// Sort holds field names; a leading "-" turns the order round.
	Sort []string
	// Number is the page, from 1. Offset, when positive, takes its place.
	Number, Offset int
	// Size is the number of rows a page has; 15 when 0.
	Size int
}

// DefaultPageSize is the number of rows of a page that names no size.
const DefaultPageSize = 15

// Page is one page of a resource.
type Page[T any] struct {
	Items []T
	// Total counts the rows of all pages.
	Total int
	// Offset counts the rows before this page, Size is what was asked for.
	Offset, Size int
}

// FieldError says which part of a list's question has no answer.
type FieldError struct {
	Field, Message string
}

func (e *FieldError) Error() string { return e.Field + ": " + e.Message }

func (l List) size() int {
	if l.Size <= 0 {
		return DefaultPageSize
	}
	return l.Size
}

func (l List) offset() int {
	if l.Offset > 0 {
		return l.Offset
	}
	before := max(l.Number-1, 0)
	if before > math.MaxInt/l.size() {
		return math.MaxInt
	}
	return before * l.size()
}

// page runs a list over `FROM from WHERE where`, which must bind the tenant.
func page[T any](tx *Tx, l List, fields Fields, columns, from string, args []any,
	scan func(*T) []any,
) (Page[T], error) {
	p := Page[T]{Offset: l.offset(), Size: l.size()}
	where, more, err := l.conditions(fields)
	if err != nil {
		return p, err
	}
	order, err := l.order(fields)
	if err != nil {
		return p, err
	}
	args = append(args, more...)
	if err := tx.get([]any{&p.Total}, "SELECT count(*) FROM "+from+where, args...); err != nil {
		return p, err
	}
	query := "SELECT " + columns + " FROM " + from + where + order + " LIMIT ? OFFSET ?"
	p.Items, err = collect(tx, scan, query, append(args, p.Size, p.Offset)...)
	return p, err
}

var comparisons = map[string]string{
	"": " = ", "eq": " = ", "ne": " <> ", "gt": " > ", "gte": " >= ", "lt": " < ", "lte": " <= ",
}

func (l List) conditions(fields Fields) (string, []any, error) {
	if len(l.Filters) > maxFilters {
		return "", nil, &FieldError{"filter", fmt.Sprintf("there may be at most %d filters", maxFilters)}
	}
	var b strings.Builder
	var args []any
	for _, f := range l.Filters {
		name := "filter[" + f.Field + "]"
		field, ok := fields[f.Field]
		if !ok {
			return "", nil, &FieldError{name, "is not a filter here; there are " + fields.names()}
		}
		cond, vals, err := field.condition(f)
		if err != nil {
			return "", nil, &FieldError{name, err.Error()}
		}
		if field.Exists != "" {
			cond = fmt.Sprintf(field.Exists, cond)
		}
		b.WriteString(" AND " + cond)
		args = append(args, vals...)
	}
	if len(args) > maxValues {
		return "", nil, &FieldError{"filter", fmt.Sprintf("there may be at most %d values in all", maxValues)}
	}
	return b.String(), args, nil
}

func (f Field) condition(filter Filter) (string, []any, error) {
	switch filter.Op {
	case "in":
		return f.in(strings.Split(filter.Value, ","))
	case "nullable":
		return f.nullable(filter.Value)
	case "like":
		return f.like(filter.Value)
	}
	op, ok := comparisons[filter.Op]
	if !ok {
		return "", nil, fmt.Errorf("unknown operator %q; there are eq, ne, gt, gte, lt, lte, in, like, nullable", filter.Op)
	}
	if f.Kind == Time {
		return f.compareTime(op, filter.Value)
	}
	v, err := f.value(filter.Value)
	if err != nil {
		return "", nil, err
	}
	if len(f.Words) > 0 && op == " = " {
		return f.Column + " = '" + filter.Value + "'", nil, nil
	}
	return f.Column + op + "?", []any{v}, nil
}

func (f Field) nullable(value string) (string, []any, error) {
	switch value {
	case "1", "true":
		return f.Column + " IS NULL", nil, nil
	case "0", "false":
		return f.Column + " IS NOT NULL", nil, nil
	}
	return "", nil, fmt.Errorf("nullable takes 1 or 0, not %q", value)
}

func (f Field) like(s string) (string, []any, error) {
	if f.Kind != Text {
		return "", nil, errors.New("like is for text fields")
	}
	if len(s) > maxLikeSize {
		return "", nil, fmt.Errorf("like takes at most %d bytes", maxLikeSize)
	}
	if _, err := f.value(s); err != nil {
		return "", nil, err
	}
	return "lower(" + f.Column + ") LIKE ? ESCAPE '!'", []any{likePattern(s)}, nil
}

// compareTime compares whole seconds, which are all that a client is shown.
func (f Field) compareTime(op, value string) (string, []any, error) {
	v, err := f.value(value)
	if err != nil {
		return "", nil, err
	}
	second := v.(int64)
	next := second + microsPerSecond
	switch op {
	case " = ":
		return f.Column + " BETWEEN ? AND ?", []any{second, next - 1}, nil
	case " <> ":
		return f.Column + " NOT BETWEEN ? AND ?", []any{second, next - 1}, nil
	case " > ":
		return f.Column + " >= ?", []any{next}, nil
	case " <= ":
		return f.Column + " < ?", []any{next}, nil
	}
	return f.Column + op + "?", []any{second}, nil
}

const microsPerSecond = 1_000_000

// likePattern matches text that contains s, whatever the case of the letters A
// to Z: SQLite knows the case of no others.
func likePattern(s string) string {
	s = strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s) + "%"
}

// The bounds keep a list below the engines' limits on parameters, on the depth
// of an expression and on the length of a pattern.
const (
	maxFilters  = 50
	maxValues   = 10_000
	maxInValues = 500
	maxLikeSize = 1000
)

func (f Field) in(values []string) (string, []any, error) {
	if len(values) > maxInValues {
		return "", nil, fmt.Errorf("in takes at most %d values", maxInValues)
	}
	args := make([]any, len(values))
	column := f.Column
	if f.Kind == Time {
		column = wholeSecond(f.Column)
	}
	for i, s := range values {
		v, err := f.value(s)
		if err != nil {
			return "", nil, err
		}
		args[i] = v
	}
	return column + " IN (" + placeholders(len(values)) + ")", args, nil
}

// wholeSecond is the second that a time's microseconds lie in, before 1970 too.
func wholeSecond(column string) string {
	return "(" + column + " - (" + column + " % 1000000 + 1000000) % 1000000)"
}

// placeholders returns n question marks.
func placeholders(n int) string { return strings.TrimSuffix(strings.Repeat("?,", n), ",") }

func (f Field) value(s string) (any, error) {
	switch f.Kind {
	case Int:
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%q is not a whole number", s)
		}
		return n, nil
	case Amount:
		return scalar.ParseAmount(s)
	case Time:
		t, err := scalar.ParseTime(s)
		return t.Unix() * microsPerSecond, err
	case Bool:
		b, err := strconv.ParseBool(s)
		if err != nil {
			return nil, fmt.Errorf("%q is neither true nor false", s)
		}
		return b, nil
	}
	if len(f.Words) > 0 && !slices.Contains(f.Words, s) {
		return nil, fmt.Errorf("%q is none of %s", s, strings.Join(f.Words, ", "))
	}
	if strings.ContainsRune(s, 0) || !utf8.ValidString(s) {
		return nil, errors.New("must be UTF-8 text without NUL")
	}
	return s, nil
}

func (l List) order(fields Fields) (string, error) {
	var b strings.Builder
	for _, name := range l.Sort {
		direction := " ASC NULLS FIRST"
		if bare, ok := strings.CutPrefix(name, "-"); ok {
			name, direction = bare, " DESC NULLS LAST"
		}
		field, ok := fields[name]
		if !ok || field.Exists != "" {
			return "", &FieldError{"sort", fmt.Sprintf("cannot sort by %q; there are %s", name, fields.names())}
		}
		if name == "id" { // no two rows are equal beyond it
			return " ORDER BY " + b.String() + field.Column + direction, nil
		}
		b.WriteString(field.Column + direction + ", ")
	}
	return " ORDER BY " + b.String() + fields["id"].Column, nil
}

// names lists the fields for an error.
func (fields Fields) names() string {
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	sort.Strings(names)
	return strings.Join(names, ", ")
}
