package loyalty

import (
	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// TierDefinitions are the tiers that there are.
var TierDefinitions = &Definitions[event.TierDefinition]{
	Kind: store.TierDefinition, Resource: "tier definition",
	common: (*event.TierDefinition).Common,
	typ:    tierType,
	check:  checkTierDefinition,
	given:  (*store.Tenant).HeldTier,
}

// tierType marks the floor, by which lists find who holds it.
func tierType(d *event.TierDefinition) scalar.Text {
	if d.IsFloor {
		return store.FloorTier
	}
	return ""
}

func checkTierDefinition(t *store.Tenant, d, _ *event.TierDefinition, invalid *InvalidError) error {
	if d.ValueMin < 0 {
		invalid.Add("value_min", "The value min must be at least 0.")
	}
	if d.ValueMaintain != nil && (*d.ValueMaintain < 0 || *d.ValueMaintain > d.ValueMin) {
		invalid.Add("value_maintain", "The value maintain must be between 0 and value min.")
	}
	p, err := programmeOf(t)
	if err != nil {
		return err
	}
	if floor := p.floor(); d.IsFloor && floor != nil && floor.ID != d.ID {
		invalid.Add("is_floor", "The tier %s is the floor already.", floor.Handle)
	}
	return nil
}

// floor is the tier that everybody has at least; nil when there is none.
func (p *programme) floor() *event.TierDefinition {
	for _, d := range p.tiers {
		if d.IsFloor {
			return d
		}
	}
	return nil
}

// tier returns the definition of a tier, that of the floor for 0; nil when there
// is none.
func (p *programme) tier(id scalar.Int) *event.TierDefinition {
	if id == 0 {
		return p.floor()
	}
	for _, d := range p.tiers {
		if d.ID == int64(id) {
			return d
		}
	}
	return nil
}

// tierOf shows the tier that a profile holds; nil when it holds none. The floor
// is held since the profile joined.
func (p *programme) tierOf(r *store.Profile) *event.Tier {
	d := p.tier(r.Account.Tier.ID)
	if d == nil {
		return nil
	}
	s := r.Account.Tier
	shown := &event.Tier{
		ID: d.ID, ProfileID: r.ID, Name: string(d.Name), Handle: string(d.Handle), AchievedAt: s.AchievedAt,
		AnniversaryAt: s.AnniversaryAt, MaintainedAt: s.MaintainedAt, AssignedAt: s.AssignedAt,
	}
	if shown.AchievedAt.IsZero() {
		shown.AchievedAt = r.JoinedAt
	}
	return shown
}
