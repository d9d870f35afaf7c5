package delivery

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// Bounds of what is read of an answer. The status alone decides about the attempt, so a body that is cut off, late or
// endless changes nothing.
const (
	keptBytes    = 2 << 10  // of the body, for the attempt log
	drainedBytes = 64 << 10 // of the body; a connection with more to come is closed instead of kept
	headerBytes  = 32 << 10
	bodyTime     = 2 * time.Second
)

// Bounds of connections.
const (
	connectTime  = 10 * time.Second
	idleTime     = 90 * time.Second
	idleConns    = 1024
	idlePerHost  = DefaultWindow
	tlsSessions  = 1024
	pingInterval = 15 * time.Second
	pingTime     = 5 * time.Second
)

// HTTPOptions adjusts NewHTTP. Guard and Version are needed.
type HTTPOptions struct {
	Guard    *Guard
	Version  string           // Belfry's, for User-Agent
	Now      func() time.Time // the clock; time.Now when nil
	RootCAs  *x509.CertPool   // the system's when nil
	Resolver *net.Resolver    // the system's when nil
}

// HTTP sends by HTTP POST. It uses no proxy, follows no redirect, keeps no cookie and decodes no compression.
type HTTP struct {
	transport *http.Transport
	userAgent string
	now       func() time.Time
}

// NewHTTP makes a sender with connections of its own. Close it when it is no longer used.
func NewHTTP(options HTTPOptions) *HTTP {
	now := options.Now
	if now == nil {
		now = time.Now
	}
	dialer := &net.Dialer{
		Timeout:        connectTime,
		KeepAlive:      30 * time.Second,
		Resolver:       options.Resolver,
		ControlContext: options.Guard.Control,
	}
	return &HTTP{
		userAgent: "Belfry/" + options.Version,
		now:       now,
		transport: &http.Transport{
			Proxy:                  nil,
			DialContext:            dialer.DialContext,
			TLSClientConfig:        tlsConfig(options.RootCAs),
			TLSHandshakeTimeout:    connectTime,
			ForceAttemptHTTP2:      true,
			DisableCompression:     true,
			MaxIdleConns:           idleConns,
			MaxIdleConnsPerHost:    idlePerHost,
			IdleConnTimeout:        idleTime,
			MaxResponseHeaderBytes: headerBytes,
			// Without pings a dead HTTP/2 connection would swallow one attempt after the other.
			HTTP2: &http.HTTP2Config{SendPingTimeout: pingInterval, PingTimeout: pingTime},
		},
	}
}

func tlsConfig(roots *x509.CertPool) *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		RootCAs:            roots,
		ClientSessionCache: tls.NewLRUClientSessionCache(tlsSessions),
	}
}

// Close closes the connections that are idle.
func (h *HTTP) Close() { h.transport.CloseIdleConnections() }

// Send implements Sender.
func (h *HTTP) Send(ctx context.Context, r Request) Result {
	result := Result{StartedAt: h.now()}
	if r.Endpoint.problem != nil {
		result.Outcome = Outcome{Kind: Misconfigured, Detail: r.Endpoint.problem.Error()}
		return result
	}
	attempt, cancel := context.WithTimeout(ctx, r.Endpoint.timeout)
	defer cancel()
	var conn connection
	request, err := h.request(httptrace.WithClientTrace(attempt, conn.trace()), r, result.StartedAt)
	if err != nil {
		result.Outcome = Outcome{Kind: Misconfigured, Detail: err.Error()}
		return result
	}
	response, err := h.transport.RoundTrip(request)
	ended := h.now()
	result.Duration = ended.Sub(result.StartedAt)
	result.Remote = conn.remote
	switch {
	case err == nil:
		result.Outcome = fromStatus(response.StatusCode)
		if result.Kind.asksToSlowDown() {
			result.RetryAfter = parseRetryAfter(response.Header.Get("Retry-After"), ended)
		}
		result.Answer = readAnswer(response, cancel)
	case ctx.Err() != nil:
		result.Outcome = Outcome{Kind: Interrupted, Detail: "the server stopped before the receiver answered"}
	default:
		result.Outcome = fromError(err, conn.made)
	}
	return result
}

// request builds the attempt. Its url and header values are shared with other attempts and only read.
func (h *HTTP) request(ctx context.Context, r Request, at time.Time) (*http.Request, error) {
	e := r.Endpoint
	header := make(http.Header, len(e.headers)+10)
	for name, values := range e.headers {
		header[name] = values
	}
	if err := e.signer.SetHeaders(header, r.MessageID, at, r.Event, r.Body); err != nil {
		return nil, err
	}
	header["Content-Type"] = []string{"application/json"}
	header["User-Agent"] = []string{h.userAgent}
	header["Traceparent"] = []string{traceParent(r.TraceParent, r.MessageID)}
	// Present but empty, it is not sent; it tells net/http that the request may be repeated when a connection that
	// was kept turns out to be closed: the receiver knows a message by its id.
	header["Idempotency-Key"] = nil
	request := &http.Request{
		Method:        http.MethodPost,
		URL:           e.url,
		Host:          e.url.Host,
		Header:        header,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		ContentLength: int64(len(r.Body)),
		Body:          body(r.Body),
		GetBody:       func() (io.ReadCloser, error) { return body(r.Body), nil },
	}
	return request.WithContext(ctx), nil
}

func body(b []byte) io.ReadCloser {
	if len(b) == 0 {
		return http.NoBody
	}
	return io.NopCloser(bytes.NewReader(b))
}

// connection is what is known of the connection that an attempt uses.
type connection struct {
	made   bool
	remote netip.AddrPort
}

func (c *connection) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { c.made = false },
		GotConn: func(info httptrace.GotConnInfo) {
			c.made = true
			if address, ok := info.Conn.RemoteAddr().(*net.TCPAddr); ok {
				c.remote = address.AddrPort()
			}
		},
	}
}

var answerBuffers = sync.Pool{New: func() any { return new([keptBytes]byte) }}

// readAnswer keeps the beginning of an answer's body and reads on a little, so that the connection can be used again.
func readAnswer(response *http.Response, cancel context.CancelFunc) string {
	if response.Body == http.NoBody {
		return ""
	}
	defer response.Body.Close()
	timer := time.AfterFunc(bodyTime, cancel)
	defer timer.Stop()
	buffer := answerBuffers.Get().(*[keptBytes]byte)
	defer answerBuffers.Put(buffer)
	n, err := io.ReadFull(response.Body, buffer[:])
	if err == nil {
		io.CopyN(io.Discard, response.Body, drainedBytes-keptBytes)
	}
	return printable(string(buffer[:n]))
}

// printable makes any bytes fit for a text column of either database.
func printable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
