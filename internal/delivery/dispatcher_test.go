package delivery

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// unsealed takes secrets as they are stored.
type unsealed struct{}

func (unsealed) OpenText(sealed string) (string, error) { return sealed, nil }

func (unsealed) Open(sealed []byte) ([]byte, error) { return sealed, nil }

// house is a database with one tenant and one event, and a dispatcher over it.
type house struct {
	testing.TB
	db      *store.DB
	d       *Dispatcher
	tenant  int64
	event   store.Event
	targets int
}

const eventContext = `{"id":"0198c0de","name":"Zoë"}`

func newHouse(t testing.TB, db *store.DB, options ...func(*Options)) *house {
	t.Helper()
	h := &house{TB: t, db: db}
	h.update(func(tx *store.Tx) error {
		record, _, err := tx.EnsureTenant("shop")
		if err != nil {
			return err
		}
		h.tenant = record.ID
		h.event = store.Event{Type: "profile.created", Subject: "profile", SubjectID: "1", Context: []byte(eventContext)}
		return h.as(tx).AppendEvents(&h.event)
	})
	h.d = h.dispatcher(options...)
	return h
}

func (h *house) dispatcher(options ...func(*Options)) *Dispatcher {
	o := Options{DB: h.db, Guard: loopbackGuard(), Secrets: unsealed{}, Version: "test", Logger: slog.New(slog.DiscardHandler)}
	for _, set := range options {
		set(&o)
	}
	return New(o)
}

// start starts the dispatcher and stops it with the test.
func (h *house) start() {
	h.Helper()
	h.d.Start()
	h.Cleanup(func() { h.stop(10 * time.Second) })
}

func (h *house) stop(grace time.Duration) {
	h.Helper()
	if h.d == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	if err := h.d.Stop(ctx); err != nil {
		h.Errorf("stop: %v", err)
	}
	h.d = nil
}

func (h *house) as(tx *store.Tx) *store.Tenant { return tx.As(store.Actor{TenantID: h.tenant}) }

func (h *house) update(fn func(tx *store.Tx) error) {
	h.Helper()
	if err := h.db.Update(context.Background(), fn); err != nil {
		h.Fatal(err)
	}
}

// target makes an endpoint at the URL.
func (h *house) target(url string, change ...func(*store.Target)) int64 {
	h.Helper()
	h.targets++
	name := fmt.Sprintf("target-%d", h.targets)
	target := store.Target{Handle: name, Endpoint: store.Endpoint{Name: name, URL: url, Secret: []byte(testSecret.Reveal())}}
	for _, c := range change {
		c(&target)
	}
	h.update(func(tx *store.Tx) error { return h.as(tx).InsertTarget(&target) })
	return target.ID
}

// enqueue makes deliveries of the event to an endpoint, in one transaction.
func (h *house) enqueue(endpoint int64, n int, change ...func(*Message)) (ids []int64) {
	h.Helper()
	h.update(func(tx *store.Tx) error {
		ids = ids[:0]
		version, err := h.as(tx).ConfigVersion()
		if err != nil {
			return err
		}
		for range n {
			m := Message{
				EventID: h.event.ID, EventType: h.event.Type, EndpointID: endpoint, Body: h.event.Context, ConfigVersion: version,
			}
			for _, c := range change {
				c(&m)
			}
			id, err := h.d.Enqueue(h.as(tx), m)
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return nil
	})
	return ids
}

func (h *house) get(id int64) (row store.Delivery) {
	h.Helper()
	h.update(func(tx *store.Tx) (err error) {
		row, err = h.as(tx).Delivery(id)
		return err
	})
	return row
}

func (h *house) attempts(id int64) (attempts []store.Attempt) {
	h.Helper()
	h.update(func(tx *store.Tx) (err error) {
		attempts, err = h.as(tx).Attempts(id)
		return err
	})
	return attempts
}

// wait returns the delivery once it is in the state.
func (h *house) wait(id int64, state State) store.Delivery {
	h.Helper()
	var row store.Delivery
	h.eventually(func() bool {
		row = h.get(id)
		return row.State == string(state)
	}, func() string { return fmt.Sprintf("delivery %d is %s (%s), want %s", id, row.State, row.Detail, state) })
	return row
}

// eventually polls until done, and fails with what is said after ten seconds.
func (h *house) eventually(done func() bool, say func() string) {
	h.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !done() {
		if time.Now().After(deadline) {
			h.Fatal(say())
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// receiver keeps the requests that it got and answers as it is told.
type receiver struct {
	mu       sync.Mutex
	arrivals []arrival
	answer   func(w http.ResponseWriter, r *http.Request)
}

type arrival struct {
	ID, Event, Body string
	At              time.Time
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	r.mu.Lock()
	r.arrivals = append(r.arrivals, arrival{
		request.Header.Get("webhook-id"), request.Header.Get("X-Omneo-Event"), string(body), time.Now(),
	})
	answer := r.answer
	r.mu.Unlock()
	if answer != nil {
		answer(w, request)
	}
}

func (r *receiver) got() []arrival {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]arrival{}, r.arrivals...)
}

func (r *receiver) answers(answer func(http.ResponseWriter, *http.Request)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = answer
}

// status answers every request with a status.
func status(code int) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func (h *house) receiver(answer func(http.ResponseWriter, *http.Request)) (*receiver, string) {
	r := &receiver{answer: answer}
	server := httptest.NewServer(r)
	h.Cleanup(server.Close)
	return r, server.URL
}

func TestDispatcherDeliversWhatIsEnqueued(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		r, url := h.receiver(nil)
		target := h.target(url)
		h.start()
		passed := h.enqueue(target, 1)[0]
		first := h.wait(passed, Delivered)
		// The endpoint is known by now, and the second delivery is sent without being claimed.
		rendered := h.enqueue(target, 1, func(m *Message) { m.Rendered, m.Body = true, []byte(`{"hello":"Zoë"}`) })[0]
		second := h.wait(rendered, Delivered)

		want := []arrival{
			{ID: first.MessageID, Event: "profile.created", Body: eventContext},
			{ID: second.MessageID, Event: "profile.created", Body: `{"hello":"Zoë"}`},
		}
		got := r.got()
		for i := range got {
			got[i].At = time.Time{}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		attempts := h.attempts(passed)
		if len(attempts) != 1 || attempts[0].Outcome != string(Success) || attempts[0].Status != 200 || attempts[0].Remote == "" {
			t.Errorf("attempts %+v", attempts)
		}
	})
}

func TestDispatcherDeliversABacklog(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		r, url := h.receiver(nil)
		one, other := h.target(url), h.target(url)
		ids := append(h.enqueue(one, 300), h.enqueue(other, 300)...)
		h.start()
		for _, id := range ids {
			if row := h.wait(id, Delivered); row.Attempts != 1 {
				t.Errorf("delivery %d took %d attempts", id, row.Attempts)
			}
		}
		seen := map[string]bool{}
		for _, a := range r.got() {
			seen[a.ID] = true
		}
		if len(seen) != 600 || len(r.got()) != 600 {
			t.Errorf("%d requests for %d messages", len(r.got()), len(seen))
		}
	})
}

func TestDispatcherTakesOverWhatACrashedProcessLeft(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		r, url := h.receiver(nil)
		target := h.target(url)
		id := h.enqueue(target, 1)[0]
		h.update(func(tx *store.Tx) error {
			past := h.d.lease(time.Now().Add(-time.Hour), DefaultTimeout)
			claimed, err := tx.ClaimDeliveries(target, past, 1)
			if len(claimed) != 1 {
				t.Errorf("claimed %d", len(claimed))
			}
			return err
		})
		h.d = h.dispatcher()
		h.start()
		row := h.wait(id, Delivered)
		if got := r.got(); len(got) != 1 || got[0].ID != row.MessageID || row.Attempts != 1 {
			t.Errorf("%d attempts, arrivals %+v", row.Attempts, got)
		}
	})
}

func TestDispatcherDisablesAnEndpointThatIsGone(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	r, url := h.receiver(status(http.StatusGone))
	target := h.target(url, func(t *store.Target) { t.Schedule = []time.Duration{0, 0, 0, 0} })
	h.start()
	first := h.enqueue(target, 1)[0]
	var stored store.Target
	h.eventually(func() bool {
		h.update(func(tx *store.Tx) (err error) {
			stored, err = h.as(tx).Target(target)
			return err
		})
		return !stored.DisabledAt.IsZero()
	}, func() string { return "the target is still enabled" })
	if stored.DisabledReason == "" {
		t.Error("no reason was kept")
	}
	second := h.enqueue(target, 1)[0]
	for _, id := range []int64{first, second} {
		h.wait(id, Pending)
	}
	requests := len(r.got())

	r.answers(nil)
	h.update(func(tx *store.Tx) error {
		row, err := h.as(tx).Target(target)
		if err != nil {
			return err
		}
		row.DisabledAt, row.DisabledReason = stored.CreatedAt, ""
		row.DisabledAt.Time = time.Time{}
		return h.as(tx).UpdateTarget(&row)
	})
	h.wait(first, Delivered)
	h.wait(second, Delivered)
	if got := len(r.got()); got != requests+2 {
		t.Errorf("%d requests after %d", got, requests)
	}
}

func TestDispatcherGivesUpWhatAnEndpointLeftBehind(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	target := h.target("http://127.0.0.1:1/")
	id := h.enqueue(target, 1)[0]
	h.update(func(tx *store.Tx) error { return h.as(tx).DeleteTarget(target) })
	h.start()
	if row := h.wait(id, Dead); row.Outcome != string(Deleted) || row.Attempts != 0 {
		t.Errorf("%+v", row)
	}
}

func TestDispatcherReportsASecretThatCannotBeOpened(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	target := h.target("http://127.0.0.1:1/", func(t *store.Target) {
		t.Secret, t.Schedule = []byte("rubbish"), []time.Duration{0}
	})
	h.start()
	if row := h.wait(h.enqueue(target, 1)[0], Dead); row.Outcome != string(Misconfigured) {
		t.Errorf("%+v", row)
	}
}

func TestEnqueueKeepsWhatCouldNotBeRenderedAsADeadLetter(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	r, url := h.receiver(nil)
	target := h.target(url)
	h.start()
	id := h.enqueue(target, 1, func(m *Message) { m.Problem = "template:3:7: unknown filter" })[0]
	row := h.get(id)
	if row.State != string(Dead) || row.Outcome != string(Unrendered) || row.Detail != "template:3:7: unknown filter" || row.EndedAt.IsZero() {
		t.Errorf("%+v", row)
	}
	if message := h.refused(id); message != "The delivery has no body: its template could not be rendered." {
		t.Errorf("retry: %q", message)
	}
	h.update(func(tx *store.Tx) error {
		if err := h.as(tx).SetDeliveryBody(id, []byte(`{"fixed":true}`)); err != nil {
			return err
		}
		_, err := h.d.Retry(h.as(tx), id)
		return err
	})
	h.wait(id, Delivered)
	if got := r.got(); len(got) != 1 || got[0].Body != `{"fixed":true}` {
		t.Errorf("arrivals %+v", got)
	}
}

// refused returns the message with which a retry is refused.
func (h *house) refused(id int64) (message string) {
	h.Helper()
	err := h.db.Update(context.Background(), func(tx *store.Tx) error {
		_, err := h.d.Retry(h.as(tx), id)
		return err
	})
	if err == nil {
		h.Fatal("the retry was not refused")
	}
	return err.Error()
}

func TestRetryByHandSendsTheSameMessageAgain(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	r, url := h.receiver(status(http.StatusInternalServerError))
	target := h.target(url, func(t *store.Target) { t.Schedule = []time.Duration{0} })
	h.start()
	id := h.enqueue(target, 1)[0]
	h.wait(id, Dead)
	r.answers(nil)
	h.update(func(tx *store.Tx) error {
		_, err := h.d.Retry(h.as(tx), id)
		return err
	})
	row := h.wait(id, Delivered)
	got := r.got()
	if len(got) != 2 || got[0].ID != got[1].ID || got[0].Body != got[1].Body || row.Attempts != 2 {
		t.Errorf("%d attempts, arrivals %+v", row.Attempts, got)
	}
	if message := h.refused(id); message != "The delivery has reached its receiver." {
		t.Errorf("retry: %q", message)
	}
	if message := h.refused(id + 1); message != fmt.Sprintf("no delivery %q", fmt.Sprint(id+1)) {
		t.Errorf("retry: %q", message)
	}
}

func TestRetryByHandOfADeliveryToAnInactiveTargetIsRefused(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		target := h.target("https://example.com", func(*store.Target) {})
		id := h.enqueue(target, 1)[0]
		before := h.get(id)
		h.update(func(tx *store.Tx) error { return tx.DisableEndpoint(target, "too many failures") })
		if message := h.refused(id); message != "The delivery's target or webhook is inactive: make it active first." {
			t.Errorf("retry: %q", message)
		}
		h.update(func(tx *store.Tx) error { return h.as(tx).DeleteTarget(target) })
		if message := h.refused(id); message != "The delivery's target or webhook has been deleted." {
			t.Errorf("retry: %q", message)
		}
		if diff := cmp.Diff(before, h.get(id)); diff != "" {
			t.Errorf("the delivery changed (-before +after)\n%s", diff)
		}
	})
}

func TestStopFinishesWhatEndsInTimeAndHandsBackTheRest(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	arrived := make(chan string, 2*DefaultWindow)
	release := make(chan struct{})
	_, slowURL := h.receiver(func(http.ResponseWriter, *http.Request) {
		arrived <- "slow"
		<-release
	})
	_, hangingURL := h.receiver(func(_ http.ResponseWriter, r *http.Request) {
		arrived <- "hanging"
		<-r.Context().Done()
	})
	slow, hanging := h.target(slowURL), h.target(hangingURL)
	h.start()
	finished := h.enqueue(slow, 1)[0]
	interrupted := h.enqueue(hanging, DefaultWindow+8)
	for range DefaultWindow + 1 {
		<-arrived
	}
	time.AfterFunc(50*time.Millisecond, func() { close(release) })
	h.stop(500 * time.Millisecond)
	if row := h.get(finished); row.State != string(Delivered) {
		t.Errorf("what ended in time is %s", row.State)
	}
	for _, id := range interrupted {
		if row := h.get(id); row.State != string(Pending) || row.Attempts != 0 {
			t.Errorf("what did not end is %s after %d attempts", row.State, row.Attempts)
		}
	}
}

func TestAHangingEndpointFillsOnlyItsOwnWindow(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	hung, hangingURL := h.receiver(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	_, healthyURL := h.receiver(nil)
	hanging, healthy := h.target(hangingURL), h.target(healthyURL)
	h.enqueue(hanging, 1000)
	h.start()
	h.eventually(func() bool { return len(hung.got()) == DefaultWindow }, func() string {
		return fmt.Sprintf("%d requests hang", len(hung.got()))
	})
	for _, id := range h.enqueue(healthy, 200) {
		h.wait(id, Delivered)
	}
	if got := len(hung.got()); got != DefaultWindow {
		t.Errorf("%d requests hang at a time", got)
	}
	h.stop(200 * time.Millisecond)
}
