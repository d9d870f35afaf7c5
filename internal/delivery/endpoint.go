package delivery

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/belfryhq/belfry/webhook"
)

// DefaultTimeout is how long an attempt may take, from the connection to the headers of the answer, when the endpoint
// asks for nothing else.
const DefaultTimeout = 15 * time.Second

// Bounds of a timeout that an endpoint may ask for.
const (
	minTimeout = time.Second
	maxTimeout = time.Minute
)

// EndpointOptions is what is configured of an endpoint. Only URL and Secrets are needed.
type EndpointOptions struct {
	URL     string
	Secrets []webhook.Secret     // all of them sign; the first alone signs X-Omneo-Hmac-SHA256
	Keys    []webhook.PrivateKey // ed25519 keys that sign as well
	Headers map[string]string    // sent with every attempt; see CheckHeaders
	Timeout time.Duration        // 0 is DefaultTimeout
}

// Endpoint is where deliveries go, in the form that a Sender needs. It is never changed; share it.
type Endpoint struct {
	url     *url.URL
	signer  *webhook.Signer
	headers http.Header // the endpoint's own
	timeout time.Duration
	problem error // what is wrong with the configuration
}

// NewEndpoint prepares an endpoint. It always returns one: what the guard or a check refuses, because the configuration
// was written under other rules, is the outcome of each attempt, where its owner sees it.
func NewEndpoint(guard *Guard, options EndpointOptions) *Endpoint {
	e := &Endpoint{timeout: options.Timeout}
	if e.timeout <= 0 {
		e.timeout = DefaultTimeout
	}
	if e.url, e.problem = guard.parseURL(options.URL); e.problem != nil {
		return e
	}
	if e.headers, e.problem = ownHeaders(options.Headers); e.problem != nil {
		return e
	}
	e.signer, e.problem = webhook.NewSigner(options.Secrets, options.Keys...)
	return e
}

// CheckTimeout judges a timeout when it is configured.
func CheckTimeout(timeout time.Duration) error {
	if timeout < minTimeout || timeout > maxTimeout {
		return fmt.Errorf("the timeout is %v: it must be between %v and %v", timeout, minTimeout, maxTimeout)
	}
	return nil
}
