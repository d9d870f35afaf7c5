package loyalty

import (
	"fmt"
	"slices"
	"time"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

const maxStatuses = 200

// setStatuses replaces the statuses by those with the given handles. A status
// that the profile has already keeps its expiry; one that has expired starts
// anew.
func (c *profileChange) setStatuses(handles []string) error {
	handles = normalTags(handles)
	if slices.Equal(handles, c.activeStatuses()) {
		return nil
	}
	if len(handles) > maxStatuses {
		c.invalid.Add("statuses", "The statuses may not have more than %d items.", maxStatuses)
		return nil
	}
	definitions, err := c.definitionsOf(handles)
	if err != nil {
		return err
	}
	next := make([]store.ProfileStatus, 0, len(handles))
	for i, handle := range handles {
		s, ok := definitions[handle]
		if !ok {
			c.invalid.Add(fmt.Sprintf("statuses.%d", i), "The selected status is invalid.")
			continue
		}
		held, ok := c.held(s.ID)
		if !ok {
			if held, err = c.assign(s); err != nil {
				return err
			}
		}
		next = append(next, held)
	}
	c.rec.Statuses = next
	return nil
}

// definitionsOf reads the statuses with the given handles and remembers them
// for the profile's resource.
func (c *profileChange) definitionsOf(handles []string) (map[string]store.Status, error) {
	found, err := c.t.StatusesByHandle(handles...)
	if err != nil {
		return nil, fmt.Errorf("read statuses: %w", err)
	}
	byHandle := make(map[string]store.Status, len(found))
	for _, s := range found {
		byHandle[s.Handle] = s
		c.statuses[s.ID] = s
	}
	return byHandle, nil
}

// held returns a status that the profile has at the moment.
func (c *profileChange) held(id int64) (store.ProfileStatus, bool) {
	for _, s := range c.rec.Statuses {
		if s.StatusID == id && holds(s, c.now) {
			return s, true
		}
	}
	return store.ProfileStatus{}, false
}

// holds reports whether a status has not expired.
func holds(s store.ProfileStatus, now scalar.Time) bool {
	return s.ExpiresAt.IsZero() || s.ExpiresAt.After(now.Time)
}

func (c *profileChange) assign(s store.Status) (store.ProfileStatus, error) {
	zone, err := zoneOf(c.t, string(s.Timezone))
	if err != nil {
		return store.ProfileStatus{}, err
	}
	now := scalar.At(c.now.Truncate(time.Second))
	return store.ProfileStatus{StatusID: s.ID, AssignedAt: now, ExpiresAt: expiry(statusPeriod(s), now, zone)}, nil
}

func statusPeriod(s store.Status) event.Period {
	return event.Period{Count: s.Period, Unit: s.PeriodType, AbsoluteExpiry: s.AbsoluteExpiry}
}
