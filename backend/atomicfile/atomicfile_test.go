package atomicfile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/atomicfile"
)

func TestWriteKeepsOrSetsTheMode(t *testing.T) {
	tests := []struct {
		name string
		old  fs.FileMode // 0: no old file
		mode fs.FileMode
		want fs.FileMode
	}{
		{"keeps an executable", 0o755, 0, 0o755},
		{"keeps a secret", 0o600, 0, 0o600},
		{"keeps a read-only file", 0o444, 0, 0o444},
		{"keeps what a umask would take", 0o666, 0, 0o666},
		{"keeps set-group-id", 0o755 | fs.ModeSetgid, 0, 0o755 | fs.ModeSetgid},
		{"sets a mode", 0o644, 0o600, 0o600},
		{"sets a new file's mode whatever the umask", 0, 0o666, 0o666},
		{"makes a secret", 0, 0o600, 0o600},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "file")
			if test.old != 0 {
				writeFile(t, path, "old", test.old)
			}
			if err := atomicfile.Write(path, []byte("new\r\n\x00\xff"), test.mode); err != nil {
				t.Fatal(err)
			}
			if got := readFile(t, path); got != "new\r\n\x00\xff" {
				t.Errorf("content = %q", got)
			}
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if info.Mode() != test.want {
				t.Errorf("mode = %v, want %v", info.Mode(), test.want)
			}
		})
	}
}

func TestWriteGivesANewFileTheUsualMode(t *testing.T) {
	folder := t.TempDir()
	usual, err := os.OpenFile(filepath.Join(folder, "usual"), os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		t.Fatal(err)
	}
	usual.Close()
	if err := atomicfile.Write(filepath.Join(folder, "new"), nil, 0); err != nil {
		t.Fatal(err)
	}
	want, _ := os.Stat(filepath.Join(folder, "usual"))
	got, _ := os.Stat(filepath.Join(folder, "new"))
	if got.Mode() != want.Mode() {
		t.Errorf("mode = %v, want %v", got.Mode(), want.Mode())
	}
}

func TestWriteFollowsLinksAndKeepsThem(t *testing.T) {
	tests := []struct{ name, link, target string }{
		{"relative", "../real/file", "real/file"},
		{"through a linked folder", "../linked/../file", "real/file"}, // linked/.. is real
		{"dangling", "../real/later", "real/later"},
		{"a chain", "second", "real/file"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			top := t.TempDir()
			for _, folder := range []string{"real/deep", "links"} {
				if err := os.MkdirAll(filepath.Join(top, folder), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			writeFile(t, filepath.Join(top, "real/file"), "old", 0o644)
			symlink(t, "real/deep", filepath.Join(top, "linked"))
			symlink(t, filepath.Join(top, "real/file"), filepath.Join(top, "links/second"))
			path := filepath.Join(top, "links/first")
			symlink(t, test.link, path)

			if err := atomicfile.Write(path, []byte("new"), 0); err != nil {
				t.Fatal(err)
			}
			if got, err := os.Readlink(path); err != nil || got != test.link {
				t.Errorf("link = %q, %v; want %q", got, err, test.link)
			}
			if got := readFile(t, filepath.Join(top, test.target)); got != "new" {
				t.Errorf("target = %q, want the new bytes", got)
			}
		})
	}
}

func TestWriteRefusesALoop(t *testing.T) {
	path := filepath.Join(t.TempDir(), "loop")
	symlink(t, "loop", path)
	err := atomicfile.Write(path, nil, 0)
	if err == nil || !strings.Contains(err.Error(), "too many symbolic links") {
		t.Errorf("error = %v", err)
	}
}

func TestWriteErrorsNameThePath(t *testing.T) {
	path := filepath.Join(t.TempDir(), "missing", "file")
	err := atomicfile.Write(path, nil, 0)
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("error = %v", err)
	}
}

func TestWriteInStaysInside(t *testing.T) {
	top := t.TempDir()
	inside := filepath.Join(top, "inside")
	if err := os.Mkdir(inside, 0o755); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(top, "outside"), "untouched", 0o644)
	symlink(t, "..", filepath.Join(inside, "up"))
	symlink(t, "../outside", filepath.Join(inside, "link"))
	root := openRoot(t, inside)

	for _, name := range []string{"../outside", "up/outside"} {
		if err := atomicfile.WriteIn(root, name, []byte("new"), 0); err == nil {
			t.Errorf("writing %q was not refused", name)
		}
	}
	if err := atomicfile.WriteIn(root, "link", []byte("new"), 0); err != nil {
		t.Errorf("replacing a link: %v", err)
	}
	if got := readFile(t, filepath.Join(top, "outside")); got != "untouched" {
		t.Errorf("outside = %q", got)
	}
	if got := readFile(t, filepath.Join(inside, "link")); got != "new" {
		t.Errorf("link = %q", got)
	}
	if diff := cmp.Diff([]string{"link", "up"}, names(t, inside)); diff != "" {
		t.Errorf("left behind (-want +got):\n%s", diff)
	}
}

func TestWriteTakesTheLongestName(t *testing.T) {
	path := filepath.Join(t.TempDir(), strings.Repeat("x", 255))
	if err := atomicfile.Write(path, []byte("new"), 0); err != nil {
		t.Fatal(err)
	}
	if got := readFile(t, path); got != "new" {
		t.Errorf("content = %q", got)
	}
}

func TestCommitNewRefusesWhatIsThere(t *testing.T) {
	folder := t.TempDir()
	root := openRoot(t, folder)
	commit := func(text string) error {
		staged, err := atomicfile.Stage(root, "file", 0)
		if err != nil {
			t.Fatal(err)
		}
		defer staged.Discard()
		if _, err := staged.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		return staged.CommitNew()
	}
	if err := commit("first"); err != nil {
		t.Fatal(err)
	}
	if err := commit("second"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("error = %v, want fs.ErrExist", err)
	}
	if got := readFile(t, filepath.Join(folder, "file")); got != "first" {
		t.Errorf("content = %q", got)
	}
	if diff := cmp.Diff([]string{"file"}, names(t, folder)); diff != "" {
		t.Errorf("left behind (-want +got):\n%s", diff)
	}
}

func TestReaderSeesOldOrNew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	versions := []string{strings.Repeat("a", 1<<16), strings.Repeat("b", 1<<16)}
	writeFile(t, path, versions[0], 0o644)
	done := make(chan error, 1)
	go func() {
		for i := range 200 {
			if err := atomicfile.Write(path, []byte(versions[i%2]), 0); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for {
		if got := readFile(t, path); got != versions[0] && got != versions[1] {
			t.Fatalf("a reader saw %d bytes that are neither version", len(got))
		}
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			return
		default:
		}
	}
}

func TestIsTemporary(t *testing.T) {
	for name, want := range map[string]bool{
		atomicfile.TemporaryName():                  true,
		".keel-.tmp":                                false,
		".keel-notes":                               false,
		".keel-notes.tmp":                           false,
		"a.tmp":                                     false,
		".keel-ABCDEFGHIJKLMNOPQRSTUVWXYZ.tmp":      true,
		".keel-ABCDEFGHIJKLMNOPQRSTUVWXY.tmp":       false, // too short
		".keel-ABCDEFGHIJKLMNOPQRSTUVWXYz.tmp":      false, // not one of the characters
		".keel-ABCDEFGHIJKLM NOPQRSTUVWXYZ.tmp":     false,
		".keel-ABCDEFGHIJKLMNOPQRSTUVWXYZ.tmp.orig": false,
	} {
		if got := atomicfile.IsTemporary(name); got != want {
			t.Errorf("IsTemporary(%q) = %v", name, got)
		}
	}
}

func writeFile(t *testing.T, path, text string, mode fs.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func symlink(t *testing.T, target, path string) {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
}

func openRoot(t *testing.T, folder string) *os.Root {
	t.Helper()
	root, err := os.OpenRoot(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root
}

func names(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, entry := range entries {
		list = append(list, entry.Name())
	}
	return list
}
