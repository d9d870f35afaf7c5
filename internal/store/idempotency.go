package store

import "github.com/belfryhq/belfry/internal/scalar"

// Answer is what a request under an Idempotency-Key was answered with.
type Answer struct {
	Key string
	// Fingerprint is the SHA-256 of the request's method, path and body.
	Fingerprint []byte
	Status      int
	Body        []byte
}

// Answer finds the answer given under a key; ErrNotFound when it is new.
func (t *Tenant) Answer(key string) (Answer, error) {
	a := Answer{Key: key}
	err := t.get([]any{&a.Fingerprint, &a.Status, &a.Body},
		"SELECT fingerprint, status, body FROM idempotency_keys WHERE tenant_id = ? AND key = ?", t.ID, key)
	return a, err
}

// InsertAnswer keeps the answer to a request. A concurrent request under the
// same key fails with a *DuplicateError.
func (t *Tenant) InsertAnswer(a Answer) error {
	_, err := t.exec(`INSERT INTO idempotency_keys (tenant_id, key, fingerprint, status, body, created_at)
		VALUES (?, ?, ?, ?, ?, ?)`, t.ID, a.Key, a.Fingerprint, a.Status, string(a.Body), t.Now())
	return err
}

// forgetAnswers finds the moment up to which to forget by the index of ages:
// asked for single keys, SQLite would go through all of them.
const forgetAnswers = `DELETE FROM idempotency_keys WHERE created_at <= (SELECT max(created_at) FROM
	(SELECT created_at FROM idempotency_keys WHERE created_at < ? ORDER BY created_at LIMIT ?) AS oldest)`

// ForgetAnswers removes the oldest answers given before the moment, up to limit
// and those of the same microsecond, and returns how many they were.
func (tx *Tx) ForgetAnswers(before scalar.Time, limit int) (int64, error) {
	return tx.exec(forgetAnswers, before, limit)
}
