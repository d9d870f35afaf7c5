package api

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"net/http"

	"github.com/belfryhq/belfry/internal/store"
)

// maxKey bounds an Idempotency-Key.
const maxKey = 255

// secretive is an answer that must not be kept: what is stored under an
// Idempotency-Key is what it looks like without its secrets.
type secretive interface{ withoutSecrets() any }

// reply is what a rule answers with.
type reply struct {
	status int
	value  any
}

// outcome is what one run of a rule came to: its answer, or an earlier one.
type outcome struct {
	status   int
	body     []byte
	replayed bool
}

// write is the way of every operation that stores something: it runs the rule
// in one transaction, and keeps the answer under the caller's Idempotency-Key in
// that same transaction. A rule that refuses leaves nothing behind, the key
// neither.
func (s *Server) write(c *call, rule func(*store.Tenant) (reply, error)) error {
	key, err := c.idempotencyKey()
	if err != nil {
		return err
	}
	if key == "" {
		var out reply
		err := s.db.Update(c.request.Context(), func(tx *store.Tx) (err error) {
			out, err = rule(tx.As(c.actor()))
			return err
		})
		if err != nil {
			return err
		}
		return c.answerData(out.status, out.value)
	}
	question := store.Answer{Key: key, Fingerprint: c.fingerprint()}
	out, err := s.writeOnce(c, question, rule)
	if err != nil {
		return err
	}
	if out.replayed {
		c.Header().Set("Idempotency-Replayed", "true")
	}
	c.answer(out.status, out.body)
	return nil
}

// writeOnce runs the rule unless the key has an answer. Of two requests at once
// under one key, the later may fail on what the earlier stored (its answer, or
// a unique field): then the earlier one's answer is there to replay.
func (s *Server) writeOnce(c *call, question store.Answer, rule func(*store.Tenant) (reply, error)) (outcome, error) {
	var out outcome
	err := s.db.Update(c.request.Context(), func(tx *store.Tx) (err error) {
		t := tx.As(c.actor())
		if out, err = replay(t, question); err != nil || out.replayed {
			return err
		}
		r, err := rule(t)
		if err != nil {
			return err
		}
		out.status = r.status
		out.body, err = keep(t, question, r)
		return err
	})
	var refused *refusal
	if err == nil || errors.As(err, &refused) {
		return out, err
	}
	lookup := s.db.View(c.request.Context(), func(tx *store.Tx) (err error) {
		out, err = replay(tx.As(c.actor()), question)
		return err
	})
	switch {
	case errors.As(lookup, &refused):
		return out, lookup
	case lookup == nil && out.replayed:
		return out, nil
	}
	return out, err
}

// replay returns the answer that the key was given earlier, and refuses a key
// that was given to another request.
func replay(t *store.Tenant, question store.Answer) (outcome, error) {
	answer, err := t.Answer(question.Key)
	if errors.Is(err, store.ErrNotFound) {
		return outcome{}, nil
	}
	if err != nil {
		return outcome{}, err
	}
	if !bytes.Equal(answer.Fingerprint, question.Fingerprint) {
		return outcome{}, &refusal{
			status:  http.StatusUnprocessableEntity,
			message: "This Idempotency-Key was used for another request.",
		}
	}
	return outcome{answer.Status, answer.Body, true}, nil
}

// keep stores the answer under its key, without its secrets, and returns its
// body with them.
func keep(t *store.Tenant, answer store.Answer, r reply) (body []byte, err error) {
	if body, err = encode(envelope(r.value)); err != nil {
		return nil, err
	}
	answer.Status, answer.Body = r.status, body
	if s, ok := r.value.(secretive); ok {
		if answer.Body, err = encode(envelope(s.withoutSecrets())); err != nil {
			return nil, err
		}
	}
	return body, t.InsertAnswer(answer)
}

// idempotencyKey reads the key of a POST; other methods are repeatable as they
// are.
func (c *call) idempotencyKey() (string, error) {
	if c.request.Method != http.MethodPost {
		return "", nil
	}
	key := c.request.Header.Get("Idempotency-Key")
	for i := range len(key) {
		if key[i] < ' ' || key[i] > '~' || i >= maxKey {
			return "", &refusal{
				status:  http.StatusBadRequest,
				message: "The Idempotency-Key must be printable ASCII of at most 255 characters.",
			}
		}
	}
	return key, nil
}

// fingerprint tells requests under one key apart.
func (c *call) fingerprint() []byte {
	h := sha256.New()
	h.Write([]byte(c.request.Method + " " + c.request.URL.RequestURI() + "\n"))
	h.Write(c.body)
	return h.Sum(nil)
}
