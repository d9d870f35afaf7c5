package store

import "github.com/belfryhq/belfry/internal/scalar"

// Token is an API token as it is kept: its hash, never itself.
type Token struct {
	ID       int64
	TenantID int64
	Name     string
	// Hash is the SHA-256 of the token.
	Hash []byte
	// Hint is the token's first characters.
	Hint   string
	Scopes []string
	// Namespace names the integration that uses the token; events keep it.
	Namespace string
	CreatedAt scalar.Time
	ExpiresAt scalar.Time
	RevokedAt scalar.Time
}

const tokenColumns = "id, tenant_id, name, hash, hint, scopes, namespace, created_at, expires_at, revoked_at"

func scanToken(t *Token) []any {
	return []any{
		&t.ID, &t.TenantID, &t.Name, &t.Hash, &t.Hint, asJSON(&t.Scopes),
		text(&t.Namespace), &t.CreatedAt, &t.ExpiresAt, &t.RevokedAt,
	}
}

// InsertToken stores a token and sets its ID, TenantID and CreatedAt.
func (t *Tenant) InsertToken(tok *Token) (err error) {
	tok.TenantID, tok.CreatedAt = t.ID, t.Now()
	tok.ID, err = t.insert(`INSERT INTO tokens
		(tenant_id, name, hash, hint, scopes, namespace, created_at, expires_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		t.ID, tok.Name, tok.Hash, tok.Hint, asJSON(tok.Scopes), text(&tok.Namespace),
		tok.CreatedAt, tok.ExpiresAt)
	return err
}

// TokenByHash finds a token of any tenant, revoked and expired ones too.
func (tx *Tx) TokenByHash(hash []byte) (Token, error) {
	return single(tx, scanToken, "SELECT "+tokenColumns+" FROM tokens WHERE hash = ?", hash)
}

// Tokens lists the tenant's tokens in the order they were made.
func (t *Tenant) Tokens() ([]Token, error) {
	return collect(t.Tx, scanToken, "SELECT "+tokenColumns+" FROM tokens WHERE tenant_id = ? ORDER BY id", t.ID)
}

// RevokeToken makes a token invalid from now on.
func (t *Tenant) RevokeToken(id int64) error {
	return t.execOne(`UPDATE tokens SET revoked_at = coalesce(revoked_at, ?)
		WHERE tenant_id = ? AND id = ?`, t.Now(), t.ID, id)
}

// Token reads one token.
func (t *Tenant) Token(id int64) (Token, error) {
	return single(t.Tx, scanToken, "SELECT "+tokenColumns+" FROM tokens WHERE tenant_id = ? AND id = ?", t.ID, id)
}

// UpdateToken stores a token's name, scopes, namespace and expiry.
func (t *Tenant) UpdateToken(tok Token) error {
	return t.execOne(`UPDATE tokens SET name = ?, scopes = ?, namespace = ?, expires_at = ?
		WHERE tenant_id = ? AND id = ?`,
		tok.Name, asJSON(tok.Scopes), text(&tok.Namespace), tok.ExpiresAt, t.ID, tok.ID)
}

var tokenFields = Fields{
	"id":         {Column: "id", Kind: Int},
	"name":       {Column: "name"},
	"namespace":  {Column: "namespace"},
	"created_at": {Column: "created_at", Kind: Time},
	"expires_at": {Column: "expires_at", Kind: Time},
	"revoked_at": {Column: "revoked_at", Kind: Time},
}

// TokenPage lists tokens, revoked and expired ones too.
func (t *Tenant) TokenPage(l List) (Page[Token], error) {
	return page(t.Tx, l, tokenFields, tokenColumns, "tokens WHERE tenant_id = ?", []any{t.ID}, scanToken)
}
