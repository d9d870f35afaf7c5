package loyalty

import (
	"errors"
	"fmt"
	"net/mail"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// profileChange is a profile on its way to a new state: every change of a
// profile is made by one, so that each is checked, stored and told alike.
type profileChange struct {
	profileView
	t       *store.Tenant
	before  store.Profile
	isNew   bool
	invalid InvalidError
	// touched says that rows beside the profile's own changed.
	touched bool
	// defaultAt is the place of the default address in addresses.
	defaultAt int
	// changed says, once saved, that there was anything to save.
	changed bool
}

// changeProfile locks a profile, has change alter it, and saves it: unless
// nothing changed, profile.updated tells of the new state.
func changeProfile(t *store.Tenant, id string, change func(*profileChange) error) (*profileChange, error) {
	if err := t.LockProfile(strings.ToLower(id)); err != nil {
		return nil, fmt.Errorf("lock profile: %w", err)
	}
	v, err := readProfile(t, id)
	if err != nil {
		return nil, err
	}
	c := &profileChange{profileView: *v, t: t, before: v.rec}
	c.defaultAt = max(0, c.addressAt(int64(c.rec.AddressID)))
	if err := change(c); err != nil {
		return nil, err
	}
	if err := c.save(); err != nil {
		return nil, err
	}
	if !c.changed {
		return c, nil
	}
	return c, c.tell(event.ProfileUpdated)
}

// tell appends an event about the profile.
func (c *profileChange) tell(typ event.Type) error {
	if err := c.dateBirthday(c.t); err != nil {
		return err
	}
	context := c.context()
	aggregations, err := ReadAggregations(c.t, c.rec.ID)
	if err != nil {
		return err
	}
	context.Aggregations = aggregations
	_, err = event.Append(c.t, typ, c.rec.ID, c.rec.ID, context)
	return err
}

// take makes a request's input the new state.
func (c *profileChange) take(in ProfileInput) error {
	c.takeCore(in)
	c.setMobile(in.MobilePhone, in.MobileCountry)
	c.setBirth(in.BirthDay, in.BirthMonth, in.BirthYear)
	c.setTags(in.Tags)
	c.setComms(in.Attributes.Comms)
	c.setAppearance(in.Attributes.Appearance)
	c.setDates(in.Attributes.Dates)
	c.setCustom(in.CustomAttributes)
	for i, a := range in.Addresses {
		c.setAddress(fmt.Sprintf("addresses.%d.", i), a)
	}
	for i, identity := range in.Identities {
		if err := c.setIdentity(fmt.Sprintf("identities.%d.", i), identity, c.isNew); err != nil {
			return err
		}
	}
	if err := c.setLocations(in); err != nil {
		return err
	}
	return c.setStatuses(in.Statuses)
}

var (
	genders      = []scalar.Text{"", "male", "female", "withheld", "other"}
	profileTypes = []scalar.Text{"temporary", "dependant", "incomplete", "pending", "system", "active", "deleted"}
)

func (c *profileChange) takeCore(in ProfileInput) {
	r := &c.rec
	r.ExternalID, r.Type, r.Title, r.FirstName, r.LastName = in.ExternalID, in.ProfileType, in.Title, in.FirstName, in.LastName
	r.Email, r.SecondaryPhone, r.Gender, r.Company = in.Email, in.SecondaryPhone, in.Gender, in.Company
	r.Occupation, r.AvatarURL, r.Currency = in.Occupation, in.AvatarURL, in.Currency
	r.JoinedAt, r.IsPublic = in.JoinedAt, in.IsPublic
	r.JoinedStaffID, r.PreferredStaffID = in.JoinedStaffID, in.PreferredStaffID
	for _, f := range []struct {
		name string
		v    *scalar.Text
		max  int
	}{
		{"external_id", &r.ExternalID, 191}, {"title", &r.Title, 64}, {"first_name", &r.FirstName, 255},
		{"last_name", &r.LastName, 255}, {"email", &r.Email, 254}, {"secondary_phone", &r.SecondaryPhone, 32},
		{"gender", &r.Gender, 32}, {"company", &r.Company, 255}, {"occupation", &r.Occupation, 255},
		{"avatar_url", &r.AvatarURL, 2048}, {"currency", &r.Currency, 32}, {"profile_type", &r.Type, 32},
	} {
		checkText(&c.invalid, f.name, f.v, f.max)
	}
	c.checkCore()
}

func (c *profileChange) checkCore() {
	r := &c.rec
	if r.Gender = scalar.Text(strings.ToLower(string(r.Gender))); r.Gender == "witheld" {
		r.Gender = "withheld" // as an Omneo SDK spells it
	}
	if !slices.Contains(genders, r.Gender) {
		c.invalid.Add("gender", "The selected gender is invalid.")
	}
	if r.Type == "" {
		r.Type = "active"
	}
	if !slices.Contains(profileTypes, r.Type) {
		c.invalid.Add("profile_type", "The selected profile type is invalid.")
	}
	r.Currency = scalar.Text(strings.ToUpper(string(r.Currency)))
	if r.Currency != "" && !isCurrency(string(r.Currency)) {
		c.invalid.Add("currency", "The currency must be an ISO 4217 code.")
	}
	if r.JoinedAt.IsZero() {
		// To the second, as the resource shows it: sent back, it is no change.
		r.JoinedAt = scalar.At(c.now.Truncate(time.Second))
	}
	r.EmailKey = scalar.Text(emailKey(string(r.Email)))
	if a, err := mail.ParseAddress(string(r.Email)); r.Email != "" && (err != nil || a.Address != string(r.Email)) {
		c.invalid.Add("email", "The email must be a valid email address.")
	}
}

func isCurrency(s string) bool {
	return len(s) == 3 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// emailKey is the form by which emails are the same.
func emailKey(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// save checks the new state and stores it.
func (c *profileChange) save() (err error) {
	r := &c.rec
	r.IsCompleted = r.FirstName != "" && r.LastName != "" && (r.EmailKey != "" || r.MobileKey != "")
	if err := c.checkUnique(); err != nil {
		return err
	}
	if err := c.invalid.Err(); err != nil {
		return err
	}
	if r.Attributes, err = c.attrs.encode(); err != nil {
		return err
	}
	if c.isNew {
		return c.insert()
	}
	return c.update()
}

func (c *profileChange) insert() error {
	c.rec.AddressID = 0
	if err := c.t.InsertProfile(&c.rec); err != nil {
		return notUnique(err, "insert profile")
	}
	c.changed = true
	if err := c.saveIdentities(); err != nil {
		return err
	}
	if err := c.saveAddresses(); err != nil {
		return err
	}
	if c.rec.AddressID == 0 {
		return nil
	}
	return notUnique(c.t.UpdateProfile(&c.rec), "set default address")
}

func (c *profileChange) update() error {
	if err := c.saveIdentities(); err != nil {
		return err
	}
	if err := c.saveAddresses(); err != nil {
		return err
	}
	if !c.touched && sameProfile(c.before, c.rec) {
		return nil
	}
	c.changed = true
	if err := c.t.UpdateProfile(&c.rec); err != nil {
		return notUnique(err, "update profile")
	}
	if slices.Equal(c.before.Tags, c.rec.Tags) && slices.Equal(c.before.Statuses, c.rec.Statuses) {
		return nil
	}
	if err := c.t.IndexProfile(&c.rec); err != nil {
		return fmt.Errorf("index profile: %w", err)
	}
	return nil
}

func sameProfile(a, b store.Profile) bool {
	a.Address, b.Address = store.Address{}, store.Address{}
	return reflect.DeepEqual(a, b)
}

const (
	phoneTaken      = "The phone number exists"
	emailTaken      = "The email has already been taken."
	externalIDTaken = "The external id has already been taken."
)

// checkUnique notes which of the keys that changed another profile has.
func (c *profileChange) checkUnique() error {
	var keys store.ProfileKeys
	for _, k := range []struct{ key, before, now *scalar.Text }{
		{&keys.ExternalID, &c.before.ExternalID, &c.rec.ExternalID},
		{&keys.EmailKey, &c.before.EmailKey, &c.rec.EmailKey},
		{&keys.MobileKey, &c.before.MobileKey, &c.rec.MobileKey},
	} {
		if *k.before != *k.now && !strings.ContainsRune(string(*k.now), 0) {
			*k.key = *k.now
		}
	}
	if keys == (store.ProfileKeys{}) {
		return nil
	}
	keys.ID = c.rec.ID
	others, err := c.t.ProfilesHaving(keys)
	if err != nil {
		return fmt.Errorf("look for the same profile: %w", err)
	}
	var email, phone, external bool
	for _, o := range others {
		email = email || o.EmailKey != "" && o.EmailKey == keys.EmailKey
		phone = phone || o.MobileKey != "" && o.MobileKey == keys.MobileKey
		external = external || o.ExternalID != "" && o.ExternalID == keys.ExternalID
	}
	if email {
		c.invalid.Add("email", emailTaken)
	}
	if phone {
		c.invalid.Add("mobile_phone", phoneTaken)
	}
	if external {
		c.invalid.Add("external_id", externalIDTaken)
	}
	return nil
}

// notUnique explains a unique index that a concurrent transaction filled first.
func notUnique(err error, doing string) error {
	var dup *store.DuplicateError
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &dup):
		return fmt.Errorf("%s: %w", doing, err)
	case strings.Contains(dup.Constraint, "mobile"):
		return Invalid("mobile_phone", phoneTaken)
	case strings.Contains(dup.Constraint, "email"):
		return Invalid("email", emailTaken)
	case strings.Contains(dup.Constraint, "external"):
		return Invalid("external_id", externalIDTaken)
	}
	return fmt.Errorf("%s: %w", doing, err)
}
