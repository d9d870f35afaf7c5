package app

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// errLocked says that another process holds the lock.
var errLocked = errors.New("locked")

// lockDatabase keeps a second server off an embedded database: it would take
// the deliveries that this one is sending for those of a process that is gone.
// Other commands do not ask for the lock. The system lets go of it when the
// process ends, however it ends. PostgreSQL is shared: nil is returned.
func lockDatabase(database string) (io.Closer, error) {
	path, embedded := strings.CutPrefix(database, "sqlite://")
	if !embedded {
		return nil, nil
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	// Beside the database: SQLite has locks of its own on the file itself.
	f, err := os.OpenFile(path+".server.lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the database: %w", err)
	}
	err = lock(f)
	if errors.Is(err, errLocked) {
		return nil, errors.Join(fmt.Errorf("another server%s runs on %s", holder(f), path), f.Close())
	}
	if err == nil {
		err = sign(f)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock the database: %w", err), f.Close())
	}
	return f, nil
}

// sign writes into the lock whose it is.
func sign(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

// holder tells whose the lock is, as far as it can be read.
func holder(f *os.File) string {
	text := make([]byte, 20)
	n, _ := f.ReadAt(text, 0)
	pid, err := strconv.Atoi(strings.TrimSpace(string(text[:n])))
	if err != nil {
		return ""
	}
	return fmt.Sprintf(" (process %d)", pid)
}
