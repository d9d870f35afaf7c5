package loyalty

import (
	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// BenefitDefinitions are the benefits that there are.
var BenefitDefinitions = &Definitions[event.BenefitDefinition]{
	Kind: store.BenefitDefinition, Resource: "benefit definition",
	common: (*event.BenefitDefinition).Common,
	typ:    func(d *event.BenefitDefinition) scalar.Text { return d.Type },
	check:  checkBenefitDefinition,
}

var benefitTypes = []scalar.Text{"discount", "value", "competition", "event", "gift", "voucher", "bonus", "other"}

func checkBenefitDefinition(t *store.Tenant, d, _ *event.BenefitDefinition, invalid *InvalidError) error {
	if d.Type == "" {
		d.Type = "other"
	}
	oneOf(invalid, "type", d.Type, benefitTypes...)
	if d.MaxRedemptions < 0 {
		invalid.Add("max_redemptions", "The max redemptions must be at least 0.")
	}
	if d.MaxGlobalRedemptions < 0 {
		invalid.Add("max_global_redemptions", "The max global redemptions must be at least 0.")
	}
	if !d.ClaimPeriodEndAt.IsZero() && !d.ClaimPeriodEndAt.After(d.ClaimPeriodStartAt.Time) {
		invalid.Add("claim_period_end_at", "The claim period end at must be after the claim period start at.")
	}
	checkRule(invalid, "claim_condition", &d.ClaimCondition)
	checkRule(invalid, "view_condition", &d.ViewCondition)
	checkRule(invalid, "visibility_condition", &d.VisibilityCondition)
	checkPeriod(invalid, "", d.Period)
	return checkNotices(t, &d.Notices, invalid)
}

// checkNotices notes targets that do not exist and offsets out of range.
func checkNotices(t *store.Tenant, n *event.Notices, invalid *InvalidError) error {
	for _, f := range []struct {
		field string
		id    scalar.Int
	}{
		{"issue_target_id", n.IssueTargetID}, {"expiry_target_id", n.ExpiryTargetID},
		{"remind_target_id", n.RemindTargetID}, {"extend_target_id", n.ExtendTargetID},
	} {
		if f.id == 0 {
			continue
		}
		_, err := t.Target(int64(f.id))
		if err = missing(err, "target", f.id); isNotFound(err) {
			invalid.Add(f.field, "The selected %s is invalid.", label(f.field))
		} else if err != nil {
			return err
		}
	}
	if n.NotifyIssueOffsetDays < 0 || n.NotifyIssueOffsetDays > maxPeriod {
		invalid.Add("notify_issue_offset_days", "The notify issue offset days must be between 0 and %d.", maxPeriod)
	}
	if n.NotifyRemindOffsetDays < 0 || n.NotifyRemindOffsetDays > maxPeriod {
		invalid.Add("notify_remind_offset_days", "The notify remind offset days must be between 0 and %d.", maxPeriod)
	}
	checkHour(invalid, "notify_issue_offset_hour", n.NotifyIssueOffsetHour)
	checkHour(invalid, "notify_remind_offset_hour", n.NotifyRemindOffsetHour)
	return nil
}

func checkHour(invalid *InvalidError, field string, hour *int64) {
	if hour != nil && (*hour < 0 || *hour > 23) {
		invalid.Add(field, "The %s must be between 0 and 23.", label(field))
	}
}
