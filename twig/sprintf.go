package twig

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// verb is one conversion of a format: %2$'*-10.3f.
type verb struct {
	arg       int // from 1; 0 takes the next one
	left      bool
	plus      bool
	pad       byte
	width     int
	precision int // -1 when not given
	letter    byte
}

// sprintf is the format filter, with the conversions of PHP's sprintf.
func sprintf(r *run, args []Value) Value {
	format := r.textOf("format", args[0])
	values := args[1:]
	base, next := len(r.scratch), 0
	for i := 0; i < len(format); {
		if format[i] != '%' {
			r.scratch = append(r.scratch, format[i])
			i++
			continue
		}
		if i++; i < len(format) && format[i] == '%' {
			r.scratch = append(r.scratch, '%')
			i++
			continue
		}
		var v verb
		v, i = r.parseVerb(format, i)
		at := v.arg - 1
		if v.arg == 0 {
			at = next
			next++
		}
		if at >= len(values) {
			r.fail("The format needs %d values, %d given.", at+1, len(values))
		}
		r.appendVerb(v, values[at])
		r.grow(base)
	}
	return r.takeScratch(base)
}

func (r *run) parseVerb(s string, i int) (verb, int) {
	v := verb{pad: ' ', precision: -1}
	if n, end := leadingInt(s, i); end > i && end < len(s) && s[end] == '$' {
		if n == 0 {
			r.fail("The number of a format argument must be greater than 0.")
		}
		v.arg, i = n, end+1
	}
flags:
	for ; i < len(s); i++ {
		switch s[i] {
		case '-':
			v.left = true
		case '+':
			v.plus = true
		case '0', ' ':
			v.pad = s[i]
		case '\'':
			if i+1 == len(s) {
				r.fail("A padding character is missing in a format.")
			}
			i++
			v.pad = s[i]
		default:
			break flags
		}
	}
	v.width, i = leadingInt(s, i)
	if i < len(s) && s[i] == '.' {
		v.precision, i = leadingInt(s, i+1)
	}
	if i < len(s) && s[i] == 'l' {
		i++
	}
	if i >= len(s) {
		r.fail("A format ends inside a conversion.")
	}
	v.letter = s[i]
	return v, i + 1
}

// leadingInt reads a number of up to six digits.
func leadingInt(s string, i int) (n, end int) {
	for end = i; end < len(s) && s[end]-'0' <= 9; end++ {
		if n < 1_000_000 {
			n = n*10 + int(s[end]-'0')
		}
	}
	return n, end
}

func (r *run) appendVerb(v verb, arg Value) {
	if v.width > r.env.limits.Output || v.precision > r.env.limits.Output {
		r.failLimit("A format is wider than %d bytes.", r.env.limits.Output)
	}
	switch v.letter {
	case 's':
		s := arg.String()
		if v.precision >= 0 && v.precision < len(s) {
			s = s[:v.precision]
		}
		r.appendPadded(v, s, false)
	case 'd', 'i':
		s := strconv.FormatInt(arg.toInt(), 10)
		if v.plus && arg.toInt() >= 0 {
			s = "+" + s
		}
		r.appendPadded(v, s, true)
	case 'u':
		r.appendPadded(v, strconv.FormatUint(uint64(arg.toInt()), 10), false)
	case 'x':
		r.appendPadded(v, strconv.FormatUint(uint64(arg.toInt()), 16), false)
	case 'X':
		r.appendPadded(v, strings.ToUpper(strconv.FormatUint(uint64(arg.toInt()), 16)), false)
	case 'o':
		r.appendPadded(v, strconv.FormatUint(uint64(arg.toInt()), 8), false)
	case 'b':
		r.appendPadded(v, strconv.FormatUint(uint64(arg.toInt()), 2), false)
	case 'c':
		r.scratch = append(r.scratch, byte(arg.toInt()))
	case 'f', 'F', 'e', 'E', 'g', 'G':
		r.appendPadded(v, formatFloatVerb(v, arg.toFloat()), true)
	default:
		c, _ := utf8.DecodeRuneInString(string(v.letter))
		r.fail("Unknown format specifier %q.", string(c))
	}
}

func formatFloatVerb(v verb, f float64) string {
	precision := v.precision
	if precision < 0 {
		precision = 6
	}
	precision = min(precision, 53)
	var s string
	switch v.letter {
	case 'f', 'F':
		s = strconv.FormatFloat(f, 'f', precision, 64)
	case 'e', 'E':
		s = trimExponent(strconv.FormatFloat(f, v.letter, precision, 64))
	default:
		s = string(appendPrecise(nil, f, max(precision, 1)))
		s = strings.Replace(s, ".0E", "E", 1)
		if v.letter == 'g' {
			s = strings.ToLower(s)
		}
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		s = string(appendFloat(nil, f))
	}
	if v.plus && f >= 0 {
		s = "+" + s
	}
	return s
}

// trimExponent writes 1.0e+1 where Go has 1.0e+01.
func trimExponent(s string) string {
	if n := len(s); n > 3 && s[n-2] == '0' && (s[n-3] == '+' || s[n-3] == '-') {
		return s[:n-2] + s[n-1:]
	}
	return s
}

// appendPadded fills a text up to the width; zeros go between sign and digits.
func (r *run) appendPadded(v verb, s string, number bool) {
	fill := v.width - len(s)
	switch {
	case fill <= 0:
		r.scratch = append(r.scratch, s...)
	case v.left:
		r.scratch = append(r.scratch, s...)
		r.appendFill(v.pad, fill)
	default:
		if number && v.pad == '0' && s != "" && (s[0] == '-' || s[0] == '+') {
			r.scratch = append(r.scratch, s[0])
			s = s[1:]
		}
		r.appendFill(v.pad, fill)
		r.scratch = append(r.scratch, s...)
	}
}

func (r *run) appendFill(c byte, n int) {
	for range n {
		r.scratch = append(r.scratch, c)
	}
}
