// Package event holds what the platform tells the world: the catalogue of
// event types, and the event context of each as a Go type with its JSON Schema
// and a sample. It does not decide when an event happens (loyalty does) nor
// what follows from it (reaction does).
package event

import "strings"

// Type is the canonical name of a kind of event, as it stands on the wire.
type Type string

// The event types of the programme.
const (
	ProfileCreated        Type = "profile.created"
	ProfileUpdated        Type = "profile.updated"
	ProfileMerged         Type = "profile.merged"
	ProfileDeleted        Type = "profile.deleted"
	TransactionCreated    Type = "transaction.created"
	TransactionUpdated    Type = "transaction.updated"
	PointsAwarded         Type = "points.awarded"
	PointsExpired         Type = "points.expired"
	TierAchieved          Type = "tier.achieved"
	TierMaintained        Type = "tier.maintained"
	TierLost              Type = "tier.lost"
	RewardIssued          Type = "reward.issued"
	RewardRedeemed        Type = "reward.redeemed"
	RewardExpiring        Type = "reward.expiring"
	RewardExpired         Type = "reward.expired"
	RewardExtended        Type = "reward.extended"
	RewardNotified        Type = "reward.notified"
	BenefitIssued         Type = "benefit.issued"
	BenefitClaimed        Type = "benefit.claimed"
	BenefitRedeemed       Type = "benefit.redeemed"
	BenefitExpiring       Type = "benefit.expiring"
	BenefitExpired        Type = "benefit.expired"
	BenefitExtended       Type = "benefit.extended"
	BenefitNotified       Type = "benefit.notified"
	AchievementProgressed Type = "achievement.progressed"
	AchievementUnlocked   Type = "achievement.unlocked"
	BalanceUpdated        Type = "balance.updated"
	AutomationFired       Type = "automation.fired"
)

// aliases are the other names under which integrations know the types.
var aliases = map[string]Type{
	"profiles.create":           ProfileCreated,
	"profile.create":            ProfileCreated,
	"profile.update":            ProfileUpdated,
	"profile_update":            ProfileUpdated,
	"transaction.create":        TransactionCreated,
	"transaction.update":        TransactionUpdated,
	"benefit.created":           BenefitIssued,
	"reward.created":            RewardIssued,
	"point.created":             PointsAwarded,
	"transaction.points.issued": PointsAwarded,
}

// Canonical returns the type that a name or one of its aliases stands for;
// false when there is none in the catalogue.
func Canonical(name string) (Type, bool) {
	name = strings.ToLower(strings.TrimSpace(name))
	if t, ok := aliases[name]; ok {
		return t, true
	}
	for _, e := range catalogue {
		if string(e.Type) == name {
			return e.Type, true
		}
	}
	return "", false
}

// Names lists the canonical types for an error.
func Names() string {
	names := make([]string, len(catalogue))
	for i, e := range catalogue {
		names[i] = string(e.Type)
	}
	return strings.Join(names, ", ")
}
