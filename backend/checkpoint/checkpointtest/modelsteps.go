//go:build unix

package checkpointtest

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"pgregory.net/rapid"

	"github.com/keel-ide/keel/backend/checkpoint"
)

func paths() *rapid.Generator[string] {
	name := rapid.SampledFrom([]string{"a", "b", "c", "a.b", "node_modules", ".git", "\xff"})
	return rapid.Map(rapid.SliceOfN(name, 1, 3), func(names []string) string { return strings.Join(names, "/") })
}

func (m *machine) path(r *rapid.T) string { return filepath.Join(m.root, paths().Draw(r, "path")) }

func contents() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{"", "1", "2", "aa", "bb", strings.Repeat("0", modelCap), strings.Repeat("0", modelCap+1), strings.Repeat("1", modelCap+2)})
}

// The actions may fail, as where a folder is in the way: then nothing changed.

func (m *machine) write(r *rapid.T) {
	path := m.path(r)
	_ = os.MkdirAll(filepath.Dir(path), 0o755)
	m.put(path, contents().Draw(r, "content"))
}

// put writes a file, unless something else is in the way: it does not wait for
// a pipe's other end.
func (m *machine) put(path, content string) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|syscall.O_NONBLOCK, 0o644)
	if err == nil {
		_, err = file.WriteString(content)
		m.must(errors.Join(err, file.Close()))
	}
}

// rewrite keeps size and time.
func (m *machine) rewrite(r *rapid.T) {
	path := m.path(r)
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return
	}
	m.must(os.WriteFile(path, []byte(strings.Repeat(rapid.SampledFrom([]string{"x", "y"}).Draw(r, "byte"), int(info.Size()))), 0o644))
	m.must(os.Chtimes(path, info.ModTime(), info.ModTime()))
}

func (m *machine) chmod(r *rapid.T) {
	path := m.path(r)
	mode := rapid.SampledFrom([]uint32{0o755, 0o700, 0o2750, 0o1777}).Draw(r, "mode")
	if info, err := os.Lstat(path); err == nil && info.Mode()&os.ModeSymlink == 0 {
		m.must(chmod(path, mode))
	}
}

func (m *machine) folder(r *rapid.T) { _ = os.MkdirAll(m.path(r), 0o755) }

func (m *machine) link(r *rapid.T) { _ = os.Symlink(paths().Draw(r, "target"), m.path(r)) }

func (m *machine) hardLink(r *rapid.T) { _ = os.Link(m.path(r), m.path(r)) }

func (m *machine) rename(r *rapid.T) { _ = os.Rename(m.path(r), m.path(r)) }

func (m *machine) remove(r *rapid.T) {
	path := m.path(r)
	if _, err := os.Lstat(path); err == nil { // else RemoveAll may wait for a pipe above
		m.must(os.RemoveAll(path))
	}
}

func (m *machine) pipe(r *rapid.T) { _ = syscall.Mkfifo(m.path(r), 0o644) }

// ignore edits the rules of the workspace or of one folder.
func (m *machine) ignore(r *rapid.T) {
	text := rapid.SampledFrom([]string{"", "a", "b/", "/c", "node_modules", "/node_modules", "node_modules\n!/a/node_modules"}).Draw(r, "rules")
	folder := rapid.SampledFrom([]string{".", ".", "a", "b/c"}).Draw(r, "in")
	path := filepath.Join(m.root, folder, ".gitignore")
	if resolved, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil && resolved == filepath.Dir(path) {
		m.put(path, text)
	}
}

// regular is the path of a file, or "".
func (m *machine) regular(r *rapid.T) string {
	path := m.path(r)
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	return path
}

func (m *machine) append(r *rapid.T) {
	path := m.regular(r)
	if path == "" {
		return
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	m.must(err)
	_, err = file.WriteString(contents().Draw(r, "content"))
	m.must(errors.Join(err, file.Close()))
}

func (m *machine) truncate(r *rapid.T) {
	if path := m.regular(r); path != "" {
		m.must(os.Truncate(path, rapid.Int64Range(0, modelCap+1).Draw(r, "size")))
	}
}

// forge sets the time of a file, maybe after a write of the same size.
func (m *machine) forge(r *rapid.T) {
	path := m.regular(r)
	if path == "" {
		return
	}
	if rapid.Bool().Draw(r, "written") {
		info, err := os.Stat(path)
		m.must(err)
		m.must(os.WriteFile(path, []byte(strings.Repeat("z", int(info.Size()))), 0o644))
	}
	at := rapid.SampledFrom([]time.Time{time.Unix(0, 0), time.Unix(1e9, 1), time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)}).Draw(r, "time")
	m.must(os.Chtimes(path, at, at))
}

// folderForAWhile has a folder in a file's place for one checkpoint.
func (m *machine) folderForAWhile(r *rapid.T) {
	path := m.regular(r)
	if path == "" {
		return
	}
	aside := m.root + "-aside"
	m.must(os.Rename(path, aside))
	m.must(os.Mkdir(path, 0o755))
	m.must(os.WriteFile(filepath.Join(path, "a"), []byte(contents().Draw(r, "content")), 0o644))
	m.create(r)
	m.must(os.RemoveAll(path))
	m.must(os.Rename(aside, path))
}

func (m *machine) repository(r *rapid.T) {
	path := m.path(r)
	if os.MkdirAll(filepath.Join(path, ".git"), 0o755) == nil {
		m.put(filepath.Join(path, ".git/HEAD"), contents().Draw(r, "head"))
		m.put(filepath.Join(path, "a"), contents().Draw(r, "content"))
	}
}

// unreadable takes a checkpoint while a file may not be read.
func (m *machine) unreadable(r *rapid.T) {
	path := m.regular(r)
	if path == "" || isRoot() {
		return
	}
	info, err := os.Stat(path)
	m.must(err)
	relative, err := filepath.Rel(m.root, path)
	m.must(err)
	m.must(chmod(path, 0))
	made, err := m.store.Create(m.Context(), checkpoint.CreateRequest{})
	m.must(err)
	if _, _, err := m.store.ReadFile(m.Context(), made.ID, relative); !errors.Is(err, checkpoint.ErrNotCovered) {
		m.Fatalf("an unreadable file %q: %v", relative, err)
	}
	m.must(os.Chmod(path, info.Mode()))
}
