package delivery

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"
)

// hostileReceiver listens on loopback, gives each connection to serve and returns its URL.
func hostileReceiver(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var open sync.WaitGroup
	var mu sync.Mutex
	conns := map[net.Conn]bool{}
	open.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns[conn] = true
			mu.Unlock()
			open.Go(func() {
				serve(conn)
				conn.Close()
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		mu.Lock()
		for conn := range conns {
			conn.Close()
		}
		mu.Unlock()
		open.Wait()
	})
	return "http://" + listener.Addr().String()
}

// readRequest takes one request off the connection.
func readRequest(conn net.Conn) bool {
	request, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return false
	}
	io.Copy(io.Discard, request.Body)
	return true
}

// repeat writes text, again and again with a pause between, until the other side has had enough.
func repeat(conn net.Conn, text string, pause time.Duration) {
	for {
		if _, err := io.WriteString(conn, text); err != nil {
			return
		}
		time.Sleep(pause)
	}
}

func TestSendNamesWhatAHostileReceiverDoes(t *testing.T) {
	after := func(serve func(net.Conn)) func(net.Conn) {
		return func(conn net.Conn) {
			if readRequest(conn) {
				serve(conn)
			}
		}
	}
	answer := func(text string) func(net.Conn) {
		return after(func(conn net.Conn) { io.WriteString(conn, text) })
	}
	tests := []struct {
		name  string
		serve func(net.Conn)
		want  Kind
	}{
		{"takes the request and hangs", after(func(conn net.Conn) { io.Copy(io.Discard, conn) }), ResponseTimeout},
		{"closes at once", func(net.Conn) {}, ConnectionReset},
		{"closes without an answer", after(func(net.Conn) {}), ConnectionReset},
		{"resets", after(func(conn net.Conn) { conn.(*net.TCPConn).SetLinger(0) }), ConnectionReset},
		{"closes within the headers", answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"), ConnectionReset},
		{"answers in another protocol", answer("SSH-2.0-OpenSSH_9.2\r\n"), BadResponse},
		{"answers with a broken header", answer("HTTP/1.1 200 OK\r\nno colon\r\n\r\n"), BadResponse},
		{"answers with a status of four digits", answer("HTTP/1.1 2000 OK\r\n\r\n"), BadResponse},
		{"answers with two lengths", answer("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"), BadResponse},
		{"switches protocols", answer("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"), BadResponse},
		{"sends headers without end", after(func(conn net.Conn) {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\n")
			repeat(conn, "X-More: "+strings.Repeat("a", 1000)+"\r\n", 0)
		}), LargeHeaders},
		{"sends one header without end", after(func(conn net.Conn) {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nX-More: ")
			repeat(conn, strings.Repeat("a", 1000), 0)
		}), LargeHeaders},
		{"trickles headers", after(func(conn net.Conn) {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\n")
			repeat(conn, "X-More: a\r\n", 10*time.Millisecond)
		}), ResponseTimeout},
		{"sends early hints without end", after(func(conn net.Conn) {
			repeat(conn, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 0)
		}), LargeHeaders},
		{"accepts and sends a body without end", after(func(conn net.Conn) {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
			repeat(conn, strings.Repeat("a", 1000), 0)
		}), Success},
		{"accepts and trickles a body", after(func(conn net.Conn) {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
			repeat(conn, "a", 10*time.Millisecond)
		}), Success},
		{"accepts and never sends the body", after(func(conn net.Conn) {
			io.WriteString(conn, "HTTP/1.1 202 Accepted\r\nContent-Length: 1000\r\n\r\n")
			io.Copy(io.Discard, conn)
		}), Success},
		{"accepts and resets within the body", answer("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc"), Success},
		{"accepts in broken chunks", answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"), Success},
		{"fails and sends a body without end", after(func(conn net.Conn) {
			io.WriteString(conn, "HTTP/1.1 500 Oh no\r\n\r\n")
			repeat(conn, strings.Repeat("a", 1000), 0)
		}), ServerError},
		{"answers HTTP/1.0 and closes", answer("HTTP/1.0 200 OK\r\n\r\nok"), Success},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			request := requestTo(hostileReceiver(t, tt.serve))
			request.Endpoint.timeout = 300 * time.Millisecond
			result := newTestHTTP(t, HTTPOptions{}).Send(t.Context(), request)
			if result.Kind != tt.want {
				t.Errorf("got %s (%s), want %s", result.Kind, result.Detail, tt.want)
			}
			if len(result.Answer) > 3*keptBytes || !utf8.ValidString(result.Answer) {
				t.Errorf("kept %d bytes", len(result.Answer))
			}
		})
	}
}

func TestSendNamesAHandshakeThatHangs(t *testing.T) {
	url := hostileReceiver(t, func(conn net.Conn) { io.Copy(io.Discard, conn) })
	result := newTestHTTP(t, HTTPOptions{}).Send(t.Context(), impatient(strings.Replace(url, "http", "https", 1)))
	if result.Kind != ConnectTimeout {
		t.Errorf("result %+v", result)
	}
}

func TestSendDoesNotUnpackAGzipBomb(t *testing.T) {
	url := hostileReceiver(t, func(conn net.Conn) {
		if !readRequest(conn) {
			return
		}
		io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n")
		bomb := gzip.NewWriter(conn)
		zeros := make([]byte, 1<<20)
		for range 64 {
			if _, err := bomb.Write(zeros); err != nil {
				return
			}
		}
		bomb.Close()
	})
	result := newTestHTTP(t, HTTPOptions{}).Send(t.Context(), requestTo(url))
	if result.Kind != Success || len(result.Answer) > 3*keptBytes || strings.ContainsRune(result.Answer, 0) {
		t.Errorf("%s, %d bytes kept", result.Kind, len(result.Answer))
	}
}

func TestSendTriesAgainWhenAKeptConnectionWasClosed(t *testing.T) {
	var requests atomic.Int32
	url := hostileReceiver(t, func(conn net.Conn) {
		if readRequest(conn) {
			requests.Add(1)
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
			// As servers do whose idle time ends just when the next request comes.
			readRequest(conn)
		}
	})
	h, request := newTestHTTP(t, HTTPOptions{}), requestTo(url)
	for n := range 3 {
		if result := h.Send(t.Context(), request); result.Kind != Success {
			t.Fatalf("attempt %d: %+v", n+1, result)
		}
	}
	if got := requests.Load(); got != 3 {
		t.Errorf("%d requests answered", got)
	}
}

func TestSendUsesAConnectionAgain(t *testing.T) {
	var conns atomic.Int32
	url := hostileReceiver(t, func(conn net.Conn) {
		conns.Add(1)
		for readRequest(conn) {
			io.WriteString(conn, "HTTP/1.1 400 Bad Request\r\nContent-Length: 5000\r\n\r\n"+strings.Repeat("é", 2500))
		}
	})
	h, request := newTestHTTP(t, HTTPOptions{}), requestTo(url)
	for range 10 {
		if result := h.Send(t.Context(), request); result.Kind != ClientError || len(result.Answer) != keptBytes {
			t.Fatalf("result %+v", result)
		}
	}
	if got := conns.Load(); got != 1 {
		t.Errorf("%d connections", got)
	}
}

// resolverThatAnswers resolves every name to one address by real DNS over loopback; the zero address is NXDOMAIN.
func resolverThatAnswers(t *testing.T, address netip.Addr) *net.Resolver {
	t.Helper()
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		query := make([]byte, 1500)
		for {
			n, from, err := server.ReadFrom(query)
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err == nil && n > 12 {
				server.WriteTo(dnsAnswer(query[:n], address), from)
			}
		}
	})
	t.Cleanup(func() {
		server.Close()
		serving.Wait()
	})
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", server.LocalAddr().String())
	}}
}

// dnsAnswer answers an A question with the address, and every other with nothing (RFC 1035, 4.1).
func dnsAnswer(query []byte, address netip.Addr) []byte {
	end := 12
	for query[end] != 0 {
		end += 1 + int(query[end])
	}
	end += 1 + 4 // the root label, type and class
	const answerFlags, nameError, typeA = 0x8180, 3, 1
	isA := binary.BigEndian.Uint16(query[end-4:]) == typeA
	reply := append([]byte{}, query[:end]...)
	flags, answers := uint16(answerFlags), uint16(0)
	if !address.IsValid() {
		flags |= nameError
	} else if isA {
		answers = 1
	}
	binary.BigEndian.PutUint16(reply[2:], flags)
	binary.BigEndian.PutUint16(reply[6:], answers)
	binary.BigEndian.PutUint16(reply[8:], 0)
	binary.BigEndian.PutUint16(reply[10:], 0)
	if answers == 1 {
		reply = append(reply, 0xc0, 12, 0, typeA, 0, 1, 0, 0, 0, 0, 0, 4) // a pointer to the name, type, class, TTL, length
		reply = append(reply, address.AsSlice()...)
	}
	return reply
}

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

func portOf(t *testing.T, raw string) string {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return u.Port()
}
