package event

// Entry is one event type of the catalogue.
type Entry struct {
	Type Type
	// Description says when it fires.
	Description string
	// Sample is a context with every field filled in.
	Sample any
}

var catalogue = []Entry{
	{ProfileCreated, "A profile was stored for the first time.", sampleProfile()},
	{ProfileUpdated, "A profile's own fields, attributes, tags, statuses, identities or addresses changed.", sampleProfile()},
	{ProfileMerged, "Another profile was merged into the profile, and is there no more.", sampleMerged()},
	{ProfileDeleted, "A profile was deleted; its context is what it was last.", sampleProfile()},
	{TransactionCreated, "A transaction was recorded.", sampleTransaction()},
	{TransactionUpdated, "A transaction changed, was voided, or was attached to a profile or detached from one.", sampleTransaction()},
	{PointsAwarded, "Points were given, pending ones too.", samplePoints()},
	{PointsExpired, "What was left of points expired.", sampleExpiredPoints()},
	{RewardIssued, "A reward was given.", sampleReward()},
	{RewardRedeemed, "A redemption took from a reward.", sampleRedeemedReward()},
	{RewardExpiring, "A reward is about to expire: the reminder that its definition asks for.", sampleExpiringReward()},
	{RewardExpired, "What was left of a reward expired.", sampleExpiredReward()},
	{RewardExtended, "A reward was made to expire later.", sampleExtendedReward()},
	{RewardNotified, "The notice of a reward was given: after the offset that its definition asks for, or by hand.", sampleReward()},
	{BenefitIssued, "A benefit was given.", sampleBenefit()},
	{BenefitClaimed, "A profile claimed a benefit, which benefit.issued tells of too.", sampleClaimedBenefit()},
	{BenefitRedeemed, "A benefit was redeemed.", sampleRedeemedBenefit()},
	{BenefitExpiring, "A benefit is about to expire: the reminder that its definition asks for.", sampleClaimedBenefit()},
	{BenefitExpired, "A benefit expired that was not used up.", sampleExpiredBenefit()},
	{BenefitExtended, "A benefit was made to expire later.", sampleExtendedBenefit()},
	{BenefitNotified, "The notice of a benefit was given: after the offset that its definition asks for, or by hand.", sampleBenefit()},
	{BalanceUpdated, "A profile's points, rewards or benefits changed. Told only while a trigger listens to it.", sampleBalance()},
	{AchievementProgressed, "A count was added to a profile's score in an achievement.", sampleVisits()},
	{AchievementUnlocked, "A count unlocked a level of an achievement, once for each level.", sampleUnlocked()},
	{TierAchieved, "A profile attained a tier, or was given a higher one by hand.", sampleTier()},
	{TierMaintained, "A profile kept its tier at the anniversary, or was given it anew by hand.", sampleTierMaintained()},
	{TierLost, "A profile fell to a lower tier at the anniversary, or was given a lower one by hand.", sampleTierLost()},
	{AutomationFired, "An automation selected a profile, and ran its actions for it.", sampleAutomation()},
}

// Catalogue returns every event type, in the order of the documentation.
func Catalogue() []Entry { return append([]Entry{}, catalogue...) }
