package webhook

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

var testTime = time.Date(2025, 6, 15, 4, 32, 0, 0, time.UTC)

func mustSecret(t testing.TB, text string) Secret {
	t.Helper()
	secret, err := ParseSecret(text)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func mustSigner(t testing.TB, secrets []Secret, keys ...PrivateKey) *Signer {
	t.Helper()
	signer, err := NewSigner(secrets, keys...)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

func mustVerifier(t testing.TB, o VerifierOptions) *Verifier {
	t.Helper()
	if o.Now == nil {
		o.Now = func() time.Time { return testTime }
	}
	verifier, err := NewVerifier(o)
	if err != nil {
		t.Fatal(err)
	}
	return verifier
}

func mustPrivateKey(t testing.TB) PrivateKey {
	t.Helper()
	key, err := NewPrivateKey()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func signed(t testing.TB, signer *Signer, id string, at time.Time, event Event, body []byte) http.Header {
	t.Helper()
	header := http.Header{}
	if err := signer.SetHeaders(header, id, at, event, body); err != nil {
		t.Fatal(err)
	}
	return header
}

func TestParseSecret(t *testing.T) {
	encode := func(n int) string { return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, n)) }
	tests := []struct {
		name, text, want string
	}{
		{"24 bytes are enough", "whsec_" + encode(24), ""},
		{"64 bytes are allowed", "whsec_" + encode(64), ""},
		{"23 bytes are too few", "whsec_" + encode(23), "holds 23 bytes, want 24 to 64"},
		{"65 bytes are too many", "whsec_" + encode(65), "holds 65 bytes, want 24 to 64"},
		{"the prefix is required", encode(32), `doesn't begin with "whsec_"`},
		{"a public key is no secret", "whpk_" + encode(32), `doesn't begin with "whsec_"`},
		{"a trailing line break is refused", "whsec_" + encode(32) + "\n", "line break"},
		{"a trailing space is refused", "whsec_" + encode(32) + " ", "isn't standard, padded base64"},
		{"missing padding is refused", "whsec_" + strings.TrimRight(encode(32), "="), "isn't standard, padded base64"},
		{"the URL alphabet is refused", "whsec_" + strings.Repeat("-_", 22), "isn't standard, padded base64"},
		{"stray trailing bits are refused", "whsec_" + strings.TrimSuffix(encode(32), "c=") + "d=", "isn't standard, padded base64"},
		{"empty is refused", "", `doesn't begin with "whsec_"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			secret, err := ParseSecret(tt.text)
			if tt.want == "" {
				if err != nil || secret.Reveal() != tt.text {
					t.Fatalf("ParseSecret = %q, %v; want the text back", secret.Reveal(), err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v, want one that says %q", err, tt.want)
			}
		})
	}
}

func TestSecretsAndPrivateKeysPrintRedacted(t *testing.T) {
	secret, key := NewSecret(), mustPrivateKey(t)
	for _, hidden := range []struct {
		value any
		text  string
	}{{secret, secret.Reveal()}, {key, key.Reveal()}} {
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "value", hidden.value)
		for _, printed := range []string{fmt.Sprint(hidden.value), fmt.Sprintf("%+v %#v %q", hidden.value, hidden.value, hidden.value), log.String()} {
			if strings.Contains(printed, hidden.text[6:]) || !strings.Contains(printed, "redacted") {
				t.Errorf("printed %s", printed)
			}
		}
	}
}

func TestSecretsAndPrivateKeysStayHiddenInUnexportedFields(t *testing.T) {
	secret, key := NewSecret(), mustPrivateKey(t)
	holder := struct {
		secret Secret
		key    PrivateKey
	}{secret, key}
	printed := fmt.Sprintf("%v %+v %#v", holder, holder, holder)
	seed := []byte(*key.key)[:8]
	for _, hidden := range []string{secret.Reveal()[6:], strings.Trim(fmt.Sprint(seed), "[]"), strings.Trim(fmt.Sprintf("%#v", seed), "[]byte{}")} {
		if strings.Contains(printed, hidden) {
			t.Errorf("printed %s", printed)
		}
	}
}

func TestNewSecretsDiffer(t *testing.T) {
	a, b := NewSecret(), NewSecret()
	if a.Reveal() == b.Reveal() {
		t.Fatal("two new secrets are equal")
	}
	mustSecret(t, a.Reveal())
}

func TestKeysSurviveTheirText(t *testing.T) {
	key := mustPrivateKey(t)
	again, err := ParsePrivateKey(key.Reveal())
	if err != nil || again.Reveal() != key.Reveal() {
		t.Fatalf("ParsePrivateKey: %v", err)
	}
	seedOnly, err := ParsePrivateKey(privateKeyPrefix + base64.StdEncoding.EncodeToString((*key.key)[:32]))
	if err != nil || seedOnly.Reveal() != key.Reveal() {
		t.Fatalf("ParsePrivateKey of the seed: %v", err)
	}
	public, err := ParsePublicKey(key.Public().String())
	if err != nil || public.String() != key.Public().String() {
		t.Fatalf("ParsePublicKey: %v", err)
	}
}

func TestMalformedKeysAreRefused(t *testing.T) {
	key, other := mustPrivateKey(t), mustPrivateKey(t)
	mixed := append(bytes.Clone((*key.key)[:32]), (*other.key)[32:]...)
	for name, text := range map[string]string{
		"a foreign public half": privateKeyPrefix + base64.StdEncoding.EncodeToString(mixed),
		"33 bytes":              privateKeyPrefix + base64.StdEncoding.EncodeToString(make([]byte, 33)),
		"no prefix":             base64.StdEncoding.EncodeToString(*key.key),
		"the public prefix":     key.Public().String(),
		"no base64":             privateKeyPrefix + "!",
	} {
		if _, err := ParsePrivateKey(text); err == nil {
			t.Errorf("private key with %s was accepted", name)
		}
	}
	for name, text := range map[string]string{
		"31 bytes":           publicKeyPrefix + base64.StdEncoding.EncodeToString(make([]byte, 31)),
		"the private prefix": key.Reveal(),
		"no base64":          publicKeyPrefix + "!",
	} {
		if _, err := ParsePublicKey(text); err == nil {
			t.Errorf("public key with %s was accepted", name)
		}
	}
}

func TestHeadersHoldTheContract(t *testing.T) {
	old, current, key := NewSecret(), NewSecret(), mustPrivateKey(t)
	body := []byte(`{"id":"8f0e"}`)
	header := signed(t, mustSigner(t, []Secret{old, current}, key), "msg_1", testTime, ProfileCreated, body)

	plain := hmac.New(sha256.New, []byte(old.Reveal()))
	plain.Write(body)
	want := map[string]string{
		HeaderID:        "msg_1",
		HeaderTimestamp: "1749961920",
		HeaderSignature: old.Sign("msg_1", testTime, body) + " " + current.Sign("msg_1", testTime, body) + " " + key.Sign("msg_1", testTime, body),
		HeaderEvent:     "profile.created",
		HeaderOmneoHMAC: hex.EncodeToString(plain.Sum(nil)),
	}
	for name, value := range want {
		if got := header.Get(name); got != value {
			t.Errorf("%s: %q, want %q", name, got, value)
		}
	}
	if len(header) != len(want) {
		t.Errorf("%d headers, want %d: %v", len(header), len(want), header)
	}
	if old.SignOmneo(body) != want[HeaderOmneoHMAC] {
		t.Error("SignOmneo differs from the header")
	}
}

func TestHeaderValuesDontShareCapacity(t *testing.T) {
	header := signed(t, mustSigner(t, []Secret{NewSecret()}), "msg_1", testTime, "", nil)
	header.Add(HeaderID, "another")
	if _, err := parseTimestamp(header.Get(HeaderTimestamp)); err != nil {
		t.Fatalf("adding to one header overwrote another: %v", err)
	}
	if _, ok := header[keyEvent]; ok {
		t.Error("an empty event got a header")
	}
}

func TestUnsignableIDsAreRefused(t *testing.T) {
	signer := mustSigner(t, []Secret{NewSecret()})
	for _, id := range []string{"", "a.b", "a b", "a\n", "é", strings.Repeat("x", 257)} {
		header := http.Header{}
		if err := signer.SetHeaders(header, id, testTime, "", nil); err == nil || len(header) != 0 {
			t.Errorf("id %q: error %v, headers %v", id, err, header)
		}
	}
}

func TestSignersNeedKeys(t *testing.T) {
	for name, try := range map[string]func() (*Signer, error){
		"no secret":        func() (*Signer, error) { return NewSigner(nil) },
		"the zero secret":  func() (*Signer, error) { return NewSigner([]Secret{{}}) },
		"the zero key":     func() (*Signer, error) { return NewSigner([]Secret{NewSecret()}, PrivateKey{}) },
		"too many secrets": func() (*Signer, error) { return NewSigner(make([]Secret, maxSignatures+1)) },
	} {
		if _, err := try(); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

// The v1a signature shown in the Standard Webhooks specification, made with the key that svix-server's documentation shows.
func TestEd25519AgreesWithThePublishedExample(t *testing.T) {
	key, err := ParsePrivateKey("whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := key.Public().String(), "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="; got != want {
		t.Errorf("public key %s, want %s", got, want)
	}
	got := key.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	const want = "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="
	if got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

func TestTheOfficialLibraryVerifiesOurs(t *testing.T) {
	old, current := NewSecret(), NewSecret()
	signer := mustSigner(t, []Secret{old, current}, mustPrivateKey(t))
	for _, body := range [][]byte{nil, []byte("{}"), []byte(`{"name":"Zoë – 東京"}`), bytes.Repeat([]byte("x"), 1<<20), {0, 255, 10}} {
		header := signed(t, signer, "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", time.Now(), ProfileCreated, body)
		for _, secret := range []Secret{old, current} {
			official, err := standardwebhooks.NewWebhook(secret.Reveal())
			if err != nil {
				t.Fatal(err)
			}
			if err := official.Verify(body, header); err != nil {
				t.Errorf("body of %d bytes: %v", len(body), err)
			}
		}
	}
}

func TestWeVerifyTheOfficialLibrary(t *testing.T) {
	secret := NewSecret()
	official, err := standardwebhooks.NewWebhook(secret.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	verifier := mustVerifier(t, VerifierOptions{Secrets: []Secret{NewSecret(), secret}})
	for _, body := range [][]byte{nil, []byte("{}"), bytes.Repeat([]byte("x"), 1<<20), {0, 255, 10}} {
		signature, err := official.Sign("msg_1", testTime, body)
		if err != nil {
			t.Fatal(err)
		}
		header := http.Header{}
		header.Set(standardwebhooks.HeaderWebhookID, "msg_1")
		header.Set(standardwebhooks.HeaderWebhookTimestamp, fmt.Sprint(testTime.Unix()))
		header.Set(standardwebhooks.HeaderWebhookSignature, signature)
		if _, err := verifier.Verify(header, body); err != nil {
			t.Errorf("body of %d bytes: %v", len(body), err)
		}
	}
}
