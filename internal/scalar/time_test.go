package scalar

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestTimeReadsWhatClientsSend(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"the form of API v3", "2026-01-31 09:30:00", "2026-01-31 09:30:00"},
		{"a bare date is its midnight", "2026-01-31", "2026-01-31 00:00:00"},
		{"RFC 3339 in UTC", "2026-01-31T09:30:00Z", "2026-01-31 09:30:00"},
		{"RFC 3339 with an offset", "2026-01-31T09:30:00+11:00", "2026-01-30 22:30:00"},
		{"RFC 3339 with a fraction", "2026-01-31T09:30:00.123456789Z", "2026-01-31 09:30:00"},
		{"a T without a zone is UTC", "2026-01-31T09:30:00", "2026-01-31 09:30:00"},
		{"a leap day", "2028-02-29 00:00:00", "2028-02-29 00:00:00"},
		{"the last moment", "9999-12-31 23:59:59", "9999-12-31 23:59:59"},
		{"before 1970", "1901-12-13 20:45:52", "1901-12-13 20:45:52"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := ParseTime(c.in)
			if err != nil || got.String() != c.want {
				t.Errorf("ParseTime(%q) = %q, %v; want %q", c.in, got, err, c.want)
			}
		})
	}
}

func TestTimeRefusesWhatIsNone(t *testing.T) {
	for _, in := range []string{
		"", " ", "now", "2026", "2026-13-01", "2026-02-29", "2026-01-31 24:00:00", "31/01/2026", "1769851800",
		"0000-00-00 00:00:00", "0000-12-31", "0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00",
		"2026-01-31 09:30:00 ", "2026-01-31 09:30:00\x00",
	} {
		if got, err := ParseTime(in); err == nil {
			t.Errorf("ParseTime(%q) = %v", in, got)
		}
	}
}

func TestTimeSurvivesTextJSONAndRow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		micros := rapid.Int64Range(-62_135_596_799_000_000, 253_402_300_799_999_999).Draw(t, "microseconds")
		want := At(time.UnixMicro(micros))
		v, err := want.Value()
		if err != nil {
			t.Fatal(err)
		}
		var got Time
		if err := got.Scan(v); err != nil || !got.Equal(want.Time) {
			t.Fatalf("row: %v, %v", got, err)
		}
		whole := At(want.Truncate(time.Second))
		if whole.IsZero() {
			return
		}
		if got, err := ParseTime(whole.String()); err != nil || got != whole {
			t.Fatalf("text: %v, %v; want %v", got, err, whole)
		}
		b, err := json.Marshal(whole)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, &got); err != nil || got != whole {
			t.Fatalf("JSON: %v, %v; want %v", got, err, whole)
		}
	})
}

func TestZeroTimeAndDateAreNull(t *testing.T) {
	b, err := json.Marshal([]any{Time{}, Date(0)})
	if err != nil || string(b) != "[null,null]" {
		t.Errorf("got %s, %v", b, err)
	}
	v := struct {
		At, Blank Time
		On, None  Date
	}{At: At(time.Unix(1, 0)), Blank: At(time.Unix(1, 0)), On: 5, None: 5}
	err = json.Unmarshal([]byte(`{"At": null, "Blank": "", "On": null, "None": ""}`), &v)
	if err != nil || !v.At.IsZero() || !v.Blank.IsZero() || v.On != 0 || v.None != 0 {
		t.Errorf("got %+v, %v", v, err)
	}
	for _, in := range []string{`{"At": 5}`, `{"At": "x"}`, `{"At": {}}`, `{"On": 5}`, `{"On": "x"}`} {
		var typed *json.UnmarshalTypeError
		if err := json.Unmarshal([]byte(in), &v); !errors.As(err, &typed) {
			t.Errorf("%s: error = %v, want one that names the type", in, err)
		}
	}
}

func TestEveryDayIsAValueOfItsOwn(t *testing.T) {
	for _, c := range []struct {
		day  string
		want Date
	}{
		{"0001-01-01", 1},
		{"1969-12-31", epoch - 1},
		{"1970-01-01", epoch},
		{"9999-12-31", 3_652_059},
	} {
		got, err := ParseDate(c.day)
		if err != nil || got != c.want || got.String() != c.day {
			t.Errorf("ParseDate(%q) = %d (%s), %v; want %d", c.day, got, got, err, c.want)
		}
	}
}

func TestDateSurvivesTextJSONAndRow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := Date(rapid.Int64Range(1, 3_652_059).Draw(t, "day"))
		if got := DateOf(want.Midnight()); got != want {
			t.Fatalf("midnight: %v, want %v", got, want)
		}
		var got Date
		b, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, &got); err != nil || got != want {
			t.Fatalf("JSON: %v, %v; want %v", got, err, want)
		}
		v, err := want.Value()
		if err != nil {
			t.Fatal(err)
		}
		if err := got.Scan(v); err != nil || got != want {
			t.Fatalf("row: %v, %v; want %v", got, err, want)
		}
	})
}

func TestAddMonthsKeepsWithinTheMonth(t *testing.T) {
	for _, c := range []struct {
		from, want string
		months     int
	}{
		{"2028-02-29", "2029-02-28", 12},
		{"2028-02-29", "2032-02-29", 48},
		{"2027-02-28", "2028-02-28", 12},
		{"2026-01-31", "2026-02-28", 1},
		{"2026-03-31", "2026-02-28", -1},
		{"2026-12-15", "2027-01-15", 1},
		{"2026-01-15", "2025-12-15", -1},
	} {
		from, err := ParseDate(c.from)
		if err != nil {
			t.Fatal(err)
		}
		if got := from.AddMonths(c.months); got.String() != c.want {
			t.Errorf("%s + %d months = %s, want %s", c.from, c.months, got, c.want)
		}
	}
}

func TestDateIsTheDayInTheTimesOwnZone(t *testing.T) {
	melbourne, err := time.LoadLocation("Australia/Melbourne")
	if err != nil {
		t.Fatal(err)
	}
	moment := time.Date(2026, 4, 4, 22, 30, 0, 0, time.UTC) // the night that daylight saving ends
	if got := DateOf(moment.In(melbourne)).String(); got != "2026-04-05" {
		t.Errorf("day in Melbourne = %s", got)
	}
	if got := DateOf(moment).Sub(DateOf(moment.AddDate(0, -1, 0))); got != 31 {
		t.Errorf("days of March = %d", got)
	}
}

func FuzzParseTime(f *testing.F) {
	for _, s := range []string{
		"2026-01-31 09:30:00", "2026-01-31", "2026-01-31T09:30:00+11:00", "0001-01-01", "9999-12-31T23:59:59-10:00",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ParseTime(s)
		if err != nil || got.IsZero() {
			return
		}
		again, err := ParseTime(got.String())
		if err != nil || !again.Equal(got.Truncate(time.Second)) {
			t.Errorf("ParseTime(%q) = %s, which reads as %s, %v", s, got, again, err)
		}
	})
}

func FuzzTimeAndDateUnmarshalJSON(f *testing.F) {
	for _, s := range []string{`"2026-01-31 09:30:00"`, `"2026-01-31"`, "null", `""`, `"`, "5"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if !json.Valid(data) {
			return
		}
		var at, atAgain Time
		if json.Unmarshal(data, &at) == nil {
			b, err := json.Marshal(at)
			if err != nil || json.Unmarshal(b, &atAgain) != nil || atAgain.String() != at.String() {
				t.Errorf("%s reads as %s, which reads as %s", data, b, atAgain)
			}
		}
		var on, onAgain Date
		if json.Unmarshal(data, &on) == nil {
			b, err := json.Marshal(on)
			if err != nil || json.Unmarshal(b, &onAgain) != nil || onAgain != on {
				t.Errorf("%s reads as %s, which reads as %s", data, b, onAgain)
			}
		}
	})
}
