package webhook

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// DefaultTolerance is how far, in either direction, an attempt's timestamp may be from the receiver's clock.
const DefaultTolerance = 5 * time.Minute

// A Scheme is a family of signature headers. Schemes combine with |.
type Scheme uint8

const (
	// Standard is webhook-id, webhook-timestamp and webhook-signature.
	Standard Scheme = 1 << iota
	// Omneo is X-Omneo-Hmac-SHA256 alone: nothing tells a replay from the original.
	Omneo
)

// VerifierOptions say what a [Verifier] accepts. At least one key of an accepted scheme is needed.
type VerifierOptions struct {
	// Secrets verify both schemes. While a secret is rotated, give the old and the new one.
	Secrets []Secret

	// PublicKeys verify ed25519 signatures of the Standard scheme.
	PublicKeys []PublicKey

	// OmneoSecrets are plain strings, not of the "whsec_" form, for the Omneo scheme only: what a receiver shared with
	// Omneo itself.
	OmneoSecrets []string

	// Accept is Standard unless set. With Standard|Omneo a request that carries webhook-signature is judged by that
	// alone; whoever captured one can still strip it and replay the request as Omneo, for ever.
	Accept Scheme

	// Tolerance is DefaultTolerance unless set.
	Tolerance time.Duration

	// Now is time.Now unless set.
	Now func() time.Time
}

// A Verifier checks requests. It is safe for concurrent use.
type Verifier struct {
	secrets   []Secret
	public    []PublicKey
	omneo     []*macs
	accept    Scheme
	tolerance time.Duration
	now       func() time.Time
}

// NewVerifier returns a verifier, or an error when the options could never accept a request.
func NewVerifier(o VerifierOptions) (*Verifier, error) {
	v := &Verifier{
		secrets: slices.Clone(o.Secrets), public: slices.Clone(o.PublicKeys),
		accept: o.Accept, tolerance: o.Tolerance, now: o.Now,
	}
	if v.accept == 0 {
		v.accept = Standard
	}
	if v.tolerance == 0 {
		v.tolerance = DefaultTolerance
	}
	if v.now == nil {
		v.now = time.Now
	}
	for _, secret := range v.secrets {
		if secret.key == nil {
			return nil, errors.New("webhook: a verifier can't use the zero Secret")
		}
		v.omneo = append(v.omneo, secret.key.omneo)
	}
	for _, text := range o.OmneoSecrets {
		if text == "" {
			return nil, errors.New("webhook: a verifier can't use an empty Omneo secret")
		}
		v.omneo = append(v.omneo, newMACs([]byte(text)))
	}
	return v, v.check()
}

func (v *Verifier) check() error {
	switch {
	case v.accept&^(Standard|Omneo) != 0:
		return fmt.Errorf("webhook: unknown scheme %#x to accept", v.accept)
	case v.tolerance < 0:
		return fmt.Errorf("webhook: the tolerance %v is negative", v.tolerance)
	case slices.ContainsFunc(v.public, func(k PublicKey) bool { return k.key == nil }):
		return errors.New("webhook: a verifier can't use the zero PublicKey")
	case v.accept&Standard != 0 && len(v.secrets)+len(v.public) == 0:
		return errors.New("webhook: a verifier of the Standard scheme needs a secret or a public key")
	case v.accept&Omneo != 0 && len(v.omneo) == 0:
		return errors.New("webhook: a verifier of the Omneo scheme needs a secret")
	}
	return nil
}

// Verify checks a request by its headers and its raw body: the bytes as they were read, before any parsing. The returned
// message keeps body, it doesn't copy it. An error is always a [*VerifyError].
func (v *Verifier) Verify(header http.Header, body []byte) (Message, error) {
	c, err := v.read(header)
	if err != nil {
		return Message{}, err
	}
	return v.match(c, body)
}

// A claim is what the headers say, before the body is known.
type claim struct {
	scheme    Scheme
	id        string
	seconds   int64
	event     Event
	signature string
}

// read checks everything that can be checked without the body.
func (v *Verifier) read(h http.Header) (claim, error) {
	if v.accept&Standard == 0 || v.accept&Omneo != 0 && h.Get(keySignature) == "" {
		return readOmneo(h)
	}
	c := claim{scheme: Standard, id: h.Get(keyID), signature: h.Get(keySignature), event: Event(h.Get(keyEvent))}
	for _, required := range [...]struct{ name, value string }{
		{HeaderID, c.id}, {HeaderTimestamp, h.Get(keyTimestamp)}, {HeaderSignature, c.signature},
	} {
		if required.value == "" {
			return claim{}, &VerifyError{ErrMissingHeader, required.name, missingHint(h)}
		}
	}
	if !validID(c.id) {
		return claim{}, &VerifyError{ErrMalformedHeader, HeaderID, "want visible ASCII without a full stop"}
	}
	var err error
	if c.seconds, err = parseTimestamp(h.Get(keyTimestamp)); err != nil {
		return claim{}, err
	}
	return c, v.checkAge(c.seconds)
}

func readOmneo(h http.Header) (claim, error) {
	signature := h.Get(keyOmneoHMAC)
	if signature == "" {
		return claim{}, &VerifyError{ErrMissingHeader, HeaderOmneoHMAC, "the request is unsigned, or a proxy strips the header"}
	}
	return claim{scheme: Omneo, event: Event(h.Get(keyEvent)), signature: signature}, nil
}

func missingHint(h http.Header) string {
	if h.Get(keyOmneoHMAC) != "" {
		return "the request carries " + HeaderOmneoHMAC + ", which is accepted only with VerifierOptions.Accept"
	}
	return "the request is no Standard Webhooks delivery, or a proxy strips the header"
}

// parseTimestamp takes digits only, so that one second has one spelling and the signed text is the header's.
func parseTimestamp(text string) (int64, error) {
	const maxDigits = 12 // the year 33658
	seconds, err := strconv.ParseUint(text, 10, 63)
	if err != nil || len(text) > maxDigits || text[0] == '0' {
		return 0, &VerifyError{ErrMalformedHeader, HeaderTimestamp, fmt.Sprintf("%.40q is no Unix time in whole seconds", text)}
	}
	return int64(seconds), nil
}

func (v *Verifier) checkAge(seconds int64) error {
	age := v.now().Sub(time.Unix(seconds, 0))
	switch {
	case age > v.tolerance:
		hint := fmt.Sprintf("%v ago, tolerance %v: a replay, or this machine's clock is ahead", age.Round(time.Second), v.tolerance)
		return &VerifyError{ErrTooOld, HeaderTimestamp, hint}
	case age < -v.tolerance:
		hint := fmt.Sprintf("%v ahead, tolerance %v: this machine's clock is behind, or the sender's ahead", -age.Round(time.Second), v.tolerance)
		return &VerifyError{ErrTooNew, HeaderTimestamp, hint}
	}
	return nil
}

// match compares the signatures with what the verifier's keys make of the body.
func (v *Verifier) match(c claim, body []byte) (Message, error) {
	if c.scheme == Omneo {
		if err := v.matchOmneo(c.signature, body); err != nil {
			return Message{}, err
		}
		return Message{Event: c.event, Body: body, Scheme: Omneo}, nil
	}
	sent, err := parseSignatures(c.signature)
	if err != nil {
		return Message{}, err
	}
	if !v.matchHMAC(sent.hmacs(), c, body) && !v.matchEd25519(sent.ed25519s(), c, body) {
		return Message{}, &VerifyError{ErrNoMatch, HeaderSignature, v.mismatchHint(sent)}
	}
	return Message{ID: c.id, Timestamp: time.Unix(c.seconds, 0), Event: c.event, Body: body, Scheme: Standard}, nil
}

func (v *Verifier) matchHMAC(sent [][sha256.Size]byte, c claim, body []byte) bool {
	if len(sent) == 0 {
		return false
	}
	for _, secret := range v.secrets {
		want := secret.key.standard.message(c.id, c.seconds, body)
		for i := range sent {
			if hmac.Equal(want[:], sent[i][:]) {
				return true
			}
		}
	}
	return false
}

func (v *Verifier) matchEd25519(sent [][ed25519.SignatureSize]byte, c claim, body []byte) bool {
	if len(sent) == 0 || len(v.public) == 0 {
		return false
	}
	content := signedContent(c.id, c.seconds, body)
	for _, public := range v.public {
		for i := range sent {
			if ed25519.Verify(public.key, content, sent[i][:]) {
				return true
			}
		}
	}
	return false
}

func (v *Verifier) matchOmneo(signature string, body []byte) error {
	var sent [sha256.Size]byte
	if len(signature) != hex.EncodedLen(len(sent)) {
		return &VerifyError{ErrMalformedHeader, HeaderOmneoHMAC, "want 64 hexadecimal digits"}
	}
	if _, err := hex.Decode(sent[:], []byte(signature)); err != nil {
		return &VerifyError{ErrMalformedHeader, HeaderOmneoHMAC, "want 64 hexadecimal digits"}
	}
	for _, secret := range v.omneo {
		want := secret.body(body)
		if hmac.Equal(want[:], sent[:]) {
			return nil
		}
	}
	hint := fmt.Sprintf("tried %d secrets; %s", len(v.omneo), mismatchCauses)
	return &VerifyError{ErrNoMatch, HeaderOmneoHMAC, hint}
}

const mismatchCauses = "usual causes: the secret of another endpoint, or a body that was parsed and written again before it got here"

func (v *Verifier) mismatchHint(sent signatures) string {
	switch {
	case sent.hmacCount+sent.ed25519Count == 0:
		return "the header holds no well-formed v1 or v1a signature"
	case sent.hmacCount == 0 && len(v.public) == 0:
		return "the request is signed with ed25519 only, and no public key is configured"
	case sent.ed25519Count == 0 && len(v.secrets) == 0:
		return "the request is signed with HMAC only, and no secret is configured"
	}
	return fmt.Sprintf("tried %d v1 and %d v1a signatures against %d secrets and %d public keys; %s",
		sent.hmacCount, sent.ed25519Count, len(v.secrets), len(v.public), mismatchCauses)
}
