package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/belfryhq/belfry/internal/app"
	"github.com/belfryhq/belfry/internal/store/storetest"
	"github.com/belfryhq/belfry/webhook"
)

// listen makes a webhook on the event and returns what verifies its messages.
func (s *shop) listen(event, url, more string) *webhook.Verifier {
	s.Helper()
	secret, err := webhook.ParseSecret(s.post("/webhooks",
		fmt.Sprintf(`{"trigger":%q,"url":%q,"namespace":"erp"%s}`, event, url, more))["secret"].(string))
	if err != nil {
		s.Fatal(err)
	}
	verifier, err := webhook.NewVerifier(webhook.VerifierOptions{Secrets: []webhook.Secret{secret}})
	if err != nil {
		s.Fatal(err)
	}
	return verifier
}

func TestAnEventOfAnotherSystemReachesAWebhookByteForByteOnBothDatabases(t *testing.T) {
	for engine, url := range map[string]func(testing.TB) string{
		"sqlite": storetest.SQLiteURL, "postgres": storetest.PostgresURL,
	} {
		t.Run(engine, func(t *testing.T) {
			s := openShopOn(t, app.Config{Data: t.TempDir(), Database: url(t), AllowHTTP: true, AllowPrivate: true})
			defer s.close()
			receiver := openSink(t)
			verifier := s.listen("order.shipped", receiver.URL, "")
			const context = `{ "no": 1.50,  "Ä": "<\u00e9>" }`
			for range 2 {
				s.post("/events", `{"type":"order.shipped","external_id":"o-1","context":`+context+`}`)
			}
			hook := receiver.next(t)
			m, err := verifier.Verify(hook.header, hook.body)
			if err != nil {
				t.Fatal(err)
			}
			if string(hook.body) != context || m.Event != "order.shipped" || hook.header.Get("X-Omneo-Event") != "order.shipped" {
				t.Errorf("%s %s", m.Event, hook.body)
			}
			s.post("/tenants/custom-event", `{"event":"order.shipped","context":{"last":true}}`)
			if hook := receiver.next(t); string(hook.body) != `{"last":true}` {
				t.Errorf("after the first came %s", hook.body)
			}
		})
	}
}

func TestAWebhookThatIsGoneGetsNothingMoreUntilItIsSwitchedOn(t *testing.T) {
	s := openShop(t, t.TempDir())
	defer s.close()
	receiver := openSink(t)
	s.listen("order.shipped", receiver.URL, `,"extra_data_template":"{\"extra\": {{ no * 2 }}}"`)
	receiver.status <- http.StatusGone
	tell := func(no int) {
		s.post("/tenants/custom-event", fmt.Sprintf(`{"event":"order.shipped","context":{"no":%d}}`, no))
	}
	tell(1)
	if hook := receiver.next(t); string(hook.body) != `{"no":1,"extra":2}` {
		t.Errorf("body %s", hook.body)
	}
	var hook struct {
		IsActive       bool   `json:"is_active"`
		DisabledReason string `json:"disabled_reason"`
	}
	eventually(t, "the webhook is off, with a reason", func() bool {
		s.get("/webhooks/1", &hook)
		return !hook.IsActive && strings.Contains(hook.DisabledReason, "410")
	})
	tell(2)
	var queued struct {
		IsWaiting bool `json:"is_waiting"`
	}
	eventually(t, "the event is answered", func() bool {
		s.get("/events/2", &queued)
		return !queued.IsWaiting
	})
	if status, answer := s.request(http.MethodPatch, "/webhooks/1", `{"is_active":true}`); status != http.StatusOK {
		t.Fatalf("switching it on: %d %s", status, answer)
	}
	tell(3)
	for body := ""; !strings.Contains(body, `"no":3`); {
		if body = string(receiver.next(t).body); strings.Contains(body, `"no":2`) {
			t.Errorf("what happened while it was off came: %s", body)
		}
	}
}

func TestAWebhookOnThisMachineIsRefusedUnlessAFlagOpensIt(t *testing.T) {
	s := openShopOn(t, app.Config{Data: t.TempDir()})
	defer s.close()
	for _, url := range []string{"http://hooks.example.com/", "https://127.0.0.1/", "https://10.0.0.1/"} {
		status, answer := s.request(http.MethodPost, "/webhooks", fmt.Sprintf(`{"trigger":"order.shipped","namespace":"erp","url":%q}`, url))
		if status != http.StatusUnprocessableEntity || !strings.Contains(string(answer), `"url"`) {
			t.Errorf("%s: %d %s", url, status, answer)
		}
	}
}
