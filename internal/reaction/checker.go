package reaction

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/spelling"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/jsonlogic"
)

// checker checks the actions of one trigger when it is saved, and notes what is
// wrong with them.
type checker struct {
	t   *store.Tenant
	bad *problem.Invalid
	// typ is the type of event that fires the trigger, "" when that is wrong.
	typ event.Type
	// handles are those that there are, by what they are of.
	handles map[string][]string
}

// checkAction notes what is wrong with an action's arguments. prefix stands
// before the names of fields.
func (c *checker) checkAction(k *kind, a store.Action, prefix string) error {
	args, faults := k.bind(a.Arguments)
	for _, b := range args {
		if err := c.checkHandle(b); err != nil {
			var fault *argumentError
			if !errors.As(err, &fault) {
				return err
			}
			faults = append(faults, fault)
		}
		if b.rule != nil {
			faults = append(faults, c.checkPaths(b)...)
		}
	}
	if k.needs != nil {
		given := func(name string) bool { return slices.ContainsFunc(args, func(b bound) bool { return b.name == name }) }
		if missing := k.needs(string(c.typ), given); missing != "" {
			faults = append(faults, &argumentError{at: -1, err: errors.New(missing)})
		}
	}
	if k == sendKind && len(args) == 0 && len(faults) == 0 {
		targets, err := c.t.AllTargets()
		if err != nil {
			return err
		}
		if _, err := prepareSend(nil, actionRecord{a, named(targets)}); err != nil {
			faults = append(faults, &argumentError{at: -1, err: err})
		}
	}
	for _, fault := range faults {
		c.bad.Add(prefix+fault.path(), "%s", problem.Sentence(fault))
	}
	return nil
}

// checkHandle refuses a handle of nothing, with an *argumentError.
func (c *checker) checkHandle(b bound) error {
	if b.form.of == "" || b.rule != nil {
		return nil
	}
	names := arguments{"": b.value}.list("")
	if names == nil {
		names = []string{string(arguments{"": b.value}.text(""))}
	}
	known, err := c.known(b.form.of)
	if err != nil {
		return err
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return &argumentError{b.at, "value", fmt.Errorf("there is no %s %q.%s", b.form.of, name, spelling.Hint(name, known))}
		}
	}
	return nil
}

// known returns the handles of targets, statuses or definitions.
func (c *checker) known(of string) (handles []string, err error) {
	if handles, ok := c.handles[of]; ok {
		return handles, nil
	}
	if c.handles == nil {
		c.handles = map[string][]string{}
	}
	switch of {
	case "target":
		err = c.knowTargets()
	case "status", "status group":
		err = c.knowStatuses()
	default:
		err = c.knowDefinitions()
	}
	return c.handles[of], err
}

func (c *checker) knowTargets() error {
	targets, err := c.t.AllTargets()
	for _, target := range targets {
		c.handles["target"] = append(c.handles["target"], target.Handle)
	}
	return err
}

// maxStatuses is more than any tenant defines.
const maxStatuses = 100_000

func (c *checker) knowStatuses() error {
	statuses, err := c.t.Statuses(store.List{Size: maxStatuses})
	for _, s := range statuses.Items {
		c.handles["status"] = append(c.handles["status"], s.Handle)
		c.handles["status group"] = append(c.handles["status group"], string(s.GroupHandle))
	}
	return err
}

// definitionWords are what handles of definitions are said to be of.
var definitionWords = map[store.DefinitionKind]string{
	store.PointDefinition: "point definition", store.RewardDefinition: "reward definition",
	store.BenefitDefinition: "benefit definition", store.AchievementDefinition: "achievement",
	store.TierDefinition: "tier", store.RateDefinition: "rate",
}

func (c *checker) knowDefinitions() error {
	definitions, err := c.t.AllDefinitions()
	for _, d := range definitions {
		of := definitionWords[d.Kind]
		if d.Kind == store.PointDefinition && ofTierPoints(d) {
			of = "tier point definition"
		}
		c.handles[of] = append(c.handles[of], d.Handle)
	}
	return err
}

// ofTierPoints tells the point definitions that only tier points are given of from
// those that no tier points are.
func ofTierPoints(d store.Definition) bool {
	var point struct{ Kind string }
	return json.Unmarshal(d.Data, &point) == nil && point.Kind == "tier"
}

// checkPaths notes the paths of an argument that the context never has.
func (c *checker) checkPaths(b bound) (faults []*argumentError) {
	for _, err := range strangePaths(c.typ, b.rule) {
		faults = append(faults, &argumentError{b.at, "value", err})
	}
	return faults
}

// strangePaths returns an error for each path of a rule that the context of an
// event never has. A name that the root lacks is looked up in the fallback, as the
// rule itself does.
func strangePaths(typ event.Type, rule *jsonlogic.Rule) (faults []error) {
	shape, ok := event.ShapeOf(typ)
	if !ok {
		return nil
	}
	for _, path := range rule.Paths() {
		first, _, _ := strings.Cut(path, ".")
		if shape.Has(path) || !shape.Has(first) && shape.Has(Fallback) && shape.Has(Fallback+"."+path) {
			continue
		}
		faults = append(faults, fmt.Errorf("the context of %s has no %q.%s", typ, path, pathHint(path, shape.Paths())))
	}
	return faults
}

// pathHint asks whether another path was meant: one that is written alike, or
// else one that ends in the same name.
func pathHint(path string, paths []string) string {
	var all []string
	for _, p := range paths {
		all = append(all, p)
		if short, ok := strings.CutPrefix(p, Fallback+"."); ok {
			all = append(all, short)
		}
	}
	if hint := spelling.Hint(path, all); hint != "" {
		return hint
	}
	name := path[strings.LastIndexByte(path, '.')+1:]
	for _, p := range paths {
		if p[strings.LastIndexByte(p, '.')+1:] == name {
			return fmt.Sprintf(" Did you mean %q?", p)
		}
	}
	return ""
}
