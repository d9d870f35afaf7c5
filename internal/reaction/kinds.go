package reaction

import (
	"slices"
	"strings"
)

// kind is a type of action: its names, what it takes and what it does.
type kind struct {
	name    string
	aliases []string
	doc     string
	params  []parameter
	// profile says that it acts on a profile, which the argument profile_id or
	// else the event names.
	profile bool
	// needs, unless nil, says what is missing of arguments that are required only
	// together or for some events; "" when nothing is.
	needs func(eventType string, given func(name string) bool) string
	// prepare, unless nil, makes the step. All others run do.
	prepare func(args []bound, a actionRecord) (step, error)
	// do changes the programme. Refusals, which are the errors of package problem,
	// leave nothing of it; every other error is a fault.
	do func(x *execution, in arguments, result *ActionResult) error
}

// kinds lists every type of action, in the order of the documentation.
func kinds() []*kind {
	return []*kind{
		filterKind, sendKind,
		pointsKind, rateKind, tierPointsKind,
		rewardKind, benefitKind, redeemKind,
		tierKind, achievementKind, highestStatusKind,
		addTagKind, removeTagKind, addStatusKind, removeStatusKind, attributeKind,
		eventKind,
	}
}

// kindOf finds a type of action by its name or an alias of it.
func kindOf(name string) *kind {
	name = strings.ToLower(strings.TrimSpace(name))
	for _, k := range kinds() {
		if k.name == name || slices.Contains(k.aliases, name) {
			return k
		}
	}
	return nil
}

// profileParameter is taken by every action that acts on a profile.
var profileParameter = parameter{
	name: "profile_id", form: textForm, doc: "The profile that it is done to: that of the event when not given.",
}

// parameters returns what the action takes.
func (k *kind) parameters() []parameter {
	if !k.profile {
		return k.params
	}
	return append(slices.Clip(k.params), profileParameter)
}

// parameter finds what an argument is for by its name.
func (k *kind) parameter(name string) (parameter, bool) {
	for _, p := range k.parameters() {
		if p.name == name || slices.Contains(p.aliases, name) {
			return p, true
		}
	}
	return parameter{}, false
}

// ActionType is a type of action as the catalogue of actions shows it.
type ActionType struct {
	Type         string      `json:"type"`
	Aliases      []string    `json:"aliases" doc:"Other names that it goes by."`
	Description  string      `json:"description"`
	NeedsProfile bool        `json:"needs_profile" doc:"It is passed over where there is no profile, as for an anonymous sale."`
	Parameters   []Parameter `json:"parameters"`
}

// Parameter is what an action takes.
type Parameter struct {
	Name        string   `json:"name"`
	Aliases     []string `json:"aliases"`
	Type        string   `json:"type" enum:"text,number,integer,time,json,object,list,word,handle,condition"`
	Of          string   `json:"of,omitempty" doc:"What the handle is of, or those of a list."`
	Words       []string `json:"words,omitempty" doc:"The words that it can be."`
	IsRequired  bool     `json:"is_required"`
	Description string   `json:"description"`
}

// ActionTypes returns the catalogue of actions.
func ActionTypes() []ActionType {
	types := make([]ActionType, len(kinds()))
	for i, k := range kinds() {
		types[i] = ActionType{
			Type: k.name, Aliases: append([]string{}, k.aliases...), Description: k.doc, NeedsProfile: k.profile,
			Parameters: []Parameter{},
		}
		for _, p := range k.parameters() {
			types[i].Parameters = append(types[i].Parameters, Parameter{
				Name: p.name, Aliases: append([]string{}, p.aliases...), Type: p.form.name, Of: p.form.of,
				Words: p.form.words, IsRequired: p.required, Description: p.doc,
			})
		}
	}
	return types
}
