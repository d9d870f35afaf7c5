package api

import (
	"crypto/rand"
	"crypto/sha256"
	"strings"

	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

const (
	tokenPrefix = "blf_"
	tokenLength = 40
	// hintLength is how much of a token is kept to tell tokens apart.
	hintLength = len(tokenPrefix) + 6
	base62     = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// TokenInput is what a caller can set of an API token.
type TokenInput struct {
	Name      string      `json:"name" required:"true" doc:"What people call it." maxLength:"255"`
	Scopes    []string    `json:"scopes" required:"true" doc:"What it may do: scopes such as read-profiles, or the wildcards *, read-* and *-profiles."`
	Namespace string      `json:"namespace,omitempty" doc:"The integration that uses it; events keep it." maxLength:"255"`
	ExpiresAt scalar.Time `json:"expires_at,omitzero" doc:"When it stops working; never when not given."`
}

// NewToken makes an API token. The plain text is returned once and kept nowhere:
// the record, which store.Tenant.InsertToken stores, holds its SHA-256. The error
// is a *problem.Invalid.
func NewToken(in TokenInput) (plain string, record store.Token, err error) {
	if err := in.check(); err != nil {
		return "", record, err
	}
	plain = tokenPrefix + randomText(tokenLength)
	return plain, store.Token{
		Name: in.Name, Hash: hashToken(plain), Hint: plain[:hintLength], Scopes: in.Scopes,
		Namespace: in.Namespace, ExpiresAt: in.ExpiresAt,
	}, nil
}

func (in TokenInput) check() error {
	var bad problem.Invalid
	checkLength(&bad, "name", in.Name, true)
	checkLength(&bad, "namespace", in.Namespace, false)
	if len(in.Scopes) == 0 {
		bad.Add("scopes", "The scopes field is required.")
	}
	for _, scope := range in.Scopes {
		if len(expand(scope)) == 0 {
			bad.Add("scopes", "There is no scope %q; there are %s, and the wildcards *, verb-* and *-resource.", scope, scopeNames())
			break
		}
	}
	return bad.Err()
}

func checkLength(bad *problem.Invalid, field, value string, required bool) {
	const most = 255
	switch {
	case value == "" && required:
		bad.Add(field, "The %s field is required.", field)
	case len(value) > most:
		bad.Add(field, "The %s must not be longer than %d characters.", field, most)
	}
}

func scopeNames() string {
	names := make([]string, len(scopes))
	for i, s := range scopes {
		names[i] = s.Name
	}
	return strings.Join(names, ", ")
}

func hashToken(plain string) []byte {
	sum := sha256.Sum256([]byte(plain))
	return sum[:]
}

// randomText returns n random letters and digits, each equally likely.
func randomText(n int) string {
	const fair = 256 - 256%len(base62)
	text := make([]byte, 0, n)
	var random [64]byte
	for len(text) < n {
		rand.Read(random[:])
		for _, b := range random {
			if int(b) < fair && len(text) < n {
				text = append(text, base62[int(b)%len(base62)])
			}
		}
	}
	return string(text)
}
