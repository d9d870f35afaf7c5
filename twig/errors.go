package twig

import (
	"errors"
	"fmt"
	"strings"
)

// ErrLimit is wrapped by every error that a bound of Limits caused.
var ErrLimit = errors.New("template limit exceeded")

// Error is a problem in a template, found when it is compiled or rendered.
type Error struct {
	Template string // name of the template that the problem is in
	Line     int    // from 1
	Column   int    // in bytes, from 1
	Message  string // as Twig phrases it, ending in a full stop or question mark
	Offset   int    // byte of the rendered body, for invalid JSON; else -1
	Variable string // the print that produced that byte, if one did
	cause    error
}

// Error gives the message with its place, as Twig does:
// `Variable "nme" does not exist in "index.twig" at line 3, column 9.`
func (e *Error) Error() string {
	message := e.Message
	end := "."
	if n := len(message); n > 0 && strings.IndexByte(".?", message[n-1]) >= 0 {
		end = message[n-1:]
		message = message[:n-1]
	}
	return fmt.Sprintf("%s in %q at line %d, column %d%s", message, e.Template, e.Line, e.Column, end)
}

// Unwrap returns what caused the error: ErrLimit, the context's error, or the
// error of a function that the caller added.
func (e *Error) Unwrap() error { return e.cause }

// failure carries an error to the nearest recover of this package.
type failure struct{ err *Error }

// fault stops compiling or rendering at a byte of a template.
func (s *source) fault(pos int, cause error, format string, args ...any) {
	line, column := s.position(pos)
	panic(failure{&Error{
		Template: s.name, Line: line, Column: column, Offset: -1,
		Message: fmt.Sprintf(format, args...), cause: cause,
	}})
}

// recoverFailure turns a failure into an error. So it does with any other
// panic, of this package or of a function that the caller added: a template
// must not take down the program that renders it.
func recoverFailure(err *error, src *source) {
	switch p := recover().(type) {
	case nil:
	case failure:
		*err = p.err
	default:
		*err = &Error{
			Template: src.name, Line: 1, Column: 1, Offset: -1,
			Message: fmt.Sprintf("Internal error: %v.", p), cause: errInternal,
		}
	}
}

// errInternal marks what is a mistake of this package, not of a template.
var errInternal = errors.New("internal error of the template engine")

// source is the text of one template.
type source struct {
	name  string
	code  string // with \n as the only line end
	shift []lineShift
}

// lineShift is a {% line N %} tag.
type lineShift struct{ pos, line int }

// position translates a byte of the code to line and column.
func (s *source) position(pos int) (line, column int) {
	pos = min(max(pos, 0), len(s.code))
	line, start := 1, 0
	for _, sh := range s.shift {
		if sh.pos <= pos {
			line, start = sh.line, sh.pos
		}
	}
	line += strings.Count(s.code[start:pos], "\n")
	return line, pos - strings.LastIndexByte(s.code[:pos], '\n')
}

// suggestion names the known words nearest to an unknown one, as Twig does.
func suggestion(word string, known []string) string {
	var near []string
	known = known[:min(len(known), 1000)]
	for _, k := range known {
		if editDistance(word, k) <= max(len(word)/3, 1) && len(word) > 1 || strings.Contains(k, word) {
			near = append(near, k)
		}
	}
	if len(near) == 0 {
		return ""
	}
	if len(near) > 4 {
		near = near[:4]
	}
	return fmt.Sprintf(` Did you mean "%s"?`, strings.Join(near, `", "`))
}

// editDistance is the Levenshtein distance in bytes.
func editDistance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return max(len(a), len(b))
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			diagonal, row[j] = row[j], min(row[j]+1, row[j-1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
