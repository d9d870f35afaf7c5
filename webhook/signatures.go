package webhook

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
)

// signatures are the entries of a webhook-signature header, decoded into arrays of fixed size so that reading what a
// stranger sent allocates nothing.
type signatures struct {
	hmac         [maxSignatures][sha256.Size]byte
	ed25519      [maxSignatures][ed25519.SignatureSize]byte
	hmacCount    int
	ed25519Count int
}

func (s *signatures) hmacs() [][sha256.Size]byte              { return s.hmac[:s.hmacCount] }
func (s *signatures) ed25519s() [][ed25519.SignatureSize]byte { return s.ed25519[:s.ed25519Count] }

// parseSignatures reads "version,base64" entries between spaces. Versions it doesn't know, and entries that aren't well
// formed, are passed over, as Standard Webhooks asks, so that a sender may add versions.
func parseSignatures(header string) (signatures, error) {
	var s signatures
	entries := 0
	for entry := range strings.SplitSeq(header, " ") {
		if entry == "" {
			continue
		}
		if entries++; entries > maxSignatures {
			return signatures{}, &VerifyError{ErrMalformedHeader, HeaderSignature, fmt.Sprintf("more than %d signatures", maxSignatures)}
		}
		version, encoded, _ := strings.Cut(entry, ",")
		switch version {
		case versionHMAC:
			if decodeExactly(s.hmac[s.hmacCount][:], encoded) {
				s.hmacCount++
			}
		case versionEd25519:
			if decodeExactly(s.ed25519[s.ed25519Count][:], encoded) {
				s.ed25519Count++
			}
		}
	}
	return s, nil
}

// decodeExactly reports whether encoded is the base64 of exactly len(dst) bytes, and decodes it.
func decodeExactly(dst []byte, encoded string) bool {
	const longest = 88 // an ed25519 signature
	if len(encoded) > longest || len(encoded) != base64.StdEncoding.EncodedLen(len(dst)) {
		return false
	}
	var source, decoded [longest]byte
	copy(source[:], encoded)
	n, err := base64.StdEncoding.Strict().Decode(decoded[:], source[:len(encoded)])
	return err == nil && n == len(dst) && copy(dst, decoded[:n]) == n
}
