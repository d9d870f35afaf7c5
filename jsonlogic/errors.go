package jsonlogic

import (
	"errors"
	"fmt"
)

// Reason says what kind of thing is wrong with a document or a rule.
type Reason uint8

// The reasons of ParseError and CompileError.
const (
	BadSyntax       Reason = iota + 1 // not JSON
	TooLarge                          // more bytes than allowed
	TooDeep                           // nested deeper than allowed
	UnknownOperator                   // an operator that is neither known nor registered
	BadArity                          // a count of arguments the operator cannot use
	BadArgument                       // a constant argument the operator cannot use
	BadOption                         // an option that cannot be met
)

// ParseError says why a document was refused.
type ParseError struct {
	Offset  int // in bytes, where the problem begins
	Reason  Reason
	Problem string
}

func (e *ParseError) Error() string {
	return fmt.Sprintf("parsing json: %s (byte %d)", e.Problem, e.Offset)
}

// CompileError says why a rule was refused.
type CompileError struct {
	Pointer string // JSON pointer (RFC 6901) to the bad node, "" for the whole rule
	Reason  Reason
	Problem string
	Advice  string // what would be right; may be empty
	Err     error  // the cause, a *ParseError for BadSyntax
}

func (e *CompileError) Error() string {
	text := "compiling rule"
	if e.Pointer != "" {
		text += " at " + e.Pointer
	}
	text += ": " + e.Problem
	if e.Advice != "" {
		text += "; " + e.Advice
	}
	return text
}

func (e *CompileError) Unwrap() error { return e.Err }

// The bounds an evaluation can run into; they come wrapped in an *EvalError.
var (
	ErrTooManySteps  = errors.New("the evaluation takes too many steps")
	ErrValueTooLarge = errors.New("the evaluation builds too large a value")
)

// EvalError says at which node an evaluation failed, and why.
type EvalError struct {
	Pointer  string // JSON pointer (RFC 6901) to the node in the rule
	Operator string
	Err      error
}

func (e *EvalError) Error() string {
	if e.Pointer == "" {
		return fmt.Sprintf("evaluating rule: %v", e.Err)
	}
	return fmt.Sprintf("evaluating rule at %s: %v", e.Pointer, e.Err)
}

func (e *EvalError) Unwrap() error { return e.Err }
