package crash_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/belfryhq/belfry/internal/rig"
)

const (
	// crashesEnv names the variable with the number of kills.
	crashesEnv     = "BELFRY_CRASHES"
	defaultCrashes = 6
	tills          = 8
	// drainTimeout bounds the wait for what is still to be delivered at the end.
	drainTimeout = 90 * time.Second
)

// TestKilledServerLosesNothingAndDoesNothingTwice kills the server with SIGKILL,
// mostly under load and sometimes while it starts, and starts it again. Tills
// repeat each request until it is answered with 2xx, under one Idempotency-Key.
// In the end there must be
//
//   - every write that was answered, as it was last written, and no other;
//   - one event for each, and for each event its deliveries, once each;
//   - every delivery at the receiver: its repetitions have the same webhook-id
//     and the same bytes, and there is none that the server does not know of.
func TestKilledServerLosesNothingAndDoesNothingTwice(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := newRun(t, rand.New(rand.NewPCG(seed, 0)))
	r.setUp(t)
	var wg sync.WaitGroup
	load, stop := context.WithCancel(t.Context())
	defer stop()
	for n := range tills {
		wg.Go(func() { r.tills[n].work(load) })
	}
	for range crashes(t) {
		r.crash(t)
	}
	r.restart(t)
	stop()
	wg.Wait()
	if t.Failed() {
		return
	}
	r.audit(t)
	if err := r.server.Stop(); err != nil {
		t.Error(err)
	}
	checkFile(t, r.command.Data)
}

func crashes(t *testing.T) int {
	text := os.Getenv(crashesEnv)
	if text == "" {
		return defaultCrashes
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s: %q is not a number of crashes", crashesEnv, text)
	}
	return n
}

// run is one server with those around it.
type run struct {
	random   *rand.Rand
	command  rig.Command
	server   *rig.Process
	client   *rig.Client
	receiver *receiver
	tills    []*till
	killed   int
}

func newRun(t *testing.T, random *rand.Rand) *run {
	t.Helper()
	binary, err := rig.Build(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	address, err := rig.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	r := &run{random: random, receiver: newReceiver(t, random.Uint64())}
	log := &syncBuffer{}
	r.command = rig.Command{Binary: binary, Data: t.TempDir(), Listen: address, Log: log}
	token, err := r.command.Token(t.Context())
	if err != nil {
		t.Fatalf("%v\n%s", err, log)
	}
	r.client = rig.NewClient(address, token, tills)
	for n := range tills {
		r.tills = append(r.tills, newTill(t, n, r.client, random.Uint64()))
	}
	t.Cleanup(func() {
		if r.server != nil {
			r.server.Kill()
		}
		if t.Failed() {
			t.Logf("the server's log:\n%s", log)
		}
	})
	return r
}

// restart starts the server and waits until it serves.
func (r *run) restart(t *testing.T) {
	t.Helper()
	var err error
	if r.server, err = r.command.Start(); err != nil {
		t.Fatal(err)
	}
	if err := r.server.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// crash starts the server and kills it: one time in five before it is ready,
// else after it has worked for a while.
func (r *run) crash(t *testing.T) {
	t.Helper()
	var err error
	if r.random.IntN(5) == 0 {
		if r.server, err = r.command.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(r.random.IntN(150)) * time.Millisecond)
	} else {
		r.restart(t)
		time.Sleep(time.Duration(20+r.random.IntN(400)) * time.Millisecond)
	}
	r.server.Kill()
	r.killed++
}

// The triggers, by name: what each listens to and where it sends.
const (
	rawProfiles    = "raw profiles"
	rawChanges     = "raw changes"
	bigSales       = "big sales"
	rawSales       = "raw sales"
	shapedVoidings = "shaped corrections"
	bonusPoints    = "bonus points"
	bigSale        = 100
	// bonus is what each sale earns by a reaction, beside a point for each unit.
	bonus = 3
)

// setUp makes the programme over the API.
func (r *run) setUp(t *testing.T) {
	t.Helper()
	r.restart(t)
	post := func(path string, body rig.Object) {
		t.Helper()
		if err := r.client.Do(t.Context(), "POST", path, "", body, nil); err != nil {
			t.Fatal(err)
		}
	}
	schedule := make([]int, 90) // a receiver that fails now and then gets it all within seconds
	for i := 1; i < len(schedule); i++ {
		schedule[i] = 1
	}
	for handle, template := range map[string]string{
		"raw":    "",
		"shaped": `{"sale": {{ id }}, "total": {{ total }}, "name": "{{ profile.first_name }}"}`,
	} {
		post("/targets", rig.Object{
			"name": handle, "handle": handle, "url": r.receiver.url + "/" + handle, "template": template,
			"secret": r.receiver.secret, "timeout": 2, "retry_schedule": schedule,
		})
	}
	send := func(target string) rig.Object {
		return rig.Object{"name": "target.send", "sort_order": 2, "arguments": []rig.Object{{"name": "target", "value": target}}}
	}
	trigger := func(name, event string, actions ...rig.Object) {
		post("/triggers", rig.Object{"name": name, "trigger": event, "is_active": true, "actions": actions})
	}
	post("/points/definitions", rig.Object{"name": "Purchase points", "handle": "purchase", "earn_rate": 1})
	post("/points/definitions", rig.Object{"name": "Bonus points", "handle": "bonus", "kind": "action"})
	post("/tiers/definitions", rig.Object{"name": "Gold", "handle": "gold", "value_min": 500})
	trigger(bonusPoints, "transaction.created", rig.Object{"name": "points.award", "arguments": []rig.Object{
		{"name": "definition", "value": "bonus"}, {"name": "value", "value": bonus},
	}})
	trigger(rawProfiles, "profile.created", send("raw"))
	trigger(rawChanges, "profile.updated", send("raw"))
	trigger(rawSales, "transaction.created", send("raw"))
	trigger(shapedVoidings, "transaction.updated", send("shaped"))
	trigger(bigSales, "transaction.created", send("shaped"), rig.Object{
		"name": "filter", "sort_order": 1, "arguments": []rig.Object{
			{"name": "condition", "value": rig.Object{">": []any{rig.Object{"var": "total"}, bigSale}}},
		},
	})
	r.server.Kill()
}

// syncBuffer keeps the log of one server after another.
type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements io.Writer.
func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

// String returns the end of what was written.
func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	const most = 20_000
	all := b.buf.Bytes()
	return string(all[max(0, len(all)-most):])
}
