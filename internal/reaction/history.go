package reaction

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// History is what the reactions did about one event, as Omneo's API v3 shows it.
type History struct {
	ID             int64         `json:"id" doc:"The event's."`
	ActionableType string        `json:"actionable_type" doc:"The kind of resource that the event is about."`
	ActionableID   string        `json:"actionable_id"`
	EventType      string        `json:"event_type"`
	ProfileID      scalar.Text   `json:"profile_id"`
	ParentID       scalar.Int    `json:"parent_id" doc:"The event whose reaction caused this one."`
	Items          []HistoryItem `json:"items" doc:"One for each action that ran, for each webhook, and for each trigger that a guard against loops held."`
	CreatedAt      scalar.Time   `json:"created_at"`
}

// HistoryDetail is a history with those before and after it.
type HistoryDetail struct {
	History
	ParentHistory   *History  `json:"parent_history"`
	ChildrenHistory []History `json:"children_history" doc:"Those of the first 100 events that it led to and that something answered."`
}

// HistoryItem is what one action or webhook did.
type HistoryItem struct {
	ID        string         `json:"id" doc:"The event's id and the place in it."`
	Handler   string         `json:"handler" doc:"The type of the action; webhook, or trigger for one that was held."`
	Arguments arguments      `json:"arguments" doc:"As evaluated."`
	Context   HistoryContext `json:"context"`
	Result    HistoryResult  `json:"result"`
	Status    string         `json:"status" enum:"passed,stopped,sent,unsent,done,skipped,failed,filtered,own_namespace,too_deep"`
	CreatedAt scalar.Time    `json:"created_at"`
}

// HistoryContext says in what an action ran. The event has the context itself.
type HistoryContext struct {
	EventID   int64      `json:"event_id"`
	TriggerID scalar.Int `json:"trigger_id"`
	WebhookID scalar.Int `json:"webhook_id"`
	ActionID  scalar.Int `json:"action_id"`
	Version   scalar.Int `json:"version" doc:"The version of the trigger or webhook that ran."`
}

// HistoryResult is what came of it.
type HistoryResult struct {
	Effect     *Effect     `json:"effect"`
	EventIDs   []int64     `json:"event_ids"`
	TargetID   scalar.Int  `json:"target_id"`
	DeliveryID scalar.Int  `json:"delivery_id"`
	Detail     scalar.Text `json:"detail"`
}

// Histories lists what the reactions did, by event.
func Histories(t *store.Tenant, l store.List) (store.Page[History], error) {
	page, err := t.AnsweredEvents(l)
	out := store.Page[History]{Total: page.Total, Offset: page.Offset, Size: page.Size}
	if err != nil {
		return out, err
	}
	out.Items, err = historiesOf(t, page.Items)
	return out, err
}

// historyChildren bounds the children that one history shows.
const historyChildren = 100

// ReadHistory reads what the reactions did about an event. The error is
// *problem.NotFound when nothing answered it.
func ReadHistory(t *store.Tenant, eventID int64) (HistoryDetail, error) {
	one, err := historiesWhere(t, "id", eventID, 1)
	if err != nil {
		return HistoryDetail{}, err
	}
	if len(one) == 0 {
		return HistoryDetail{}, &problem.NotFound{Resource: "action history", ID: strconv.FormatInt(eventID, 10)}
	}
	d := HistoryDetail{History: one[0]}
	if d.ChildrenHistory, err = historiesWhere(t, "cause_id", eventID, historyChildren); err != nil {
		return d, err
	}
	if d.ParentID == 0 {
		return d, nil
	}
	parent, err := historiesWhere(t, "id", int64(d.ParentID), 1)
	if len(parent) > 0 {
		d.ParentHistory = &parent[0]
	}
	return d, err
}

func historiesWhere(t *store.Tenant, field string, id int64, most int) ([]History, error) {
	page, err := Histories(t, store.List{
		Filters: []store.Filter{{Field: field, Value: strconv.FormatInt(id, 10)}}, Size: most,
	})
	return page.Items, err
}

func historiesOf(t *store.Tenant, events []store.Event) ([]History, error) {
	ids := make([]int64, len(events))
	for i, e := range events {
		ids[i] = e.ID
	}
	logs, err := t.RunLogs(ids...)
	if err != nil {
		return nil, fmt.Errorf("read run logs: %w", err)
	}
	byEvent := make(map[int64]store.RunLog, len(logs))
	for _, log := range logs {
		byEvent[log.EventID] = log
	}
	histories := make([]History, len(events))
	for i, e := range events {
		if histories[i], err = historyOf(e, byEvent[e.ID]); err != nil {
			return nil, err
		}
	}
	return histories, nil
}

func historyOf(e store.Event, log store.RunLog) (History, error) {
	h := History{
		ID: e.ID, ActionableType: e.Subject, ActionableID: e.SubjectID, EventType: e.Type, ProfileID: scalar.Text(e.ProfileID),
		ParentID: scalar.Int(e.CauseID), Items: []HistoryItem{}, CreatedAt: log.CreatedAt,
	}
	var results []Result
	if err := json.Unmarshal(log.Results, &results); err != nil {
		return h, fmt.Errorf("decode the run log of event %d: %w", e.ID, err)
	}
	for _, r := range results {
		in := HistoryContext{EventID: e.ID, TriggerID: scalar.Int(r.TriggerID), WebhookID: scalar.Int(r.WebhookID), Version: scalar.Int(r.Version)}
		switch {
		case r.WebhookID != 0:
			h.add(in, ActionResult{Type: "webhook", Outcome: r.Outcome, DeliveryID: r.DeliveryID, Detail: r.Detail})
		case r.Outcome == ownNamespace, r.Outcome == tooDeep:
			h.add(in, ActionResult{Type: "trigger", Outcome: r.Outcome, Detail: r.Detail})
		}
		for _, a := range r.Actions {
			in.ActionID = scalar.Int(a.ActionID)
			h.add(in, a)
		}
	}
	return h, nil
}

// add adds what one action did.
func (h *History) add(in HistoryContext, a ActionResult) {
	item := HistoryItem{
		ID: fmt.Sprintf("%d.%d", h.ID, len(h.Items)+1), Handler: a.Type, Arguments: a.Arguments, Context: in, Status: a.Outcome,
		Result: HistoryResult{
			Effect: a.Effect, EventIDs: a.EventIDs, TargetID: scalar.Int(a.TargetID), DeliveryID: scalar.Int(a.DeliveryID), Detail: scalar.Text(a.Detail),
		},
		CreatedAt: h.CreatedAt,
	}
	if item.Arguments == nil {
		item.Arguments = arguments{}
	}
	if item.Result.EventIDs == nil {
		item.Result.EventIDs = []int64{}
	}
	h.Items = append(h.Items, item)
}
