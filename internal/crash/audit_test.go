package crash_test

import (
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver

	"github.com/belfryhq/belfry/internal/rig"
)

// list reads all rows of a resource, in the order of their ids.
func list[T any](t *testing.T, c *rig.Client, path string, id func(T) any) (rows []T) {
	t.Helper()
	query := url.Values{"sort": {"id"}, "page[size]": {"200"}}
	for {
		var page struct{ Data []T }
		if err := c.Do(t.Context(), "GET", path+"?"+query.Encode(), "", nil, &page); err != nil {
			t.Fatalf("list %s: %v", path, err)
		}
		if len(page.Data) == 0 {
			return rows
		}
		rows = append(rows, page.Data...)
		query.Set("filter[id][gt]", fmt.Sprint(id(page.Data[len(page.Data)-1])))
	}
}

// audit compares what the server shows with what the tills and the receiver know.
func (r *run) audit(t *testing.T) {
	t.Helper()
	expected := r.auditState(t)
	r.awaitDeliveries(t)
	r.auditDeliveries(t, r.auditEvents(t, expected))
	r.auditPoints(t)
}

// subject is what an event is about.
type subject struct{ event, id string }

// auditState checks the profiles and transactions, and returns how many events
// there must be of each subject.
func (r *run) auditState(t *testing.T) map[subject]int {
	t.Helper()
	type storedProfile struct {
		ID   string
		Tags []string
	}
	profiles := map[string]storedProfile{}
	for _, p := range list(t, r.client, "/profiles", func(p storedProfile) any { return p.ID }) {
		profiles[p.ID] = p
	}
	type storedTransaction struct {
		ID         int64
		ExternalID string `json:"external_id"`
		Total      int
		ReceiptRef string `json:"receipt_ref"`
	}
	transactions := map[int64]storedTransaction{}
	for _, s := range list(t, r.client, "/transactions", func(s storedTransaction) any { return s.ID }) {
		transactions[s.ID] = s
	}

	expected := map[subject]int{}
	wantProfiles, wantTransactions, repeated := 0, 0, 0
	for _, till := range r.tills {
		for _, p := range till.profiles {
			got, ok := profiles[p.id]
			if !ok || fmt.Sprint(got.Tags) != fmt.Sprint(tagsOf(p)) {
				t.Errorf("profile %s: stored %v with tags %v, want %v", p.id, ok, got.Tags, tagsOf(p))
			}
			r.checkSpend(t, p)
			expected[subject{"profile.created", p.id}] = 1
			expected[subject{"profile.updated", p.id}] = p.changes
		}
		for _, s := range till.transactions {
			want := storedTransaction{ID: s.id, ExternalID: s.externalID, Total: s.total, ReceiptRef: s.receipt}
			if got := transactions[s.id]; got != want {
				t.Errorf("transaction %d: stored %+v, want %+v", s.id, got, want)
			}
			expected[subject{"transaction.created", fmt.Sprint(s.id)}] = 1
			expected[subject{"transaction.updated", fmt.Sprint(s.id)}] = s.changes
		}
		wantProfiles += len(till.profiles)
		wantTransactions += len(till.transactions)
		repeated += till.repeated
	}
	if len(profiles) != wantProfiles || len(transactions) != wantTransactions {
		t.Errorf("%d profiles and %d transactions are stored, %d and %d were answered",
			len(profiles), len(transactions), wantProfiles, wantTransactions)
	}
	t.Logf("%d kills; %d profiles, %d transactions; %d requests were repeated",
		r.killed, wantProfiles, wantTransactions, repeated)
	return expected
}

func tagsOf(p *profile) []string {
	if p.tag == "" {
		return nil
	}
	return []string{p.tag}
}

// checkSpend checks that every sale counts once in the profile's aggregations.
func (r *run) checkSpend(t *testing.T, p *profile) {
	t.Helper()
	var answer struct {
		Data struct {
			SpendAll float64 `json:"spend_all"`
		}
	}
	if err := r.client.Do(t.Context(), "GET", "/profiles/"+p.id+"/aggregations", "", nil, &answer); err != nil {
		t.Fatal(err)
	}
	if answer.Data.SpendAll != float64(p.spent) {
		t.Errorf("profile %s has spent %v, want %d", p.id, answer.Data.SpendAll, p.spent)
	}
}

// auditPoints checks that every sale earned its points once, those of the rules
// and those of a reaction, and that the ledger says so too.
func (r *run) auditPoints(t *testing.T) {
	t.Helper()
	type row struct {
		ID    int64
		Value float64 `json:"point_value"`
	}
	for _, till := range r.tills {
		for _, p := range till.profiles {
			var balances struct {
				Data struct {
					Points float64 `json:"point_balance"`
				}
			}
			if err := r.client.Do(t.Context(), "GET", "/profiles/"+p.id+"/balances", "", nil, &balances); err != nil {
				t.Fatal(err)
			}
			ledger := 0.0
			for _, entry := range list(t, r.client, "/profiles/"+p.id+"/ledgers", func(e row) any { return e.ID }) {
				ledger += entry.Value
			}
			if want := float64(p.spent + bonus*p.sales); balances.Data.Points != want || ledger != want {
				t.Errorf("profile %s has %v points and a ledger of %v, want %v", p.id, balances.Data.Points, ledger, want)
			}
		}
	}
}

type storedEvent struct {
	ID        int64
	Type      string
	SubjectID string `json:"subject_id"`
}

// auditEvents checks that each write has its event, once.
func (r *run) auditEvents(t *testing.T, expected map[subject]int) []storedEvent {
	t.Helper()
	events := list(t, r.client, "/events", func(e storedEvent) any { return e.ID })
	got := map[subject]int{}
	for _, e := range events {
		got[subject{e.Type, e.SubjectID}]++
	}
	for s, want := range expected {
		if got[s] != want {
			t.Errorf("%s of %s: %d events, want %d", s.event, s.id, got[s], want)
		}
		delete(got, s)
	}
	awarded, wanted := 0, 0
	for s, n := range got {
		if s.event == "points.awarded" {
			awarded += n
			delete(got, s)
		}
		if s.event == "tier.achieved" {
			delete(got, s)
		}
	}
	for _, till := range r.tills {
		wanted += 2 * len(till.transactions)
	}
	if awarded != wanted {
		t.Errorf("points.awarded: %d events, want %d", awarded, wanted)
	}
	for s, n := range got {
		t.Errorf("%s of %s: %d events that no write accounts for", s.event, s.id, n)
	}
	return events
}

// awaitDeliveries waits until nothing is left to deliver.
func (r *run) awaitDeliveries(t *testing.T) {
	t.Helper()
	deadline := time.Now().Add(drainTimeout)
	for {
		reacted := r.reacted(t) // asked first: what reactions led to is then among the deliveries
		var open struct{ Meta struct{ Total int } }
		query := url.Values{"filter[state][in]": {"pending,sending"}, "page[size]": {"1"}}
		if err := r.client.Do(t.Context(), "GET", "/deliveries?"+query.Encode(), "", nil, &open); err != nil {
			t.Fatal(err)
		}
		if reacted && open.Meta.Total == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("after %v there are still %d open deliveries", drainTimeout, open.Meta.Total)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// reacted tells whether the last event has been answered by the reactions, which
// take the oldest first.
func (r *run) reacted(t *testing.T) bool {
	t.Helper()
	var last struct{ Data []storedEvent }
	if err := r.client.Do(t.Context(), "GET", "/events?sort=-id&page[size]=1", "", nil, &last); err != nil {
		t.Fatal(err)
	}
	var event struct {
		Data struct {
			IsWaiting bool `json:"is_waiting"`
		}
	}
	if err := r.client.Do(t.Context(), "GET", fmt.Sprintf("/events/%d", last.Data[0].ID), "", nil, &event); err != nil {
		t.Fatal(err)
	}
	return !event.Data.IsWaiting
}

type storedDelivery struct {
	ID        int64
	MessageID string `json:"message_id"`
	EventID   int64  `json:"event_id"`
	TriggerID int64  `json:"trigger_id"`
	State     string
}

// auditDeliveries checks that each event has its deliveries, once each, and that
// the receiver has them and no others.
func (r *run) auditDeliveries(t *testing.T, events []storedEvent) {
	t.Helper()
	type pair struct{ event, trigger int64 }
	got := map[pair]int{}
	messages := map[string]bool{}
	for _, d := range list(t, r.client, "/deliveries", func(d storedDelivery) any { return d.ID }) {
		got[pair{d.EventID, d.TriggerID}]++
		messages[d.MessageID] = true
		if d.State != "delivered" || !r.receiver.has(d.MessageID) {
			t.Errorf("delivery %d is %s; the receiver has it: %v", d.ID, d.State, r.receiver.has(d.MessageID))
		}
	}
	triggers := r.triggers(t)
	totals := map[string]int{}
	for _, till := range r.tills {
		for _, s := range till.transactions {
			totals[fmt.Sprint(s.id)] = s.total
		}
	}
	for _, e := range events {
		for _, name := range firing(e, totals[e.SubjectID]) {
			key := pair{e.ID, triggers[name]}
			if got[key] != 1 {
				t.Errorf("event %d (%s): %d deliveries of %q, want 1", e.ID, e.Type, got[key], name)
			}
			delete(got, key)
		}
	}
	for key, n := range got {
		t.Errorf("event %d: %d deliveries of trigger %d that should not be", key.event, n, key.trigger)
	}
	distinct, repeated := r.receiver.counts()
	if distinct != len(messages) {
		t.Errorf("the receiver has %d webhooks, the server %d deliveries", distinct, len(messages))
	}
	t.Logf("%d events, %d deliveries, %d webhooks came again", len(events), len(messages), repeated)
}

// firing names the triggers that send something about an event.
func firing(e storedEvent, total int) []string {
	switch e.Type {
	case "profile.created":
		return []string{rawProfiles}
	case "profile.updated":
		return []string{rawChanges}
	case "transaction.updated":
		return []string{shapedVoidings}
	case "points.awarded", "tier.achieved":
		return nil
	}
	if total > bigSale {
		return []string{rawSales, bigSales}
	}
	return []string{rawSales}
}

func (r *run) triggers(t *testing.T) map[string]int64 {
	t.Helper()
	type trigger struct {
		ID   int64
		Name string
	}
	ids := map[string]int64{}
	for _, tr := range list(t, r.client, "/triggers", func(tr trigger) any { return tr.ID }) {
		ids[tr.Name] = tr.ID
	}
	return ids
}

// checkFile has SQLite check the file that the server left.
func checkFile(t *testing.T, data string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(data, "belfry.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var result string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&result); err != nil || result != "ok" {
		t.Errorf("integrity check: %q, %v", result, err)
	}
	var violations int
	if err := db.QueryRow("SELECT count(*) FROM pragma_foreign_key_check").Scan(&violations); err != nil || violations != 0 {
		t.Errorf("foreign key check: %d violations, %v", violations, err)
	}
}
