package loyalty

import (
	"encoding/json"
	"fmt"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// unite fills the gaps of a profile with what another says, which is no more.
// What the profile says itself stays, apart from the joining: that is the
// earlier one.
func (c *profileChange) unite(other *profileView) error {
	r, o := &c.rec, &other.rec
	fillGaps(r, o)
	uniteJoining(r, o)
	r.Tags = normalTags(append(append([]string{}, r.Tags...), o.Tags...))
	r.Statuses = uniteStatuses(r.Statuses, o.Statuses)
	for id, s := range other.statuses {
		c.statuses[id] = s
	}
	for id, l := range other.locations {
		c.locations[id] = l
	}
	if c.before.AddressID == 0 {
		c.defaultAt = max(0, c.addressAt(int64(o.AddressID)))
	}
	return c.uniteAttributes(other)
}

// fillGaps takes over what the profile does not say itself. Values that only
// make sense together are taken together.
func fillGaps(r, o *store.Profile) {
	for _, f := range []struct{ own, other *scalar.Text }{
		{&r.ExternalID, &o.ExternalID}, {&r.Title, &o.Title}, {&r.FirstName, &o.FirstName}, {&r.LastName, &o.LastName},
		{&r.SecondaryPhone, &o.SecondaryPhone}, {&r.Gender, &o.Gender}, {&r.Company, &o.Company},
		{&r.Occupation, &o.Occupation}, {&r.AvatarURL, &o.AvatarURL}, {&r.Currency, &o.Currency},
	} {
		if *f.own == "" {
			*f.own = *f.other
		}
	}
	if r.Email == "" {
		r.Email, r.EmailKey = o.Email, o.EmailKey
	}
	if r.MobilePhone == "" {
		r.MobilePhone, r.MobilePhoneCountry, r.MobileKey = o.MobilePhone, o.MobilePhoneCountry, o.MobileKey
	}
	sameDay := r.BirthDay == o.BirthDay && r.BirthMonth == o.BirthMonth
	if r.BirthDay == 0 || r.BirthYear == 0 && sameDay {
		r.BirthDay, r.BirthMonth, r.BirthYear = o.BirthDay, o.BirthMonth, o.BirthYear
	}
	for _, f := range []struct{ own, other *scalar.Int }{
		{&r.PreferredLocationID, &o.PreferredLocationID}, {&r.PreferredStaffID, &o.PreferredStaffID},
	} {
		if *f.own == 0 {
			*f.own = *f.other
		}
	}
}

// uniteJoining keeps the earlier joining, and what is known of the other where
// that does not say where or with whom it was.
func uniteJoining(r, o *store.Profile) {
	first, second := *r, *o
	if o.JoinedAt.Before(r.JoinedAt.Time) {
		first, second = second, first
	}
	r.JoinedAt, r.JoinedLocationID, r.JoinedStaffID = first.JoinedAt, first.JoinedLocationID, first.JoinedStaffID
	if r.JoinedLocationID == 0 {
		r.JoinedLocationID = second.JoinedLocationID
	}
	if r.JoinedStaffID == 0 {
		r.JoinedStaffID = second.JoinedStaffID
	}
}

// uniteStatuses has the statuses of both; of one that both have, what holds
// longer.
func uniteStatuses(own, other []store.ProfileStatus) []store.ProfileStatus {
	out := append([]store.ProfileStatus{}, own...)
	at := make(map[int64]int, len(out))
	for i, s := range out {
		at[s.StatusID] = i
	}
	for _, s := range other {
		i, both := at[s.StatusID]
		switch {
		case !both:
			out = append(out, s)
		case !out[i].ExpiresAt.IsZero() && (s.ExpiresAt.IsZero() || s.ExpiresAt.After(out[i].ExpiresAt.Time)):
			out[i] = s
		}
	}
	return out
}

// uniteAttributes lays the profile's attributes over the other's.
func (c *profileChange) uniteAttributes(other *profileView) error {
	// Decoded apart, since the maps and pointers of a view are not to be shared.
	all, err := decodeAttributes(other.rec.Attributes)
	if err != nil {
		return fmt.Errorf("profile %s: %w", other.rec.ID, err)
	}
	own, dates, custom := c.attrs, all.Dates, all.Custom
	c.forget(&all.Comms)
	all.Dates, all.Custom = nil, nil
	if c.rec.Attributes != nil {
		// The column holds what was said alone, so that the rest stays.
		if err := json.Unmarshal(c.rec.Attributes, &all); err != nil {
			return fmt.Errorf("profile %s: %w", c.rec.ID, err)
		}
	}
	all.Dates, all.Custom = uniteDates(own.Dates, dates), uniteCustom(own.Custom, custom)
	c.attrs = all
	return nil
}

// forget clears what the other profile's comms say that is about another address
// than the profile's own, and the dates of answers that the profile gave itself.
func (c *profileChange) forget(other *event.Comms) {
	own := c.attrs.Comms
	if c.before.Email != "" {
		other.EmailBounced, other.EmailVerification = false, ""
	}
	if c.before.MobilePhone != "" {
		other.SMSBounced, other.SMSVerification = false, ""
		other.PhoneBounced, other.PhoneVerification = false, ""
	}
	if own.EmailPromo != nil {
		other.EmailConsentUpdatedAt = scalar.Time{}
	}
	if own.SMSPromo != nil {
		other.SMSConsentUpdatedAt = scalar.Time{}
	}
	if !own.TermsAcceptedAt.IsZero() || own.TermsAcceptedVersion != "" {
		other.TermsAcceptedAt, other.TermsAcceptedVersion = scalar.Time{}, ""
	}
}

func uniteDates(own, other []event.DateAttribute) []event.DateAttribute {
	known, last := map[string]bool{}, int64(0)
	for _, d := range own {
		known[d.Handle], last = true, max(last, d.ID)
	}
	for _, d := range other {
		if !known[d.Handle] {
			last++
			d.ID = last
			own = append(own, d)
		}
	}
	return own
}

func uniteCustom(own, other []event.CustomAttribute) []event.CustomAttribute {
	known, last := map[[2]string]bool{}, int64(0)
	for _, a := range own {
		known[[2]string{a.Namespace, a.Handle}], last = true, max(last, a.ID)
	}
	for _, a := range other {
		if !known[[2]string{a.Namespace, a.Handle}] {
			last++
			a.ID = last
			own = append(own, a)
		}
	}
	return own
}
