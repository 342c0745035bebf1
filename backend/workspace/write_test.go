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
)

func TestWriteFileOptions(t *testing.T) {
	const right, wrong = "right", "wrong" // stand for versions
	tests := []struct {
		name    string
		exists  bool
		options WriteOptions
		want    error
	}{
		{"nothing allowed, new", false, WriteOptions{}, fs.ErrNotExist},
		{"nothing allowed, old", true, WriteOptions{}, ErrExists},
		{"create new", false, WriteOptions{Create: true}, nil},
		{"create old", true, WriteOptions{Create: true}, ErrExists},
		{"overwrite new", false, WriteOptions{Overwrite: true}, fs.ErrNotExist},
		{"overwrite old", true, WriteOptions{Overwrite: true}, nil},
		{"both, new", false, WriteOptions{Create: true, Overwrite: true}, nil},
		{"both, old", true, WriteOptions{Create: true, Overwrite: true}, nil},
		{"the version known", true, WriteOptions{IfVersion: right}, nil},
		{"another version", true, WriteOptions{IfVersion: wrong}, ErrChanged},
		{"another version, although overwriting", true, WriteOptions{Create: true, Overwrite: true, IfVersion: wrong}, ErrChanged},
		{"the version is gone", false, WriteOptions{Create: true, Overwrite: true, IfVersion: right}, ErrChanged},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			top := t.TempDir()
			w := open(t, top)
			version := "none"
			if test.exists {
				write(t, top+"/file", "old")
				entry, err := w.Stat(t.Context(), "file")
				if err != nil {
					t.Fatal(err)
				}
				version = entry.Version
			}
			if test.options.IfVersion == right {
				test.options.IfVersion = version
			}
			before := snapshot(t, top)
			entry, err := w.WriteFile(t.Context(), "file", []byte("new"), test.options)
			if !errors.Is(err, test.want) || (err == nil) != (test.want == nil) {
				t.Fatalf("error = %v, want %v", err, test.want)
			}
			if test.want != nil {
				if diff := cmp.Diff(before, snapshot(t, top)); diff != "" {
					t.Errorf("a refused write changed something:\n%s", diff)
				}
				return
			}
			now, err := w.Stat(t.Context(), "file")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(now, entry); diff != "" || entry.Version == version {
				t.Errorf("the entry returned is not the file's:\n%s", diff)
			}
			if got := read(t, top+"/file"); got != "new" {
				t.Errorf("content = %q", got)
			}
		})
	}
}

func TestWriteFileModes(t *testing.T) {
	top := t.TempDir()
	w := open(t, top)
	write(t, top+"/script", "old")
	chmod(t, top+"/script", 0o750|fs.ModeSetgid)
	for _, step := range []struct {
		name string
		mode uint32
		want uint32
	}{{"script", 0, 0o2750}, {"script", 0o600, 0o600}, {"new", 0o755, 0o755}} {
		entry, err := w.WriteFile(t.Context(), step.name, nil, WriteOptions{Create: true, Overwrite: true, Mode: step.mode})
		if err != nil || entry.Mode != step.want {
			t.Errorf("%s with %o: %o, %v; want %o", step.name, step.mode, entry.Mode, err, step.want)
		}
	}
}

func TestWriteFileMakesFolders(t *testing.T) {
	top := t.TempDir()
	w := open(t, top)
	if _, err := w.WriteFile(t.Context(), "a/b/file", []byte("x"), WriteOptions{Create: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.WriteFile(t.Context(), "a/b/file/below", nil, WriteOptions{Create: true}); !errors.Is(err, ErrNotFolder) {
		t.Errorf("below a file: %v", err)
	}
	if _, err := w.WriteFile(t.Context(), "c/d/file", []byte("x"), WriteOptions{Overwrite: true}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without Create: %v", err)
	}
	if _, err := os.Stat(top + "/c"); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a refused write made a folder")
	}
}

func TestWriteFileThroughLinks(t *testing.T) {
	top := t.TempDir()
	makeFolders(t, top+"/real")
	write(t, top+"/real/file", "old")
	symlink(t, "real/file", top+"/link")
	symlink(t, top+"/real/file", top+"/absolute")
	symlink(t, "real/new", top+"/dangling")
	symlink(t, "real", top+"/folder")
	w := open(t, top)
	for name, target := range map[string]string{"link": "real/file", "absolute": "real/file", "dangling": "real/new", "folder/file": "real/file"} {
		entry, err := w.Stat(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		options := WriteOptions{Create: true}
		if entry.Kind == File || entry.Target == File {
			options = WriteOptions{IfVersion: entry.Version} // a link's version is its target's
		}
		entry, err = w.WriteFile(t.Context(), name, []byte(name), options)
		if err != nil || entry.Path != name {
			t.Errorf("%s: %+v, %v", name, entry, err)
		}
		if got := read(t, filepath.Join(top, target)); got != name {
			t.Errorf("%s: %s holds %q", name, target, got)
		}
	}
	for _, link := range []string{"link", "absolute", "dangling", "folder"} {
		if info, err := os.Lstat(filepath.Join(top, link)); err != nil || info.Mode()&fs.ModeSymlink == 0 {
			t.Errorf("%s is no longer a link", link)
		}
	}
}

func TestWriteFileRefusals(t *testing.T) {
	top := reachableFolder(t)
	makeFolders(t, top+"/folder", top+"/closed")
	makePipe(t, top+"/pipe")
	write(t, top+"/closed/file", "old")
	write(t, top+"/read-only", "old")
	chmod(t, top+"/read-only", 0o444)
	chmod(t, top+"/closed/file", 0o666)
	chmod(t, top+"/closed", 0o555)
	before := snapshot(t, top)
	for name, want := range map[string]error{
		"folder": ErrIsFolder, ".": ErrIsFolder, "pipe": ErrSpecial, "read-only": fs.ErrPermission,
		"closed/file": fs.ErrPermission, "closed/new": fs.ErrPermission,
	} {
		asOrdinaryUser(t, func() {
			w, err := Open(t.Context(), top, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			w.user = user{id: 65534} // as currentUser would find, were the whole process that user
			_, err = w.WriteFile(t.Context(), name, []byte("new"), WriteOptions{Create: true, Overwrite: true})
			if !errors.Is(err, want) {
				t.Errorf("writing %q: %v, want %v", name, err, want)
			}
		})
	}
	if diff := cmp.Diff(before, snapshot(t, top)); diff != "" {
		t.Errorf("something changed (-want +got):\n%s", diff)
	}
}

// TestFullDisk fills a small file system; where none can be mounted, package
// atomicfile's test with an injected fault stands alone.
func TestFullDisk(t *testing.T) {
	top := t.TempDir()
	data := make([]byte, 4<<20)
	if !smallDisk(t, top) {
		// /dev/full is the system's own full disk, for what is written to it.
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer full.Close()
		_, err = full.Write(data)
		if err = fail("writing", "file", err); !errors.Is(err, ErrDiskFull) {
			t.Errorf("error = %v", err)
		}
		return
	}
	write(t, top+"/file", "old")
	makeFolders(t, top+"/folder")
	write(t, top+"/folder/half", strings.Repeat("x", 600<<10))
	w := open(t, top)
	before := snapshot(t, top)
	for operation, do := range map[string]func() error{
		"overwriting": func() error {
			_, err := w.WriteFile(t.Context(), "file", data, WriteOptions{Overwrite: true})
			return err
		},
		"creating": func() error {
			_, err := w.WriteFile(t.Context(), "new", data, WriteOptions{Create: true})
			return err
		},
		"copying a folder": func() error { return w.Copy(t.Context(), "folder", "copy", false) },
		"copying over":     func() error { return w.Copy(t.Context(), "folder/half", "file", true) },
	} {
		err := do()
		if !errors.Is(err, ErrDiskFull) || strings.Count(err.Error(), "disk is full") != 1 {
			t.Errorf("%s: %v", operation, err)
		}
		if diff := cmp.Diff(before, snapshot(t, top)); diff != "" {
			t.Fatalf("%s left something (-want +got):\n%s", operation, diff)
		}
	}
	if _, err := w.WriteFile(t.Context(), "file", []byte("fits"), WriteOptions{Overwrite: true}); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestWriteFileStopsWhenCancelled(t *testing.T) {
	top := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := open(t, top).WriteFile(ctx, "file", nil, WriteOptions{Create: true}); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v", err)
	}
	if len(snapshot(t, top)) != 1 {
		t.Error("something was written")
	}
}

func TestMakeFolder(t *testing.T) {
	top := t.TempDir()
	write(t, top+"/file", "x")
	symlink(t, top, top+"/self")
	w := open(t, top)
	for name, want := range map[string]error{
		"a/b/c": nil, ".": nil, "self/d": nil, "file": ErrExists, "file/e": ErrNotFolder, "../x": ErrOutside,
	} {
		if err := w.MakeFolder(t.Context(), name); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", name, err, want)
		}
		if err := w.MakeFolder(t.Context(), name); want == nil && err != nil {
			t.Errorf("%q again: %v", name, err)
		}
	}
	if info, err := os.Stat(top + "/d"); err != nil || !info.IsDir() {
		t.Errorf("through a link: %v", err)
	}
}

func TestDelete(t *testing.T) {
	top := t.TempDir()
	makeFolders(t, top+"/full/deep", top+"/empty", top+"/kept")
	write(t, top+"/full/deep/file", "x")
	write(t, top+"/file", "x")
	write(t, top+"/kept/file", "x")
	symlink(t, "kept", top+"/full/link")
	symlink(t, top+"/kept", top+"/link")
	w := open(t, top)
	for _, step := range []struct {
		name      string
		recursive bool
		want      error
	}{
		{"full", false, ErrNotEmpty},
		{"full", true, nil},
		{"empty", false, nil},
		{"file", true, nil},
		{"link", true, nil},
		{"file", false, fs.ErrNotExist},
		{"missing", true, fs.ErrNotExist},
		{".", true, ErrTop},
	} {
		if err := w.Delete(t.Context(), step.name, step.recursive); !errors.Is(err, step.want) {
			t.Errorf("deleting %q (%v): %v, want %v", step.name, step.recursive, err, step.want)
		}
	}
	want := map[string]string{".": "drwxr-xr-x ", "kept": "drwxr-xr-x ", "kept/file": "-rw-r--r-- x"}
	if diff := cmp.Diff(want, snapshot(t, top)); diff != "" {
		t.Errorf("left (-want +got):\n%s", diff)
	}
}
