package app_test

import (
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/belfryhq/belfry/internal/app"
)

func TestASecondServerOnOneDatabaseIsRefusedUntilTheFirstHasStopped(t *testing.T) {
	data := t.TempDir()
	first := openShop(t, data)
	linked := filepath.Join(t.TempDir(), "linked.db")
	if err := os.Symlink(filepath.Join(data, "belfry.db"), linked); err != nil {
		t.Fatal(err)
	}
	for name, config := range map[string]app.Config{
		"the same folder":               {Data: data},
		"another folder, the same file": {Data: t.TempDir(), Database: "sqlite://" + filepath.Join(data, "belfry.db")},
		"a link to the file":            {Data: t.TempDir(), Database: "sqlite://" + linked},
	} {
		config.Listen = "127.0.0.1:0"
		second, err := app.Start(context.Background(), config)
		if err == nil {
			second.Stop()
			t.Fatalf("%s: a second server started", name)
		}
		if !strings.Contains(err.Error(), "another server (process ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	first.close()
	openShop(t, data).close()
}

func TestAFirstTokenIsNotLostWhenTheAddressIsTaken(t *testing.T) {
	data := t.TempDir()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, config := range []app.Config{
		{Data: data, Listen: taken.Addr().String()},
		{Data: data, Listen: "127.0.0.1:0", MetricsListen: taken.Addr().String()},
	} {
		if _, err := app.Start(context.Background(), config); err == nil || !strings.Contains(err.Error(), "listen") {
			t.Fatalf("started on a taken address: %v", err)
		}
	}
	s := openShop(t, data)
	defer s.close()
	if s.app.FirstToken == "" {
		t.Error("the token was made by a start that failed, and shown by none")
	}
}

func TestAClientThatHangsDoesNotMakeTheStopFail(t *testing.T) {
	s := openShopOn(t, app.Config{Data: t.TempDir(), StopGrace: 2 * time.Second})
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.app.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, err = io.WriteString(conn, "POST /api/v3/profiles HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+s.app.FirstToken+
		"\r\nContent-Length: 100\r\n\r\n{")
	if err != nil {
		t.Fatal(err)
	}
	s.post("/profiles", `{"first_name":"Ada","email":"a@example.com"}`) // by now the other request is read too
	begun := time.Now()
	s.close()
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("the stop took %v of a grace of 2s", took)
	}
}

func TestMetricsTellHowManyEventsWait(t *testing.T) {
	metrics := freeAddress(t)
	s := openShopOn(t, app.Config{Data: t.TempDir(), MetricsListen: metrics})
	defer s.close()
	s.post("/profiles", `{"first_name":"Ada","email":"a@example.com"}`)
	eventually(t, "no event waits", func() bool {
		res, err := s.http.Get("http://" + metrics + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		return err == nil && strings.Contains(string(text), "\nbelfry_events_waiting 0\n") &&
			strings.Contains(string(text), "\nbelfry_schedule_overdue_accounts 0\n") &&
			strings.Contains(string(text), "\nbelfry_automation_runs_running 0\n") &&
			strings.Contains(string(text), "\nbelfry_automation_runs_overdue 0\n") &&
			strings.Contains(string(text), "\nbelfry_schedule_overdue_seconds 0\n")
	})
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
