package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/belfryhq/belfry/internal/api"
	"github.com/belfryhq/belfry/internal/app"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"Make a token and print it, this once."`
	List   tokenListCmd   `cmd:"" help:"List the tokens."`
	Revoke tokenRevokeCmd `cmd:"" help:"Make a token invalid at once."`
}

type tokenCreateCmd struct {
	databaseFlags
	Name      string        `arg:"" help:"What the token is for."`
	Scopes    []string      `help:"Scopes such as read-profiles, *-targets or *." default:"*" placeholder:"SCOPE,…"`
	Namespace string        `help:"The integration that uses it; its events keep it." placeholder:"NAME"`
	ExpiresIn time.Duration `help:"How long it is valid; without end when not given." placeholder:"DURATION"`
}

// Run prints the new token alone, so that a script can take it.
func (c *tokenCreateCmd) Run(ctx context.Context) error {
	return c.update(ctx, func(t *store.Tenant) error {
		in := api.TokenInput{Name: c.Name, Scopes: c.Scopes, Namespace: c.Namespace}
		if c.ExpiresIn > 0 {
			in.ExpiresAt = scalar.At(time.Now().Add(c.ExpiresIn))
		}
		token, err := app.CreateToken(t, in)
		if err != nil {
			return err
		}
		fmt.Println(token)
		return nil
	})
}

type tokenListCmd struct{ databaseFlags }

// Run prints one line for each token.
func (c *tokenListCmd) Run(ctx context.Context) error {
	return c.update(ctx, func(t *store.Tenant) error {
		tokens, err := t.Tokens()
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tNAME\tTOKEN\tSCOPES\tNAMESPACE\tCREATED\tEXPIRES\tREVOKED")
		for _, k := range tokens {
			fmt.Fprintf(w, "%d\t%s\t%s…\t%s\t%s\t%s\t%s\t%s\n", k.ID, k.Name, k.Hint,
				strings.Join(k.Scopes, ","), orDash(k.Namespace), k.CreatedAt, orDash(k.ExpiresAt.String()), orDash(k.RevokedAt.String()))
		}
		return w.Flush()
	})
}

type tokenRevokeCmd struct {
	databaseFlags
	ID int64 `arg:"" help:"The token's id, as token list shows it."`
}

// Run revokes the token.
func (c *tokenRevokeCmd) Run(ctx context.Context) error {
	return c.update(ctx, func(t *store.Tenant) error {
		err := t.RevokeToken(c.ID)
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("there is no token %d", c.ID)
		}
		return err
	})
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// update runs fn on the default tenant of the database, which it opens for the
// time, beside a server that may be running on it.
func (f databaseFlags) update(ctx context.Context, fn func(*store.Tenant) error) error {
	url, err := app.DatabaseURL(f.Data, f.Database)
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, url, store.Options{})
	if err != nil {
		return err
	}
	err = db.Update(ctx, func(tx *store.Tx) error {
		record, _, err := tx.EnsureTenant(app.DefaultTenant)
		if err != nil {
			return err
		}
		return fn(tx.As(store.Actor{TenantID: record.ID}))
	})
	return errors.Join(err, db.Close())
}
