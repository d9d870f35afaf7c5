package demo

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/belfryhq/belfry/webhook"
)

// receiver is the other system: one endpoint for each target, each with its own
// secret.
type receiver struct {
	hooks chan hook

	server   *http.Server
	listener net.Listener
	mu       sync.RWMutex
	handlers map[string]*webhook.Handler
}

// hook is a webhook as it arrived.
type hook struct {
	target  string
	message webhook.Message
	at      time.Time
	err     error // it did not verify
}

func (h hook) expectation() expectation { return expectation{h.target, string(h.message.Event)} }

func newReceiver() (*receiver, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the receiver: %w", err)
	}
	r := &receiver{hooks: make(chan hook, 64), listener: listener, handlers: map[string]*webhook.Handler{}}
	mux := http.NewServeMux()
	mux.HandleFunc("/{target}", r.serve)
	r.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go r.server.Serve(listener)
	return r, nil
}

// url is the endpoint of a target.
func (r *receiver) url(target string) string {
	return "http://" + r.listener.Addr().String() + "/" + target
}

// expect has the target's webhooks verified with its secret and passed on.
func (r *receiver) expect(target, secret string) error {
	key, err := webhook.ParseSecret(secret)
	if err != nil {
		return err
	}
	verifier, err := webhook.NewVerifier(webhook.VerifierOptions{Secrets: []webhook.Secret{key}})
	if err != nil {
		return err
	}
	handler, err := webhook.NewHandler(webhook.HandlerOptions{
		Verifier: verifier,
		Process: func(_ context.Context, m webhook.Message) error {
			r.hooks <- hook{target: target, message: m, at: time.Now()}
			return nil
		},
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.handlers[target] = handler
	return nil
}

func (r *receiver) serve(w http.ResponseWriter, req *http.Request) {
	target := req.PathValue("target")
	r.mu.RLock()
	handler := r.handlers[target]
	r.mu.RUnlock()
	if handler == nil {
		http.NotFound(w, req)
		return
	}
	answer := &statusWriter{ResponseWriter: w, status: http.StatusOK}
	handler.ServeHTTP(answer, req)
	if answer.status != http.StatusOK {
		r.hooks <- hook{target: target, err: fmt.Errorf("the receiver refused a webhook to %s with %d", target, answer.status)}
	}
}

// statusWriter remembers the status that was answered.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (r *receiver) close() {
	r.server.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, h := range r.handlers {
		h.Shutdown(ctx)
	}
}
