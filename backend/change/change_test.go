package change_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/change"
	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/diff"
)

// desk is a workspace with a real store.
type desk struct {
	*testing.T
	root  string
	store *checkpoint.Store
	sets  *change.Sets
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	root := t.TempDir()
	store, err := checkpoint.Open(t.Context(), t.TempDir(), root, checkpoint.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return &desk{T: t, root: root, store: store, sets: change.New(store)}
}

func (d *desk) write(path, content string) {
	d.Helper()
	d.must(os.MkdirAll(filepath.Dir(filepath.Join(d.root, path)), 0o755))
	d.must(os.WriteFile(filepath.Join(d.root, path), []byte(content), 0o644))
}

func (d *desk) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

func (d *desk) create() string {
	d.Helper()
	made, err := d.store.Create(d.Context(), checkpoint.CreateRequest{})
	d.must(err)
	return made.ID
}

func TestCompute(t *testing.T) {
	d := newDesk(t)
	d.write("calc.go", "package calc\n")
	d.write("gone.txt", "1\n2\n")
	d.write("old/name.txt", "the same\n")
	d.write("mode.sh", "x\n")
	d.write("kind", "a\nb\n")
	d.write("logo.png", "\x89PNG\x00")
	d.write("huge.txt", "x")
	d.write("same", "same")
	before := d.create()
	d.write("calc.go", "package calc\n\nfunc Sum() int { return 0 }\n")
	d.must(os.Remove(filepath.Join(d.root, "gone.txt")))
	d.must(os.Rename(filepath.Join(d.root, "old"), filepath.Join(d.root, "new")))
	d.must(os.Chmod(filepath.Join(d.root, "mode.sh"), 0o755))
	d.must(os.Remove(filepath.Join(d.root, "kind")))
	d.write("kind/inner", "c\n")
	d.write("logo.png", "\x89PNG\x00\x01")
	d.write("huge.txt", strings.Repeat("x\n", diff.MaxLines+1))
	d.write("empty", "")
	d.must(os.Mkdir(filepath.Join(d.root, "folder"), 0o755))
	d.must(os.Symlink("calc.go", filepath.Join(d.root, "link")))
	want := []change.FileChange{
		{Path: "calc.go", Kind: diff.Modified, Added: 2},
		{Path: "empty", Kind: diff.Added},
		{Path: "gone.txt", Kind: diff.Deleted, Removed: 2},
		{Path: "huge.txt", Kind: diff.Modified, TooLarge: true},
		{Path: "kind", Kind: diff.Deleted, Removed: 2},
		{Path: "kind/inner", Kind: diff.Added, Added: 1},
		{Path: "link", Kind: diff.Added, Added: 1},
		{Path: "logo.png", Kind: diff.Modified, Binary: true},
		{Path: "mode.sh", Kind: diff.Modified},
		{Path: "new/name.txt", From: "old/name.txt", Kind: diff.Renamed},
	}
	after := d.create()
	for _, to := range []string{after, ""} {
		got, err := d.sets.Compute(d.Context(), before, to)
		d.must(err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("changes to %q (-want +got):\n%s", to, diff)
		}
	}
	if got, err := d.sets.Compute(d.Context(), after, after); err != nil || got == nil || len(got) != 0 {
		t.Errorf("changes of nothing: %v, %v; want an empty list", got, err)
	}
	if got, err := d.sets.Compute(d.Context(), "none", ""); err == nil {
		t.Errorf("changes from an unknown checkpoint: %v", got)
	}
}

func TestFile(t *testing.T) {
	d := newDesk(t)
	d.write("a", "1\n2\n")
	before := d.create()
	d.write("a", "1\n3\n")
	got, err := d.sets.File(d.Context(), before, "", "", "a")
	d.must(err)
	if diff := cmp.Diff(diff.Compute("a", []byte("1\n2\n"), []byte("1\n3\n")), got); diff != "" {
		t.Errorf("file (-want +got):\n%s", diff)
	}
	d.must(os.Rename(filepath.Join(d.root, "a"), filepath.Join(d.root, "b")))
	got, err = d.sets.File(d.Context(), before, "", "a", "b")
	d.must(err)
	want := diff.Compute("b", []byte("1\n2\n"), []byte("1\n3\n"))
	want.From, want.Kind = "a", diff.Renamed
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("renamed file (-want +got):\n%s", diff)
	}
}
