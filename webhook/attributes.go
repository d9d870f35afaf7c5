package webhook

import "encoding/json"

// Attributes are a profile's attributes by namespace.
type Attributes struct {
	Comms      Comms           `json:"comms"`
	Appearance Appearance      `json:"appearance"`
	Dates      []DateAttribute `json:"dates"`
}

// Appearance holds sizes, measurements and colours by name (size_top, size_shoe, hair_colour, measurement_waist, …). What
// isn't known is absent or empty.
type Appearance map[string]string

// A DateAttribute is a day that matters to the profile.
type DateAttribute struct {
	ID                int64           `json:"id"`
	ProfileID         string          `json:"profile_id"`
	Name              string          `json:"name"`
	Handle            string          `json:"handle"`
	Date              Time            `json:"date"`
	IsRecurring       bool            `json:"is_recurring"`
	RecurringSchedule string          `json:"recurring_schedule"`
	Relationship      string          `json:"relationship"`
	Role              string          `json:"role"`
	Description       string          `json:"description"`
	Note              string          `json:"note"`
	Meta              json.RawMessage `json:"meta"`
	CreatedAt         Time            `json:"created_at"`
	UpdatedAt         Time            `json:"updated_at"`
}

// A CustomAttribute is a value that the retailer defined, addressed as namespace:handle.
type CustomAttribute struct {
	ID        int64           `json:"id"`
	ProfileID string          `json:"profile_id"`
	Namespace string          `json:"namespace"`
	Handle    string          `json:"handle"`
	Type      string          `json:"type"` // string, integer, float, boolean, json, array
	Value     json.RawMessage `json:"value"`
	CreatedAt Time            `json:"created_at"`
	UpdatedAt Time            `json:"updated_at"`
}

// A Channel is a way to reach a profile.
type Channel string

// The channels.
const (
	Email Channel = "email"
	SMS   Channel = "sms"
	Push  Channel = "push"
	Phone Channel = "phone"
	Post  Channel = "post"
)

// Comms are a profile's communication preferences. Each flag is true, false, or nil when the profile never said; see
// [Comms.Subscribed].
type Comms struct {
	ProfileID string `json:"profile_id"`

	EmailOptout       *bool  `json:"email_optout"`
	EmailBounced      *bool  `json:"email_bounced"`
	EmailPromo        *bool  `json:"email_promo"`
	EmailDiscover     *bool  `json:"email_discover"`
	EmailBenefits     *bool  `json:"email_benefits"`
	EmailReminders    *bool  `json:"email_reminders"`
	EmailAccount      *bool  `json:"email_account"`
	EmailBookings     *bool  `json:"email_bookings"`
	EmailFeedback     *bool  `json:"email_feedback"`
	EmailLocation     *bool  `json:"email_location"`
	EmailService      *bool  `json:"email_service"`
	EmailVerification string `json:"email_verification"` // not_sent, sent, delivered, undelivered, failed, verified

	SMSOptout       *bool  `json:"sms_optout"`
	SMSBounced      *bool  `json:"sms_bounced"`
	SMSPromo        *bool  `json:"sms_promo"`
	SMSDiscover     *bool  `json:"sms_discover"`
	SMSBenefits     *bool  `json:"sms_benefits"`
	SMSReminders    *bool  `json:"sms_reminders"`
	SMSAccount      *bool  `json:"sms_account"`
	SMSBookings     *bool  `json:"sms_bookings"`
	SMSFeedback     *bool  `json:"sms_feedback"`
	SMSLocation     *bool  `json:"sms_location"`
	SMSService      *bool  `json:"sms_service"`
	SMSVerification string `json:"sms_verification"`

	PushOptout       *bool  `json:"push_optout"`
	PushBounced      *bool  `json:"push_bounced"`
	PushPromo        *bool  `json:"push_promo"`
	PushDiscover     *bool  `json:"push_discover"`
	PushBenefits     *bool  `json:"push_benefits"`
	PushReminders    *bool  `json:"push_reminders"`
	PushAccount      *bool  `json:"push_account"`
	PushBookings     *bool  `json:"push_bookings"`
	PushFeedback     *bool  `json:"push_feedback"`
	PushLocation     *bool  `json:"push_location"`
	PushService      *bool  `json:"push_service"`
	PushVerification string `json:"push_verification"`

	PhoneOptout       *bool  `json:"phone_optout"`
	PhoneBounced      *bool  `json:"phone_bounced"`
	PhonePromo        *bool  `json:"phone_promo"`
	PhoneDiscover     *bool  `json:"phone_discover"`
	PhoneBenefits     *bool  `json:"phone_benefits"`
	PhoneReminders    *bool  `json:"phone_reminders"`
	PhoneAccount      *bool  `json:"phone_account"`
	PhoneBookings     *bool  `json:"phone_bookings"`
	PhoneFeedback     *bool  `json:"phone_feedback"`
	PhoneLocation     *bool  `json:"phone_location"`
	PhoneService      *bool  `json:"phone_service"`
	PhoneVerification string `json:"phone_verification"`

	PostOptout       *bool  `json:"post_optout"`
	PostBounced      *bool  `json:"post_bounced"`
	PostPromo        *bool  `json:"post_promo"`
	PostDiscover     *bool  `json:"post_discover"`
	PostBenefits     *bool  `json:"post_benefits"`
	PostReminders    *bool  `json:"post_reminders"`
	PostAccount      *bool  `json:"post_account"`
	PostBookings     *bool  `json:"post_bookings"`
	PostFeedback     *bool  `json:"post_feedback"`
	PostLocation     *bool  `json:"post_location"`
	PostService      *bool  `json:"post_service"`
	PostVerification string `json:"post_verification"`

	EmailConsentUpdatedAt Time   `json:"email_consent_updated_at"`
	SMSConsentUpdatedAt   Time   `json:"sms_consent_updated_at"`
	TermsAcceptedAt       Time   `json:"terms_accepted_at"`
	TermsAcceptedVersion  string `json:"terms_accepted_version"`
	CreatedAt             Time   `json:"created_at"`
	UpdatedAt             Time   `json:"updated_at"`
}

// Subscribed reports whether promotions may go to the channel, by Omneo's rule: promo isn't false, and neither optout nor
// bounced is true. What the profile never said counts as consent here, so where the law asks for an explicit one, look at
// the promo flag itself.
func (c *Comms) Subscribed(channel Channel) bool {
	var promo, optout, bounced *bool
	switch channel {
	case Email:
		promo, optout, bounced = c.EmailPromo, c.EmailOptout, c.EmailBounced
	case SMS:
		promo, optout, bounced = c.SMSPromo, c.SMSOptout, c.SMSBounced
	case Push:
		promo, optout, bounced = c.PushPromo, c.PushOptout, c.PushBounced
	case Phone:
		promo, optout, bounced = c.PhonePromo, c.PhoneOptout, c.PhoneBounced
	case Post:
		promo, optout, bounced = c.PostPromo, c.PostOptout, c.PostBounced
	default:
		return false
	}
	is := func(flag *bool, value bool) bool { return flag != nil && *flag == value }
	return !is(promo, false) && !is(optout, true) && !is(bounced, true)
}
