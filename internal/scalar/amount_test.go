package scalar

import (
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestAmountReadsEveryDecimalNotationExactly(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     Amount
	}{
		{"a price", "149.95", 1499500},
		{"a whole number", "3", 30000},
		{"zero", "0", 0},
		{"minus zero", "-0", 0},
		{"negative", "-3.5", -35000},
		{"four decimals", "0.0001", 1},
		{"leading zeros", "007.10", 71000},
		{"an exponent", "1.2e3", 12000000},
		{"a negative exponent", "12e-1", 12000},
		{"no digit before the point", ".5", 5000},
		{"no digit after the point", "5.", 50000},
		{"a plus sign", "+5", 50000},
		{"a half rounds up", "0.00005", 1},
		{"a half rounds away from zero", "-0.00005", -1},
		{"less than a half rounds down", "0.00004999999", 0},
		{"binary fractions do not creep in", "1.0049999999999999999999", 10050},
		{"the smallest exponent", "1e-999999999", 0},
		{"the largest amount", "900000000000", MaxAmount},
		{"the smallest amount", "-900000000000.0000", -MaxAmount},
		{"the largest below", "899999999999.9999", MaxAmount - 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := ParseAmount(c.in)
			if err != nil || got != c.want {
				t.Errorf("ParseAmount(%q) = %d, %v; want %d", c.in, got, err, c.want)
			}
		})
	}
}

func TestAmountRefusesWhatIsNoDecimalNumber(t *testing.T) {
	for _, in := range []string{
		"", "-", "+", ".", "-.", "--5", "5-", "1,5", "1 000", " 1", "1 ", "0x10", "0x1p-2", "1_000",
		"NaN", "Inf", "-Infinity", "1e", "e1", "1.2.3", "١", "1/3", "\x001",
	} {
		if got, err := ParseAmount(in); err == nil || errors.Is(err, ErrAmountRange) {
			t.Errorf("ParseAmount(%q) = %v, %v; want that it is no number", in, got, err)
		}
	}
}

func TestAmountRefusesWhatIsOutOfRange(t *testing.T) {
	for _, in := range []string{
		"900000000000.0001", "-900000000000.0001", "900000000000.00005", "999999999999999", "-999999999999999",
		"9999999999999999999", "1e12", "1e15", "1e400", "-1e999999999", strings.Repeat("9", 65),
	} {
		if got, err := ParseAmount(in); !errors.Is(err, ErrAmountRange) {
			t.Errorf("ParseAmount(%q) = %v, %v; want ErrAmountRange", in, got, err)
		}
	}
}

func TestAmountPrintsWithoutTrailingZeros(t *testing.T) {
	for want, a := range map[string]Amount{
		"149.95": 1499500, "0": 0, "-0.0001": -1, "100": 100 * One, "-3.05": -30500,
		"-922337203685477.5808": -1 << 63, "922337203685477.5807": 1<<63 - 1,
	} {
		if got := a.String(); got != want {
			t.Errorf("%d prints as %q, want %q", int64(a), got, want)
		}
	}
}

func anyAmount() *rapid.Generator[Amount] {
	return rapid.Custom(func(t *rapid.T) Amount {
		return Amount(rapid.Int64Range(int64(-MaxAmount), int64(MaxAmount)).Draw(t, "ten-thousandths"))
	})
}

func TestAmountSurvivesTextJSONAndRow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := anyAmount().Draw(t, "amount")
		if got, err := ParseAmount(a.String()); err != nil || got != a {
			t.Fatalf("text: %v, %v", got, err)
		}
		b, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range []string{string(b), `"` + string(b) + `"`} {
			got := Amount(7)
			if err := json.Unmarshal([]byte(form), &got); err != nil || got != a {
				t.Fatalf("JSON %s: %v, %v", form, got, err)
			}
		}
		var double float64
		if err := json.Unmarshal(b, &double); err != nil {
			t.Fatal(err)
		}
		if again, _ := json.Marshal(double); func() Amount { got, _ := ParseAmount(string(again)); return got }() != a {
			t.Fatalf("a double turns %s into %s", b, again)
		}
		v, err := a.Value()
		if err != nil {
			t.Fatal(err)
		}
		var got Amount
		if err := got.Scan(v); err != nil || got != a {
			t.Fatalf("row: %v, %v", got, err)
		}
	})
}

func TestAmountReadsLikeARational(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`-?(0|[1-9][0-9]{0,10})(\.[0-9]{1,12})?([eE][+-]?[0-2])?`).Draw(t, "text")
		got, err := ParseAmount(s)
		exact, ok := new(big.Rat).SetString(s)
		if !ok {
			t.Fatalf("%q is no rational", s)
		}
		exact.Mul(exact, big.NewRat(int64(One), 1))
		if bound := big.NewRat(int64(MaxAmount), 1); exact.Cmp(bound) > 0 || exact.Cmp(new(big.Rat).Neg(bound)) < 0 {
			if err != nil {
				return
			}
		}
		if err != nil {
			t.Fatalf("ParseAmount(%q): %v", s, err)
		}
		off := new(big.Rat).Sub(exact, big.NewRat(int64(got), 1))
		if off.Abs(off).Cmp(big.NewRat(1, 2)) > 0 {
			t.Fatalf("ParseAmount(%q) = %s, off by %s ten-thousandths", s, got, off.FloatString(6))
		}
	})
}

func TestAmountArithmeticRoundsHalfAwayFromZero(t *testing.T) {
	for _, c := range []struct {
		name      string
		got, want Amount
	}{
		{"product", Amount(15000).Mul(25000), 37500},
		{"product of halves", Amount(1).Mul(5000), 1},
		{"negative product", Amount(-1).Mul(5000), -1},
		{"quotient", (10 * One).DivInt(3), 33333},
		{"negative quotient", (-10 * One).DivInt(6), -16667},
		{"negative divisor", (10 * One).DivInt(-4), -25000},
		{"to cents", Amount(12345).Round(2), 12300},
		{"to cents, half", Amount(12350).Round(2), 12400},
		{"to cents, negative half", Amount(-12350).Round(2), -12400},
		{"to whole", Amount(15000).Round(0), 20000},
		{"to all decimals", Amount(12345).Round(4), 12345},
		{"beyond an int64", MaxAmount.Mul(-MaxAmount), -(1<<63 - 1)},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", c.name, c.got, c.want)
		}
	}
}

func TestAmountInJSON(t *testing.T) {
	var v struct{ Total, Tax Amount }
	v.Tax = 5
	if err := json.Unmarshal([]byte(`{"Total": "12.50", "Tax": null}`), &v); err != nil || v.Total != 125000 || v.Tax != 0 {
		t.Errorf("got %+v, %v", v, err)
	}
	for _, in := range []string{`"x"`, `{}`, `[]`, `true`, `""`, `"\u0031"`, `1e12`} {
		err := json.Unmarshal([]byte(`{"Total": `+in+`}`), &v)
		var typed *json.UnmarshalTypeError
		if !errors.As(err, &typed) {
			t.Errorf("%s: error = %v, want one that names the type", in, err)
		}
	}
}

func FuzzParseAmount(f *testing.F) {
	for _, s := range []string{"149.95", "-3", "1.2e3", "999999999999999", "0x1p4", "1e-400", ".", "5."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseAmount(s)
		if err != nil {
			return
		}
		if a > MaxAmount || a < -MaxAmount {
			t.Errorf("ParseAmount(%q) = %d is out of range", s, int64(a))
		}
		if again, err := ParseAmount(a.String()); err != nil || again != a {
			t.Errorf("ParseAmount(%q) = %s, which reads as %s, %v", s, a, again, err)
		}
		if exact, ok := new(big.Rat).SetString(s); ok && len(s) < 30 && !strings.ContainsAny(s, "eE/") {
			off := exact.Sub(exact.Mul(exact, big.NewRat(int64(One), 1)), big.NewRat(int64(a), 1))
			if off.Abs(off).Cmp(big.NewRat(1, 2)) > 0 {
				t.Errorf("ParseAmount(%q) = %s", s, a)
			}
		}
	})
}

func FuzzAmountUnmarshalJSON(f *testing.F) {
	for _, s := range []string{"1", `"1"`, "null", `""`, `"`, "{}", "1e3", `"-0.00005"`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if !json.Valid(data) {
			return
		}
		var a, again Amount
		if json.Unmarshal(data, &a) != nil {
			return
		}
		b, err := json.Marshal(a)
		if err != nil || json.Unmarshal(b, &again) != nil || again != a {
			t.Errorf("%s reads as %s, which reads as %s", data, b, again)
		}
	})
}

func BenchmarkAmount(b *testing.B) {
	b.Run("parse", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := ParseAmount("149.95"); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("print", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Amount(1499500).MarshalJSON(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
