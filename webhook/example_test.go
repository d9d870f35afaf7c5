package webhook_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"time"

	"github.com/belfryhq/belfry/webhook"
)

// A complete receiver: it greets new profiles and thanks for sales.
func Example() {
	secret, err := webhook.ParseSecret(os.Getenv("BELFRY_WEBHOOK_SECRET"))
	if err != nil {
		secret = webhook.NewSecret() // so that the example runs
	}
	verifier, err := webhook.NewVerifier(webhook.VerifierOptions{Secrets: []webhook.Secret{secret}})
	if err != nil {
		log.Fatal(err)
	}
	receiver, err := webhook.NewHandler(webhook.HandlerOptions{
		Verifier:    verifier,
		Process:     process,
		Synchronous: true, // a failure is answered 500, and Belfry sends the message again
	})
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/webhooks/belfry", receiver)
	server := httptest.NewServer(mux) // in production an http.Server with a ReadTimeout
	defer server.Close()

	deliver(server.URL+"/webhooks/belfry", secret, "msg_1", webhook.ProfileCreated,
		`{"id": "0190b1c2-7b1e-7cc0-8f7e-3a1f0b9d2c11", "first_name": "Ada"}`)
	deliver(server.URL+"/webhooks/belfry", secret, "msg_2", webhook.TransactionCreated,
		`{"id": 1001, "total": 149.95, "currency": "AUD", "transacted_at": "2025-06-15 14:32:00"}`)
	deliver(server.URL+"/webhooks/belfry", secret, "msg_2", webhook.TransactionCreated, // a retry
		`{"id": 1001, "total": 149.95, "currency": "AUD", "transacted_at": "2025-06-15 14:32:00"}`)

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := receiver.Shutdown(ctx); err != nil {
		log.Fatal(err)
	}
	// Output:
	// Welcome, Ada!
	// 200 OK
	// Sale 1001: 149.95 AUD
	// 200 OK
	// 200 OK
}

func process(_ context.Context, msg webhook.Message) error {
	switch msg.Event {
	case webhook.ProfileCreated:
		profile, err := webhook.Decode[webhook.ProfileContext](msg)
		if err != nil {
			return err
		}
		fmt.Printf("Welcome, %s!\n", profile.FirstName)
	case webhook.TransactionCreated:
		sale, err := webhook.Decode[webhook.TransactionContext](msg)
		if err != nil {
			return err
		}
		fmt.Printf("Sale %d: %v %s\n", sale.ID, sale.Total, sale.Currency)
	}
	return nil
}

// deliver does what Belfry does for one attempt. Tests of your own receiver can do the same.
func deliver(url string, secret webhook.Secret, id string, event webhook.Event, body string) {
	signer, err := webhook.NewSigner([]webhook.Secret{secret})
	if err != nil {
		log.Fatal(err)
	}
	request, err := http.NewRequest(http.MethodPost, url, bytes.NewReader([]byte(body)))
	if err != nil {
		log.Fatal(err)
	}
	if err := signer.SetHeaders(request.Header, id, time.Now(), event, []byte(body)); err != nil {
		log.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	defer response.Body.Close()
	fmt.Println(response.Status)
}

// Without the handler, in a framework of your own: give Verify the headers and the raw body.
func ExampleVerifier_Verify() {
	secret := webhook.NewSecret()
	verifier, err := webhook.NewVerifier(webhook.VerifierOptions{Secrets: []webhook.Secret{secret}})
	if err != nil {
		log.Fatal(err)
	}
	now := time.Now()
	header := http.Header{}
	header.Set("webhook-id", "msg_1")
	header.Set("webhook-timestamp", fmt.Sprint(now.Unix()))
	header.Set("webhook-signature", secret.Sign("msg_1", now, []byte(`{"id":"8f0e"}`)))

	msg, err := verifier.Verify(header, []byte(`{"id":"8f0e"}`))
	fmt.Println(msg.ID, err)
	_, err = verifier.Verify(header, []byte(`{"id": "8f0e"}`))
	fmt.Println(err)
	// Output:
	// msg_1 <nil>
	// webhook: no matching signature: webhook-signature: tried 1 v1 and 0 v1a signatures against 1 secrets and 0 public keys; usual causes: the secret of another endpoint, or a body that was parsed and written again before it got here
}
