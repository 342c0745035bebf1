package workspace

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestOpenRefusals(t *testing.T) {
	top := reachableFolder(t)
	write(t, filepath.Join(top, "file"), "text")
	home := filepath.Join(top, "users", "me")
	makeFolders(t, home, filepath.Join(home, "code"), filepath.Join(top, "locked"), filepath.Join(top, "unsearchable"))
	write(t, filepath.Join(top, "unsearchable", "file"), "text")
	symlink(t, home, filepath.Join(top, "link-to-home"))
	symlink(t, "nowhere", filepath.Join(top, "dangling"))
	t.Setenv("HOME", home)
	chmod(t, filepath.Join(top, "locked"), 0o300)
	chmod(t, filepath.Join(top, "unsearchable"), 0o644)

	tests := []struct {
		folder  string
		consent bool
		want    []error // nil: it opens
	}{
		{folder: filepath.Join(home, "code")},
		{folder: "missing", want: []error{ErrMissing, fs.ErrNotExist}},
		{folder: filepath.Join(top, "missing"), want: []error{ErrMissing, fs.ErrNotExist}},
		{folder: filepath.Join(top, "dangling"), want: []error{ErrMissing}},
		{folder: filepath.Join(top, "file"), want: []error{ErrNotFolder}},
		{folder: filepath.Join(top, "file", "below"), want: []error{ErrNotFolder}},
		{folder: filepath.Join(top, "locked"), want: []error{ErrUnreadable, fs.ErrPermission}},
		{folder: filepath.Join(top, "unsearchable"), want: []error{ErrUnreadable, fs.ErrPermission}},
		{folder: home, want: []error{ErrNeedsConsent}},
		{folder: home, consent: true},
		{folder: filepath.Join(top, "link-to-home"), want: []error{ErrNeedsConsent}},
		{folder: filepath.Join(top, "users"), want: []error{ErrNeedsConsent}},
		{folder: "/", want: []error{ErrNeedsConsent}},
		{folder: "/", consent: true},
	}
	for _, test := range tests {
		asOrdinaryUser(t, func() {
			w, err := Open(t.Context(), test.folder, Options{Consent: test.consent})
			if err == nil {
				w.Close()
			}
			if (err == nil) != (test.want == nil) {
				t.Errorf("opening %q (consent %v): %v", test.folder, test.consent, err)
				return
			}
			for _, want := range test.want {
				if !errors.Is(err, want) {
					t.Errorf("opening %q: %v, want %v", test.folder, err, want)
				}
			}
			if err != nil && !strings.Contains(err.Error(), test.folder) {
				t.Errorf("the error does not name the folder: %v", err)
			}
		})
	}
}

func TestOpenStopsWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(ctx, t.TempDir(), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v", err)
	}
}

func TestIdentityIsTheRealFolder(t *testing.T) {
	top := t.TempDir()
	real := filepath.Join(top, "real")
	makeFolders(t, real, filepath.Join(top, "other"))
	symlink(t, "real", filepath.Join(top, "link"))
	direct, linked, other := open(t, real), open(t, filepath.Join(top, "link")), open(t, filepath.Join(top, "other"))
	if direct.ID() != linked.ID() || direct.Path() != linked.Path() || linked.Name() != "real" {
		t.Errorf("a link gives another workspace: %q %q %q", linked.ID(), linked.Path(), linked.Name())
	}
	if direct.ID() == other.ID() || len(direct.ID()) != 16 {
		t.Errorf("ids are %q and %q", direct.ID(), other.ID())
	}
}

// TestNothingOutside tries every operation on paths that lead outside, and
// looks that nothing there has changed.
func TestNothingOutside(t *testing.T) {
	top := t.TempDir()
	inside := filepath.Join(top, "inside")
	makeFolders(t, inside, filepath.Join(top, "outside"), filepath.Join(top, "inside-not"))
	write(t, filepath.Join(top, "outside", "secret"), "secret")
	write(t, filepath.Join(top, "inside-not", "secret"), "secret")
	write(t, filepath.Join(inside, "file"), "file")
	symlink(t, "..", filepath.Join(inside, "up"))
	symlink(t, "../outside", filepath.Join(inside, "folder-link"))
	symlink(t, "../outside/secret", filepath.Join(inside, "file-link"))
	symlink(t, filepath.Join(top, "outside", "secret"), filepath.Join(inside, "absolute-link"))
	symlink(t, filepath.Join(top, "inside-not", "secret"), filepath.Join(inside, "prefix-link"))
	symlink(t, "../outside/new", filepath.Join(inside, "new-link"))
	symlink(t, "file-link", filepath.Join(inside, "chain"))
	before := snapshot(t, top)
	w := open(t, inside)
	ctx := t.Context()

	paths := []string{
		"..", "../outside/secret", "/etc/passwd", filepath.Join(top, "outside", "secret"), "a/../../outside/secret",
		"up/outside/secret", "folder-link/secret", "file-link", "absolute-link", "prefix-link", "new-link", "chain",
	}
	for _, name := range paths {
		operations := map[string]func() error{
			"ReadFile": func() error { _, _, err := w.ReadFile(ctx, name, 0); return err },
			"OpenFile": func() error { _, _, err := w.OpenFile(ctx, name); return err },
			"WriteFile": func() error {
				_, err := w.WriteFile(ctx, name, []byte("x"), WriteOptions{Create: true, Overwrite: true})
				return err
			},
			"List": func() error { _, err := w.List(ctx, name); return err },
		}
		below := name + "/below"
		operations["MakeFolder below"] = func() error { return w.MakeFolder(ctx, below) }
		if !strings.HasSuffix(name, "link") && name != "chain" { // these are allowed on a link itself
			operations["Stat"] = func() error { _, err := w.Stat(ctx, name); return err }
			operations["Delete"] = func() error { return w.Delete(ctx, name, true) }
			operations["Move from"] = func() error { return w.Move(ctx, name, "taken", true) }
			operations["Move to"] = func() error { return w.Move(ctx, "file", name, true) }
			operations["Copy from"] = func() error { return w.Copy(ctx, name, "taken", true) }
			operations["Copy to"] = func() error { return w.Copy(ctx, "file", name, true) }
		}
		for operation, do := range operations {
			if err := do(); !errors.Is(err, ErrOutside) {
				t.Errorf("%s %q: %v, want ErrOutside", operation, name, err)
			}
		}
	}
	if diff := cmp.Diff(before, snapshot(t, top)); diff != "" {
		t.Errorf("something changed (-want +got):\n%s", diff)
	}
}

func TestListShowsLinksAsLinks(t *testing.T) {
	top := t.TempDir()
	inside := filepath.Join(top, "inside")
	makeFolders(t, filepath.Join(inside, "folder"))
	write(t, filepath.Join(top, "secret"), "secret")
	write(t, filepath.Join(inside, "file"), "12345")
	symlink(t, "../secret", filepath.Join(inside, "escapes"))
	symlink(t, "file", filepath.Join(inside, "to-file"))
	symlink(t, filepath.Join(inside, "folder"), filepath.Join(inside, "to-folder"))
	symlink(t, "nowhere", filepath.Join(inside, "dangling"))
	symlink(t, "loop", filepath.Join(inside, "loop"))
	makePipe(t, filepath.Join(inside, "pipe"))
	w := open(t, inside)
	got, err := w.List(t.Context(), ".")
	if err != nil {
		t.Fatal(err)
	}
	want := []Entry{
		{Path: "dangling", Name: "dangling", Kind: Symlink},
		{Path: "escapes", Name: "escapes", Kind: Symlink},
		{Path: "file", Name: "file", Kind: File, Size: 5},
		{Path: "folder", Name: "folder", Kind: Folder},
		{Path: "loop", Name: "loop", Kind: Symlink},
		{Path: "pipe", Name: "pipe", Kind: Other},
		{Path: "to-file", Name: "to-file", Kind: Symlink, Target: File, Size: 5},
		{Path: "to-folder", Name: "to-folder", Kind: Symlink, Target: Folder},
	}
	ignoreSizes := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Size" },
		cmp.Comparer(func(a, b int64) bool { return a == b || (a != 5 && b != 5) }))
	if diff := cmp.Diff(want, got, ignoreSizes, cmpopts.IgnoreFields(Entry{}, "ModifiedAt", "CreatedAt", "Mode", "Version")); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
	for _, entry := range got {
		again, err := w.Stat(t.Context(), entry.Path)
		if err != nil {
			t.Errorf("looking at %q: %v", entry.Path, err)
		}
		if diff := cmp.Diff(entry, again); diff != "" {
			t.Errorf("Stat differs from List (-list +stat):\n%s", diff)
		}
	}
}

func open(t testing.TB, folder string) *Workspace {
	t.Helper()
	w, err := Open(t.Context(), folder, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

// reachableFolder is a temporary folder that every user may pass.
func reachableFolder(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	unlock(t, folder)
	chmod(t, folder, 0o755)
	chmod(t, filepath.Dir(folder), 0o755)
	return folder
}

// unlock lets the folders below one be removed after the test.
func unlock(t *testing.T, folder string) {
	t.Helper()
	t.Cleanup(func() {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if entry.IsDir() && entry.Type()&fs.ModeSymlink == 0 {
				chmod(t, path, 0o755)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func makeFolders(t testing.TB, paths ...string) {
	t.Helper()
	for _, path := range paths {
		if err := os.MkdirAll(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

func symlink(t testing.TB, target, path string) {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
}

func chmod(t testing.TB, path string, mode fs.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

// snapshot is everything below a folder: path -> mode and bytes or link.
func snapshot(t testing.TB, folder string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		content := ""
		switch {
		case info.Mode().IsRegular():
			content = read(t, path)
		case info.Mode()&fs.ModeSymlink != 0:
			content, err = os.Readlink(path)
		}
		relative, _ := filepath.Rel(folder, path)
		all[filepath.ToSlash(relative)] = info.Mode().String() + " " + content
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
