package twig

import (
	"strings"
	"unicode/utf8"
)

// lexer cuts a template into tokens, applying whitespace control on the way.
type lexer struct {
	*source
	pos      int
	toks     []token
	brackets []bracket
	nested   int // interpolations inside each other
	maxNest  int
	identity bool // === and !== are operators
}

type bracket struct {
	char byte
	pos  int
}

const (
	wideSpace = " \t\n\r\x00\v" // what a dash trims
	lineSpace = " \t\x00\v"     // what a tilde trims
)

func (l *lexer) run() []token {
	l.toks = make([]token, 0, 16+len(l.code)/4)
	for l.pos < len(l.code) {
		l.data()
	}
	l.push(tokEOF, "", len(l.code))
	return l.toks
}

func (l *lexer) push(kind tokenKind, text string, pos int) {
	l.toks = append(l.toks, token{kind, text, pos})
}

func (l *lexer) pushText(text string, pos int) {
	if text != "" {
		l.push(tokText, text, pos)
	}
}

// data reads text up to and including the next tag.
func (l *lexer) data() {
	start := l.pos
	open := l.nextTag(start)
	if open < 0 {
		l.pushText(l.code[start:], start)
		l.pos = len(l.code)
		return
	}
	l.pos = open + 2
	l.pushText(l.trimLeftOf(l.code[start:open]), start)
	switch l.code[open+1] {
	case '#':
		l.comment(open)
	case '{':
		l.push(tokPrintStart, "", open)
		l.expression(tokPrintEnd, "}}", open)
	case '%':
		if l.verbatim() || l.lineTag() {
			return
		}
		l.push(tokBlockStart, "", open)
		l.expression(tokBlockEnd, "%}", open)
	}
}

func (l *lexer) nextTag(from int) int {
	for {
		i := strings.IndexByte(l.code[from:], '{')
		if i < 0 || from+i+1 >= len(l.code) {
			return -1
		}
		from += i + 1
		if c := l.code[from]; c == '{' || c == '%' || c == '#' {
			return from - 1
		}
	}
}

// trimLeftOf applies the - or ~ that follows an opening delimiter to the text
// before it.
func (l *lexer) trimLeftOf(text string) string {
	if l.pos < len(l.code) {
		switch l.code[l.pos] {
		case '-':
			l.pos++
			return strings.TrimRight(text, wideSpace)
		case '~':
			l.pos++
			return strings.TrimRight(text, lineSpace)
		}
	}
	return text
}

// closing matches a closing delimiter at the cursor, with its whitespace
// control, and reports how far it reaches. A line end is eaten after block
// tags and comments.
func (l *lexer) closing(delimiter string, at int, newline bool) (end int, ok bool) {
	rest := l.code[at:]
	switch {
	case strings.HasPrefix(rest, delimiter):
		end = at + 2
		if newline && end < len(l.code) && l.code[end] == '\n' {
			end++
		}
	case len(rest) > 2 && rest[0] == '-' && rest[1:3] == delimiter:
		end = len(l.code) - len(strings.TrimLeft(l.code[at+3:], wideSpace+"\f"))
	case len(rest) > 2 && rest[0] == '~' && rest[1:3] == delimiter:
		end = len(l.code) - len(strings.TrimLeft(l.code[at+3:], lineSpace))
	default:
		return at, false
	}
	return end, true
}

func (l *lexer) comment(open int) {
	i := strings.Index(l.code[l.pos:], "#}")
	if i < 0 {
		l.fault(open, nil, "Unclosed comment.")
	}
	at := l.pos + i
	if at > l.pos && (l.code[at-1] == '-' || l.code[at-1] == '~') {
		at--
	}
	l.pos, _ = l.closing("#}", at, true)
}

// verbatim reads {% verbatim %}…{% endverbatim %} as text.
func (l *lexer) verbatim() bool {
	open := l.pos
	at, ok := l.word(open, "verbatim")
	if !ok {
		return false
	}
	if at, ok = l.closing("%}", at, false); !ok {
		return false
	}
	for from := at; ; {
		i := strings.Index(l.code[from:], "{%")
		if i < 0 {
			l.fault(open, nil, `Unexpected end of file: Unclosed "verbatim" block.`)
		}
		tag := from + i
		l.pos = tag + 2
		text := l.trimLeftOf(l.code[at:tag])
		if end, ok := l.word(l.pos, "endverbatim"); ok {
			if end, ok = l.closing("%}", end, false); ok {
				l.pushText(text, at)
				l.pos = end
				return true
			}
		}
		from = tag + 2
	}
}

// word matches a word with space around it and returns what follows.
func (l *lexer) word(at int, word string) (int, bool) {
	at = l.skipSpace(at)
	if !strings.HasPrefix(l.code[at:], word) {
		return at, false
	}
	return l.skipSpace(at + len(word)), true
}

func (l *lexer) skipSpace(at int) int {
	for at < len(l.code) && strings.IndexByte(" \t\n\r\v\f", l.code[at]) >= 0 {
		at++
	}
	return at
}

// lineTag reads {% line N %}, which renumbers the lines after it.
func (l *lexer) lineTag() bool {
	at, ok := l.word(l.pos, "line")
	if !ok {
		return false
	}
	n, digits := 0, at
	for at < len(l.code) && l.code[at]-'0' <= 9 && at-digits < 9 {
		n = n*10 + int(l.code[at]-'0')
		at++
	}
	if at == digits {
		return false
	}
	end, ok := l.closing("%}", l.skipSpace(at), false)
	if !ok {
		return false
	}
	l.pos = end
	l.shift = append(l.shift, lineShift{end, n})
	return true
}

// expression reads tokens up to the closing delimiter of a tag.
func (l *lexer) expression(kind tokenKind, delimiter string, open int) {
	base := len(l.brackets)
	for {
		l.pos = l.skipSpace(l.pos)
		if l.pos < len(l.code) && len(l.brackets) == base {
			if end, ok := l.closing(delimiter, l.pos, kind == tokBlockEnd); ok {
				l.push(kind, "", l.pos)
				l.pos = end
				return
			}
		}
		if l.pos >= len(l.code) {
			if n := len(l.brackets); n > base {
				b := l.brackets[n-1]
				l.fault(b.pos, nil, "Unclosed %q.", string(b.char))
			}
			what := "variable"
			if kind == tokBlockEnd {
				what = "block"
			}
			l.fault(open, nil, "Unclosed %q.", what)
		}
		l.token(base)
	}
}

// operators that are no words, longest first.
var symbolOperators = []string{
	"<=>", "...", "=>", "==", "!=", "<=", ">=", "//", "**", "??", "?.", "..",
	"+", "-", "~", "*", "/", "%", "<", ">", "=",
}

// operators that are words; each must be followed by space or a parenthesis.
var wordOperators = [][]string{
	{"not", "in"}, {"not"}, {"and"}, {"xor"}, {"or"}, {"in"}, {"is", "not"}, {"is"},
	{"matches"}, {"starts", "with"}, {"ends", "with"}, {"has", "some"}, {"has", "every"},
	{"b-and"}, {"b-xor"}, {"b-or"},
}

// token reads one token of an expression; the cursor stands on no space.
func (l *lexer) token(base int) {
	c := l.code[l.pos]
	switch {
	case c == '#':
		if i := strings.IndexByte(l.code[l.pos:], '\n'); i >= 0 {
			l.pos += i
		} else {
			l.pos = len(l.code)
		}
	case isNameStart(c):
		if !l.wordOperator() {
			l.name()
		}
	case c-'0' <= 9:
		l.number()
	case c == '"':
		l.doubleQuoted()
	case c == '\'':
		l.singleQuoted()
	case l.symbolOperator():
	case strings.IndexByte("()[]{}?:.,|", c) >= 0:
		l.punctuation(c, base)
	default:
		r, _ := utf8.DecodeRuneInString(l.code[l.pos:])
		l.fault(l.pos, nil, "Unexpected character %q.", string(r))
	}
}

func isNameStart(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c >= 0x7f }

func isNamePart(c byte) bool { return isNameStart(c) || c-'0' <= 9 }

func (l *lexer) name() {
	start := l.pos
	for l.pos < len(l.code) && isNamePart(l.code[l.pos]) {
		l.pos++
	}
	l.push(tokName, l.code[start:l.pos], start)
}

// afterAccess reports whether the last token makes the next word a name.
func (l *lexer) afterAccess() bool {
	last := l.toks[len(l.toks)-1]
	return last.is(tokPunct, ".") || last.is(tokPunct, "|") || last.is(tokOperator, "?.")
}

func (l *lexer) wordOperator() bool {
	if strings.IndexByte("naoximsehb", l.code[l.pos]) < 0 || l.afterAccess() {
		return false
	}
	for _, words := range wordOperators {
		at := l.pos
		for i, w := range words {
			if i > 0 {
				next := l.skipSpace(at)
				if next == at {
					at = -1
					break
				}
				at = next
			}
			if !strings.HasPrefix(l.code[at:], w) {
				at = -1
				break
			}
			at += len(w)
		}
		if at > 0 && at < len(l.code) && strings.IndexByte(" \t\n\r\v\f()", l.code[at]) >= 0 {
			l.push(tokOperator, strings.Join(words, " "), l.pos)
			l.pos = at
			return true
		}
	}
	return false
}

func (l *lexer) symbolOperator() bool {
	rest := l.code[l.pos:]
	if l.identity && (strings.HasPrefix(rest, "===") || strings.HasPrefix(rest, "!==")) {
		l.push(tokOperator, rest[:3], l.pos)
		l.pos += 3
		return true
	}
	for _, op := range symbolOperators {
		if !strings.HasPrefix(rest, op) {
			continue
		}
		if op == "?." && len(rest) > 2 && (rest[2]-'0' <= 9 || rest[2] == '.') {
			return false // a ternary whose first branch is a number or a spread
		}
		l.push(tokOperator, op, l.pos)
		l.pos += len(op)
		return true
	}
	return false
}

func (l *lexer) punctuation(c byte, base int) {
	switch c {
	case '(', '[', '{':
		l.brackets = append(l.brackets, bracket{c, l.pos})
		if len(l.brackets) > l.maxNest {
			l.fault(l.pos, ErrLimit, "Expressions are nested too deep (more than %d levels).", l.maxNest)
		}
	case ')', ']', '}':
		n := len(l.brackets)
		if n == base {
			l.fault(l.pos, nil, "Unexpected %q.", string(c))
		}
		b := l.brackets[n-1]
		l.brackets = l.brackets[:n-1]
		if b.char == '(' && c != ')' || b.char == '[' && c != ']' || b.char == '{' && c != '}' {
			l.fault(b.pos, nil, "Unclosed %q.", string(b.char))
		}
	}
	l.push(tokPunct, l.code[l.pos:l.pos+1], l.pos)
	l.pos++
}
