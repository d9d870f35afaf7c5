package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// BenchmarkBringEvents brings events of another system over HTTP, a hundred in a
// request, and waits until each has been matched: filtered by ten triggers and
// by the condition of a webhook, beside ninety triggers on other events. Server
// and clients share the process.
func BenchmarkBringEvents(b *testing.B) {
	const batch, triggers, listening = 100, 100, 10
	s := openShop(b, b.TempDir())
	defer s.close()
	const never = `{"and":[{"==":[{"var":"order.country"},"NZ"]},{">":[{"var":"order.total"},1000]}]}`
	for i := range triggers {
		event := "order.shipped"
		if i >= listening {
			event = fmt.Sprintf("order.other-%d", i)
		}
		s.post("/triggers", fmt.Sprintf(`{"name":"t","trigger":%q,"is_active":true,"actions":[
			{"name":"filter","arguments":[{"name":"condition","value":%s}]}]}`, event, never))
	}
	s.post("/webhooks", `{"trigger":"order.shipped","url":"http://127.0.0.1:9/","namespace":"crm","condition":`+never+`}`)
	const order = `{"type":"order.shipped","external_id":"O-%d-%d","occurred_at":"2026-06-15 04:32:00","context":{"order":{
		"id":%[1]d,"country":"AU","total":119.9,"currency":"AUD","lines":[{"sku":"A-1","quantity":1,"price":99.9},
		{"sku":"B-2","quantity":2,"price":10}],"address":{"city":"Melbourne","postcode":"3000"}}}}`
	var n, last atomic.Int64
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			events := make([]string, batch)
			for i, no := 0, n.Add(1); i < batch; i++ {
				events[i] = fmt.Sprintf(order, no, i)
			}
			status, answer := s.request(http.MethodPost, "/events", "["+strings.Join(events, ",")+"]")
			var brought struct {
				Data []struct {
					Status string
					ID     int64
				}
			}
			if err := json.Unmarshal(answer, &brought); err != nil || status != http.StatusOK || brought.Data[batch-1].Status != "created" {
				b.Errorf("status %d: %.200s", status, answer)
				return
			}
			for id := brought.Data[batch-1].ID; ; {
				if latest := last.Load(); id <= latest || last.CompareAndSwap(latest, id) {
					break
				}
			}
		}
	})
	stored := b.Elapsed()
	for waiting := true; waiting; time.Sleep(time.Millisecond) {
		status, answer := s.request(http.MethodGet, fmt.Sprintf("/events/%d", last.Load()), "")
		waiting = status == http.StatusOK && strings.Contains(string(answer), `"is_waiting":true`)
	}
	b.ReportMetric(float64(b.N*batch)/stored.Seconds(), "stored/s")
	b.ReportMetric(float64(b.N*batch)/b.Elapsed().Seconds(), "matched/s")
}
