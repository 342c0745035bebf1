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
		{Path: "calc.go", Kind: diff.Modified, Added: 2, OldSize: 13, NewSize: 42},
		{Path: "empty", Kind: diff.Added},
		{Path: "gone.txt", Kind: diff.Deleted, Removed: 2, OldSize: 4},
		{Path: "huge.txt", Kind: diff.Modified, TooLarge: true, OldSize: 1, NewSize: 2 * (diff.MaxLines + 1)},
		{Path: "kind", Kind: diff.Deleted, Removed: 2, OldSize: 4},
		{Path: "kind/inner", Kind: diff.Added, Added: 1, NewSize: 2},
		{Path: "link", Kind: diff.Added, Added: 1, NewSize: 7},
		{Path: "logo.png", Kind: diff.Modified, Binary: true, OldSize: 5, NewSize: 6},
		{Path: "mode.sh", Kind: diff.Modified, OldSize: 2, NewSize: 2, OldMode: 0o644, NewMode: 0o755},
		{Path: "new/name.txt", From: "old/name.txt", Kind: diff.Renamed, OldSize: 9, NewSize: 9},
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

// What a path is on one side and on the other.
func TestComputeOfKinds(t *testing.T) {
	remove := func(d *desk) { d.must(os.Remove(filepath.Join(d.root, "it"))) }
	file := func(d *desk) { d.write("it", "a\nb\n") }
	folder := func(d *desk) { d.must(os.Mkdir(filepath.Join(d.root, "it"), 0o755)) }
	link := func(target string) func(d *desk) {
		return func(d *desk) { d.must(os.Symlink(target, filepath.Join(d.root, "it"))) }
	}
	for name, test := range map[string]struct {
		before, after func(d *desk)
		want          []change.FileChange
	}{
		"file to empty":        {file, func(d *desk) { d.write("it", "") }, []change.FileChange{{Path: "it", Kind: diff.Modified, Removed: 2, OldSize: 4}}},
		"file to folder":       {file, func(d *desk) { remove(d); folder(d) }, []change.FileChange{{Path: "it", Kind: diff.Deleted, Removed: 2, OldSize: 4}}},
		"folder to file":       {folder, func(d *desk) { remove(d); file(d) }, []change.FileChange{{Path: "it", Kind: diff.Added, Added: 2, NewSize: 4}}},
		"file to link":         {file, func(d *desk) { remove(d); link("to")(d) }, []change.FileChange{{Path: "it", Kind: diff.Modified, Added: 1, Removed: 2, OldSize: 4, NewSize: 2}}},
		"link to another":      {link("to"), func(d *desk) { remove(d); link("from")(d) }, []change.FileChange{{Path: "it", Kind: diff.Modified, Added: 1, Removed: 1, OldSize: 2, NewSize: 4}}},
		"link to folder":       {link("to"), func(d *desk) { remove(d); folder(d) }, []change.FileChange{{Path: "it", Kind: diff.Deleted, Removed: 1, OldSize: 2}}},
		"mode only":            {file, func(d *desk) { d.must(os.Chmod(filepath.Join(d.root, "it"), 0o600)) }, []change.FileChange{{Path: "it", Kind: diff.Modified, OldSize: 4, NewSize: 4, OldMode: 0o644, NewMode: 0o600}}},
		"mode and content":     {file, func(d *desk) { d.write("it", "a\n"); d.must(os.Chmod(filepath.Join(d.root, "it"), 0o755)) }, []change.FileChange{{Path: "it", Kind: diff.Modified, Removed: 1, OldSize: 4, NewSize: 2, OldMode: 0o644, NewMode: 0o755}}},
		"mode of a folder":     {folder, func(d *desk) { d.must(os.Chmod(filepath.Join(d.root, "it"), 0o700)) }, []change.FileChange{}},
		"empty file":           {func(*desk) {}, func(d *desk) { d.write("it", "") }, []change.FileChange{{Path: "it", Kind: diff.Added}}},
		"empty file gone":      {func(d *desk) { d.write("it", "") }, remove, []change.FileChange{{Path: "it", Kind: diff.Deleted}}},
		"too large by size":    {file, func(d *desk) { d.write("it", strings.Repeat("x", diff.MaxBytes+1)) }, []change.FileChange{{Path: "it", Kind: diff.Modified, TooLarge: true, OldSize: 4, NewSize: diff.MaxBytes + 1}}},
		"too large to nothing": {func(d *desk) { d.write("it", strings.Repeat("x", diff.MaxBytes+1)) }, remove, []change.FileChange{{Path: "it", Kind: diff.Deleted, TooLarge: true, OldSize: diff.MaxBytes + 1}}},
	} {
		d := newDesk(t)
		test.before(d)
		before := d.create()
		test.after(d)
		for _, to := range []string{d.create(), ""} {
			got, err := d.sets.Compute(d.Context(), before, to)
			d.must(err)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%s, to %q (-want +got):\n%s", name, to, diff)
			}
		}
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
