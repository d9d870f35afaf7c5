package loyalty

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
)

// attributes is the JSON of a profile's attributes column.
type attributes struct {
	Comms      event.Comms             `json:"comms,omitzero"`
	Appearance event.Appearance        `json:"appearance,omitempty"`
	Dates      []event.DateAttribute   `json:"dates,omitempty"`
	Custom     []event.CustomAttribute `json:"custom,omitempty"`
}

func decodeAttributes(column json.RawMessage) (attributes, error) {
	var a attributes
	if column == nil {
		return a, nil
	}
	if err := json.Unmarshal(column, &a); err != nil {
		return a, fmt.Errorf("decode attributes: %w", err)
	}
	return a, nil
}

// encode returns the column, nil when there are no attributes. It leaves out
// what Comms says by default: 50 nulls would be read with every transaction.
func (a attributes) encode() (json.RawMessage, error) {
	comms, err := plainJSON(a.Comms)
	if err != nil {
		return nil, fmt.Errorf("encode comms: %w", err)
	}
	var said map[string]json.RawMessage
	if err := json.Unmarshal(comms, &said); err != nil {
		return nil, fmt.Errorf("encode comms: %w", err)
	}
	for name, value := range said {
		refusal := strings.HasSuffix(name, "_optout") || strings.HasSuffix(name, "_bounced")
		switch string(value) {
		case "null", `"not_sent"`:
			delete(said, name)
		case "false":
			if refusal {
				delete(said, name)
			}
		}
	}
	column, err := plainJSON(struct {
		Comms      map[string]json.RawMessage `json:"comms,omitempty"`
		Appearance event.Appearance           `json:"appearance,omitempty"`
		Dates      []event.DateAttribute      `json:"dates,omitempty"`
		Custom     []event.CustomAttribute    `json:"custom,omitempty"`
	}{said, a.Appearance, a.Dates, a.Custom})
	if err != nil {
		return nil, fmt.Errorf("encode attributes: %w", err)
	}
	if string(column) == "{}" {
		return nil, nil
	}
	return column, nil
}

var verifications = map[event.Verification]bool{
	"": true, "not_sent": true, "sent": true, "delivered": true, "undelivered": true, "failed": true, "verified": true,
}

// setComms takes over what a request says about comms. Consent is dated where
// the request changes it and gives no date.
func (c *profileChange) setComms(in event.Comms) {
	for name, v := range map[string]event.Verification{
		"email": in.EmailVerification, "sms": in.SMSVerification, "push": in.PushVerification,
		"phone": in.PhoneVerification, "post": in.PostVerification,
	} {
		if !verifications[v] {
			c.invalid.Add("attributes.comms."+name+"_verification", "The selected %s verification is invalid.", name)
		}
	}
	checkText(&c.invalid, "attributes.comms.terms_accepted_version", &in.TermsAcceptedVersion, 255)
	before := c.attrs.Comms
	if !sameAnswer(before.EmailPromo, in.EmailPromo) && in.EmailConsentUpdatedAt == before.EmailConsentUpdatedAt {
		in.EmailConsentUpdatedAt = c.now
	}
	if !sameAnswer(before.SMSPromo, in.SMSPromo) && in.SMSConsentUpdatedAt == before.SMSConsentUpdatedAt {
		in.SMSConsentUpdatedAt = c.now
	}
	c.attrs.Comms = in
}

func sameAnswer(a, b *bool) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

const (
	maxAppearance = 200
	maxDates      = 100
	maxCustom     = 500
)

// setAppearance takes over a request's appearance.
func (c *profileChange) setAppearance(in map[string]scalar.Text) {
	next := event.Appearance{}
	for name, value := range in {
		field := "attributes.appearance." + name
		if !isSnakeName(name) {
			c.invalid.Add(field, "An appearance name may only hold lower-case letters, digits and underscores, 64 at most.")
		}
		checkText(&c.invalid, field, &value, 255)
		if value != "" {
			next[name] = string(value)
		}
	}
	if len(next) > maxAppearance {
		c.invalid.Add("attributes.appearance", "The appearance may not have more than %d items.", maxAppearance)
	}
	c.attrs.Appearance = next
}

func isSnakeName(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' {
			return false
		}
	}
	return s != "" && len(s) <= 64
}
