package loyalty

import (
	"fmt"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// profileView is a profile with all that its resource shows.
type profileView struct {
	rec        store.Profile
	programme  *programme
	attrs      attributes
	identities []identity
	// addresses is nil where only the default address is wanted.
	addresses []address
	// statuses are the definitions of the statuses that rec has.
	statuses map[int64]store.Status
	// locations are those that rec names, as far as they exist.
	locations map[int64]store.Location
	now       scalar.Time
	// today is the tenant's day, 0 when no birthday needs it.
	today scalar.Date
}

// readProfile reads a profile with its identities and all its addresses.
func readProfile(t *store.Tenant, id string) (*profileView, error) {
	v, err := readProfileContext(t, id)
	if err != nil {
		return nil, err
	}
	rows, err := t.Addresses(v.rec.ID)
	if err != nil {
		return nil, fmt.Errorf("read addresses: %w", err)
	}
	v.setAddresses(rows)
	return v, nil
}

// readProfileContext reads a profile as event contexts show it, with only its
// default address.
func readProfileContext(t *store.Tenant, id string) (*profileView, error) {
	rec, err := t.Profile(strings.ToLower(id))
	if err != nil {
		return nil, missing(err, "profile", id)
	}
	identities, err := t.Identities(rec.ID)
	if err != nil {
		return nil, fmt.Errorf("read identities: %w", err)
	}
	views, err := viewProfiles(t, []store.Profile{rec}, identities)
	if err != nil {
		return nil, err
	}
	return views[0], nil
}

// viewProfiles joins profiles with their identities and their statuses.
func viewProfiles(t *store.Tenant, recs []store.Profile, identities []store.Identity) ([]*profileView, error) {
	statuses, err := statusesOf(t, recs)
	if err != nil {
		return nil, err
	}
	locations, err := locationsOf(t, recs)
	if err != nil {
		return nil, err
	}
	programme, err := programmeOf(t)
	if err != nil {
		return nil, err
	}
	views := make([]*profileView, len(recs))
	byID := make(map[string]*profileView, len(recs))
	for i, rec := range recs {
		v := &profileView{rec: rec, programme: programme, statuses: statuses, locations: locations, now: t.Now()}
		if v.attrs, err = decodeAttributes(rec.Attributes); err != nil {
			return nil, fmt.Errorf("profile %s: %w", rec.ID, err)
		}
		if err := v.dateBirthday(t); err != nil {
			return nil, err
		}
		views[i], byID[rec.ID] = v, v
	}
	for _, i := range identities {
		v := byID[i.ProfileID]
		v.identities = append(v.identities, identity{Identity: i})
	}
	return views, nil
}

func statusesOf(t *store.Tenant, recs []store.Profile) (map[int64]store.Status, error) {
	statuses := map[int64]store.Status{}
	var ids []int64
	for _, rec := range recs {
		for _, s := range rec.Statuses {
			if _, ok := statuses[s.StatusID]; !ok {
				statuses[s.StatusID] = store.Status{}
				ids = append(ids, s.StatusID)
			}
		}
	}
	clear(statuses)
	rows, err := t.StatusesByID(ids...)
	if err != nil {
		return nil, fmt.Errorf("read statuses: %w", err)
	}
	for _, s := range rows {
		statuses[s.ID] = s
	}
	return statuses, nil
}

// dateBirthday finds out the tenant's day where a birthday is counted from it.
func (v *profileView) dateBirthday(t *store.Tenant) (err error) {
	if v.rec.BirthDay != 0 && v.today == 0 {
		v.today, err = today(t)
	}
	return err
}

func (v *profileView) setAddresses(rows []store.Address) {
	v.addresses = make([]address, len(rows))
	for i, a := range rows {
		v.addresses[i].Address = a
	}
}

// context returns the event context, without the list of addresses; its
// aggregations are left to the caller.
func (v *profileView) context() event.ProfileContext {
	p := v.resource()
	p.Addresses = nil
	return event.ProfileContext{
		Profile: p, ProfileID: p.ID, FlattenedTags: p.Tags, FlattenedStatuses: p.Statuses,
	}
}

// resource returns the profile as API v3 shows it.
func (v *profileView) resource() event.Profile {
	r := &v.rec
	p := event.Profile{
		ID: r.ID, ExternalID: r.ExternalID, ProfileType: r.Type, Title: r.Title, FirstName: r.FirstName,
		LastName: r.LastName, FullName: fullName(r), Email: r.Email, Gender: r.Gender, AvatarURL: r.AvatarURL,
		Company: r.Company, Occupation: r.Occupation, Currency: r.Currency, MobilePhone: r.MobilePhone,
		MobilePhoneCountry: r.MobilePhoneCountry, SecondaryPhone: r.SecondaryPhone, BirthDay: r.BirthDay,
		BirthMonth: r.BirthMonth, BirthYear: r.BirthYear, JoinedAt: r.JoinedAt,
		JoinedLocationID: r.JoinedLocationID, JoinedLocation: v.location(r.JoinedLocationID),
		JoinedStaffID: r.JoinedStaffID, PreferredLocationID: r.PreferredLocationID,
		PreferredLocation: v.location(r.PreferredLocationID), PreferredStaffID: r.PreferredStaffID,
		Tags: append([]string{}, r.Tags...), Statuses: v.activeStatuses(), StatusesOriginal: v.showStatuses(),
		ProfileBalances: v.programme.balances(&r.Account), Attributes: v.showAttributes(), CustomAttributes: v.showCustom(),
		Identities: v.showIdentities(), Address: v.defaultAddress(),
		Regions: []struct{}{}, Organisations: []struct{}{}, IsCompleted: r.IsCompleted, IsPublic: r.IsPublic,
		CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
	}
	if v.addresses != nil {
		p.Addresses = v.showAddresses()
	}
	if p.Tier = v.programme.tierOf(r); p.Tier != nil {
		p.TierHandle = scalar.Text(p.Tier.Handle)
	}
	showPhone(&p, r)
	showBirth(&p, v.today)
	return p
}

func fullName(r *store.Profile) scalar.Text {
	return scalar.Text(strings.TrimSpace(string(r.FirstName) + " " + string(r.LastName)))
}

func showPhone(p *event.Profile, r *store.Profile) {
	digits, ok := strings.CutPrefix(string(r.MobileKey), "+")
	if !ok {
		return
	}
	p.MobilePhoneE164 = r.MobileKey
	if c, ok := countryNamed(string(r.MobilePhoneCountry)); ok {
		p.MobilePhoneNational = scalar.Text(c.prefix + strings.TrimPrefix(digits, c.code))
		p.MobilePhoneNationalPrefix = scalar.Text(c.prefix)
	}
}

func (v *profileView) defaultAddress() *event.Address {
	if v.rec.AddressID == 0 {
		return nil
	}
	a := v.showAddress(v.rec.Address)
	return &a
}

func (v *profileView) showIdentities() []event.Identity {
	out := make([]event.Identity, len(v.identities))
	for at, i := range v.identities {
		out[at] = showIdentity(i.Identity)
	}
	return out
}

// activeStatuses returns the handles of the statuses that hold.
func (v *profileView) activeStatuses() []string {
	handles := []string{}
	for _, s := range v.rec.Statuses {
		if d, ok := v.statuses[s.StatusID]; ok && holds(s, v.now) {
			handles = append(handles, d.Handle)
		}
	}
	return handles
}

func (v *profileView) showStatuses() []event.ProfileStatus {
	out := []event.ProfileStatus{}
	for _, s := range v.rec.Statuses {
		if d, ok := v.statuses[s.StatusID]; ok {
			out = append(out, event.ProfileStatus{
				Status: showStatus(d), AssignedAt: s.AssignedAt, ExpiresAt: s.ExpiresAt, IsActive: holds(s, v.now),
			})
		}
	}
	return out
}

func (v *profileView) showAttributes() event.Attributes {
	a := event.Attributes{
		Comms: v.attrs.Comms, Appearance: v.attrs.Appearance, Dates: append([]event.DateAttribute{}, v.attrs.Dates...),
	}
	if a.Appearance == nil {
		a.Appearance = event.Appearance{}
	}
	for i := range a.Dates {
		a.Dates[i].ProfileID = v.rec.ID
	}
	return a
}

func (v *profileView) showCustom() []event.CustomAttribute {
	out := append([]event.CustomAttribute{}, v.attrs.Custom...)
	for i := range out {
		out[i].ProfileID = v.rec.ID
	}
	return out
}
