package store

import (
	"cmp"
	"slices"
	"strings"

	"github.com/belfryhq/belfry/internal/scalar"
)

// Lease lets one process send a delivery for a time, and tells its claim from
// every other.
type Lease struct {
	Owner string
	Until scalar.Time
}

// ClaimedDelivery is a delivery under a lease, with what is needed to send it.
type ClaimedDelivery struct {
	Lease    Lease
	ID       int64
	TenantID int64
	// EndpointID is the target or webhook that it goes to.
	EndpointID int64
	EventID    int64
	EventType  string
	MessageID  string
	Attempts   int
	Tries      int
	DueAt      scalar.Time
	CreatedAt  scalar.Time
	Body       []byte
}

func scanClaimed(d *ClaimedDelivery) []any {
	return []any{
		&d.ID, &d.TenantID, &d.EndpointID, &d.EventID, &d.EventType, &d.MessageID, &d.Attempts, &d.Tries, &d.DueAt, &d.CreatedAt, &d.Body,
	}
}

// ClaimDeliveries puts up to limit due deliveries of an endpoint under the
// lease, those that are due longest first. Other transactions pass over them.
func (tx *Tx) ClaimDeliveries(endpointID int64, lease Lease, limit int) ([]ClaimedDelivery, error) {
	claimed, err := collect(tx, scanClaimed, `WITH due AS MATERIALIZED (
			SELECT id FROM deliveries WHERE state = 'pending' AND endpoint_id = ? AND due_at <= ?
			ORDER BY due_at, id LIMIT ?`+tx.db.engine.skipLocked()+`)
		UPDATE deliveries SET state = 'sending', lease_owner = ?, leased_until = ?
		WHERE id IN (SELECT id FROM due)
		RETURNING id, tenant_id, endpoint_id, event_id, event_type, message_id, attempts, tries, due_at, created_at, `+body,
		endpointID, tx.Now(), limit, lease.Owner, lease.Until)
	if err != nil {
		return nil, err
	}
	for i := range claimed {
		claimed[i].Lease = lease
	}
	slices.SortFunc(claimed, func(a, b ClaimedDelivery) int {
		return cmp.Or(a.DueAt.Compare(b.DueAt.Time), cmp.Compare(a.ID, b.ID))
	})
	return claimed, nil
}

// AttemptedDelivery is what an attempt made of a claimed delivery.
type AttemptedDelivery struct {
	ID    int64
	Lease Lease
	// Attempt is what is kept of the attempt; its Number is set when it is stored.
	Attempt Attempt
	// State is what follows: pending, delivered or dead.
	State string
	// DueAt is when the next attempt may be made.
	DueAt scalar.Time
}

// RecordAttempts ends the leases of attempted deliveries and writes their
// attempts. What is no longer under its lease is left as it is: another process
// has it by now.
func (tx *Tx) RecordAttempts(done []AttemptedDelivery) error {
	for len(done) > 0 {
		n := bulkSize(len(done))
		if err := tx.recordBulk(done[:n]); err != nil {
			return err
		}
		done = done[n:]
	}
	return nil
}

// bulkSize cuts a batch into powers of two, so that few texts of SQL are needed.
func bulkSize(n int) int {
	const most = 64
	size := most
	for size > n {
		size /= 2
	}
	return size
}

// tuples returns n rows of a VALUES list. PostgreSQL takes the types of its
// columns from the first.
func tuples(n int, types ...string) string {
	first := make([]string, len(types))
	for i, typ := range types {
		first[i] = "CAST(? AS " + typ + ")"
	}
	return "(" + strings.Join(first, ", ") + ")" + strings.Repeat(", ("+placeholders(len(types))+")", n-1)
}

func (tx *Tx) recordBulk(done []AttemptedDelivery) error {
	now := tx.Now()
	args := make([]any, 0, 10*len(done))
	byID := make(map[int64]*Attempt, len(done))
	for i := range done {
		d := &done[i]
		byID[d.ID] = &d.Attempt
		var ended scalar.Time
		if d.State != "pending" {
			ended, d.DueAt = now, d.Attempt.StartedAt
		}
		args = append(args, d.ID, d.Lease.Owner, d.Lease.Until, d.State, d.DueAt, ended,
			d.Attempt.Outcome, d.Attempt.Status, text(&d.Attempt.Detail))
	}
	kept, err := collect(tx, func(d *Delivery) []any { return []any{&d.ID, &d.Attempts} },
		`UPDATE deliveries SET state = v.column4, attempts = attempts + 1, tries = tries + 1,
			due_at = v.column5, ended_at = v.column6, outcome = v.column7, status = v.column8,
			detail = v.column9, lease_owner = NULL, leased_until = NULL
		FROM (VALUES `+tuples(len(done), "BIGINT", "TEXT", "BIGINT", "TEXT", "BIGINT", "BIGINT", "TEXT", "BIGINT", "TEXT")+`) AS v
		WHERE id = v.column1 AND state = 'sending' AND lease_owner = v.column2 AND leased_until = v.column3
		RETURNING id, attempts`, args...)
	if err != nil {
		return err
	}
	return tx.insertAttempts(kept, byID)
}

func (tx *Tx) insertAttempts(of []Delivery, byID map[int64]*Attempt) error {
	for len(of) > 0 {
		n := bulkSize(len(of))
		args := make([]any, 0, 9*n)
		for _, d := range of[:n] {
			a := byID[d.ID]
			a.Number = d.Attempts
			args = append(args, d.ID, a.Number, a.StartedAt, micros(&a.Duration), a.Outcome, a.Status,
				text(&a.Detail), text(&a.Remote), text(&a.Answer))
		}
		_, err := tx.exec(`INSERT INTO attempts (delivery_id, number, started_at, duration_us, outcome, status,
			detail, remote, answer) VALUES (`+placeholders(9)+")"+strings.Repeat(", ("+placeholders(9)+")", n-1), args...)
		if err != nil {
			return err
		}
		of = of[n:]
	}
	return nil
}

// ReleaseDelivery hands a claimed delivery back as if it had not been claimed.
func (tx *Tx) ReleaseDelivery(id int64, lease Lease) error {
	_, err := tx.exec(`UPDATE deliveries SET state = 'pending', lease_owner = NULL, leased_until = NULL
		WHERE id = ? AND state = 'sending' AND lease_owner = ? AND leased_until = ?`, id, lease.Owner, lease.Until)
	return err
}

// ReleaseExpired makes deliveries pending whose lease ended before the given
// moment: whoever had them is gone. It returns how many there were.
func (tx *Tx) ReleaseExpired(before scalar.Time) (int64, error) {
	return tx.exec(`UPDATE deliveries SET state = 'pending', lease_owner = NULL, leased_until = NULL
		WHERE state = 'sending' AND leased_until < ?`, before)
}

// ReleaseLeases makes the deliveries of every other owner pending.
func (tx *Tx) ReleaseLeases(but string) (int64, error) {
	return tx.exec(`UPDATE deliveries SET state = 'pending', lease_owner = NULL, leased_until = NULL
		WHERE state = 'sending' AND lease_owner <> ?`, but)
}

// HasExpired reports whether ReleaseExpired would find a delivery.
func (tx *Tx) HasExpired(before scalar.Time) (found bool, err error) {
	err = tx.get([]any{&found}, `SELECT EXISTS (SELECT 1 FROM deliveries
		WHERE state = 'sending' AND leased_until < ?)`, before)
	return found, err
}

// DueEndpoint is an endpoint with pending deliveries.
type DueEndpoint struct {
	ID int64
	// DueAt is when the earliest of them is due.
	DueAt scalar.Time
}

// DueEndpoints finds the enabled endpoints that have a delivery due by the given
// moment. It steps from endpoint to endpoint through the index of the queue, so
// that the length of their backlogs does not count.
func (tx *Tx) DueEndpoints(by scalar.Time) ([]DueEndpoint, error) {
	return collect(tx, func(e *DueEndpoint) []any { return []any{&e.ID, &e.DueAt} },
		`WITH RECURSIVE waiting (id) AS (
			SELECT (SELECT min(endpoint_id) FROM deliveries WHERE state = 'pending')
			UNION ALL
			SELECT (SELECT min(endpoint_id) FROM deliveries WHERE state = 'pending' AND endpoint_id > waiting.id)
			FROM waiting WHERE waiting.id IS NOT NULL
		)
		SELECT id, due_at FROM (
			SELECT waiting.id, (SELECT min(due_at) FROM deliveries
				WHERE state = 'pending' AND endpoint_id = waiting.id) AS due_at
			FROM waiting LEFT JOIN endpoints ON endpoints.id = waiting.id
			WHERE waiting.id IS NOT NULL AND endpoints.disabled_at IS NULL
		) AS earliest WHERE due_at <= ?`, by)
}

// NextDue returns when the earliest pending delivery of an endpoint is due; zero
// when there is none.
func (tx *Tx) NextDue(endpointID int64) (due scalar.Time, err error) {
	err = tx.get([]any{&due}, "SELECT min(due_at) FROM deliveries WHERE state = 'pending' AND endpoint_id = ?", endpointID)
	return due, err
}

// BuryDeliveries gives up every pending delivery of an endpoint, for a reason.
func (tx *Tx) BuryDeliveries(endpointID int64, outcome, detail string) error {
	_, err := tx.exec(`UPDATE deliveries SET state = 'dead', outcome = ?, detail = ?, ended_at = ?
		WHERE state = 'pending' AND endpoint_id = ?`, outcome, detail, tx.Now(), endpointID)
	return err
}
