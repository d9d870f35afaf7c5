package store_test

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

// killedURL names the variable that makes TestKillLosesNothing the process that
// is to be killed.
const killedURL = "BELFRY_TEST_KILLED_URL"

// TestKillLosesNothing kills a process that writes: what it was told is stored
// must be there, and the file be sound.
func TestKillLosesNothing(t *testing.T) {
	if url := os.Getenv(killedURL); url != "" {
		writeUntilKilled(t, url)
		return
	}
	for round := range 3 {
		url := storetest.SQLiteURL(t)
		told := killAfter(t, url, 200+300*round)
		db, err := store.Open(t.Context(), url, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		stored := map[string]int{}
		view(t, db, func(tx *store.Tx) error {
			page, err := tx.As(store.Actor{TenantID: 1}).Events(store.List{Size: 1_000_000})
			for _, e := range page.Items {
				stored[e.SubjectID]++
			}
			return err
		})
		for _, subject := range told {
			if stored[subject] != 1 {
				t.Errorf("event %s was stored %d times", subject, stored[subject])
			}
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		checkIntegrity(t, url)
	}
}

// writeUntilKilled prints the subject of each event once it is stored.
func writeUntilKilled(t *testing.T, url string) {
	db, err := store.Open(t.Context(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	actor := shop(t, db, "shop")
	for client := range 8 {
		go func() {
			for n := 0; ; n++ {
				subject := fmt.Sprintf("%d-%d", client, n)
				err := db.Update(context.Background(), func(tx *store.Tx) error { return appendNamed(tx, actor, subject) })
				if err == nil {
					os.Stdout.WriteString("stored " + subject + "\n")
				}
			}
		}()
	}
	select {}
}

// killAfter runs the writer, kills it once it has told of so many events, and
// returns all that it told of.
func killAfter(t *testing.T, url string, events int) (told []string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKillLosesNothing$")
	cmd.Env = append(os.Environ(), killedURL+"="+url)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		subject, ok := strings.CutPrefix(lines.Text(), "stored ")
		if !ok {
			continue
		}
		if told = append(told, subject); len(told) == events {
			cmd.Process.Kill()
		}
	}
	if err := cmd.Wait(); err == nil || len(told) < events {
		t.Fatalf("the writer ended by itself after %d events: %v", len(told), err)
	}
	return told
}

func checkIntegrity(t *testing.T, url string) {
	t.Helper()
	db, err := sql.Open("sqlite", strings.TrimPrefix(url, "sqlite://"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var result string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&result); err != nil || result != "ok" {
		t.Errorf("integrity check: %q, %v", result, err)
	}
}

func TestPathOfAnyCharacters(t *testing.T) {
	for _, name := range []string{"a b.db", "100%41.db", "what?.db", "#1.db", "é&=+.db"} {
		dir := t.TempDir()
		db, err := store.Open(t.Context(), "sqlite://"+dir+"/"+name, store.Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(dir + "/" + name); err != nil {
			t.Errorf("the file of that name: %v", err)
		}
	}
}

func TestOpenAgainKeepsWhatIsThere(t *testing.T) {
	url := storetest.SQLiteURL(t)
	for range 2 {
		db, err := store.Open(t.Context(), url, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if actor := shop(t, db, "shop"); actor.TenantID != 1 {
			t.Errorf("tenant %d, want 1", actor.TenantID)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
