package atomicfile

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// fullDisk takes room bytes and then answers as a full disk does.
type fullDisk struct {
	file *os.File
	room int
}

func (d *fullDisk) Write(data []byte) (int, error) {
	n := min(len(data), d.room)
	d.room -= n
	if _, err := d.file.Write(data[:n]); err != nil {
		return 0, err
	}
	if n < len(data) {
		return n, &os.PathError{Op: "write", Path: d.file.Name(), Err: syscall.ENOSPC}
	}
	return n, nil
}

func TestFullDiskLeavesTheOldFile(t *testing.T) {
	for _, full := range []error{syscall.ENOSPC, errQuota} {
		folder := t.TempDir()
		path := filepath.Join(folder, "file")
		if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
			t.Fatal(err)
		}
		root, err := os.OpenRoot(folder)
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		staged, err := Stage(root, "file", 0)
		if err != nil {
			t.Fatal(err)
		}
		staged.out = &fullDisk{file: staged.file, room: 1000}
		_, err = staged.Write(make([]byte, 4096))
		if !errors.Is(err, ErrDiskFull) || !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("error = %v, want ErrDiskFull and ENOSPC", err)
		}
		if err := staged.fail(full); !errors.Is(err, ErrDiskFull) {
			t.Errorf("%v is reported as %v", full, err)
		}
		staged.Discard()
		if data, err := os.ReadFile(path); err != nil || string(data) != "old" {
			t.Errorf("old file = %q, %v", data, err)
		}
		if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
			t.Errorf("the folder holds %v, %v; want the old file only", entries, err)
		}
	}
}
