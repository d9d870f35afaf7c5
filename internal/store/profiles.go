package store

import (
	"encoding/json"
	"strings"

	"github.com/belfryhq/belfry/internal/scalar"
)

// Profile is one customer of the tenant.
type Profile struct {
	// ID is a UUID in lower case.
	ID         string
	ExternalID scalar.Text
	Type       scalar.Text
	Title      scalar.Text
	FirstName  scalar.Text
	LastName   scalar.Text
	Email      scalar.Text
	// EmailKey and MobileKey are the forms by which an email and a mobile phone
	// are unique in the tenant and found.
	EmailKey           scalar.Text
	MobilePhone        scalar.Text
	MobilePhoneCountry scalar.Text
	MobileKey          scalar.Text
	SecondaryPhone     scalar.Text
	Gender             scalar.Text

	BirthDay, BirthMonth, BirthYear scalar.Int

	Company    scalar.Text
	Occupation scalar.Text
	AvatarURL  scalar.Text
	Currency   scalar.Text

	JoinedAt            scalar.Time
	JoinedLocationID    scalar.Int
	JoinedStaffID       scalar.Int
	PreferredLocationID scalar.Int
	PreferredStaffID    scalar.Int
	IsCompleted         bool
	IsPublic            bool
	// AddressID is the default address, 0 when there is none.
	AddressID scalar.Int
	// Address is the default address as Profile reads it; lists leave it out.
	Address  Address
	Tags     []string
	Statuses []ProfileStatus
	// Attributes is JSON, nil when there are none.
	Attributes json.RawMessage

	// Account is what the profile has; UpdateProfile leaves it as it is.
	Account Account

	// CreatedBy is the namespace of the integration that made it.
	CreatedBy scalar.Text
	CreatedAt scalar.Time
	UpdatedAt scalar.Time
}

// ProfileStatus is a status that a profile was given. Its times are of whole
// seconds.
type ProfileStatus struct {
	StatusID   int64       `json:"id"`
	AssignedAt scalar.Time `json:"assigned_at"`
	// ExpiresAt is zero when it holds until it is taken away.
	ExpiresAt scalar.Time `json:"expires_at"`
}

const profileColumns = `p.id, p.external_id, p.profile_type, p.title, p.first_name, p.last_name, p.email,
	p.email_key, p.mobile_phone, p.mobile_phone_country, p.mobile_key, p.secondary_phone, p.gender,
	p.birth_day, p.birth_month, p.birth_year, p.company, p.occupation, p.avatar_url, p.currency, p.joined_at,
	p.joined_location_id, p.joined_staff_id, p.preferred_location_id, p.preferred_staff_id, p.is_completed,
	p.is_public, p.address_id, p.tags, p.statuses, p.attributes, p.created_by, p.created_at, p.updated_at, ` +
	accountColumns

func scanProfile(p *Profile) []any {
	return append([]any{
		&p.ID, &p.ExternalID, &p.Type, &p.Title, &p.FirstName, &p.LastName, &p.Email,
		&p.EmailKey, &p.MobilePhone, &p.MobilePhoneCountry, &p.MobileKey, &p.SecondaryPhone, &p.Gender,
		&p.BirthDay, &p.BirthMonth, &p.BirthYear, &p.Company, &p.Occupation, &p.AvatarURL, &p.Currency, &p.JoinedAt,
		&p.JoinedLocationID, &p.JoinedStaffID, &p.PreferredLocationID, &p.PreferredStaffID, &p.IsCompleted,
		&p.IsPublic, &p.AddressID, asJSON(&p.Tags), asJSON(&p.Statuses), rawJSON(&p.Attributes),
		&p.CreatedBy, &p.CreatedAt, &p.UpdatedAt,
	}, scanAccount(&p.Account)...)
}

// own returns the columns that InsertProfile and UpdateProfile both write, in
// the order of their statements.
func (p *Profile) own() []any {
	return []any{
		p.ExternalID, p.Type, p.Title, p.FirstName, p.LastName, p.Email, p.EmailKey, p.MobilePhone,
		p.MobilePhoneCountry, p.MobileKey, p.SecondaryPhone, p.Gender, p.BirthDay, p.BirthMonth, p.BirthYear,
		p.Company, p.Occupation, p.AvatarURL, p.Currency, p.JoinedAt, p.JoinedLocationID, p.JoinedStaffID,
		p.PreferredLocationID, p.PreferredStaffID, p.IsCompleted, p.IsPublic, p.AddressID,
		listJSON(p.Tags), listJSON(p.Statuses), rawJSON(&p.Attributes), p.UpdatedAt,
	}
}

// listJSON keeps a list as JSON text, and an empty one as NULL.
func listJSON[T any](list []T) any {
	if len(list) == 0 {
		return nil
	}
	return asJSON(list)
}

// InsertProfile stores a profile with its ID and an empty account, and sets its
// times.
func (t *Tenant) InsertProfile(p *Profile) error {
	p.CreatedAt = t.Now()
	p.UpdatedAt = p.CreatedAt
	_, err := t.exec(`INSERT INTO profiles (external_id, profile_type, title, first_name, last_name, email,
		email_key, mobile_phone, mobile_phone_country, mobile_key, secondary_phone, gender, birth_day,
		birth_month, birth_year, company, occupation, avatar_url, currency, joined_at, joined_location_id,
		joined_staff_id, preferred_location_id, preferred_staff_id, is_completed, is_public, address_id, tags,
		statuses, attributes, updated_at, id, tenant_id, created_by, created_at)
		VALUES (`+placeholders(35)+`)`,
		append(p.own(), p.ID, t.ID, p.CreatedBy, p.CreatedAt)...)
	if err != nil {
		return err
	}
	p.Account = Account{ProfileID: p.ID}
	if _, err := t.exec("INSERT INTO accounts (profile_id, tenant_id) VALUES (?, ?)", p.ID, t.ID); err != nil {
		return err
	}
	return t.indexLabels(p)
}

// UpdateProfile stores a profile's new state, not its account, and sets
// UpdatedAt.
func (t *Tenant) UpdateProfile(p *Profile) error {
	p.UpdatedAt = t.Now()
	return t.execOne(`UPDATE profiles SET external_id = ?, profile_type = ?, title = ?, first_name = ?,
		last_name = ?, email = ?, email_key = ?, mobile_phone = ?, mobile_phone_country = ?, mobile_key = ?,
		secondary_phone = ?, gender = ?, birth_day = ?, birth_month = ?, birth_year = ?, company = ?,
		occupation = ?, avatar_url = ?, currency = ?, joined_at = ?, joined_location_id = ?, joined_staff_id = ?,
		preferred_location_id = ?, preferred_staff_id = ?, is_completed = ?, is_public = ?, address_id = ?,
		tags = ?, statuses = ?, attributes = ?, updated_at = ? WHERE tenant_id = ? AND id = ?`,
		append(p.own(), t.ID, p.ID)...)
}

// IndexProfile makes the tags and statuses of a profile the ones that lists
// find it by. UpdateProfile leaves them as they were.
func (t *Tenant) IndexProfile(p *Profile) error {
	if _, err := t.exec("DELETE FROM profile_tags WHERE tenant_id = ? AND profile_id = ?", t.ID, p.ID); err != nil {
		return err
	}
	if _, err := t.exec("DELETE FROM profile_statuses WHERE tenant_id = ? AND profile_id = ?", t.ID, p.ID); err != nil {
		return err
	}
	return t.indexLabels(p)
}

func (t *Tenant) indexLabels(p *Profile) error {
	if n := len(p.Tags); n > 0 {
		args := make([]any, 0, 3*n)
		for _, tag := range p.Tags {
			args = append(args, t.ID, tag, p.ID)
		}
		_, err := t.exec("INSERT INTO profile_tags (tenant_id, handle, profile_id) VALUES "+rowsOf3(n), args...)
		if err != nil {
			return err
		}
	}
	if n := len(p.Statuses); n > 0 {
		args := make([]any, 0, 3*n)
		for _, s := range p.Statuses {
			args = append(args, t.ID, s.StatusID, p.ID)
		}
		_, err := t.exec("INSERT INTO profile_statuses (tenant_id, status_id, profile_id) VALUES "+rowsOf3(n), args...)
		return err
	}
	return nil
}

// rowsOf3 is the VALUES of n rows with three columns each.
func rowsOf3(n int) string { return strings.TrimSuffix(strings.Repeat("(?, ?, ?), ", n), ", ") }

// DeleteProfile removes a profile with its identities and addresses.
func (t *Tenant) DeleteProfile(id string) error {
	return t.execOne("DELETE FROM profiles WHERE tenant_id = ? AND id = ?", t.ID, id)
}

// LockProfile has every other transaction that would change the profile wait
// until this one ends. It does not say whether there is such a profile.
func (t *Tenant) LockProfile(id string) error {
	clause := t.db.engine.forUpdate()
	if clause == "" {
		return nil
	}
	_, err := t.exec("SELECT id FROM profiles WHERE tenant_id = ? AND id = ?"+clause, t.ID, id)
	return err
}

// Profile reads one profile with its default address.
func (t *Tenant) Profile(id string) (Profile, error) {
	return single(t.Tx, func(p *Profile) []any { return append(scanProfile(p), scanAddress(&p.Address)...) },
		"SELECT "+profileColumns+", "+addressColumns+` FROM profiles p
		LEFT JOIN accounts c ON c.profile_id = p.id
		LEFT JOIN addresses a ON a.id = p.address_id AND a.profile_id = p.id
		WHERE p.tenant_id = ? AND p.id = ?`, t.ID, id)
}

// ProfileByEmail finds the profile with an EmailKey.
func (t *Tenant) ProfileByEmail(key string) (id string, err error) {
	err = t.get([]any{&id}, "SELECT id FROM profiles WHERE tenant_id = ? AND email_key = ?", t.ID, key)
	return id, err
}

// ProfileByMobile finds the profile with a MobileKey.
func (t *Tenant) ProfileByMobile(key string) (id string, err error) {
	err = t.get([]any{&id}, "SELECT id FROM profiles WHERE tenant_id = ? AND mobile_key = ?", t.ID, key)
	return id, err
}

// ProfileKeys are the values of a profile that no other one of the tenant may
// have; "" is none.
type ProfileKeys struct {
	ID                              string
	ExternalID, EmailKey, MobileKey scalar.Text
}

// ProfilesHaving reads the keys of other profiles that have one of the given
// keys. One branch for each key lets each use its own index.
func (t *Tenant) ProfilesHaving(k ProfileKeys) ([]ProfileKeys, error) {
	const having = "SELECT id, external_id, email_key, mobile_key FROM profiles WHERE tenant_id = ? AND id <> ? AND "
	return collect(t.Tx, func(k *ProfileKeys) []any { return []any{&k.ID, &k.ExternalID, &k.EmailKey, &k.MobileKey} },
		having+"email_key = ? UNION ALL "+having+"mobile_key = ? UNION ALL "+having+"external_id = ?",
		t.ID, k.ID, k.EmailKey, t.ID, k.ID, k.MobileKey, t.ID, k.ID, k.ExternalID)
}
