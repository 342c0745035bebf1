package meta

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/keel-ide/keel/backend/checkpoint/internal/fault"
)

func open(t testing.TB, path string) *DB {
	t.Helper()
	db, err := Open(path, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func add(t testing.TB, db *DB, id string) {
	t.Helper()
	row := Row{ID: id, Reason: "manual"}
	if err := db.Write(func(tx *Tx) error { return tx.Add(&row) }); err != nil {
		t.Fatal(err)
	}
}

func ids(t testing.TB, db *DB) []string {
	t.Helper()
	var out []string
	err := db.Read(t.Context(), func(tx *Tx) error {
		rows, err := tx.List()
		for _, row := range rows {
			out = append(out, row.ID)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestWithoutRoomToConnect does as if there were no room for a connection that
// others can share.
func TestWithoutRoomToConnect(t *testing.T) {
	path := filepath.Join(t.TempDir(), "meta.db")
	db := open(t, path)
	add(t, db, "one")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	full := true
	db, err := Open(path, &fault.Calls{Fail: func(call string) error {
		if full && call == "connect database" {
			return syscall.ENOSPC
		}
		return nil
	}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if got := ids(t, db); len(got) != 1 {
		t.Errorf("read: %q", got)
	}
	add(t, db, "two") // there may be room for the log all the same
	full = false
	add(t, db, "three")
	if db.tight {
		t.Error("there is room again, and others are still kept out")
	}
	if got := ids(t, db); len(got) != 3 {
		t.Errorf("read: %q", got)
	}
}
