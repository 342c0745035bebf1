package meta

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestAFullDisk opens a database where there is no room for the files that
// SQLite keeps beside it.
func TestAFullDisk(t *testing.T) {
	at := t.TempDir()
	if err := syscall.Mount("keel-test", at, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("this system does not let the test mount a file system: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(at, syscall.MNT_DETACH) })
	path := filepath.Join(at, "meta.db")
	db := open(t, path)
	add(t, db, "before")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	ballast := fill(t, at)
	db = open(t, path)
	defer db.Close()
	if got := ids(t, db); len(got) != 1 || got[0] != "before" {
		t.Errorf("on a full disk: %q", got)
	}
	first, err := db.Changes()
	if err != nil {
		t.Fatal(err)
	}
	if again, err := db.Changes(); err != nil || again == first {
		t.Errorf("changes: %d, then %d, %v; nothing tells what others have done meanwhile", first, again, err)
	}
	row := Row{ID: "full", Reason: "manual"}
	if err := db.Write(func(tx *Tx) error { return tx.Add(&row) }); !errors.Is(err, ErrFull) {
		t.Errorf("writing: %v", err)
	}
	other := open(t, path) // nobody is kept out between calls
	if got := ids(t, other); len(got) != 1 {
		t.Errorf("read by another one: %q", got)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	add(t, db, "after")
	if got := ids(t, other); len(got) != 2 {
		t.Errorf("once there is room: %q", got)
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
}

// fill leaves not a byte on a disk.
func fill(t *testing.T, at string) string {
	t.Helper()
	ballast := filepath.Join(at, "ballast")
	file, err := os.Create(ballast)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for piece := make([]byte, 64<<10); len(piece) > 0; {
		if _, err := file.Write(piece); err != nil {
			piece = piece[:len(piece)/2]
		}
	}
	return ballast
}
