package store_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// stepping is a clock that moves on by 700 ms with each look at it.
func stepping(from time.Time) func() time.Time {
	n := 0
	return func() time.Time {
		n++
		return from.Add(time.Duration(n) * 700 * time.Millisecond)
	}
}

var listNoon = time.Date(2026, 2, 28, 12, 0, 0, 0, time.UTC)

// eachGuestBook runs test on both engines with a tenant that has five profiles
// and another tenant that has one.
func eachGuestBook(t *testing.T, test func(t *testing.T, list func(store.List) (store.Page[store.Profile], error))) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		actor, other := shop(t, db, "shop"), shop(t, db, "other")
		guest := func(id string, change func(*store.Profile)) {
			update(t, db, func(tx *store.Tx) error {
				p := store.Profile{ID: id, Type: "active"}
				change(&p)
				return tx.As(actor).InsertProfile(&p)
			})
		}
		at := func(after time.Duration) scalar.Time { return scalar.At(listNoon.Add(after)) }
		guest("a", func(p *store.Profile) { p.LastName, p.BirthYear, p.JoinedAt = "Zoë", 1980, at(0) })
		guest("b", func(p *store.Profile) {
			p.LastName, p.BirthYear, p.JoinedAt = "zoË 100%", 1990, at(300*time.Millisecond)
		})
		guest("c", func(p *store.Profile) { p.LastName, p.IsCompleted, p.JoinedAt = "_'); DROP--", true, at(time.Second) })
		guest("d", func(p *store.Profile) {
			p.LastName, p.BirthYear, p.JoinedAt = "!ban?g\\", -5, scalar.At(time.UnixMilli(-500))
		})
		guest("e", func(p *store.Profile) {
			p.BirthYear, p.JoinedAt, p.Tags = 1990, at(-time.Microsecond), []string{"vip", "é"}
		})
		update(t, db, func(tx *store.Tx) error {
			return tx.As(other).InsertProfile(&store.Profile{
				ID: "x", Type: "active", LastName: "Zoë", BirthYear: 1990, JoinedAt: at(0), Tags: []string{"vip"},
			})
		})
		test(t, func(l store.List) (page store.Page[store.Profile], err error) {
			err = db.View(t.Context(), func(tx *store.Tx) (err error) {
				page, err = tx.As(actor).Profiles(l)
				return err
			})
			return page, err
		})
	})
}

func idsOf(page store.Page[store.Profile]) string {
	var b strings.Builder
	for _, p := range page.Items {
		b.WriteString(p.ID)
	}
	return b.String()
}

func TestFiltersOfEveryKindAndOperator(t *testing.T) {
	cases := []struct{ field, op, value, want string }{
		{"last_name", "", "Zoë", "a"},
		{"last_name", "eq", "zoË 100%", "b"},
		{"last_name", "eq", "_'); DROP--", "c"},
		{"last_name", "ne", "Zoë", "bcd"},
		{"last_name", "gt", "Zoë", "bc"},
		{"last_name", "gte", "Zoë", "abc"},
		{"last_name", "lt", "Zoë", "d"},
		{"last_name", "lte", "Zoë", "ad"},
		{"last_name", "in", "Zoë,zoË 100%,", "ab"},
		{"last_name", "like", "ZO", "ab"},
		{"last_name", "like", "zoë", "a"},
		{"last_name", "like", "zoË", "b"},
		{"last_name", "like", "%", "b"},
		{"last_name", "like", "_", "c"},
		{"last_name", "like", "!", "d"},
		{"last_name", "like", "?g\\", "d"},
		{"last_name", "like", "'); DROP", "c"},
		{"last_name", "like", "", "abcd"},
		{"last_name", "nullable", "1", "e"},
		{"last_name", "nullable", "true", "e"},
		{"last_name", "nullable", "0", "abcd"},
		{"last_name", "nullable", "false", "abcd"},
		{"birth_year", "eq", "1990", "be"},
		{"birth_year", "ne", "1990", "ad"},
		{"birth_year", "gt", "1980", "be"},
		{"birth_year", "gte", "1980", "abe"},
		{"birth_year", "lt", "0", "d"},
		{"birth_year", "lte", "-5", "d"},
		{"birth_year", "in", "-5,1980", "ad"},
		{"birth_year", "eq", "9223372036854775807", ""},
		{"birth_year", "gt", "-9223372036854775808", "abde"},
		{"birth_year", "nullable", "1", "c"},
		{"joined_at", "eq", "2026-02-28 12:00:00", "ab"},
		{"joined_at", "eq", "2026-02-28T23:00:00+11:00", "ab"},
		{"joined_at", "ne", "2026-02-28 12:00:00", "cde"},
		{"joined_at", "gt", "2026-02-28 12:00:00", "c"},
		{"joined_at", "gte", "2026-02-28 12:00:00", "abc"},
		{"joined_at", "lt", "2026-02-28 12:00:00", "de"},
		{"joined_at", "lte", "2026-02-28 12:00:00", "abde"},
		{"joined_at", "in", "2026-02-28 12:00:01,2026-02-28 11:59:59", "ce"},
		{"joined_at", "in", "1969-12-31 23:59:59,2026-02-28T12:00:01.9Z", "cd"},
		{"joined_at", "gte", "2026-02-28", "abce"},
		{"joined_at", "gt", "9999-12-31 23:59:59", ""},
		{"joined_at", "lt", "0001-01-01 00:00:01", ""},
		{"joined_at", "nullable", "0", "abcde"},
		{"is_completed", "eq", "true", "c"},
		{"is_completed", "ne", "1", "abde"},
		{"is_completed", "in", "true,false", "abcde"},
		{"point_balance", "eq", "0.00", "abcde"},
		{"point_balance", "gt", "-900000000000", "abcde"},
		{"point_balance", "in", "1.5,2", ""},
		{"tags.handle", "eq", "vip", "e"},
		{"tags.handle", "like", "É", ""},
		{"tags.handle", "in", "vip,é", "e"},
	}
	eachGuestBook(t, func(t *testing.T, list func(store.List) (store.Page[store.Profile], error)) {
		for _, c := range cases {
			t.Run(c.field+" "+c.op+" "+c.value, func(t *testing.T) {
				page, err := list(store.List{Filters: []store.Filter{{Field: c.field, Op: c.op, Value: c.value}}})
				if err != nil {
					t.Fatal(err)
				}
				if got := idsOf(page); got != c.want || page.Total != len(c.want) {
					t.Errorf("got %q of %d, want %q", got, page.Total, c.want)
				}
			})
		}
	})
}

func TestQuestionsWithoutAnAnswerAreFieldErrors(t *testing.T) {
	filter := func(field, op, value string) store.List {
		return store.List{Filters: []store.Filter{{Field: field, Op: op, Value: value}}}
	}
	manyValues := store.List{Filters: make([]store.Filter, 21)}
	for i := range manyValues.Filters {
		manyValues.Filters[i] = store.Filter{Field: "last_name", Op: "in", Value: strings.Repeat(",", 499)}
	}
	cases := []struct {
		name, field string
		list        store.List
	}{
		{"unknown field", "filter[nope]", filter("nope", "", "1")},
		{"field that is SQL", "filter[id; DROP TABLE profiles]", filter("id; DROP TABLE profiles", "", "1")},
		{"unknown operator", "filter[id]", filter("id", "=", "1")},
		{"text for a number", "filter[birth_year]", filter("birth_year", "", "x")},
		{"number beyond an int64", "filter[birth_year]", filter("birth_year", "", "9223372036854775808")},
		{"nothing for a number", "filter[birth_year]", filter("birth_year", "in", "")},
		{"no time", "filter[joined_at]", filter("joined_at", "gt", "yesterday")},
		{"no time in a list", "filter[joined_at]", filter("joined_at", "in", "2026-01-01,x")},
		{"no boolean", "filter[is_completed]", filter("is_completed", "", "yes please")},
		{"no amount", "filter[point_balance]", filter("point_balance", "gt", "NaN")},
		{"amount out of range", "filter[point_balance]", filter("point_balance", "gt", "1e300")},
		{"nullable that is neither", "filter[last_name]", filter("last_name", "nullable", "abc")},
		{"nullable without a value", "filter[last_name]", filter("last_name", "nullable", "")},
		{"like of a number", "filter[birth_year]", filter("birth_year", "like", "19")},
		{"like of a time", "filter[joined_at]", filter("joined_at", "like", "2026")},
		{"NUL", "filter[last_name]", filter("last_name", "", "a\x00b")},
		{"NUL in like", "filter[last_name]", filter("last_name", "like", "a\x00b")},
		{"NUL in a list", "filter[last_name]", filter("last_name", "in", "a,\x00")},
		{"invalid UTF-8", "filter[last_name]", filter("last_name", "", "\xff\xfe")},
		{"invalid UTF-8 in like", "filter[last_name]", filter("last_name", "like", "\xc3")},
		{"too many values", "filter[last_name]", filter("last_name", "in", strings.Repeat(",", 500))},
		{"too long a pattern", "filter[last_name]", filter("last_name", "like", strings.Repeat("%", 1001))},
		{"too many filters", "filter", store.List{Filters: make([]store.Filter, 51)}},
		{"too many values in all", "filter", manyValues},
		{"unknown sort", "sort", store.List{Sort: []string{"nope"}}},
		{"sort that is SQL", "sort", store.List{Sort: []string{"id DESC; DROP TABLE profiles"}}},
		{"sort by related rows", "sort", store.List{Sort: []string{"tags.handle"}}},
		{"empty sort", "sort", store.List{Sort: []string{""}}},
	}
	eachGuestBook(t, func(t *testing.T, list func(store.List) (store.Page[store.Profile], error)) {
		for _, c := range cases {
			_, err := list(c.list)
			var bad *store.FieldError
			if !errors.As(err, &bad) || bad.Field != c.field {
				t.Errorf("%s: error = %v, want a FieldError of %s", c.name, err, c.field)
			}
		}
	})
}

func TestTheLargestQuestionsAreAnswered(t *testing.T) {
	times := strings.TrimSuffix(strings.Repeat("2026-02-28 12:00:00,", 490), ",")
	var l store.List
	for n := range 50 {
		f := store.Filter{Field: "joined_at", Op: "in", Value: times}
		if n >= 20 {
			f = store.Filter{Field: "joined_at", Value: "2026-02-28 12:00:00"}
		}
		l.Filters = append(l.Filters, f)
	}
	for range 100 {
		l.Sort = append(l.Sort, "-last_name")
	}
	eachGuestBook(t, func(t *testing.T, list func(store.List) (store.Page[store.Profile], error)) {
		page, err := list(l)
		if err != nil || idsOf(page) != "ba" {
			t.Errorf("got %q, %v; want ba", idsOf(page), err)
		}
		page, err = list(store.List{Filters: []store.Filter{
			{Field: "last_name", Op: "like", Value: strings.Repeat("%", 1000)},
		}})
		if err != nil || page.Total != 0 {
			t.Errorf("long pattern: %d, %v", page.Total, err)
		}
	})
}

func TestSorting(t *testing.T) {
	cases := []struct{ name, sort, want string }{
		{"by id unless asked otherwise", "", "abcde"},
		{"turned round", "-id", "edcba"},
		{"text by its code points, none first", "last_name", "edacb"},
		{"none last when turned round", "-last_name", "bcade"},
		{"numbers, none first", "birth_year", "cdabe"},
		{"times turned round", "-joined_at", "cbaed"},
		{"booleans, then ids", "-is_completed", "cabde"},
		{"by two fields", "-birth_year,-id", "ebadc"},
	}
	eachGuestBook(t, func(t *testing.T, list func(store.List) (store.Page[store.Profile], error)) {
		for _, c := range cases {
			page, err := list(store.List{Sort: strings.FieldsFunc(c.sort, func(r rune) bool { return r == ',' })})
			if err != nil || idsOf(page) != c.want {
				t.Errorf("%s: got %q, %v; want %q", c.name, idsOf(page), err, c.want)
			}
		}
	})
}

func TestPaging(t *testing.T) {
	cases := []struct {
		name                string
		number, offset, len int
		want                string
	}{
		{"first page", 1, 0, 2, "ab"},
		{"second page", 2, 0, 2, "cd"},
		{"last page", 3, 0, 2, "e"},
		{"beyond the last", 4, 0, 2, ""},
		{"no number is the first", 0, 0, 2, "ab"},
		{"a negative number is the first", -7, 0, 2, "ab"},
		{"an offset takes the number's place", 3, 1, 2, "bc"},
		{"no size is fifteen", 1, 0, 0, "abcde"},
		{"a negative size is fifteen", 1, 0, -1, "abcde"},
		{"the largest size", 1, 0, math.MaxInt, "abcde"},
		{"the largest number", math.MaxInt, 0, 100, ""},
		{"the largest offset and size", 1, math.MaxInt, math.MaxInt, ""},
	}
	eachGuestBook(t, func(t *testing.T, list func(store.List) (store.Page[store.Profile], error)) {
		for _, c := range cases {
			page, err := list(store.List{Number: c.number, Offset: c.offset, Size: c.len})
			if err != nil || idsOf(page) != c.want || page.Total != 5 {
				t.Errorf("%s: got %q of %d, %v; want %q of 5", c.name, idsOf(page), page.Total, err, c.want)
			}
		}
	})
}

func TestARowMatchesTheTimeItShows(t *testing.T) {
	storetest.Each(t, store.Options{Now: stepping(listNoon)}, func(t *testing.T, db *store.DB) {
		actor := shop(t, db, "shop")
		update(t, db, func(tx *store.Tx) error { return addTarget(tx, actor, "a") })
		view(t, db, func(tx *store.Tx) error {
			all, err := tx.As(actor).AllTargets()
			if err != nil {
				return err
			}
			page, err := tx.As(actor).Targets(store.List{Filters: []store.Filter{
				{Field: "created_at", Value: all[0].CreatedAt.String()},
			}})
			if page.Total != 1 {
				t.Errorf("%d targets match created_at %s, want 1", page.Total, all[0].CreatedAt)
			}
			return err
		})
	})
}
