package store

const (
	tagExists    = "EXISTS (SELECT 1 FROM profile_tags g WHERE g.tenant_id = p.tenant_id AND g.profile_id = p.id AND %s)"
	statusExists = `EXISTS (SELECT 1 FROM profile_statuses ps JOIN statuses s ON s.id = ps.status_id
		WHERE ps.profile_id = p.id AND %s)`
	identityExists = "EXISTS (SELECT 1 FROM identities i WHERE i.tenant_id = p.tenant_id AND i.profile_id = p.id AND %s)"

	tierHandle = `(SELECT d.handle FROM definitions d WHERE d.id = coalesce(c.tier_id,
		(SELECT f.id FROM definitions f WHERE f.tenant_id = p.tenant_id AND f.kind = 'tier' AND f.type = 'floor')))`

	// everyName is what filter[search] looks through.
	everyName = `(coalesce(p.first_name, '') || ' ' || coalesce(p.last_name, '') || ' ' || coalesce(p.email, '')
		|| ' ' || coalesce(p.mobile_phone, '') || ' ' || coalesce(p.mobile_key, ''))`
)

var profileFields = Fields{
	"id":                    {Column: "p.id"},
	"external_id":           {Column: "p.external_id"},
	"profile_type":          {Column: "p.profile_type"},
	"title":                 {Column: "p.title"},
	"first_name":            {Column: "p.first_name"},
	"last_name":             {Column: "p.last_name"},
	"email":                 {Column: "p.email_key"},
	"mobile_phone":          {Column: "p.mobile_phone"},
	"mobile_phone_e164":     {Column: "p.mobile_key"},
	"secondary_phone":       {Column: "p.secondary_phone"},
	"gender":                {Column: "p.gender"},
	"birth_day":             {Column: "p.birth_day", Kind: Int},
	"birth_month":           {Column: "p.birth_month", Kind: Int},
	"birth_year":            {Column: "p.birth_year", Kind: Int},
	"company":               {Column: "p.company"},
	"occupation":            {Column: "p.occupation"},
	"avatar_url":            {Column: "p.avatar_url"},
	"currency":              {Column: "p.currency"},
	"joined_at":             {Column: "p.joined_at", Kind: Time},
	"joined_location_id":    {Column: "p.joined_location_id", Kind: Int},
	"joined_staff_id":       {Column: "p.joined_staff_id", Kind: Int},
	"preferred_location_id": {Column: "p.preferred_location_id", Kind: Int},
	"preferred_staff_id":    {Column: "p.preferred_staff_id", Kind: Int},
	"is_completed":          {Column: "p.is_completed", Kind: Bool},
	"is_public":             {Column: "p.is_public", Kind: Bool},
	"reward_balance":        {Column: "c.reward_balance", Kind: Amount},
	"point_balance":         {Column: "c.point_balance", Kind: Amount},
	"benefit_balance":       {Column: "c.benefit_balance", Kind: Amount},
	"tier_handle":           {Column: tierHandle},
	"created_at":            {Column: "p.created_at", Kind: Time},
	"updated_at":            {Column: "p.updated_at", Kind: Time},
	"search":                {Column: everyName},
	"tags.handle":           {Column: "g.handle", Exists: tagExists},
	"statuses.handle":       {Column: "s.handle", Exists: statusExists},
	"identities.handle":     {Column: "i.handle", Exists: identityExists},
	"identities.identifier": {Column: "i.identifier", Exists: identityExists},
}

// Profiles lists profiles, without their default addresses.
func (t *Tenant) Profiles(l List) (Page[Profile], error) {
	return page(t.Tx, l, profileFields, profileColumns,
		"profiles p LEFT JOIN accounts c ON c.profile_id = p.id WHERE p.tenant_id = ?", []any{t.ID}, scanProfile)
}

// ExistingProfiles returns those of the ids that are profiles of the tenant.
func (t *Tenant) ExistingProfiles(ids ...string) ([]string, error) {
	return inBatches(ids, func(ids []string) ([]string, error) {
		return collect(t.Tx, func(id *string) []any { return []any{id} },
			"SELECT id FROM profiles WHERE tenant_id = ? AND id IN ("+placeholders(len(ids))+")", withTenant(t.ID, ids)...)
	})
}
