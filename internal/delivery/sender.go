package delivery

import (
	"context"
	"net/netip"
	"time"

	"github.com/belfryhq/belfry/webhook"
)

// Sender makes one attempt. Each kind of receiver has one; HTTP is the first.
type Sender interface {
	// Send makes one attempt and returns when its outcome is known, in any case soon after the endpoint's timeout.
	// When ctx ends first, the outcome is Interrupted unless the receiver has answered.
	Send(ctx context.Context, request Request) Result
}

// Request is one attempt at a message.
type Request struct {
	Endpoint    *Endpoint
	MessageID   string // the same on every attempt: receivers deduplicate by it
	Event       webhook.Event
	Body        []byte
	TraceParent string // of what caused the message (W3C Trace Context); may be empty
}

// Result is what one attempt came to, for the state machine and for the attempt log.
type Result struct {
	Outcome
	StartedAt time.Time
	Duration  time.Duration  // to the headers of the answer, or to the failure
	Remote    netip.AddrPort // the address connected to; not valid when there was none
	Answer    string         // the beginning of the answer's body, valid UTF-8 without NUL
}
