package loyalty_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/loyalty"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

func TestAggregationsAreOfTheDayOnWhichTheyAreRead(t *testing.T) {
	now := noon
	storetest.Each(t, store.Options{Now: func() time.Time { return now }}, func(t *testing.T, db *store.DB) {
		now = noon
		s := newShop(t, db, "shop")
		p := s.create(grace)
		s.sell(receipt(`"profile_id": "` + p.ID + `", "transacted_at": "2026-03-01 00:00:00", `))
		read := func() (a event.Aggregations) {
			s.do(func(t *store.Tenant) (err error) {
				a, err = loyalty.ReadAggregations(t, p.ID)
				return err
			})
			return a
		}
		checkFields(t, read(), `{"spend_12m": 149.95, "spend_12m_now": 149.95, "dimension_recency": "RC", "dimension_join": "JN"}`)
		now = noon.AddDate(1, 0, 0)
		checkFields(t, read(), `{"spend_12m": 149.95, "spend_12m_now": 0, "dimension_recency": "RI", "dimension_join": "J1"}`)
		want := asJSON(read())
		if diff := cmp.Diff(want, asJSON(s.aggregations(p.ID))); diff != "" {
			t.Errorf("calculated (-read +calculated)\n%s", diff)
		}
	})
}
