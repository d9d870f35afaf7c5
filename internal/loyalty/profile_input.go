package loyalty

import (
	"bytes"
	"encoding/json"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// ProfileInput is what a request says about a profile, with the names of API
// v3.
//
// Tags and statuses replace what the profile has. Identities, addresses, dates
// and custom attributes are added, or change the ones they match; each is taken
// away by a call of its own.
type ProfileInput struct {
	ExternalID     scalar.Text `json:"external_id"`
	ProfileType    scalar.Text `json:"profile_type" doc:"active when not given"`
	Title          scalar.Text `json:"title"`
	FirstName      scalar.Text `json:"first_name"`
	LastName       scalar.Text `json:"last_name"`
	Email          scalar.Text `json:"email"`
	MobilePhone    scalar.Text `json:"mobile_phone" doc:"as E.164, or as dialled in mobile_phone_country"`
	MobileCountry  scalar.Text `json:"mobile_phone_country" doc:"ISO 3166 alpha-2 code or calling code"`
	SecondaryPhone scalar.Text `json:"secondary_phone"`
	Gender         scalar.Text `json:"gender"`
	BirthDay       scalar.Int  `json:"birth_day"`
	BirthMonth     scalar.Int  `json:"birth_month"`
	BirthYear      scalar.Int  `json:"birth_year"`
	Company        scalar.Text `json:"company"`
	Occupation     scalar.Text `json:"occupation"`
	AvatarURL      scalar.Text `json:"avatar_url"`
	Currency       scalar.Text `json:"currency" doc:"ISO 4217 code"`

	JoinedAt            scalar.Time `json:"joined_at" doc:"now when not given"`
	JoinedLocationID    scalar.Int  `json:"joined_location_id"`
	JoinedStaffID       scalar.Int  `json:"joined_staff_id"`
	PreferredLocationID scalar.Int  `json:"preferred_location_id"`
	PreferredStaffID    scalar.Int  `json:"preferred_staff_id"`
	// These name a location in another way than by its id, and win over it.
	JoinedExternalID      scalar.Text `json:"joined_location_external_id"`
	JoinedExternalCode    scalar.Text `json:"joined_location_external_code"`
	PreferredExternalID   scalar.Text `json:"preferred_location_external_id"`
	PreferredExternalCode scalar.Text `json:"preferred_location_external_code"`
	IsPublic              bool        `json:"is_public"`

	Tags             []string               `json:"tags"`
	Statuses         []string               `json:"statuses" doc:"handles"`
	Attributes       AttributesInput        `json:"attributes"`
	CustomAttributes []CustomAttributeInput `json:"custom_attributes"`
	Identities       []IdentityInput        `json:"identities"`
	Addresses        []AddressInput         `json:"addresses"`
}

// AttributesInput is what a request says about attributes. A name of Appearance
// with empty text is taken away.
type AttributesInput struct {
	Comms      event.Comms            `json:"comms"`
	Appearance map[string]scalar.Text `json:"appearance"`
	Dates      []DateInput            `json:"dates"`
}

// UnmarshalJSON reads a request onto the input: what it leaves out stays as it
// is. It also takes comms_attributes and dates_attributes, the older names.
func (in *ProfileInput) UnmarshalJSON(data []byte) error {
	// Decoded elements of lists would keep the fields of those before them.
	in.CustomAttributes, in.Identities, in.Addresses, in.Attributes.Dates = nil, nil, nil, nil
	type plain ProfileInput
	if err := json.Unmarshal(data, (*plain)(in)); err != nil {
		return err
	}
	if !bytes.Contains(data, []byte(`s_attributes"`)) {
		return nil
	}
	// Not embedded in one struct with the others: an error would name a field of
	// the struct and not of the request.
	older := struct {
		Comms *event.Comms `json:"comms_attributes"`
		Dates *[]DateInput `json:"dates_attributes"`
	}{&in.Attributes.Comms, &in.Attributes.Dates}
	return json.Unmarshal(data, &older)
}

// IdentityInput names a profile in another system. ID picks an existing one to
// change; without it, handle and identifier do.
type IdentityInput struct {
	ID         scalar.Int  `json:"id"`
	Handle     scalar.Text `json:"handle" required:"true"`
	Identifier scalar.Text `json:"identifier" required:"true"`
	IsPrimary  *bool       `json:"is_primary" doc:"one identity of a handle is; the first one when not given"`
	IsActive   *bool       `json:"is_active" doc:"true when not given"`
}

// AddressInput is a postal address. ID or external_id picks an existing one to
// change; without them, an address with the same lines is left as it is.
type AddressInput struct {
	ID         scalar.Int  `json:"id"`
	ExternalID scalar.Text `json:"external_id"`
	store.AddressLines
	IsDefault *bool `json:"is_default" doc:"the first address is"`
}

// DateInput is a day that matters to a profile; its handle picks an existing
// one to change.
type DateInput struct {
	Handle            scalar.Text     `json:"handle" required:"true"`
	Name              scalar.Text     `json:"name"`
	Date              scalar.Date     `json:"date" required:"true"`
	IsRecurring       bool            `json:"is_recurring"`
	RecurringSchedule scalar.Text     `json:"recurring_schedule"`
	Relationship      scalar.Text     `json:"relationship"`
	Role              scalar.Text     `json:"role"`
	Description       scalar.Text     `json:"description"`
	Note              scalar.Text     `json:"note"`
	Meta              json.RawMessage `json:"meta"`
}

// CustomAttributeInput is a typed value; namespace and handle pick an existing
// one to change.
type CustomAttributeInput struct {
	Namespace scalar.Text `json:"namespace" required:"true"`
	Handle    scalar.Text `json:"handle" required:"true"`
	// Type is string, integer, float, boolean, json or array.
	Type  scalar.Text     `json:"type" required:"true"`
	Value json.RawMessage `json:"value" required:"true"`
}
