package twig

import "fmt"

type tokenKind uint8

const (
	tokEOF tokenKind = iota
	tokText
	tokBlockStart
	tokBlockEnd
	tokPrintStart
	tokPrintEnd
	tokName
	tokNumber
	tokString
	tokOperator
	tokPunct
	tokInterpStart
	tokInterpEnd
)

var tokenNames = [...]string{
	tokEOF:         "end of template",
	tokText:        "text",
	tokBlockStart:  "begin of statement block",
	tokBlockEnd:    "end of statement block",
	tokPrintStart:  "begin of print statement",
	tokPrintEnd:    "end of print statement",
	tokName:        "name",
	tokNumber:      "number",
	tokString:      "string",
	tokOperator:    "operator",
	tokPunct:       "punctuation",
	tokInterpStart: "begin of string interpolation",
	tokInterpEnd:   "end of string interpolation",
}

func (k tokenKind) String() string { return tokenNames[k] }

type token struct {
	kind tokenKind
	text string
	pos  int
}

// describe names a token in an error message.
func (t token) describe() string {
	if t.text == "" || t.kind == tokText {
		return fmt.Sprintf("token %q", t.kind)
	}
	return fmt.Sprintf("token %q of value %q", t.kind, t.text)
}

func (t token) is(kind tokenKind, text string) bool { return t.kind == kind && t.text == text }
