package scan

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/atomicfile"
)

// TestTemporaryFiles leaves out what a save or a restore of ours has under way,
// lists what was left behind by one, and captures whatever else has such a name.
func TestTemporaryFiles(t *testing.T) {
	root := t.TempDir()
	ours, stage := atomicfile.TemporaryName(), atomicfile.TemporaryName()
	write(t, root, ours, "1")
	write(t, root, stage+"/0", "1")
	for _, users := range []string{".keel-notes.tmp", ".keel-.tmp", ".keel-abcdefghijklmnopqrstuvwxyz.tmp"} {
		write(t, root, users, "1")
	}
	all := []string{".keel-.tmp", ".keel-abcdefghijklmnopqrstuvwxyz.tmp", ".keel-notes.tmp"}
	fresh := run(t, Options{Root: root, Clock: time.Now().UnixNano()})
	if d := cmp.Diff(all, paths(fresh.Dir)); d != "" {
		t.Errorf("while they are new (-want +got):\n%s", d)
	}
	old := run(t, Options{Root: root, Old: fresh.Dir, Clock: time.Now().Add(2 * time.Hour).UnixNano()})
	want := map[string]bool{ours: true, stage: true}
	for i := range old.Dir.Node.Entries {
		e := &old.Dir.Node.Entries[i]
		if want[e.Name] != !e.Known() || want[e.Name] && e.Cause.Problem() {
			t.Errorf("once they are old: %+v", e)
		}
	}
	if got := len(old.Dir.Node.Entries); got != len(all)+len(want) {
		t.Errorf("%d entries", got)
	}
	if err := os.RemoveAll(filepath.Join(root, stage)); err != nil {
		t.Fatal(err)
	}
	if again := run(t, Options{Root: root, Old: old.Dir, Clock: time.Now().Add(2 * time.Hour).UnixNano()}); len(again.Dir.Node.Entries) != len(all)+1 {
		t.Errorf("gone again: %q", paths(again.Dir))
	}
}
