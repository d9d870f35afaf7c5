package reaction

import (
	"encoding/json"
	"maps"
	"testing"

	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

func TestAHeaderThatAnUpdateLeavesOutIsNoLongerSent(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	id := h.target("feed", "")
	for _, tc := range []struct {
		body string
		want map[string]string
	}{
		{`{"headers":{"X-A":"1","X-B":"2"}}`, map[string]string{"X-A": "1", "X-B": "2"}},
		{`{"name":"New"}`, map[string]string{"X-A": "1", "X-B": "2"}},
		{`{"headers":{"X-B":"3"}}`, map[string]string{"X-B": "3"}},
		{`{"headers":null}`, nil},
	} {
		h.must(func(t *store.Tenant) error {
			got, err := h.r.UpdateTarget(t, id, func(in *TargetInput) error { return json.Unmarshal([]byte(tc.body), in) })
			if !maps.Equal(got.Headers, tc.want) {
				h.Errorf("%s leaves %v, want %v", tc.body, got.Headers, tc.want)
			}
			return err
		})
	}
}
