package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"log/slog"
	"strconv"
	"strings"
	"sync"
)

const (
	secretPrefix   = "whsec_"
	minSecretBytes = 24
	maxSecretBytes = 64
	newSecretBytes = 32
)

// A Secret is the key that sender and receiver share for one endpoint: "whsec_" and the base64 of 24 to 64 random bytes.
// It is safe for concurrent use. It prints redacted; [Secret.Reveal] gives the text. The zero Secret is not a key, and
// [NewSigner] and [NewVerifier] refuse it.
type Secret struct{ key *secretKey }

type secretKey struct {
	text     string
	standard *macs // keyed with the decoded bytes
	omneo    *macs // keyed with the text
}

// ParseSecret reads a secret as Belfry shows it. It is strict, white space included, because the text itself is the key of
// X-Omneo-Hmac-SHA256 and must be the same to the byte on both sides.
func ParseSecret(text string) (Secret, error) {
	encoded, ok := strings.CutPrefix(text, secretPrefix)
	if !ok {
		return Secret{}, fmt.Errorf("webhook: parse secret: it doesn't begin with %q", secretPrefix)
	}
	key, err := decodeBase64(encoded)
	if err != nil {
		return Secret{}, fmt.Errorf("webhook: parse secret: after %q: %w", secretPrefix, err)
	}
	if len(key) < minSecretBytes || len(key) > maxSecretBytes {
		return Secret{}, fmt.Errorf("webhook: parse secret: it holds %d bytes, want %d to %d", len(key), minSecretBytes, maxSecretBytes)
	}
	return Secret{&secretKey{text: text, standard: newMACs(key), omneo: newMACs([]byte(text))}}, nil
}

// NewSecret returns a secret of 32 random bytes.
func NewSecret() Secret {
	key := make([]byte, newSecretBytes)
	rand.Read(key)
	text := secretPrefix + base64.StdEncoding.EncodeToString(key)
	return Secret{&secretKey{text: text, standard: newMACs(key), omneo: newMACs([]byte(text))}}
}

// Reveal returns the secret's text, to store it or to show it once.
func (s Secret) Reveal() string {
	if s.key == nil {
		return ""
	}
	return s.key.text
}

// String returns a redacted form, so that a secret printed by mistake stays one.
func (s Secret) String() string { return secretPrefix + "[redacted]" }

// GoString redacts %#v.
func (s Secret) GoString() string { return "webhook.Secret(" + s.String() + ")" }

// LogValue redacts structured logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// decodeBase64 is strict: base64.StdEncoding alone skips line breaks and ignores stray trailing bits.
func decodeBase64(text string) ([]byte, error) {
	if strings.ContainsAny(text, "\r\n") {
		return nil, errors.New("it contains a line break")
	}
	key, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, errors.New("it isn't standard, padded base64")
	}
	return key, nil
}

// macs keeps HMAC states of one key: setting one up costs more than hashing a small body.
type macs struct{ pool sync.Pool }

type mac struct {
	hash hash.Hash
	head []byte
	sum  [sha256.Size]byte
}

func newMACs(key []byte) *macs {
	return &macs{pool: sync.Pool{New: func() any { return &mac{hash: hmac.New(sha256.New, key)} }}}
}

// message returns the HMAC of "id.timestamp.body", which is what a Standard Webhooks signature covers.
func (p *macs) message(id string, timestamp int64, body []byte) [sha256.Size]byte {
	m := p.pool.Get().(*mac)
	defer p.pool.Put(m)
	m.head = appendHead(m.head[:0], id, timestamp)
	m.hash.Reset()
	m.hash.Write(m.head)
	m.hash.Write(body)
	m.hash.Sum(m.sum[:0])
	return m.sum
}

// body returns the HMAC of the body alone.
func (p *macs) body(body []byte) [sha256.Size]byte {
	m := p.pool.Get().(*mac)
	defer p.pool.Put(m)
	m.hash.Reset()
	m.hash.Write(body)
	m.hash.Sum(m.sum[:0])
	return m.sum
}

func appendHead(dst []byte, id string, timestamp int64) []byte {
	dst = append(dst, id...)
	dst = append(dst, '.')
	dst = strconv.AppendInt(dst, timestamp, 10)
	return append(dst, '.')
}
