package webhook

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"
)

var benchBody = bytes.Repeat([]byte("x"), 2048)

func BenchmarkSetHeaders(b *testing.B) {
	key := mustPrivateKey(b)
	for _, bm := range []struct {
		name    string
		secrets int
		keys    []PrivateKey
	}{{"one secret", 1, nil}, {"two secrets", 2, nil}, {"one secret and ed25519", 1, []PrivateKey{key}}} {
		b.Run(bm.name, func(b *testing.B) {
			secrets := make([]Secret, bm.secrets)
			for i := range secrets {
				secrets[i] = NewSecret()
			}
			signer := mustSigner(b, secrets, bm.keys...)
			header := http.Header{}
			b.SetBytes(int64(len(benchBody)))
			b.ReportAllocs()
			for b.Loop() {
				if err := signer.SetHeaders(header, "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", testTime, ProfileCreated, benchBody); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	secret, key := NewSecret(), mustPrivateKey(b)
	header := signed(b, mustSigner(b, []Secret{secret}, key), "msg_1", testTime, ProfileCreated, benchBody)
	for _, bm := range []struct {
		name    string
		options VerifierOptions
	}{
		{"one secret", VerifierOptions{Secrets: []Secret{secret}}},
		{"second of two secrets", VerifierOptions{Secrets: []Secret{NewSecret(), secret}}},
		{"ed25519", VerifierOptions{PublicKeys: []PublicKey{key.Public()}}},
		{"omneo", VerifierOptions{Secrets: []Secret{secret}, Accept: Omneo}},
	} {
		b.Run(bm.name, func(b *testing.B) {
			verifier := mustVerifier(b, bm.options)
			b.SetBytes(int64(len(benchBody)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := verifier.Verify(header, benchBody); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDecodeTransaction(b *testing.B) {
	msg := Message{Event: TransactionCreated, Body: []byte(sampleTransaction)}
	b.SetBytes(int64(len(msg.Body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode[TransactionContext](msg); err != nil {
			b.Fatal(err)
		}
	}
}

// Without the HTTP server: what the handler adds to a request.
func BenchmarkHandler(b *testing.B) {
	secret := NewSecret()
	signer := mustSigner(b, []Secret{secret})
	handler, err := NewHandler(HandlerOptions{
		Verifier: mustVerifier(b, VerifierOptions{Secrets: []Secret{secret}}),
		Process:  func(context.Context, Message) error { return nil },
		Queue:    1 << 20,
		Logger:   slog.New(slog.DiscardHandler),
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(benchBody))
		if err := signer.SetHeaders(r.Header, "msg_"+strconv.Itoa(i), testTime, ProfileCreated, benchBody); err != nil {
			b.Fatal(err)
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			answer, _ := io.ReadAll(w.Body)
			b.Fatalf("%d: %s", w.Code, answer)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := handler.Shutdown(ctx); err != nil {
		b.Fatal(err)
	}
}
