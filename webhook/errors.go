package webhook

import (
	"errors"
	"strings"
)

// Why a request was refused. [Verifier.Verify] returns a [*VerifyError] that wraps one of them; ask with [errors.Is].
var (
	// ErrMissingHeader: a header of the accepted family is absent or empty.
	ErrMissingHeader = errors.New("missing header")
	// ErrMalformedHeader: a header is there but is not what the contract says, such as a timestamp with letters.
	ErrMalformedHeader = errors.New("malformed header")
	// ErrTooOld: the attempt is further in the past than the tolerance. A replay, or a clock that runs ahead here.
	ErrTooOld = errors.New("timestamp too old")
	// ErrTooNew: the attempt is further in the future than the tolerance. A clock that runs behind here.
	ErrTooNew = errors.New("timestamp too new")
	// ErrNoMatch: no signature was made with a key that the verifier holds, over exactly this id, time and body.
	ErrNoMatch = errors.New("no matching signature")
)

// A VerifyError says which check refused a request and what to look at. Its text is for the receiver's developer and log:
// it never holds a secret or an expected signature.
type VerifyError struct {
	Reason error  // one of the Err values of this package
	Header string // the header concerned
	Hint   string // what was found, and the usual cause
}

func (e *VerifyError) Error() string {
	var text strings.Builder
	text.WriteString("webhook: " + e.Reason.Error() + ": " + e.Header)
	if e.Hint != "" {
		text.WriteString(": " + e.Hint)
	}
	return text.String()
}

func (e *VerifyError) Unwrap() error { return e.Reason }
