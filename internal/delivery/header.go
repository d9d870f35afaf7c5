package delivery

import (
	"fmt"
	"net/http"
	"net/textproto"
	"strings"
)

// Bounds of an endpoint's own headers.
const (
	maxHeaders     = 32
	maxHeaderBytes = 8 << 10
)

// HeaderError says, in words for whoever configured the endpoint, which of its own headers cannot be sent.
type HeaderError struct {
	Name   string
	Reason string
}

func (e *HeaderError) Error() string { return fmt.Sprintf("the header %q %s", e.Name, e.Reason) }

// CheckHeaders judges an endpoint's own headers when they are configured. Its error is a *HeaderError.
func CheckHeaders(headers map[string]string) error {
	_, err := ownHeaders(headers)
	return err
}

// ownHeaders gives an endpoint's headers the form that a request takes.
func ownHeaders(headers map[string]string) (http.Header, error) {
	h := make(http.Header, len(headers))
	size := 0
	for name, value := range headers {
		size += len(name) + len(value)
		if len(h) == maxHeaders || size > maxHeaderBytes {
			return nil, &HeaderError{name, fmt.Sprintf("is too much: an endpoint has up to %d headers and %d bytes of them", maxHeaders, maxHeaderBytes)}
		}
		if reason := badHeader(name, value); reason != "" {
			return nil, &HeaderError{name, reason}
		}
		key := textproto.CanonicalMIMEHeaderKey(name)
		if h[key] != nil {
			return nil, &HeaderError{name, "is given twice"}
		}
		h[key] = []string{value}
	}
	return h, nil
}

func badHeader(name, value string) string {
	switch {
	case !isToken(name):
		return "has a name that HTTP does not allow"
	case isReserved(name):
		return "is set by Belfry and cannot be configured"
	case !isFieldValue(value):
		return "has a value that HTTP does not allow: control characters, or blanks at an end"
	}
	return ""
}

// isReserved reports whether a header belongs to the contract, to HTTP's framing, or to the connection.
func isReserved(name string) bool {
	name = strings.ToLower(name)
	for _, prefix := range []string{"webhook-", "x-omneo-", "proxy-", "sec-"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	switch name {
	case "content-type", "content-length", "content-encoding", "user-agent", "traceparent", "tracestate",
		"host", "connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "expect",
		"accept-encoding", "date", "idempotency-key", "x-idempotency-key":
		return true
	}
	return false
}

// isToken reports whether s is a token of RFC 9110, 5.6.2.
func isToken(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
			return false
		}
	}
	return s != ""
}

// isFieldValue reports whether s is a field value of RFC 9110, 5.5.
func isFieldValue(s string) bool {
	for _, c := range []byte(s) {
		if c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return strings.Trim(s, " \t") == s
}
