package loyalty

import (
	"time"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// instanceContext is the event context of an instance.
func (p *programme) instanceContext(i *store.Instance, profile *event.ProfileContext) any {
	switch i.Kind {
	case store.Reward:
		return event.RewardContext{Reward: p.showReward(i), Profile: profile}
	}
	return event.PointContext{Point: p.showPoint(i), Profile: profile}
}

func (p *programme) showPoint(i *store.Instance) event.Point {
	shown := event.Point{
		ID: i.ID, ProfileID: i.ProfileID, LinkedProfileID: i.Details.LinkedProfileID,
		ValueInitial: i.ValueInitial, ValueRemaining: i.ValueRemaining, ValueInitialCurrency: p.dollars(i.ValueInitial),
		ValueRemainingCurrency: p.dollars(i.ValueRemaining), IssuedAt: i.IssuedAt, AccruedAt: i.AccruedAt,
		ExpiresAt: i.ExpiresAt, Status: status(i), Rate: i.Details.Rate, SourceType: i.SourceType, SourceID: i.SourceID,
		ExternalID: i.ExternalID, Description: i.Details.Description, Meta: orJSON(i.Details.Meta, "{}"),
		CreatedAt: i.CreatedAt, UpdatedAt: i.UpdatedAt,
	}
	if d := p.points[i.DefinitionID]; d != nil {
		shown.Definition = event.DefinitionRef{ID: d.ID, Name: d.Name, Handle: d.Handle, Type: d.Kind}
	}
	if i.SourceID != "" {
		shown.Source = &event.Source{ID: i.SourceID, ExternalID: i.Details.SourceExternalID}
	}
	return shown
}

// status is what API v3 calls the state of points.
func status(i *store.Instance) string {
	if i.State != store.Closed {
		return string(i.State)
	}
	switch store.LedgerEntry(i.Details.ClosedBy) {
	case store.Expire:
		return "expired"
	case store.Reverse, store.Adjust:
		return "reversed"
	}
	return "consumed"
}

func (p *programme) showReward(i *store.Instance) event.Reward {
	d := &i.Details
	shown := event.Reward{
		ID: i.ID, ProfileID: i.ProfileID, ExternalID: i.ExternalID, ValueInitial: i.ValueInitial,
		ValueRemaining: i.ValueRemaining, IssuedAt: i.IssuedAt, IssuedLocalAt: p.local(i, i.IssuedAt),
		ExpiresAt: i.ExpiresAt, ExpiresLocalAt: p.local(i, i.ExpiresAt), Timezone: i.Timezone, ExtendedAt: i.ExtendedAt,
		IsActive: i.State == store.Active, IsExpired: d.ClosedBy == scalar.Text(store.Expire),
		HasNotifiedIssue: d.HasNotifiedIssue, HasNotifiedExpiry: d.HasNotifiedExpiry,
		HasNotifiedExtend: d.HasNotifiedExtend, NotifyIssueAt: d.NotifyIssueAt, NotifyExpiryAt: d.NotifyExpiryAt,
		SourceType: i.SourceType, SourceID: i.SourceID, Meta: orJSON(d.Meta, "{}"), CreatedAt: i.CreatedAt, UpdatedAt: i.UpdatedAt,
	}
	if def := p.rewards[i.DefinitionID]; def != nil {
		shown.Definition = *def
	}
	return shown
}

func (p *programme) showBenefit(i *store.Instance) event.Benefit {
	d := &i.Details
	shown := event.Benefit{
		ID: i.ID, ProfileID: i.ProfileID, ExternalID: i.ExternalID, IssuedAt: i.IssuedAt, ExpiresAt: i.ExpiresAt,
		ExtendedAt: i.ExtendedAt, ClaimedAt: i.ClaimedAt, IsExpired: d.ClosedBy == scalar.Text(store.Expire),
		IsRedeemable: i.State == store.Active, Timezone: i.Timezone, RedeemCodePOS: d.CodePOS,
		RedeemCodeOnline: d.CodeOnline, SourceType: i.SourceType, SourceID: i.SourceID, Meta: orJSON(d.Meta, "{}"),
		CreatedAt: i.CreatedAt, UpdatedAt: i.UpdatedAt,
	}
	if i.MaxRedemptions != 0 {
		left := int64(i.MaxRedemptions) - i.Redemptions
		shown.RedemptionsRemaining = &left
	}
	if def := p.benefits[i.DefinitionID]; def != nil {
		shown.Definition, shown.Value = *def, def.Value
	}
	if d.Value != nil {
		shown.Value = d.Value
	}
	return shown
}

// local is a moment on the wall clock of the instance's own zone.
func (p *programme) local(i *store.Instance, at scalar.Time) scalar.Time {
	if at.IsZero() {
		return at
	}
	zone, err := loadZone(string(i.Timezone))
	if err != nil {
		zone = p.zone
	}
	t := at.In(zone)
	return scalar.At(time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC))
}
