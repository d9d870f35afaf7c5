package twig

import "strings"

// number reads digits, with underscores between them, a fraction and an
// exponent: 1_000.5e-3.
func (l *lexer) number() {
	start := l.pos
	end := l.digits(start)
	if end+1 < len(l.code) && l.code[end] == '.' && l.code[end+1]-'0' <= 9 {
		end = l.digits(end + 1)
	}
	if end < len(l.code) && l.code[end]|0x20 == 'e' {
		at := end + 1
		if at < len(l.code) && (l.code[at] == '+' || l.code[at] == '-') {
			at++
		}
		if at < len(l.code) && l.code[at]-'0' <= 9 {
			end = l.digits(at)
		}
	}
	l.pos = end
	l.push(tokNumber, strings.ReplaceAll(l.code[start:end], "_", ""), start)
}

func (l *lexer) digits(at int) int {
	for at < len(l.code) {
		c := l.code[at]
		if c-'0' > 9 && !(c == '_' && at+1 < len(l.code) && l.code[at+1]-'0' <= 9) {
			break
		}
		at++
	}
	return at
}

func (l *lexer) singleQuoted() {
	start := l.pos
	for at := start + 1; at < len(l.code); at++ {
		switch l.code[at] {
		case '\\':
			at++
		case '\'':
			l.push(tokString, unslash(l.code[start+1:at]), start)
			l.pos = at + 1
			return
		}
	}
	l.fault(start, nil, `Unclosed "'".`)
}

// doubleQuoted reads a string with #{interpolations}.
func (l *lexer) doubleQuoted() {
	open := l.pos
	l.pos++
	start, parts := l.pos, 0
	for l.pos < len(l.code) {
		switch c := l.code[l.pos]; {
		case c == '\\':
			l.pos++
		case c == '"':
			if parts == 0 || l.pos > start {
				l.push(tokString, unslash(l.code[start:l.pos]), start)
			}
			l.pos++
			return
		case c == '#' && l.pos+1 < len(l.code) && l.code[l.pos+1] == '{':
			if l.pos > start || parts == 0 {
				l.push(tokString, unslash(l.code[start:l.pos]), start)
			}
			l.interpolation()
			parts++
			start = l.pos
			continue
		}
		l.pos++
	}
	l.fault(open, nil, `Unclosed """.`)
}

func (l *lexer) interpolation() {
	open := l.pos
	if l.nested++; l.nested > l.maxNest {
		l.fault(open, ErrLimit, "Strings are nested too deep (more than %d levels).", l.maxNest)
	}
	l.push(tokInterpStart, "", open)
	l.pos += 2
	base := len(l.brackets)
	for {
		l.pos = l.skipSpace(l.pos)
		if l.pos >= len(l.code) {
			l.fault(open, nil, `Unclosed "#{".`)
		}
		if l.code[l.pos] == '}' && len(l.brackets) == base {
			l.push(tokInterpEnd, "", l.pos)
			l.pos++
			l.nested--
			return
		}
		l.token(base)
	}
}

// unslash resolves escapes as PHP's stripcslashes does.
func unslash(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			if s[i] != '\\' {
				b = append(b, s[i])
			}
			continue
		}
		i++
		switch c := s[i]; c {
		case 'n':
			b = append(b, '\n')
		case 't':
			b = append(b, '\t')
		case 'r':
			b = append(b, '\r')
		case 'a':
			b = append(b, '\a')
		case 'v':
			b = append(b, '\v')
		case 'b':
			b = append(b, '\b')
		case 'f':
			b = append(b, '\f')
		case 'x':
			n, width := digitsIn(s[i+1:], 16, 2)
			if width == 0 {
				b = append(b, c)
			} else {
				b = append(b, byte(n))
				i += width
			}
		default:
			if n, width := digitsIn(s[i:], 8, 3); width > 0 {
				b = append(b, byte(n))
				i += width - 1
			} else {
				b = append(b, c)
			}
		}
	}
	return string(b)
}

// digitsIn reads up to max digits of a base.
func digitsIn(s string, base, max int) (n, width int) {
	for width < len(s) && width < max {
		d := strings.IndexByte("0123456789abcdef", s[width]|0x20)
		if s[width]-'0' <= 9 {
			d = int(s[width] - '0')
		}
		if d < 0 || d >= base {
			break
		}
		n = n*base + d
		width++
	}
	return n, width
}
