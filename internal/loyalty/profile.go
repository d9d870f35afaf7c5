package loyalty

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// CreateProfile stores a new profile; profile.created tells of it. Its email,
// mobile phone, external id and identities must be new to the tenant.
func CreateProfile(t *store.Tenant, in ProfileInput) (event.Profile, error) {
	c, err := createProfile(t, in)
	if err != nil {
		return event.Profile{}, err
	}
	return c.resource(), nil
}

func createProfile(t *store.Tenant, in ProfileInput) (*profileChange, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("make profile id: %w", err)
	}
	c := &profileChange{t: t, isNew: true}
	if c.programme, err = programmeOf(t); err != nil {
		return nil, err
	}
	c.now, c.addresses = t.Now(), []address{}
	c.statuses, c.locations = map[int64]store.Status{}, map[int64]store.Location{}
	c.rec.ID, c.rec.CreatedBy = id.String(), scalar.Text(t.Actor.Namespace)
	if in.nameless() {
		return nil, Invalid("email", "The email field is required when none of mobile phone / first name / last name / external id / identities are present.")
	}
	if err := c.take(in); err != nil {
		return nil, err
	}
	if err := c.save(); err != nil {
		return nil, err
	}
	return c, c.tell(event.ProfileCreated)
}

// nameless reports that nothing says whose profile it is.
func (in *ProfileInput) nameless() bool {
	return in.Email == "" && in.MobilePhone == "" && in.FirstName == "" && in.LastName == "" &&
		in.ExternalID == "" && len(in.Identities) == 0
}

// ReadProfile returns one profile.
func ReadProfile(t *store.Tenant, id string) (event.Profile, error) {
	v, err := readProfile(t, id)
	if err != nil {
		return event.Profile{}, err
	}
	return v.resource(), nil
}

// ProfileContextOf returns a profile as it stands in event contexts.
func ProfileContextOf(t *store.Tenant, id string) (event.ProfileContext, error) {
	v, err := readProfileContext(t, id)
	if err != nil {
		return event.ProfileContext{}, err
	}
	p := v.context()
	p.Aggregations, err = ReadAggregations(t, p.ID)
	return p, err
}

// UpdateProfile has patch overlay the present state, for which json.Unmarshal of
// a request's body does: what it leaves out stays, null clears. profile.updated
// tells of the change, if there was one.
func UpdateProfile(t *store.Tenant, id string, patch func(*ProfileInput) error) (event.Profile, error) {
	c, err := updateProfile(t, id, patch)
	if err != nil {
		return event.Profile{}, err
	}
	return c.resource(), nil
}

func updateProfile(t *store.Tenant, id string, patch func(*ProfileInput) error) (*profileChange, error) {
	return changeProfile(t, id, func(c *profileChange) error {
		in, err := c.input()
		if err != nil {
			return err
		}
		if err := patch(&in); err != nil {
			return err
		}
		return c.take(in)
	})
}

// input returns the present state as a request would give it.
func (c *profileChange) input() (ProfileInput, error) {
	r := &c.rec
	// Decoded apart, since a patch writes through the pointers of comms.
	own, err := decodeAttributes(r.Attributes)
	if err != nil {
		return ProfileInput{}, err
	}
	in := ProfileInput{
		ExternalID: r.ExternalID, ProfileType: r.Type, Title: r.Title, FirstName: r.FirstName, LastName: r.LastName,
		Email: r.Email, MobilePhone: r.MobilePhone, MobileCountry: r.MobilePhoneCountry,
		SecondaryPhone: r.SecondaryPhone, Gender: r.Gender, BirthDay: r.BirthDay, BirthMonth: r.BirthMonth,
		BirthYear: r.BirthYear, Company: r.Company, Occupation: r.Occupation, AvatarURL: r.AvatarURL,
		Currency: r.Currency, JoinedAt: r.JoinedAt, JoinedLocationID: r.JoinedLocationID,
		JoinedStaffID: r.JoinedStaffID, PreferredLocationID: r.PreferredLocationID,
		PreferredStaffID: r.PreferredStaffID, IsPublic: r.IsPublic,
		Tags: append([]string{}, r.Tags...), Statuses: c.activeStatuses(),
	}
	in.Attributes.Comms = own.Comms
	in.Attributes.Appearance = make(map[string]scalar.Text, len(own.Appearance))
	for name, value := range own.Appearance {
		in.Attributes.Appearance[name] = scalar.Text(value)
	}
	return in, nil
}

// ListProfiles returns a page of profiles.
func ListProfiles(t *store.Tenant, l store.List) (store.Page[event.Profile], error) {
	l.Filters = profileFilters(l.Filters)
	p, err := t.Profiles(l)
	if err != nil {
		return store.Page[event.Profile]{}, err
	}
	ids := make([]string, len(p.Items))
	for i, rec := range p.Items {
		ids[i] = rec.ID
	}
	identities, err := t.Identities(ids...)
	if err != nil {
		return store.Page[event.Profile]{}, fmt.Errorf("read identities: %w", err)
	}
	addresses, err := t.Addresses(ids...)
	if err != nil {
		return store.Page[event.Profile]{}, fmt.Errorf("read addresses: %w", err)
	}
	views, err := viewProfiles(t, p.Items, identities)
	if err != nil {
		return store.Page[event.Profile]{}, err
	}
	joinAddresses(views, addresses)
	return pageOf(store.Page[*profileView]{Items: views, Total: p.Total, Offset: p.Offset, Size: p.Size},
		(*profileView).resource), nil
}

func joinAddresses(views []*profileView, rows []store.Address) {
	of := map[string][]store.Address{}
	for _, a := range rows {
		of[string(a.ProfileID)] = append(of[string(a.ProfileID)], a)
	}
	for _, v := range views {
		v.setAddresses(of[v.rec.ID])
		if at := v.addressAt(int64(v.rec.AddressID)); at >= 0 {
			v.rec.Address = v.addresses[at].Address
		}
	}
}

// profileFilters gives the filters the forms in which the values are kept. A
// "+" of a phone number that nobody escaped arrives as a space.
func profileFilters(filters []store.Filter) []store.Filter {
	out := make([]store.Filter, len(filters))
	for i, f := range filters {
		switch f.Field {
		case "id", "email":
			f.Value = strings.ToLower(f.Value)
		case "search":
			if f.Op == "" || f.Op == "eq" {
				f.Op = "like"
			}
		case "mobile_phone", "mobile_phone_e164":
			if strings.HasPrefix(f.Value, " ") {
				f.Value = "+" + f.Value[1:]
			}
			if key, ok := phoneKey(f.Value, ""); ok && key[0] == '+' && (f.Op == "" || f.Op == "eq") {
				f.Field, f.Value = "mobile_phone_e164", key
			}
		case "tags.handle":
			f.Value = strings.Join(strings.Fields(f.Value), "-")
		}
		out[i] = f
	}
	return out
}
