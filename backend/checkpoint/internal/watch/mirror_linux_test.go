package watch

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// patience is the limit of a Drain that must succeed; reaching it fails a test.
const patience = time.Minute

// mirror is a toy capture: what it knows of a folder it learns only when the
// watcher tells it to look.
type mirror struct {
	top     string
	watcher *Watcher
	folders map[string]map[string]string // folder -> name -> what is there
}

func newMirror(t fataler, top string, o Options) *mirror {
	t.Helper()
	w, err := New(top+"-cookies", o)
	if err != nil {
		t.Fatal(err)
	}
	m := &mirror{top: top, watcher: w, folders: map[string]map[string]string{}}
	if err := m.update(Dirty{All: true}); err != nil {
		t.Fatal(err)
	}
	return m
}

type fataler interface {
	Helper()
	Fatal(...any)
}

func (m *mirror) drain(t testing.TB) Dirty {
	t.Helper()
	dirty, err := m.watcher.Drain(t.Context(), patience)
	if err != nil {
		t.Fatal(err)
	}
	return dirty
}

// clone shares the watcher and nothing else.
func (m *mirror) clone() *mirror {
	c := *m
	c.folders = map[string]map[string]string{}
	for folder, entries := range m.folders {
		c.folders[folder] = maps.Clone(entries)
	}
	return &c
}

func (m *mirror) update(d Dirty) error {
	if d.All {
		if err := m.list(Top, true, d); err != nil {
			return err
		}
		m.watcher.Keep(func(path string) bool { return m.folders[path] != nil })
		return nil
	}
	for _, folder := range slices.Sorted(maps.Keys(d.Folders)) {
		if m.folders[folder] == nil {
			continue
		}
		if err := m.list(folder, d.Folders[folder], d); err != nil {
			return err
		}
	}
	return nil
}

// list adds the folder, then lists it.
func (m *mirror) list(folder string, whole bool, d Dirty) error {
	fd, err := unix.Open(filepath.Join(m.top, folder), unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		m.forget(folder)
		return nil
	}
	file := os.NewFile(uintptr(fd), folder)
	defer file.Close()
	if err := m.watcher.Add(uintptr(fd), folder); err != nil {
		return err
	}
	names, err := file.Readdirnames(-1)
	if errors.Is(err, fs.ErrNotExist) { // deleted since it was opened
		m.forget(folder)
		return nil
	}
	if err != nil {
		return err
	}
	entries := map[string]string{}
	for _, name := range names {
		if what := describe(filepath.Join(m.top, folder, name)); what != "" {
			entries[name] = what
		}
	}
	old := m.folders[folder]
	m.folders[folder] = entries
	for name := range old {
		if !isFolder(entries[name]) {
			m.forget(join(folder, name))
		}
	}
	for name, what := range entries {
		inner := join(folder, name)
		if !isFolder(what) {
			continue
		}
		if known := m.folders[inner] != nil; whole || d.Folders[inner] || !known {
			if err := m.list(inner, true, d); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *mirror) forget(folder string) {
	entries := m.folders[folder]
	delete(m.folders, folder)
	m.watcher.Remove(folder)
	for name := range entries {
		if inner := join(folder, name); m.folders[inner] != nil {
			m.forget(inner)
		}
	}
}

// all is what the mirror knows, by path.
func (m *mirror) all() map[string]string {
	all := map[string]string{}
	for folder, entries := range m.folders {
		for name, what := range entries {
			all[join(folder, name)] = what
		}
	}
	return all
}

// walk is what there is, found without the mirror.
func walk(t fataler, top string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(top, func(path string, _ fs.DirEntry, err error) error {
		if path != top && err == nil {
			all[strings.TrimPrefix(path, top+"/")] = describe(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// describe is "" for what is not there any more.
func describe(path string) string {
	info, err := os.Lstat(path)
	if err != nil {
		return ""
	}
	switch {
	case info.IsDir():
		return "folder " + info.Mode().Perm().String()
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := os.Readlink(path)
		if err != nil {
			return ""
		}
		return "link to " + target
	}
	content, err := readNoFollow(path)
	if errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	return fmt.Sprintf("file %s %q %v", info.Mode().Perm(), content, err)
}

func readNoFollow(path string) ([]byte, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW, 0)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	content := make([]byte, 100)
	n, _ := file.Read(content)
	return content[:n], nil
}

func isFolder(what string) bool { return strings.HasPrefix(what, "folder ") }
