package event

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/belfryhq/belfry/internal/wire"
	"github.com/belfryhq/belfry/webhook"
)

func TestEverySampleDecodesIntoTheReceiversContextWithNoFieldUnknown(t *testing.T) {
	for _, e := range Catalogue() {
		body, err := wire.Marshal(e.Sample)
		if err != nil {
			t.Fatal(err)
		}
		into := receivers[e.Type]
		if into == nil {
			t.Errorf("%s: the webhook package has no context", e.Type)
			continue
		}
		d := json.NewDecoder(strings.NewReader(string(body)))
		d.DisallowUnknownFields()
		if err := d.Decode(into()); err != nil {
			t.Errorf("%s: %v", e.Type, err)
		}
		m := webhook.Message{Event: webhook.Event(e.Type), Body: body}
		if err := m.Decode(into()); err != nil {
			t.Errorf("%s: %v", e.Type, err)
		}
	}
}

func context[T any]() any { return new(T) }

// receivers gives the receiver's context of each event type.
var receivers = map[Type]func() any{
	ProfileCreated: context[webhook.ProfileContext], ProfileUpdated: context[webhook.ProfileContext],
	ProfileDeleted: context[webhook.ProfileContext], ProfileMerged: context[webhook.MergedContext],
	TransactionCreated: context[webhook.TransactionContext], TransactionUpdated: context[webhook.TransactionContext],
	PointsAwarded: context[webhook.PointContext], PointsExpired: context[webhook.PointContext],
	TierAchieved: context[webhook.TierContext], TierMaintained: context[webhook.TierContext],
	TierLost: context[webhook.TierContext], RewardIssued: context[webhook.RewardContext],
	RewardRedeemed: context[webhook.RewardContext], RewardExpiring: context[webhook.RewardContext],
	RewardExpired: context[webhook.RewardContext], RewardExtended: context[webhook.RewardContext],
	RewardNotified: context[webhook.RewardContext], BenefitIssued: context[webhook.BenefitContext],
	BenefitClaimed: context[webhook.BenefitContext], BenefitRedeemed: context[webhook.BenefitContext],
	BenefitExpiring: context[webhook.BenefitContext], BenefitExpired: context[webhook.BenefitContext],
	BenefitExtended: context[webhook.BenefitContext], BenefitNotified: context[webhook.BenefitContext],
	AchievementProgressed: context[webhook.AchievementContext],
	AchievementUnlocked:   context[webhook.AchievementUnlockedContext], BalanceUpdated: context[webhook.BalanceContext],
	AutomationFired: context[webhook.AutomationContext],
}

// Where a field is null, whatever it holds, a receiver must still be able to
// read the rest.
func TestReceiversReadEachFieldAsNull(t *testing.T) {
	for _, e := range Catalogue() {
		body, err := wire.Marshal(e.Sample)
		if err != nil {
			t.Fatal(err)
		}
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(body, &fields); err != nil {
			t.Fatal(err)
		}
		for name, value := range fields {
			fields[name] = json.RawMessage("null")
			text, err := json.Marshal(fields)
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(text, receivers[e.Type]()); err != nil {
				t.Errorf("%s with %s null: %v", e.Type, name, err)
			}
			fields[name] = value
		}
	}
}

func TestEverySchemaDescribesEveryFieldOfItsSample(t *testing.T) {
	for _, e := range Catalogue() {
		raw, err := e.Schema()
		if err != nil {
			t.Fatal(err)
		}
		var schema struct {
			Ref  string `json:"$ref"`
			Defs map[string]struct {
				Properties map[string]any `json:"properties"`
			} `json:"$defs"`
		}
		if err := json.Unmarshal(raw, &schema); err != nil {
			t.Fatal(err)
		}
		root := schema.Defs[strings.TrimPrefix(schema.Ref, "#/$defs/")]
		body, err := wire.Marshal(e.Sample)
		if err != nil {
			t.Fatal(err)
		}
		var sample map[string]any
		if err := json.Unmarshal(body, &sample); err != nil {
			t.Fatal(err)
		}
		for field := range sample {
			if root.Properties[field] == nil {
				t.Errorf("%s: the schema does not know %q", e.Type, field)
			}
		}
		delete(root.Properties, "addresses") // the API's alone, not the context's
		if !strings.HasSuffix(string(e.Type), ".redeemed") {
			delete(root.Properties, "redemption")
		}
		for field := range root.Properties {
			if _, ok := sample[field]; !ok {
				t.Errorf("%s: the sample lacks %q", e.Type, field)
			}
		}
	}
}

func TestAliasesStandForCanonicalTypes(t *testing.T) {
	for name, want := range map[string]Type{
		"profile.created": ProfileCreated, "profiles.create": ProfileCreated, " Profile.Update ": ProfileUpdated,
		"profile_update": ProfileUpdated, "transaction.create": TransactionCreated,
	} {
		if got, ok := Canonical(name); !ok || got != want {
			t.Errorf("Canonical(%q) = %q, %v; want %q", name, got, ok, want)
		}
	}
	if got, ok := Canonical("profile.exploded"); ok {
		t.Errorf("Canonical of an unknown name = %q", got)
	}
}

func TestASampleIsMadeAnewForEachReader(t *testing.T) {
	one, other := Catalogue(), Catalogue()
	if reflect.ValueOf(one).Pointer() == reflect.ValueOf(other).Pointer() {
		t.Error("two readers share one catalogue")
	}
}
