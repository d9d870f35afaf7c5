package event

import (
	"encoding/json"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// Profile is the resource as Omneo API v3 shows it.
type Profile struct {
	// ID is a UUID in lower case.
	ID         string      `json:"id"`
	ExternalID scalar.Text `json:"external_id"`
	// ProfileType is temporary, dependant, incomplete, pending, system, active or
	// deleted.
	ProfileType scalar.Text `json:"profile_type"`
	Title       scalar.Text `json:"title"`
	FirstName   scalar.Text `json:"first_name"`
	LastName    scalar.Text `json:"last_name"`
	FullName    scalar.Text `json:"full_name"`
	Email       scalar.Text `json:"email"`
	// Gender is male, female, withheld or other.
	Gender     scalar.Text `json:"gender"`
	AvatarURL  scalar.Text `json:"avatar_url"`
	Company    scalar.Text `json:"company"`
	Occupation scalar.Text `json:"occupation"`
	// Currency is an ISO 4217 code.
	Currency scalar.Text `json:"currency"`

	// MobilePhone is the number as it was given. What follows derives from it,
	// and is null where its country is not known.
	MobilePhone scalar.Text `json:"mobile_phone"`
	// MobilePhoneCountry is an ISO 3166 alpha-2 code.
	MobilePhoneCountry scalar.Text `json:"mobile_phone_country"`
	MobilePhoneE164    scalar.Text `json:"mobile_phone_e164"`
	// MobilePhoneNational is the number as dialled at home, with the prefix.
	MobilePhoneNational       scalar.Text `json:"mobile_phone_national"`
	MobilePhoneNationalPrefix scalar.Text `json:"mobile_phone_national_prefix"`
	SecondaryPhone            scalar.Text `json:"secondary_phone"`

	BirthDay   scalar.Int `json:"birth_day"`
	BirthMonth scalar.Int `json:"birth_month"`
	BirthYear  scalar.Int `json:"birth_year"`
	// BirthDate is null unless day, month and year are known; the others need
	// only day and month.
	BirthDate scalar.Date `json:"birth_date"`
	// BirthDays counts the days until the next birthday, 0 on the day itself.
	BirthDays *int `json:"birth_days"`
	// BirthDaysPast counts the days since the latest birthday.
	BirthDaysPast *int        `json:"birth_days_past"`
	NextBirthday  scalar.Date `json:"next_birthday"`

	JoinedAt            scalar.Time `json:"joined_at"`
	JoinedLocationID    scalar.Int  `json:"joined_location_id"`
	JoinedLocation      *Location   `json:"joined_location"`
	JoinedStaffID       scalar.Int  `json:"joined_staff_id"`
	PreferredLocationID scalar.Int  `json:"preferred_location_id"`
	PreferredLocation   *Location   `json:"preferred_location"`
	PreferredStaffID    scalar.Int  `json:"preferred_staff_id"`

	Tags []string `json:"tags"`
	// Statuses are the handles of the statuses that hold at the moment,
	// StatusesOriginal all that were given and not taken away.
	Statuses         []string        `json:"statuses"`
	StatusesOriginal []ProfileStatus `json:"statuses_original"`

	TierHandle scalar.Text `json:"tier_handle"`
	Tier       *Tier       `json:"tier"`

	ProfileBalances

	Attributes       Attributes        `json:"attributes"`
	CustomAttributes []CustomAttribute `json:"custom_attributes"`
	Identities       []Identity        `json:"identities"`
	// Address is the default one. Addresses are not part of an event context.
	Address   *Address  `json:"address"`
	Addresses []Address `json:"addresses,omitzero"`

	// Regions and organisations are not kept: Region is null, the lists are empty.
	Region        *struct{}  `json:"region"`
	Regions       []struct{} `json:"regions"`
	Organisations []struct{} `json:"organisations"`

	// IsCompleted says that the name and a way to reach the profile are known.
	IsCompleted bool `json:"is_completed"`
	IsPublic    bool `json:"is_public"`
	// CreatedBy is the namespace of the integration that made the profile.
	CreatedBy scalar.Text `json:"created_by"`
	CreatedAt scalar.Time `json:"created_at"`
	UpdatedAt scalar.Time `json:"updated_at"`
}

// ProfileContext is the event context of a profile: the root of the profile
// events, and `profile` in every other context.
type ProfileContext struct {
	Profile
	// ProfileID equals ID, so that every context names the profile alike.
	ProfileID         string       `json:"profile_id"`
	FlattenedTags     []string     `json:"flattened_tags"`
	FlattenedStatuses []string     `json:"flattened_statuses"`
	Aggregations      Aggregations `json:"aggregations"`
}

// ProfileBalances are what a profile has to spend, as they stand in the
// profile.
type ProfileBalances struct {
	RewardBalance       scalar.Amount `json:"reward_balance"`
	PointBalance        scalar.Amount `json:"point_balance"`
	PointBalanceDollars scalar.Amount `json:"point_balance_dollars"`
	// BenefitBalance counts benefits.
	BenefitBalance int64         `json:"benefit_balance"`
	CreditBalance  scalar.Amount `json:"credit_balance"`
	// CombinedBalanceDollars is the rewards and the points, without credits.
	CombinedBalanceDollars scalar.Amount `json:"combined_balance_dollars"`
}

// Balances is the resource of API v3.
type Balances struct {
	ProfileBalances
	// PointPending is what is not usable yet, and not part of PointBalance.
	PointPending scalar.Amount  `json:"point_pending"`
	PointExpiry  PointForecast  `json:"point_expiry"`
	RewardExpiry RewardForecast `json:"reward_expiry"`
	// Currency is the ISO 4217 code of Localised.
	Currency  string            `json:"currency"`
	Localised LocalisedBalances `json:"localised"`
}

// LocalisedBalances are the amounts of money in the currency asked for.
type LocalisedBalances struct {
	RewardBalance          scalar.Amount `json:"reward_balance"`
	PointBalanceDollars    scalar.Amount `json:"point_balance_dollars"`
	CombinedBalanceDollars scalar.Amount `json:"combined_balance_dollars"`
}

// Tier is the tier that a profile holds.
type Tier struct {
	ID            int64       `json:"id"`
	ProfileID     string      `json:"profile_id"`
	Name          string      `json:"name"`
	Handle        string      `json:"handle"`
	AchievedAt    scalar.Time `json:"achieved_at"`
	AnniversaryAt scalar.Time `json:"anniversary_at"`
	MaintainedAt  scalar.Time `json:"maintained_at"`
	// AssignedAt is null unless it was assigned by hand.
	AssignedAt scalar.Time `json:"assigned_at"`
}

// Identity is what a profile is called in another system.
type Identity struct {
	ID         int64       `json:"id"`
	Handle     string      `json:"handle"`
	Identifier string      `json:"identifier"`
	ProfileID  string      `json:"profile_id"`
	IsPrimary  bool        `json:"is_primary"`
	IsActive   bool        `json:"is_active"`
	MergedFrom scalar.Text `json:"merged_from"`
	CreatedAt  scalar.Time `json:"created_at"`
	UpdatedAt  scalar.Time `json:"updated_at"`
}

// Address is a postal address of a profile.
type Address struct {
	ID         int64       `json:"id"`
	ProfileID  string      `json:"profile_id"`
	ExternalID scalar.Text `json:"external_id"`
	store.AddressLines
	IsDefault bool        `json:"is_default"`
	CreatedAt scalar.Time `json:"created_at"`
	UpdatedAt scalar.Time `json:"updated_at"`
}

// Status is a definition of a status.
type Status struct {
	ID          int64       `json:"id"`
	Name        string      `json:"name"`
	Handle      string      `json:"handle"`
	SortOrder   int64       `json:"sort_order"`
	Code        scalar.Text `json:"code"`
	Colour      scalar.Text `json:"colour"`
	GroupHandle scalar.Text `json:"group_handle"`
	GroupName   scalar.Text `json:"group_name"`
	Period      scalar.Int  `json:"period"`
	// PeriodType is days, weeks, months, years, absolute_date, absolute_week or
	// absolute_month.
	PeriodType     scalar.Text `json:"period_type"`
	AbsoluteExpiry scalar.Time `json:"absolute_expiry"`
	Timezone       scalar.Text `json:"timezone"`
	store.StatusDisplay
	CreatedAt scalar.Time `json:"created_at"`
	UpdatedAt scalar.Time `json:"updated_at"`
}

// ProfileStatus is a status as a profile has it.
type ProfileStatus struct {
	Status
	AssignedAt scalar.Time `json:"assigned_at"`
	ExpiresAt  scalar.Time `json:"expires_at"`
	IsActive   bool        `json:"is_active"`
}

// Attributes are a profile's attributes by namespace.
type Attributes struct {
	Comms      Comms           `json:"comms"`
	Appearance Appearance      `json:"appearance"`
	Dates      []DateAttribute `json:"dates"`
}

// Appearance holds sizes, measurements, shapes and colours as text, by names in
// snake case. Any name may be used; API v3 knows among others size_top,
// size_pant, size_dress, size_jacket, size_shoe, size_hat, size_gloves,
// size_type_region, measurement_height, measurement_chest, measurement_waist,
// measurement_hip, measurement_leg_inside, measurement_foot_length, shape_body,
// shape_face, hair_colour, hair_length, eye_colour, brow_colour and skin_type.
type Appearance map[string]string

// DateAttribute is a day that matters to a profile.
type DateAttribute struct {
	// ID counts the profile's own dates.
	ID                int64           `json:"id"`
	ProfileID         string          `json:"profile_id"`
	Name              scalar.Text     `json:"name"`
	Handle            string          `json:"handle"`
	Date              scalar.Date     `json:"date"`
	IsRecurring       bool            `json:"is_recurring"`
	RecurringSchedule scalar.Text     `json:"recurring_schedule"`
	Relationship      scalar.Text     `json:"relationship"`
	Role              scalar.Text     `json:"role"`
	Description       scalar.Text     `json:"description"`
	Note              scalar.Text     `json:"note"`
	Meta              json.RawMessage `json:"meta"`
	CreatedAt         scalar.Time     `json:"created_at"`
	UpdatedAt         scalar.Time     `json:"updated_at"`
}

// CustomAttribute is a value of the retailer's own, addressed as
// namespace:handle.
type CustomAttribute struct {
	// ID counts the profile's own custom attributes.
	ID        int64  `json:"id"`
	ProfileID string `json:"profile_id"`
	Namespace string `json:"namespace"`
	Handle    string `json:"handle"`
	// Type is string, integer, float, boolean, json or array, and that of Value.
	Type      string          `json:"type"`
	Value     json.RawMessage `json:"value"`
	CreatedAt scalar.Time     `json:"created_at"`
	UpdatedAt scalar.Time     `json:"updated_at"`
}
