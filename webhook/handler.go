package webhook

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"
)

const (
	defaultConcurrency = 8
	defaultQueue       = 256
	defaultMaxBody     = 1 << 20
	defaultRetryAfter  = 5 * time.Second
)

// HandlerOptions configure a [Handler]. Verifier and Process are required; zero values of the rest are the defaults.
type HandlerOptions struct {
	Verifier *Verifier

	// Process receives each message once verified and deduplicated. An error or a panic means that the message was not
	// processed. Its context carries the request's values, outlives the request, and ends when Shutdown gives up waiting.
	Process func(context.Context, Message) error

	// Synchronous answers only when Process has returned: 200 for nil, 500 for an error. See Handler.
	Synchronous bool

	// Concurrency is how many Process calls run at once: 8.
	Concurrency int

	// Queue is how many accepted messages may wait for their turn: 256. A negative number is none. With Concurrency and
	// MaxBody it bounds the memory that messages take.
	Queue int

	// MaxBody is the size of the largest body read, in bytes: 1 MiB.
	MaxBody int64

	// RetryAfter is what a sender is asked to wait when a message can't be taken now: 5 s. It is rounded up to seconds.
	RetryAfter time.Duration

	// Seen deduplicates: a MemorySeen with its defaults.
	Seen Seen

	// Logger gets refused requests (level info) and failed messages (level error): slog.Default().
	Logger *slog.Logger
}

// A Handler receives webhooks over HTTP.
//
// It answers 405 to anything but POST, 413 to a body over MaxBody, 400 to headers that are missing or malformed, 401 to a
// signature that doesn't match or a timestamp out of tolerance, 503 with Retry-After to a message it can't hold or
// deduplicate now, 409 with Retry-After to a duplicate of a message that is still being worked on (so that the sender asks
// again once the outcome is known), and 200 to a duplicate of a processed one.
//
// What a 200 promises depends on the mode:
//
//   - Asynchronously, the default, it means that the message is verified, fresh and held in memory. Process runs after
//     the answer. If Process then fails, or the process is killed, the sender knows nothing of it and will not retry: the
//     failure is logged, the id is forgotten, and a redelivery asked for by hand is processed. Choose it when the sender
//     must not wait and a rare loss is bearable, or when Process can't fail for long.
//   - With Synchronous it means that Process returned nil, so an event is processed at least once: a failure answers 500
//     and the sender's schedule brings the message back. Process must finish within the sender's timeout, 15 s by default;
//     if it takes longer it still runs to its end, and the retry finds the message done. To be both quick and safe, let
//     Process write the message to your own durable queue.
//
// Neither mode is exactly once: the process can die between your effect and the note that it happened, a Seen forgets,
// and messages of the Omneo scheme have no id to deduplicate by. Make effects idempotent by Message.ID.
//
// Messages start in the order they were accepted. That isn't the order of the events, because a retried message comes
// after later ones: where it matters, compare updated_at with what you hold.
type Handler struct {
	verifier    *Verifier
	process     func(context.Context, Message) error
	synchronous bool
	maxBody     int64
	retryAfter  string
	seen        Seen
	log         *slog.Logger
	pool        *pool

	// lifetime ends when Shutdown gives up waiting.
	lifetime context.Context
	abandon  context.CancelFunc
}

// NewHandler returns a handler. It starts nothing; call [Handler.Shutdown] before the process ends, after the server's.
func NewHandler(o HandlerOptions) (*Handler, error) {
	switch {
	case o.Verifier == nil:
		return nil, errors.New("webhook: a handler needs a Verifier")
	case o.Process == nil:
		return nil, errors.New("webhook: a handler needs a Process function")
	case o.Concurrency < 0 || o.MaxBody < 0 || o.RetryAfter < 0:
		return nil, errors.New("webhook: a handler's Concurrency, MaxBody and RetryAfter can't be negative")
	}
	if o.Seen == nil {
		seen, err := NewMemorySeen(MemorySeenOptions{Now: o.Verifier.now})
		if err != nil {
			return nil, err
		}
		o.Seen = seen
	}
	queue := max(cmp.Or(o.Queue, defaultQueue), 0)
	wait := cmp.Or(o.RetryAfter, defaultRetryAfter)
	h := &Handler{
		verifier: o.Verifier, process: o.Process, synchronous: o.Synchronous, seen: o.Seen,
		maxBody:    cmp.Or(o.MaxBody, defaultMaxBody),
		retryAfter: strconv.FormatInt(int64((wait+time.Second-1)/time.Second), 10),
		log:        cmp.Or(o.Logger, slog.Default()),
		pool:       newPool(cmp.Or(o.Concurrency, defaultConcurrency), queue),
	}
	h.lifetime, h.abandon = context.WithCancel(context.Background())
	return h, nil
}

// ServeHTTP implements [http.Handler].
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		h.refuse(w, r, http.StatusMethodNotAllowed, errors.New("only POST is allowed"))
		return
	}
	msg, status, err := h.receive(w, r)
	if err != nil {
		h.refuse(w, r, status, err)
		return
	}
	if status, err = h.accept(r.Context(), msg); err != nil {
		h.refuse(w, r, status, err)
		return
	}
	w.WriteHeader(http.StatusOK)
}

// receive reads and verifies one request. What the headers alone decide is decided before the body is read.
func (h *Handler) receive(w http.ResponseWriter, r *http.Request) (Message, int, error) {
	claim, err := h.verifier.read(r.Header)
	if err != nil {
		return Message{}, verifyStatus(err), err
	}
	body, err := readBody(http.MaxBytesReader(w, r.Body, h.maxBody), r.ContentLength, h.maxBody)
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return Message{}, http.StatusRequestEntityTooLarge, fmt.Errorf("the body is larger than %d bytes", h.maxBody)
	}
	if err != nil {
		return Message{}, http.StatusBadRequest, fmt.Errorf("read the body: %w", err)
	}
	msg, err := h.verifier.match(claim, body)
	if err != nil {
		return Message{}, verifyStatus(err), err
	}
	return msg, 0, nil
}

// readBody trusts a declared length only so far: a stranger who declares much and sends nothing costs little memory.
func readBody(r io.Reader, length, limit int64) ([]byte, error) {
	const trusted = 32 << 10
	if length > limit {
		return nil, &http.MaxBytesError{Limit: limit}
	}
	size := min(max(length, 0), trusted) + bytes.MinRead // ReadFrom wants room to see the end
	body := bytes.NewBuffer(make([]byte, 0, size))
	_, err := body.ReadFrom(r)
	return body.Bytes(), err
}

func verifyStatus(err error) int {
	if errors.Is(err, ErrMissingHeader) || errors.Is(err, ErrMalformedHeader) {
		return http.StatusBadRequest
	}
	return http.StatusUnauthorized
}

var errInFlight = errors.New("the message is being processed")

// accept takes a verified message. It returns nil when the answer is 200.
func (h *Handler) accept(ctx context.Context, msg Message) (int, error) {
	if err := h.pool.reserve(); err != nil {
		return http.StatusServiceUnavailable, err
	}
	state, err := h.claim(ctx, msg.ID)
	if err != nil || state != SeenNever {
		h.pool.release()
	}
	switch {
	case err != nil:
		h.log.ErrorContext(ctx, "webhook: deduplication failed", "id", msg.ID, "error", err)
		return http.StatusServiceUnavailable, errors.New("deduplication is unavailable")
	case state == SeenInFlight:
		return http.StatusConflict, errInFlight
	case state == SeenDone:
		return http.StatusOK, nil
	}
	outcome := make(chan error, 1)
	h.pool.start(func() { h.work(context.WithoutCancel(ctx), msg, outcome) })
	if !h.synchronous {
		return http.StatusOK, nil
	}
	select {
	case err := <-outcome:
		return answer(err)
	case <-ctx.Done(): // the sender hung up; the work goes on and its retry finds the outcome
		return http.StatusServiceUnavailable, ctx.Err()
	}
}

// errFailed is all that a stranger learns about a failure of Process.
var errFailed = errors.New("processing failed")

func answer(outcome error) (int, error) {
	switch {
	case outcome == nil:
		return http.StatusOK, nil
	case errors.Is(outcome, errStopped):
		return http.StatusServiceUnavailable, errStopped
	}
	return http.StatusInternalServerError, errFailed
}

// claim is SeenNever for a message without an id: two equal ones can't be told from one sent twice.
func (h *Handler) claim(ctx context.Context, id string) (SeenState, error) {
	if id == "" {
		return SeenNever, nil
	}
	return h.seen.Claim(ctx, id)
}

// work processes one message and settles its claim before it tells the outcome.
func (h *Handler) work(ctx context.Context, msg Message, outcome chan<- error) {
	err := errExited
	defer func() {
		if err != nil {
			h.log.ErrorContext(ctx, "webhook: message not processed", "id", msg.ID, "event", msg.Event, "error", err)
		}
		h.settle(ctx, msg.ID, err == nil)
		outcome <- err
	}()
	if h.lifetime.Err() != nil {
		err = errStopped
		return
	}
	processing, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(h.lifetime, cancel)()
	err = h.call(processing, msg)
}

// errExited stands when Process ended its goroutine, as runtime.Goexit does.
var errExited = errors.New("process exited its goroutine")

func (h *Handler) call(ctx context.Context, msg Message) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &PanicError{Value: value, Stack: debug.Stack()}
		}
	}()
	return h.process(ctx, msg)
}

// A PanicError is what a panic in Process is logged as.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v\n\n%s", e.Value, e.Stack) }

func (h *Handler) settle(ctx context.Context, id string, done bool) {
	if id == "" {
		return
	}
	record, what := h.seen.Forget, "forget"
	if done {
		record, what = h.seen.Done, "record"
	}
	if err := record(ctx, id); err != nil {
		h.log.ErrorContext(ctx, "webhook: could not "+what+" message id", "id", id, "error", err)
	}
}

// refuse answers an error in plain text, which the sender keeps with the attempt. Anyone may read it, so the hints of a
// VerifyError go to the log alone.
func (h *Handler) refuse(w http.ResponseWriter, r *http.Request, status int, err error) {
	h.log.InfoContext(r.Context(), "webhook: request refused", "status", status, "remote", r.RemoteAddr, "error", err)
	if status == http.StatusServiceUnavailable || status == http.StatusConflict {
		w.Header().Set("Retry-After", h.retryAfter)
	}
	text := err.Error()
	if refused, ok := errors.AsType[*VerifyError](err); ok {
		text = refused.Reason.Error() + ": " + refused.Header
	}
	http.Error(w, text, status)
}

// Shutdown stops taking messages, answering 503, and waits until those taken are processed. When ctx ends first it ends
// the context of the calls that still run, drops what waits for its turn, and returns an error that says how many messages
// were unfinished: asynchronously accepted ones among them are lost to this process, so have them delivered again.
func (h *Handler) Shutdown(ctx context.Context) error {
	defer h.abandon()
	if unfinished := h.pool.stop(ctx); unfinished > 0 {
		return fmt.Errorf("webhook: shut down with %d messages unfinished: %w", unfinished, ctx.Err())
	}
	return nil
}
