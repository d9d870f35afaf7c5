package jsonlogic

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// text reads a string. Without escapes it is a piece of the document.
func (d *decoder) text() (string, error) {
	d.pos++
	start := d.pos
	for i := start; i < len(d.src); i++ {
		switch c := d.src[i]; {
		case c == '"':
			d.pos = i + 1
			return d.src[start:i], nil
		case c == '\\':
			d.pos = i
			return d.escapedText(start)
		case c < ' ':
			d.pos = i
			return "", d.fail("a control character in a string must be escaped")
		}
	}
	d.pos = len(d.src)
	return "", d.unexpected("the end of a string")
}

// escapedText goes on at the first escape of a string that began at start.
func (d *decoder) escapedText(start int) (string, error) {
	var b strings.Builder
	for d.pos < len(d.src) {
		switch c := d.src[d.pos]; {
		case c == '"':
			b.WriteString(d.src[start:d.pos])
			d.pos++
			return b.String(), nil
		case c == '\\':
			b.WriteString(d.src[start:d.pos])
			r, err := d.escape()
			if err != nil {
				return "", err
			}
			b.WriteRune(r)
			start = d.pos
		case c < ' ':
			return "", d.fail("a control character in a string must be escaped")
		default:
			d.pos++
		}
	}
	return "", d.unexpected("the end of a string")
}

// escape reads one escape, or the two of a surrogate pair. Half a pair stands
// for no character and becomes U+FFFD.
func (d *decoder) escape() (rune, error) {
	if d.pos+1 >= len(d.src) {
		d.pos = len(d.src)
		return 0, d.unexpected("an escape")
	}
	if c := d.src[d.pos+1]; c != 'u' {
		r, known := simpleEscape(c)
		if !known {
			return 0, d.fail("this is not an escape that JSON has")
		}
		d.pos += 2
		return r, nil
	}
	r, valid := hexEscape(d.src[d.pos:])
	if !valid {
		return 0, d.fail(`\u needs four hexadecimal digits`)
	}
	d.pos += 6
	if utf16.IsSurrogate(r) {
		second, _ := hexEscape(d.src[d.pos:])
		if r = utf16.DecodeRune(r, second); r != utf8.RuneError {
			d.pos += 6
		}
	}
	return r, nil
}

func simpleEscape(c byte) (rune, bool) {
	switch c {
	case '"', '\\', '/':
		return rune(c), true
	case 'b':
		return '\b', true
	case 'f':
		return '\f', true
	case 'n':
		return '\n', true
	case 'r':
		return '\r', true
	case 't':
		return '\t', true
	}
	return 0, false
}

func hexEscape(s string) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range []byte(s[2:6]) {
		switch {
		case isDigit(c):
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

// powersOfTen are those that float64 holds exactly.
var powersOfTen = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// number reads a number. One quotient of two exact floats is correctly
// rounded, which spares ordinary numbers the general conversion.
func (d *decoder) number() (Value, error) {
	start := d.pos
	negative := d.src[start] == '-'
	if negative {
		d.pos++
	}
	whole, err := d.wholeDigits()
	if err != nil {
		return Value{}, err
	}
	mantissa, fraction, err := d.fraction(whole)
	if err != nil {
		return Value{}, err
	}
	exponent, err := d.exponent()
	if err != nil {
		return Value{}, err
	}
	text := d.src[start:d.pos]
	const exact = 1 << 53
	if len(text) <= 18 && mantissa <= exact && !exponent {
		f := float64(mantissa) / powersOfTen[fraction]
		if negative {
			f = -f
		}
		return Number(f), nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(f, 0) {
		d.pos = start
		return Value{}, d.fail("the number is out of range")
	}
	if fraction == 0 && !exponent {
		return integer(f, text), nil
	}
	return Number(f), nil
}

// wholeDigits reads the digits before the point. The result wraps around when
// there are more than 19.
func (d *decoder) wholeDigits() (uint64, error) {
	start := d.pos
	mantissa, digits := d.digits(0)
	switch {
	case digits == 0:
		return 0, d.unexpected("a digit")
	case digits > 1 && d.src[start] == '0':
		d.pos = start + 1
		return 0, d.fail("a number must not begin with 0")
	}
	return mantissa, nil
}

// fraction reads the point and what follows it, and counts its digits.
func (d *decoder) fraction(whole uint64) (mantissa uint64, digits int, err error) {
	if d.pos >= len(d.src) || d.src[d.pos] != '.' {
		return whole, 0, nil
	}
	d.pos++
	if mantissa, digits = d.digits(whole); digits == 0 {
		return 0, 0, d.unexpected("a digit")
	}
	return mantissa, digits, nil
}

// exponent skips an exponent and reports whether there was one.
func (d *decoder) exponent() (bool, error) {
	if d.pos >= len(d.src) || d.src[d.pos]|0x20 != 'e' {
		return false, nil
	}
	d.pos++
	if d.pos < len(d.src) && (d.src[d.pos] == '+' || d.src[d.pos] == '-') {
		d.pos++
	}
	if _, digits := d.digits(0); digits == 0 {
		return false, d.unexpected("a digit")
	}
	return true, nil
}

// digits reads a run of digits on from the number before it.
func (d *decoder) digits(before uint64) (number uint64, count int) {
	start := d.pos
	for d.pos < len(d.src) && isDigit(d.src[d.pos]) {
		before = before*10 + uint64(d.src[d.pos]-'0')
		d.pos++
	}
	return before, d.pos - start
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
