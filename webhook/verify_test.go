package webhook

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestVerifyReturnsWhatWasSigned(t *testing.T) {
	secret, key := NewSecret(), mustPrivateKey(t)
	body := []byte(`{"id":"8f0e"}`)
	header := signed(t, mustSigner(t, []Secret{secret}, key), "msg_1", testTime, ProfileCreated, body)
	want := Message{ID: "msg_1", Timestamp: testTime, Event: ProfileCreated, Body: body, Scheme: Standard}
	for name, o := range map[string]VerifierOptions{
		"by HMAC":                     {Secrets: []Secret{secret}},
		"by ed25519":                  {PublicKeys: []PublicKey{key.Public()}},
		"by the second of two":        {Secrets: []Secret{NewSecret(), secret}},
		"with Omneo accepted as well": {Secrets: []Secret{secret}, Accept: Standard | Omneo},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := mustVerifier(t, o).Verify(header, body)
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Fatalf("%v\n%s", err, diff)
			}
		})
	}
	t.Run("as Omneo, without what that scheme doesn't sign", func(t *testing.T) {
		got, err := mustVerifier(t, VerifierOptions{Secrets: []Secret{secret}, Accept: Omneo}).Verify(header, body)
		if diff := cmp.Diff(Message{Event: ProfileCreated, Body: body, Scheme: Omneo}, got); err != nil || diff != "" {
			t.Fatalf("%v\n%s", err, diff)
		}
	})
}

func TestVerifyRefuses(t *testing.T) {
	secret, key := NewSecret(), mustPrivateKey(t)
	body := []byte(`{"id":"8f0e"}`)
	standard := VerifierOptions{Secrets: []Secret{secret}}
	both := VerifierOptions{Secrets: []Secret{secret}, Accept: Standard | Omneo}
	set := func(name, value string) func(http.Header) {
		return func(h http.Header) { h.Set(name, value) }
	}
	without := func(names ...string) func(http.Header) {
		return func(h http.Header) {
			for _, name := range names {
				h.Del(name)
			}
		}
	}
	tests := []struct {
		name    string
		options VerifierOptions
		change  func(http.Header)
		reason  error
		hint    string
	}{
		{"a missing id", standard, without(HeaderID), ErrMissingHeader, HeaderID},
		{"a missing timestamp", standard, without(HeaderTimestamp), ErrMissingHeader, HeaderTimestamp},
		{"a missing signature", standard, without(HeaderSignature, HeaderOmneoHMAC), ErrMissingHeader, HeaderSignature},
		{"an Omneo signature alone, and says how to accept it", standard, without(HeaderSignature), ErrMissingHeader, "VerifierOptions.Accept"},
		{"neither signature when both are accepted", both, without(HeaderSignature, HeaderOmneoHMAC), ErrMissingHeader, HeaderOmneoHMAC},
		{"an id with a full stop", standard, set(HeaderID, "msg.1"), ErrMalformedHeader, HeaderID},
		{"a timestamp with letters", standard, set(HeaderTimestamp, "soon"), ErrMalformedHeader, `"soon"`},
		{"a timestamp with a sign", standard, set(HeaderTimestamp, "+1749961920"), ErrMalformedHeader, HeaderTimestamp},
		{"a timestamp with a leading zero", standard, set(HeaderTimestamp, "01749961920"), ErrMalformedHeader, HeaderTimestamp},
		{"a timestamp beyond all sense", standard, set(HeaderTimestamp, "99999999999999"), ErrMalformedHeader, HeaderTimestamp},
		{"a timestamp of another second", standard, set(HeaderTimestamp, "1749961921"), ErrNoMatch, "secret of another endpoint"},
		{"an old timestamp", standard, set(HeaderTimestamp, "1749961619"), ErrTooOld, "5m1s ago, tolerance 5m0s"},
		{"a future timestamp", standard, set(HeaderTimestamp, "1749962221"), ErrTooNew, "5m1s ahead, tolerance 5m0s"},
		{"another id", standard, set(HeaderID, "msg_2"), ErrNoMatch, "tried 1 v1 and 1 v1a signatures against 1 secrets"},
		{"a signature of an unknown version", standard, set(HeaderSignature, "v9,aGk="), ErrNoMatch, "no well-formed"},
		{"a signature that is no base64", standard, set(HeaderSignature, "v1,"+strings.Repeat("!", 44)), ErrNoMatch, "no well-formed"},
		{"a truncated signature", standard, set(HeaderSignature, "v1,aGk="), ErrNoMatch, "no well-formed"},
		{"a flood of signatures", standard, set(HeaderSignature, strings.Repeat("v1a,x ", 17)), ErrMalformedHeader, "more than 16"},
		{"ed25519 alone without a public key", standard, set(HeaderSignature, key.Sign("msg_1", testTime, body)), ErrNoMatch, "no public key is configured"},
		{"HMAC alone without a secret", VerifierOptions{PublicKeys: []PublicKey{key.Public()}}, set(HeaderSignature, secret.Sign("msg_1", testTime, body)), ErrNoMatch, "no secret is configured"},
		{"another secret", VerifierOptions{Secrets: []Secret{NewSecret()}}, nil, ErrNoMatch, "another endpoint"},
		{"another public key", VerifierOptions{PublicKeys: []PublicKey{mustPrivateKey(t).Public()}}, nil, ErrNoMatch, "another endpoint"},
		{"a wrong Standard signature beside a right Omneo one", both, set(HeaderSignature, "v1,aGk="), ErrNoMatch, HeaderSignature},
		{"a wrong Omneo signature", VerifierOptions{Secrets: []Secret{secret}, Accept: Omneo}, set(HeaderOmneoHMAC, strings.Repeat("0", 64)), ErrNoMatch, HeaderOmneoHMAC},
		{"a short Omneo signature", VerifierOptions{Secrets: []Secret{secret}, Accept: Omneo}, set(HeaderOmneoHMAC, "00"), ErrMalformedHeader, "64 hexadecimal"},
		{"an Omneo signature that is no hex", VerifierOptions{Secrets: []Secret{secret}, Accept: Omneo}, set(HeaderOmneoHMAC, strings.Repeat("g", 64)), ErrMalformedHeader, "64 hexadecimal"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			header := signed(t, mustSigner(t, []Secret{secret}, key), "msg_1", testTime, ProfileCreated, body)
			if tt.change != nil {
				tt.change(header)
			}
			msg, err := mustVerifier(t, tt.options).Verify(header, body)
			refused, ok := errors.AsType[*VerifyError](err)
			if !ok || !errors.Is(err, tt.reason) {
				t.Fatalf("error %v, want %v", err, tt.reason)
			}
			if !strings.Contains(refused.Error(), tt.hint) {
				t.Errorf("error %q doesn't mention %q", refused, tt.hint)
			}
			if msg.Body != nil || msg.ID != "" {
				t.Errorf("a refused request gave %+v", msg)
			}
		})
	}
}

func TestToleranceIncludesItsLimit(t *testing.T) {
	secret := NewSecret()
	signer := mustSigner(t, []Secret{secret})
	for _, tt := range []struct {
		name   string
		offset time.Duration
		reason error
	}{
		{"exactly as old as allowed", -time.Minute, nil},
		{"a second older", -time.Minute - time.Second, ErrTooOld},
		{"exactly as far ahead as allowed", time.Minute, nil},
		{"a second further", time.Minute + time.Second, ErrTooNew},
	} {
		t.Run(tt.name, func(t *testing.T) {
			header := signed(t, signer, "msg_1", testTime.Add(tt.offset), "", nil)
			_, err := mustVerifier(t, VerifierOptions{Secrets: []Secret{secret}, Tolerance: time.Minute}).Verify(header, nil)
			if !errors.Is(err, tt.reason) {
				t.Fatalf("error %v, want %v", err, tt.reason)
			}
		})
	}
}

func TestReceiversOfOmneoKeepTheirPlainSecret(t *testing.T) {
	const shared = "correct horse battery staple"
	body := []byte(`{"id":"8f0e"}`)
	sum := newMACs([]byte(shared)).body(body)
	verifier := mustVerifier(t, VerifierOptions{OmneoSecrets: []string{shared}, Accept: Omneo})
	for _, format := range []func(string) string{strings.ToLower, strings.ToUpper} {
		header := http.Header{}
		header.Set(HeaderOmneoHMAC, format(hexOf(sum[:])))
		if _, err := verifier.Verify(header, body); err != nil {
			t.Error(err)
		}
	}
}

func TestVerifiersThatCouldNeverAcceptAreRefused(t *testing.T) {
	secret := NewSecret()
	for name, o := range map[string]VerifierOptions{
		"no key":                        {},
		"the zero secret":               {Secrets: []Secret{{}}},
		"the zero public key":           {PublicKeys: []PublicKey{{}}},
		"a negative tolerance":          {Secrets: []Secret{secret}, Tolerance: -1},
		"an unknown scheme":             {Secrets: []Secret{secret}, Accept: 8},
		"Omneo with a public key only":  {PublicKeys: []PublicKey{mustPrivateKey(t).Public()}, Accept: Omneo},
		"an empty Omneo secret":         {OmneoSecrets: []string{""}, Accept: Omneo},
		"Standard with an Omneo secret": {OmneoSecrets: []string{"x"}},
	} {
		if _, err := NewVerifier(o); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestAnyBodySignedVerifiesAndAnyFlippedBitFails(t *testing.T) {
	secret, key := NewSecret(), mustPrivateKey(t)
	signer := mustSigner(t, []Secret{secret}, key)
	verifiers := []*Verifier{
		mustVerifier(t, VerifierOptions{Secrets: []Secret{secret}}),
		mustVerifier(t, VerifierOptions{PublicKeys: []PublicKey{key.Public()}}),
		mustVerifier(t, VerifierOptions{Secrets: []Secret{secret}, Accept: Omneo}),
	}
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.SliceOfN(rapid.Byte(), 1, 512).Draw(t, "body")
		id := rapid.StringMatching(`[!-\-/-~]{1,64}`).Draw(t, "id")
		bit := rapid.IntRange(0, len(body)*8-1).Draw(t, "bit")
		header := http.Header{}
		if err := signer.SetHeaders(header, id, testTime, ProfileCreated, body); err != nil {
			t.Fatal(err)
		}
		flipped := bytes.Clone(body)
		flipped[bit/8] ^= 1 << (bit % 8)
		for i, verifier := range verifiers {
			if _, err := verifier.Verify(header, body); err != nil {
				t.Fatalf("verifier %d: %v", i, err)
			}
			if _, err := verifier.Verify(header, flipped); !errors.Is(err, ErrNoMatch) {
				t.Fatalf("verifier %d, flipped bit %d: %v", i, bit, err)
			}
		}
	})
}

func TestAnyChangedSignatureFails(t *testing.T) {
	secret := NewSecret()
	verifier := mustVerifier(t, VerifierOptions{Secrets: []Secret{secret}})
	body := []byte(`{"id":"8f0e"}`)
	right := secret.Sign("msg_1", testTime, body)
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(0, len(right)-1).Draw(t, "at")
		wrong := right[:at] + string(rapid.ByteRange('!', '~').Draw(t, "byte")) + right[at+1:]
		header := http.Header{keyID: {"msg_1"}, keyTimestamp: {"1749961920"}, keySignature: {wrong}}
		if _, err := verifier.Verify(header, body); (err == nil) != (wrong == right) {
			t.Fatalf("%s: %v", wrong, err)
		}
	})
}
