package event

import (
	"encoding/json"

	"github.com/belfryhq/belfry/internal/scalar"
)

// Comms are what a profile allows and how it can be reached, for each channel
// alike. A flag is null until somebody said yes or no; optout and bounced are
// false from the start.
type Comms struct {
	EmailOptout       Refusal      `json:"email_optout"`
	EmailBounced      Refusal      `json:"email_bounced"`
	EmailPromo        *bool        `json:"email_promo"`
	EmailDiscover     *bool        `json:"email_discover"`
	EmailBenefits     *bool        `json:"email_benefits"`
	EmailReminders    *bool        `json:"email_reminders"`
	EmailAccount      *bool        `json:"email_account"`
	EmailBookings     *bool        `json:"email_bookings"`
	EmailFeedback     *bool        `json:"email_feedback"`
	EmailLocation     *bool        `json:"email_location"`
	EmailService      *bool        `json:"email_service"`
	EmailVerification Verification `json:"email_verification"`

	SMSOptout       Refusal      `json:"sms_optout"`
	SMSBounced      Refusal      `json:"sms_bounced"`
	SMSPromo        *bool        `json:"sms_promo"`
	SMSDiscover     *bool        `json:"sms_discover"`
	SMSBenefits     *bool        `json:"sms_benefits"`
	SMSReminders    *bool        `json:"sms_reminders"`
	SMSAccount      *bool        `json:"sms_account"`
	SMSBookings     *bool        `json:"sms_bookings"`
	SMSFeedback     *bool        `json:"sms_feedback"`
	SMSLocation     *bool        `json:"sms_location"`
	SMSService      *bool        `json:"sms_service"`
	SMSVerification Verification `json:"sms_verification"`

	PushOptout       Refusal      `json:"push_optout"`
	PushBounced      Refusal      `json:"push_bounced"`
	PushPromo        *bool        `json:"push_promo"`
	PushDiscover     *bool        `json:"push_discover"`
	PushBenefits     *bool        `json:"push_benefits"`
	PushReminders    *bool        `json:"push_reminders"`
	PushAccount      *bool        `json:"push_account"`
	PushBookings     *bool        `json:"push_bookings"`
	PushFeedback     *bool        `json:"push_feedback"`
	PushLocation     *bool        `json:"push_location"`
	PushService      *bool        `json:"push_service"`
	PushVerification Verification `json:"push_verification"`

	PhoneOptout       Refusal      `json:"phone_optout"`
	PhoneBounced      Refusal      `json:"phone_bounced"`
	PhonePromo        *bool        `json:"phone_promo"`
	PhoneDiscover     *bool        `json:"phone_discover"`
	PhoneBenefits     *bool        `json:"phone_benefits"`
	PhoneReminders    *bool        `json:"phone_reminders"`
	PhoneAccount      *bool        `json:"phone_account"`
	PhoneBookings     *bool        `json:"phone_bookings"`
	PhoneFeedback     *bool        `json:"phone_feedback"`
	PhoneLocation     *bool        `json:"phone_location"`
	PhoneService      *bool        `json:"phone_service"`
	PhoneVerification Verification `json:"phone_verification"`

	PostOptout       Refusal      `json:"post_optout"`
	PostBounced      Refusal      `json:"post_bounced"`
	PostPromo        *bool        `json:"post_promo"`
	PostDiscover     *bool        `json:"post_discover"`
	PostBenefits     *bool        `json:"post_benefits"`
	PostReminders    *bool        `json:"post_reminders"`
	PostAccount      *bool        `json:"post_account"`
	PostBookings     *bool        `json:"post_bookings"`
	PostFeedback     *bool        `json:"post_feedback"`
	PostLocation     *bool        `json:"post_location"`
	PostService      *bool        `json:"post_service"`
	PostVerification Verification `json:"post_verification"`

	EmailConsentUpdatedAt scalar.Time `json:"email_consent_updated_at"`
	SMSConsentUpdatedAt   scalar.Time `json:"sms_consent_updated_at"`
	TermsAcceptedAt       scalar.Time `json:"terms_accepted_at"`
	TermsAcceptedVersion  scalar.Text `json:"terms_accepted_version"`
}

// Refusal is a flag that is false from the start; null makes it false again.
type Refusal bool

// UnmarshalJSON reads true, false or null.
func (r *Refusal) UnmarshalJSON(data []byte) error {
	var b bool
	if err := json.Unmarshal(data, &b); err != nil {
		return err
	}
	*r = Refusal(b)
	return nil
}

// Verification is how far the check of an address or a number has come: not_sent,
// sent, delivered, undelivered, failed or verified. The zero value is not_sent.
type Verification string

// MarshalText writes not_sent for the zero value.
func (v Verification) MarshalText() ([]byte, error) {
	if v == "" {
		return []byte("not_sent"), nil
	}
	return []byte(v), nil
}
