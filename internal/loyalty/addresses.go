package loyalty

import (
	"fmt"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

const maxAddresses = 100

// CreateAddress gives a profile another address.
func CreateAddress(t *store.Tenant, profileID string, in AddressInput) (event.Address, error) {
	in.ID = 0
	var added int
	c, err := changeProfile(t, profileID, func(c *profileChange) error {
		added = len(c.addresses)
		c.addAddress("", in)
		return nil
	})
	if err != nil {
		return event.Address{}, err
	}
	return c.showAddress(c.addresses[added].Address), nil
}

// ListAddresses returns a profile's addresses in the order they were given.
func ListAddresses(t *store.Tenant, profileID string) ([]event.Address, error) {
	v, err := readProfile(t, profileID)
	if err != nil {
		return nil, err
	}
	return v.showAddresses(), nil
}

// ReadAddress returns one address of a profile.
func ReadAddress(t *store.Tenant, profileID string, id int64) (event.Address, error) {
	v, err := readProfile(t, profileID)
	if err != nil {
		return event.Address{}, err
	}
	at := v.addressAt(id)
	if at < 0 {
		return event.Address{}, noAddress(id)
	}
	return v.showAddress(v.addresses[at].Address), nil
}

func noAddress(id int64) error { return &NotFoundError{Resource: "address", ID: fmt.Sprint(id)} }

// UpdateAddress changes one address of a profile.
func UpdateAddress(t *store.Tenant, profileID string, id int64, patch func(*AddressInput) error) (event.Address, error) {
	at := -1
	c, err := changeProfile(t, profileID, func(c *profileChange) error {
		if at = c.addressAt(id); at < 0 {
			return noAddress(id)
		}
		old := c.addresses[at].Address
		in := AddressInput{ExternalID: old.ExternalID, AddressLines: old.Lines}
		if err := patch(&in); err != nil {
			return err
		}
		c.changeAddress(at, "", in)
		return nil
	})
	if err != nil {
		return event.Address{}, err
	}
	return c.showAddress(c.addresses[at].Address), nil
}

// DeleteAddress takes an address away from a profile. When it was the default
// one, the oldest of the others is.
func DeleteAddress(t *store.Tenant, profileID string, id int64) error {
	_, err := changeProfile(t, profileID, func(c *profileChange) error {
		at := c.addressAt(id)
		if at < 0 {
			return noAddress(id)
		}
		if err := t.DeleteAddress(c.rec.ID, id); err != nil {
			return fmt.Errorf("delete address: %w", err)
		}
		c.addresses = append(c.addresses[:at:at], c.addresses[at+1:]...)
		c.touched = true
		if c.defaultAt > at {
			c.defaultAt--
		} else if c.defaultAt == at {
			c.defaultAt = 0
		}
		return nil
	})
	return err
}

// address is an address of a profile that is being changed.
type address struct {
	store.Address
	changed bool
}

func (v *profileView) addressAt(id int64) int {
	for at, a := range v.addresses {
		if a.ID == id {
			return at
		}
	}
	return -1
}

// setAddress adds an address, or changes the one that the input picks.
func (c *profileChange) setAddress(field string, in AddressInput) {
	if in.ID != 0 {
		at := c.addressAt(int64(in.ID))
		if at < 0 {
			c.invalid.Add(field+"id", "The selected id is invalid.")
			return
		}
		c.changeAddress(at, field, in)
		return
	}
	for at, old := range c.addresses {
		if in.ExternalID != "" && in.ExternalID == old.ExternalID {
			c.changeAddress(at, field, in)
			return
		}
		if in.ExternalID == "" && sameJSON(in.AddressLines, old.Lines) {
			in.ExternalID = old.ExternalID
			c.changeAddress(at, field, in)
			return
		}
	}
	c.addAddress(field, in)
}

func (c *profileChange) addAddress(field string, in AddressInput) {
	if len(c.addresses) >= maxAddresses {
		c.invalid.Add("addresses", "A profile may not have more than %d addresses.", maxAddresses)
		return
	}
	c.addresses = append(c.addresses, address{
		Address: store.Address{ProfileID: scalar.Text(c.rec.ID)}, changed: true,
	})
	c.changeAddress(len(c.addresses)-1, field, in)
}

// changeAddress takes over an input. An address becomes the default one by
// is_default, and ceases to be it when another one does.
func (c *profileChange) changeAddress(at int, field string, in AddressInput) {
	checkAddress(&c.invalid, field, &in)
	a := &c.addresses[at]
	if a.ExternalID != in.ExternalID || !sameJSON(a.Lines, in.AddressLines) {
		a.ExternalID, a.Lines, a.changed = in.ExternalID, in.AddressLines, true
	}
	if in.IsDefault != nil && *in.IsDefault {
		c.defaultAt = at
	}
}

func checkAddress(invalid *InvalidError, field string, in *AddressInput) {
	checkText(invalid, field+"external_id", &in.ExternalID, 191)
	checkRequired(invalid, field+"address_line_1", &in.AddressLine1, 255)
	checkRequired(invalid, field+"city", &in.City, 255)
	checkRequired(invalid, field+"country", &in.Country, 255)
	for name, v := range map[string]*scalar.Text{
		"address_line_2": &in.AddressLine2, "address_line_3": &in.AddressLine3, "company": &in.Company,
		"state": &in.State, "postcode": &in.Postcode, "iso": &in.ISO, "iso_state": &in.ISOState,
	} {
		checkText(invalid, field+name, v, 255)
	}
	checkText(invalid, field+"notes", &in.Notes, 2000)
	in.Meta = compactJSON(in.Meta)
	if d := in.Latitude; d != nil && (*d < -90 || *d > 90) {
		invalid.Add(field+"latitude", "The latitude must be between -90 and 90.")
	}
	if d := in.Longitude; d != nil && (*d < -180 || *d > 180) {
		invalid.Add(field+"longitude", "The longitude must be between -180 and 180.")
	}
}

// saveAddresses writes the addresses that changed, and notes the default one.
func (c *profileChange) saveAddresses() error {
	for at := range c.addresses {
		a := &c.addresses[at]
		if !a.changed {
			continue
		}
		save := c.t.UpdateAddress
		if a.ID == 0 {
			save = c.t.InsertAddress
		}
		if err := save(&a.Address); err != nil {
			return fmt.Errorf("save address: %w", err)
		}
		a.changed, c.touched = false, true
	}
	c.rec.AddressID, c.rec.Address = 0, store.Address{}
	if c.defaultAt < len(c.addresses) {
		c.rec.Address = c.addresses[c.defaultAt].Address
		c.rec.AddressID = scalar.Int(c.rec.Address.ID)
	}
	return nil
}

func (v *profileView) showAddress(a store.Address) event.Address {
	return event.Address{
		ID: a.ID, ProfileID: string(a.ProfileID), ExternalID: a.ExternalID, AddressLines: a.Lines,
		IsDefault: a.ID == int64(v.rec.AddressID), CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt,
	}
}

func (v *profileView) showAddresses() []event.Address {
	out := make([]event.Address, len(v.addresses))
	for at, a := range v.addresses {
		out[at] = v.showAddress(a.Address)
	}
	return out
}
