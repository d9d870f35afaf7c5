package jsonlogic_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	oracle "github.com/diegoholiveira/jsonlogic/v3"

	"github.com/belfryhq/belfry/jsonlogic"
)

const typicalRule = `{"and":[
	{">=":[{"var":"aggregations.spend_12m"},1000]},
	{"in":["vip",{"var":"flattened_tags"}]}
]}`

// typicalContext is a document of about 5 kB such as a shop's customer with
// the last purchase.
func typicalContext() []byte {
	var b strings.Builder
	b.WriteString(`{"id":"prof-1","first_name":"Ada","last_name":"Lovelace","email":"ada@example.com",` +
		`"tier_handle":"gold","point_balance":1250,"reward_balance":25.5,"joined_at":"2019-03-04 10:11:12",` +
		`"flattened_tags":["newsletter","melbourne","vip"],"is_active":true,"mobile_phone":null,"aggregations":{`)
	for i := range 40 {
		fmt.Fprintf(&b, `"spend_window_%d":%d.%02d,`, i, i*37, i)
	}
	b.WriteString(`"spend_12m":1420.5},"items":[`)
	for i := range 20 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":%d,"sku":"SKU-%05d","name":"Linen shirt \"%d\"","quantity":%d,"price":%d.95,"tags":["sale","summer"]}`,
			1000+i, i*7, i, i%3+1, 40+i)
	}
	b.WriteString(`],"attributes":{"comms":{"email_promo":true,"email_optout":false,"sms_promo":null}},` +
		`"notes":"` + strings.Repeat("a customer who likes long walks. ", 20) + `"}`)
	return []byte(b.String())
}

func BenchmarkTruthy(b *testing.B) {
	rule := compile(b, typicalRule)
	data := parse(b, string(typicalContext()))
	b.ReportAllocs()
	for b.Loop() {
		if holds, err := rule.Truthy(data); err != nil || !holds {
			b.Fatal(holds, err)
		}
	}
}

func BenchmarkTruthyInParallel(b *testing.B) {
	rule := compile(b, typicalRule)
	data := parse(b, string(typicalContext()))
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if holds, err := rule.Truthy(data); err != nil || !holds {
				b.Error(holds, err)
			}
		}
	})
}

func BenchmarkTruthyOverItems(b *testing.B) {
	rule := compile(b, `{"some":[{"var":"items"},{"and":[{">":[{"var":"price"},58]},{"in":["sale",{"var":"tags"}]}]}]}`)
	data := parse(b, string(typicalContext()))
	b.ReportAllocs()
	for b.Loop() {
		if holds, err := rule.Truthy(data); err != nil || !holds {
			b.Fatal(holds, err)
		}
	}
}

func BenchmarkTruthyOracle(b *testing.B) {
	var rule, data any
	if err := json.Unmarshal([]byte(typicalRule), &rule); err != nil {
		b.Fatal(err)
	}
	if err := json.Unmarshal(typicalContext(), &data); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		//lint:ignore SA1019 its other functions encode and decode as well
		if _, err := oracle.ApplyInterface(rule, data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTrace(b *testing.B) {
	rule := compile(b, typicalRule)
	data := parse(b, string(typicalContext()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := rule.Trace(data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := jsonlogic.Compile([]byte(typicalRule)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	data := typicalContext()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := jsonlogic.Parse(data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseEncodingJSON(b *testing.B) {
	data := typicalContext()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		var m map[string]any
		if err := json.Unmarshal(data, &m); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendJSON(b *testing.B) {
	data := parse(b, string(typicalContext()))
	var buffer []byte
	b.ReportAllocs()
	for b.Loop() {
		buffer = data.AppendJSON(buffer[:0])
	}
	b.SetBytes(int64(len(buffer)))
}
