package change_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/change"
	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/diff"
)

func numbered(word string, lines int) string {
	var b strings.Builder
	for i := range lines {
		fmt.Fprintf(&b, "%s %d\n", word, i)
	}
	return b.String()
}

func TestComputeOfRenamesWithEdits(t *testing.T) {
	d := newDesk(t)
	long := numbered("line", 10)
	d.write("a/name.go", long)
	d.write("b/one.go", numbered("one", 10))
	d.write("rewritten.go", numbered("old", 10))
	d.write("short.go", "a\n\nb\n")
	d.write("kind.go", numbered("kind", 10))
	d.write("noextension", numbered("plain", 10))
	before := d.create()
	d.must(os.Remove(filepath.Join(d.root, "a/name.go")))
	d.must(os.Remove(filepath.Join(d.root, "b/one.go")))
	d.must(os.Remove(filepath.Join(d.root, "rewritten.go")))
	d.must(os.Remove(filepath.Join(d.root, "short.go")))
	d.must(os.Remove(filepath.Join(d.root, "kind.go")))
	d.must(os.Remove(filepath.Join(d.root, "noextension")))
	d.write("c/name.go", long+"more\n")                              // as like as the next one, but with the name
	d.write("c/also.go", long+"more\n")                              // a copy of it
	d.write("c/two.go", numbered("one", 7)+"x\ny\nz\n")              // 7 of 10 lines
	d.write("rewrote.go", numbered("old", 5)+"v\nw\nx\ny\nz\n")      // 5 of 10
	d.write("shorter.go", "a\n\nb\nc\n")                             // too few lines to tell
	d.write("kind.txt", numbered("kind", 10)+"more\n")               // another kind of file
	d.write("folder/noextension", "first\n"+numbered("plain", 9)+"") // the same name
	after := d.create()
	got, err := d.sets.Compute(d.Context(), before, after)
	d.must(err)
	size := func(text string) int64 { return int64(len(text)) }
	want := []change.FileChange{
		{Path: "c/also.go", Kind: diff.Added, Added: 11, NewSize: size(long) + 5},
		{Path: "c/name.go", From: "a/name.go", Kind: diff.Renamed, Added: 1, OldSize: size(long), NewSize: size(long) + 5},
		{Path: "c/two.go", From: "b/one.go", Kind: diff.Renamed, Added: 3, Removed: 3, OldSize: 60, NewSize: 48},
		{Path: "folder/noextension", From: "noextension", Kind: diff.Renamed, Added: 1, Removed: 1, OldSize: 80, NewSize: 78},
		{Path: "kind.go", Kind: diff.Deleted, Removed: 10, OldSize: 70},
		{Path: "kind.txt", Kind: diff.Added, Added: 11, NewSize: 75},
		{Path: "rewritten.go", Kind: diff.Deleted, Removed: 10, OldSize: 60},
		{Path: "rewrote.go", Kind: diff.Added, Added: 10, NewSize: 40},
		{Path: "short.go", Kind: diff.Deleted, Removed: 3, OldSize: 5},
		{Path: "shorter.go", Kind: diff.Added, Added: 4, NewSize: 7},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	file, err := d.sets.File(d.Context(), before, after, "b/one.go", "c/two.go")
	d.must(err)
	if file.Kind != diff.Renamed || file.Added != 3 || file.Removed != 3 {
		t.Errorf("the lines of a renamed file: %s +%d -%d", file.Kind, file.Added, file.Removed)
	}
}

// Beyond a number nothing is looked for, so that a large change is not slow.
func TestComputeOfManyRenamesWithEdits(t *testing.T) {
	d := newDesk(t)
	const files = 101
	for i := range files {
		d.write(fmt.Sprintf("old/%d.go", i), numbered(fmt.Sprint("file ", i), 10))
	}
	before := d.create()
	d.must(os.RemoveAll(filepath.Join(d.root, "old")))
	for i := range files {
		d.write(fmt.Sprintf("new/%d.go", i), numbered(fmt.Sprint("file ", i), 10)+"more\n")
	}
	got, err := d.sets.Compute(d.Context(), before, "")
	d.must(err)
	if len(got) != 2*files {
		t.Errorf("%d changes, want %d", len(got), 2*files)
	}
	d.must(os.RemoveAll(filepath.Join(d.root, "new")))
	for i := range files - 1 {
		d.write(fmt.Sprintf("new/%d.go", i), numbered(fmt.Sprint("file ", i), 10)+"more\n")
	}
	d.write("old/100.go", numbered("file 100", 10))
	got, err = d.sets.Compute(d.Context(), before, "")
	d.must(err)
	for i, c := range got {
		if c.Kind != diff.Renamed || filepath.Base(c.From) != filepath.Base(c.Path) {
			t.Errorf("change %d is %+v", i, c)
		}
	}
	if len(got) != files-1 {
		t.Errorf("%d changes, want %d", len(got), files-1)
	}
}

// refusing has changes whose content must not be read.
type refusing struct {
	change.Checkpoints
	*testing.T
}

func (r refusing) ReadFile(_ context.Context, _, path string) ([]byte, checkpoint.Entry, error) {
	r.Errorf("%q was read", path)
	return nil, checkpoint.Entry{}, checkpoint.ErrNotFile
}

func (refusing) Diff(context.Context, string, string) ([]checkpoint.Change, error) {
	return []checkpoint.Change{
		{Path: "a", Kind: diff.Added, NewKind: checkpoint.KindFile, NewSize: 100 << 20},
		{Path: "b", From: "c", Kind: diff.Renamed, OldKind: checkpoint.KindFile, OldSize: 100 << 20, NewKind: checkpoint.KindFile, NewSize: 100 << 20},
		{Path: "d", Kind: diff.Modified, OldKind: checkpoint.KindFile, OldSize: 100 << 20, NewKind: checkpoint.KindFolder},
	}, nil
}

func TestComputeDoesNotReadHugeFiles(t *testing.T) {
	got, err := change.New(refusing{T: t}).Compute(t.Context(), "before", "after")
	want := []change.FileChange{
		{Path: "a", Kind: diff.Added, TooLarge: true, NewSize: 100 << 20},
		{Path: "b", From: "c", Kind: diff.Renamed, TooLarge: true, OldSize: 100 << 20, NewSize: 100 << 20},
		{Path: "d", Kind: diff.Deleted, TooLarge: true, OldSize: 100 << 20},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("changes (-want +got):\n%s %v", diff, err)
	}
}

// failing cannot read one of many files.
type failing struct{ refusing }

var errRead = errors.New("the disk is on fire")

func (failing) ReadFile(_ context.Context, _, path string) ([]byte, checkpoint.Entry, error) {
	if path == "50" {
		return nil, checkpoint.Entry{}, errRead
	}
	return []byte(path), checkpoint.Entry{}, nil
}

func (failing) Diff(context.Context, string, string) ([]checkpoint.Change, error) {
	changes := make([]checkpoint.Change, 100)
	for i := range changes {
		changes[i] = checkpoint.Change{Path: fmt.Sprint(i), Kind: diff.Modified, OldKind: checkpoint.KindFile, NewKind: checkpoint.KindFile}
	}
	return changes, nil
}

func TestComputeEndsWithTheFirstError(t *testing.T) {
	got, err := change.New(failing{}).Compute(t.Context(), "before", "after")
	if !errors.Is(err, errRead) || !strings.Contains(err.Error(), `"50"`) {
		t.Errorf("%v, %v", got, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got, err := change.New(failing{}).Compute(ctx, "before", "after"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v, %v", got, err)
	}
}
