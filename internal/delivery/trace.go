package delivery

import (
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
)

// Layout of a traceparent header, version 00 (W3C Trace Context): version, trace id, parent id and flags in hex.
const (
	traceParentLength = 55
	traceIDAt         = 3
	spanIDAt          = 36
	flagsAt           = 53
)

// traceParent returns the traceparent of one attempt: a new span in the trace of what caused the message. Where
// nothing names that trace, the message id does, so that all attempts at a message are in one.
func traceParent(cause, messageID string) string {
	var b [traceParentLength]byte
	if isTraceParent(cause) {
		copy(b[:], cause)
	} else {
		copy(b[:], "00-00000000000000000000000000000000-0000000000000000-01")
		sum := sha256.Sum256([]byte(messageID))
		hex.Encode(b[traceIDAt:], sum[:16])
	}
	var span [8]byte
	id := rand.Uint64() | 1 // all zeros are no id
	for i := range span {
		span[i] = byte(id >> (8 * i))
	}
	hex.Encode(b[spanIDAt:], span[:])
	return string(b[:])
}

func isTraceParent(s string) bool {
	if len(s) != traceParentLength || s[:traceIDAt] != "00-" || s[spanIDAt-1] != '-' || s[flagsAt-1] != '-' {
		return false
	}
	traceID := s[traceIDAt : spanIDAt-1]
	return isLowerHex(traceID) && isLowerHex(s[spanIDAt:flagsAt-1]) && isLowerHex(s[flagsAt:]) &&
		traceID != "00000000000000000000000000000000"
}

func isLowerHex(s string) bool {
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
