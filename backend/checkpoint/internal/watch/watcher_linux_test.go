package watch

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/keel-ide/keel/backend/inotify"
)

// start makes a workspace with a/b/c, d, a/file and d/other, all watched.
func start(t testing.TB, o Options) *mirror {
	t.Helper()
	top := filepath.Join(t.TempDir(), "top")
	must(t, os.MkdirAll(top+"/a/b/c", 0o755))
	must(t, os.MkdirAll(top+"/d", 0o755))
	must(t, os.WriteFile(top+"/a/file", []byte("text"), 0o644))
	must(t, os.WriteFile(top+"/d/other", []byte("text"), 0o644))
	m := newMirror(t, top, o)
	t.Cleanup(func() { m.watcher.Close() })
	if dirty := m.drain(t); !dirty.Clean() {
		t.Fatalf("dirty before anything happened: %v", dirty)
	}
	return m
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(path, text string, flag int) error {
	file, err := os.OpenFile(path, flag, 0o644)
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	return errors.Join(err, file.Close())
}

func TestEachChangeMakesItsFolderDirty(t *testing.T) {
	tests := []struct {
		name string
		act  func(top string) error
		want map[string]bool
	}{
		{"a file is made", func(top string) error { return write(top+"/d/new", "", os.O_CREATE|os.O_WRONLY) }, map[string]bool{"d": false}},
		{"a file in the workspace itself", func(top string) error { return write(top+"/new", "", os.O_CREATE|os.O_WRONLY) }, map[string]bool{".": false}},
		{"a file is appended to", func(top string) error { return write(top+"/a/file", "x", os.O_APPEND|os.O_WRONLY) }, map[string]bool{"a": false}},
		{"a file is cut", func(top string) error { return os.Truncate(top+"/a/file", 1) }, map[string]bool{"a": false}},
		{"a file is written through a mapping", writeMapped, map[string]bool{"a": false}},
		{"a file's mode", func(top string) error { return os.Chmod(top+"/a/file", 0o600) }, map[string]bool{"a": false}},
		{"a file's times", func(top string) error { return os.Chtimes(top+"/a/file", time.Unix(1, 0), time.Unix(2, 0)) }, map[string]bool{"a": false}},
		{"a file is deleted", func(top string) error { return os.Remove(top + "/a/file") }, map[string]bool{"a": false}},
		{"a file is moved", func(top string) error { return os.Rename(top+"/a/file", top+"/d/file") }, map[string]bool{"a": false, "d": false}},
		{"a file is moved away", func(top string) error { return os.Rename(top+"/a/file", top+"-file") }, map[string]bool{"a": false}},
		{"a link is made", func(top string) error { return os.Symlink("x", top+"/d/link") }, map[string]bool{"d": false}},
		{"a hard link is made", func(top string) error { return os.Link(top+"/a/file", top+"/d/link") }, map[string]bool{"d": false}},
		{"a file is only read", func(top string) error { _, err := os.ReadFile(top + "/a/file"); return err }, nil},
		{"a folder is only listed", func(top string) error { _, err := os.ReadDir(top + "/a"); return err }, nil},
		{"folders are made", func(top string) error { return os.MkdirAll(top+"/d/new/deep", 0o755) }, map[string]bool{"d": false, "d/new": true}},
		{"a folder is deleted", func(top string) error { return os.Remove(top + "/a/b/c") }, map[string]bool{"a/b": false, "a/b/c": true}},
		{"a folder's mode", func(top string) error { return os.Chmod(top+"/a/b", 0o700) }, map[string]bool{"a": false, "a/b": false}},
		{"the workspace's mode", func(top string) error { return os.Chmod(top, 0o700) }, map[string]bool{".": false}},
		{"a folder is moved", func(top string) error { return os.Rename(top+"/a/b", top+"/d/e") }, map[string]bool{"a": false, "a/b": false, "d": false, "d/e": true}},
		{"a folder is moved away", func(top string) error { return os.Rename(top+"/a/b", top+"-b") }, map[string]bool{"a": false, "a/b": false}},
		{"two folders change places", func(top string) error {
			return unix.Renameat2(unix.AT_FDCWD, top+"/a", unix.AT_FDCWD, top+"/d", unix.RENAME_EXCHANGE)
		}, map[string]bool{".": false, "a": true, "d": true}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := start(t, Options{})
			must(t, test.act(m.top))
			if diff := cmp.Diff(Dirty{Folders: test.want}, m.drain(t)); diff != "" {
				t.Errorf("dirty (-want +got):\n%s", diff)
			}
			if dirty := m.drain(t); !dirty.Clean() {
				t.Errorf("what was dirty has not been forgotten: %v", dirty)
			}
		})
	}
}

// writeMapped closes the file before it writes.
func writeMapped(top string) error {
	file, err := os.OpenFile(top+"/a/file", os.O_RDWR, 0)
	if err != nil {
		return err
	}
	memory, err := unix.Mmap(int(file.Fd()), 0, 4, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	file.Close()
	if err != nil {
		return err
	}
	memory[0] = 'T'
	return unix.Munmap(memory)
}

func TestAMovedFolderIsKnownByItsNewPath(t *testing.T) {
	m := start(t, Options{})
	must(t, os.Rename(m.top+"/a", m.top+"/moved"))
	must(t, m.update(m.drain(t)))
	m.drain(t) // the listing is no change, but a watch may have ended
	must(t, os.WriteFile(m.top+"/moved/b/c/new", nil, 0o644))
	if diff := cmp.Diff(Dirty{Folders: map[string]bool{"moved/b/c": false}}, m.drain(t)); diff != "" {
		t.Errorf("dirty (-want +got):\n%s", diff)
	}
	if got, want := m.watcher.Watched(), 5; got != want {
		t.Errorf("%d folders are watched, want %d", got, want)
	}
}

// TestTwoPathsOfOneFolder is what a bind mount makes, without one.
func TestTwoPathsOfOneFolder(t *testing.T) {
	m := start(t, Options{})
	folder, err := os.Open(m.top + "/a")
	must(t, err)
	defer folder.Close()
	must(t, m.watcher.Add(folder.Fd(), "again"))
	for _, test := range []struct {
		remove string
		want   map[string]bool
	}{
		{"", map[string]bool{"a": false, "again": false}},
		{"a", map[string]bool{"again": false}},
		{"again", nil},
	} {
		m.watcher.Remove(test.remove)
		must(t, os.WriteFile(m.top+"/a/new", nil, 0o644))
		if diff := cmp.Diff(Dirty{Folders: test.want}, m.drain(t)); diff != "" {
			t.Errorf("after removing %q dirty (-want +got):\n%s", test.remove, diff)
		}
	}
}

func TestAPathGoesToTheFolderAddedLast(t *testing.T) {
	m := start(t, Options{})
	folder, err := os.Open(m.top + "/d")
	must(t, err)
	defer folder.Close()
	must(t, m.watcher.Add(folder.Fd(), "a"))
	m.watcher.Remove("d")
	must(t, os.WriteFile(m.top+"/a/new", nil, 0o644))
	if dirty := m.drain(t); !dirty.Clean() {
		t.Errorf("the folder that had the path makes dirty %v", dirty)
	}
	must(t, os.WriteFile(m.top+"/d/new", nil, 0o644))
	if diff := cmp.Diff(Dirty{Folders: map[string]bool{"a": false}}, m.drain(t)); diff != "" {
		t.Errorf("dirty (-want +got):\n%s", diff)
	}
}

func TestAFolderThatCannotBeAddedIsNotWatched(t *testing.T) {
	m := start(t, Options{})
	file, err := os.Open(m.top + "/a/file")
	must(t, err)
	defer file.Close()
	if err := m.watcher.Add(file.Fd(), "a"); !errors.Is(err, unix.ENOTDIR) || !strings.Contains(err.Error(), `"a"`) {
		t.Errorf("adding a file: %v", err)
	}
	must(t, os.WriteFile(m.top+"/a/new", nil, 0o644))
	if dirty := m.drain(t); !dirty.Clean() {
		t.Errorf("the folder that had the path before makes dirty %v", dirty)
	}
}

func TestAChildTellsOfItselfWithoutItsParent(t *testing.T) {
	m := start(t, Options{})
	m.watcher.Remove("a")
	must(t, os.Chmod(m.top+"/a/b", 0o700))
	if diff := cmp.Diff(Dirty{Folders: map[string]bool{"a": false, "a/b": false}}, m.drain(t)); diff != "" {
		t.Errorf("dirty (-want +got):\n%s", diff)
	}
}

func TestAFolderThatCouldNotBeWatchedIsDirtyAsAWhole(t *testing.T) {
	m := start(t, Options{})
	m.watcher.Remove("a/b")
	must(t, os.Chmod(m.top+"/a/b", 0o700))
	if diff := cmp.Diff(Dirty{Folders: map[string]bool{"a": false, "a/b": true}}, m.drain(t)); diff != "" {
		t.Errorf("dirty (-want +got):\n%s", diff)
	}
}

func TestWhatCannotBeKnownIsAll(t *testing.T) {
	tests := []struct {
		name string
		act  func(t *testing.T, m *mirror)
		why  string
	}{
		{"the workspace is moved", func(t *testing.T, m *mirror) { must(t, os.Rename(m.top, m.top+"-moved")) }, "the workspace was moved or deleted"},
		{"the workspace is deleted", func(t *testing.T, m *mirror) { must(t, os.RemoveAll(m.top)) }, "the workspace was moved or deleted"},
		{"the kernel ends the workspace's watch", func(t *testing.T, m *mirror) { endWatch(t, m.watcher, Top) }, "the workspace is not watched any more"},
		{"the kernel's queue runs over", runOver, "more happened at once than the kernel's queue holds"},
		{"the cookies cannot be made", func(t *testing.T, m *mirror) {
			must(t, os.RemoveAll(m.top+"-cookies"))
			must(t, os.WriteFile(m.top+"-cookies", nil, 0o600))
		}, "watching "},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := start(t, Options{})
			test.act(t, m)
			dirty := m.drain(t)
			if !dirty.All || dirty.Folders != nil || !strings.HasPrefix(dirty.Why, test.why) {
				t.Errorf("dirty: %v, want all because %q", dirty, test.why)
			}
		})
	}
}

// endWatch does what the kernel does when a file system goes.
func endWatch(t testing.TB, w *Watcher, path string) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	must(t, w.queue.Remove(w.folders.watches[path]))
}

func runOver(t *testing.T, m *mirror) {
	text, err := os.ReadFile("/proc/sys/fs/inotify/max_queued_events")
	must(t, err)
	length, err := strconv.Atoi(strings.TrimSpace(string(text)))
	must(t, err)
	m.watcher.mu.Lock() // nobody reads
	defer m.watcher.mu.Unlock()
	for range length/4 + 1 { // two events each
		must(t, os.Rename(m.top+"/a/file", m.top+"/d/file"))
		must(t, os.Rename(m.top+"/d/file", m.top+"/a/file"))
	}
}

func TestAfterRunningOverTheNextDrainIsClean(t *testing.T) {
	m := start(t, Options{})
	runOver(t, m)
	must(t, m.update(m.drain(t)))
	for dirty := m.drain(t); !dirty.Clean(); dirty = m.drain(t) { // what was queued before it ran over
		if dirty.All {
			t.Fatalf("all is dirty again: %v", dirty)
		}
	}
	must(t, os.WriteFile(m.top+"/a/b/new", nil, 0o644))
	if diff := cmp.Diff(Dirty{Folders: map[string]bool{"a/b": false}}, m.drain(t)); diff != "" {
		t.Errorf("dirty (-want +got):\n%s", diff)
	}
}

func TestAFolderWhoseWatchTheKernelEndsIsDirtyAsAWhole(t *testing.T) {
	m := start(t, Options{})
	endWatch(t, m.watcher, "a/b")
	dirty := m.drain(t)
	if diff := cmp.Diff(Dirty{Folders: map[string]bool{"a": false, "a/b": true}}, dirty); diff != "" {
		t.Errorf("dirty (-want +got):\n%s", diff)
	}
	must(t, m.update(dirty))
	must(t, os.WriteFile(m.top+"/a/b/new", nil, 0o644))
	if diff := cmp.Diff(Dirty{Folders: map[string]bool{"a/b": false}}, m.drain(t)); diff != "" {
		t.Errorf("dirty when added again (-want +got):\n%s", diff)
	}
}

func TestUnmountIsAll(t *testing.T) {
	m := start(t, Options{})
	mount := m.top + "/d"
	if err := unix.Mount("tmpfs", mount, "tmpfs", 0, ""); err != nil {
		t.Skipf("mounting is not allowed here: %v", err)
	}
	must(t, m.update(Dirty{Folders: map[string]bool{".": false, "d": true}}))
	must(t, unix.Unmount(mount, 0))
	if dirty := m.drain(t); !dirty.All || !strings.Contains(dirty.Why, `"d"`) {
		t.Errorf("dirty: %v", dirty)
	}
}

// TestAWatchNumberUsedAgain tells what the kernel does when it has come round
// all numbers: one goes to a new watch when the end of the old is still queued.
func TestAWatchNumberUsedAgain(t *testing.T) {
	m := start(t, Options{})
	w := m.watcher
	w.mu.Lock()
	defer w.mu.Unlock()
	watch := w.folders.watches["d"]
	w.unlabel("d")
	w.folders.add(watch, "new")
	w.handle(inotify.Event{Watch: watch, Mask: unix.IN_IGNORED})
	if w.folders.watches["new"] != watch || !w.dirty.Clean() {
		t.Errorf("the end of the old watch is taken for that of the new: %v", w.dirty)
	}
	w.handle(inotify.Event{Watch: watch, Mask: unix.IN_IGNORED})
	if diff := cmp.Diff(Dirty{Folders: map[string]bool{".": false, "new": true}}, w.dirty); diff != "" {
		t.Errorf("dirty (-want +got):\n%s", diff)
	}
}

func TestNamesWithoutEndTakeNoMemoryWithoutEnd(t *testing.T) {
	m := start(t, Options{})
	w := m.watcher
	w.mu.Lock()
	watch := w.folders.watches["a"]
	for i := range mostFolders + 10 {
		w.handle(inotify.Event{Watch: watch, Mask: unix.IN_CREATE | unix.IN_ISDIR, Name: strconv.Itoa(i)})
	}
	w.mu.Unlock()
	dirty := m.drain(t)
	if len(dirty.Folders) > mostFolders || !dirty.Folders["a"] {
		t.Errorf("%d folders are dirty, a as a whole: %v", len(dirty.Folders), dirty.Folders["a"])
	}
}

func TestWhatIsReturnedIsToldAgain(t *testing.T) {
	tests := []struct {
		name     string
		returned Dirty
		want     Dirty
	}{
		{"nothing", Dirty{}, Dirty{Folders: map[string]bool{"a": false}}},
		{"folders", Dirty{Folders: map[string]bool{"d": true, "a": true}}, Dirty{Folders: map[string]bool{"a": true, "d": true}}},
		{"all", Dirty{All: true, Why: "so"}, Dirty{All: true, Why: "so"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := start(t, Options{})
			for _, late := range []bool{false, true} {
				if late {
					m.watcher.Return(test.returned)
				}
				must(t, os.WriteFile(m.top+"/a/new", fmt.Append(nil, late), 0o644))
				if !late {
					m.watcher.Return(test.returned)
				}
				got := m.drain(t)
				if test.want.All { // what is queued behind it is told later
					m.drain(t)
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("returned late: %v; dirty (-want +got):\n%s", late, diff)
				}
			}
		})
	}
}

func TestKeepForgetsTheRest(t *testing.T) {
	m := start(t, Options{})
	m.watcher.Keep(func(path string) bool { return path != "a/b" })
	must(t, os.WriteFile(m.top+"/a/b/new", nil, 0o644))
	if dirty := m.drain(t); !dirty.Clean() || m.watcher.Watched() != 4 {
		t.Errorf("dirty: %v, watched: %d", dirty, m.watcher.Watched())
	}
}
