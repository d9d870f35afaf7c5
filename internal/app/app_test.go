package app_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/belfryhq/belfry/internal/app"
	"github.com/belfryhq/belfry/internal/store/storetest"
	"github.com/belfryhq/belfry/webhook"
)

// sink is a receiver that keeps what it gets and answers what it is told.
type sink struct {
	*httptest.Server
	got    chan arrivedHook
	status chan int // the answers to come; 200 when there is none
}

type arrivedHook struct {
	header http.Header
	body   []byte
}

func openSink(t *testing.T) *sink {
	s := &sink{got: make(chan arrivedHook, 100), status: make(chan int, 100)}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		s.got <- arrivedHook{r.Header, body}
		select {
		case status := <-s.status:
			w.WriteHeader(status)
		default:
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *sink) next(t *testing.T) arrivedHook {
	t.Helper()
	select {
	case h := <-s.got:
		return h
	case <-time.After(20 * time.Second):
		t.Fatal("no webhook arrived")
		panic("unreachable")
	}
}

// eventually tries until want holds.
func eventually(t *testing.T, what string, want func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !want(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not come true", what)
		}
	}
}

func (s *shop) get(path string, into any) {
	s.Helper()
	status, answer := s.request(http.MethodGet, path, "")
	if status != http.StatusOK {
		s.Fatalf("GET %s: %d %s", path, status, answer)
	}
	envelope := struct{ Data any }{into}
	if err := json.Unmarshal(answer, &envelope); err != nil {
		s.Fatalf("GET %s: %v", path, err)
	}
}

// subscribe makes a target with a secret and a trigger that sends to it.
func (s *shop) subscribe(event, url, template string, more string) webhook.Secret {
	s.Helper()
	body := fmt.Sprintf(`{"name":"t","handle":"t","url":%q,"template":%q%s}`, url, template, more)
	secret, err := webhook.ParseSecret(s.post("/targets", body)["secret"].(string))
	if err != nil {
		s.Fatal(err)
	}
	s.post("/triggers", fmt.Sprintf(`{"name":"t","trigger":%q,"is_active":true,"actions":[
		{"name":"target.send","arguments":[{"name":"target","value":"t"}]}]}`, event))
	return secret
}

func TestASaleBecomesASignedWebhookOnBothDatabases(t *testing.T) {
	for engine, url := range map[string]func(testing.TB) string{
		"sqlite": storetest.SQLiteURL, "postgres": storetest.PostgresURL,
	} {
		t.Run(engine, func(t *testing.T) {
			s := openShopOn(t, app.Config{Data: t.TempDir(), Database: url(t), AllowHTTP: true, AllowPrivate: true})
			defer s.close()
			receiver := openSink(t)
			secret := s.subscribe("transaction.created", receiver.URL, "", "")
			s.post("/profiles", `{"first_name":"Ada","email":"p1@example.com"}`)
			s.post("/transactions", sale(1))
			hook := receiver.next(t)
			verifier, err := webhook.NewVerifier(webhook.VerifierOptions{Secrets: []webhook.Secret{secret}})
			if err != nil {
				t.Fatal(err)
			}
			m, err := verifier.Verify(hook.header, hook.body)
			if err != nil {
				t.Fatal(err)
			}
			got, err := webhook.Decode[webhook.TransactionContext](m)
			if err != nil {
				t.Fatal(err)
			}
			if got.ExternalID != "S-1" || got.Profile.FirstName != "Ada" || got.Profile.Aggregations.SpendAll.String() != "119.9" {
				t.Fatalf("context: %s", hook.body)
			}
		})
	}
}

func TestADeliveryIsRetriedUnderOneMessageIDWithTheSameBytes(t *testing.T) {
	s := openShop(t, t.TempDir())
	defer s.close()
	receiver := openSink(t)
	s.subscribe("profile.created", receiver.URL, `{"at": "{{ 'now'|date('U.u') }}", "who": "{{ first_name }}"}`, `,"retry_schedule":[0,0.01,0.01]`)
	receiver.status <- http.StatusInternalServerError
	receiver.status <- http.StatusServiceUnavailable
	s.post("/profiles", `{"first_name":"Ada","email":"a@example.com"}`)
	first := receiver.next(t)
	for range 2 {
		again := receiver.next(t)
		if again.header.Get("webhook-id") != first.header.Get("webhook-id") || string(again.body) != string(first.body) {
			t.Fatalf("attempts differ:\n%v %s\n%v %s", first.header, first.body, again.header, again.body)
		}
	}
	var d struct {
		State    string
		Attempts []struct{ Outcome string }
	}
	eventually(t, "delivered", func() bool {
		s.get("/deliveries/1", &d)
		return d.State == "delivered"
	})
	if got := fmt.Sprint(d.Attempts); got != "[{server_error} {unavailable} {success}]" {
		t.Errorf("attempts %s", got)
	}
}

func TestADeadLetterIsSentAgainByHand(t *testing.T) {
	s := openShop(t, t.TempDir())
	defer s.close()
	receiver := openSink(t)
	s.subscribe("profile.created", receiver.URL, "", `,"retry_schedule":[0]`)
	receiver.status <- http.StatusInternalServerError
	s.post("/profiles", `{"first_name":"Ada","email":"a@example.com"}`)
	first := receiver.next(t)
	var d struct{ State, Outcome string }
	eventually(t, "a dead letter", func() bool {
		s.get("/deliveries/1", &d)
		return d.State == "dead"
	})
	s.post("/deliveries/1/retry", "{}")
	if again := receiver.next(t); again.header.Get("webhook-id") != first.header.Get("webhook-id") {
		t.Fatal("it came under another message id")
	}
}

func TestAReceiverThatIsGoneSwitchesItsTargetOff(t *testing.T) {
	s := openShop(t, t.TempDir())
	defer s.close()
	receiver := openSink(t)
	s.subscribe("profile.created", receiver.URL, "", "")
	receiver.status <- http.StatusGone
	s.post("/profiles", `{"first_name":"Ada","email":"a@example.com"}`)
	receiver.next(t)
	var target struct {
		IsActive       bool   `json:"is_active"`
		DisabledReason string `json:"disabled_reason"`
	}
	eventually(t, "the target is off, with a reason", func() bool {
		s.get("/targets/1", &target)
		return !target.IsActive && strings.Contains(target.DisabledReason, "410")
	})
	s.post("/profiles", `{"first_name":"Bea","email":"b@example.com"}`)
	if status, answer := s.request(http.MethodPut, "/targets/1", `{"is_active":true}`); status != http.StatusOK {
		t.Fatalf("switching it on: %d %s", status, answer)
	}
	if hook := receiver.next(t); !strings.Contains(string(hook.body), "Bea") && !strings.Contains(string(hook.body), "Ada") {
		t.Fatalf("after it was switched on came %s", hook.body)
	}
}

func TestATargetOnThisMachineIsRefusedUnlessAFlagOpensIt(t *testing.T) {
	s := openShopOn(t, app.Config{Data: t.TempDir()})
	defer s.close()
	for _, url := range []string{"http://hooks.example.com/", "https://127.0.0.1/", "https://10.0.0.1/", "https://[::ffff:127.0.0.1]/"} {
		status, answer := s.request(http.MethodPost, "/targets", fmt.Sprintf(`{"name":"t","handle":"t","url":%q}`, url))
		if status != http.StatusUnprocessableEntity || !strings.Contains(string(answer), `"url"`) {
			t.Errorf("%s: %d %s", url, status, answer)
		}
	}
}

func TestWhatWasNotSentBeforeAStopIsSentAfterTheStart(t *testing.T) {
	data := t.TempDir()
	receiver := openSink(t)
	s := openShop(t, data)
	token := s.app.FirstToken
	if token == "" {
		t.Fatal("a new database gave no token")
	}
	s.subscribe("profile.created", receiver.URL, "", `,"retry_schedule":[0,0.5]`)
	receiver.status <- http.StatusInternalServerError
	s.post("/profiles", `{"first_name":"Ada","email":"a@example.com"}`)
	first := receiver.next(t)
	s.close()

	s = openShop(t, data)
	defer s.close()
	if s.app.FirstToken != "" {
		t.Error("a used database gave another first token")
	}
	if again := receiver.next(t); again.header.Get("webhook-id") != first.header.Get("webhook-id") {
		t.Error("it came under another message id")
	}
}
