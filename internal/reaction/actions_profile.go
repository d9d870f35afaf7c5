package reaction

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/scalar"
)

// patchProfile changes the profile; an update that changes nothing tells nothing.
func (x *execution) patchProfile(in arguments, result *ActionResult, patch func(*loyalty.ProfileInput)) error {
	told := len(x.tenant.Told)
	p, err := loyalty.UpdateProfile(x.tenant, string(in.text("profile_id")), func(input *loyalty.ProfileInput) error {
		patch(input)
		return nil
	})
	result.Effect = &Effect{"profile", p.ID}
	if len(x.tenant.Told) == told {
		result.Detail = "Nothing changed."
	}
	return err
}

var (
	tagsParameter   = parameter{name: "tags", aliases: []string{"tag"}, form: listForm, required: true, doc: "One tag or a list of them; spaces inside become hyphens."}
	statusParameter = parameter{
		name: "statuses", aliases: []string{"status", "handle"}, form: form{name: "list", of: "status", read: readList}, required: true,
		doc: "The handle of a status, or a list of them.",
	}
)

var addTagKind = &kind{
	name: "tag.add", aliases: []string{"add tag"},
	doc: "Adds tags to the profile.", profile: true, params: []parameter{tagsParameter},
	do: func(x *execution, in arguments, result *ActionResult) error {
		return x.patchProfile(in, result, func(p *loyalty.ProfileInput) { p.Tags = append(p.Tags, in.list("tags")...) })
	},
}

var removeTagKind = &kind{
	name: "tag.remove", aliases: []string{"remove tag"},
	doc: "Takes tags away from the profile.", profile: true, params: []parameter{tagsParameter},
	do: func(x *execution, in arguments, result *ActionResult) error {
		return x.patchProfile(in, result, func(p *loyalty.ProfileInput) { p.Tags = without(p.Tags, in.list("tags")) })
	},
}

var addStatusKind = &kind{
	name: "status.add", aliases: []string{"add status"},
	doc: "Gives the profile statuses. One that it has keeps its expiry.", profile: true, params: []parameter{statusParameter},
	do: func(x *execution, in arguments, result *ActionResult) error {
		return x.patchProfile(in, result, func(p *loyalty.ProfileInput) { p.Statuses = append(p.Statuses, in.list("statuses")...) })
	},
}

var removeStatusKind = &kind{
	name: "status.remove", aliases: []string{"remove status"},
	doc: "Takes statuses away from the profile.", profile: true, params: []parameter{statusParameter},
	do: func(x *execution, in arguments, result *ActionResult) error {
		return x.patchProfile(in, result, func(p *loyalty.ProfileInput) { p.Statuses = without(p.Statuses, in.list("statuses")) })
	},
}

// without returns the names but some, whose spaces are hyphens as they were kept.
func without(names, some []string) []string {
	kept := make([]string, len(some))
	for i, name := range some {
		kept[i] = strings.Join(strings.Fields(name), "-")
	}
	return slices.DeleteFunc(names, func(name string) bool { return slices.Contains(kept, name) })
}

var (
	namespaceParameter = parameter{name: "namespace", form: textForm, required: true, doc: "The namespace of the custom attribute."}
	attributeParameter = parameter{name: "handle", form: textForm, required: true, doc: "Its handle in the namespace."}
)

var attributeKind = &kind{
	name: "attribute.set", aliases: []string{"set attribute"},
	doc: "Sets a custom attribute of the profile.", profile: true,
	params: []parameter{
		namespaceParameter, attributeParameter,
		{name: "value", form: jsonForm, required: true, doc: "Its value; null empties it."},
		{
			name: "type", form: wordOf("string", "integer", "float", "boolean", "json", "array"),
			doc: "Its type: that of the value when not given.",
		},
	},
	do: func(x *execution, in arguments, result *ActionResult) error {
		typ := string(in.text("type"))
		if typ == "" {
			typ = typeOfValue(in["value"])
		}
		return x.setAttribute(in, result, typ, in["value"])
	},
}

func (x *execution) setAttribute(in arguments, result *ActionResult, typ string, value json.RawMessage) error {
	return x.patchProfile(in, result, func(p *loyalty.ProfileInput) {
		p.CustomAttributes = []loyalty.CustomAttributeInput{{
			Namespace: in.text("namespace"), Handle: in.text("handle"), Type: scalar.Text(typ), Value: value,
		}}
	})
}

// typeOfValue is the type of a custom attribute that a value fits.
func typeOfValue(raw json.RawMessage) string {
	switch {
	case isNull(raw), raw[0] == '"':
		return "string"
	case raw[0] == '[':
		return "array"
	case raw[0] == '{':
		return "json"
	case raw[0] == 't', raw[0] == 'f':
		return "boolean"
	}
	if _, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
		return "integer"
	}
	return "float"
}

var highestStatusKind = &kind{
	name: "update.highest.status.attribute", aliases: []string{"update highest status attribute"},
	doc:     "Writes the handle of the profile's highest status of a group into a custom attribute, unless a higher one stands there.",
	profile: true,
	params: []parameter{
		{name: "group_handle", form: handleOf("status group"), required: true, doc: "The group_handle of the statuses."},
		namespaceParameter, attributeParameter,
		{name: "type", form: wordOf("string", "json"), required: true, doc: "The type of the custom attribute."},
		{name: "direction", form: wordOf("asc", "desc"), doc: "asc when the highest sort_order is the highest status, which is so when not given; desc when the lowest is."},
	},
	do: raiseHighestStatus,
}

func raiseHighestStatus(x *execution, in arguments, result *ActionResult) error {
	p, err := loyalty.ReadProfile(x.tenant, string(in.text("profile_id")))
	if err != nil {
		return err
	}
	group, rank := in.text("group_handle"), func(sortOrder int64) int64 { return sortOrder }
	if in.text("direction") == "desc" {
		rank = func(sortOrder int64) int64 { return -sortOrder }
	}
	var highest *event.ProfileStatus
	for i, s := range p.StatusesOriginal {
		if s.IsActive && s.GroupHandle == group && (highest == nil || rank(s.SortOrder) > rank(highest.SortOrder)) {
			highest = &p.StatusesOriginal[i]
		}
	}
	if highest == nil {
		result.Outcome, result.Detail = skipped, fmt.Sprintf("The profile has no status of the group %s.", group)
		return nil
	}
	stored := storedHandle(p.CustomAttributes, in)
	known, err := x.tenant.StatusesByHandle(stored)
	if err != nil {
		return fmt.Errorf("read statuses: %w", err)
	}
	for _, s := range known {
		if s.GroupHandle == group && rank(s.SortOrder) >= rank(highest.SortOrder) {
			result.Outcome = skipped
			result.Detail = fmt.Sprintf("The attribute holds %s, which is not lower than %s.", stored, highest.Handle)
			return nil
		}
	}
	return x.setAttribute(in, result, string(in.text("type")), json.RawMessage(strconv.Quote(highest.Handle)))
}

// storedHandle is the text that the custom attribute holds.
func storedHandle(attributes []event.CustomAttribute, in arguments) (handle string) {
	for _, a := range attributes {
		if a.Namespace == string(in.text("namespace")) && a.Handle == string(in.text("handle")) {
			_ = json.Unmarshal(a.Value, &handle) // what is no text is no handle
		}
	}
	return handle
}
