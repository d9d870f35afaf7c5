package loyalty

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

func TestPhoneKey(t *testing.T) {
	for _, c := range []struct {
		name, number, country, want string
	}{
		{"international stays", "+61 412 345 678", "", "+61412345678"},
		{"international access code", "0061412345678", "", "+61412345678"},
		{"the prefix in brackets goes", "+44 (0)20 7946 0018", "", "+442079460018"},
		{"marks between digits go", "tel:+1 (555) 123-4567", "", "+15551234567"},
		{"national with its country", "0412 345 678", "AU", "+61412345678"},
		{"national without its prefix", "412345678", "AU", "+61412345678"},
		{"national with a calling code for a country", "0412 345 678", "61", "+61412345678"},
		{"calling code without the plus", "61412345678", "AU", "+61412345678"},
		{"a country without a prefix keeps its zero", "06 1234 5678", "IT", "+390612345678"},
		{"Hungary's prefix has two digits", "06 20 123 4567", "HU", "+36201234567"},
		{"American with its prefix", "1 555 123 4567", "US", "+15551234567"},
		{"unknown country keeps the digits", "0412 345 678", "", "0412345678"},
		{"letters are no number", "CALL ME", "", ""},
		{"too short", "+123", "", ""},
		{"too long", "+1234567890123456", "", ""},
		{"no country starts with zero", "+0412345678", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			named, _ := countryNamed(c.country)
			key, ok := phoneKey(c.number, named.iso)
			if !ok {
				key = ""
			}
			if key != c.want {
				t.Errorf("got %q, want %q", key, c.want)
			}
		})
	}
}

func TestPhoneKeyIsItsOwnKey(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.StringMatching(`\+?[0-9 ()./-]{5,20}`).Draw(t, "number")
		iso := rapid.SampledFrom([]string{"", "AU", "US", "IT", "HU"}).Draw(t, "country")
		key, ok := phoneKey(number, iso)
		if !ok || key[0] != '+' {
			t.Skip("no E.164 form")
		}
		if again, ok := phoneKey(key, iso); !ok || again != key {
			t.Fatalf("%q became %q, and that %q (%v)", number, key, again, ok)
		}
	})
}

func TestPhoneCountryIsNullWhereSeveralShareTheCode(t *testing.T) {
	for _, c := range []struct{ e164, named, want string }{
		{"+15551234567", "", ""},
		{"+15551234567", "CA", "CA"},
		{"+61412345678", "", "AU"},
		{"+61412345678", "NZ", "AU"},
		{"+35312345678", "", "IE"},
		{"+99912345678", "", ""},
	} {
		if got, _ := countryOf(c.e164, c.named); got.iso != c.want {
			t.Errorf("%s named %q: got %q, want %q", c.e164, c.named, got.iso, c.want)
		}
	}
}

func TestBirthRules(t *testing.T) {
	for _, c := range []struct {
		name             string
		day, month, year scalar.Int
		fault            string
	}{
		{"nothing is known", 0, 0, 0, ""},
		{"day and month", 15, 3, 0, ""},
		{"all three", 15, 3, 1985, ""},
		{"29 February of a year unknown", 29, 2, 0, ""},
		{"29 February of a leap year", 29, 2, 2000, ""},
		{"29 February of another year", 29, 2, 1999, "birth_day"},
		{"30 February", 30, 2, 0, "birth_day"},
		{"31 April", 31, 4, 0, "birth_day"},
		{"a day needs its month", 15, 0, 0, "birth_month"},
		{"a month needs its day", 0, 3, 0, "birth_day"},
		{"a year needs both", 0, 0, 1985, "birth_day birth_month"},
		{"month 13", 1, 13, 0, "birth_month"},
		{"a negative day", -1, 3, 0, "birth_day"},
		{"before anyone alive", 1, 1, 1899, "birth_year"},
		{"in the future", 20, 12, 2026, "birth_year"},
		{"next year", 1, 1, 2027, "birth_year"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var p profileChange
			p.now = scalar.At(time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC))
			p.setBirth(c.day, c.month, c.year)
			var fields []string
			for name := range p.invalid.Fields {
				fields = append(fields, name)
			}
			slices.Sort(fields)
			if got := strings.Join(fields, " "); got != c.fault {
				t.Errorf("faults %q, want %q", got, c.fault)
			}
		})
	}
}

func TestBirthdays(t *testing.T) {
	for _, c := range []struct {
		name             string
		day, month, year scalar.Int
		today, next      string
		until, past      int
	}{
		{"tomorrow", 15, 3, 1985, "2026-03-14", "2026-03-15", 1, 364},
		{"today", 14, 3, 0, "2026-03-14", "2026-03-14", 0, 0},
		{"yesterday", 13, 3, 0, "2026-03-14", "2027-03-13", 364, 1},
		{"29 February in another year", 29, 2, 2000, "2026-02-27", "2026-02-28", 1, 364},
		{"29 February on its substitute", 29, 2, 2000, "2026-02-28", "2026-02-28", 0, 0},
		{"29 February in a leap year", 29, 2, 2000, "2028-02-28", "2028-02-29", 1, 365},
		{"over the turn of the year", 1, 1, 0, "2026-12-31", "2027-01-01", 1, 364},
	} {
		t.Run(c.name, func(t *testing.T) {
			today, err := scalar.ParseDate(c.today)
			if err != nil {
				t.Fatal(err)
			}
			p := event.Profile{BirthDay: c.day, BirthMonth: c.month, BirthYear: c.year}
			showBirth(&p, today)
			if p.NextBirthday.String() != c.next || *p.BirthDays != c.until || *p.BirthDaysPast != c.past {
				t.Errorf("got %v in %d, past %d", p.NextBirthday, *p.BirthDays, *p.BirthDaysPast)
			}
		})
	}
}

func TestTagsAreHyphenatedOnceEachInOrder(t *testing.T) {
	got := normalTags([]string{"VIP customer", "  new  in ", "vip", "VIP-customer", "", " "})
	if want := []string{"VIP-customer", "new-in", "vip"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNormalTagsAreAFixedPoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tags := normalTags(rapid.SliceOf(rapid.String()).Draw(t, "tags"))
		if again := normalTags(tags); !slices.Equal(tags, again) {
			t.Fatalf("%q became %q", tags, again)
		}
		seen := map[string]bool{}
		for _, tag := range tags {
			if seen[tag] || tag == "" || strings.ContainsAny(tag, " \t\n") {
				t.Fatalf("tags %q", tags)
			}
			seen[tag] = true
		}
	})
}

func TestTypedValues(t *testing.T) {
	for _, c := range []struct {
		name, typ, value, want, fault string
	}{
		{"text", "string", `"a"`, `"a"`, ""},
		{"a number as text", "string", `17`, `"17"`, ""},
		{"an object as text", "string", `{}`, ``, "value"},
		{"an integer", "integer", `17`, `17`, ""},
		{"an integer in a string", "integer", `" 17"`, `17`, ""},
		{"a fraction is no integer", "integer", `1.5`, ``, "value"},
		{"a float", "float", `1.50`, `1.50`, ""},
		{"a float in a string", "float", `"1e3"`, `1e3`, ""},
		{"text is no float", "float", `"true"`, ``, "value"},
		{"a truth value", "boolean", `true`, `true`, ""},
		{"a truth value in a string", "boolean", `"FALSE"`, `false`, ""},
		{"1 is true", "boolean", `1`, `true`, ""},
		{"2 is not", "boolean", `2`, ``, "value"},
		{"an array", "array", `[1, {"a": "<b>"}]`, `[1,{"a":"<b>"}]`, ""},
		{"an object is no array", "array", `{}`, ``, "value"},
		{"anything", "json", `{"b": 1, "a": [null]}`, `{"b":1,"a":[null]}`, ""},
		{"null fits every type", "integer", `null`, ``, ""},
		{"a type is needed", "", `1`, ``, "type"},
		{"a type of nobody", "date", `1`, ``, "type"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, bad := typedValue(c.typ, json.RawMessage(c.value))
			fault := ""
			if bad != nil {
				fault = bad.field
			}
			if string(got) != c.want || fault != c.fault {
				t.Errorf("got %s with fault %q, want %s with %q", got, fault, c.want, c.fault)
			}
		})
	}
}

func TestStatusExpiry(t *testing.T) {
	melbourne, err := time.LoadLocation("Australia/Melbourne")
	if err != nil {
		t.Fatal(err)
	}
	// Saturday 31 January 2026, 10:00 in Melbourne.
	now := scalar.At(time.Date(2026, 1, 30, 23, 0, 0, 0, time.UTC))
	fixed := scalar.At(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))
	for _, c := range []struct {
		name   string
		status store.Status
		want   string
	}{
		{"no period never expires", store.Status{}, ""},
		{"days", store.Status{Period: 2, PeriodType: "days"}, "2026-02-02 10:00:00"},
		{"weeks", store.Status{Period: 1, PeriodType: "weeks"}, "2026-02-07 10:00:00"},
		{"months stop at the month's last day", store.Status{Period: 1, PeriodType: "months"}, "2026-02-28 10:00:00"},
		{"months keep the clock over daylight saving", store.Status{Period: 6, PeriodType: "months"}, "2026-07-31 10:00:00"},
		{"years", store.Status{Period: 1, PeriodType: "years"}, "2027-01-31 10:00:00"},
		{"a date", store.Status{PeriodType: "absolute_date", AbsoluteExpiry: fixed}, "2030-01-01 11:00:00"},
		{"this week ends on Sunday", store.Status{PeriodType: "absolute_week"}, "2026-02-01 23:59:59"},
		{"the week after next", store.Status{Period: 2, PeriodType: "absolute_week"}, "2026-02-15 23:59:59"},
		{"this month", store.Status{PeriodType: "absolute_month"}, "2026-01-31 23:59:59"},
		{"next month", store.Status{Period: 1, PeriodType: "absolute_month"}, "2026-02-28 23:59:59"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			if at := expiry(statusPeriod(c.status), now, melbourne); !at.IsZero() {
				got = at.In(melbourne).Format(scalar.TimeLayout)
			}
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestAttributesAreStoredWithoutWhatNobodySaid(t *testing.T) {
	yes, no := true, false
	a := attributes{
		Comms:      event.Comms{EmailPromo: &yes, SMSPromo: &no, PushOptout: true, PostVerification: "sent"},
		Appearance: event.Appearance{"size_top": "<M>"},
	}
	column, err := a.encode()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"comms":{"email_promo":true,"post_verification":"sent","push_optout":true,"sms_promo":false},"appearance":{"size_top":"<M>"}}`
	if string(column) != want {
		t.Errorf("got  %s\nwant %s", column, want)
	}
	back, err := decodeAttributes(column)
	if err != nil || !sameJSON(a.Comms, back.Comms) || !sameJSON(a.Appearance, back.Appearance) {
		t.Errorf("read back %+v, %v", back, err)
	}
	if column, err := (attributes{}).encode(); column != nil || err != nil {
		t.Errorf("no attributes are %s, %v", column, err)
	}
}
