package webhook

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A receiver is a handler with the key to sign for it.
type receiver struct {
	*Handler
	signer *Signer
	log    *bytes.Buffer
}

func newReceiver(t *testing.T, o HandlerOptions) *receiver {
	t.Helper()
	secret := NewSecret()
	log := &bytes.Buffer{}
	o.Verifier = mustVerifier(t, VerifierOptions{Secrets: []Secret{secret}, Now: time.Now})
	o.Logger = slog.New(slog.NewTextHandler(&lockedWriter{w: log}, nil))
	handler, err := NewHandler(o)
	if err != nil {
		t.Fatal(err)
	}
	return &receiver{handler, mustSigner(t, []Secret{secret}), log}
}

type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

func (r *receiver) request(t *testing.T, id string) *http.Request {
	t.Helper()
	body := []byte(`{"id":"8f0e"}`)
	request := httptest.NewRequest(http.MethodPost, "/hook", bytes.NewReader(body))
	request.Header = signed(t, r.signer, id, time.Now(), ProfileCreated, body)
	return request
}

func (r *receiver) serve(request *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r.ServeHTTP(w, request)
	return w
}

func (r *receiver) post(t *testing.T, id string, want int) *httptest.ResponseRecorder {
	t.Helper()
	w := r.serve(r.request(t, id))
	if w.Code != want {
		t.Fatalf("%s: status %d (%s), want %d", id, w.Code, w.Body, want)
	}
	return w
}

func (r *receiver) shutdown(t *testing.T) {
	t.Helper()
	if err := r.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func TestAMessageIsAcceptedBeforeItIsProcessed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []Message
		release := make(chan struct{})
		r := newReceiver(t, HandlerOptions{Process: func(_ context.Context, m Message) error {
			<-release
			got = append(got, m)
			return nil
		}})
		w := r.post(t, "msg_1", http.StatusOK)
		if w.Body.Len() != 0 {
			t.Errorf("answered %q", w.Body)
		}
		close(release)
		r.shutdown(t)
		want := []Message{{ID: "msg_1", Timestamp: time.Unix(time.Now().Unix(), 0), Event: ProfileCreated, Body: []byte(`{"id":"8f0e"}`), Scheme: Standard}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestRefusals(t *testing.T) {
	r := newReceiver(t, HandlerOptions{MaxBody: 20, Process: func(context.Context, Message) error {
		t.Error("a refused request was processed")
		return nil
	}})
	tests := []struct {
		name   string
		change func(*http.Request)
		status int
		answer string
	}{
		{"another method", func(q *http.Request) { q.Method = http.MethodGet }, 405, "only POST"},
		{"no signature", func(q *http.Request) { q.Header.Del(HeaderSignature) }, 400, "missing header: webhook-signature"},
		{"a bad timestamp", func(q *http.Request) { q.Header.Set(HeaderTimestamp, "x") }, 400, "malformed header: webhook-timestamp"},
		{"an old timestamp", func(q *http.Request) { q.Header.Set(HeaderTimestamp, "1000000000") }, 401, "timestamp too old: webhook-timestamp"},
		{"a changed body", func(q *http.Request) { q.Body = io.NopCloser(strings.NewReader(`{"id":"8f0f"}`)) }, 401, "no matching signature: webhook-signature"},
		{"a body declared too long", func(q *http.Request) { q.ContentLength = 21 }, 413, "larger than 20 bytes"},
		{"a body that turns out too long", func(q *http.Request) {
			q.ContentLength, q.Body = -1, io.NopCloser(strings.NewReader(strings.Repeat(" ", 21)))
		}, 413, "larger than 20 bytes"},
		{"a body that breaks off", func(q *http.Request) {
			q.ContentLength, q.Body = -1, io.NopCloser(iotest.ErrReader(io.ErrUnexpectedEOF))
		}, 400, "read the body"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			request := r.request(t, "msg_1")
			tt.change(request)
			w := r.serve(request)
			if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.answer) {
				t.Errorf("answered %d %q, want %d %q", w.Code, w.Body, tt.status, tt.answer)
			}
			if w.Code == http.StatusMethodNotAllowed && w.Header().Get("Allow") != "POST" {
				t.Error("405 without Allow")
			}
			if strings.Contains(w.Body.String(), "secrets") {
				t.Errorf("the answer tells a stranger about the configuration: %s", w.Body)
			}
		})
	}
	if !strings.Contains(r.log.String(), "against 1 secrets") {
		t.Errorf("the log lacks the hint:\n%s", r.log)
	}
}

func TestABodyBeyondTheTrustedLengthIsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		body := bytes.Repeat([]byte("x"), 200<<10)
		var got []byte
		r := newReceiver(t, HandlerOptions{Synchronous: true, Process: func(_ context.Context, m Message) error {
			got = m.Body
			return nil
		}})
		request := httptest.NewRequest(http.MethodPost, "/hook", bytes.NewReader(body))
		request.Header = signed(t, r.signer, "msg_1", time.Now(), ProfileCreated, body)
		if w := r.serve(request); w.Code != http.StatusOK || !bytes.Equal(got, body) {
			t.Fatalf("%d %s, %d bytes", w.Code, w.Body, len(got))
		}
	})
}

func TestABodyOfUnknownLengthIsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newReceiver(t, HandlerOptions{MaxBody: 13, Synchronous: true, Process: func(context.Context, Message) error { return nil }})
		request := r.request(t, "msg_1")
		request.ContentLength = -1
		if w := r.serve(request); w.Code != http.StatusOK {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	})
}

func TestADuplicateIsProcessedOnce(t *testing.T) {
	for _, synchronous := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			calls := 0
			release := make(chan struct{})
			r := newReceiver(t, HandlerOptions{Synchronous: synchronous, Process: func(context.Context, Message) error {
				<-release
				calls++
				return nil
			}})
			first := make(chan int, 1)
			go func() { first <- r.serve(r.request(t, "msg_1")).Code }()
			synctest.Wait()
			if w := r.post(t, "msg_1", http.StatusConflict); w.Header().Get("Retry-After") != "5" {
				t.Errorf("a duplicate in flight was told Retry-After %q", w.Header().Get("Retry-After"))
			}
			close(release)
			synctest.Wait()
			if code := <-first; code != http.StatusOK {
				t.Errorf("the first was answered %d", code)
			}
			r.post(t, "msg_1", http.StatusOK)
			r.shutdown(t)
			if calls != 1 {
				t.Errorf("processed %d times", calls)
			}
		})
	}
}

func TestAFailedMessageIsProcessedAgain(t *testing.T) {
	failures := map[string]func() error{
		"an error": func() error { return errors.New("the warehouse is closed") },
		"a panic":  func() error { panic("the warehouse is closed") },
		"an exit":  func() error { runtime.Goexit(); return nil },
	}
	for name, fail := range failures {
		for _, synchronous := range []bool{false, true} {
			t.Run(name+", synchronous "+strconv.FormatBool(synchronous), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					calls := 0
					r := newReceiver(t, HandlerOptions{Synchronous: synchronous, Concurrency: 1, Process: func(context.Context, Message) error {
						if calls++; calls == 1 {
							return fail()
						}
						return nil
					}})
					status := http.StatusOK
					if synchronous {
						status = http.StatusInternalServerError
					}
					w := r.post(t, "msg_1", status)
					if strings.Contains(w.Body.String(), "warehouse") {
						t.Errorf("the sender was told %q", w.Body)
					}
					synctest.Wait()
					r.post(t, "msg_1", http.StatusOK)
					synctest.Wait()
					r.post(t, "msg_1", http.StatusOK)
					r.shutdown(t)
					if calls != 2 {
						t.Errorf("processed %d times, want 2", calls)
					}
					log := r.log.String()
					if strings.Count(log, "message not processed") != 1 || !strings.Contains(log, "msg_1") {
						t.Errorf("log:\n%s", log)
					}
					if name == "a panic" && !strings.Contains(log, "handler_test.go") {
						t.Errorf("the log doesn't show where it panicked:\n%s", log)
					}
				})
			})
		}
	}
}

func TestASenderThatHangsUpFindsTheOutcomeLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ended error
		release := make(chan struct{})
		r := newReceiver(t, HandlerOptions{Synchronous: true, Process: func(ctx context.Context, _ Message) error {
			<-release
			ended = ctx.Err()
			return nil
		}})
		ctx, hangUp := context.WithTimeout(t.Context(), 15*time.Second)
		defer hangUp()
		if w := r.serve(r.request(t, "msg_1").WithContext(ctx)); w.Code != http.StatusServiceUnavailable {
			t.Errorf("answered %d", w.Code)
		}
		r.post(t, "msg_1", http.StatusConflict)
		close(release)
		synctest.Wait()
		r.post(t, "msg_1", http.StatusOK)
		r.shutdown(t)
		if ended != nil {
			t.Errorf("the call ended with its request: %v", ended)
		}
	})
}

func TestProcessSeesTheValuesOfTheRequest(t *testing.T) {
	type key struct{}
	synctest.Test(t, func(t *testing.T) {
		var got any
		r := newReceiver(t, HandlerOptions{Synchronous: true, Process: func(ctx context.Context, _ Message) error {
			got = ctx.Value(key{})
			return nil
		}})
		request := r.request(t, "msg_1")
		r.serve(request.WithContext(context.WithValue(request.Context(), key{}, "trace")))
		if got != "trace" {
			t.Errorf("value %v", got)
		}
	})
}

func TestMessagesWithoutAnIDAreNotDeduplicated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		secret := NewSecret()
		calls := 0
		handler, err := NewHandler(HandlerOptions{
			Verifier:    mustVerifier(t, VerifierOptions{Secrets: []Secret{secret}, Accept: Omneo}),
			Synchronous: true,
			Process:     func(context.Context, Message) error { calls++; return nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("{}"))
			request.Header.Set(HeaderOmneoHMAC, secret.SignOmneo([]byte("{}")))
			w := httptest.NewRecorder()
			if handler.ServeHTTP(w, request); w.Code != http.StatusOK {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
		}
		if calls != 2 {
			t.Errorf("processed %d times", calls)
		}
	})
}

// A Seen whose store is down.
type brokenSeen struct{ claim, settle error }

func (b brokenSeen) Claim(context.Context, string) (SeenState, error) { return SeenNever, b.claim }
func (b brokenSeen) Done(context.Context, string) error               { return b.settle }
func (b brokenSeen) Forget(context.Context, string) error             { return b.settle }

func TestWithoutItsStoreAMessageIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newReceiver(t, HandlerOptions{Concurrency: 1, Queue: -1, Seen: brokenSeen{claim: errors.New("connection refused")}, Process: func(context.Context, Message) error {
			t.Error("processed")
			return nil
		}})
		for range 3 { // the place of a refused message is free again
			w := r.post(t, "msg_1", http.StatusServiceUnavailable)
			if !strings.Contains(w.Body.String(), "deduplication is unavailable") || strings.Contains(w.Body.String(), "refused") {
				t.Errorf("answered %q", w.Body)
			}
		}
		if !strings.Contains(r.log.String(), "connection refused") {
			t.Errorf("log:\n%s", r.log)
		}
		r.shutdown(t)
	})
}

func TestAProcessedMessageIsAnsweredEvenIfItCannotBeRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newReceiver(t, HandlerOptions{Synchronous: true, Seen: brokenSeen{settle: errors.New("connection refused")}, Process: func(context.Context, Message) error { return nil }})
		r.post(t, "msg_1", http.StatusOK)
		if !strings.Contains(r.log.String(), "could not record message id") {
			t.Errorf("log:\n%s", r.log)
		}
	})
}

func TestHandlersThatCouldNotWorkAreRefused(t *testing.T) {
	verifier := mustVerifier(t, VerifierOptions{Secrets: []Secret{NewSecret()}})
	process := func(context.Context, Message) error { return nil }
	for name, o := range map[string]HandlerOptions{
		"no verifier":          {Process: process},
		"no function":          {Verifier: verifier},
		"negative concurrency": {Verifier: verifier, Process: process, Concurrency: -1},
		"negative body":        {Verifier: verifier, Process: process, MaxBody: -1},
		"negative wait":        {Verifier: verifier, Process: process, RetryAfter: -1},
	} {
		if _, err := NewHandler(o); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

// Over a real connection, many senders at once, each id sent four times.
