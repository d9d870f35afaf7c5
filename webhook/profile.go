package webhook

import "encoding/json"

// A ProfileContext is the body of profile.created, profile.updated and profile.deleted, and the profile inside every other context. Field
// names follow Omneo API v3 and its event contexts.
//
// Throughout the contexts, null and absent are the zero value where zero can't be meant (ids, names, times), and nil where
// it can (a count or an amount that isn't known yet). Raw fields, whose shape the retailer decides, hold the JSON as sent.
type ProfileContext struct {
	ID         string `json:"id"`         // UUID
	ProfileID  string `json:"profile_id"` // the same as ID, so that one rule finds the profile in every context
	ExternalID string `json:"external_id"`
	Title      string `json:"title"`
	FirstName  string `json:"first_name"`
	LastName   string `json:"last_name"`
	FullName   string `json:"full_name"`
	Email      string `json:"email"`
	Gender     string `json:"gender"` // male, female, withheld, other
	AvatarURL  string `json:"avatar_url"`
	Company    string `json:"company"`
	Occupation string `json:"occupation"`
	Currency   string `json:"currency"` // ISO 4217

	MobilePhone               string `json:"mobile_phone"`
	MobilePhoneCountry        string `json:"mobile_phone_country"`
	MobilePhoneE164           string `json:"mobile_phone_e164"`
	MobilePhoneNational       string `json:"mobile_phone_national"`
	MobilePhoneNationalPrefix string `json:"mobile_phone_national_prefix"`
	SecondaryPhone            string `json:"secondary_phone"`

	BirthDay      int    `json:"birth_day"`
	BirthMonth    int    `json:"birth_month"`
	BirthYear     int    `json:"birth_year"`
	BirthDate     Time   `json:"birth_date"`
	BirthDays     *int64 `json:"birth_days"`      // days until the next birthday
	BirthDaysPast *int64 `json:"birth_days_past"` // days since the last one
	NextBirthday  Time   `json:"next_birthday"`

	JoinedAt            Time      `json:"joined_at"`
	JoinedLocationID    int64     `json:"joined_location_id"`
	JoinedLocation      *Location `json:"joined_location"`
	JoinedStaffID       int64     `json:"joined_staff_id"`
	JoinedStaff         *Staff    `json:"joined_staff"`
	PreferredLocationID int64     `json:"preferred_location_id"`
	PreferredLocation   *Location `json:"preferred_location"`
	PreferredStaffID    int64     `json:"preferred_staff_id"`
	PreferredStaff      *Staff    `json:"preferred_staff"`

	ProfileType       string   `json:"profile_type"` // temporary, dependant, incomplete, pending, system, active, deleted
	Tags              []string `json:"tags"`
	FlattenedTags     []string `json:"flattened_tags"`
	Statuses          []string `json:"statuses"` // handles
	FlattenedStatuses []string `json:"flattened_statuses"`
	StatusesOriginal  []Status `json:"statuses_original"`

	TierHandle string `json:"tier_handle"`
	Tier       *Tier  `json:"tier"`

	RewardBalance          Amount `json:"reward_balance"`
	PointBalance           Amount `json:"point_balance"`
	PointBalanceDollars    Amount `json:"point_balance_dollars"`
	BenefitBalance         Amount `json:"benefit_balance"` // a count
	CreditBalance          Amount `json:"credit_balance"`
	CombinedBalanceDollars Amount `json:"combined_balance_dollars"` // rewards and points, without credits

	Attributes       Attributes        `json:"attributes"`
	CustomAttributes []CustomAttribute `json:"custom_attributes"`
	Aggregations     *Aggregations     `json:"aggregations"`
	Identities       []Identity        `json:"identities"`

	Address       *Address          `json:"address"` // the default one
	Addresses     []Address         `json:"addresses"`
	Region        json.RawMessage   `json:"region"`
	Regions       []json.RawMessage `json:"regions"`
	Organisations []json.RawMessage `json:"organisations"`
	CustomFields  json.RawMessage   `json:"custom_fields"`
	Meta          json.RawMessage   `json:"meta"`

	IsCompleted bool   `json:"is_completed"`
	IsPublic    bool   `json:"is_public"`
	CreatedBy   string `json:"created_by"`
	CreatedAt   Time   `json:"created_at"`
	UpdatedAt   Time   `json:"updated_at"`
}

func (*ProfileContext) carries(e Event) bool {
	return e == ProfileCreated || e == ProfileUpdated || e == ProfileDeleted
}

// Validate reports what makes the context unusable.
func (p *ProfileContext) Validate() []FieldError {
	if p.ID == "" {
		return []FieldError{{"id", "is missing"}}
	}
	if p.ProfileID != "" && p.ProfileID != p.ID {
		return []FieldError{{"profile_id", "is " + p.ProfileID + ", want the same as id, " + p.ID}}
	}
	return nil
}

// A MergedContext is the body of profile.merged: the profile that another one was merged into, and who the other was.
type MergedContext struct {
	ProfileContext
	MergedProfileID string        `json:"merged_profile_id"`
	MergedProfile   MergedProfile `json:"merged_profile"`
}

func (*MergedContext) carries(e Event) bool { return e == ProfileMerged }

// A MergedProfile is a profile, in short, that is there no more.
type MergedProfile struct {
	ID          string `json:"id"`
	ExternalID  string `json:"external_id"`
	ProfileType string `json:"profile_type"`
	FirstName   string `json:"first_name"`
	LastName    string `json:"last_name"`
	FullName    string `json:"full_name"`
	Email       string `json:"email"`
	MobilePhone string `json:"mobile_phone"`
	JoinedAt    Time   `json:"joined_at"`
	CreatedAt   Time   `json:"created_at"`
}

// validateOwner reports what is wrong with the profile inside another context. There may be none.
func validateOwner(p *ProfileContext, profileID string) []FieldError {
	if p == nil {
		return nil
	}
	var wrong []FieldError
	if p.ID != profileID {
		wrong = append(wrong, FieldError{"profile.id", "is " + p.ID + ", want the same as profile_id, " + profileID})
	}
	for _, field := range p.Validate() {
		wrong = append(wrong, FieldError{"profile." + field.Field, field.Problem})
	}
	return wrong
}

// validateObject reports what makes the context of something that a profile has unusable.
func validateObject(id int64, p *ProfileContext, profileID string) []FieldError {
	var wrong []FieldError
	if id == 0 {
		wrong = append(wrong, FieldError{"id", "is missing"})
	}
	if profileID == "" {
		wrong = append(wrong, FieldError{"profile_id", "is missing"})
	}
	return append(wrong, validateOwner(p, profileID)...)
}

// An Identity names the profile in another system: (Handle, Identifier) is unique over all profiles.
type Identity struct {
	ID         int64  `json:"id"`
	Handle     string `json:"handle"` // shopify, klaviyo, loyalty-card, …
	Identifier string `json:"identifier"`
	ProfileID  string `json:"profile_id"`
	IsPrimary  bool   `json:"is_primary"`
	IsActive   bool   `json:"is_active"`
	MergedFrom string `json:"merged_from"` // the profile it came from, by a merge
	CreatedAt  Time   `json:"created_at"`
	UpdatedAt  Time   `json:"updated_at"`
}

// A Status is a defined status. On a profile it has ExpiresAt and IsActive as well.
type Status struct {
	ID               int64  `json:"id"`
	Name             string `json:"name"`
	Handle           string `json:"handle"`
	SortOrder        int64  `json:"sort_order"`
	Code             string `json:"code"`
	Colour           string `json:"colour"`
	PrimaryColour    string `json:"primary_colour"`
	SecondaryColour  string `json:"secondary_colour"`
	TextColour       string `json:"text_colour"`
	Icon             string `json:"icon"`
	ImageURL         string `json:"image_url"`
	Description      string `json:"description"`
	ShortDescription string `json:"short_description"`
	LongDescription  string `json:"long_description"`
	EarnInstructions string `json:"earn_instructions"`
	TermsConditions  string `json:"terms_conditions"`
	InternalNotes    string `json:"internal_notes"`
	GroupHandle      string `json:"group_handle"`
	GroupName        string `json:"group_name"`
	Period           int64  `json:"period"`
	PeriodType       string `json:"period_type"`
	AbsoluteExpiry   Time   `json:"absolute_expiry"`
	Timezone         string `json:"timezone"`
	ExpiresAt        Time   `json:"expires_at"`
	IsActive         bool   `json:"is_active"`
	CreatedAt        Time   `json:"created_at"`
	UpdatedAt        Time   `json:"updated_at"`
}

// A Tier is the tier that a profile holds.
type Tier struct {
	ID            int64           `json:"id"`
	ProfileID     string          `json:"profile_id"`
	Name          string          `json:"name"`
	Handle        string          `json:"handle"`
	Definition    *TierDefinition `json:"definition"`
	AchievedAt    Time            `json:"achieved_at"`
	AnniversaryAt Time            `json:"anniversary_at"`
	MaintainedAt  Time            `json:"maintained_at"`
	AssignedAt    Time            `json:"assigned_at"` // zero unless assigned by hand
}

// Staff is a member of staff, as the till names them.
type Staff struct {
	ID         string     `json:"id"`
	FullName   string     `json:"full_name"`
	Email      string     `json:"email"`
	Identities []Identity `json:"identities"`
}
