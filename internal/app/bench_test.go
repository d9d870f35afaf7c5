package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/belfryhq/belfry/internal/app"
)

// shop is a running App with a client of its API.
type shop struct {
	testing.TB
	app  *app.App
	http *http.Client
}

// openShop starts an App that may post to this machine.
func openShop(tb testing.TB, data string) *shop {
	tb.Helper()
	return openShopOn(tb, app.Config{Data: data, AllowHTTP: true, AllowPrivate: true})
}

func openShopOn(tb testing.TB, config app.Config) *shop {
	tb.Helper()
	config.Listen, config.Version, config.Logger = "127.0.0.1:0", "test", slog.New(slog.DiscardHandler)
	a, err := app.Start(context.Background(), config)
	if err != nil {
		tb.Fatal(err)
	}
	return &shop{TB: tb, app: a, http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
}

func (s *shop) close() {
	s.Helper()
	s.http.CloseIdleConnections()
	if err := s.app.Stop(); err != nil {
		s.Error(err)
	}
}

// post sends a body and returns the answer's data.
func (s *shop) post(path, body string) map[string]any {
	s.Helper()
	status, answer := s.request(http.MethodPost, path, body)
	if status/100 != 2 {
		s.Fatalf("POST %s: %d %s", path, status, answer)
	}
	var envelope struct{ Data map[string]any }
	if err := json.Unmarshal(answer, &envelope); err != nil {
		s.Fatal(err)
	}
	return envelope.Data
}

func (s *shop) request(method, path, body string) (int, []byte) {
	s.Helper()
	req, err := http.NewRequest(method, s.app.URL()+"/api/v3"+path, bytes.NewReader([]byte(body)))
	if err != nil {
		s.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.app.FirstToken)
	req.Header.Set("Content-Type", "application/json")
	res, err := s.http.Do(req)
	if err != nil {
		s.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		s.Fatal(err)
	}
	return res.StatusCode, answer
}

const profiles = 500

// sale is the body of a sale of two lines.
func sale(n int64) string {
	return fmt.Sprintf(`{"external_id":"S-%d","profile_id":"p%d@example.com","profile_id_handle":"email","total":119.9,
		"transacted_at":"2026-06-15 04:32:00","timezone":"Australia/Melbourne","currency":"AUD","systems":["pos"],
		"items":[{"name":"Shirt","sku":"A-1","quantity":1,"price_sell":99.9,"price_current":119.9},
		{"name":"Socks","sku":"B-2","quantity":2,"price_sell":10,"price_current":10}]}`, n, n%profiles)
}

// BenchmarkSale records sales over HTTP, each of which is delivered to a
// receiver, and waits until all have arrived. Server, clients and receiver share
// the process.
func BenchmarkSale(b *testing.B) {
	for _, fanout := range []int{0, 1} {
		b.Run(fmt.Sprintf("webhooks=%d", fanout), func(b *testing.B) {
			var arrived atomic.Int64
			sink := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				io.Copy(io.Discard, r.Body)
				arrived.Add(1)
			}))
			defer sink.Close()
			s := openShop(b, b.TempDir())
			defer s.close()
			for i := range fanout {
				s.post("/targets", fmt.Sprintf(`{"name":"t","handle":"t%d","url":"%s/hook"}`, i, sink.URL))
				s.post("/triggers", fmt.Sprintf(`{"name":"t","trigger":"transaction.created","is_active":true,"actions":[
					{"name":"target.send","arguments":[{"name":"target","value":"t%d"}]}]}`, i))
			}
			for i := range profiles {
				s.post("/profiles", fmt.Sprintf(`{"first_name":"Ada","last_name":"Ng","email":"p%d@example.com","tags":["vip"]}`, i))
			}
			var n atomic.Int64
			b.ReportAllocs()
			b.SetParallelism(8)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					s.post("/transactions", sale(n.Add(1)))
				}
			})
			recorded := b.Elapsed()
			for arrived.Load() < n.Load()*int64(fanout) {
				time.Sleep(time.Millisecond)
			}
			b.ReportMetric(float64(b.N)/recorded.Seconds(), "sales/s")
			if fanout > 0 {
				b.ReportMetric(float64(b.N*fanout)/b.Elapsed().Seconds(), "deliveries/s")
			}
		})
	}
}
