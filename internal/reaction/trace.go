package reaction

import (
	"encoding/json"

	"github.com/belfryhq/belfry/internal/scalar"
)

// Trace is the story of an event: what caused it, what each trigger and webhook
// made of it and why, and what followed, as one tree.
type Trace struct {
	EventID    int64       `json:"event_id"`
	Type       string      `json:"type"`
	ProfileID  scalar.Text `json:"profile_id"`
	Subject    string      `json:"subject"`
	SubjectID  string      `json:"subject_id"`
	Depth      int         `json:"depth"`
	OccurredAt scalar.Time `json:"occurred_at"`
	CreatedAt  scalar.Time `json:"created_at"`
	Cause      Cause       `json:"cause"`
	IsWaiting  bool        `json:"is_waiting" doc:"It has yet to be answered."`
	Failures   int         `json:"failures" doc:"How often answering it failed."`
	Error      scalar.Text `json:"error"`
	// Summary says in a sentence what became of it.
	Summary   string           `json:"summary"`
	Reactions []TracedReaction `json:"reactions"`
	Children  []Trace          `json:"children" doc:"The events that it led to."`
	// IsTruncated tells that reactions or children are left out for their number.
	IsTruncated bool `json:"is_truncated" doc:"Some reactions or children are left out for their number."`
}

// Cause is the request that an event comes of, and the event before it when a
// reaction caused it.
type Cause struct {
	RequestID scalar.Text `json:"request_id"`
	TokenID   scalar.Int  `json:"token_id"`
	TokenName scalar.Text `json:"token_name"`
	Namespace scalar.Text `json:"namespace"`
	EventID   scalar.Int  `json:"event_id" doc:"The event whose reaction caused this one."`
}

// The outcomes of reactions that are not in the run log.
const (
	// inactive is what listens to the type of the event and is off now.
	inactive = "inactive"
	// later is what listens now, and did not when the event was answered.
	later = "later"
	// waiting is what will answer the event.
	waiting = "waiting"
)

// TracedReaction is what one trigger or webhook made of an event, and why.
type TracedReaction struct {
	Kind    string      `json:"kind" enum:"trigger,webhook,definition,automation" doc:"definition: the target that the definition of the event's subject names."`
	ID      scalar.Int  `json:"id"`
	Name    scalar.Text `json:"name"`
	Version scalar.Int  `json:"version" doc:"The version that ran."`
	Outcome string      `json:"outcome" enum:"matched,sent,filtered,failed,own_namespace,too_deep,inactive,later,waiting" doc:"inactive: it listens to the type and is off. later: it listens now and did not when the event was answered."`
	// IsAsOfNow tells that the outcome is not from the run log.
	IsAsOfNow bool           `json:"is_as_of_now" doc:"The outcome is of how things are now; the run log has nothing of it."`
	Because   scalar.Text    `json:"because" doc:"Why it came out like this."`
	Condition *TracedRule    `json:"condition,omitempty" doc:"Of a webhook."`
	Delivery  *TraceDelivery `json:"delivery,omitempty" doc:"Of a webhook."`
	Actions   []TracedAction `json:"actions"`
}

// TracedAction is what one action did, and why.
type TracedAction struct {
	ActionResult
	Name      scalar.Text    `json:"name"`
	Because   scalar.Text    `json:"because"`
	Condition *TracedRule    `json:"condition,omitempty" doc:"Of a filter, or of the target."`
	Delivery  *TraceDelivery `json:"delivery,omitempty"`
	Rendering *Rendering     `json:"rendering,omitempty" doc:"Of a dry run: what would be sent."`
}

// TracedRule is a condition as it was evaluated on the event's context.
type TracedRule struct {
	Rule    json.RawMessage `json:"rule" doc:"Null when there is no room left for it."`
	Holds   bool            `json:"holds"`
	Because string          `json:"because" doc:"In a line, why it holds or does not."`
	// Decided are the nodes that made it hold or not.
	Decided []Decision      `json:"decided"`
	Nodes   json.RawMessage `json:"nodes" doc:"Every node of the rule with its value; null when there is no room left for it."`
}

// Decision is a node that made a condition hold or not.
type Decision struct {
	Pointer string `json:"pointer" doc:"The JSON pointer (RFC 6901) of the node in the rule."`
	Because string `json:"because"`
}

// TraceDelivery is how far a delivery has come.
type TraceDelivery struct {
	ID            int64          `json:"id"`
	EndpointID    int64          `json:"endpoint_id"`
	State         string         `json:"state" enum:"pending,sending,delivered,dead"`
	NextAttemptAt scalar.Time    `json:"next_attempt_at"`
	Because       scalar.Text    `json:"because" doc:"Why it waits, or why it was given up."`
	Attempts      []TraceAttempt `json:"attempts" doc:"The last 50."`
}

// TraceAttempt is one request of a delivery.
type TraceAttempt struct {
	Number    int         `json:"number"`
	StartedAt scalar.Time `json:"started_at"`
	Outcome   string      `json:"outcome"`
	Status    scalar.Int  `json:"status"`
	Detail    scalar.Text `json:"detail"`
}
