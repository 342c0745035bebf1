package tool

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/keel-ide/keel/backend/workspace"
)

// largest is how many bytes a file may have that tools read or write whole.
const largest = 10 << 20

// file is an existing file as a tool found it.
type file struct {
	path  string
	entry workspace.Entry
	raw   []byte
	hash  string
}

// load reads a file whole. A file that does not exist is a [*Refusal].
func (s *Set) load(ctx context.Context, path string) (file, error) {
	raw, entry, err := s.workspace.ReadFile(ctx, path, largest)
	switch {
	case errors.Is(err, workspace.ErrTooLarge):
		return file{}, refuse("%s is larger than 10 MiB, which is more than the file tools take. Use search_text to find a place in it, or run_command with sed -n to see some lines.", path)
	case err != nil:
		return file{}, s.explain(ctx, path, err)
	}
	if raw == nil {
		raw = []byte{} // nil would mean that there is no file
	}
	return file{path: path, entry: entry, raw: raw, hash: digest(string(raw))}, nil
}

// loadText is load for a file that must be text.
func (s *Set) loadText(ctx context.Context, path string) (file, content, error) {
	f, err := s.load(ctx, path)
	if err != nil {
		return file{}, content{}, err
	}
	c, ok := newContent(f.raw)
	if !ok {
		return file{}, content{}, refuse("%s is not text (%d bytes of binary data) and cannot be changed with this tool.", path, len(f.raw))
	}
	return f, c, nil
}

// exists reports whether path names anything.
func (s *Set) exists(ctx context.Context, path string) (bool, error) {
	_, err := s.workspace.Stat(ctx, path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, s.explain(ctx, path, err)
	}
	return true, nil
}

// mustBeSaved refuses to change a file, or a folder with one, of which an editor
// holds unsaved text: whichever is written last, the other is lost.
func (s *Set) mustBeSaved(path string) error {
	if s.unsaved == nil {
		return nil
	}
	for _, unsaved := range s.unsaved() {
		if strings.HasPrefix(unsaved, path+"/") {
			path = unsaved
		}
		if s.same(unsaved, path) {
			return refuse("The user has unsaved changes in %s. Ask them to save or undo them, then read the file again and repeat the call. Nothing was changed.", path)
		}
	}
	return nil
}

// same reports whether two paths lead to the same file: by another spelling, or
// through a link.
func (s *Set) same(a, b string) bool {
	if a == b {
		return true
	}
	one, err := os.Stat(filepath.Join(s.workspace.Path(), filepath.FromSlash(a)))
	if err != nil {
		return false
	}
	other, err := os.Stat(filepath.Join(s.workspace.Path(), filepath.FromSlash(b)))
	return err == nil && os.SameFile(one, other)
}

// mustHaveSeen refuses to change a file that the model does not know as it is.
func mustHaveSeen(view SessionView, f file) error {
	seen, ok := view.Seen(f.path)
	switch {
	case !ok:
		return refuse("%s exists and has not been read in this session. Read it with read_file first, then repeat the call. Nothing was changed.", f.path)
	case seen != f.hash:
		return refuse("%s has changed since you read it: the user, a command or another program wrote to it. Read it again before changing it. Nothing was changed.", f.path)
	}
	return nil
}

// write puts bytes in the place of f's, if f is still what it was; for a new
// file f has only its path.
func (s *Set) write(ctx context.Context, view SessionView, f file, after []byte) error {
	o := workspace.WriteOptions{IfVersion: f.entry.Version}
	if f.raw == nil {
		o = workspace.WriteOptions{Create: true}
	}
	if _, err := s.workspace.WriteFile(ctx, f.path, after, o); err != nil {
		return s.explain(ctx, f.path, err)
	}
	view.Saw(f.path, digest(string(after)))
	return nil
}
