package loyalty

import (
	"fmt"
	"sync"
	"time"
)

// zones remembers what time.LoadLocation reads from disk on every call. Only
// zones that exist are kept, so that it stays small.
var zones sync.Map

// loadZone returns the IANA zone of a name. "" and "Local", which time knows
// too, are none.
func loadZone(name string) (*time.Location, error) {
	if zone, ok := zones.Load(name); ok {
		return zone.(*time.Location), nil
	}
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("%q is not a time zone", name)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("load zone: %w", err)
	}
	zones.Store(zone.String(), zone)
	return zone, nil
}
