package account

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/keel-ide/keel/backend/atomicfile"
)

// fileLimit is far more than the list of anyone's accounts takes.
const fileLimit = 8 << 20

// file is the list of accounts on the disk, which several processes read and
// change.
type file struct {
	path    string
	now     func() time.Time
	log     *slog.Logger
	writing chan struct{} // holds a value while this process changes the file

	mu      sync.Mutex  // guards what follows
	list    list        // as it was last read or written
	seen    os.FileInfo // of that file; nil: there was none
	problem error       // why the list cannot be used, or that it had to be set aside
}

// load returns the list as it is now, and whether it is another than before.
// Where it cannot be read, that is kept as its trouble.
func (f *file) load(ctx context.Context) (now list, news bool) {
	read, seen, err := f.read()
	if errors.Is(err, errDamaged) {
		// It is looked at again under the lock: another process may have just done this.
		err = f.locked(ctx, func() error {
			read, seen, err = f.readWhole()
			return err
		})
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil {
		news = f.problem == nil
		f.problem = explainFile(f.path, err)
		if errors.Is(err, errNewer) {
			f.list, f.seen = list{}, nil
		}
		return f.list.clone(), news
	}
	news = !sameFile(f.seen, seen) || f.problem != nil && !errors.Is(f.problem, errDamaged)
	f.keep(read, seen)
	return f.list.clone(), news
}

// keep notes what the file holds; mu is held. That a file was set aside stays
// told: what it held is still missing.
func (f *file) keep(read list, seen os.FileInfo) {
	f.list, f.seen = read, seen
	if known, ok := errors.AsType[*Error](f.problem); ok && !errors.Is(known, errDamaged) {
		f.problem = nil
	}
}

func (f *file) trouble() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.problem
}

// read reads the file where it is another one than the one last seen.
func (f *file) read() (list, os.FileInfo, error) {
	f.mu.Lock()
	known, seen := f.list, f.seen
	f.mu.Unlock()
	opened, err := os.OpenFile(f.path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // opening a pipe would wait
	if errors.Is(err, fs.ErrNotExist) {
		return list{}, nil, nil
	}
	if err != nil {
		return list{}, nil, fmt.Errorf("reading the list of accounts: %w", err)
	}
	defer func() { _ = opened.Close() }()
	info, err := opened.Stat()
	if err != nil {
		return list{}, nil, fmt.Errorf("reading the list of accounts: %w", err)
	}
	if !info.Mode().IsRegular() {
		return list{}, nil, fmt.Errorf("%w: it is not a file", errDamaged)
	}
	if sameFile(seen, info) {
		return known, info, nil
	}
	data, err := io.ReadAll(io.LimitReader(opened, fileLimit+1))
	if err != nil {
		return list{}, nil, fmt.Errorf("reading the list of accounts: %w", err)
	}
	if len(data) > fileLimit {
		return list{}, nil, fmt.Errorf("%w: it is too large", errDamaged)
	}
	decoded, err := decodeList(data)
	return decoded, info, err
}

// readWhole is read under the lock: a damaged file is set aside first.
func (f *file) readWhole() (list, os.FileInfo, error) {
	read, seen, err := f.read()
	if !errors.Is(err, errDamaged) {
		return read, seen, err
	}
	aside := fmt.Sprintf("%s.damaged-%s", f.path, f.now().UTC().Format("20060102T150405.000000000"))
	if err := os.Rename(f.path, aside); err != nil {
		return list{}, nil, fmt.Errorf("setting the damaged list of accounts aside: %w", err)
	}
	f.log.Warn("set the damaged list of accounts aside", "aside", aside, "error", err)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.problem = &Error{
		Message: "The list of accounts was damaged, so nobody is signed in.",
		Hint:    fmt.Sprintf("Sign in again. What the list held now lies in %s.", aside),
		Err:     errDamaged,
	}
	return list{}, nil, nil
}

// change edits the list under the lock and writes it. It returns whether there
// was anything to write.
func (f *file) change(ctx context.Context, edit func(*list) error) (bool, error) {
	wrote := false
	err := f.locked(ctx, func() error {
		read, _, err := f.readWhole()
		if err != nil {
			return explainFile(f.path, err)
		}
		before, err := read.encode()
		if err != nil {
			return err
		}
		after := read.clone()
		if err := edit(&after); err != nil {
			return err
		}
		data, err := after.encode()
		if err != nil || bytes.Equal(before, data) {
			return err
		}
		if err := atomicfile.Write(f.path, data, 0o600); err != nil {
			return explainFile(f.path, fmt.Errorf("writing the list of accounts: %w", err))
		}
		info, err := os.Stat(f.path)
		if err != nil {
			return explainFile(f.path, fmt.Errorf("writing the list of accounts: %w", err))
		}
		wrote = true
		after.Version = listVersion
		f.mu.Lock()
		f.keep(after, info)
		f.mu.Unlock()
		return nil
	})
	return wrote, err
}

// locked runs work while no other process changes the file.
func (f *file) locked(ctx context.Context, work func() error) error {
	ctx, done := context.WithTimeout(ctx, lockLimit)
	defer done()
	select {
	case f.writing <- struct{}{}:
		defer func() { <-f.writing }()
	case <-ctx.Done():
		return busy(ctx.Err())
	}
	if err := os.MkdirAll(filepath.Dir(f.path), 0o700); err != nil {
		return explainFile(f.path, fmt.Errorf("making the folder of the list of accounts: %w", err))
	}
	unlock, err := lock(ctx, f.path+".lock")
	if err != nil {
		return err
	}
	defer unlock()
	return work()
}

func sameFile(a, b os.FileInfo) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

func explainFile(path string, err error) error {
	if errors.Is(err, errNewer) {
		return &Error{
			Message: "The list of accounts was written by a newer Keel, so this one neither reads nor changes it.",
			Hint:    fmt.Sprintf("Update Keel. Or move %s away and sign in again.", path),
			Err:     errNewer,
		}
	}
	if known, ok := errors.AsType[*Error](err); ok {
		return known
	}
	return &Error{Message: "The list of accounts cannot be used.", Hint: fmt.Sprintf("Look at the permissions of %s and whether the disk is full.", path), Err: err}
}

// settled takes away that a damaged list was set aside: somebody has signed in
// since.
func (f *file) settled() {
	f.mu.Lock()
	f.problem = nil
	f.mu.Unlock()
}
