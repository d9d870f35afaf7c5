package twig

import (
	"fmt"
	"regexp"
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
		return r.match(re, subject)
	}
}

func (r *run) match(re *regexp.Regexp, subject Value) Value {
	s := subject.String()
	r.work(len(s) / 16)
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

// maxPattern bounds a pattern, as its program may be many times longer.
const maxPattern = 1000

// translatePattern turns /pattern/flags into a regular expression of Go.
func translatePattern(s string) (*regexp.Regexp, error) {
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
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, fmt.Errorf("%s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return re, nil
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
