package webhook

import (
	"strings"
	"testing"
)

func TestContextsOfTheProgrammeAreValidated(t *testing.T) {
	for name, tc := range map[string]struct {
		event Event
		into  any
		body  string
		want  string
	}{
		"points without an id":             {PointsAwarded, &PointContext{}, `{"profile_id":"a"}`, "id is missing"},
		"a reward of nobody":               {RewardIssued, &RewardContext{}, `{"id":1}`, "profile_id is missing"},
		"a benefit of another's profile":   {BenefitRedeemed, &BenefitContext{}, `{"id":1,"profile_id":"a","profile":{"id":"b"}}`, "profile.id is b"},
		"a balance without a profile's id": {BalanceUpdated, &BalanceContext{}, `{}`, "id is missing"},
		"a tier for a reward":              {TierLost, &RewardContext{}, `{}`, "is not what a webhook.RewardContext holds"},
		"a merge for a profile":            {ProfileMerged, &ProfileContext{}, `{"id":"a"}`, "is not what a webhook.ProfileContext holds"},
		"an unlocked level for a count":    {AchievementUnlocked, &AchievementContext{}, `{"id":1}`, "is not what a webhook.AchievementContext holds"},
	} {
		err := Message{Event: tc.event, Body: []byte(tc.body)}.Decode(tc.into)
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %s", name, err, tc.want)
		}
	}
}

func TestAnEmbeddingContextHoldsItsOwnEvent(t *testing.T) {
	merged, err := Decode[MergedContext](Message{Event: ProfileMerged, Body: []byte(`{"id":"a","merged_profile_id":"b"}`)})
	if err != nil || merged.ID != "a" || merged.MergedProfileID != "b" {
		t.Errorf("%+v, %v", merged, err)
	}
	selected, err := Decode[AutomationContext](Message{
		Event: AutomationFired, Body: []byte(`{"id":"a","automation":{"id":14,"name":"Birthday"},"run_id":391,"scheduled_at":"2026-09-14 23:00:00"}`),
	})
	if err != nil || selected.ID != "a" || selected.Automation.ID != 14 || selected.RunID != 391 || selected.ScheduledAt.IsZero() {
		t.Errorf("%+v, %v", selected, err)
	}
	unlocked, err := Decode[AchievementUnlockedContext](Message{
		Event: AchievementUnlocked, Body: []byte(`{"id":1,"profile_id":"a","count":2,"level":{"trigger":5}}`),
	})
	if err != nil || unlocked.Count != 2_0000 || unlocked.Level.Trigger != 5_0000 {
		t.Errorf("%+v, %v", unlocked, err)
	}
}
