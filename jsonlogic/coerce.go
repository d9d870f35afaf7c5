package jsonlogic

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// The conversions of ECMAScript that JSON Logic inherits: ToBoolean (with the
// one exception that an empty array is false), ToNumber, ToString, and the
// comparisons built on them.

// Truthy reports whether v counts as true: everything but null, false, 0, NaN,
// "" and [].
func (v Value) Truthy() bool {
	switch v.kind {
	case KindBool, KindString, KindArray:
		return v.num != 0
	case KindNumber:
		f := v.Float()
		return f != 0 && f == f
	case KindObject:
		return true
	}
	return false
}

// number is ToNumber.
func (v Value) number() float64 {
	switch v.kind {
	case KindNumber:
		return v.Float()
	case KindNull:
		return 0
	case KindBool:
		return float64(v.num)
	case KindString:
		return stringNumber(v.Text())
	}
	return stringNumber(v.text())
}

// leadingNumber is the global function parseFloat.
func (v Value) leadingNumber() float64 {
	if v.kind == KindNumber {
		return v.Float()
	}
	s := strings.TrimLeftFunc(v.text(), isSpace)
	return decimal(s[:decimalPrefix(s)])
}

// text is ToString.
func (v Value) text() string {
	if v.kind == KindString {
		return v.Text()
	}
	return string(v.appendText(nil))
}

func (v Value) appendText(dst []byte) []byte {
	switch v.kind {
	case KindNull:
		return append(dst, "null"...)
	case KindNumber:
		if digits := v.digits(); digits != "" {
			return append(dst, digits...)
		}
		return appendNumber(dst, v.Float())
	case KindString:
		return append(dst, v.Text()...)
	case KindArray:
		return appendJoined(dst, v.elements(), ",")
	case KindObject:
		return append(dst, "[object Object]"...)
	}
	return strconv.AppendBool(dst, v.Bool())
}

// appendJoined is Array.prototype.join, in which null is empty.
func appendJoined(dst []byte, elements []Value, separator string) []byte {
	for i, element := range elements {
		if i > 0 {
			dst = append(dst, separator...)
		}
		if element.kind != KindNull {
			dst = element.appendText(dst)
		}
	}
	return dst
}

// primitive is ToPrimitive: arrays and objects become strings.
func (v Value) primitive() Value {
	if v.compound() {
		return String(v.text())
	}
	return v
}

func (v Value) compound() bool { return v.kind == KindArray || v.kind == KindObject }

// strictEqual is ===.
func strictEqual(a, b Value) bool {
	if a.kind != b.kind {
		return false
	}
	switch a.kind {
	case KindNumber:
		return a.Float() == b.Float()
	case KindString:
		return a.Text() == b.Text()
	case KindArray, KindObject:
		return a.same(b)
	}
	return a.num == b.num
}

// looseEqual is ==.
func looseEqual(a, b Value) bool {
	if a.kind == b.kind {
		return strictEqual(a, b)
	}
	if a.kind == KindNull || b.kind == KindNull || (a.compound() && b.compound()) {
		return false
	}
	a, b = a.primitive(), b.primitive()
	if a.kind == KindString && b.kind == KindString {
		return a.Text() == b.Text()
	}
	return a.number() == b.number()
}

// order compares as the relational operators do. It reports false when one
// side is not a number and the comparison therefore is false either way.
func order(a, b Value) (int, bool) {
	if a.kind == KindNumber && b.kind == KindNumber {
		return orderNumbers(a.Float(), b.Float())
	}
	a, b = a.primitive(), b.primitive()
	if a.kind == KindString && b.kind == KindString {
		return orderText(a.Text(), b.Text()), true
	}
	return orderNumbers(a.number(), b.number())
}

func orderNumbers(a, b float64) (int, bool) {
	switch {
	case a < b:
		return -1, true
	case a > b:
		return 1, true
	}
	return 0, a == b
}

// orderText compares by UTF-16 units. That is the order of the bytes, except
// that characters beyond U+FFFF (lead byte F0 and up) have units below those
// of U+E000 to U+FFFF (lead byte EE or EF).
func orderText(a, b string) int {
	for i := range min(len(a), len(b)) {
		x, y := a[i], b[i]
		if x == y {
			continue
		}
		if x >= 0xEE && y >= 0xEE && (x >= 0xF0) != (y >= 0xF0) {
			x, y = y, x
		}
		return int(x) - int(y)
	}
	return len(a) - len(b)
}

// stringNumber is StringToNumber.
func stringNumber(s string) float64 {
	s = strings.TrimFunc(s, isSpace)
	if s == "" {
		return 0
	}
	if f, prefixed := prefixedInteger(s); prefixed {
		return f
	}
	if decimalPrefix(s) != len(s) {
		return math.NaN()
	}
	return decimal(s)
}

// prefixedInteger reads 0x, 0o and 0b literals.
func prefixedInteger(s string) (float64, bool) {
	if len(s) < 2 || s[0] != '0' {
		return 0, false
	}
	var base int
	switch s[1] | 0x20 {
	case 'x':
		base = 16
	case 'o':
		base = 8
	case 'b':
		base = 2
	default:
		return 0, false
	}
	if len(s) == 2 || s[2] == '-' || s[2] == '+' {
		return math.NaN(), true
	}
	integer, valid := new(big.Int).SetString(s[2:], base)
	if !valid {
		return math.NaN(), true
	}
	f, _ := new(big.Float).SetInt(integer).Float64()
	return f, true
}

// decimal converts what decimalPrefix found; an empty prefix is not a number.
func decimal(s string) float64 {
	if s == "" {
		return math.NaN()
	}
	f, _ := strconv.ParseFloat(s, 64) // out of range gives the infinity or zero wanted
	return f
}

// decimalPrefix gives the length of the longest prefix of s that is a
// StrDecimalLiteral.
func decimalPrefix(s string) int {
	i := 0
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		i++
	}
	if strings.HasPrefix(s[i:], "Infinity") {
		return i + len("Infinity")
	}
	whole := digitRun(s[i:])
	i += whole
	fraction := 0
	if i < len(s) && s[i] == '.' {
		if fraction = digitRun(s[i+1:]); whole+fraction > 0 {
			i += 1 + fraction
		}
	}
	if whole+fraction == 0 {
		return 0
	}
	return i + exponentRun(s[i:])
}

// exponentRun gives the length of the exponent that s begins with, 0 for none.
func exponentRun(s string) int {
	if s == "" || s[0]|0x20 != 'e' {
		return 0
	}
	i := 1
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		i++
	}
	digits := digitRun(s[i:])
	if digits == 0 {
		return 0
	}
	return i + digits
}

func digitRun(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

// isSpace knows ECMAScript's white space and line terminators.
func isSpace(r rune) bool {
	switch r {
	case ' ', '\t', '\n', '\v', '\f', '\r', 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF:
		return true
	}
	return r >= 0x2000 && r <= 0x200A
}
