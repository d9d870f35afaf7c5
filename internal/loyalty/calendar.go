package loyalty

import (
	"fmt"
	"time"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// zoneOf returns the IANA zone of a name; the tenant's own when there is none.
func zoneOf(t *store.Tenant, name string) (*time.Location, error) {
	if name == "" {
		rec, err := t.Record()
		if err != nil {
			return nil, fmt.Errorf("read tenant: %w", err)
		}
		name = rec.Timezone
	}
	return loadZone(name)
}

// today returns the tenant's calendar day.
func today(t *store.Tenant) (scalar.Date, error) {
	zone, err := zoneOf(t, "")
	if err != nil {
		return 0, err
	}
	return scalar.DateOf(t.Now().In(zone)), nil
}
