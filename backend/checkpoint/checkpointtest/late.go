//go:build unix

package checkpointtest

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// lateRows are about programs that go on writing to what a restore displaced.
func lateRows() []row {
	return []row{
		{"what a program appends to a replaced file can be found again", func(d *desk) { appended(d, true) }, ours},
		{"what a program appends to a deleted file can be found again", func(d *desk) { appended(d, false) }, ours},
		{"what a program appends can be found again in a store that was moved", movedStore, ours},
		{"a program that is quiet leaves nothing late", quiet, ours},
	}
}

// appended holds a file open while a restore replaces or deletes it, and
// appends to it afterwards.
func appended(d *desk, replaced bool) {
	d.write("steady", "1")
	if replaced {
		d.write("log", "1")
	}
	id, target := d.create(), d.tree()
	d.write("log", "2")
	d.reopen(checkpoint.Options{Grace: time.Hour})
	writer, err := os.OpenFile(d.at("log"), os.O_WRONLY|os.O_APPEND, 0)
	d.must(err)
	defer writer.Close()
	result := d.exact(id)
	d.wantTree(target)
	_, err = writer.WriteString(" and late")
	d.must(err)
	d.wantTree(target)
	// The next one to open the store has no patience left.
	d.reopen(checkpoint.Options{Grace: time.Nanosecond})
	d.wantLate(result.Undo, "2 and late")
	d.wantRead(result.Undo, "log", "2", nil)
	d.wantTree(target)
	d.undo(result.Undo)
	if got := d.tree()["log"].Content; got != "2" {
		d.Errorf("undone: %q", got)
	}
}

// movedStore renames the store's folder while it keeps what a restore displaced.
func movedStore(d *desk) {
	d.write("log", "1")
	id, target := d.create(), d.tree()
	d.write("log", "2")
	d.reopen(checkpoint.Options{Grace: time.Hour})
	writer, err := os.OpenFile(d.at("log"), os.O_WRONLY|os.O_APPEND, 0)
	d.must(err)
	defer writer.Close()
	result := d.exact(id)
	_, err = writer.WriteString(" and late")
	d.must(err)
	d.close()
	moved := d.dir + "-moved"
	d.must(os.Rename(d.dir, moved))
	d.dir = moved
	d.reopen(checkpoint.Options{Grace: time.Nanosecond})
	d.wantLate(result.Undo, "2 and late")
	d.wantTree(target)
	left, err := os.ReadDir(filepath.Join(d.dir, "stage"))
	if err != nil || len(left) > 0 {
		d.Errorf("left of the stage: %v, %v", left, err)
	}
}

// wantLate waits until late changes are taken in, and compares the only one.
func (d *desk) wantLate(id, want string) {
	d.Helper()
	const tries = 100
	for range tries {
		shown, err := d.store.Show(d.Context(), id)
		d.must(err)
		if len(shown.Late) == 0 {
			_ = d.createAny() // an operation that writes
			continue
		}
		if len(shown.Late) != 1 || !strings.Contains(shown.Late[0], "log") {
			d.Fatalf("late: %q", shown.Late)
		}
		got, _, err := d.store.ReadFile(d.Context(), id, shown.Late[0])
		if err != nil || string(got) != want {
			d.Fatalf("late: %q, %v; want %q", got, err, want)
		}
		return
	}
	d.Fatal("what was appended after the restore is lost")
}

func quiet(d *desk) {
	d.write("log", "1")
	id := d.create()
	d.write("log", "2")
	d.reopen(checkpoint.Options{Grace: time.Nanosecond})
	result := d.exact(id)
	_ = d.create()
	d.reopen(checkpoint.Options{})
	shown, err := d.store.Show(d.Context(), result.Undo)
	d.must(err)
	if len(shown.Late) > 0 || shown.Restore != "done" {
		d.Errorf("details: %+v", shown)
	}
	d.undo(result.Undo)
	d.wantTree(Tree{"log": {"-", 0o644, "2"}})
}
