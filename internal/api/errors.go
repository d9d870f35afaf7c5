package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sort"
	"strings"

	"github.com/belfryhq/belfry/internal/problem"
	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/wire"
)

// serverError is all that a caller learns of a fault of the server.
const serverError = "Server Error"

// statusClientGone is logged for a caller who left before the answer.
const statusClientGone = 499

// Problem is the body of an answer other than success, in Laravel's form.
type Problem struct {
	Message string `json:"message" doc:"What is wrong, as a sentence."`
	// Errors maps a field's path to sentences.
	Errors map[string][]string `json:"errors,omitempty" doc:"What is wrong with each field, by its path."`
}

// refusal is an error that knows its own answer.
type refusal struct {
	status  int
	header  map[string]string
	message string
	fields  map[string][]string
}

func (e *refusal) Error() string { return e.message }

// refuse answers with the refusal.
func (c *call) refuse(e *refusal) {
	for name, value := range e.header {
		c.Header().Set(name, value)
	}
	body, err := encode(Problem{Message: e.message, Errors: e.fields})
	if err != nil {
		body = []byte(`{"message":"` + serverError + `"}`)
	}
	c.answer(e.status, body)
}

// fail answers an operation's error, and logs it when it is the server's fault.
func (c *call) fail(err error) {
	e := refusalOf(err)
	if e.status >= http.StatusInternalServerError {
		c.server.log.LogAttrs(c.request.Context(), slog.LevelError, "request failed",
			slog.String("error", err.Error()), slog.String("method", c.request.Method),
			slog.String("route", c.route.path), slog.String("request_id", c.id))
	}
	c.refuse(e)
}

// refusalOf is the one place where kinds of errors become statuses.
func refusalOf(err error) *refusal {
	var (
		own       *refusal
		invalid   *problem.Invalid
		missing   *problem.NotFound
		conflict  *problem.Conflict
		field     *store.FieldError
		duplicate *store.DuplicateError
		tooLarge  *http.MaxBytesError
	)
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &invalid):
		return invalidRefusal(invalid.Fields)
	case errors.As(err, &missing):
		return &refusal{status: http.StatusNotFound, message: fmt.Sprintf("There is no %s %q.", missing.Resource, missing.ID)}
	case errors.Is(err, store.ErrNotFound):
		return &refusal{status: http.StatusNotFound, message: "Not found."}
	case errors.As(err, &conflict):
		return &refusal{status: http.StatusConflict, message: conflict.Message}
	case errors.As(err, &field):
		return invalidRefusal(map[string][]string{field.Field: {sentence(field.Field + " " + field.Message)}})
	case errors.As(err, &duplicate):
		return &refusal{status: http.StatusConflict, message: "Another request has just stored the same."}
	case errors.As(err, &tooLarge):
		return &refusal{
			status:  http.StatusRequestEntityTooLarge,
			message: fmt.Sprintf("The body is larger than %d bytes.", tooLarge.Limit),
		}
	case errors.Is(err, context.Canceled):
		return &refusal{status: statusClientGone, message: "The caller has gone away."}
	case errors.Is(err, context.DeadlineExceeded):
		return &refusal{status: http.StatusServiceUnavailable, message: "The server is busy; try again.",
			header: map[string]string{"Retry-After": "1"}}
	}
	return &refusal{status: http.StatusInternalServerError, message: serverError}
}

// invalidRefusal heads the faults with the first of them, as Laravel does.
func invalidRefusal(fields map[string][]string) *refusal {
	names := make([]string, 0, len(fields))
	count := 0
	for name, sentences := range fields {
		names = append(names, name)
		count += len(sentences)
	}
	sort.Strings(names)
	e := &refusal{status: http.StatusUnprocessableEntity, message: "The given data was invalid.", fields: fields}
	if count > 0 {
		e.message = fields[names[0]][0]
	}
	switch {
	case count == 2:
		e.message += " (and 1 more error)"
	case count > 2:
		e.message += fmt.Sprintf(" (and %d more errors)", count-1)
	}
	return e
}

func sentence(s string) string {
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}

// encode writes JSON as API v3 does: <, > and & stay as they are.
func encode(v any) ([]byte, error) {
	b, err := wire.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode the answer: %w", err)
	}
	return b, nil
}
