package twig

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
)

// matches compiles the operator with PHP's delimited patterns, which run as
// RE2: look-around and back-references are refused.
func (c *compiler) matches(e *binaryExpr) eval {
	left := c.expr(e.left)
	where := c.site(e.at())
	if k, ok := e.right.(*constExpr); ok {
		re, err := translatePattern(k.val.String())
		if err != nil {
			c.fault(e.right.at(), "Regexp %q passed to \"matches\" is not valid: %v.", quoteShort(k.val), err)
		}
		return func(r *run) Value {
			r.at = where
			return r.match(re, left(r))
		}
	}
	right := c.expr(e.right)
	return func(r *run) Value {
		subject, pattern := left(r), right(r)
		r.at = where
		r.work(100 + pattern.size())
		re, err := translatePattern(pattern.String())
		if err != nil {
			r.fail("Regexp %q passed to \"matches\" is not valid: %v.", quoteShort(pattern), err)
		}
		r.work(re.size)
		return r.match(re, subject)
	}
}

// compiledPattern is a regular expression and about how many instructions it
// has: for each byte of a text, a match may take a step in all of them.
type compiledPattern struct {
	*regexp.Regexp
	size int
}

func (r *run) match(re *compiledPattern, subject Value) Value {
	s := subject.String()
	r.work(len(s) * re.size / 32)
	if re.MatchString(s) {
		return IntValue(1)
	}
	return IntValue(0)
}

// size is the number of bytes of a text.
func (v Value) size() int {
	if v.isText() {
		return int(v.num)
	}
	return 0
}

// The bounds of a pattern in bytes, and of its program in instructions: a
// counted repetition stands there as often as it may match.
const (
	maxPattern        = 1000
	maxPatternProgram = 2000
)

// translatePattern turns /pattern/flags into a regular expression of Go.
func translatePattern(s string) (*compiledPattern, error) {
	s = strings.TrimLeft(s, " \t\n\r\v\f")
	switch {
	case s == "":
		return nil, fmt.Errorf("empty regular expression")
	case len(s) > maxPattern:
		return nil, fmt.Errorf("it is longer than %d bytes", maxPattern)
	}
	open := s[0]
	if isNameStart(open) && open != '_' && open < 0x7f || open-'0' <= 9 || open == '\\' || open == 0 {
		return nil, fmt.Errorf("delimiter must not be alphanumeric, backslash, or NUL")
	}
	shut := open
	if i := strings.IndexByte("([{<", open); i >= 0 {
		shut = ")]}>"[i]
	}
	end := strings.LastIndexByte(s[1:], shut)
	if end < 0 {
		return nil, fmt.Errorf("no ending delimiter %q found", string(shut))
	}
	pattern, flags := s[1:1+end], s[end+2:]
	prefix := ""
	for _, f := range flags {
		switch f {
		case 'i', 'm', 's', 'U':
			prefix += string(f)
		case 'u', ' ', '\n', 'S', 'X':
		case 'x':
			pattern = withoutSpace(pattern)
		case 'A':
			pattern = `\A(?:` + pattern + ")"
		case 'D':
			pattern = dollarAtEnd(pattern)
		default:
			return nil, fmt.Errorf("unknown modifier %q", string(f))
		}
	}
	pattern = translateSyntax(pattern, strings.ContainsRune(flags, 'D') || strings.ContainsRune(flags, 'm'))
	if prefix != "" {
		pattern = "(?" + prefix + ")" + pattern
	}
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil, fmt.Errorf("%s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	size := programSize(tree)
	if size > maxPatternProgram {
		return nil, fmt.Errorf("its repetitions make it longer than %d instructions", maxPatternProgram)
	}
	re, err := regexp.Compile(pattern)
	return &compiledPattern{re, size}, err
}

// programSize estimates the instructions of a regular expression.
func programSize(tree *syntax.Regexp) int {
	size := 1
	if tree.Op == syntax.OpLiteral {
		size = len(tree.Rune)
	}
	for _, sub := range tree.Sub {
		size += programSize(sub)
	}
	if tree.Op == syntax.OpRepeat {
		size *= max(tree.Min, tree.Max, 1)
	}
	return size
}

// translateSyntax rewrites what PCRE spells otherwise: $ also matches before
// a last line end, \h, \R, \Z, possessive and (?<name>) groups.
func translateSyntax(p string, plainDollar bool) string {
	var b strings.Builder
	class := false
	for i := 0; i < len(p); i++ {
		c := p[i]
		switch {
		case c == '\\' && i+1 < len(p):
			i++
			b.WriteString(translateEscape(p[i], class))
		case class:
			class = c != ']' || p[i-1] == '[' || p[i-1] == '^' && p[i-2] == '['
			b.WriteByte(c)
		case c == '[':
			class = true
			b.WriteByte(c)
		case c == '$' && !plainDollar:
			b.WriteString(`(?:\n?\z)`)
		case c == '+' && i > 0 && strings.IndexByte("+*?}", p[i-1]) >= 0 && !escapedAt(p, i-1):
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func escapedAt(p string, i int) bool {
	n := 0
	for i > 0 && p[i-1] == '\\' {
		i--
		n++
	}
	return n%2 == 1
}

func translateEscape(c byte, class bool) string {
	switch c {
	case 'h':
		if class {
			return ` \t`
		}
		return `[ \t]`
	case 'R':
		if !class {
			return `(?:\r\n|\n|\r|\f|\v)`
		}
	case 'Z':
		if !class {
			return `(?:\n?\z)`
		}
	case 'e':
		return `\x1b`
	case '/', '#', '~', '%', '@', '!', '"', '\'', ' ', '<', '>', '=', ':', ';', ',', '&', '_', '`':
		return regexp.QuoteMeta(string(c))
	}
	return `\` + string(c)
}

func dollarAtEnd(p string) string {
	var b strings.Builder
	for i := 0; i < len(p); i++ {
		if p[i] == '$' && !escapedAt(p, i) {
			b.WriteString(`\z`)
		} else {
			b.WriteByte(p[i])
		}
	}
	return b.String()
}

// withoutSpace drops the space and comments that the x flag allows.
func withoutSpace(p string) string {
	var b strings.Builder
	class := false
	for i := 0; i < len(p); i++ {
		c := p[i]
		switch {
		case c == '\\' && i+1 < len(p):
			b.WriteString(p[i : i+2])
			i++
			continue
		case c == '[':
			class = true
		case c == ']':
			class = false
		case !class && c == '#':
			for i < len(p) && p[i] != '\n' {
				i++
			}
			continue
		case !class && strings.IndexByte(" \t\n\r\v\f", c) >= 0:
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}
