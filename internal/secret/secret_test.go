package secret

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

func mustBox(t testing.TB, key Key, older ...Key) *Box {
	t.Helper()
	b, err := NewBox(key, older...)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWhatIsSealedOpens(t *testing.T) {
	b := mustBox(t, NewKey())
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		sealed, err := b.Seal(plain)
		if err != nil {
			t.Fatal(err)
		}
		opened, err := b.Open(sealed)
		if err != nil || !bytes.Equal(opened, plain) {
			t.Fatalf("opened %x, %v; want %x", opened, err, plain)
		}
		i := rapid.IntRange(0, len(sealed)-1).Draw(t, "i")
		sealed[i] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if _, err := b.Open(sealed); err == nil {
			t.Fatalf("a changed bit in byte %d went unnoticed", i)
		}
	})
}

func TestAnOlderKeyStillOpens(t *testing.T) {
	older, newer := NewKey(), NewKey()
	sealed, err := mustBox(t, older).Seal([]byte("whsec"))
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := mustBox(t, newer, older).Open(sealed); err != nil || string(plain) != "whsec" {
		t.Fatalf("with the older key beside: %q, %v", plain, err)
	}
	if _, err := mustBox(t, newer).Open(sealed); !errors.Is(err, ErrUnknownKey) {
		t.Fatalf("without it: %v, want ErrUnknownKey", err)
	}
}

func TestParseKeyReadsHexAndBase64(t *testing.T) {
	key := NewKey()
	for _, text := range []string{
		hex.EncodeToString(key[:]), strings.ToUpper(hex.EncodeToString(key[:])) + "\n",
		base64.StdEncoding.EncodeToString(key[:]), base64.RawURLEncoding.EncodeToString(key[:]),
	} {
		if got, err := ParseKey(text); err != nil || got != key {
			t.Errorf("ParseKey(%q) = %x, %v", text, got[:], err)
		}
	}
	for _, text := range []string{"", "short", hex.EncodeToString(key[:31])} {
		if _, err := ParseKey(text); err == nil {
			t.Errorf("ParseKey(%q) gave no error", text)
		}
	}
}

func TestAKeyPrintsRedacted(t *testing.T) {
	key := NewKey()
	if s := fmt.Sprintf("%v %+v %#v %s", key, key, key, key); strings.Contains(s, hex.EncodeToString(key[:2])) {
		t.Errorf("printed %s", s)
	}
}

func TestProcessesThatStartTogetherShareOneKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret.key")
	keys := make([]Key, 8)
	var wg sync.WaitGroup
	for i := range keys {
		wg.Go(func() {
			key, err := LoadOrCreateKeyFile(path)
			if err != nil {
				t.Error(err)
			}
			keys[i] = key
		})
	}
	wg.Wait()
	for _, k := range keys {
		if k != keys[0] {
			t.Fatal("two processes hold different keys")
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v; want 0600", info.Mode(), err)
	}
}

func TestABrokenKeyFileIsNotReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret.key")
	if err := os.WriteFile(path, []byte("half a k"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadOrCreateKeyFile(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Fatalf("error %v, want one that names the file", err)
	}
}

func FuzzOpen(f *testing.F) {
	b := mustBox(f, Key{1})
	sealed, _ := b.Seal([]byte("seed"))
	f.Add(sealed)
	f.Add([]byte{version})
	f.Fuzz(func(t *testing.T, data []byte) {
		// Every process of the fuzzer seals its own seed, each with a new nonce.
		if plain, err := b.Open(data); err == nil && string(plain) != "seed" {
			t.Fatalf("opened %x as %x", data, plain)
		}
	})
}
