package delivery

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// lanesModel drives lanes as the dispatcher does, with a clock of its own, and keeps the books beside them.
type lanesModel struct {
	s        *lanes
	now      time.Time
	config   *config
	asked    []ask
	underWay []job
	back     int
	nextID   int64
}

func newLanesModel(most int) *lanesModel {
	endpoint := &Endpoint{timeout: DefaultTimeout}
	return &lanesModel{
		s: newLanes(most), now: noon, nextID: 1,
		config: &config{version: 1, endpoint: endpoint, policy: DefaultPolicy()},
	}
}

func (m *lanesModel) take(start, back []job) {
	m.underWay = append(m.underWay, start...)
	m.back += len(back)
}

func (m *lanesModel) delivery(endpoint int64) store.ClaimedDelivery {
	m.nextID++
	return store.ClaimedDelivery{
		ID: m.nextID, EndpointID: endpoint, Lease: store.Lease{Owner: "me", Until: scalar.At(m.now.Add(2*DefaultTimeout + 2*leaseMargin))},
	}
}

func (m *lanesModel) check(t *rapid.T) {
	reserved, held, flying, listed := 0, 0, 0, 0
	for _, a := range m.asked {
		reserved += a.limit
	}
	for _, l := range m.s.byID {
		held += l.held()
		flying += l.inFlight
		if l.inFlight > DefaultWindow {
			t.Fatalf("lane %d has %d under way", l.id, l.inFlight)
		}
		if l.listed {
			listed++
		}
		if l.listed && l.claiming {
			t.Fatalf("lane %d is listed while a claim for it is under way", l.id)
		}
	}
	m.checkAlarms(t)
	if m.s.held != held+reserved {
		t.Fatalf("%d held, counted %d and %d asked for", m.s.held, held, reserved)
	}
	if m.s.flying != flying || flying != len(m.underWay) {
		t.Fatalf("%d under way, counted %d, started %d", m.s.flying, flying, len(m.underWay))
	}
	if listed != len(m.s.ready) {
		t.Fatalf("%d lanes are listed, the list has %d", listed, len(m.s.ready))
	}
}

// checkAlarms says that no lane waits for a moment without being looked at by then, and that each has one alarm at most.
func (m *lanesModel) checkAlarms(t *rapid.T) {
	set := 0
	for _, l := range m.s.byID {
		if l.place >= 0 {
			set++
			if m.s.alarms[l.place] != l {
				t.Fatalf("lane %d is not where it says in the heap", l.id)
			}
		}
		failed := l.more && !l.listed // is looked at by the next sweep
		if !l.due.IsZero() && !failed && (l.place < 0 || l.alarm.After(l.due)) {
			t.Fatalf("lane %d waits for %v without an alarm", l.id, l.due)
		}
	}
	if set != len(m.s.alarms) {
		t.Fatalf("%d alarms for %d lanes", len(m.s.alarms), set)
	}
}

func TestLanesKeepTheirBooksWhateverHappens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newLanesModel(rapid.IntRange(1, 200).Draw(t, "most"))
		endpoint := rapid.Int64Range(1, 6)
		t.Repeat(map[string]func(*rapid.T){
			"": m.check,
			"wake": func(t *rapid.T) {
				m.s.wake(m.now, endpoint.Draw(t, "endpoint"))
			},
			"expect": func(t *rapid.T) {
				in := time.Duration(rapid.IntRange(-5, 600).Draw(t, "seconds")) * time.Second
				m.s.expect(endpoint.Draw(t, "endpoint"), m.now.Add(in), m.now)
			},
			"ask": func(t *rapid.T) {
				m.asked = append(m.asked, m.s.asks(rapid.IntRange(1, 512).Draw(t, "rows"), m.now)...)
			},
			"settle": func(t *rapid.T) {
				if len(m.asked) == 0 {
					t.Skip("nothing asked")
				}
				a := m.asked[0]
				m.asked = m.asked[1:]
				m.take(m.s.settle(m.answer(t, a), m.now))
			},
			"enqueue": func(t *rapid.T) {
				id := endpoint.Draw(t, "endpoint")
				if m.s.lend(id, 1, m.now) != nil {
					m.take(m.s.accept(id, m.delivery(id), m.now))
				} else {
					m.s.wake(m.now, id)
				}
			},
			"finish": func(t *rapid.T) {
				if len(m.underWay) == 0 {
					t.Skip("nothing under way")
				}
				j := m.underWay[0]
				m.underWay = m.underWay[1:]
				o := anyOutcome.Draw(t, "outcome")
				next := Next(m.config.policy, 1, o, m.now, 0)
				m.take(m.s.finish(j.EndpointID, o, next, m.now.Add(-time.Second), m.now))
			},
			"time passes": func(t *rapid.T) {
				m.now = m.now.Add(time.Duration(rapid.IntRange(1, 1000).Draw(t, "seconds")) * time.Second)
			},
			"sweep": func(t *rapid.T) { m.s.sweep(m.now) },
		})
		m.drain(t)
	})
}

func (m *lanesModel) answer(t *rapid.T, a ask) answer {
	got := answer{ask: a}
	switch rapid.SampledFrom([]string{"some", "full", "failed", "deleted", "disabled"}).Draw(t, "answer") {
	case "failed":
		got.failed = true
	case "deleted":
	case "disabled":
		off := *m.config
		off.disabled = true
		got.config = &off
	case "full":
		got.config = m.config
		for range a.limit {
			got.claimed = append(got.claimed, m.delivery(a.id))
		}
	case "some":
		got.config = m.config
		for range rapid.IntRange(0, a.limit-1).Draw(t, "claimed") {
			got.claimed = append(got.claimed, m.delivery(a.id))
		}
		got.next = m.now.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "next")) * time.Second)
	}
	return got
}

// drain closes the lanes and ends what is under way: nothing may be held then.
func (m *lanesModel) drain(t *rapid.T) {
	m.back += len(m.s.close())
	for _, a := range m.asked {
		m.take(m.s.settle(m.answer(t, a), m.now))
	}
	m.asked = nil
	for len(m.underWay) > 0 {
		j := m.underWay[0]
		m.underWay = m.underWay[1:]
		m.take(m.s.finish(j.EndpointID, Outcome{Kind: Interrupted}, Transition{}, m.now, m.now))
	}
	m.check(t)
	select {
	case <-m.s.drained:
	default:
		t.Fatal("not drained")
	}
	if m.s.held != 0 {
		t.Fatalf("%d held in the end", m.s.held)
	}
}

func TestEveryWokenLaneIsServedInTurn(t *testing.T) {
	m := newLanesModel(mostHeld)
	for round := range 3 {
		for id := range int64(5) {
			m.s.wake(m.now, id)
		}
		var order []int64
		for _, a := range m.s.asks(1<<20, m.now) {
			order = append(order, a.id)
			got := answer{ask: a, config: m.config, claimed: []store.ClaimedDelivery{m.delivery(a.id)}}
			m.take(m.s.settle(got, m.now))
		}
		if fmt.Sprint(order) != "[0 1 2 3 4]" {
			t.Errorf("round %d served %v", round, order)
		}
		for len(m.underWay) > 0 {
			j := m.underWay[0]
			m.underWay = m.underWay[1:]
			m.take(m.s.finish(j.EndpointID, Outcome{Kind: Success}, Transition{State: Delivered}, m.now, m.now))
		}
	}
}

func TestThousandsOfHangingLanesLeaveRoomForAHealthyOne(t *testing.T) {
	m := newLanesModel(mostHeld)
	const hanging = 500
	for id := range int64(hanging) {
		m.s.wake(m.now, id)
	}
	for range 20 {
		for _, a := range m.s.asks(claimRows, m.now) {
			got := answer{ask: a, config: m.config}
			for range a.limit {
				got.claimed = append(got.claimed, m.delivery(a.id))
			}
			m.take(m.s.settle(got, m.now))
		}
	}
	m.s.wake(m.now, hanging)
	for _, a := range m.s.asks(claimRows, m.now) {
		if a.id == hanging && a.limit > 0 {
			return
		}
	}
	t.Errorf("no room: %d of %d held", m.s.held, m.s.most)
}

func TestADeliveryWhoseLeaseIsShortIsHandedBack(t *testing.T) {
	m := newLanesModel(mostHeld)
	m.s.wake(m.now, 1)
	a := m.s.asks(1, m.now)[0]
	late := m.delivery(1)
	late.Lease.Until = scalar.At(m.now.Add(DefaultTimeout))
	start, back := m.s.settle(answer{ask: a, config: m.config, claimed: []store.ClaimedDelivery{late}}, m.now)
	if len(start) != 0 || len(back) != 1 || m.s.held != 0 {
		t.Errorf("%d started, %d handed back, %d held", len(start), len(back), m.s.held)
	}
}
