package delivery

import (
	"context"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// wire carries HTTP through memory, so that a bubble of synctest can stand still around it.
type wire struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (w *wire) Accept() (net.Conn, error) {
	select {
	case conn := <-w.conns:
		return conn, nil
	case <-w.closed:
		return nil, net.ErrClosed
	}
}

func (w *wire) Close() error {
	close(w.closed)
	return nil
}

func (w *wire) Addr() net.Addr { return &net.TCPAddr{} }

func (w *wire) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case w.conns <- there:
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// inBubble runs test with a house and a receiver in which time passes when all have nothing to do.
func inBubble(t *testing.T, test func(t *testing.T, h *house, r *receiver)) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{make(chan net.Conn), make(chan struct{})}
		r := &receiver{}
		server := &http.Server{Handler: r}
		go server.Serve(w)
		t.Cleanup(func() { server.Close() })
		sender := NewHTTP(HTTPOptions{Guard: loopbackGuard(), Version: "test"})
		sender.transport.DialContext = w.dial
		t.Cleanup(sender.Close)
		h := newHouse(t, storetest.SQLite(t, store.Options{}), func(o *Options) {
			o.Sender, o.PollEvery = sender, time.Minute
		})
		test(t, h, r)
	})
}

func TestADeliveryIsTriedForThreeDaysAndThenADeadLetter(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house, r *receiver) {
		r.answers(status(http.StatusInternalServerError))
		target := h.target("http://receiver.example/")
		h.start()
		begun := time.Now()
		id := h.enqueue(target, 1)[0]
		time.Sleep(120 * time.Hour)
		row := h.get(id)
		if row.State != string(Dead) || row.Attempts != 10 || row.Outcome != string(ServerError) || row.Status != 500 {
			t.Errorf("%+v", row)
		}
		policy, at := DefaultPolicy(), begun
		for i, a := range h.attempts(id) {
			wait := policy.Schedule[i]
			earliest, latest := scale(wait, 1-policy.Jitter), scale(wait, 1+policy.Jitter)
			if took := a.StartedAt.Sub(at); took < earliest-time.Second || took > latest+time.Second {
				t.Errorf("attempt %d after %v, scheduled after %v", a.Number, took, wait)
			}
			at = a.StartedAt.Time
		}
		for _, a := range r.got() {
			if a.ID != row.MessageID {
				t.Errorf("message %s became %s", row.MessageID, a.ID)
			}
		}
	})
}

func scale(d time.Duration, by float64) time.Duration { return time.Duration(float64(d) * by) }

func TestARetryThatSucceedsEndsTheDelivery(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house, r *receiver) {
		r.answers(status(http.StatusServiceUnavailable))
		target := h.target("http://receiver.example/")
		h.start()
		id := h.enqueue(target, 1)[0]
		time.Sleep(time.Minute)
		r.answers(nil)
		time.Sleep(10 * time.Minute)
		if row := h.get(id); row.State != string(Delivered) || row.Attempts != 3 {
			t.Errorf("%+v", row)
		}
	})
}

func TestRetryAfterPausesTheEndpoint(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house, r *receiver) {
		r.answers(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "600")
			w.WriteHeader(http.StatusTooManyRequests)
		})
		target := h.target("http://receiver.example/")
		h.start()
		h.enqueue(target, 1)
		time.Sleep(time.Minute)
		if got := len(r.got()); got != 1 {
			t.Fatalf("%d requests", got)
		}
		r.answers(nil)
		asked := r.got()[0].At
		ids := h.enqueue(target, 40)
		time.Sleep(30 * time.Minute)
		for _, id := range ids {
			if row := h.get(id); row.State != string(Delivered) {
				t.Errorf("%+v", row)
			}
		}
		for _, a := range r.got()[1:] {
			if wait := a.At.Sub(asked); wait < 600*time.Second || wait > 610*time.Second && a.ID != r.got()[0].ID {
				t.Errorf("a request %v after a pause of 600 s was asked for", wait)
			}
		}
	})
}

func TestAnEndpointsOwnScheduleAndTimeoutHold(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house, r *receiver) {
		r.answers(func(_ http.ResponseWriter, request *http.Request) { <-request.Context().Done() })
		target := h.target("http://receiver.example/", func(t *store.Target) {
			t.Schedule, t.Timeout = []time.Duration{time.Minute, time.Hour}, 40*time.Second
		})
		h.start()
		begun := time.Now()
		id := h.enqueue(target, 1, func(m *Message) { m.Wait = time.Minute })[0]
		time.Sleep(3 * time.Hour)
		row, attempts := h.get(id), h.attempts(id)
		if row.State != string(Dead) || row.Outcome != string(ResponseTimeout) || len(attempts) != 2 {
			t.Fatalf("%+v after %d attempts", row, len(attempts))
		}
		if wait := attempts[0].StartedAt.Sub(begun); wait < time.Minute || wait > time.Minute+time.Second {
			t.Errorf("the first attempt after %v", wait)
		}
		if took := attempts[0].Duration; took != 40*time.Second {
			t.Errorf("timed out after %v", took)
		}
	})
}

func TestALaneThatIsIdleIsForgotten(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house, r *receiver) {
		target := h.target("http://receiver.example/")
		h.start()
		h.enqueue(target, 1)
		time.Sleep(time.Minute)
		if lanes, held := h.d.lanes.load(); lanes != 1 || held != 0 {
			t.Errorf("%d lanes hold %d", lanes, held)
		}
		time.Sleep(idleLaneTime + time.Minute)
		if lanes, _ := h.d.lanes.load(); lanes != 0 {
			t.Errorf("%d lanes after %v", lanes, idleLaneTime)
		}
		id := h.enqueue(target, 1)[0]
		time.Sleep(time.Second)
		if row := h.get(id); row.State != string(Delivered) {
			t.Errorf("%+v", row)
		}
	})
}
