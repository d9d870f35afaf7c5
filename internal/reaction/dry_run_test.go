package reaction

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/belfryhq/belfry/internal/delivery"
	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// onEach runs a test on a house of every engine; rows counts the rows of all its
// tables, with the highest id where there are ids.
func onEach(t *testing.T, test func(h *house, rows func() map[string]string)) {
	run := func(driver, url, source, tables, highest string) func(t *testing.T) {
		return func(t *testing.T) {
			db, err := store.Open(context.Background(), url, store.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() })
			raw, err := sql.Open(driver, source)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = raw.Close() })
			test(newHouse(t, db), func() map[string]string { return rowsOf(t, raw, tables, highest) })
		}
	}
	url := storetest.SQLiteURL(t)
	t.Run("sqlite", run("sqlite", url, strings.TrimPrefix(url, "sqlite://"),
		"SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'goose%'", "SELECT max(seq) FROM sqlite_sequence WHERE name = '%s'"))
	t.Run("postgres", func(t *testing.T) {
		url := storetest.PostgresURL(t)
		run("pgx", url, url, "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()", "SELECT 0")(t)
	})
}

func rowsOf(t *testing.T, db *sql.DB, tables, highest string) map[string]string {
	t.Helper()
	found, err := db.Query(tables)
	if err != nil {
		t.Fatal(err)
	}
	defer found.Close()
	rows := map[string]string{}
	for found.Next() {
		var name string
		if err := found.Scan(&name); err != nil {
			t.Fatal(err)
		}
		rows[name] = ""
	}
	for name := range rows {
		var n int
		var last sql.NullInt64
		if strings.Contains(highest, "%s") {
			if err := db.QueryRow(fmt.Sprintf(highest, name)).Scan(&last); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.QueryRow("SELECT count(*) FROM " + name).Scan(&n); err != nil {
			t.Fatal(err)
		}
		rows[name] = fmt.Sprint(n, " ", last.Int64)
	}
	return rows
}

func (h *house) actor() store.Actor { return store.Actor{TenantID: h.tenant} }

// dryRun tries what the JSON says.
func (h *house) dryRun(text string) (DryRun, error) {
	h.Helper()
	var in DryRunInput
	if err := json.Unmarshal([]byte(text), &in); err != nil {
		h.Fatal(err)
	}
	return h.r.DryRun(context.Background(), h.actor(), in)
}

func TestADryRunTellsAllAndWritesNothing(t *testing.T) {
	onEach(t, func(h *house, rows func() map[string]string) {
		id := h.programme()
		h.target("feed", `{"who": "{{ profile.first_name }}", "n": {{ n }}}`)
		trigger := h.fires("visit.made",
			`{"name":"filter","arguments":[{"name":"condition","value":{">":[{"var":"n"},1]}}]}`,
			givePoints,
			`{"name":"tierpoints.award","arguments":[{"name":"value","value":200}]}`,
			`{"name":"reward.create","arguments":[{"name":"definition","value":"ten"}]}`,
			`{"name":"benefit.create","arguments":[{"name":"definition","value":"coffee"}]}`,
			`{"name":"achievement.progress","arguments":[{"name":"definition","value":"visits"}]}`,
			`{"name":"tag.add","arguments":[{"name":"tags","value":"new"}]}`,
			`{"name":"event.create","arguments":[{"name":"event","value":"visit.counted"}]}`,
			`{"name":"target.send","arguments":[{"name":"target","value":"feed"}]}`)
		stored := h.tell(id, "visit.made", `{"n":3}`)
		<-h.db.Appended.C() // given by what was stored before
		before := rows()
		for name, on := range map[string]string{
			"a stored event":  fmt.Sprintf(`"event_id":%d`, stored),
			"a given context": fmt.Sprintf(`"profile_id":%q,"context":{"n":3,"profile":{"first_name":"Ada"}}`, id),
		} {
			out, err := h.dryRun(fmt.Sprintf(`{"trigger_id":%d,%s}`, trigger, on))
			if err != nil {
				h.Fatalf("on %s: %v", name, err)
			}
			actions := out.Reaction.Actions
			if out.Reaction.Outcome != matched || len(actions) != 9 {
				h.Fatalf("on %s: %+v", name, out.Reaction)
			}
			for _, a := range actions[1:8] {
				if a.Outcome != done || a.EventIDs != nil || a.makes() && a.Effect.ID != "" {
					h.Errorf("on %s: action %+v with the effect %+v", name, a.ActionResult, a.Effect)
				}
			}
			if c := actions[0].Condition; c == nil || !c.Holds || c.Because != "n > 1 is true: 3 > 1" {
				h.Errorf("on %s: condition %+v", name, c)
			}
			if r := actions[8].Rendering; r == nil || r.Body != `{"who": "Ada", "n": 3}` || !r.IsJSON || actions[8].DeliveryID != 0 {
				h.Errorf("on %s: rendering %+v", name, r)
			}
			var types []string
			for _, e := range out.Events {
				types = append(types, e.Type)
			}
			if got := strings.Join(types, " "); !strings.Contains(got, "points.awarded") || !strings.Contains(got, "tier.achieved") || !strings.Contains(got, "visit.counted") {
				h.Errorf("on %s: events %s", name, got)
			}
		}
		if diff := cmp.Diff(before, rows()); diff != "" {
			h.Errorf("rows before and after: %s", diff)
		}
		select {
		case <-h.db.Appended.C():
			h.Error("the reactions were woken")
		default:
		}
		if p := h.profile(id); fmt.Sprint(p.PointBalance) != "0" {
			h.Errorf("%s points", p.PointBalance)
		}
	})
}

func TestADryRunOfATriggerThatIsNotStored(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	h.target("crm", "{\n \"x\": {{ 1 / (total - 149.95) }}}")
	id := h.trigger(`{"name":"All","trigger":"transaction.created"}`)
	changed := `"trigger":{"name":"Big","trigger":"transaction.created","actions":[
		{"name":"target.send","sort_order":2,"arguments":[{"name":"target","value":"crm"}]},
		{"name":"filter","sort_order":1,"arguments":[{"name":"condition","value":{">":[{"var":"total"},100]}}]}]}`
	out, err := h.dryRun(fmt.Sprintf(`{"trigger_id":%d,%s,"context":%s}`, id, changed, sale))
	if err != nil {
		t.Fatal(err)
	}
	if r := out.Reaction; r.Outcome != matched || len(r.Actions) != 2 || int64(r.ID) != id || r.Version != 0 {
		t.Fatalf("reaction %+v", r)
	}
	if r := out.Reaction.Actions[1].Rendering; r == nil || r.Error == nil || r.Error.Line != 2 || r.Error.Column == 0 {
		t.Errorf("rendering %+v", r)
	}
	if out, err := h.dryRun(`{` + changed + `,"sample":"transaction.create"}`); err != nil || out.Reaction.Actions[0].Condition == nil {
		t.Errorf("on the sample: %+v, %v", out, err)
	}
}

func TestWhatADryRunRefuses(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	id := h.trigger(`{"name":"All","trigger":"transaction.created"}`)
	other := h.event("order.shipped", `{}`)
	for text, field := range map[string]string{
		`{"sample":"transaction.created"}`:                                     "trigger_id",
		fmt.Sprintf(`{"trigger_id":%d}`, id):                                   "event_id",
		fmt.Sprintf(`{"trigger_id":%d,"event_id":%d}`, id, other):              "event_id",
		fmt.Sprintf(`{"trigger_id":%d,"context":{},"sample":"a"}`, id):         "event_id",
		fmt.Sprintf(`{"trigger_id":%d,"sample":"points.awarded"}`, id):         "sample",
		fmt.Sprintf(`{"trigger_id":%d,"context":[1]}`, id):                     "context",
		`{"trigger":{"name":"n","trigger":"transaction.creatd"},"context":{}}`: "trigger.trigger",
	} {
		_, err := h.dryRun(text)
		var invalid *problem.Invalid
		if !errors.As(err, &invalid) || invalid.Fields[field] == nil {
			t.Errorf("%s: %v, want a fault of %s", text, err, field)
		}
	}
	for _, text := range []string{`{"trigger_id":99,"context":{}}`, fmt.Sprintf(`{"trigger_id":%d,"event_id":99}`, id)} {
		var missing *problem.NotFound
		if _, err := h.dryRun(text); !errors.As(err, &missing) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestASampleHasTheProfileAsItIs(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	id := h.programme()
	for _, typ := range []string{"transaction.created", "profile.updated"} {
		trigger := h.fires(typ, `{"name":"event.create","arguments":[{"name":"event","value":"name.told"},
			{"name":"context","value":{"var":""},"is_dynamic":true}]}`,
			`{"name":"attribute.set","arguments":[{"name":"namespace","value":"a"},{"name":"handle","value":"b"},{"name":"value","value":{"var":"first_name"},"is_dynamic":true}]}`)
		out, err := h.dryRun(fmt.Sprintf(`{"trigger_id":%d,"sample":%q,"profile_id":%q}`, trigger, typ, id))
		if err != nil || out.Reaction.Outcome != matched {
			t.Fatalf("%s: %+v, %v", typ, out.Reaction, err)
		}
		if value := string(out.Reaction.Actions[1].Arguments["value"]); value != `"Ada"` {
			t.Errorf("%s: the name is %s", typ, value)
		}
	}
}

func TestAPreviewShowsTheBodyAndWhatIsWrong(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t, store.Options{}))
	id := h.target("feed", `{"id": {{ id }}}`)
	e := h.event("transaction.created", sale)
	preview := func(text string) (got Rendering) {
		t.Helper()
		var in PreviewInput
		if err := json.Unmarshal([]byte(text), &in); err != nil {
			t.Fatal(err)
		}
		h.must(func(tn *store.Tenant) (err error) {
			got, err = h.r.Preview(context.Background(), tn, in)
			return err
		})
		return got
	}
	for text, want := range map[string]Rendering{
		fmt.Sprintf(`{"target_id":%d,"event_id":%d}`, id, e):                      {Body: `{"id": 7}`, IsJSON: true},
		fmt.Sprintf(`{"target_id":%d,"template":"","event_id":%d}`, id, e):        {Body: sale, IsJSON: true},
		`{"template":"[{{ n }}]","context":{"n":1}}`:                              {Body: `[1]`, IsJSON: true},
		`{"template":"[\n{{ n }}","context":{"n":1}}`:                             {Body: "[\n1", Error: &RenderingError{Line: 2}},
		`{"template":"a\n {{ n","context":{}}`:                                    {Error: &RenderingError{Line: 2}},
		`{"template":"{{ receipt_ref ? 1 : 0 }}","sample":"transaction.created"}`: {Body: "1", IsJSON: true},
	} {
		got := preview(text)
		if got.Body != want.Body || got.IsJSON != want.IsJSON || (got.Error == nil) != (want.Error == nil) {
			t.Errorf("%s: %+v", text, got)
		} else if got.Error != nil && (got.Error.Line != want.Error.Line || got.Error.Column == 0 || got.Error.Message == "") {
			t.Errorf("%s: error %+v", text, got.Error)
		}
	}
}

func TestATestIsADeliveryThatSaysSo(t *testing.T) {
	storetest.Each(t, store.Options{}, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		id := h.target("feed", `{"type": "{{ definition.handle }}"}`)
		h.trigger(`{"name":"T","trigger":"tier.achieved","actions":[{"name":"target.send","arguments":[{"name":"target","value":"feed"}]}]}`)
		e := h.event("transaction.created", sale)
		send := func(o Occasion) (d store.Delivery, body []byte) {
			t.Helper()
			h.must(func(t *store.Tenant) error {
				sent, err := h.r.SendTest(context.Background(), t, id, o)
				if err != nil {
					return err
				}
				if d, err = t.Delivery(sent); err != nil {
					return err
				}
				body, err = t.DeliveryBody(sent)
				return err
			})
			return d, body
		}
		if d, body := send(Occasion{}); !d.IsTest || d.EventType != "tier.achieved" || d.EventID != 0 || d.State != string(delivery.Pending) || strings.Contains(string(body), `""`) {
			t.Errorf("of nothing given: %+v with %s", d, body)
		}
		if d, body := send(Occasion{Context: []byte(`{"definition":{"handle":"x"}}`)}); d.EventType != "tier.achieved" || string(body) != `{"type": "x"}` {
			t.Errorf("of a context: %+v with %s", d, body)
		}
		h.must(func(t *store.Tenant) error {
			_, err := h.r.UpdateTarget(t, id, func(in *TargetInput) error { in.Template = ""; return nil })
			return err
		})
		if d, body := send(Occasion{EventID: 1}); d.EventID != 1 || string(body) != sale || e != 1 {
			t.Errorf("of a stored event: %+v with %s", d, body)
		}
		h.must(func(t *store.Tenant) error {
			_, err := h.r.UpdateTarget(t, id, func(in *TargetInput) error { in.Template = "{{ 1 / 0 }}"; return nil })
			return err
		})
		err := h.do(func(t *store.Tenant) error {
			_, err := h.r.SendTest(context.Background(), t, id, Occasion{EventID: 1})
			return err
		})
		var invalid *problem.Invalid
		if !errors.As(err, &invalid) || !strings.Contains(err.Error(), "template") {
			t.Errorf("with a template that fails: %v", err)
		}
	})
}

// FuzzDryRun tries a trigger on whatever a stranger gives for a context.
func FuzzDryRun(f *testing.F) {
	h := newHouse(f, storetest.SQLite(f, store.Options{}))
	h.target("feed", `{"who": "{{ profile.first_name }}", "n": {{ n }}}`)
	id := h.fires("visit.made",
		`{"name":"filter","arguments":[{"name":"condition","value":{"!=":[{"var":"n"},"stop"]}}]}`,
		`{"name":"tag.add","on_error":"continue","arguments":[{"name":"tags","value":{"var":"tags"},"is_dynamic":true}]}`,
		`{"name":"target.send","arguments":[{"name":"target","value":"feed"}]}`)
	for _, seed := range []string{`{}`, sale, `{"n":"stop"}`, `{"id":{},"profile_id":[1],"n":null}`, `{"profile_id":"\u0000","n":1}`, `[]`, `{"n":1e999}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, context []byte) {
		if !json.Valid(context) {
			return
		}
		in := DryRunInput{TriggerID: scalar.Int(id), Occasion: Occasion{Context: context}}
		out, err := h.r.DryRun(t.Context(), h.actor(), in)
		var invalid *problem.Invalid
		if err != nil && !errors.As(err, &invalid) {
			t.Fatal(err)
		}
		if _, err := json.Marshal(out); err != nil {
			t.Error(err)
		}
	})
}
