package loyalty

import "github.com/belfryhq/belfry/internal/problem"

// The kinds of refusal, by their short names here.
type (
	InvalidError  = problem.Invalid
	NotFoundError = problem.NotFound
	ConflictError = problem.Conflict
)

// Invalid returns an InvalidError with one fault.
func Invalid(field, format string, args ...any) error { return problem.Field(field, format, args...) }
