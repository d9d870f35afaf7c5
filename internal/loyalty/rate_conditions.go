package loyalty

import (
	"encoding/json"
	"fmt"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/jsonlogic"
)

// conditions evaluates what rates ask of a profile and of items. What they look
// at is encoded when the first rate asks, and each rate asks a profile once.
type conditions struct {
	programme *programme
	now       scalar.Time
	// profile returns the profile's context; nil when there is no profile.
	profile func() (any, error)

	profileData *jsonlogic.Value
	answers     map[*event.Rate]bool
}

// winner returns the first rate whose conditions hold for an item; nil when none
// do. Without an item, no rate with a condition on products does.
func (c *conditions) winner(rates []*event.Rate, item *itemData) (*event.Rate, error) {
	for _, r := range rates {
		if isCondition(r.ProductConditions) && item == nil {
			continue
		}
		holds, err := c.ofProfile(r)
		if err == nil && holds && isCondition(r.ProductConditions) {
			holds, err = item.satisfies(c, r)
		}
		if err != nil {
			return nil, fmt.Errorf("conditions of rate %s: %w", r.Handle, err)
		}
		if holds {
			return r, nil
		}
	}
	return nil, nil
}

// ofProfile reports whether the profile is one that the rate is for.
func (c *conditions) ofProfile(r *event.Rate) (bool, error) {
	if !isCondition(r.ProfileConditions) {
		return true, nil
	}
	if c.profile == nil {
		return false, nil
	}
	if known, ok := c.answers[r]; ok {
		return known, nil
	}
	if c.profileData == nil {
		context, err := c.profile()
		if err != nil {
			return false, err
		}
		data, err := logicValue(context)
		if err != nil {
			return false, err
		}
		c.profileData = &data
	}
	holds, err := c.programme.holds(r.ProfileConditions, *c.profileData, c.now)
	if c.answers == nil {
		c.answers = map[*event.Rate]bool{}
	}
	c.answers[r] = holds
	return holds, err
}

// itemData is an item as conditions see it: what API v3 shows of it.
type itemData struct {
	item *store.TransactionItem
	data *jsonlogic.Value
}

func (i *itemData) satisfies(c *conditions, r *event.Rate) (bool, error) {
	if i.data == nil {
		data, err := logicValue(showItem(i.item))
		if err != nil {
			return false, err
		}
		i.data = &data
	}
	return c.programme.holds(r.ProductConditions, *i.data, c.now)
}

// logicValue returns a value as JSON Logic reads it.
func logicValue(v any) (jsonlogic.Value, error) {
	text, err := plainJSON(v)
	if err != nil {
		return jsonlogic.Value{}, fmt.Errorf("encode for conditions: %w", err)
	}
	return jsonlogic.Parse(text)
}

// asksProducts reports whether one of the rates depends on the item.
func asksProducts(rates []*event.Rate) bool {
	for _, r := range rates {
		if isCondition(r.ProductConditions) {
			return true
		}
	}
	return false
}

// isCondition reports whether there is a condition at all.
func isCondition(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }
