package store

import (
	"strings"

	"github.com/belfryhq/belfry/internal/scalar"
)

// Selection is a condition on profiles, which pages go through in the order of
// their ids. The zero value is all of them.
type Selection struct {
	where string
	args  []any
}

// Span is a stretch of time, without its end.
type Span struct{ From, Until scalar.Time }

// MonthDay is a day of any year.
type MonthDay struct{ Month, Day int }

// BornOn selects who was born on one of the days.
func BornOn(days ...MonthDay) Selection {
	var s Selection
	for _, d := range days {
		s.or("p.birth_month = ? AND p.birth_day = ?", d.Month, d.Day)
	}
	return s
}

// JoinedIn selects who joined in one of the spans; nobody when there is none.
func JoinedIn(spans ...Span) Selection {
	s := Selection{where: "1 = 0"}
	for _, span := range spans {
		s.or("p.joined_at >= ? AND p.joined_at < ?", span.From, span.Until)
	}
	return s
}

func (s *Selection) or(condition string, args ...any) {
	if s.where != "" {
		s.where += " OR "
	}
	s.where, s.args = s.where+condition, append(s.args, args...)
}

// LatestShop selects whose latest day with a sale that is not void is between
// two days, both of them included.
func LatestShop(from, until scalar.Date) Selection {
	const latest = `(SELECT max(x.shopped_on) FROM transactions x
		WHERE x.tenant_id = p.tenant_id AND x.profile_id = p.id AND NOT x.is_void)`
	return Selection{latest + " BETWEEN ? AND ?", []any{from, until}}
}

// Expiring selects who has something of a kind left that expires in the span.
func Expiring(kind InstanceKind, in Span) Selection {
	return Selection{`EXISTS (SELECT 1 FROM instances i WHERE i.tenant_id = p.tenant_id AND i.profile_id = p.id
		AND i.kind = ? AND i.state <> ? AND i.value_remaining > 0 AND i.expires_at >= ? AND i.expires_at < ?)`,
		[]any{string(kind), string(Closed), in.From, in.Until}}
}

// TierAnniversary selects whose tier has its anniversary in the span.
func TierAnniversary(in Span) Selection {
	return Selection{"c.tier_anniversary_at >= ? AND c.tier_anniversary_at < ?", []any{in.From, in.Until}}
}

// Tagged selects who has a tag.
func Tagged(handle string) Selection {
	return Selection{strings.Replace(tagExists, "%s", "g.handle = ?", 1), []any{handle}}
}

// HavingStatus selects who was given a status, though it may have expired.
func HavingStatus(handle string) Selection {
	return Selection{strings.Replace(statusExists, "%s", "s.handle = ?", 1), []any{handle}}
}

// InTier selects who holds a tier.
func InTier(handle string) Selection { return Selection{tierHandle + " = ?", []any{handle}} }

// SelectedPage is what a look at some profiles has found.
type SelectedPage struct {
	IDs []string
	// Last is the profile up to which was looked, and from which to go on; "" when
	// there are no more.
	Last string
}

// SelectProfiles looks at up to scan profiles after an id and returns up to limit
// of those selected, so that however few are, it ends soon.
func (t *Tenant) SelectProfiles(s Selection, after string, scan, limit int) (p SelectedPage, err error) {
	bound, args := "", []any{t.ID, after}
	last, err := collect(t.Tx, func(id *string) []any { return []any{id} },
		"SELECT id FROM profiles WHERE tenant_id = ? AND id > ? ORDER BY id LIMIT 1 OFFSET ?", t.ID, after, scan-1)
	if err != nil {
		return p, err
	}
	if len(last) > 0 {
		bound, args, p.Last = " AND p.id <= ?", append(args, last[0]), last[0]
	}
	if s.where != "" {
		bound, args = bound+" AND ("+s.where+")", append(args, s.args...)
	}
	p.IDs, err = collect(t.Tx, func(id *string) []any { return []any{id} },
		`SELECT p.id FROM profiles p LEFT JOIN accounts c ON c.profile_id = p.id
		WHERE p.tenant_id = ? AND p.id > ?`+bound+" ORDER BY p.id LIMIT ?", append(args, limit)...)
	if len(p.IDs) == limit {
		p.Last = p.IDs[limit-1]
	}
	return p, err
}

// CountProfiles counts the profiles between two ids, the last one included.
func (t *Tenant) CountProfiles(after, last string) (n int, err error) {
	err = t.get([]any{&n}, "SELECT count(*) FROM profiles WHERE tenant_id = ? AND id > ? AND id <= ?", t.ID, after, last)
	return n, err
}
