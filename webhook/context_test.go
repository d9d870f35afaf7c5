package webhook

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The samples hold every field that a context names, each with a value that isn't its zero.
var (
	//go:embed testdata/profile.json
	sampleProfile string
	//go:embed testdata/transaction.json
	sampleTransaction string
)

func TestContextsNameEveryFieldAndLoseNothing(t *testing.T) {
	for _, tt := range []struct {
		name, sample string
		context      any
	}{
		{"profile", sampleProfile, new(ProfileContext)},
		{"transaction", sampleTransaction, new(TransactionContext)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			decoder := json.NewDecoder(strings.NewReader(tt.sample))
			decoder.DisallowUnknownFields()
			if err := decoder.Decode(tt.context); err != nil {
				t.Fatal(err)
			}
			written, err := json.Marshal(tt.context)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(generic(t, []byte(tt.sample)), generic(t, written)); diff != "" {
				t.Fatalf("sample (-) and what was read from it (+):\n%s", diff)
			}
		})
	}
}

func generic(t *testing.T, data []byte) any {
	t.Helper()
	var v any
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestEveryFieldMayBeNull(t *testing.T) {
	for name, sample := range map[string]string{"profile": sampleProfile, "transaction": sampleTransaction} {
		t.Run(name, func(t *testing.T) {
			for path, body := range withEachFieldNull(t, sample) {
				var err error
				if name == "profile" {
					err = json.Unmarshal(body, new(ProfileContext))
				} else {
					err = json.Unmarshal(body, new(TransactionContext))
				}
				if err != nil {
					t.Errorf("%s null: %v", path, err)
				}
			}
		})
	}
}

// withEachFieldNull returns the sample once per object field, at any depth, with that field null.
func withEachFieldNull(t *testing.T, sample string) map[string][]byte {
	bodies := map[string][]byte{}
	root := generic(t, []byte(sample))
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case []any:
			for _, element := range v {
				walk(path, element)
			}
		case map[string]any:
			for name, value := range v {
				v[name] = nil
				body, err := json.Marshal(root)
				if err != nil {
					t.Fatal(err)
				}
				bodies[path+"."+name] = body
				v[name] = value
				if path == "" || !strings.Contains(name, "location") { // one location is like another
					walk(path+"."+name, value)
				}
			}
		}
	}
	walk("", root)
	return bodies
}

func TestDecodeATransaction(t *testing.T) {
	sale, err := Decode[TransactionContext](Message{Event: TransactionCreated, Body: []byte(sampleTransaction)})
	if err != nil {
		t.Fatal(err)
	}
	if sale.Total != 149_9500 || sale.Items[0].PriceSell+sale.Items[0].Discounts[0].Amount != sale.Items[0].PriceCurrent {
		t.Errorf("total %v, item %+v", sale.Total, sale.Items[0])
	}
	if !sale.TransactedAt.Equal(testTime) {
		t.Errorf("transacted at %v", sale.TransactedAt)
	}
	if sale.Profile.Email != "ada@example.com" || sale.Profile.Aggregations.ShopCount != 14 {
		t.Errorf("profile %+v", sale.Profile)
	}
}

func TestDecodeNamesTheField(t *testing.T) {
	const id = `"id":1,"transacted_at":"2025-06-15 14:32:00"`
	tests := []struct {
		name, body string
		want       FieldError
	}{
		{"a word for an amount", `{` + id + `,"total":"lots"}`, FieldError{"total", `is "lots", want a number with at most four decimals`}},
		{"five decimals", `{` + id + `,"items":[{"price_sell":0.00001}]}`, FieldError{"items.price_sell", "is 0.00001, want a number with at most four decimals"}},
		{"an amount out of range", `{` + id + `,"profile":{"aggregations":{"spend_all":1e15}}}`, FieldError{"profile.aggregations.spend_all", "is 1e15, want a number with at most four decimals"}},
		{"a time with a zone", `{"id":1,"transacted_at":"2025-06-15T14:32:00Z"}`, FieldError{"transacted_at", `is "2025-06-15T14:32:00Z", want a UTC time as "2006-01-02 15:04:05"`}},
		{"a UUID for an integer id", `{"id":"8f0e"}`, FieldError{"id", "is string, want int64"}},
		{"an object for a list", `{` + id + `,"tags":{}}`, FieldError{"tags", "is object, want []string"}},
		{"no id", `{"transacted_at":"2025-06-15 14:32:00"}`, FieldError{"id", "is missing"}},
		{"no time", `{"id":1}`, FieldError{"transacted_at", "is missing"}},
		{"the profile of somebody else", `{` + id + `,"profile_id":"a","profile":{"id":"b"}}`, FieldError{"profile.id", "is b, want the same as profile_id, a"}},
		{"a profile that contradicts itself", `{` + id + `,"profile_id":"a","profile":{"id":"a","profile_id":"b"}}`, FieldError{"profile.profile_id", "is b, want the same as id, a"}},
		{"an array", `[]`, FieldError{"", "is array, want webhook.TransactionContext"}},
		{"no JSON", `{"id":1,}`, FieldError{"", "body is not JSON: invalid character '}' looking for beginning of object key string at byte 9"}},
		{"nothing", ``, FieldError{"", "body is not JSON: unexpected end of JSON input at byte 0"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Decode[TransactionContext](Message{Event: TransactionUpdated, Body: []byte(tt.body)})
			decodeError, ok := errors.AsType[*DecodeError](err)
			if !ok {
				t.Fatalf("error %v, want a DecodeError", err)
			}
			if diff := cmp.Diff([]FieldError{tt.want}, decodeError.Fields); diff != "" {
				t.Error(diff)
			}
			if !strings.Contains(err.Error(), "transaction.updated") || !strings.Contains(err.Error(), tt.want.Problem) {
				t.Errorf("text %q", err)
			}
		})
	}
}

func TestDecodeReportsEveryMissingField(t *testing.T) {
	_, err := Decode[TransactionContext](Message{Body: []byte(`{}`)})
	const want = "webhook: decode: id is missing, transacted_at is missing"
	if err == nil || err.Error() != want {
		t.Fatalf("%v, want %s", err, want)
	}
}

func TestAContextRefusesTheEventOfAnother(t *testing.T) {
	_, err := Decode[TransactionContext](Message{Event: ProfileCreated, Body: []byte(sampleProfile)})
	if err == nil || !strings.Contains(err.Error(), "profile.created: is not what a webhook.TransactionContext holds") {
		t.Fatal(err)
	}
	if _, err := Decode[ProfileContext](Message{Body: []byte(sampleProfile)}); err != nil {
		t.Fatalf("without an event header: %v", err)
	}
}

func TestAnonymousSalesHaveNoProfile(t *testing.T) {
	body := `{"id":1,"transacted_at":"2025-06-15 14:32:00","profile_id":null,"profile":null,"total":5}`
	sale, err := Decode[TransactionContext](Message{Event: TransactionCreated, Body: []byte(body)})
	if err != nil || sale.Profile != nil || sale.ProfileID != "" {
		t.Fatalf("%+v, %v", sale, err)
	}
}

func TestUnknownFieldsStayInTheBody(t *testing.T) {
	body := `{"id":"a","invented_later":{"x":1}}`
	msg := Message{Event: ProfileUpdated, Body: []byte(body)}
	if _, err := Decode[ProfileContext](msg); err != nil {
		t.Fatal(err)
	}
	var own struct {
		ProfileContext
		InventedLater struct{ X int } `json:"invented_later"`
	}
	if err := msg.Decode(&own); err != nil || own.InventedLater.X != 1 || own.ID != "a" {
		t.Fatalf("%+v, %v", own, err)
	}
}

func TestSubscribed(t *testing.T) {
	yes, no := true, false
	tests := []struct {
		name  string
		comms Comms
		want  bool
	}{
		{"nothing said", Comms{}, true},
		{"promo", Comms{EmailPromo: &yes}, true},
		{"no promo", Comms{EmailPromo: &no}, false},
		{"promo but opted out", Comms{EmailPromo: &yes, EmailOptout: &yes}, false},
		{"promo but bounced", Comms{EmailPromo: &yes, EmailBounced: &yes}, false},
		{"not opted out", Comms{EmailOptout: &no, EmailBounced: &no}, true},
		{"another channel opted out", Comms{SMSOptout: &yes, PushOptout: &yes, PhoneOptout: &yes, PostOptout: &yes}, true},
	}
	for _, tt := range tests {
		if got := tt.comms.Subscribed(Email); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
	out := Comms{SMSOptout: &yes, PushOptout: &yes, PhoneOptout: &yes, PostOptout: &yes}
	for _, channel := range []Channel{SMS, Push, Phone, Post, "fax"} {
		if out.Subscribed(channel) {
			t.Errorf("subscribed to %s", channel)
		}
	}
}

func TestAmounts(t *testing.T) {
	tests := []struct {
		text string
		want Amount
		ok   bool
	}{
		{"0", 0, true}, {"-0", 0, true}, {"0.0000", 0, true}, {"0e300", 0, true},
		{"149.95", 149_9500, true}, {"-149.95", -149_9500, true}, {"25", 25_0000, true},
		{"0.0001", 1, true}, {"1.50000", 1_5000, true}, {"1e3", 1000_0000, true}, {"1.5E-2", 150, true}, {"15e-4", 15, true},
		{"922337203685477.5807", 1<<63 - 1, true}, {"-922337203685477.5808", -1 << 63, true},
		{"922337203685477.5808", 0, false}, {"1e15", 0, false}, {"1e99999999999", 0, false},
		{"0.00001", 0, false}, {"1e-5", 0, false}, {"", 0, false}, {" 1", 0, false}, {"1 ", 0, false}, {"+1", 0, false},
		{"01", 0, false}, {".5", 0, false}, {"1.", 0, false}, {"1,5", 0, false}, {"NaN", 0, false}, {"0x10", 0, false},
		{"true", 0, false}, {"[1]", 0, false}, {"1_000", 0, false}, {strings.Repeat("1", 401), 0, false},
	}
	for _, tt := range tests {
		got, err := ParseAmount(tt.text)
		if got != tt.want || (err == nil) != tt.ok {
			t.Errorf("ParseAmount(%q) = %v, %v", tt.text, got, err)
		}
	}
}

func TestAmountsPrintExactly(t *testing.T) {
	for amount, want := range map[Amount]string{
		0: "0", 1: "0.0001", -1: "-0.0001", 1_5000: "1.5", 149_9500: "149.95", -25_0000: "-25", 10_0100: "10.01",
		1<<63 - 1: "922337203685477.5807", -1 << 63: "-922337203685477.5808",
	} {
		if amount.String() != want {
			t.Errorf("%d printed as %s, want %s", int64(amount), amount, want)
		}
	}
	if got := Amount(149_9500).Float64(); got != 149.95 {
		t.Errorf("Float64 %v", got)
	}
}

func TestAmountsInJSON(t *testing.T) {
	var got struct{ A, B, C Amount }
	got.C = 7
	if err := json.Unmarshal([]byte(`{"a":149.95,"b":"149.95","c":null}`), &got); err != nil {
		t.Fatal(err)
	}
	written, err := json.Marshal(got)
	if err != nil || string(written) != `{"A":149.95,"B":149.95,"C":0.0007}` {
		t.Fatalf("%s, %v", written, err)
	}
	for _, bad := range []string{`true`, `{}`, `[1]`, `""`, `"1`, `"\u0031"`, `" 1"`} {
		if err := json.Unmarshal([]byte(bad), new(Amount)); err == nil {
			t.Errorf("%s was read as an amount", bad)
		}
	}
}

func TestTimesInJSON(t *testing.T) {
	for text, want := range map[string]time.Time{
		`"2025-06-15 14:32:00"`: time.Date(2025, 6, 15, 14, 32, 0, 0, time.UTC),
		`"2024-02-29"`:          time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC),
		`null`:                  {},
		`""`:                    {},
	} {
		var got Time
		if err := json.Unmarshal([]byte(text), &got); err != nil || !got.Equal(want) {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, bad := range []string{`"2025-06-31 00:00:00"`, `"2025-02-29"`, `"2025-06-15T14:32:00Z"`, `"2025-06-15 14:32"`, `"2025-06-15 4:32:00.1"`, `"2025-06-15 14:32:00.5"`, `1749961920`, `"now"`, `{}`} {
		if err := json.Unmarshal([]byte(bad), new(Time)); err == nil {
			t.Errorf("%s was read as a time", bad)
		}
	}
	melbourne := Time{time.Date(2025, 6, 15, 14, 32, 0, 0, time.FixedZone("AEST", 10*3600))}
	written, err := json.Marshal([]Time{melbourne, {}})
	if err != nil || string(written) != `["2025-06-15 04:32:00",null]` {
		t.Errorf("%s, %v", written, err)
	}
	if melbourne.String() != "2025-06-15 04:32:00" || (Time{}).String() != "" {
		t.Errorf("printed %q and %q", melbourne, Time{})
	}
}
