package crash_test

import (
	"crypto/sha256"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/belfryhq/belfry/webhook"
)

// receiver is not killed either. It fails now and then, also after it has taken
// a webhook: then the webhook must come again.
type receiver struct {
	url, secret string

	t        testing.TB
	verifier *webhook.Verifier
	mu       sync.Mutex
	random   *rand.Rand
	// bodies holds the hash of what came under each webhook-id; repeated counts
	// what came again.
	bodies   map[string][sha256.Size]byte
	repeated int
}

func newReceiver(t testing.TB, seed uint64) *receiver {
	t.Helper()
	secret := webhook.NewSecret()
	verifier, err := webhook.NewVerifier(webhook.VerifierOptions{Secrets: []webhook.Secret{secret}})
	if err != nil {
		t.Fatal(err)
	}
	r := &receiver{
		secret: secret.Reveal(), t: t, verifier: verifier,
		random: rand.New(rand.NewPCG(seed, 2)), bodies: map[string][sha256.Size]byte{},
	}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	r.url = server.URL
	return r
}

// ServeHTTP implements http.Handler.
func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return // the server was killed
	}
	message, err := r.verifier.Verify(req.Header, body)
	if err != nil {
		r.t.Errorf("a webhook does not verify: %v", err)
		return
	}
	switch r.take(message.ID, sha256.Sum256(body)) {
	case 0:
		w.WriteHeader(http.StatusInternalServerError)
	case 1:
		panic(http.ErrAbortHandler)
	case 2:
		time.Sleep(300 * time.Millisecond)
	}
}

// take keeps a webhook and draws a number below 50.
func (r *receiver) take(id string, body [sha256.Size]byte) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if first, ok := r.bodies[id]; ok {
		r.repeated++
		if first != body {
			r.t.Errorf("%s came again with another body", id)
		}
	}
	r.bodies[id] = body
	return r.random.IntN(50)
}

func (r *receiver) has(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, ok := r.bodies[id]
	return ok
}

func (r *receiver) counts() (distinct, repeated int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.bodies), r.repeated
}
