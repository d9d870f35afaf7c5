package webhook

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"log/slog"
	"strings"
)

const (
	privateKeyPrefix = "whsk_"
	publicKeyPrefix  = "whpk_"
)

// A PrivateKey signs with ed25519 (signature version v1a), for receivers that must be able to verify but not to sign.
// It prints redacted; [PrivateKey.Reveal] gives the text. The zero PrivateKey is not a key.
type PrivateKey struct {
	// A pointer, because fmt prints the bytes of a slice in an unexported field without asking String.
	key *ed25519.PrivateKey
}

// A PublicKey verifies what its [PrivateKey] signed. The zero PublicKey is not a key.
type PublicKey struct{ key ed25519.PublicKey }

// NewPrivateKey returns a random key.
func NewPrivateKey() (PrivateKey, error) {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		return PrivateKey{}, fmt.Errorf("webhook: generate an ed25519 key: %w", err)
	}
	return PrivateKey{&key}, nil
}

// ParsePrivateKey reads "whsk_" and the base64 of either the 32-byte seed or the 64 bytes of seed and public key.
func ParsePrivateKey(text string) (PrivateKey, error) {
	encoded, ok := strings.CutPrefix(text, privateKeyPrefix)
	if !ok {
		return PrivateKey{}, fmt.Errorf("webhook: parse private key: it doesn't begin with %q", privateKeyPrefix)
	}
	raw, err := decodeBase64(encoded)
	if err != nil {
		return PrivateKey{}, fmt.Errorf("webhook: parse private key: after %q: %w", privateKeyPrefix, err)
	}
	switch len(raw) {
	case ed25519.SeedSize:
		key := ed25519.NewKeyFromSeed(raw)
		return PrivateKey{&key}, nil
	case ed25519.PrivateKeySize:
		key := ed25519.NewKeyFromSeed(raw[:ed25519.SeedSize])
		// A wrong public half would make signatures that leak the private one.
		if !bytes.Equal(key, raw) {
			return PrivateKey{}, fmt.Errorf("webhook: parse private key: its public half doesn't belong to its private half")
		}
		return PrivateKey{&key}, nil
	}
	return PrivateKey{}, fmt.Errorf("webhook: parse private key: it holds %d bytes, want %d or %d", len(raw), ed25519.SeedSize, ed25519.PrivateKeySize)
}

// ParsePublicKey reads "whpk_" and the base64 of 32 bytes.
func ParsePublicKey(text string) (PublicKey, error) {
	encoded, ok := strings.CutPrefix(text, publicKeyPrefix)
	if !ok {
		return PublicKey{}, fmt.Errorf("webhook: parse public key: it doesn't begin with %q", publicKeyPrefix)
	}
	raw, err := decodeBase64(encoded)
	if err != nil {
		return PublicKey{}, fmt.Errorf("webhook: parse public key: after %q: %w", publicKeyPrefix, err)
	}
	if len(raw) != ed25519.PublicKeySize {
		return PublicKey{}, fmt.Errorf("webhook: parse public key: it holds %d bytes, want %d", len(raw), ed25519.PublicKeySize)
	}
	return PublicKey{raw}, nil
}

// Public returns the key to give to receivers.
func (k PrivateKey) Public() PublicKey {
	if k.key == nil {
		return PublicKey{}
	}
	return PublicKey{k.key.Public().(ed25519.PublicKey)}
}

// Reveal returns the key's text with all 64 bytes, to store it.
func (k PrivateKey) Reveal() string {
	if k.key == nil {
		return ""
	}
	return privateKeyPrefix + base64.StdEncoding.EncodeToString(*k.key)
}

// String returns a redacted form.
func (k PrivateKey) String() string { return privateKeyPrefix + "[redacted]" }

// GoString redacts %#v.
func (k PrivateKey) GoString() string { return "webhook.PrivateKey(" + k.String() + ")" }

// LogValue redacts structured logs.
func (k PrivateKey) LogValue() slog.Value { return slog.StringValue(k.String()) }

// String returns the key's text, "whpk_…".
func (k PublicKey) String() string {
	return publicKeyPrefix + base64.StdEncoding.EncodeToString(k.key)
}
