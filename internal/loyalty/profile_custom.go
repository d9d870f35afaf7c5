package loyalty

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// setCustom adds a request's custom attributes, or changes those with the same
// namespace and handle.
func (c *profileChange) setCustom(in []CustomAttributeInput) {
	for i, a := range in {
		field := fmt.Sprintf("custom_attributes.%d.", i)
		c.checkCustomName(field+"namespace", &a.Namespace)
		c.checkCustomName(field+"handle", &a.Handle)
		value, err := typedValue(string(a.Type), a.Value)
		if err != nil {
			c.invalid.Add(field+err.field, "%s", err.message)
		}
		c.setCustomAttribute(a, value)
	}
	if len(c.attrs.Custom) > maxCustom {
		c.invalid.Add("custom_attributes", "The custom attributes may not have more than %d items.", maxCustom)
	}
}

// checkCustomName keeps namespace:handle and the paths of API v3 readable.
func (c *profileChange) checkCustomName(field string, v *scalar.Text) {
	checkRequired(&c.invalid, field, v, 191)
	if strings.ContainsFunc(string(*v), func(r rune) bool { return r == ':' || r == '/' || unicode.IsSpace(r) }) {
		c.invalid.Add(field, "The %s may not hold colons, slashes or spaces.", label(field))
	}
}

func (c *profileChange) setCustomAttribute(a CustomAttributeInput, value json.RawMessage) {
	next := event.CustomAttribute{
		Namespace: string(a.Namespace), Handle: string(a.Handle), Type: string(a.Type), Value: value,
		CreatedAt: c.now, UpdatedAt: c.now,
	}
	for i, old := range c.attrs.Custom {
		next.ID = max(next.ID, old.ID)
		if old.Namespace != next.Namespace || old.Handle != next.Handle {
			continue
		}
		if old.Type != next.Type || string(old.Value) != string(next.Value) {
			next.ID, next.CreatedAt = old.ID, old.CreatedAt
			c.attrs.Custom[i] = next
		}
		return
	}
	next.ID++
	c.attrs.Custom = append(c.attrs.Custom, next)
}

// ReadCustomAttribute returns a profile's custom attribute.
func ReadCustomAttribute(t *store.Tenant, profileID, namespace, handle string) (event.CustomAttribute, error) {
	p, err := ReadProfile(t, profileID)
	if err != nil {
		return event.CustomAttribute{}, err
	}
	for _, a := range p.CustomAttributes {
		if a.Namespace == namespace && a.Handle == handle {
			return a, nil
		}
	}
	return event.CustomAttribute{}, noCustomAttribute(namespace, handle)
}

// DeleteCustomAttribute takes a custom attribute away from a profile.
func DeleteCustomAttribute(t *store.Tenant, profileID, namespace, handle string) error {
	_, err := changeProfile(t, profileID, func(c *profileChange) error {
		kept := slices.DeleteFunc(c.attrs.Custom, func(a event.CustomAttribute) bool {
			return a.Namespace == namespace && a.Handle == handle
		})
		if len(kept) == len(c.attrs.Custom) {
			return noCustomAttribute(namespace, handle)
		}
		c.attrs.Custom = kept
		return nil
	})
	return err
}

func noCustomAttribute(namespace, handle string) error {
	return &NotFoundError{Resource: "custom attribute", ID: namespace + ":" + handle}
}

// badValue says whether the type or the value of a custom attribute is wrong.
type badValue struct{ field, message string }

// typedValue returns a value as JSON of its type. Text that reads as a number or
// as a truth value becomes one; null fits every type.
func typedValue(typ string, raw json.RawMessage) (json.RawMessage, *badValue) {
	raw = compactJSON(raw)
	text := string(raw)
	var s string
	quoted := strings.HasPrefix(text, `"`) && json.Unmarshal(raw, &s) == nil
	bare := text
	if quoted {
		bare = strings.TrimSpace(s)
	}
	container := strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[")
	bad := func(want string) (json.RawMessage, *badValue) {
		return nil, &badValue{"value", "The value must be " + want + "."}
	}
	switch typ {
	case "string":
		if container {
			return bad("a string")
		}
		if !quoted && raw != nil {
			return json.RawMessage(strconv.Quote(text)), nil
		}
	case "integer":
		if n, err := strconv.ParseInt(bare, 10, 64); err == nil {
			return strconv.AppendInt(nil, n, 10), nil
		} else if raw != nil {
			return bad("an integer")
		}
	case "float":
		if json.Valid([]byte(bare)) && isNumber(bare) {
			return json.RawMessage(bare), nil
		} else if raw != nil {
			return bad("a number")
		}
	case "boolean":
		switch strings.ToLower(bare) {
		case "true", "1":
			return json.RawMessage("true"), nil
		case "false", "0":
			return json.RawMessage("false"), nil
		}
		if raw != nil {
			return bad("true or false")
		}
	case "array":
		if raw != nil && text[0] != '[' {
			return bad("an array")
		}
	case "json":
	case "":
		return nil, &badValue{"type", "The type field is required."}
	default:
		return nil, &badValue{"type", "The selected type is invalid."}
	}
	return raw, nil
}

func isNumber(s string) bool {
	return s != "" && (s[0] == '-' || s[0] >= '0' && s[0] <= '9')
}
