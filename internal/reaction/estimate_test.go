package reaction

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/problem"
)

func (h *house) estimate(text string) (map[string]Estimate, error) {
	h.Helper()
	var in EstimateInput
	if err := json.Unmarshal([]byte(text), &in); err != nil {
		h.Fatal(err)
	}
	return h.r.EstimateIncentives(context.Background(), h.actor(), in)
}

func TestAnEstimateSaysWhatASaleWouldGive(t *testing.T) {
	onEach(t, func(h *house, rows func() map[string]string) {
		id := h.programme()
		trigger := h.fires("transaction.created",
			`{"name":"points.award","arguments":[{"name":"definition","value":"bonus"},{"name":"value","value":{"*":[{"var":"total"},2]},"is_dynamic":true}]}`,
			`{"name":"tag.add","arguments":[{"name":"tags","value":"buyer"}]}`,
			`{"name":"points.rate","arguments":[{"name":"definition","value":"bonus"},{"name":"price","value":{"var":"items.0.price_sell"},"is_dynamic":true}]}`,
			`{"name":"filter","arguments":[{"name":"condition","value":{">=":[{"var":"total"},50]}}]}`,
			`{"name":"tierpoints.award","arguments":[{"name":"value","value":7}]}`)
		var actions []string
		for _, a := range h.patched(trigger, `{}`).Actions {
			actions = append(actions, fmt.Sprint(a.ID))
		}
		before := rows()
		for name, tc := range map[string]struct {
			who, total string
			want       map[string]string
		}{
			"of a profile":          {fmt.Sprintf(`"profile_id":%q,`, id), "60.5", map[string]string{actions[0]: "121", actions[2]: "40", actions[4]: "7"}},
			"of nobody":             {"", "60.5", map[string]string{actions[0]: "121", actions[2]: "40", actions[4]: "7"}},
			"that a filter stopped": {"", "20", map[string]string{actions[0]: "40", actions[2]: "40"}},
		} {
			got, err := h.estimate(fmt.Sprintf(`{"trigger_id":%d,%s"total":%s,"transacted_at":"2026-05-01 10:00:00",
				"items":[{"name":"Socks","price_sell":20}]}`, trigger, tc.who, tc.total))
			values := map[string]string{}
			for action, one := range got {
				values[action] = fmt.Sprint(one.Value)
			}
			if diff := cmp.Diff(tc.want, values); err != nil || diff != "" {
				h.Errorf("a sale %s: %v %s", name, err, diff)
			}
		}
		if diff := cmp.Diff(before, rows()); diff != "" {
			h.Errorf("rows before and after: %s", diff)
		}

		other := h.fires("visit.made", givePoints)
		var missing *problem.NotFound
		var invalid *problem.Invalid
		for text, want := range map[string]any{
			`{"trigger_id":99,"total":1,"transacted_at":"2026-05-01"}`:                                                                           &missing,
			fmt.Sprintf(`{"trigger_id":%d,"total":1,"transacted_at":"2026-05-01","location_id":"M99"}`, trigger):                                 &missing,
			fmt.Sprintf(`{"trigger_id":%d,"total":1,"transacted_at":"2026-05-01","profile_id":"00000000-0000-4000-8000-000000000000"}`, trigger): &missing,
			fmt.Sprintf(`{"trigger_id":%d,"total":1,"transacted_at":"2026-05-01"}`, other):                                                       &invalid,
			fmt.Sprintf(`{"trigger_id":%d,"transacted_at":"2026-05-01"}`, trigger):                                                               &invalid,
			fmt.Sprintf(`{"trigger_id":%d,"total":1,"transacted_at":"2026-05-01","items":[{"price_sell":1}]}`, trigger):                          &invalid,
			`{"total":1}`: &invalid,
		} {
			if _, err := h.estimate(text); err == nil || !errors.As(err, want) {
				h.Errorf("%s: %v", text, err)
			}
		}
	})
}
