package main

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// sink is the receiver: it answers 200 at once and notes when which sale came.
type sink struct {
	url    string
	server *http.Server
	// progress receives when webhooks have arrived.
	progress chan struct{}

	mu          sync.Mutex
	hooks       map[string]bool      // by webhook-id
	sales       map[string]time.Time // the first webhook of each, by external_id
	first, last time.Time
}

func newSink() (*sink, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &sink{url: "http://" + l.Addr().String(), progress: make(chan struct{}, 1)}
	s.forget()
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	go s.server.Serve(l)
	return s, nil
}

// ServeHTTP implements http.Handler.
func (s *sink) ServeHTTP(_ http.ResponseWriter, req *http.Request) {
	var body struct {
		ExternalID string `json:"external_id"`
	}
	if json.NewDecoder(req.Body).Decode(&body) != nil {
		return
	}
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.hooks) == 0 {
		s.first = now
	}
	s.hooks[req.Header.Get("webhook-id")], s.last = true, now
	if _, ok := s.sales[body.ExternalID]; !ok {
		s.sales[body.ExternalID] = now
	}
	select {
	case s.progress <- struct{}{}:
	default:
	}
}

// forget begins to count anew.
func (s *sink) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hooks, s.sales = map[string]bool{}, map[string]time.Time{}
}

// errStalled says that webhooks which must come do not.
var errStalled = errors.New("no webhook has arrived for 20 seconds")

// await waits until n webhooks have arrived.
func (s *sink) await(ctx context.Context, n int) error {
	for {
		s.mu.Lock()
		got := len(s.hooks)
		s.mu.Unlock()
		if got >= n {
			return nil
		}
		select {
		case <-s.progress:
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Second):
			return errStalled
		}
	}
}

// arrival returns when a sale's first webhook arrived.
func (s *sink) arrival(externalID string) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sales[externalID]
}

// span is the time from the first to the last webhook.
func (s *sink) span() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last.Sub(s.first)
}

func (s *sink) close() { s.server.Close() }
