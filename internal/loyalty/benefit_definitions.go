package loyalty

import (
	"fmt"

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
	count:  countBenefits,
}

var benefitTypes = []scalar.Text{"discount", "value", "competition", "event", "gift", "voucher", "bonus", "other"}

func checkBenefitDefinition(t *store.Tenant, d, _ *event.BenefitDefinition, invalid *InvalidError) error {
	d.BenefitCounts = event.BenefitCounts{}
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

// countBenefits fills in how often the benefits of definitions were redeemed,
// where that is limited, and how many codes they have, where there are some or
// must be.
func countBenefits(t *store.Tenant, ds []*event.BenefitDefinition) error {
	ids, limited := make([]int64, len(ds)), []int64{}
	for n, d := range ds {
		ids[n] = d.ID
		if d.MaxGlobalRedemptions != 0 {
			limited = append(limited, d.ID)
		}
	}
	redeemed, err := t.RedemptionCounts(limited...)
	if err != nil {
		return fmt.Errorf("read redemptions: %w", err)
	}
	codes, err := t.AllocationCounts(ids...)
	if err != nil {
		return fmt.Errorf("count codes: %w", err)
	}
	for _, d := range ds {
		if d.MaxGlobalRedemptions != 0 {
			n := redeemed[d.ID]
			left := max(int64(d.MaxGlobalRedemptions)-n, 0)
			d.TotalGlobalRedemptions, d.TotalGlobalRedemptionsRemaining = &n, &left
		}
		if c, ok := codes[d.ID]; ok || d.ForceAllocation {
			d.TotalAllocations, d.TotalAllocationsRemaining = &c.Total, &c.Free
		}
	}
	return nil
}

// CloneBenefitDefinition makes a definition after another, which is not
// published until that is decided. Its handle is a new one unless a request
// gives it. Codes are not copied.
func CloneBenefitDefinition(t *store.Tenant, id int64, in CloneInput) (event.BenefitDefinition, error) {
	d, err := BenefitDefinitions.Read(t, id)
	if err != nil {
		return d, err
	}
	p, err := programmeOf(t)
	if err != nil {
		return d, err
	}
	if in.Handle == "" {
		in.Handle = p.freeHandle(store.BenefitDefinition, d.Handle)
	}
	if in.Name == "" {
		in.Name = d.Name
	}
	d.Handle, d.Name, d.IsPublished = in.Handle, in.Name, false
	return BenefitDefinitions.Create(t, d)
}

// CloneInput says how a copy differs from what it was made after.
type CloneInput struct {
	Handle scalar.Text `json:"handle" doc:"derived from the former one when not given"`
	Name   scalar.Text `json:"name" doc:"the same when not given"`
}

// freeHandle derives a handle that no definition of the kind has.
func (p *programme) freeHandle(kind store.DefinitionKind, from scalar.Text) scalar.Text {
	base := []rune(from)
	base = base[:min(len(base), 180)] // leaves room within 191 characters
	handle := string(base) + "-copy"
	for n := 2; p.handles[definitionKey{kind, handle}] != 0; n++ {
		handle = fmt.Sprintf("%s-copy-%d", string(base), n)
	}
	return scalar.Text(handle)
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
