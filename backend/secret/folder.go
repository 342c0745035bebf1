package secret

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"github.com/keel-ide/keel/backend/atomicfile"
)

const (
	lockFile  = "lock"
	placeFile = "place.json"
	indexFile = "index.json"
	vaultFile = "passphrase.sealed"
)

// folder is where sealed files stand. The zero one is none: reading finds
// nothing, and small notes are not written.
type folder struct {
	path   string
	before func(operation, name string) error
}

func (f folder) to(name string) string { return filepath.Join(f.path, name) }

// read returns a file that is not larger than most.
func (f folder) read(name string, most int64) ([]byte, error) {
	if f.path == "" {
		return nil, fs.ErrNotExist
	}
	file, err := os.OpenFile(f.to(name), os.O_RDONLY|syscall.O_NONBLOCK, 0) // opening a pipe would wait
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, fmt.Errorf("reading %q: it is not a file", name)
	}
	data, err := io.ReadAll(io.LimitReader(file, most+1))
	if err != nil {
		return nil, fmt.Errorf("reading %q: %w", name, err)
	}
	if int64(len(data)) > most {
		return nil, fmt.Errorf("reading %q: it is larger than %d bytes", name, most)
	}
	return data, nil
}

func (f folder) change(operation, name string) error {
	if f.before == nil {
		return nil
	}
	return f.before(operation, name)
}

// write replaces a file whole, for its owner only. A link in its place is
// replaced, too: what it leads to is not Keel's.
func (f folder) write(name string, data []byte) error {
	if f.path == "" {
		return nil
	}
	if err := f.change("write", name); err != nil {
		return err
	}
	if err := os.MkdirAll(f.path, 0o700); err != nil {
		return fmt.Errorf("making %q: %w", f.path, err)
	}
	root, err := os.OpenRoot(f.path)
	if err != nil {
		return fmt.Errorf("writing %q: %w", name, err)
	}
	defer root.Close()
	return atomicfile.WriteIn(root, name, data, 0o600)
}

func (f folder) remove(name string) error {
	if f.path == "" {
		return nil
	}
	if err := f.change("remove", name); err != nil {
		return err
	}
	if err := os.Remove(f.to(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing %q: %w", name, err)
	}
	return nil
}

// stamp tells one version of a file from another; zero: there is none. A file
// is always replaced by a new one, so size and time suffice.
type stamp struct {
	size int64
	time int64
	mode fs.FileMode
	info fs.FileInfo
}

func (f folder) stamp(name string) stamp {
	if f.path == "" {
		return stamp{}
	}
	info, err := os.Stat(f.to(name))
	if err != nil {
		return stamp{}
	}
	return stamp{size: info.Size(), time: info.ModTime().UnixNano(), mode: info.Mode(), info: info}
}

func (s stamp) same(other stamp) bool {
	if s.info == nil || other.info == nil {
		return s.info == nil && other.info == nil
	}
	return s.size == other.size && s.time == other.time && s.mode == other.mode && os.SameFile(s.info, other.info)
}

// change runs act while no other call, and no other process of Keel, changes
// anything in the folder.
func (s *Store) change(ctx context.Context, act func() error) error {
	limited, cancel := context.WithTimeout(ctx, s.options.Limit)
	defer cancel()
	select {
	case s.writing <- struct{}{}:
	case <-limited.Done():
		return busy(ctx)
	}
	defer func() { <-s.writing }()
	if s.options.Folder == "" {
		return act()
	}
	if err := os.MkdirAll(s.options.Folder, 0o700); err != nil {
		return notWritten(err)
	}
	lock := flock.New(s.folder.to(lockFile), flock.SetFlag(os.O_CREATE|os.O_RDWR)) // opening a pipe would wait
	ok, err := lock.TryLockContext(limited, 20*time.Millisecond)
	if limited.Err() != nil && !ok {
		return busy(ctx)
	}
	if err != nil {
		return notWritten(err)
	}
	defer func() { _ = lock.Close() }() // it ends with the file in any case
	return act()
}

// busy is the error of a lock that was not to be had in time.
func busy(ctx context.Context) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &Error{Message: "Another window or command of Keel is working on the keys.", Hint: "Wait for it to finish, then try again.", Err: ErrSlow}
}
