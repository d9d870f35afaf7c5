package webhook

import "time"

// An Event is the type of an event, as X-Omneo-Event carries it.
type Event string

// The event types. The comment of each context says which of them it holds.
const (
	ProfileCreated        Event = "profile.created"
	ProfileUpdated        Event = "profile.updated"
	ProfileMerged         Event = "profile.merged"
	ProfileDeleted        Event = "profile.deleted"
	TransactionCreated    Event = "transaction.created"
	TransactionUpdated    Event = "transaction.updated"
	PointsAwarded         Event = "points.awarded"
	PointsExpired         Event = "points.expired"
	TierAchieved          Event = "tier.achieved"
	TierMaintained        Event = "tier.maintained"
	TierLost              Event = "tier.lost"
	RewardIssued          Event = "reward.issued"
	RewardRedeemed        Event = "reward.redeemed"
	RewardExpiring        Event = "reward.expiring"
	RewardExpired         Event = "reward.expired"
	RewardExtended        Event = "reward.extended"
	RewardNotified        Event = "reward.notified"
	BenefitIssued         Event = "benefit.issued"
	BenefitClaimed        Event = "benefit.claimed"
	BenefitRedeemed       Event = "benefit.redeemed"
	BenefitExpiring       Event = "benefit.expiring"
	BenefitExpired        Event = "benefit.expired"
	BenefitExtended       Event = "benefit.extended"
	BenefitNotified       Event = "benefit.notified"
	AchievementProgressed Event = "achievement.progressed"
	AchievementUnlocked   Event = "achievement.unlocked"
	BalanceUpdated        Event = "balance.updated"
	AutomationFired       Event = "automation.fired"
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
