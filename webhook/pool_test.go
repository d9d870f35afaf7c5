package webhook

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestOnlySoManyMessagesRunAndWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var running, most atomic.Int32
		var order []string
		var mu sync.Mutex
		r := newReceiver(t, HandlerOptions{Concurrency: 2, Queue: 3, RetryAfter: 1500 * time.Millisecond, Process: func(_ context.Context, m Message) error {
			most.Store(max(most.Load(), running.Add(1)))
			defer running.Add(-1)
			<-release
			mu.Lock()
			defer mu.Unlock()
			order = append(order, m.ID)
			return nil
		}})
		for i := range 5 {
			r.post(t, "msg_"+strconv.Itoa(i), http.StatusOK)
		}
		synctest.Wait()
		w := r.post(t, "msg_5", http.StatusServiceUnavailable)
		if got := w.Header().Get("Retry-After"); got != "2" {
			t.Errorf("Retry-After %q, want 2", got)
		}
		close(release)
		synctest.Wait()
		r.post(t, "msg_5", http.StatusOK)
		r.shutdown(t)
		if most.Load() != 2 || len(order) != 6 {
			t.Errorf("%d at once, processed %v", most.Load(), order)
		}
	})
}

func TestMessagesStartInTheOrderOfAcceptance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var order, want []string
		r := newReceiver(t, HandlerOptions{Concurrency: 1, Process: func(_ context.Context, m Message) error {
			order = append(order, m.ID)
			return nil
		}})
		for i := range 50 {
			want = append(want, "msg_"+strconv.Itoa(i))
			r.post(t, want[i], http.StatusOK)
		}
		r.shutdown(t)
		if diff := cmp.Diff(want, order); diff != "" {
			t.Error(diff)
		}
	})
}

func TestANegativeQueueHoldsOnlyWhatRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		r := newReceiver(t, HandlerOptions{Concurrency: 1, Queue: -1, Process: func(context.Context, Message) error {
			<-release
			return nil
		}})
		r.post(t, "msg_1", http.StatusOK)
		r.post(t, "msg_2", http.StatusServiceUnavailable)
		close(release)
		r.shutdown(t)
	})
}

func TestShutdownWaitsForWhatWasAccepted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var done atomic.Int32
		r := newReceiver(t, HandlerOptions{Concurrency: 2, Process: func(ctx context.Context, _ Message) error {
			select {
			case <-time.After(time.Minute):
				done.Add(1)
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}})
		for i := range 6 {
			r.post(t, "msg_"+strconv.Itoa(i), http.StatusOK)
		}
		began := time.Now()
		stopped := make(chan error, 1)
		go func() { stopped <- r.Shutdown(context.Background()) }()
		synctest.Wait()
		w := r.post(t, "msg_late", http.StatusServiceUnavailable)
		if w.Header().Get("Retry-After") == "" {
			t.Error("503 without Retry-After")
		}
		if err := <-stopped; err != nil || done.Load() != 6 || time.Since(began) != 3*time.Minute {
			t.Errorf("%v after %v with %d processed", err, time.Since(began), done.Load())
		}
		r.shutdown(t)
	})
}

func TestShutdownGivesUpWhenItsContextEnds(t *testing.T) {
	for _, synchronous := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			var started, interrupted atomic.Int32
			seen := mustSeen(t, MemorySeenOptions{})
			r := newReceiver(t, HandlerOptions{Synchronous: synchronous, Concurrency: 1, Seen: seen, Process: func(ctx context.Context, _ Message) error {
				started.Add(1)
				<-ctx.Done()
				interrupted.Add(1)
				return ctx.Err()
			}})
			answers := make(chan int, 3)
			for i := range 3 {
				go func() { answers <- r.serve(r.request(t, "msg_"+strconv.Itoa(i))).Code }()
				synctest.Wait()
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			err := r.Shutdown(ctx)
			if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "3 messages unfinished") {
				t.Errorf("error %v", err)
			}
			synctest.Wait()
			if started.Load() != 1 || interrupted.Load() != 1 {
				t.Errorf("%d started, %d interrupted", started.Load(), interrupted.Load())
			}
			codes := map[int]int{<-answers: 1}
			codes[<-answers]++
			codes[<-answers]++
			want := map[int]int{200: 3}
			if synchronous {
				want = map[int]int{500: 1, 503: 2}
			}
			if diff := cmp.Diff(want, codes); diff != "" {
				t.Error(diff)
			}
			if len(seen.inFlight)+len(seen.done) != 0 {
				t.Errorf("unfinished ids are still known: %v, %v", seen.inFlight, seen.done)
			}
		})
	}
}

func TestAShutdownOfAnIdleHandlerIsImmediate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newReceiver(t, HandlerOptions{Process: func(context.Context, Message) error { return nil }})
		r.shutdown(t)
		r.post(t, "msg_1", http.StatusServiceUnavailable)
	})
}

func TestConcurrentSendersOverHTTP(t *testing.T) {
	var processed sync.Map
	var twice atomic.Int32
	r := newReceiver(t, HandlerOptions{Synchronous: true, Concurrency: 4, Queue: 1000, Process: func(_ context.Context, m Message) error {
		if _, loaded := processed.LoadOrStore(m.ID, true); loaded {
			twice.Add(1)
		}
		return nil
	}})
	server := httptest.NewServer(r)
	defer server.Close()
	client := server.Client()
	defer client.CloseIdleConnections()
	const ids, copies = 50, 4
	var wg sync.WaitGroup
	for i := range ids * copies {
		wg.Go(func() {
			body := []byte(`{"id":"8f0e"}`)
			header := signed(t, r.signer, "msg_"+strconv.Itoa(i%ids), time.Now(), ProfileUpdated, body)
			for status := http.StatusConflict; status == http.StatusConflict; {
				request, err := http.NewRequest(http.MethodPost, server.URL, bytes.NewReader(body))
				if err != nil {
					t.Error(err)
					return
				}
				request.Header = header.Clone()
				response, err := client.Do(request)
				if err != nil {
					t.Error(err)
					return
				}
				response.Body.Close()
				if status = response.StatusCode; status != http.StatusOK && status != http.StatusConflict {
					t.Errorf("status %d", status)
				}
			}
		})
	}
	wg.Wait()
	r.shutdown(t)
	count := 0
	processed.Range(func(any, any) bool { count++; return true })
	if count != ids || twice.Load() != 0 {
		t.Errorf("%d ids processed, %d of them twice", count, twice.Load())
	}
}
