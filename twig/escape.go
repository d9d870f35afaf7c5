package twig

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

var strategies = []string{
	StrategyJSON, StrategyHTML, StrategyJS, StrategyCSS, StrategyURL, StrategyHTMLAttr, strategyRelaxed,
	StrategyName, StrategyNone,
}

func knownStrategy(name string) bool { return slices.Contains(strategies, name) }

func strategyList() string { return strings.Join(strategies, ", ") }

// appendEscaped appends s escaped for a strategy. Bytes that are no UTF-8
// become U+FFFD.
func appendEscaped(b []byte, s, strategy string) []byte {
	switch strategy {
	case StrategyHTML:
		return appendHTML(b, s)
	case StrategyJS:
		return appendRunes(b, s, ",._", appendJSRune)
	case StrategyCSS:
		return appendRunes(b, s, "", appendCSSRune)
	case StrategyHTMLAttr:
		return appendRunes(b, s, ",.-_", appendAttrRune)
	case strategyRelaxed:
		return appendRunes(b, s, ",.-_:@[]", appendAttrRune)
	case StrategyURL:
		return appendURL(b, s)
	case StrategyJSON:
		return appendJSONText(b, s)
	}
	return append(b, s...)
}

func appendHTML(b []byte, s string) []byte {
	start := 0
	for i := 0; i < len(s); i++ {
		entity := ""
		switch c := s[i]; c {
		case '&':
			entity = "&amp;"
		case '<':
			entity = "&lt;"
		case '>':
			entity = "&gt;"
		case '"':
			entity = "&quot;"
		case '\'':
			entity = "&#039;"
		default:
			if c < utf8.RuneSelf {
				continue
			}
			if _, size := utf8.DecodeRuneInString(s[i:]); size > 1 {
				i += size - 1
				continue
			}
			entity = "\ufffd"
		}
		b = append(b, s[start:i]...)
		b = append(b, entity...)
		start = i + 1
	}
	return append(b, s[start:]...)
}

// appendRunes keeps ASCII letters, digits and the given bytes, and hands every
// other character to escape.
func appendRunes(b []byte, s, keep string, escape func([]byte, rune) []byte) []byte {
	for i := 0; i < len(s); {
		c := s[i]
		if c|0x20 >= 'a' && c|0x20 <= 'z' || c-'0' <= 9 || c < utf8.RuneSelf && strings.IndexByte(keep, c) >= 0 {
			b = append(b, c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		b = escape(b, r)
		i += size
	}
	return b
}

func appendJSRune(b []byte, r rune) []byte {
	switch r {
	case '\\', '/', '\b', '\f', '\n', '\r', '\t':
		return appendJSONEscape(b, byte(r))
	}
	if r >= 0x10000 {
		hi, lo := utf16.EncodeRune(r)
		return appendUnicode(appendUnicode(b, hi), lo)
	}
	return appendUnicode(b, r)
}

func appendUnicode(b []byte, r rune) []byte {
	return appendHex(append(b, '\\', 'u'), uint64(r), 4)
}

// appendHex writes n in upper case with at least width digits.
func appendHex(b []byte, n uint64, width int) []byte {
	digits := strings.ToUpper(strconv.FormatUint(n, 16))
	for i := len(digits); i < width; i++ {
		b = append(b, '0')
	}
	return append(b, digits...)
}

func appendCSSRune(b []byte, r rune) []byte {
	return append(appendHex(append(b, '\\'), uint64(r), 1), ' ')
}

func appendAttrRune(b []byte, r rune) []byte {
	switch {
	case r <= 0x1f && r != '\t' && r != '\n' && r != '\r', r == 0x7f:
		return append(b, "&#xFFFD;"...)
	case r == '"':
		return append(b, "&quot;"...)
	case r == '&':
		return append(b, "&amp;"...)
	case r == '<':
		return append(b, "&lt;"...)
	case r == '>':
		return append(b, "&gt;"...)
	}
	width := 4
	if r < utf8.RuneSelf {
		width = 2
	}
	return append(appendHex(append(b, "&#x"...), uint64(r), width), ';')
}

// appendURL is PHP's rawurlencode.
func appendURL(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c|0x20 >= 'a' && c|0x20 <= 'z' || c-'0' <= 9 || strings.IndexByte("-_.~", c) >= 0 {
			b = append(b, c)
		} else {
			b = appendHex(append(b, '%'), uint64(c), 2)
		}
	}
	return b
}

// pieceOf returns how much of a long text to escape before the bounds are
// looked at again: at most 32 KiB, and no part of a character.
func pieceOf(s string) int {
	n := min(len(s), 32<<10)
	for i := 0; i < utf8.UTFMax && n < len(s) && !utf8.RuneStart(s[n]); i++ {
		n--
	}
	return n
}

// escaped returns a value escaped for a strategy. Only texts need it.
func (r *run) escaped(v Value, strategy string) Value {
	if !v.isText() {
		return v
	}
	base := len(r.scratch)
	for rest := v.text(); rest != ""; {
		n := pieceOf(rest)
		r.scratch = appendEscaped(r.scratch, rest[:n], strategy)
		r.grow(base)
		rest = rest[n:]
	}
	return r.takeScratch(base)
}

// escapeFilter is escape(strategy), which escapes markup too.
func escapeFilter(r *run, args []Value) Value {
	strategy := StrategyHTML
	if !args[1].IsNull() {
		strategy = args[1].String()
	}
	if !knownStrategy(strategy) || strategy == StrategyName || strategy == StrategyNone {
		r.fail("Invalid escaping strategy %q (valid ones: %s).", strategy, "json, html, js, css, url, html_attr, html_attr_relaxed")
	}
	return r.escaped(args[0], strategy)
}
