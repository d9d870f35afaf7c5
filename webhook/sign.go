package webhook

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The headers of the contract, as Standard Webhooks and Omneo spell them. HTTP ignores their case.
const (
	HeaderID        = "webhook-id"
	HeaderTimestamp = "webhook-timestamp"
	HeaderSignature = "webhook-signature"
	HeaderEvent     = "X-Omneo-Event"
	HeaderOmneoHMAC = "X-Omneo-Hmac-SHA256"
)

// The same as keys of an http.Header, to write them without canonicalising five names for every request.
const (
	keyID        = "Webhook-Id"
	keyTimestamp = "Webhook-Timestamp"
	keySignature = "Webhook-Signature"
	keyEvent     = "X-Omneo-Event"
	keyOmneoHMAC = "X-Omneo-Hmac-Sha256"
)

const (
	versionHMAC    = "v1"
	versionEd25519 = "v1a"

	// maxSignatures bounds webhook-signature on both sides: each ed25519 signature that a stranger sends costs a
	// verification over the whole body.
	maxSignatures = 16
)

// Sign returns one Standard Webhooks signature, "v1,<base64>", over the id, the second of timestamp and the body.
func (s Secret) Sign(id string, timestamp time.Time, body []byte) string {
	sum := s.key.standard.message(id, timestamp.Unix(), body)
	return versionHMAC + "," + base64.StdEncoding.EncodeToString(sum[:])
}

// SignOmneo returns the value of X-Omneo-Hmac-SHA256: the lower-case hex HMAC-SHA256 of the body, keyed with the secret's
// text.
func (s Secret) SignOmneo(body []byte) string {
	sum := s.key.omneo.body(body)
	return hex.EncodeToString(sum[:])
}

// Sign returns one Standard Webhooks signature, "v1a,<base64>", over the id, the second of timestamp and the body.
func (k PrivateKey) Sign(id string, timestamp time.Time, body []byte) string {
	sum := ed25519.Sign(*k.key, signedContent(id, timestamp.Unix(), body))
	return versionEd25519 + "," + base64.StdEncoding.EncodeToString(sum)
}

// signedContent joins what ed25519, unlike HMAC, needs in one piece.
func signedContent(id string, timestamp int64, body []byte) []byte {
	content := make([]byte, 0, len(id)+22+len(body))
	return append(appendHead(content, id, timestamp), body...)
}

// A Signer writes the headers of deliveries to one endpoint. Keep it as long as the endpoint's secrets stay: it reuses
// the set-up of its keys. It is safe for concurrent use.
type Signer struct {
	secrets []Secret
	keys    []PrivateKey
	size    int // bytes of all computed header values
}

// NewSigner returns a signer that signs with every secret and key given, which is how a secret is rotated without a gap:
// the old and the new one sign side by side until the old one is withdrawn. X-Omneo-Hmac-SHA256 has room for one
// signature, that of the first secret, so put the one that Omneo-style receivers still hold first.
func NewSigner(secrets []Secret, keys ...PrivateKey) (*Signer, error) {
	if len(secrets) == 0 {
		return nil, errors.New("webhook: a signer needs a secret")
	}
	if n := len(secrets) + len(keys); n > maxSignatures {
		return nil, fmt.Errorf("webhook: a signer takes at most %d secrets and keys, got %d", maxSignatures, n)
	}
	if slices.ContainsFunc(secrets, func(s Secret) bool { return s.key == nil }) {
		return nil, errors.New("webhook: a signer can't use the zero Secret")
	}
	if slices.ContainsFunc(keys, func(k PrivateKey) bool { return k.key == nil }) {
		return nil, errors.New("webhook: a signer can't use the zero PrivateKey")
	}
	const timestamp = 20
	hmacs := len(secrets) * (len("v1, ") + base64.StdEncoding.EncodedLen(sha256.Size))
	ed25519s := len(keys) * (len("v1a, ") + base64.StdEncoding.EncodedLen(ed25519.SignatureSize))
	return &Signer{
		secrets: slices.Clone(secrets),
		keys:    slices.Clone(keys),
		size:    timestamp + hmacs + ed25519s + hex.EncodedLen(sha256.Size),
	}, nil
}

// SetHeaders writes the headers of one attempt: id (the same on every attempt of a message), the attempt's time, the
// signatures of the body, and the event type if there is one. It writes nothing and fails when the id could not be signed
// unambiguously: it must be visible ASCII without a full stop, which Standard Webhooks uses to join what it signs.
func (s *Signer) SetHeaders(h http.Header, id string, timestamp time.Time, event Event, body []byte) error {
	if !validID(id) {
		return fmt.Errorf("webhook: sign: message id %q isn't 1 to %d visible ASCII characters without a full stop", id, maxIDBytes)
	}
	var text strings.Builder // one allocation for every computed value; each header is a slice of it
	text.Grow(s.size)
	var digits [20]byte
	text.Write(strconv.AppendInt(digits[:0], timestamp.Unix(), 10))
	endOfTime := text.Len()
	s.writeSignatures(&text, id, timestamp, body)
	endOfSignatures := text.Len()
	sum := s.secrets[0].key.omneo.body(body)
	var omneo [2 * sha256.Size]byte
	hex.Encode(omneo[:], sum[:])
	text.Write(omneo[:])

	values := [...]string{id, text.String()[:endOfTime], text.String()[endOfTime:endOfSignatures], text.String()[endOfSignatures:], string(event)}
	slots := values[:]
	h[keyID], h[keyTimestamp], h[keySignature], h[keyOmneoHMAC] = slots[0:1:1], slots[1:2:2], slots[2:3:3], slots[3:4:4]
	if event != "" {
		h[keyEvent] = slots[4:5:5]
	}
	return nil
}

func (s *Signer) writeSignatures(text *strings.Builder, id string, timestamp time.Time, body []byte) {
	var encoded [44]byte
	for i, secret := range s.secrets {
		if i > 0 {
			text.WriteByte(' ')
		}
		sum := secret.key.standard.message(id, timestamp.Unix(), body)
		base64.StdEncoding.Encode(encoded[:], sum[:])
		text.WriteString(versionHMAC + ",")
		text.Write(encoded[:])
	}
	for _, key := range s.keys {
		text.WriteByte(' ')
		text.WriteString(key.Sign(id, timestamp, body))
	}
}

const maxIDBytes = 256

func validID(id string) bool {
	for i := range len(id) {
		if c := id[i]; c <= ' ' || c >= 0x7f || c == '.' {
			return false
		}
	}
	return id != "" && len(id) <= maxIDBytes
}
