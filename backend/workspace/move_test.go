package workspace

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMoveAndCopy(t *testing.T) {
	set := func(t *testing.T) (*Workspace, string) {
		top := t.TempDir()
		makeFolders(t, top+"/folder/deep", top+"/other/inner", top+"/empty")
		write(t, top+"/file", "file")
		chmod(t, top+"/file", 0o640)
		write(t, top+"/second", "second")
		write(t, top+"/folder/deep/script", "script")
		chmod(t, top+"/folder/deep/script", 0o755)
		symlink(t, "../file", top+"/folder/link")
		symlink(t, "/etc", top+"/folder/outside")
		chmod(t, top+"/folder/deep", 0o555)
		unlock(t, top)
		write(t, top+"/other/inner/file", "inner")
		return open(t, top), top
	}
	tests := []struct {
		from, to  string
		overwrite bool
		want      error
	}{
		{from: "file", to: "renamed"},
		{from: "file", to: "FILE"},
		{from: "file", to: "new/deep/file"},
		{from: "file", to: "second", want: ErrExists},
		{from: "file", to: "second", overwrite: true},
		{from: "file", to: "other", want: ErrExists},
		{from: "file", to: "other", overwrite: true},
		{from: "folder", to: "renamed"},
		{from: "folder", to: "other/folder"},
		{from: "folder", to: "other", want: ErrExists},
		{from: "folder", to: "empty", want: ErrExists},
		{from: "folder", to: "empty", overwrite: true},
		{from: "folder", to: "other", overwrite: true},
		{from: "folder", to: "file", overwrite: true},
		{from: "folder/link", to: "link"},
		{from: "folder", to: "folder/deep/inside", want: ErrIntoItself},
		{from: "other/inner", to: "other", overwrite: true, want: ErrExists},
		{from: "missing", to: "x", want: fs.ErrNotExist},
		{from: ".", to: "x", want: ErrTop},
		{from: "file", to: ".", overwrite: true, want: ErrTop},
		{from: "file", to: "../x", want: ErrOutside},
		{from: "file", to: "second/below", want: ErrNotFolder},
	}
	for _, test := range tests {
		for _, operation := range []string{"move", "copy"} {
			name := operation + " " + test.from + " to " + test.to
			if test.overwrite {
				name += " over what is there"
			}
			t.Run(name, func(t *testing.T) {
				w, top := set(t)
				before := snapshot(t, top)
				do := w.Move
				if operation == "copy" {
					do = w.Copy
				}
				err := do(t.Context(), test.from, test.to, test.overwrite)
				if !errors.Is(err, test.want) || (err == nil) != (test.want == nil) {
					t.Fatalf("error = %v, want %v", err, test.want)
				}
				want := before
				if test.want == nil {
					want = after(before, test.from, test.to, operation == "move")
				}
				if diff := cmp.Diff(want, snapshot(t, top)); diff != "" {
					t.Errorf("workspace (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// after is what a workspace holds after a move or copy.
func after(before map[string]string, from, to string, move bool) map[string]string {
	want := maps.Clone(before)
	maps.DeleteFunc(want, func(name, _ string) bool { return within(name, to) })
	for folder := to; strings.Contains(folder, "/"); {
		folder = folder[:strings.LastIndex(folder, "/")]
		if _, ok := want[folder]; !ok {
			want[folder] = "drwxr-xr-x "
		}
	}
	for name, content := range before {
		if within(name, from) {
			want[to+strings.TrimPrefix(name, from)] = content
			if move {
				delete(want, name)
			}
		}
	}
	return want
}

func TestMoveOntoItself(t *testing.T) {
	top := t.TempDir()
	write(t, top+"/file", "x")
	w := open(t, top)
	if err := w.Move(t.Context(), "file", "./file", true); err != nil {
		t.Error(err)
	}
	if err := w.Copy(t.Context(), "file", "file", true); !errors.Is(err, ErrExists) {
		t.Errorf("copying onto itself: %v", err)
	}
	if got := read(t, top+"/file"); got != "x" {
		t.Errorf("content = %q", got)
	}
}

func TestMoveAcrossFileSystems(t *testing.T) {
	top := t.TempDir()
	makeFolders(t, top+"/disk", top+"/folder")
	write(t, top+"/folder/file", "x")
	mounted := smallDisk(t, top+"/disk")
	w := open(t, top)
	want := map[string]string{".": "drwxr-xr-x ", "disk": "drwxr-xr-x ", "disk/folder": "drwxr-xr-x ", "disk/folder/file": "-rw-r--r-- x"}
	if mounted {
		want["disk"] = "dtrwxrwxrwx "
	}
	if err := w.Move(t.Context(), "folder", "disk/folder", false); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, snapshot(t, top)); diff != "" {
		t.Errorf("workspace (-want +got):\n%s", diff)
	}
	if err := w.Copy(t.Context(), "disk/folder", "back", false); err != nil {
		t.Fatal(err)
	}
	if err := w.Move(t.Context(), "disk/folder", "back", false); !errors.Is(err, ErrExists) {
		t.Errorf("onto what is there: %v", err)
	}
	if err := w.Move(t.Context(), "disk/folder", "back", true); err != nil {
		t.Errorf("over what is there: %v", err)
	}
}

func TestCopyRefusesAPipeWhole(t *testing.T) {
	top := t.TempDir()
	makeFolders(t, top+"/folder")
	write(t, top+"/folder/file", "x")
	makePipe(t, top+"/folder/pipe")
	before := len(mustList(t, open(t, top), "."))
	w := open(t, top)
	err := w.Copy(t.Context(), "folder", "copy", false)
	if !errors.Is(err, ErrSpecial) || !strings.Contains(err.Error(), "folder/pipe") {
		t.Errorf("error = %v", err)
	}
	if got := len(mustList(t, w, ".")); got != before {
		t.Errorf("the workspace holds %d entries, want %d", got, before)
	}
}

func TestCopyStopsWhenCancelled(t *testing.T) {
	top := t.TempDir()
	makeFolders(t, top+"/folder")
	write(t, top+"/folder/file", "x")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := open(t, top)
	c := copier{root: w.root}
	if err := c.tree(ctx, "folder", "copy"); !errors.Is(err, context.Canceled) {
		t.Errorf("in mid-copy: %v", err)
	}
	if err := w.Copy(ctx, "folder", "copy", false); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v", err)
	}
	if got := len(mustList(t, w, ".")); got != 1 {
		t.Errorf("the workspace holds %d entries, want 1", got)
	}
}

func mustList(t *testing.T, w *Workspace, name string) []Entry {
	t.Helper()
	entries, err := w.List(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}
