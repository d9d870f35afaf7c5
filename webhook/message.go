package webhook

import "time"

// An Event is the type of an event, as X-Omneo-Event carries it.
type Event string

// The canonical event types.
const (
	ProfileCreated        Event = "profile.created"
	ProfileUpdated        Event = "profile.updated"
	TransactionCreated    Event = "transaction.created"
	TransactionUpdated    Event = "transaction.updated"
	BenefitIssued         Event = "benefit.issued"
	BenefitRedeemed       Event = "benefit.redeemed"
	RewardIssued          Event = "reward.issued"
	RewardRedeemed        Event = "reward.redeemed"
	PointsAwarded         Event = "points.awarded"
	TierAchieved          Event = "tier.achieved"
	AchievementProgressed Event = "achievement.progressed"
)

// A Message is a verified request.
type Message struct {
	// ID is the same on every attempt to deliver one event to one endpoint: the key to deduplicate by. It is empty in the
	// Omneo scheme, which signs no id.
	ID string

	// Timestamp is when the attempt was signed, not when the event happened. It is zero in the Omneo scheme.
	Timestamp time.Time

	// Event is the value of X-Omneo-Event, or empty. No signature covers it.
	Event Event

	// Body is the raw request body. Fields that a context type doesn't name are still in here.
	Body []byte

	// Scheme is the family that verified the request.
	Scheme Scheme
}
