package twig

import (
	"math"
	"strconv"
	"strings"
)

// String returns v as PHP prints it: true is 1, false and null are empty,
// floats have at most 14 significant digits and an array is the word Array.
func (v Value) String() string {
	switch v.kind {
	case inBool:
		if v.bool() {
			return "1"
		}
		return ""
	case inInt:
		return strconv.FormatInt(v.int(), 10)
	case inFloat, inDecimal:
		return string(appendFloat(nil, v.float()))
	case inString, inMarkup:
		return v.text()
	case inArray, inLoop, inScope:
		return "Array"
	case inTime:
		return formatTime(v.time(), "Y-m-d\\TH:i:sP")
	case inInterval:
		return "DateInterval"
	}
	return ""
}

// appendString appends what String returns.
func appendString(b []byte, v Value) []byte {
	switch v.kind {
	case inString, inMarkup:
		return append(b, v.text()...)
	case inInt:
		return strconv.AppendInt(b, v.int(), 10)
	case inFloat, inDecimal:
		return appendFloat(b, v.float())
	case inUndefined, inNull, inMissing, inAbsent:
		return b
	}
	return append(b, v.String()...)
}

// appendFloat writes f with PHP's default precision of 14 digits.
func appendFloat(b []byte, f float64) []byte { return appendPrecise(b, f, 14) }

// appendPrecise writes f as PHP's %.*G does, or with precision 0 in the
// shortest form that reads back the same (serialize_precision = -1).
func appendPrecise(b []byte, f float64, precision int) []byte {
	switch {
	case math.IsNaN(f):
		return append(b, "NAN"...)
	case math.IsInf(f, 1):
		return append(b, "INF"...)
	case math.IsInf(f, -1):
		return append(b, "-INF"...)
	case f == 0:
		if math.Signbit(f) {
			return append(b, '-', '0')
		}
		return append(b, '0')
	case f == math.Trunc(f) && (precision == 14 || precision == 0) && math.Abs(f) < 1e14:
		return strconv.AppendInt(b, int64(f), 10)
	}
	digits := precision - 1
	if precision == 0 {
		digits, precision = -1, 17
	}
	var buf [40]byte
	sci := strconv.AppendFloat(buf[:0], f, 'e', digits, 64)
	if sci[0] == '-' {
		b = append(b, '-')
		sci = sci[1:]
	}
	at := len(sci) - 1
	for sci[at] != 'e' {
		at--
	}
	exp, _ := strconv.Atoi(string(sci[at+1:]))
	mantissa := make([]byte, 0, 20)
	mantissa = append(mantissa, sci[0])
	if at > 2 {
		mantissa = append(mantissa, sci[2:at]...)
	}
	for len(mantissa) > 1 && mantissa[len(mantissa)-1] == '0' {
		mantissa = mantissa[:len(mantissa)-1]
	}
	return appendDecimal(b, mantissa, exp, precision)
}

// appendDecimal lays out the digits d.ddd × 10^exp as PHP does: plain while
// -4 ≤ exp < precision, else with an exponent.
func appendDecimal(b, digits []byte, exp, precision int) []byte {
	switch {
	case exp < -4 || exp >= precision:
		b = append(b, digits[0], '.')
		if len(digits) > 1 {
			b = append(b, digits[1:]...)
		} else {
			b = append(b, '0')
		}
		b = append(b, 'E')
		if exp >= 0 {
			b = append(b, '+')
		}
		return strconv.AppendInt(b, int64(exp), 10)
	case exp < 0:
		b = append(b, '0', '.')
		for i := -1; i > exp; i-- {
			b = append(b, '0')
		}
		return append(b, digits...)
	}
	for i := 0; i <= exp; i++ {
		if i < len(digits) {
			b = append(b, digits[i])
		} else {
			b = append(b, '0')
		}
	}
	if len(digits) > exp+1 {
		b = append(b, '.')
		b = append(b, digits[exp+1:]...)
	}
	return b
}

// truth is PHP's conversion to bool.
func (v Value) truth() bool {
	switch v.kind {
	case inBool, inInt:
		return v.num != 0
	case inFloat, inDecimal:
		return v.float() != 0
	case inString:
		s := v.text()
		return s != "" && s != "0"
	case inMarkup:
		return v.num != 0
	case inArray:
		return v.array().Len() > 0
	case inUndefined, inNull, inMissing, inAbsent:
		return false
	}
	return true
}

// number converts v to an Int or a Float, as PHP's arithmetic does.
// ok is false when v is no number at all.
func (v Value) number() (n Value, ok bool) {
	switch v.kind {
	case inInt, inFloat:
		return v, true
	case inDecimal:
		return FloatValue(v.float()), true
	case inBool:
		return IntValue(int64(v.num)), true
	case inUndefined, inNull, inMissing, inAbsent:
		return IntValue(0), true
	case inString, inMarkup:
		return leadingNumber(v.text())
	case inArray, inLoop, inScope:
		return IntValue(0), false
	}
	return IntValue(1), false
}

// toInt is PHP's (int) conversion.
func (v Value) toInt() int64 {
	n, _ := v.number()
	if v.kind == inArray {
		return int64(min(v.array().Len(), 1))
	}
	if n.kind == inInt {
		return n.int()
	}
	return floatToInt(n.float())
}

func (v Value) toFloat() float64 {
	n, _ := v.number()
	if v.kind == inArray {
		return float64(min(v.array().Len(), 1))
	}
	if n.kind == inInt {
		return float64(n.int())
	}
	return n.float()
}

// floatToInt truncates as PHP does: what is out of range wraps around, NaN
// and infinities are 0.
func floatToInt(f float64) int64 {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0
	}
	if f >= -0x1p63 && f < 0x1p63 {
		return int64(f)
	}
	m := math.Mod(math.Trunc(f), 0x1p64)
	if m < 0 {
		m += 0x1p64
	}
	return int64(uint64(m))
}

const phpSpace = " \t\n\r\v\f"

// leadingNumber reads the number at the start of s; ok is false without one.
func leadingNumber(s string) (Value, bool) {
	s = strings.TrimLeft(s, phpSpace)
	end, whole := scanNumber(s)
	if end == 0 {
		return IntValue(0), false
	}
	return parseNumber(s[:end], whole), true
}

// numericString reads s as a number when all of it is one, as is_numeric does.
func numericString(s string) (Value, bool) {
	s = strings.Trim(s, phpSpace)
	end, whole := scanNumber(s)
	if end == 0 || end != len(s) {
		return Value{}, false
	}
	return parseNumber(s, whole), true
}

func parseNumber(s string, whole bool) Value {
	if whole {
		if i, err := strconv.ParseInt(s, 10, 64); err == nil {
			return IntValue(i)
		}
	}
	f, _ := strconv.ParseFloat(s, 64)
	return FloatValue(f)
}

// scanNumber returns the length of the number that s starts with and whether
// it is written as an integer.
func scanNumber(s string) (end int, whole bool) {
	i := 0
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		i++
	}
	first := i
	for i < len(s) && s[i]-'0' <= 9 {
		i++
	}
	digits := i - first
	whole = true
	if i < len(s) && s[i] == '.' {
		j := i + 1
		for j < len(s) && s[j]-'0' <= 9 {
			j++
		}
		if j > i+1 || digits > 0 {
			digits += j - i - 1
			whole = false
			i = j
		}
	}
	if digits == 0 {
		return 0, false
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		j := i + 1
		if j < len(s) && (s[j] == '-' || s[j] == '+') {
			j++
		}
		k := j
		for k < len(s) && s[k]-'0' <= 9 {
			k++
		}
		if k > j {
			return k, false
		}
	}
	return i, whole
}
