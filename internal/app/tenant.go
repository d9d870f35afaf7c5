package app

import (
	"context"
	"fmt"

	"github.com/belfryhq/belfry/internal/api"
	"github.com/belfryhq/belfry/internal/store"
)

// ensureTenant makes the default tenant of a new database, with a token that
// may do everything, and returns that token.
func ensureTenant(ctx context.Context, db *store.DB) (token string, err error) {
	err = db.Update(ctx, func(tx *store.Tx) error {
		record, created, err := tx.EnsureTenant(DefaultTenant)
		if err != nil || !created {
			return err
		}
		token, err = CreateToken(tx.As(store.Actor{TenantID: record.ID}), api.TokenInput{
			Name: "first token", Scopes: []string{"*"},
		})
		return err
	})
	if err != nil {
		return "", fmt.Errorf("set up the tenant: %w", err)
	}
	return token, nil
}

// CreateToken stores a new API token and returns it, which nobody can later.
func CreateToken(t *store.Tenant, in api.TokenInput) (string, error) {
	plain, record, err := api.NewToken(in)
	if err != nil {
		return "", err
	}
	return plain, t.InsertToken(&record)
}
