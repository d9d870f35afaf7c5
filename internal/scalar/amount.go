package scalar

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"strconv"
	"strings"
)

// Amount is an exact quantity of money or points, in ten-thousandths.
// In JSON it is a plain decimal number without trailing zeros (149.95).
type Amount int64

// One is the amount 1.
const One Amount = 10_000

// MaxAmount and its negative bound what is read: receivers take a JSON number
// for a double, and within these a double holds every ten-thousandth exactly.
const MaxAmount = 900_000_000_000 * One

// ErrAmountRange is returned for amounts beyond ±MaxAmount.
var ErrAmountRange = errors.New("amount is out of range")

const amountDigits = 4

// ParseAmount reads a decimal number such as "149.95", "-3" or "1.2e3".
// Digits beyond the fourth decimal are rounded half away from zero.
func ParseAmount(s string) (Amount, error) {
	if a, ok := parsePlain(s); ok {
		return a, nil
	}
	if len(s) > 64 {
		return 0, ErrAmountRange
	}
	return parseAny(s)
}

// parsePlain reads the common form: digits with at most four decimals.
func parsePlain(s string) (Amount, bool) {
	digits := strings.TrimPrefix(s, "-")
	if len(digits) == 0 || len(digits) > 15 {
		return 0, false
	}
	var n int64
	decimals := -1
	for i := 0; i < len(digits); i++ {
		c := digits[i]
		if c == '.' && decimals < 0 && i > 0 && i < len(digits)-1 {
			decimals = 0
			continue
		}
		if c < '0' || c > '9' {
			return 0, false
		}
		if decimals >= 0 {
			decimals++
		}
		n = n*10 + int64(c-'0')
	}
	if decimals < 0 {
		decimals = 0
	}
	if decimals > amountDigits {
		return 0, false
	}
	for ; decimals < amountDigits && n <= int64(MaxAmount); decimals++ {
		n *= 10
	}
	if n > int64(MaxAmount) {
		return 0, false
	}
	if len(digits) != len(s) {
		n = -n
	}
	return Amount(n), true
}

// parseAny reads every other decimal notation exactly, through a rational.
func parseAny(s string) (Amount, error) {
	f, err := strconv.ParseFloat(s, 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, ErrAmountRange
	case err != nil || math.IsNaN(f) || math.IsInf(f, 0) || strings.ContainsAny(s, "xXpP_"):
		return 0, fmt.Errorf("%q is not a decimal number", s)
	case math.Abs(f) > 1e15:
		return 0, ErrAmountRange
	case math.Abs(f) < 1e-9: // and the exponent may be anything
		return 0, nil
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return 0, fmt.Errorf("%q is not a decimal number", s)
	}
	r.Mul(r, new(big.Rat).SetInt64(int64(One)))
	a := Amount(roundHalfUp(r.Num(), r.Denom()))
	if a > MaxAmount || a < -MaxAmount {
		return 0, ErrAmountRange
	}
	return a, nil
}

// roundHalfUp returns num ÷ den, and the nearest int64 when it is beyond.
func roundHalfUp(num, den *big.Int) int64 {
	q, rem := new(big.Int).QuoRem(new(big.Int).Abs(num), den, new(big.Int))
	if rem.Lsh(rem, 1).Cmp(den) >= 0 {
		q.Add(q, big.NewInt(1))
	}
	if !q.IsInt64() {
		q.SetInt64(math.MaxInt64)
	}
	if num.Sign() < 0 {
		return -q.Int64()
	}
	return q.Int64()
}

// Mul returns a × b, rounded half away from zero to a ten-thousandth.
func (a Amount) Mul(b Amount) Amount { return a.MulDiv(b, One) }

// MulDiv returns a × by ÷ of, rounded half away from zero to a ten-thousandth,
// and the nearest int64 when it is beyond. of must not be zero.
func (a Amount) MulDiv(by, of Amount) Amount {
	negative := (a < 0) != (by < 0) != (of < 0)
	divisor := of.magnitude()
	high, low := bits.Mul64(a.magnitude(), by.magnitude())
	q := uint64(math.MaxUint64)
	if high < divisor {
		var rest uint64
		q, rest = bits.Div64(high, low, divisor)
		if rest >= divisor-rest && q < math.MaxInt64 {
			q++
		}
	}
	if q > math.MaxInt64 {
		q = math.MaxInt64
	}
	if negative {
		return -Amount(q)
	}
	return Amount(q)
}

func (a Amount) magnitude() uint64 {
	if a < 0 {
		return -uint64(a)
	}
	return uint64(a)
}

// DivInt returns a ÷ n, rounded half away from zero to a ten-thousandth.
// n must not be zero.
func (a Amount) DivInt(n int64) Amount {
	num, den := big.NewInt(int64(a)), big.NewInt(n)
	if n < 0 {
		num.Neg(num)
		den.Neg(den)
	}
	return Amount(roundHalfUp(num, den))
}

// Round returns a rounded half away from zero to the given number of decimals,
// 0 to 4.
func (a Amount) Round(decimals int) Amount {
	step := Amount(1)
	for i := decimals; i < amountDigits; i++ {
		step *= 10
	}
	half := step / 2
	if a < 0 {
		return (a - half) / step * step
	}
	return (a + half) / step * step
}

// String prints the amount exactly, without trailing zeros.
func (a Amount) String() string { return string(a.appendTo(nil)) }

func (a Amount) appendTo(b []byte) []byte {
	n := uint64(a)
	if a < 0 {
		b = append(b, '-')
		n = -n
	}
	b = strconv.AppendUint(b, n/uint64(One), 10)
	frac := n % uint64(One)
	if frac == 0 {
		return b
	}
	b = append(b, '.')
	for div := uint64(One) / 10; frac > 0; div /= 10 {
		b = append(b, byte('0'+frac/div))
		frac %= div
	}
	return b
}

// MarshalJSON writes the amount as a JSON number.
func (a Amount) MarshalJSON() ([]byte, error) { return a.AppendJSON(make([]byte, 0, 20)), nil }

// AppendJSON appends what MarshalJSON writes.
func (a Amount) AppendJSON(b []byte) []byte { return a.appendTo(b) }

// UnmarshalJSON reads a JSON number or a numeric string; null is 0.
func (a *Amount) UnmarshalJSON(data []byte) error {
	s := string(data)
	if s == "null" {
		*a = 0
		return nil
	}
	if len(s) > 1 && s[0] == '"' {
		s = s[1 : len(s)-1]
	}
	v, err := ParseAmount(s)
	if err != nil {
		return badJSON(data, *a, "a decimal number within ±900 billion")
	}
	*a = v
	return nil
}

// Value stores the amount as its ten-thousandths.
func (a Amount) Value() (driver.Value, error) { return int64(a), nil }

// Scan reads ten-thousandths. NULL reads as zero.
func (a *Amount) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*a = 0
	case int64:
		*a = Amount(v)
	default:
		return fmt.Errorf("scan amount: unexpected %T", src)
	}
	return nil
}
