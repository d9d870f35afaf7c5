package api

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// authenticate finds the token of the request. Tokens are looked up each time,
// so that a revocation works at once.
func (s *Server) authenticate(c *call) error {
	plain, ok := bearer(c.request)
	if !ok {
		return unauthenticated("")
	}
	err := s.db.View(c.request.Context(), func(tx *store.Tx) (err error) {
		c.token, err = tx.TokenByHash(hashToken(plain))
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return unauthenticated(`, error="invalid_token"`)
	}
	if err != nil {
		return err
	}
	if !c.token.RevokedAt.IsZero() || s.expired(c.token) {
		c.token = store.Token{}
		return unauthenticated(`, error="invalid_token"`)
	}
	return nil
}

func (s *Server) expired(t store.Token) bool {
	return !t.ExpiresAt.IsZero() && !t.ExpiresAt.After(s.opts.Now())
}

// bearer reads the token from the header, as RFC 6750 has it.
func bearer(r *http.Request) (string, bool) {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return "", false
	}
	token = strings.TrimSpace(token)
	return token, strings.HasPrefix(token, tokenPrefix) && len(token) == len(tokenPrefix)+tokenLength
}

func unauthenticated(detail string) error {
	return &refusal{
		status:  http.StatusUnauthorized,
		header:  map[string]string{"WWW-Authenticate": `Bearer realm="belfry"` + detail},
		message: "Unauthenticated.",
	}
}

// APIToken is a token as the API shows it.
type APIToken struct {
	ID        int64       `json:"id"`
	Name      string      `json:"name"`
	Hint      string      `json:"hint" doc:"How the token begins."`
	Scopes    []string    `json:"scopes"`
	Namespace scalar.Text `json:"namespace"`
	Revoked   bool        `json:"revoked"`
	CreatedAt scalar.Time `json:"created_at"`
	ExpiresAt scalar.Time `json:"expires_at"`
	RevokedAt scalar.Time `json:"revoked_at"`
}

// NewAPIToken answers the creation of a token, outside the envelope as API v3
// has it.
type NewAPIToken struct {
	AccessToken scalar.Text `json:"accessToken" doc:"The token itself: in this answer alone."`
	Token       APIToken    `json:"token"`
}

func (NewAPIToken) bare() {}

func (t NewAPIToken) withoutSecrets() any {
	t.AccessToken = ""
	return t
}

// TokenVerification says what the token of a request is and may do.
type TokenVerification struct {
	APIToken
	Tenant TenantView `json:"tenant"`
}

// TenantView is the tenant that a token belongs to.
type TenantView struct {
	Handle   string `json:"handle"`
	Name     string `json:"name"`
	Timezone string `json:"timezone"`
	Currency string `json:"currency"`
}

func viewToken(t store.Token) APIToken {
	return APIToken{
		ID: t.ID, Name: t.Name, Hint: t.Hint, Scopes: t.Scopes, Namespace: scalar.Text(t.Namespace),
		Revoked: !t.RevokedAt.IsZero(), CreatedAt: t.CreatedAt, ExpiresAt: t.ExpiresAt, RevokedAt: t.RevokedAt,
	}
}

func (s *Server) auth() {
	r := s.resource("Authentication", "API tokens and what they may do.")
	read(r, on("GET /auth/verify", "", "Verify the token"), verify)
	list(r, on("GET /auth/scopes", "", "List scopes"), func(_ *store.Tenant, _ *call, l store.List) (store.Page[Scope], error) {
		return slice(Scopes(), l, nil)
	})
	list(r, on("GET /auth/api-tokens", "read-api-tokens", "List API tokens"), listTokens)
	create(r, on("POST /auth/api-tokens", "create-api-tokens", "Create an API token",
		"The token is in this answer alone. It cannot have scopes that the token of the request lacks."), nil, createToken)
	read(r, on("GET /auth/api-tokens/{id}", "read-api-tokens", "Read an API token"), readToken)
	change(r, on("PUT /auth/api-tokens/{id}", "update-api-tokens", "Update an API token"), updateToken)
	remove(r, on("DELETE /auth/api-tokens/{id}", "delete-api-tokens", "Revoke an API token",
		"It stops working at once and stays in the list."), revokeToken)
}

func verify(t *store.Tenant, c *call) (TokenVerification, error) {
	tenant, err := t.Record()
	return TokenVerification{
		APIToken: viewToken(c.token),
		Tenant: TenantView{
			Handle: tenant.Handle, Name: tenant.Name, Timezone: tenant.Timezone, Currency: tenant.Currency,
		},
	}, err
}

func listTokens(t *store.Tenant, _ *call, l store.List) (store.Page[APIToken], error) {
	p, err := t.TokenPage(l)
	return mapPage(p, err, viewToken)
}

func createToken(t *store.Tenant, c *call, in TokenInput) (NewAPIToken, error) {
	plain, record, err := NewToken(in)
	if err != nil {
		return NewAPIToken{}, err
	}
	if err := c.mayGrant(in.Scopes); err != nil {
		return NewAPIToken{}, err
	}
	err = t.InsertToken(&record)
	return NewAPIToken{AccessToken: scalar.Text(plain), Token: viewToken(record)}, err
}

// mayGrant refuses to hand out more than the token of the request has.
func (c *call) mayGrant(scopes []string) error {
	for _, scope := range scopes {
		for _, name := range expand(scope) {
			if !covers(c.token.Scopes, name) {
				return &refusal{status: http.StatusForbidden, message: "This token lacks the scope " + name + ", so it cannot grant it."}
			}
		}
	}
	return nil
}

func (c *call) tokenRecord(t *store.Tenant) (store.Token, error) {
	id, err := c.number("id", "API token")
	if err != nil {
		return store.Token{}, err
	}
	record, err := t.Token(id)
	return found(record, err, "API token", c.param("id"))
}

func readToken(t *store.Tenant, c *call) (APIToken, error) {
	record, err := c.tokenRecord(t)
	return viewToken(record), err
}

func updateToken(t *store.Tenant, c *call, patch func(*TokenInput) error) (APIToken, error) {
	record, err := c.tokenRecord(t)
	if err != nil {
		return APIToken{}, err
	}
	in := TokenInput{
		Name: record.Name, Scopes: slices.Clone(record.Scopes), Namespace: record.Namespace, ExpiresAt: record.ExpiresAt,
	}
	if err := patch(&in); err != nil {
		return APIToken{}, err
	}
	if err := in.check(); err != nil {
		return APIToken{}, err
	}
	if err := c.mayGrant(in.Scopes); err != nil {
		return APIToken{}, err
	}
	record.Name, record.Scopes, record.Namespace, record.ExpiresAt = in.Name, in.Scopes, in.Namespace, in.ExpiresAt
	return viewToken(record), t.UpdateToken(record)
}

func revokeToken(t *store.Tenant, c *call) error {
	record, err := c.tokenRecord(t)
	if err != nil {
		return err
	}
	return t.RevokeToken(record.ID)
}
