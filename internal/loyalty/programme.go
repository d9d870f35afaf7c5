package loyalty

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/jsonlogic"
)

// programme is what a tenant decided: its definitions and settings, ready for
// use. It is shared by concurrent transactions, and never changed.
type programme struct {
	zone         *time.Location
	exchangeRate scalar.Amount

	handles      map[definitionKey]int64
	points       map[int64]*event.PointDefinition
	rewards      map[int64]*event.RewardDefinition
	benefits     map[int64]*event.BenefitDefinition
	achievements map[int64]*event.AchievementDefinition
	// earning are the points that sales earn, climbing the tier points.
	earning, climbing []*event.PointDefinition
	// rates have the one that wins first.
	rates []*event.Rate
	// tiers have the lowest first.
	tiers []*event.TierDefinition
	// rules are the compiled conditions, by their text.
	rules map[string]*jsonlogic.Rule
}

type definitionKey struct {
	kind   store.DefinitionKind
	handle string
}

// conditionOptions has conditions find a profile's fields in every context, as
// filters of reactions do.
var conditionOptions = jsonlogic.Fallback("profile")

// programmeOf returns the tenant's programme as the transaction sees it.
func programmeOf(t *store.Tenant) (*programme, error) {
	return store.Memo(t, func() (*programme, error) { return readProgramme(t) })
}

func readProgramme(t *store.Tenant) (*programme, error) {
	p := &programme{
		handles: map[definitionKey]int64{}, points: map[int64]*event.PointDefinition{},
		rewards: map[int64]*event.RewardDefinition{}, benefits: map[int64]*event.BenefitDefinition{},
		achievements: map[int64]*event.AchievementDefinition{}, rules: map[string]*jsonlogic.Rule{},
	}
	var err error
	if p.zone, err = zoneOf(t, ""); err != nil {
		return nil, err
	}
	if err := p.readSettings(t); err != nil {
		return nil, err
	}
	recs, err := t.AllDefinitions()
	if err != nil {
		return nil, fmt.Errorf("read definitions: %w", err)
	}
	for _, rec := range recs {
		p.handles[definitionKey{rec.Kind, rec.Handle}] = rec.ID
		if err := p.add(rec); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(p.rates, func(a, b *event.Rate) int {
		return cmp.Or(cmp.Compare(b.Priority, a.Priority), cmp.Compare(b.Rate, a.Rate))
	})
	slices.SortStableFunc(p.tiers, func(a, b *event.TierDefinition) int {
		return cmp.Compare(a.ValueMin, b.ValueMin)
	})
	p.setEarners(recs)
	return p, nil
}

func (p *programme) add(rec store.Definition) (err error) {
	switch rec.Kind {
	case store.PointDefinition:
		err = define(p.points, (*event.PointDefinition).Common, rec)
	case store.RewardDefinition:
		err = define(p.rewards, (*event.RewardDefinition).Common, rec)
	case store.BenefitDefinition:
		if err = define(p.benefits, (*event.BenefitDefinition).Common, rec); err == nil {
			d := p.benefits[rec.ID]
			err = p.compile(d.ClaimCondition, d.ViewCondition, d.VisibilityCondition)
		}
	case store.AchievementDefinition:
		err = define(p.achievements, (*event.AchievementDefinition).Common, rec)
	case store.RateDefinition:
		var d event.Rate
		if d, err = decodeDefinition(rec, (*event.Rate).Common); err == nil {
			p.rates = append(p.rates, &d)
			err = p.compile(d.ProfileConditions, d.ProductConditions)
		}
	case store.TierDefinition:
		var d event.TierDefinition
		d, err = decodeDefinition(rec, (*event.TierDefinition).Common)
		p.tiers = append(p.tiers, &d)
	}
	return err
}

func define[T any](of map[int64]*T, common func(*T) *event.Definition, rec store.Definition) error {
	d, err := decodeDefinition(rec, common)
	of[rec.ID] = &d
	return err
}

func (p *programme) compile(rules ...json.RawMessage) error {
	for _, raw := range rules {
		if len(raw) == 0 || string(raw) == "null" {
			continue
		}
		rule, err := jsonlogic.Compile(raw, conditionOptions)
		if err != nil {
			return fmt.Errorf("compile condition: %w", err)
		}
		p.rules[string(raw)] = rule
	}
	return nil
}

// holds evaluates a condition of a definition; one that is not given holds.
func (p *programme) holds(condition json.RawMessage, data jsonlogic.Value, now scalar.Time) (bool, error) {
	rule := p.rules[string(condition)]
	if rule == nil {
		return true, nil
	}
	return rule.Truthy(data, jsonlogic.At(now.Time))
}
