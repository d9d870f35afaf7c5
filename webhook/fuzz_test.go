package webhook

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"
)

func hexOf(b []byte) string { return hex.EncodeToString(b) }

func FuzzParseSignatures(f *testing.F) {
	secret := NewSecret()
	f.Add(secret.Sign("msg_1", testTime, nil))
	f.Add("v1,aGk= v1a,aGk=  v2,x")
	f.Add("v1a," + strings.Repeat("A", 86) + "==")
	f.Add(strings.Repeat("v1, ", 20))
	f.Fuzz(func(t *testing.T, header string) {
		s, err := parseSignatures(header)
		if err != nil {
			if !errors.Is(err, ErrMalformedHeader) {
				t.Fatalf("untyped error %v", err)
			}
			return
		}
		if got, most := len(s.hmacs())+len(s.ed25519s()), len(strings.Fields(header)); got > most || got > maxSignatures {
			t.Fatalf("%d signatures out of %d entries", got, most)
		}
	})
}

// A stranger without the secret is never believed, whatever the headers and the body are.
func FuzzVerify(f *testing.F) {
	secret, key := NewSecret(), mustPrivateKey(f)
	accept := func(scheme Scheme) *Verifier {
		return mustVerifier(f, VerifierOptions{Secrets: []Secret{secret}, PublicKeys: []PublicKey{key.Public()}, Accept: scheme})
	}
	verifiers := []*Verifier{accept(Standard), accept(Omneo), accept(Standard | Omneo)}
	foreign := NewSecret()
	f.Add("msg_1", "1749961920", foreign.Sign("msg_1", testTime, []byte("{}")), foreign.SignOmneo([]byte("{}")), []byte("{}"))
	f.Add("a.b", "-1", "v1,", "zz", []byte{})
	f.Add("", "", "", "", []byte(nil))
	f.Fuzz(func(t *testing.T, id, timestamp, signature, omneo string, body []byte) {
		header := http.Header{keyID: {id}, keyTimestamp: {timestamp}, keySignature: {signature}, keyOmneoHMAC: {omneo}}
		for _, verifier := range verifiers {
			_, err := verifier.Verify(header, body)
			if _, ok := errors.AsType[*VerifyError](err); !ok {
				t.Fatalf("error %v, want a VerifyError", err)
			}
		}
	})
}

func FuzzParseSecret(f *testing.F) {
	f.Add(NewSecret().Reveal())
	f.Add("whsec_")
	f.Fuzz(func(t *testing.T, text string) {
		secret, err := ParseSecret(text)
		if err == nil && secret.Reveal() != text {
			t.Fatalf("%q became %q", text, secret.Reveal())
		}
	})
}

// What is accepted is exactly the number written, and what is printed is read back.
func FuzzAmount(f *testing.F) {
	for _, text := range []string{"149.95", "-0.0001", "1.50000", "9.2e14", "922337203685477.5807", "-922337203685477.5808", "1e-4", "00", "0e999", "1_0"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		amount, err := ParseAmount(text)
		if err != nil {
			return
		}
		want, ok := new(big.Rat).SetString(text)
		if !ok || new(big.Rat).SetFrac64(int64(amount), amountOne).Cmp(want) != 0 {
			t.Fatalf("%q was read as %v", text, amount)
		}
		again, err := ParseAmount(amount.String())
		if err != nil || again != amount {
			t.Fatalf("%v printed and read again is %v, %v", amount, again, err)
		}
	})
}

func FuzzTime(f *testing.F) {
	f.Add(`"2025-06-15 14:32:00"`)
	f.Add(`"2025-06-15"`)
	f.Add(`""`)
	f.Add(`"2025-06-15 4:32:00,1"`)
	f.Fuzz(func(t *testing.T, text string) {
		var at, again Time
		if json.Unmarshal([]byte(text), &at) != nil {
			return
		}
		if at.Location() != time.UTC {
			t.Fatalf("%s is in %v", text, at.Location())
		}
		written, err := json.Marshal(at)
		if err != nil || json.Unmarshal(written, &again) != nil || !again.Equal(at.Time) {
			t.Fatalf("%s was written as %s and read as %v", text, written, again)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"id":1,"transacted_at":"2025-06-15 14:32:00","total":149.95,"items":[{"price_sell":"149.95"}],"profile":null}`))
	f.Add([]byte(`{"id":"a","birth_date":"1985-09-15","tags":["vip"],"aggregations":{"spend_all":1e3},"meta":{}}`))
	f.Add([]byte(`{"items":[{"price_sell":"x"}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, decode := range []func(Message) error{
			func(m Message) error { _, err := Decode[TransactionContext](m); return err },
			func(m Message) error { _, err := Decode[ProfileContext](m); return err },
		} {
			err := decode(Message{Body: body})
			if _, ok := errors.AsType[*DecodeError](err); err != nil && !ok {
				t.Fatalf("untyped error %v", err)
			}
		}
	})
}
