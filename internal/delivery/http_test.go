package delivery

import (
	"bytes"
	"context"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/belfryhq/belfry/webhook"
)

// loopbackGuard opens what tests need: plain HTTP to this machine.
func loopbackGuard() *Guard { return NewGuard(GuardOptions{AllowHTTP: true, AllowPrivate: true}) }

func newTestHTTP(t testing.TB, options HTTPOptions) *HTTP {
	t.Helper()
	if options.Guard == nil {
		options.Guard = loopbackGuard()
	}
	if options.Version == "" {
		options.Version = "test"
	}
	h := NewHTTP(options)
	t.Cleanup(h.Close)
	return h
}

var testSecret = webhook.NewSecret()

// requestTo is an attempt at url that gives up quickly.
func requestTo(url string) Request {
	endpoint := NewEndpoint(loopbackGuard(), EndpointOptions{
		URL: url, Secrets: []webhook.Secret{testSecret}, Timeout: 2 * time.Second,
	})
	return Request{Endpoint: endpoint, MessageID: "msg_1", Event: webhook.ProfileCreated, Body: []byte(`{"id":1}`)}
}

// impatient is requestTo for receivers that never answer.
func impatient(url string) Request {
	r := requestTo(url)
	r.Endpoint.timeout = 100 * time.Millisecond
	return r
}

func TestSendFollowsTheContract(t *testing.T) {
	type arrival struct {
		header http.Header
		method string
		body   []byte
	}
	arrivals := make(chan arrival, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		arrivals <- arrival{r.Header, r.Method, body}
		io.WriteString(w, "thank you")
	}))
	defer server.Close()

	old := webhook.NewSecret()
	guard := loopbackGuard()
	endpoint := NewEndpoint(guard, EndpointOptions{
		URL:     server.URL + "/hook?shop=7",
		Secrets: []webhook.Secret{old, testSecret},
		Headers: map[string]string{"Authorization": "Bearer abc", "x-shop": "7"},
	})
	body := []byte(`{ "id": "0198c0de" , "name":"Zoë" }`)
	result := newTestHTTP(t, HTTPOptions{Guard: guard, Version: "1.2.3"}).Send(t.Context(), Request{
		Endpoint: endpoint, MessageID: "msg_42", Event: webhook.TransactionCreated, Body: body,
		TraceParent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
	})
	if result.Kind != Success || result.Status != 200 || result.Answer != "thank you" {
		t.Errorf("result %+v", result)
	}
	if result.Duration <= 0 || !result.Remote.Addr().IsLoopback() || result.StartedAt.IsZero() {
		t.Errorf("log facts %+v", result)
	}

	got := <-arrivals
	if got.method != http.MethodPost || !bytes.Equal(got.body, body) {
		t.Errorf("%s %s", got.method, got.body)
	}
	for name, want := range map[string]string{
		"webhook-id":      "msg_42",
		"X-Omneo-Event":   "transaction.created",
		"Content-Type":    "application/json",
		"User-Agent":      "Belfry/1.2.3",
		"Authorization":   "Bearer abc",
		"X-Shop":          "7",
		"Accept-Encoding": "",
		"Idempotency-Key": "",
	} {
		if value := got.header.Get(name); value != want {
			t.Errorf("%s is %q, want %q", name, value, want)
		}
	}
	if trace := got.header.Get("traceparent"); !isTraceParent(trace) ||
		!strings.HasPrefix(trace, "00-0af7651916cd43dd8448eb211c80319c-") || strings.Contains(trace, "b7ad6b7169203331") {
		t.Errorf("traceparent %q is no new span of the trace", trace)
	}
	for _, secret := range []webhook.Secret{old, testSecret} {
		verifier, err := webhook.NewVerifier(webhook.VerifierOptions{Secrets: []webhook.Secret{secret}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := verifier.Verify(got.header, got.body); err != nil {
			t.Errorf("verify: %v", err)
		}
	}
	if value := got.header.Get("X-Omneo-Hmac-SHA256"); value != old.SignOmneo(body) {
		t.Errorf("X-Omneo-Hmac-SHA256 is %q", value)
	}
}

func TestSendNamesTheStatus(t *testing.T) {
	tests := []struct {
		status int
		kind   Kind
	}{
		{200, Success}, {201, Success}, {202, Success}, {204, Success}, {299, Success},
		{300, Redirect}, {301, Redirect}, {302, Redirect}, {304, Redirect}, {307, Redirect}, {308, Redirect},
		{400, ClientError}, {401, ClientError}, {404, ClientError}, {410, Gone}, {429, RateLimited},
		{500, ServerError}, {501, ServerError}, {502, Unavailable}, {503, Unavailable}, {504, Unavailable},
		{599, ServerError}, {600, BadResponse}, {999, BadResponse},
	}
	status := make(chan int, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "30")
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(<-status)
	}))
	defer server.Close()
	h, request := newTestHTTP(t, HTTPOptions{}), requestTo(server.URL)
	for _, tt := range tests {
		status <- tt.status
		result := h.Send(t.Context(), request)
		if result.Kind != tt.kind || result.Status != tt.status {
			t.Errorf("%d is %s (%s)", tt.status, result.Kind, result.Detail)
		}
		if (result.Detail == "") != (tt.kind == Success) {
			t.Errorf("%d has the detail %q", tt.status, result.Detail)
		}
		if want := tt.kind.asksToSlowDown(); (result.RetryAfter == 30*time.Second) != want {
			t.Errorf("%d asks for a pause of %v", tt.status, result.RetryAfter)
		}
	}
}

func TestSendNeverFollowsARedirect(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the redirect was followed")
	}))
	defer elsewhere.Close()
	server := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer server.Close()
	if result := newTestHTTP(t, HTTPOptions{}).Send(t.Context(), requestTo(server.URL)); result.Kind != Redirect {
		t.Errorf("result %+v", result)
	}
}

func TestSendSpeaksHTTP2AndChecksCertificates(t *testing.T) {
	protocols := make(chan string, 1)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		protocols <- r.Proto
	}))
	server.EnableHTTP2 = true
	server.Config.ErrorLog = quiet()
	server.StartTLS()
	defer server.Close()

	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	if result := newTestHTTP(t, HTTPOptions{RootCAs: roots}).Send(t.Context(), requestTo(server.URL)); result.Kind != Success {
		t.Fatalf("result %+v", result)
	}
	if got := <-protocols; got != "HTTP/2.0" {
		t.Errorf("spoke %s", got)
	}

	stranger := newTestHTTP(t, HTTPOptions{RootCAs: x509.NewCertPool()})
	result := stranger.Send(t.Context(), requestTo(server.URL))
	if result.Kind != TLSFailure || !strings.HasPrefix(result.Detail, "the certificate is not valid") {
		t.Errorf("an unknown authority is %s: %s", result.Kind, result.Detail)
	}
	wrongName := "https://localhost:" + portOf(t, server.URL)
	result = newTestHTTP(t, HTTPOptions{RootCAs: roots}).Send(t.Context(), requestTo(wrongName))
	if result.Kind != TLSFailure || !strings.HasPrefix(result.Detail, "the certificate is not valid") {
		t.Errorf("a wrong name is %s: %s", result.Kind, result.Detail)
	}
}

func TestSendToAPlainPortByTLS(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	result := newTestHTTP(t, HTTPOptions{}).Send(t.Context(), requestTo("https://127.0.0.1:"+portOf(t, server.URL)))
	if result.Kind != TLSFailure {
		t.Errorf("result %+v", result)
	}
}

func TestSendUsesNoProxy(t *testing.T) {
	if newTestHTTP(t, HTTPOptions{}).transport.Proxy != nil {
		t.Error("a proxy would hide from the guard what is dialled")
	}
}

func TestSendReportsAnEndpointThatCannotBeUsed(t *testing.T) {
	strict := NewGuard(GuardOptions{})
	tests := []struct {
		name    string
		options EndpointOptions
		want    string
	}{
		{"a URL the guard refuses", EndpointOptions{URL: "http://shop.example/", Secrets: []webhook.Secret{testSecret}}, "https://"},
		{"a reserved header", EndpointOptions{URL: "https://shop.example/", Secrets: []webhook.Secret{testSecret},
			Headers: map[string]string{"webhook-id": "x"}}, "set by Belfry"},
		{"no secret", EndpointOptions{URL: "https://shop.example/"}, "needs a secret"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			result := newTestHTTP(t, HTTPOptions{}).Send(t.Context(), Request{
				Endpoint: NewEndpoint(strict, tt.options), MessageID: "msg_1",
			})
			if result.Kind != Misconfigured || !strings.Contains(result.Detail, tt.want) {
				t.Errorf("result %+v", result)
			}
		})
	}
}

func TestSendIsBlockedByTheGuardAtTheDial(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the guard was passed")
	}))
	defer server.Close()
	// The endpoint was configured when loopback was allowed; now it is not.
	h := newTestHTTP(t, HTTPOptions{Guard: NewGuard(GuardOptions{AllowHTTP: true})})
	result := h.Send(t.Context(), requestTo(server.URL))
	if result.Kind != Blocked || result.Detail != "the address 127.0.0.1 is not allowed: loopback address" {
		t.Errorf("result %+v", result)
	}
}

func TestSendIsBlockedWhenAPublicNameResolvesToThisMachine(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the guard was passed")
	}))
	defer server.Close()
	guard := NewGuard(GuardOptions{AllowHTTP: true})
	resolver := resolverThatAnswers(t, netip.MustParseAddr("127.0.0.1"))
	url := "http://rebound.example:" + portOf(t, server.URL)
	if err := guard.CheckURL(url); err != nil {
		t.Fatal(err)
	}
	h := newTestHTTP(t, HTTPOptions{Guard: guard, Resolver: resolver})
	if result := h.Send(t.Context(), requestTo(url)); result.Kind != Blocked {
		t.Errorf("result %+v", result)
	}
	// The same name is reached when the guard allows where it points.
	reached := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer reached.Close()
	h = newTestHTTP(t, HTTPOptions{Resolver: resolver})
	if result := h.Send(t.Context(), requestTo("http://rebound.example:"+portOf(t, reached.URL))); result.Kind != Success {
		t.Errorf("result %+v", result)
	}
}

func TestSendNamesANameThatDoesNotExist(t *testing.T) {
	h := newTestHTTP(t, HTTPOptions{Resolver: resolverThatAnswers(t, netip.Addr{})})
	result := h.Send(t.Context(), requestTo("http://nowhere.example/"))
	if result.Kind != DNSFailure || result.Detail != "the name nowhere.example could not be resolved: no such host" {
		t.Errorf("result %+v", result)
	}
}

func TestSendNamesARefusedConnection(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + listener.Addr().String()
	listener.Close()
	if result := newTestHTTP(t, HTTPOptions{}).Send(t.Context(), requestTo(url)); result.Kind != ConnectRefused {
		t.Errorf("result %+v", result)
	}
}

func TestSendIsInterruptedWhenTheServerStops(t *testing.T) {
	url := hostileReceiver(t, func(conn net.Conn) { io.Copy(io.Discard, conn) })
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	if result := newTestHTTP(t, HTTPOptions{}).Send(ctx, requestTo(url)); result.Kind != Interrupted {
		t.Errorf("result %+v", result)
	}
}

func TestTraceParentJoinsAllAttemptsAtAMessage(t *testing.T) {
	first, second := traceParent("", "msg_1"), traceParent("rubbish", "msg_1")
	if !isTraceParent(first) || first[:spanIDAt] != second[:spanIDAt] || first == second {
		t.Errorf("%s and %s", first, second)
	}
	if other := traceParent("", "msg_2"); other[:spanIDAt] == first[:spanIDAt] {
		t.Errorf("two messages in one trace: %s", other)
	}
}

func BenchmarkSend(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
	}))
	defer server.Close()
	h, request := newTestHTTP(b, HTTPOptions{}), requestTo(server.URL)
	request.Body = bytes.Repeat([]byte("{\"a\":1} "), 256)
	b.ReportAllocs()
	for b.Loop() {
		if result := h.Send(b.Context(), request); result.Kind != Success {
			b.Fatal(result.Detail)
		}
	}
}

func BenchmarkBuildRequest(b *testing.B) {
	h, request := newTestHTTP(b, HTTPOptions{}), requestTo("http://127.0.0.1:1/")
	request.Body = bytes.Repeat([]byte("{\"a\":1} "), 256)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.request(b.Context(), request, noon); err != nil {
			b.Fatal(err)
		}
	}
}
