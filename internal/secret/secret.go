// Package secret seals what must not lie in the database in the clear, such as
// the signing secrets of endpoints: AES-256-GCM under a key that is kept apart
// from the database.
package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

const (
	keySize   = 32
	keyIDSize = 4
	version   = 1
	headSize  = 1 + keyIDSize
)

// Key is 32 random bytes.
type Key [keySize]byte

// ParseKey reads a key from 64 hexadecimal digits or from base64, standard or
// URL-safe.
func ParseKey(text string) (Key, error) {
	text = strings.TrimSpace(text)
	for _, decode := range []func(string) ([]byte, error){
		hex.DecodeString, base64.StdEncoding.DecodeString, base64.RawStdEncoding.DecodeString,
		base64.URLEncoding.DecodeString, base64.RawURLEncoding.DecodeString,
	} {
		if b, err := decode(text); err == nil && len(b) == keySize {
			return Key(b), nil
		}
	}
	return Key{}, fmt.Errorf("a key is %d bytes in hex or base64", keySize)
}

// NewKey returns a random key.
func NewKey() (k Key) {
	rand.Read(k[:])
	return k
}

// String keeps the key out of logs.
func (Key) String() string { return "[redacted]" }

// GoString keeps the key out of logs.
func (Key) GoString() string { return "secret.Key([redacted])" }

// id tells which key sealed something, without telling anything of the key.
func (k Key) id() [keyIDSize]byte {
	sum := sha256.Sum256(append([]byte("belfry key id\x00"), k[:]...))
	return [keyIDSize]byte(sum[:keyIDSize])
}

// Errors of Open.
var (
	ErrUnknownKey = errors.New("it was sealed with a key that is not here")
	ErrCorrupt    = errors.New("it is not what was sealed")
)

// Box seals with its first key and opens with any of them, so that a key can be
// replaced. It is safe for concurrent use.
type Box struct {
	first [keyIDSize]byte
	ciphs map[[keyIDSize]byte]cipher.AEAD
}

// NewBox returns a box with the keys.
func NewBox(key Key, older ...Key) (*Box, error) {
	b := &Box{first: key.id(), ciphs: map[[keyIDSize]byte]cipher.AEAD{}}
	for _, k := range append([]Key{key}, older...) {
		block, err := aes.NewCipher(k[:])
		if err != nil {
			return nil, fmt.Errorf("prepare a key: %w", err)
		}
		if b.ciphs[k.id()], err = cipher.NewGCMWithRandomNonce(block); err != nil {
			return nil, fmt.Errorf("prepare a key: %w", err)
		}
	}
	return b, nil
}

// Seal encrypts plain. The result is the version, the key's id, and the nonce
// with the ciphertext.
func (b *Box) Seal(plain []byte) ([]byte, error) {
	head := append([]byte{version}, b.first[:]...)
	return b.ciphs[b.first].Seal(head, nil, plain, head), nil
}

// Open decrypts what Seal returned. Errors wrap ErrUnknownKey or ErrCorrupt.
func (b *Box) Open(sealed []byte) ([]byte, error) {
	if len(sealed) < headSize || sealed[0] != version {
		return nil, fmt.Errorf("open a secret: %w", ErrCorrupt)
	}
	head, rest := sealed[:headSize], sealed[headSize:]
	aead := b.ciphs[[keyIDSize]byte(head[1:])]
	if aead == nil {
		return nil, fmt.Errorf("open a secret: %w", ErrUnknownKey)
	}
	plain, err := aead.Open(nil, nil, rest, head)
	if err != nil {
		return nil, fmt.Errorf("open a secret: %w", ErrCorrupt)
	}
	return plain, nil
}

// SealText encrypts text for a place that holds text, such as JSON.
func (b *Box) SealText(plain string) (string, error) {
	sealed, err := b.Seal([]byte(plain))
	return base64.StdEncoding.EncodeToString(sealed), err
}

// OpenText decrypts what SealText returned.
func (b *Box) OpenText(sealed string) (string, error) {
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return "", fmt.Errorf("open a secret: %w", ErrCorrupt)
	}
	plain, err := b.Open(raw)
	return string(plain), err
}
