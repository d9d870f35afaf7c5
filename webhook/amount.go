package webhook

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// An Amount is an exact decimal number in ten-thousandths: 149.95 is Amount(1499500). Money, points and quantities are
// Amounts. They add and compare as integers; the currency, where there is one, is a field beside them.
//
// In JSON an Amount is a number. It is also read from a string that holds one, and refuses what four decimals or 64 bits
// can't hold rather than round it.
type Amount int64

const (
	amountDecimals = 4
	amountOne      = 1_0000
)

var amountType = reflect.TypeFor[Amount]()

var errAmount = errors.New("not a decimal number with at most four decimals, or out of range")

// ParseAmount reads a decimal number as JSON writes them, such as "149.95", "-3" or "1.5e3".
func ParseAmount(text string) (Amount, error) {
	a, ok := parseAmount(text)
	if !ok {
		return 0, fmt.Errorf("webhook: parse amount %.40q: %w", text, errAmount)
	}
	return a, nil
}

func parseAmount(text string) (Amount, bool) {
	digits, exponent, ok := splitDecimal(text)
	if !ok {
		return 0, false
	}
	if strings.Trim(digits, "-0") == "" {
		return 0, true
	}
	shift := exponent + amountDecimals
	for ; shift < 0 && strings.HasSuffix(digits, "0"); shift++ {
		digits = digits[:len(digits)-1]
	}
	if shift < 0 || shift > 19 {
		return 0, false
	}
	n, err := strconv.ParseInt(digits+strings.Repeat("0", shift), 10, 64)
	return Amount(n), err == nil
}

// splitDecimal reads a JSON number as an integer and a power of ten: "-1.50e3" is "-150" and 1.
func splitDecimal(text string) (digits string, exponent int, ok bool) {
	const maxText = 400 // far beyond any Amount, short enough to be cheap
	if len(text) > maxText || !json.Valid([]byte(text)) || !strings.ContainsRune("-0123456789", rune(text[0])) {
		return "", 0, false
	}
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		e, err := strconv.Atoi(text[i+1:])
		if err != nil || e < -maxText || e > maxText {
			return "", 0, false
		}
		text, exponent = text[:i], e
	}
	whole, fraction, _ := strings.Cut(text, ".")
	return whole + fraction, exponent - len(fraction), true
}

// String returns the shortest exact decimal, such as "149.95", "25" or "-0.5".
func (a Amount) String() string { return string(a.append(nil)) }

func (a Amount) append(dst []byte) []byte {
	magnitude := uint64(a)
	if a < 0 {
		dst = append(dst, '-')
		magnitude = -magnitude
	}
	dst = strconv.AppendUint(dst, magnitude/amountOne, 10)
	fraction := magnitude % amountOne
	if fraction == 0 {
		return dst
	}
	dst = append(dst, '.')
	for unit := uint64(amountOne / 10); fraction > 0; unit /= 10 {
		dst = append(dst, byte('0'+fraction/unit))
		fraction %= unit
	}
	return dst
}

// Float64 returns the nearest float, for statistics and charts rather than for sums.
func (a Amount) Float64() float64 { return float64(a) / amountOne }

// MarshalJSON writes a number.
func (a Amount) MarshalJSON() ([]byte, error) { return a.append(nil), nil }

// UnmarshalJSON reads a number, a string that holds one, or null, which leaves the Amount as it is.
func (a *Amount) UnmarshalJSON(data []byte) error {
	text := string(data)
	if text == "null" {
		return nil
	}
	if unquoted, ok := strings.CutPrefix(text, `"`); ok {
		text = strings.TrimSuffix(unquoted, `"`)
	}
	parsed, ok := parseAmount(text)
	if !ok {
		// encoding/json adds the path of the field to an error of this type.
		return &json.UnmarshalTypeError{Value: fmt.Sprintf("%.40s", data), Type: amountType}
	}
	*a = parsed
	return nil
}
