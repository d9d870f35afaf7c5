package twig

import (
	"math"
	"strconv"
	"strings"
)

func numberFilters() []*callDef {
	numberFormat := define("number_format", "decimal? decimal_point? thousand_sep?", numberFormatFilter)
	numberFormat.numeric = formatIsNumber
	currency := define("currency", "symbol? decimals?", currencyFilter)
	return []*callDef{
		numberFormat, currency,
		define("abs", "", absolute),
		define("round", "precision? method?", round),
	}
}

// formatIsNumber reports whether number_format writes numbers of every size
// alike: with thousands separators only the small ones would be numbers.
func formatIsNumber(args []argument) bool {
	_, point := constantArgument(args, 1, "decimal_point")
	thousands, ok := constantArgument(args, 2, "thousand_sep")
	return point && ok && thousands == ""
}

func absolute(r *run, args []Value) Value {
	n, ok := args[0].number()
	if args[0].isText() {
		n, ok = numericString(args[0].text())
	}
	if !ok {
		r.fail(`The "abs" filter expects a number, got %s.`, describeKind(args[0]))
	}
	if n.kind == inInt && n.int() >= 0 || n.kind == inFloat && !math.Signbit(n.float()) {
		return n
	}
	return negate(n)
}

func round(r *run, args []Value) Value {
	f := args[0].toFloat()
	places := int(max(min(args[1].toInt(), 400), -400))
	method := "common"
	if !args[2].IsNull() {
		method = args[2].String()
	}
	pow := math.Pow(10, float64(places))
	switch method {
	case "common":
		return FloatValue(roundHalfUp(f, places))
	case "ceil":
		return FloatValue(math.Ceil(f*pow) / pow)
	case "floor":
		return FloatValue(math.Floor(f*pow) / pow)
	}
	r.fail(`The "round" filter only supports the "common", "ceil", and "floor" methods.`)
	return nullValue
}

// roundHalfUp rounds like PHP: away from zero, and on the 15 digits that a
// float holds, so that 1.005 becomes 1.01.
func roundHalfUp(f float64, places int) float64 {
	if f == 0 || math.IsInf(f, 0) || math.IsNaN(f) || math.Abs(f) >= 1e15 && places >= 0 {
		return f
	}
	if n, ok := scaled(f, places); ok {
		return math.Copysign(float64(n)/powersOfTen[places], f)
	}
	digits, exp := decimalDigits(f)
	keep := exp + 1 + places
	if keep >= len(digits) {
		pow := math.Pow(10, float64(places))
		if t := math.Abs(f) * pow; t < 1e15 {
			return math.Copysign(math.Floor(t+0.5)/pow, f)
		}
		return f
	}
	if keep < 0 {
		return math.Copysign(0, f)
	}
	up := digits[keep] >= '5'
	digits = digits[:keep]
	if up {
		i := keep - 1
		for i >= 0 && digits[i] == '9' {
			digits[i] = '0'
			i--
		}
		if i >= 0 {
			digits[i]++
		} else {
			digits = append([]byte{'1'}, digits...)
			exp++
		}
	}
	if len(digits) == 0 {
		return math.Copysign(0, f)
	}
	text := string(digits) + "e" + strconv.Itoa(exp-len(digits)+1)
	g, _ := strconv.ParseFloat(text, 64) // always well formed
	return math.Copysign(g, f)
}

// powersOfTen that a float holds exactly.
var powersOfTen = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10}

// scaled returns |f| × 10^places as an integer, when it is clear without
// looking at the digits on which side of a half f lies.
func scaled(f float64, places int) (n int64, ok bool) {
	if places < 0 || places >= len(powersOfTen) {
		return 0, false
	}
	t := math.Abs(f) * powersOfTen[places]
	if t >= 1e15 {
		return 0, false
	}
	n = int64(t + 0.5)
	distance := math.Abs(t - math.Floor(t) - 0.5)
	return n, distance > t*2e-14+1e-14
}

// decimalDigits returns |f| as 15 digits d.ddd × 10^exp, the last one rounded
// up at a half, as PHP does where a power of ten is exact.
func decimalDigits(f float64) (digits []byte, exp int) {
	s := strconv.FormatFloat(math.Abs(f), 'e', 14, 64)
	at := strings.IndexByte(s, 'e')
	exp, _ = strconv.Atoi(s[at+1:]) // always well formed
	if exp >= -8 && exp <= 14 {
		if n := math.Floor(math.Abs(f)*math.Pow(10, float64(14-exp)) + 0.5); n < 1e15 {
			return strconv.AppendInt(nil, int64(n), 10), exp
		}
	}
	return []byte(s[:1] + s[2:at]), exp
}

func numberFormatFilter(r *run, args []Value) Value {
	decimals := int64(0)
	if !args[1].IsNull() {
		decimals = min(max(args[1].toInt(), 0), 300)
	}
	point, thousands := ".", ","
	if !args[2].IsNull() {
		point = args[2].String()
	}
	if !args[3].IsNull() {
		thousands = args[3].String()
	}
	if len(thousands) > 16 {
		r.use(len(thousands) * 103) // times, in the largest number
	}
	base := len(r.scratch)
	r.scratch = appendNumber(r.scratch, args[0].toFloat(), int(decimals), point, thousands)
	return r.takeScratch(base)
}

// appendNumber is PHP's number_format.
func appendNumber(b []byte, f float64, decimals int, point, thousands string) []byte {
	if n, ok := scaled(f, decimals); ok {
		if f < 0 && n != 0 {
			b = append(b, '-')
		}
		return appendScaled(b, n, decimals, point, thousands)
	}
	f = roundHalfUp(f, decimals)
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return append(b, strings.ToLower(string(appendFloat(nil, f)))...)
	}
	var buf [400]byte
	digits := strconv.AppendFloat(buf[:0], math.Abs(f), 'f', decimals, 64)
	whole := len(digits)
	if decimals > 0 {
		whole -= decimals + 1
	}
	if f < 0 {
		b = append(b, '-')
	}
	b = appendGrouped(b, digits[:whole], thousands)
	if decimals > 0 {
		b = append(append(b, point...), digits[whole+1:]...)
	}
	return b
}

func appendGrouped(b, digits []byte, thousands string) []byte {
	for i, c := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b = append(b, thousands...)
		}
		b = append(b, c)
	}
	return b
}

// appendScaled writes n × 10^-decimals.
func appendScaled(b []byte, n int64, decimals int, point, thousands string) []byte {
	var buf [32]byte
	digits := appendPad(buf[:0], int(n), decimals+1)
	whole := len(digits) - decimals
	b = appendGrouped(b, digits[:whole], thousands)
	if decimals > 0 {
		b = append(append(b, point...), digits[whole:]...)
	}
	return b
}

// currencyFilter prints an amount of money with two decimals and thousands,
// after a symbol: {{ 1234.5|currency }} is $1,234.50.
func currencyFilter(r *run, args []Value) Value {
	symbol, decimals := "$", int64(2)
	if !args[1].IsNull() {
		symbol = args[1].String()
	}
	if !args[2].IsNull() {
		decimals = min(max(args[2].toInt(), 0), 20)
	}
	f := roundHalfUp(args[0].toFloat(), int(decimals))
	base := len(r.scratch)
	if f < 0 {
		r.scratch = append(r.scratch, '-')
	}
	r.scratch = append(r.scratch, symbol...)
	r.scratch = appendNumber(r.scratch, math.Abs(f), int(decimals), ".", ",")
	return r.takeScratch(base)
}
