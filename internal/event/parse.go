package event

import (
	"fmt"
	"regexp"

	"github.com/belfryhq/belfry/internal/spelling"
)

// maxType bounds the characters of a type's name.
const maxType = 100

// customForm is the form of types that are not the programme's own: words of
// lower-case letters, digits and underscores, joined by dots or hyphens.
var customForm = regexp.MustCompile(`^[a-z0-9_]+([.-][a-z0-9_]+)+$`)

// NameError says why a name stands for no type of event, in words for whoever
// wrote it.
type NameError struct {
	Reason string
}

func (e *NameError) Error() string { return e.Reason }

func badName(format string, args ...any) error {
	return &NameError{Reason: fmt.Sprintf(format, args...)}
}

// Parse returns the type that a name stands for: one of the catalogue by its
// name or an alias, or a custom one. A name that all but is one of the
// catalogue is taken for a slip. Its error is a *NameError.
func Parse(name string) (Type, error) {
	if t, ok := Canonical(name); ok {
		return t, nil
	}
	if len(name) <= maxType {
		if t, ok := near(name); ok {
			return "", badName("there is no event %q; did you mean %s?", name, t)
		}
		if customForm.MatchString(name) {
			return Type(name), nil
		}
	}
	return "", badName("the event %.120q is not of the catalogue, and the name of a custom one is of words in lower case "+
		"joined by dots or hyphens, such as order.shipped, with at most %d characters", name, maxType)
}

// ParseCustom is Parse for those who make an event themselves: what the
// programme tells of its own state is refused.
func ParseCustom(name string) (Type, error) {
	t, err := Parse(name)
	if err != nil {
		return "", err
	}
	if t == aggregationUpdated || !IsCustom(t) {
		return "", badName("the event %s is the programme's own and comes from what happens in it; a custom event needs another name", t)
	}
	return t, nil
}

// aggregationUpdated is not in the catalogue, yet Omneo's API v3 refuses it for
// custom events like the programme's own.
const aggregationUpdated Type = "aggregation.updated"

// IsCustom reports whether a type is not of the catalogue.
func IsCustom(t Type) bool {
	for _, e := range catalogue {
		if e.Type == t {
			return false
		}
	}
	return true
}

// nearest is how many letters two names may differ by to be taken for one.
const nearest = 2

// near finds the type of the catalogue that the name all but is.
func near(name string) (found Type, ok bool) {
	least := nearest + 1
	for _, e := range catalogue {
		if d := spelling.Distance(name, string(e.Type)); d < least {
			found, least = e.Type, d
		}
	}
	return found, least <= nearest
}
