package automation

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/spelling"
	"github.com/belfryhq/belfry/internal/store"
)

// Query is a named selection of profiles as the catalogue shows it.
type Query struct {
	Name        string           `json:"name"`
	Description string           `json:"description"`
	Parameters  []QueryParameter `json:"parameters"`

	build func(m moment, in values) (selection, error)
}

// QueryParameter is what a query takes.
type QueryParameter struct {
	Name        string `json:"name"`
	Type        string `json:"type" enum:"integer,text,boolean,condition"`
	IsRequired  bool   `json:"is_required"`
	Description string `json:"description"`
}

// The types of parameters.
const (
	integer   = "integer"
	text      = "text"
	boolean   = "boolean"
	condition = "condition"
)

// maxAhead bounds the days that queries count.
const maxAhead = 3660

var (
	ahead   = QueryParameter{"days", integer, true, "How many days from the day of the run, which is 0."}
	within  = QueryParameter{"days", integer, true, "Within how many days from the day of the run, which is 0."}
	exactly = QueryParameter{"exactly", boolean, false, "Only on that very day, so that a daily run selects each profile once: false when not given."}
	handle  = QueryParameter{"handle", text, true, "Its handle."}
)

// Queries is the catalogue of selections.
func Queries() []Query {
	return []Query{
		{"all", "Every profile.", []QueryParameter{}, selectAll},
		{"birthday", "Who has the birthday in so many days. Who was born on 29 February has it on the 28th of other years.", []QueryParameter{ahead}, selectBirthday},
		{"joined_anniversary", "Whose joining has its anniversary in so many days.", []QueryParameter{ahead}, selectJoined},
		{"tier_anniversary", "Whose tier has its anniversary in so many days.", []QueryParameter{ahead}, selectTierAnniversary},
		{"lapsed", "Whose latest shop was so many days ago or earlier. Who never shopped is not selected.", []QueryParameter{
			{"days", integer, true, "How many days ago."}, exactly,
		}, selectLapsed},
		{"rewards_expiring", "Who has something left of a reward that expires within so many days.", []QueryParameter{within, exactly}, selectExpiring(store.Reward)},
		{"points_expiring", "Who has something left of points that expire within so many days.", []QueryParameter{within, exactly}, selectExpiring(store.Point)},
		{"benefits_expiring", "Who has a benefit that expires within so many days.", []QueryParameter{within, exactly}, selectExpiring(store.Benefit)},
		{"tag", "Who has a tag.", []QueryParameter{handle}, func(_ moment, in values) (selection, error) {
			return selection{Selection: store.Tagged(in.text("handle"))}, nil
		}},
		{"status", "Who has a status that holds.", []QueryParameter{handle}, selectStatus},
		{"tier", "Who holds a tier.", []QueryParameter{handle}, func(_ moment, in values) (selection, error) {
			return selection{Selection: store.InTier(in.text("handle"))}, nil
		}},
		{"condition", "For whom a condition holds.", []QueryParameter{
			{"condition", condition, true, "JSON Logic on the context of the profile, or the text of it."},
		}, selectCondition},
	}
}

// queryNamed returns a query of the catalogue; false when there is none.
func queryNamed(name string) (Query, bool) {
	all := Queries()
	at := slices.IndexFunc(all, func(q Query) bool { return q.Name == name })
	if at < 0 {
		return Query{}, false
	}
	return all[at], true
}

// QueryArgument is what one parameter of a query is given.
type QueryArgument struct {
	Name  string          `json:"name"`
	Value json.RawMessage `json:"value"`
}

// values are arguments that were checked, in their one form, by name.
type values map[string]json.RawMessage

func (in values) text(name string) (s string) {
	_ = json.Unmarshal(in[name], &s) // it was checked
	return s
}

func (in values) int(name string) (n int) {
	_ = json.Unmarshal(in[name], &n) // it was checked
	return n
}

func (in values) bool(name string) (b bool) {
	_ = json.Unmarshal(in[name], &b) // it was checked
	return b
}

// check reads the arguments of a query and notes what is wrong with them.
func check(t *store.Tenant, bad *problem.Invalid, name string, args []QueryArgument) (q Query, in values, err error) {
	q, ok := queryNamed(name)
	if !ok {
		var names []string
		for _, q := range Queries() {
			names = append(names, q.Name)
		}
		if name == "" {
			bad.Add("query", "The query field is required. There are %s.", strings.Join(names, ", "))
		} else {
			bad.Add("query", "There is no query %q.%s There are %s.", name, spelling.Hint(name, names), strings.Join(names, ", "))
		}
		return q, nil, nil
	}
	in = values{}
	for i, arg := range args {
		at := slices.IndexFunc(q.Parameters, func(p QueryParameter) bool { return p.Name == arg.Name })
		switch {
		case at < 0:
			var names []string
			for _, p := range q.Parameters {
				names = append(names, p.Name)
			}
			bad.Add(fmt.Sprintf("arguments.%d.name", i), "%s has no argument %q.%s", q.Name, arg.Name, spelling.Hint(arg.Name, names))
		case in[arg.Name] != nil:
			bad.Add(fmt.Sprintf("arguments.%d.name", i), "The argument %s is given twice.", arg.Name)
		case len(arg.Value) > 0 && string(arg.Value) != "null":
			value, err := q.Parameters[at].read(arg.Value)
			if err != nil {
				bad.Add(fmt.Sprintf("arguments.%d.value", i), "%s", problem.Sentence(err))
				value = arg.Value
			}
			in[arg.Name] = value
		}
	}
	for _, p := range q.Parameters {
		if p.IsRequired && in[p.Name] == nil {
			bad.Add("arguments", "%s needs the argument %s, of the type %s.", q.Name, p.Name, p.Type)
		}
	}
	if bad.Err() != nil {
		return q, in, nil
	}
	return q, in, checkHandle(t, bad, q.Name, in.text("handle"))
}

// read returns a value in its one form, or says what it must be.
func (p QueryParameter) read(raw json.RawMessage) (json.RawMessage, error) {
	var s string
	quoted := json.Unmarshal(raw, &s) == nil
	switch p.Type {
	case integer:
		n, err := strconv.Atoi(strings.Trim(string(raw), `"`))
		if err != nil || n < 0 || n > maxAhead {
			return nil, fmt.Errorf("the argument %s must be a whole number from 0 to %d", p.Name, maxAhead)
		}
		return strconv.AppendInt(nil, int64(n), 10), nil
	case boolean:
		b, err := strconv.ParseBool(strings.Trim(string(raw), `"`))
		if err != nil {
			return nil, fmt.Errorf("the argument %s must be true or false", p.Name)
		}
		return strconv.AppendBool(nil, b), nil
	case condition:
		if quoted {
			raw = json.RawMessage(s)
		}
		return raw, checkCondition(raw)
	}
	if !quoted || s == "" || len(s) > 255 || strings.ContainsRune(s, 0) {
		return nil, fmt.Errorf("the argument %s must be text of up to 255 characters", p.Name)
	}
	return raw, nil
}

// checkHandle refuses the handle of a status or tier that there is not.
func checkHandle(t *store.Tenant, bad *problem.Invalid, query, name string) error {
	var known []string
	switch query {
	case "status":
		page, err := t.Statuses(store.List{Size: 100_000})
		if err != nil {
			return fmt.Errorf("read statuses: %w", err)
		}
		for _, s := range page.Items {
			known = append(known, s.Handle)
		}
	case "tier":
		all, err := t.AllDefinitions()
		if err != nil {
			return fmt.Errorf("read definitions: %w", err)
		}
		for _, d := range all {
			if d.Kind == store.TierDefinition {
				known = append(known, d.Handle)
			}
		}
	default:
		return nil
	}
	if !slices.Contains(known, name) {
		bad.Add("arguments", "There is no %s %q.%s", query, name, spelling.Hint(name, known))
	}
	return nil
}

// checkCondition refuses a rule that is none, or that reads what profiles have
// not.
func checkCondition(raw json.RawMessage) error {
	if !json.Valid(raw) {
		return fmt.Errorf("the condition is not JSON")
	}
	rule, err := compile(raw)
	if err != nil {
		return err
	}
	shape, _ := event.ShapeOf(event.ProfileUpdated)
	for _, path := range rule.Paths() {
		if !shape.Has(path) {
			return fmt.Errorf("the context of a profile has no %q.%s", path, spelling.Hint(path, shape.Paths()))
		}
	}
	return nil
}
