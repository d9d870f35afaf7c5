package api

import (
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/belfryhq/belfry/internal/store"
)

const (
	// maxPageSize bounds page[size].
	maxPageSize = 200
	// maxPageNumber keeps offsets within what both databases count.
	maxPageNumber = 1_000_000_000
	// maxConditions bounds the filters and sort fields of one list.
	maxConditions = 50
)

// query is what a list was asked for.
type query struct {
	list store.List
	// rest are the parameters that the links of pages keep.
	rest url.Values
}

// parseList reads page[size] and page[number], or their other names per_page and
// page, limit and offset; sort; and filter[field] or filter[field][op].
func parseList(raw string) (query, error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return query{}, &refusal{status: http.StatusBadRequest, message: "The query string is malformed."}
	}
	q := query{rest: url.Values{}}
	for _, name := range sortedNames(values) {
		for _, value := range values[name] {
			if !plainText(name) || !plainText(value) {
				return q, &refusal{status: http.StatusBadRequest, message: "The query string is not plain text."}
			}
			if err := q.parameter(name, value); err != nil {
				return q, err
			}
		}
	}
	if len(q.list.Filters)+len(q.list.Sort) > maxConditions {
		return q, &store.FieldError{Field: "filter", Message: "holds more than " + strconv.Itoa(maxConditions) + " conditions"}
	}
	return q, nil
}

func sortedNames(values url.Values) []string {
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// parameter reads one parameter. Those that are not known are passed over.
func (q *query) parameter(name, value string) (err error) {
	switch name {
	case "page[size]", "per_page", "limit":
		q.list.Size, err = bounded(name, value, 1, maxPageSize)
		return err
	case "page[number]", "page":
		q.list.Number, err = bounded(name, value, 1, maxPageNumber)
		return err
	case "offset":
		q.list.Offset, err = bounded(name, value, 0, maxPageNumber)
		return err
	case "sort":
		q.list.Sort = append(q.list.Sort, splitList(value)...)
	default:
		if filter, ok := strings.CutPrefix(name, "filter["); ok {
			if err := q.filter(name, filter, value); err != nil {
				return err
			}
		}
	}
	q.rest.Add(name, value)
	return nil
}

// filter reads what follows "filter[": `field]`, `field][op]`, and a list's
// `[]` at the end. A nested field may be written tags.handle or tags][handle.
func (q *query) filter(name, rest, value string) error {
	rest, several := strings.CutSuffix(rest, "[]")
	rest, closed := strings.CutSuffix(rest, "]")
	parts := strings.Split(rest, "][")
	if !closed || slices.ContainsFunc(parts, func(p string) bool { return p == "" || strings.ContainsAny(p, "[]") }) {
		return &store.FieldError{Field: name, Message: "is not a filter: want filter[field] or filter[field][op]"}
	}
	f := store.Filter{Value: value}
	if last := len(parts) - 1; last > 0 && isOperator(parts[last]) {
		f.Op, parts = parts[last], parts[:last]
	}
	f.Field = strings.Join(parts, ".")
	if n := len(q.list.Filters); several && n > 0 && q.list.Filters[n-1].Field == f.Field && q.list.Filters[n-1].Op == f.Op {
		q.list.Filters[n-1].Value += "," + value
		return nil
	}
	q.list.Filters = append(q.list.Filters, f)
	return nil
}

func isOperator(s string) bool {
	switch s {
	case "eq", "ne", "gt", "gte", "lt", "lte", "in", "like", "nullable":
		return true
	}
	return false
}

func splitList(s string) []string {
	var names []string
	for name := range strings.SplitSeq(s, ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

func bounded(name, value string, least, most int) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < least || n > most {
		return 0, &store.FieldError{
			Field:   name,
			Message: "must be a whole number from " + strconv.Itoa(least) + " to " + strconv.Itoa(most),
		}
	}
	return n, nil
}

// slice takes the asked page of rows that are all at hand.
func slice[T any](all []T, l store.List, err error) (store.Page[T], error) {
	size := l.Size
	if size == 0 {
		size = store.DefaultPageSize
	}
	offset := l.Offset
	if offset == 0 && l.Number > 1 {
		offset = (l.Number - 1) * size
	}
	p := store.Page[T]{Total: len(all), Offset: offset, Size: size}
	if offset < len(all) {
		p.Items = all[offset:min(offset+size, len(all))]
	}
	return p, err
}

// mapPage gives each row of a page its form on the wire.
func mapPage[Row, Out any](p store.Page[Row], err error, view func(Row) Out) (store.Page[Out], error) {
	out := store.Page[Out]{Total: p.Total, Offset: p.Offset, Size: p.Size, Items: make([]Out, len(p.Items))}
	for i, row := range p.Items {
		out.Items[i] = view(row)
	}
	return out, err
}
