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
		{`{"headers":{"X-A":"********","X-B":"3"}}`, map[string]string{"X-A": "1", "X-B": "3"}},
		{`{"headers":{"X-B":"********"}}`, map[string]string{"X-B": "3"}},
		{`{"headers":null}`, nil},
	} {
		h.must(func(t *store.Tenant) error {
			got, err := h.r.UpdateTarget(t, id, func(in *TargetInput) error { return json.Unmarshal([]byte(tc.body), in) })
			opened := map[string]string{}
			for name, sealed := range got.Headers {
				if opened[name], err = h.r.Secrets.OpenText(sealed); err != nil {
					return err
				}
				if sealed == opened[name] {
					h.Errorf("the value of %s is stored as it is", name)
				}
			}
			if !maps.Equal(opened, tc.want) {
				h.Errorf("%s leaves %v, want %v", tc.body, opened, tc.want)
			}
			return err
		})
	}
}
