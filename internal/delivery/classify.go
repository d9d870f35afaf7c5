package delivery

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
)

// fromError names the error of an attempt that had no answer. connected tells whether a connection stood by then.
func fromError(err error, connected bool) Outcome {
	for _, classify := range []func(error, bool) (Outcome, bool){
		fromGuard, fromDNS, fromTLS, fromTimeout, fromSocket, fromProtocol,
	} {
		if o, ok := classify(err, connected); ok {
			return o
		}
	}
	return Outcome{Kind: NetworkError, Detail: "the request failed: " + err.Error()}
}

func fromGuard(err error, _ bool) (Outcome, bool) {
	var refused *AddressError
	if !errors.As(err, &refused) {
		return Outcome{}, false
	}
	return Outcome{Kind: Blocked, Detail: refused.Error()}, true
}

func fromDNS(err error, _ bool) (Outcome, bool) {
	var dns *net.DNSError
	if !errors.As(err, &dns) {
		return Outcome{}, false
	}
	// DNSError.Error names the resolver, which is not the user's business.
	return Outcome{Kind: DNSFailure, Detail: fmt.Sprintf("the name %s could not be resolved: %s", dns.Name, dns.Err)}, true
}

func fromTLS(err error, _ bool) (Outcome, bool) {
	var (
		verification *tls.CertificateVerificationError
		record       tls.RecordHeaderError
		alert        tls.AlertError
		authority    x509.UnknownAuthorityError
		hostname     x509.HostnameError
		invalid      x509.CertificateInvalidError
	)
	switch {
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return Outcome{Kind: TLSFailure, Detail: "the receiver does not speak TLS on this port"}, true
	case errors.As(err, &verification):
		return Outcome{Kind: TLSFailure, Detail: "the certificate is not valid: " + verification.Err.Error()}, true
	case errors.As(err, &authority), errors.As(err, &hostname), errors.As(err, &invalid):
		return Outcome{Kind: TLSFailure, Detail: "the certificate is not valid: " + err.Error()}, true
	case errors.As(err, &alert), isRemoteAlert(err):
		return Outcome{Kind: TLSFailure, Detail: "the TLS handshake failed: " + err.Error()}, true
	}
	return Outcome{}, false
}

// isRemoteAlert recognises the alert of the other side, and the handshake errors that crypto/tls gives no type.
func isRemoteAlert(err error) bool {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "remote error" {
		return true
	}
	return strings.HasPrefix(err.Error(), "tls: ")
}

func fromTimeout(err error, connected bool) (Outcome, bool) {
	var timeout net.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
	case errors.As(err, &timeout) && timeout.Timeout():
	default:
		return Outcome{}, false
	}
	if connected {
		return Outcome{Kind: ResponseTimeout, Detail: "the receiver took the connection and did not answer in time"}, true
	}
	return Outcome{Kind: ConnectTimeout, Detail: "no connection could be made in time"}, true
}

func fromSocket(err error, _ bool) (Outcome, bool) {
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return Outcome{Kind: ConnectRefused, Detail: "the receiver refused the connection"}, true
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ECONNABORTED):
		return Outcome{Kind: ConnectionReset, Detail: "the receiver reset the connection before it answered"}, true
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EADDRNOTAVAIL):
		return Outcome{Kind: Unreachable, Detail: "there is no route to the receiver"}, true
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		strings.Contains(err.Error(), "server closed idle connection"):
		return Outcome{Kind: ConnectionReset, Detail: "the receiver closed the connection before it answered"}, true
	}
	return Outcome{}, false
}

// fromProtocol recognises by their texts the errors that net/http gives no type.
func fromProtocol(err error, _ bool) (Outcome, bool) {
	text := err.Error()
	switch {
	case strings.Contains(text, "server response headers exceeded"), strings.Contains(text, "response header list larger"):
		return Outcome{Kind: LargeHeaders, Detail: "the headers of the answer are too large"}, true
	case strings.Contains(text, "malformed"), strings.Contains(text, "http2: "), strings.Contains(text, "too many 1xx"),
		strings.Contains(text, "transport connection broken"), strings.Contains(text, "stream error"):
		return Outcome{Kind: BadResponse, Detail: "the answer is not valid HTTP: " + text}, true
	}
	return Outcome{}, false
}
