//go:build unix

package checkpointtest

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// deepRows are about folders inside each other, so many that no path to the
// innermost is one that the system takes whole.
func deepRows() []row {
	return []row{
		{"2,200 folders inside each other", veryDeep, ours},
		{"a deep folder swapped for a link is not followed", deepSwapped, ours},
		{"a deep folder moved during the restore", deepMoved, ours},
	}
}

const (
	deepest  = 2200 // a path of 4,400 bytes, of which the system takes 4,096
	deepName = "d"  // of each folder; each holds a file "f"
)

func veryDeep(d *desk) {
	d.inMemory()
	d.reopen(checkpoint.Options{})
	DeepWrite(d, d.root, deepest, "1")
	id := d.create()
	DeepWrite(d, d.root, deepest, "2")
	result := d.exact(id)
	if result.Written != deepest {
		d.Fatalf("result: %+v", result)
	}
	d.wantDeep(deepest, "1")
	d.undo(result.Undo)
	d.wantDeep(deepest, "2")
	// All of them gone, and a file in their place.
	d.remove(deepName)
	d.write(deepName, "mine")
	result = d.exact(id)
	d.wantDeep(deepest, "1")
	d.undo(result.Undo)
	d.wantTree(Tree{deepName: {"-", 0o644, "mine"}})
	d.exact(id)
	d.wantDeep(deepest, "1")
}

// deepSwapped puts a link to the very folder in the place of one that the
// restore has already gone through.
func deepSwapped(d *desk) {
	const levels, swapped = 200, 20
	DeepWrite(d, d.root, levels, "1")
	id := d.create()
	DeepWrite(d, d.root, levels, "2")
	at := strings.Repeat(deepName+"/", swapped-1) + deepName
	done := false
	d.reopen(checkpoint.Options{Faults: checkpoint.Faults{Step: func(step string) error {
		if done || step != "place "+strings.Repeat(deepName+"/", 150)+"f" {
			return nil
		}
		done = true
		d.must(os.Rename(d.at(at), d.at("aside")))
		return os.Symlink(d.at("aside"), d.at(at))
	}}})
	result := d.restoreOnly(id)
	// The one under way when it happened was placed in the folder that moved.
	if want := levels - swapped + 1; !done || len(result.Conflicts) != want {
		d.Fatalf("swapped: %v; %d conflicts, want %d", done, len(result.Conflicts), want)
	}
	for i, content := range deepRead(d, d.at("aside")) {
		want := "2"
		if level := swapped + i; level >= 150 { // the innermost are the first
			want = "1"
		}
		if content != want {
			d.Fatalf("file %d below the folder that moved holds %q, want %q", i, content, want)
		}
	}
}

// deepMoved moves a folder away for good.
func deepMoved(d *desk) {
	const levels = 100
	DeepWrite(d, d.root, levels, "1")
	id := d.create()
	DeepWrite(d, d.root, levels, "2")
	done := false
	d.reopen(checkpoint.Options{Faults: checkpoint.Faults{Step: func(step string) error {
		if done || step != "place "+strings.Repeat(deepName+"/", 10)+"f" {
			return nil
		}
		done = true
		return os.Rename(d.at(deepName), d.at("aside"))
	}}})
	result := d.restoreOnly(id)
	if !done || len(result.Conflicts) != levels {
		d.Fatalf("moved: %v; %d conflicts, want %d", done, len(result.Conflicts), levels)
	}
	got := deepRead(d, d.at("aside"))
	for i, content := range got {
		want := "2"
		if level := 1 + i; level >= 10 {
			want = "1"
		}
		if content != want {
			d.Fatalf("file %d in the folder that moved holds %q, want %q", i, content, want)
		}
	}
}

// restoreOnly restores without a preview, which the faults would count.
func (d *desk) restoreOnly(id string) checkpoint.Result {
	d.Helper()
	result, err := d.store.Restore(d.Context(), checkpoint.RestoreRequest{ID: id})
	d.must(err)
	return result
}

func (d *desk) wantDeep(levels int, content string) {
	d.Helper()
	want := make([]string, levels)
	for i := range want {
		want[i] = content
	}
	if diff := cmp.Diff(want, deepRead(d, d.at(deepName))); diff != "" {
		d.Fatalf("files of %d folders (-want +got):\n%s", levels, diff)
	}
}

// DeepWrite makes so many folders inside each other in a folder, as far as they
// are not there, and writes a file in each of them.
func DeepWrite(t testing.TB, folder string, levels int, content string) {
	t.Helper()
	fd := openAt(t, unix.AT_FDCWD, folder)
	for range levels {
		if err := unix.Mkdirat(fd, deepName, 0o755); err != nil && !errors.Is(err, unix.EEXIST) {
			t.Fatal(err)
		}
		inner := openAt(t, fd, deepName)
		_ = unix.Close(fd)
		fd = inner
		file, err := unix.Openat(fd, "f", unix.O_WRONLY|unix.O_CREAT|unix.O_TRUNC|unix.O_CLOEXEC, 0o644)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := unix.Write(file, []byte(content)); err != nil {
			t.Fatal(err)
		}
		_ = unix.Close(file)
	}
	_ = unix.Close(fd)
}

// deepRead reads the file in a folder, in that inside it, and so on.
func deepRead(t testing.TB, folder string) (contents []string) {
	t.Helper()
	fd := openAt(t, unix.AT_FDCWD, folder)
	for {
		contents = append(contents, readAt(t, fd, "f"))
		var stat unix.Stat_t
		if err := unix.Fstatat(fd, deepName, &stat, unix.AT_SYMLINK_NOFOLLOW); err != nil {
			_ = unix.Close(fd)
			return contents
		}
		inner := openAt(t, fd, deepName)
		_ = unix.Close(fd)
		fd = inner
	}
}

func openAt(t testing.TB, at int, name string) int {
	t.Helper()
	fd, err := unix.Openat(at, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatalf("opening %q: %v", name, err)
	}
	return fd
}

func readAt(t testing.TB, at int, name string) string {
	t.Helper()
	fd, err := unix.Openat(at, name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatalf("opening %q: %v", name, err)
	}
	file := os.NewFile(uintptr(fd), name)
	defer file.Close()
	content := make([]byte, 100)
	n, err := file.Read(content)
	if err != nil {
		t.Fatalf("reading %q: %v", name, err)
	}
	return string(content[:n])
}
