package reaction

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/belfryhq/belfry/internal/store"
	"github.com/belfryhq/belfry/internal/store/storetest"
)

func TestRulesThatAreSavedWhileTheyAreReadAreOfOneSave(t *testing.T) {
	url, ctx := storetest.PostgresURL(t), context.Background()
	db, err := store.Open(ctx, url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	h := newHouse(t, db)
	h.trigger(`{"name":"Feed","trigger":"transaction.created","is_active":true,"namespace":"before","actions":[
		{"name":"tag.add","on_error":"stop","arguments":[{"name":"tags","value":"seen"}]}]}`)
	raw, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	save, err := raw.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer save.Rollback()
	exec := func(statement string) {
		t.Helper()
		if _, err := save.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	exec("LOCK TABLE actions IN ACCESS EXCLUSIVE MODE")
	var rules *ruleset
	read := make(chan error, 1)
	go func() {
		read <- h.do(func(t *store.Tenant) (err error) {
			rules, err = h.r.ruleset(t)
			return err
		})
	}()
	for waiting := false; !waiting; { // the triggers are read, and not their actions
		err := raw.QueryRow("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE relation = 'actions'::regclass AND NOT granted)").Scan(&waiting)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Millisecond)
	}
	exec("UPDATE triggers SET namespace = 'after', version = version + 1")
	exec("UPDATE actions SET on_error = 'continue'")
	exec("UPDATE tenants SET config_version = config_version + 1")
	if err := save.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := <-read; err != nil {
		t.Fatal(err)
	}
	got := rules.reactions["transaction.created"][0].(*trigger)
	if got.namespace != "after" || got.version != 2 || !got.actions[0].goOn {
		t.Errorf("the version %d in %q goes on %t: not all of the save", got.version, got.namespace, got.actions[0].goOn)
	}
}
