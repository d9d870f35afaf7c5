package delivery

import (
	"fmt"
	"net/http"
	"time"
)

// Kind names what happened to an attempt, in words that users see and filter by.
type Kind string

// The kinds of outcome. Success alone ends a delivery well.
const (
	Success Kind = "success" // 2xx

	// Answers that are not 2xx.
	Redirect     Kind = "redirect"      // 3xx; never followed
	ClientError  Kind = "client_error"  // 4xx other than the two below
	Gone         Kind = "gone"          // 410; disables the endpoint
	RateLimited  Kind = "rate_limited"  // 429; slows the endpoint down
	ServerError  Kind = "server_error"  // 5xx other than the next
	Unavailable  Kind = "unavailable"   // 502, 503, 504; slows the endpoint down
	BadResponse  Kind = "bad_response"  // not HTTP, or a status outside 200 to 599
	LargeHeaders Kind = "large_headers" // response headers over the bound

	// No answer.
	DNSFailure      Kind = "dns_failure"
	ConnectRefused  Kind = "connection_refused"
	ConnectionReset Kind = "connection_reset" // reset, or closed before an answer
	Unreachable     Kind = "unreachable"      // no route to the host or network
	TLSFailure      Kind = "tls_failure"
	ConnectTimeout  Kind = "connect_timeout"  // no connection in time, TLS included
	ResponseTimeout Kind = "response_timeout" // connected, but no answer in time
	NetworkError    Kind = "network_error"    // any other failure of the network

	// Nothing was sent.
	Blocked       Kind = "blocked"       // the egress guard refused the address
	Misconfigured Kind = "misconfigured" // the endpoint's URL, headers or secret cannot be used

	Unrendered Kind = "template_error"   // the body could not be rendered
	Deleted    Kind = "endpoint_deleted" // there is no endpoint any more

	// Interrupted is an attempt that this process gave up because it is stopping. It is not counted as an attempt.
	Interrupted Kind = "interrupted"
)

// asksToSlowDown reports whether the receiver, or what stands before it, has too much to do.
func (k Kind) asksToSlowDown() bool { return k == RateLimited || k == Unavailable }

// Outcome is what one attempt came to.
type Outcome struct {
	Kind       Kind
	Status     int           // HTTP status, 0 when there was no answer
	RetryAfter time.Duration // what the receiver asked for, 0 when it did not
	Detail     string        // one sentence for the user; empty on success
}

// fromStatus names an answer by its status.
func fromStatus(status int) Outcome {
	o := Outcome{Status: status}
	switch {
	case status >= 200 && status <= 299:
		o.Kind = Success
		return o
	case status >= 300 && status <= 399:
		o.Kind = Redirect
	case status == http.StatusGone:
		o.Kind = Gone
	case status == http.StatusTooManyRequests:
		o.Kind = RateLimited
	case status >= 400 && status <= 499:
		o.Kind = ClientError
	case status == http.StatusBadGateway, status == http.StatusServiceUnavailable, status == http.StatusGatewayTimeout:
		o.Kind = Unavailable
	case status >= 500 && status <= 599:
		o.Kind = ServerError
	default:
		o.Kind = BadResponse
	}
	o.Detail = statusDetail(o.Kind, status)
	return o
}

func statusDetail(kind Kind, status int) string {
	answer := fmt.Sprintf("the receiver answered %d", status)
	if text := http.StatusText(status); text != "" {
		answer += " " + text
	}
	switch kind {
	case Redirect:
		return answer + ": redirects are not followed, configure the final URL"
	case Gone:
		return answer + ": the endpoint is disabled until it is enabled by hand"
	case BadResponse:
		return answer + ", which ends no request"
	}
	return answer
}
