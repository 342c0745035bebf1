//go:build unix

package atomicfile_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/keel-ide/keel/backend/atomicfile"
)

// What is no file is never replaced: who may write anywhere would harm the system.
func TestWriteLeavesAloneWhatIsNoFile(t *testing.T) {
	folder := t.TempDir()
	pipe, inside := filepath.Join(folder, "pipe"), filepath.Join(folder, "folder")
	if err := errors.Join(syscall.Mkfifo(pipe, 0o600), os.Mkdir(inside, 0o700)); err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{pipe, inside} {
		link := target + " link"
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
		before, err := os.Lstat(target)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{target, link} {
			if err := atomicfile.Write(path, []byte("x"), 0o600); !errors.Is(err, atomicfile.ErrNotFile) {
				t.Errorf("%s: got %v", path, err)
			}
		}
		if after, err := os.Lstat(target); err != nil || !os.SameFile(before, after) {
			t.Errorf("%s is another one: %v", target, err)
		}
	}
}
