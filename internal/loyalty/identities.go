package loyalty

import (
	"errors"
	"fmt"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

const maxIdentities = 200

// CreateIdentity gives a profile an identity that no profile has yet.
func CreateIdentity(t *store.Tenant, profileID string, in IdentityInput) (event.Identity, error) {
	in.ID = 0
	var added int
	c, err := changeProfile(t, profileID, func(c *profileChange) error {
		added = len(c.identities)
		return c.setIdentity("", in, true)
	})
	if err != nil {
		return event.Identity{}, err
	}
	return showIdentity(c.identities[added].Identity), nil
}

// ListIdentities returns a profile's identities in the order they were given.
func ListIdentities(t *store.Tenant, profileID string) ([]event.Identity, error) {
	v, err := readProfile(t, profileID)
	if err != nil {
		return nil, err
	}
	return v.showIdentities(), nil
}

// ReadIdentity returns one identity of a profile.
func ReadIdentity(t *store.Tenant, profileID string, id int64) (event.Identity, error) {
	return pickIdentity(t, profileID, id, func(i store.Identity) bool { return i.ID == id })
}

// IdentityByHandle returns a profile's identity in a system: the primary one of
// several.
func IdentityByHandle(t *store.Tenant, profileID, handle string) (event.Identity, error) {
	found, err := pickIdentity(t, profileID, handle, func(i store.Identity) bool { return i.Handle == handle && i.IsPrimary })
	var none *NotFoundError
	if errors.As(err, &none) {
		return pickIdentity(t, profileID, handle, func(i store.Identity) bool { return i.Handle == handle })
	}
	return found, err
}

func pickIdentity(t *store.Tenant, profileID string, key any, want func(store.Identity) bool) (event.Identity, error) {
	v, err := readProfile(t, profileID)
	if err != nil {
		return event.Identity{}, err
	}
	for _, i := range v.identities {
		if want(i.Identity) {
			return showIdentity(i.Identity), nil
		}
	}
	return event.Identity{}, &NotFoundError{Resource: "identity", ID: fmt.Sprint(key)}
}

// UpdateIdentity changes one identity of a profile.
func UpdateIdentity(t *store.Tenant, profileID string, id int64, patch func(*IdentityInput) error) (event.Identity, error) {
	at := -1
	c, err := changeProfile(t, profileID, func(c *profileChange) error {
		if at = c.identityAt(id); at < 0 {
			return &NotFoundError{Resource: "identity", ID: fmt.Sprint(id)}
		}
		old := c.identities[at]
		primary, active := old.IsPrimary, old.IsActive
		in := IdentityInput{
			Handle: scalar.Text(old.Handle), Identifier: scalar.Text(old.Identifier),
			IsPrimary: &primary, IsActive: &active,
		}
		if err := patch(&in); err != nil {
			return err
		}
		in.ID = scalar.Int(id)
		return c.setIdentity("", in, false)
	})
	if err != nil {
		return event.Identity{}, err
	}
	return showIdentity(c.identities[at].Identity), nil
}

// DeleteIdentity takes an identity away from a profile.
func DeleteIdentity(t *store.Tenant, profileID string, id int64) error {
	_, err := changeProfile(t, profileID, func(c *profileChange) error {
		at := c.identityAt(id)
		if at < 0 {
			return &NotFoundError{Resource: "identity", ID: fmt.Sprint(id)}
		}
		if err := t.DeleteIdentity(c.rec.ID, id); err != nil {
			return fmt.Errorf("delete identity: %w", err)
		}
		c.identities = append(c.identities[:at:at], c.identities[at+1:]...)
		c.touched = true
		return nil
	})
	return err
}

// FindByIdentity returns the id of the profile with an active identity.
func FindByIdentity(t *store.Tenant, handle, identifier string) (profileID string, err error) {
	i, err := t.IdentityOf(handle, identifier)
	if err == nil && !i.IsActive {
		err = store.ErrNotFound
	}
	return i.ProfileID, missing(err, "profile with "+handle, identifier)
}

// FindByEmail returns the id of the profile with an email, whatever its case.
func FindByEmail(t *store.Tenant, email string) (profileID string, err error) {
	id, err := t.ProfileByEmail(emailKey(email))
	return id, missing(err, "profile with email", email)
}

// SearchID finds a profile by its id, when the type is profile_id, or by the
// identity that the type names.
func SearchID(t *store.Tenant, typ, id string) (event.Profile, error) {
	if typ != "profile_id" {
		found, err := FindByIdentity(t, typ, id)
		if err != nil {
			return event.Profile{}, err
		}
		id = found
	}
	return ReadProfile(t, id)
}

// identity is an identity of a profile that is being changed.
type identity struct {
	store.Identity
	// changed says that the row must be written; field is its path in the request.
	changed bool
	field   string
}

func (c *profileChange) identityAt(id int64) int {
	for at, i := range c.identities {
		if i.ID == id {
			return at
		}
	}
	return -1
}

// setIdentity adds an identity to the profile, or changes the one that the
// input picks. isNew refuses to change one.
func (c *profileChange) setIdentity(field string, in IdentityInput, isNew bool) error {
	checkRequired(&c.invalid, field+"handle", &in.Handle, maxTagChars)
	checkRequired(&c.invalid, field+"identifier", &in.Identifier, 255)
	at, ok := c.pickIdentity(field, in, isNew)
	if !ok {
		return nil
	}
	if at < 0 {
		if len(c.identities) >= maxIdentities {
			c.invalid.Add(strings.TrimSuffix(field+"identities", "."), "A profile may not have more than %d identities.", maxIdentities)
			return nil
		}
		at = len(c.identities)
		c.identities = append(c.identities, identity{Identity: store.Identity{
			ProfileID: c.rec.ID, IsActive: true, IsPrimary: !c.hasHandle(string(in.Handle)),
		}})
	}
	return c.changeIdentity(at, field, in)
}

// pickIdentity returns the identity that an input is about, -1 for a new one.
func (c *profileChange) pickIdentity(field string, in IdentityInput, isNew bool) (at int, ok bool) {
	if in.ID != 0 {
		if at = c.identityAt(int64(in.ID)); at < 0 {
			c.invalid.Add(field+"id", "The selected id is invalid.")
		}
		return at, at >= 0
	}
	for at, old := range c.identities {
		if old.Handle == string(in.Handle) && old.Identifier == string(in.Identifier) {
			if isNew {
				c.takenIdentity(field)
			}
			return at, !isNew
		}
	}
	return -1, true
}

func (c *profileChange) takenIdentity(field string) {
	c.invalid.Add(field+"identifier", "The identifier has already been taken.")
}

func (c *profileChange) hasHandle(handle string) bool {
	for _, i := range c.identities {
		if i.Handle == handle {
			return true
		}
	}
	return false
}

func (c *profileChange) changeIdentity(at int, field string, in IdentityInput) error {
	old := c.identities[at]
	next := old
	next.Handle, next.Identifier = string(in.Handle), string(in.Identifier)
	if in.IsActive != nil {
		next.IsActive = *in.IsActive
	}
	if in.IsPrimary != nil {
		next.IsPrimary = *in.IsPrimary
	}
	if next.Identity == old.Identity {
		return nil
	}
	next.changed, next.field = true, field
	c.identities[at] = next
	if next.IsPrimary {
		c.demoteOthers(at)
	}
	if next.Handle == old.Handle && next.Identifier == old.Identifier {
		return nil
	}
	other, err := c.t.IdentityOf(next.Handle, next.Identifier)
	switch {
	case errors.Is(err, store.ErrNotFound):
	case err != nil:
		return fmt.Errorf("look up identity: %w", err)
	case other.ID != next.ID:
		c.takenIdentity(field)
	}
	return nil
}

// demoteOthers leaves one primary identity of a handle.
func (c *profileChange) demoteOthers(primary int) {
	for at := range c.identities {
		i := &c.identities[at]
		if at != primary && i.IsPrimary && i.Handle == c.identities[primary].Handle {
			i.IsPrimary, i.changed = false, true
		}
	}
}

// saveIdentities writes the identities that changed.
func (c *profileChange) saveIdentities() error {
	for at := range c.identities {
		i := &c.identities[at]
		if !i.changed {
			continue
		}
		save := c.t.UpdateIdentity
		if i.ID == 0 {
			save = c.t.InsertIdentity
		}
		var dup *store.DuplicateError
		if err := save(&i.Identity); errors.As(err, &dup) {
			return Invalid(i.field+"identifier", "The identifier has already been taken.")
		} else if err != nil {
			return fmt.Errorf("save identity: %w", err)
		}
		i.changed, c.touched = false, true
	}
	return nil
}

func showIdentity(i store.Identity) event.Identity {
	return event.Identity{
		ID: i.ID, Handle: i.Handle, Identifier: i.Identifier, ProfileID: i.ProfileID, IsPrimary: i.IsPrimary,
		IsActive: i.IsActive, MergedFrom: i.MergedFrom, CreatedAt: i.CreatedAt, UpdatedAt: i.UpdatedAt,
	}
}
