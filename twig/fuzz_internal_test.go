package twig

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

// seeds adds templates that use all of the language to a fuzz corpus.
func seeds(f *testing.F, add func(template string)) {
	f.Helper()
	for _, file := range []string{"testdata/webhook.twig", "testdata/oracle/snippets.txt"} {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, line := range strings.Split(string(text), "\n") {
			add(strings.ReplaceAll(line, "⏎", "\n"))
		}
		add(string(text))
	}
}

func FuzzLexer(f *testing.F) {
	seeds(f, func(s string) { f.Add(s) })
	f.Fuzz(func(t *testing.T, code string) {
		toks, err := lexFuzzed(code)
		if err != nil {
			if errors.Is(err, errInternal) {
				t.Fatal(err)
			}
			return
		}
		if last := toks[len(toks)-1]; last.kind != tokEOF {
			t.Fatalf("the last token is %v", last)
		}
		for i, tok := range toks {
			if tok.pos < 0 || tok.pos > len(code) || i > 0 && tok.pos < toks[i-1].pos {
				t.Fatalf("token %d is at %d", i, tok.pos)
			}
		}
	})
}

func lexFuzzed(code string) (toks []token, err error) {
	src := &source{name: "fuzz", code: code}
	defer recoverFailure(&err, src)
	l := lexer{source: src, maxNest: 100}
	return l.run(), nil
}

func FuzzParser(f *testing.F) {
	seeds(f, func(s string) { f.Add(s) })
	env := New(Options{Limits: Limits{Template: 1 << 16}})
	f.Fuzz(func(t *testing.T, code string) {
		u, err := env.compile("fuzz", code, jsonValue)
		if (u == nil) == (err == nil) {
			t.Fatalf("got %v, %v", u, err)
		}
		if errors.Is(err, errInternal) {
			t.Fatal(err)
		}
		if e, ok := err.(*Error); err != nil && (!ok || e.Line < 1 && !strings.Contains(code, "line") || e.Column < 1 || e.Message == "") {
			t.Fatalf("got %#v", err)
		}
	})
}

func FuzzDate(f *testing.F) {
	for _, s := range []string{
		"2026-03-05T09:07:04.123456+10:30", "last friday of next month", "+1 week 2 days ago", "monday next week 10:30 pm",
		"@1700000000", "10/Oct/2000:13:55:36 -0700", "Fri, 25 Dec 2026 10:11:12 UTC", "2026W103", "first day of january 2027 noon",
	} {
		f.Add(s, "Y-m-d\\TH:i:s.v e T P p O c r U N jS z t L B o W")
	}
	z := newZones(nil)
	now := time.Date(2026, 3, 5, 9, 7, 4, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text, format string) {
		if at, err := parseDate(text, now, z); err == nil {
			formatTime(at, format)
			between(now, at).format(format)
		}
		if at, err := modifyDate(now, text, z); err == nil {
			formatTime(at, format)
		}
	})
}

func FuzzPattern(f *testing.F) {
	f.Add("/^a+b*?[^x]\\d$/imsxuAD", "aab1")
	f.Add("{\\h+\\R(?<n>x)++}", "  \nx")
	f.Fuzz(func(t *testing.T, pattern, subject string) {
		if re, err := translatePattern(pattern); err == nil {
			re.MatchString(subject)
		}
	})
}
