package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	_ "modernc.org/sqlite" // the driver
)

// filling writes the rows that recording would have left, many at a time.
type filling struct {
	tenant, location, points int64
	profiles, each           int
}

// chunk is the number of profiles of one transaction.
const chunk = 10_000

// apart is how long lies between two sales of a profile, in microseconds: ten
// are two years.
const apart = int64(73 * 24 * time.Hour / time.Microsecond)

// perProfile and perSale take ?1 tenant, ?2 first, ?3 last, ?4 now, ?5 sales a
// profile, ?6 apart, ?7 location, ?8 points; n is the profile or the sale.
var perProfile = []string{
	`INSERT INTO profiles (id, tenant_id, profile_type, first_name, last_name, email, email_key, joined_at,
		is_completed, is_public, created_at, updated_at)
	SELECT printf('01900000-0000-7000-8000-%012x', n), ?1, 'active', 'Ada', 'Ng', 'ada-' || n || '@example.com',
		'ada-' || n || '@example.com', ?4 - ?5 * ?6, 1, 1, ?4, ?4 FROM numbers`,
	`INSERT INTO accounts (profile_id, tenant_id, point_balance)
	SELECT printf('01900000-0000-7000-8000-%012x', n), ?1, ?5 * 899000 FROM numbers`,
	`INSERT INTO identities (tenant_id, profile_id, handle, identifier, is_primary, is_active, created_at, updated_at)
	SELECT ?1, printf('01900000-0000-7000-8000-%012x', n), 'pos', n, 1, 1, ?4, ?4 FROM numbers`,
}

const (
	saleProfile = `printf('01900000-0000-7000-8000-%012x', n / ?5)`
	saleTime    = `(?4 - (?5 - n % ?5) * ?6)`
)

var perSale = []string{
	`INSERT INTO transactions (id, tenant_id, profile_id, transacted_at, shopped_on, is_void, net, discount, currency,
		location_id, channels, timezone, external_id, total, receipt_ref, need_action, details, created_at, updated_at)
	SELECT n + 1, ?1, ` + saleProfile + `, ` + saleTime + `, date(` + saleTime + ` / 1000000, 'unixepoch'), 0, 899000, 0,
		'AUD', ?7, 1, 'Australia/Melbourne', 'OLD-' || n, 899000, 'R-' || n, 0, '{"systems":["pos"]}', ?4, ?4 FROM numbers`,
	`INSERT INTO transaction_items (tenant_id, transaction_id, name, quantity, is_void, price_sell, sku, created_at, updated_at)
	SELECT ?1, n + 1, 'Shirt', 10000, 0, 599000, 'A-1', ?4, ?4 FROM numbers
	UNION ALL SELECT ?1, n + 1, 'Socks', 20000, 0, 150000, 'B-2', ?4, ?4 FROM numbers`,
	`INSERT INTO instances (id, tenant_id, profile_id, kind, definition_id, value_initial, value_remaining, state, issued_at,
		accrued_at, source_type, source_id, details, created_at, updated_at)
	SELECT n + 1, ?1, ` + saleProfile + `, 'point', ?8, 899000, 899000, 'active', ` + saleTime + `, ` + saleTime + `,
		'transaction', n + 1, '{}', ?4, ?4 FROM numbers`,
	`INSERT INTO ledger (tenant_id, profile_id, kind, instance_id, entry, value, pending, point_balance, reward_balance,
		benefit_balance, transaction_id, created_at)
	SELECT ?1, ` + saleProfile + `, 'point', n + 1, 'issue', 899000, 0, (n % ?5 + 1) * 899000, 0, 0, n + 1, ?4 FROM numbers`,
	`INSERT INTO tier_points (tenant_id, profile_id, value, issued_at, accrued_at, source_type, source_id, transaction_id,
		details, created_at)
	SELECT ?1, ` + saleProfile + `, 899000, ` + saleTime + `, ` + saleTime + `, 'transaction', n + 1, n + 1, '{}', ?4 FROM numbers`,
}

// fill writes the shop into the file at path. While it does, nothing is safe
// from a crash.
func (f *filling) fill(ctx context.Context, path string) (err error) {
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=synchronous(off)&_pragma=cache_size(-400000)")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	now := time.Now().UnixMicro()
	for first := 0; first < f.profiles; first += chunk {
		last := min(first+chunk, f.profiles)
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		err = errors.Join(
			f.run(ctx, tx, perProfile, first, last, now),
			f.run(ctx, tx, perSale, first*f.each, last*f.each, now))
		if err != nil {
			return errors.Join(err, tx.Rollback())
		}
		if err := tx.Commit(); err != nil {
			return err
		}
	}
	return nil
}

func (f *filling) run(ctx context.Context, tx *sql.Tx, statements []string, first, end int, now int64) error {
	const numbers = "WITH RECURSIVE numbers(n) AS (SELECT ?2 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?3) "
	for _, s := range statements {
		_, err := tx.ExecContext(ctx, numbers+s, f.tenant, first, end-1, now, f.each, apart, f.location, f.points)
		if err != nil {
			return fmt.Errorf("%.40s: %w", s, err)
		}
	}
	return nil
}
