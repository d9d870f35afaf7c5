package loyalty

import (
	"errors"
	"fmt"

	"github.com/belfryhq/belfry/internal/store"
)

// Available says of an email and of a mobile phone whether a new profile could
// have it; nil where nothing was asked.
type Available struct {
	Email       *FieldAvailability `json:"email"`
	MobilePhone *FieldAvailability `json:"mobile_phone"`
}

// FieldAvailability is that of one value.
type FieldAvailability struct {
	Available bool `json:"available"`
	// Profile is the one that has the value, nil when none does.
	Profile *ProfileRef `json:"profile"`
}

// ProfileRef names a profile.
type ProfileRef struct {
	ID string `json:"id"`
}

// Availability looks up which profiles have an email or a mobile phone. An
// empty one is not looked up. A phone in its national form is that of the named
// country; without one, it is that of the profiles that name no country either.
func Availability(t *store.Tenant, email, mobile, mobileCountry string) (Available, error) {
	var out Available
	var err error
	if email != "" {
		if out.Email, err = availability(t.ProfileByEmail(emailKey(email))); err != nil {
			return out, err
		}
	}
	if mobile == "" {
		return out, nil
	}
	key, ok := phoneKey(mobile, mobileCountry)
	if !ok {
		return out, Invalid("mobile_phone", phoneInvalid)
	}
	out.MobilePhone, err = availability(t.ProfileByMobile(key))
	return out, err
}

func availability(id string, err error) (*FieldAvailability, error) {
	switch {
	case errors.Is(err, store.ErrNotFound):
		return &FieldAvailability{Available: true}, nil
	case err != nil:
		return nil, fmt.Errorf("look up profile: %w", err)
	}
	return &FieldAvailability{Profile: &ProfileRef{ID: id}}, nil
}
