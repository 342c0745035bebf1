package data

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

const (
	// useFile is locked by who works with what is kept: shared by those who read and
	// write it, alone by [Clear]. It is never removed, so that there is only one.
	useFile = "in-use.lock"
	// registerFile is locked by who changes the register of windows; never removed.
	registerFile = "windows/register.lock"

	lockPause      = 10 * time.Millisecond
	usePatience    = 30 * time.Second
	removePatience = 500 * time.Millisecond // windows hold their register for moments
)

// ErrInUse is returned by [Clear] where something still uses what would go.
var ErrInUse = errors.New("in use")

// ErrClearing is returned by [Use] where something is being removed for too long.
var ErrClearing = errors.New("what Keel keeps is just being cleared")

// Use notes that this process works with a data folder, which is made where it is
// missing, until release or its end: [Clear] removes nothing meanwhile. Where
// something is just being removed, it waits.
func Use(ctx context.Context, folder string) (release func() error, err error) {
	limited, done := context.WithTimeout(ctx, usePatience)
	defer done()
	name := filepath.Join(folder, useFile)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("making %q: %w", folder, err)
	}
	for {
		lock := newLock(name, os.O_CREATE)
		ok, err := lock.TryRLockContext(limited, lockPause)
		switch {
		case !ok && ctx.Err() != nil:
			return nil, ctx.Err()
		case !ok && limited.Err() != nil:
			return nil, fmt.Errorf("working with %q: %w", folder, ErrClearing)
		case err != nil:
			return nil, fmt.Errorf("working with %q: %w", folder, err)
		case current(lock):
			return lock.Close, nil
		}
		_ = lock.Close() // the file was replaced, and the lock with it
	}
}

// Alone is [Use] for who must be the only one; alone is false where somebody works
// with the folder.
func Alone(ctx context.Context, folder string) (release func() error, alone bool, err error) {
	h := &holding{}
	switch err := h.alone(ctx, filepath.Join(folder, useFile)); {
	case errors.Is(err, ErrInUse):
		return nil, false, nil
	case err != nil:
		return nil, false, err
	}
	return h.all[0].Close, true, nil
}

func newLock(name string, flags int) *flock.Flock {
	return flock.New(name, flock.SetFlag(os.O_RDWR|flags), flock.SetPermissions(0o600))
}

// current tells whether a lock's file is still the one of its name: a lock on one
// that was removed meanwhile keeps nobody out.
func current(lock *flock.Flock) bool {
	held, err := lock.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(lock.Path())
	return err == nil && os.SameFile(held, named)
}

// holding is what keeps others out while items are taken away.
type holding struct {
	places Places
	all    []*flock.Flock // of everything that Keel keeps
	items  []*flock.Flock // within what goes
}

// hold makes sure that no window and no command is at work, and keeps those that
// start meanwhile waiting.
func hold(ctx context.Context, places Places) (*holding, error) {
	h := &holding{places: places}
	err := func() error {
		for _, name := range []string{useFile, filepath.FromSlash(registerFile)} {
			if err := h.alone(ctx, filepath.Join(places.Data, name)); err != nil {
				return err
			}
		}
		// Windows that another version of Keel has opened, and what works on single files.
		for _, folder := range []string{".", "windows"} {
			names, err := locks(places.Data, folder)
			if err != nil {
				return err
			}
			for _, name := range names {
				if err := h.take(&h.all, places.Data, name); err != nil {
					return err
				}
			}
		}
		return nil
	}()
	if err != nil {
		h.release()
		return nil, err
	}
	return h, nil
}

// alone takes a lock that is always there.
func (h *holding) alone(ctx context.Context, name string) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return fmt.Errorf("making the folder of %q: %w", name, err)
	}
	limited, done := context.WithTimeout(ctx, removePatience)
	defer done()
	lock := newLock(name, os.O_CREATE)
	ok, err := lock.TryLockContext(limited, lockPause)
	switch {
	case !ok && ctx.Err() != nil:
		return ctx.Err()
	case !ok && limited.Err() != nil:
		return fmt.Errorf("%q: %w", name, ErrInUse)
	case err != nil:
		return fmt.Errorf("looking whether %q is in use: %w", name, err)
	}
	h.all = append(h.all, lock)
	if !current(lock) {
		return fmt.Errorf("%q: %w", name, ErrInUse) // somebody has just replaced it
	}
	return nil
}

// take takes the lock of a file that is there.
func (h *holding) take(held *[]*flock.Flock, place, name string) error {
	full := filepath.Join(place, filepath.FromSlash(name))
	if slices.ContainsFunc(slices.Concat(h.all, h.items), func(lock *flock.Flock) bool { return lock.Path() == full }) {
		return nil
	}
	lock := newLock(full, 0)
	ok, err := lock.TryLock()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("looking whether %q is in use: %w", full, err)
	case !ok:
		return fmt.Errorf("%q: %w", full, ErrInUse)
	}
	*held = append(*held, lock)
	if !current(lock) {
		return fmt.Errorf("%q: %w", full, ErrInUse) // somebody has just replaced it
	}
	return nil
}

// hold takes the locks within an item.
func (h *holding) hold(item Item) error {
	names, err := locks(item.place, item.name)
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := h.take(&h.items, item.place, name); err != nil {
			return err
		}
	}
	return nil
}

// loose lets go of the items where the system moves no file that is open.
func (h *holding) loose() {
	if runtime.GOOS != "windows" {
		return
	}
	for _, lock := range slices.Concat(h.items, h.all[min(2, len(h.all)):]) {
		_ = lock.Close() // it only ends the lock
	}
}

func (h *holding) release() {
	for _, lock := range slices.Concat(h.items, h.all) {
		_ = lock.Close() // it only ends the lock
	}
}

// locks names the files of an item, or right below it, that those who work with
// it hold locked.
func locks(place, name string) ([]string, error) {
	root, err := os.OpenRoot(place)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("opening %q: %w", place, err)
	}
	defer root.Close()
	info, err := root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("looking at %q: %w", filepath.Join(place, name), err)
	case info.Mode().IsRegular() && isLock(name):
		return []string{name}, nil
	case !info.IsDir():
		return nil, nil // a link goes, and what it leads to stays
	}
	entries, err := fs.ReadDir(root.FS(), name)
	if err != nil { // it cannot be told whether it is in use
		return nil, fmt.Errorf("listing %q: %w", filepath.Join(place, name), err)
	}
	var names []string
	for _, entry := range entries {
		if full := path.Join(name, entry.Name()); entry.Type().IsRegular() && isLock(full) {
			names = append(names, full)
		}
	}
	return names, nil
}

// isLock tells whether a file is one that is locked: conversations are, themselves.
func isLock(name string) bool {
	base := path.Base(name)
	return base == "lock" || strings.HasSuffix(base, ".lock") ||
		strings.HasSuffix(base, ".jsonl") && path.Base(path.Dir(name)) == "sessions"
}
