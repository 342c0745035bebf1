package extension

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/keel-ide/keel/backend/atomicfile"
)

const (
	listName = "extensions.json"
	// working begins the names of what is not an extension yet, or no longer.
	working = ".working-"
	// lockLimit is how long a change waits for another process to finish its own.
	lockLimit = 20 * time.Second
	lockPause = 15 * time.Millisecond
	mostList  = 64 << 20
)

// store is the folder of the extensions, which several processes read and change.
type store struct {
	folder  string
	now     func() time.Time
	log     *slog.Logger
	writing chan struct{} // holds a value while this process changes the list

	mu   sync.Mutex  // guards what follows
	list list        // as it was last read or written
	seen os.FileInfo // of that file; nil: there was none
}

func newStore(folder string, now func() time.Time, log *slog.Logger) *store {
	return &store{folder: folder, now: now, log: log, writing: make(chan struct{}, 1)}
}

func (s *store) path() string { return filepath.Join(s.folder, listName) }

// load returns the list as it is now.
func (s *store) load(ctx context.Context) (list, error) {
	now, err := s.read()
	if errors.Is(err, errDamaged) {
		err = s.locked(ctx, func() error {
			now, err = s.readWhole()
			return err
		})
	}
	if err != nil {
		return list{}, s.explain(err)
	}
	return now, nil
}

// read reads the list where it is another one than the one last seen.
func (s *store) read() (list, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	info, err := os.Stat(s.path())
	if errors.Is(err, fs.ErrNotExist) {
		s.list, s.seen = list{}, nil
		return list{}, nil
	}
	if err != nil {
		return list{}, fmt.Errorf("reading the list of extensions: %w", err)
	}
	if !info.Mode().IsRegular() || info.Size() > mostList {
		return list{}, fmt.Errorf("%w: it is no file, or too large", errDamaged)
	}
	if sameFile(info, s.seen) {
		return s.list.clone(), nil
	}
	data, err := os.ReadFile(s.path())
	if err != nil {
		return list{}, fmt.Errorf("reading the list of extensions: %w", err)
	}
	decoded, err := decodeList(data)
	if err != nil {
		return list{}, err
	}
	s.list, s.seen = decoded, info
	return decoded.clone(), nil
}

func sameFile(a, b os.FileInfo) bool {
	return a != nil && b != nil && os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

// readWhole is read under the lock: a damaged list is set aside first, and made
// anew from the folders that are there. Whom the person trusts is asked again.
func (s *store) readWhole() (list, error) {
	now, err := s.read()
	if !errors.Is(err, errDamaged) {
		return now, err
	}
	aside := fmt.Sprintf("%s.damaged-%s", s.path(), s.now().UTC().Format("20060102T150405.000000000"))
	if err := os.Rename(s.path(), aside); err != nil {
		return list{}, fmt.Errorf("setting the damaged list of extensions aside: %w", err)
	}
	s.log.Warn("set the damaged list of extensions aside", "aside", aside, "error", err)
	again := s.rebuild()
	data, err := again.encode()
	if err != nil {
		return list{}, err
	}
	if err := atomicfile.Write(s.path(), data, 0o600); err != nil {
		return list{}, keeping(err)
	}
	return again, nil
}

// rebuild makes a list from the folders of extensions.
func (s *store) rebuild() list {
	var again list
	entries, err := os.ReadDir(s.folder)
	if err != nil {
		return again
	}
	for _, entry := range entries {
		folder := filepath.Join(s.folder, entry.Name())
		text, err := os.ReadFile(filepath.Join(folder, "package.json"))
		if err != nil || !entry.IsDir() {
			continue
		}
		m, err := ReadManifest(text)
		if err != nil || entry.Name() != folderOf(m.ID(), m.Version) {
			continue
		}
		before, known := again.find(m.ID())
		if known && compareVersions(before.Version, m.Version) > 0 {
			continue
		}
		again.put(record{
			ID: m.ID(), Version: m.Version, Folder: entry.Name(), Kind: m.Kind(), Source: "found",
			InstalledAt: s.now().UnixMilli(),
			Readme:      document(folder, "readme"), Changelog: document(folder, "changelog"),
		})
	}
	return again
}

// document is the name of the file of a folder that is called so, whatever its
// letters' case and its ending; empty: there is none.
func document(folder, called string) string {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return ""
	}
	for _, ending := range []string{".md", ".txt", ""} {
		for _, entry := range entries {
			if entry.Type().IsRegular() && strings.EqualFold(entry.Name(), called+ending) {
				return entry.Name()
			}
		}
	}
	return ""
}

// change edits the list under the lock and writes it.
func (s *store) change(ctx context.Context, edit func(*list) error) error {
	return s.locked(ctx, func() error {
		now, err := s.readWhole()
		if err != nil {
			return s.explain(err)
		}
		before, err := now.encode()
		if err != nil {
			return err
		}
		if err := edit(&now); err != nil {
			return err
		}
		data, err := now.encode()
		if err != nil || bytes.Equal(before, data) {
			return err
		}
		if err := atomicfile.Write(s.path(), data, 0o600); err != nil {
			return keeping(err)
		}
		info, err := os.Stat(s.path())
		if err != nil {
			return keeping(err)
		}
		s.mu.Lock()
		s.list, s.seen = now.clone(), info
		s.mu.Unlock()
		return nil
	})
}

// locked runs work while no other process changes the list.
func (s *store) locked(ctx context.Context, work func() error) error {
	limited, done := context.WithTimeout(ctx, lockLimit)
	defer done()
	busy := func() error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return &Error{Message: "Another Keel is at work on the extensions; nothing was changed.", Hint: "Try again in a moment.", Err: ErrBusy}
	}
	select {
	case s.writing <- struct{}{}:
		defer func() { <-s.writing }()
	case <-limited.Done():
		return busy()
	}
	if err := os.MkdirAll(s.folder, 0o700); err != nil {
		return keeping(err)
	}
	lock := openLock(s.path() + ".lock")
	if ok, err := lock.TryLockContext(limited, lockPause); err != nil || !ok {
		if limited.Err() != nil {
			return busy()
		}
		return keeping(err)
	}
	defer func() { _ = lock.Close() }()
	return work()
}

func openLock(path string) *flock.Flock {
	return flock.New(path, flock.SetPermissions(0o600), flock.SetFlag(os.O_CREATE|os.O_RDWR))
}

func (s *store) explain(err error) error {
	if _, ok := errors.AsType[*Error](err); ok || errors.Is(err, context.Canceled) {
		return err
	}
	if errors.Is(err, errNewer) {
		return &Error{
			Message: "The list of extensions was written by a newer Keel, so this one neither reads nor changes it.",
			Hint:    "Update Keel.", Err: fmt.Errorf("%w: %w", ErrKept, err),
		}
	}
	return &Error{
		Message: "The list of extensions cannot be used.",
		Hint:    fmt.Sprintf("Look at the permissions of %s and whether the disk is full.", s.path()),
		Err:     fmt.Errorf("%w: %w", ErrKept, err),
	}
}

// workspace is a folder for what is not an extension yet. Its lock tells the
// others that its process lives.
type workspace struct {
	path string
	lock *flock.Flock
}

// begin makes a workspace; nobody sweeps meanwhile.
func (s *store) begin(ctx context.Context) (*workspace, error) {
	w := &workspace{path: filepath.Join(s.folder, working+newID())}
	err := s.locked(ctx, func() error {
		w.lock = openLock(w.path + ".lock")
		if ok, err := w.lock.TryLock(); err != nil || !ok {
			return keeping(fmt.Errorf("locking %q: %w", w.path, err))
		}
		if err := os.Mkdir(w.path, 0o700); err != nil {
			w.end()
			return keeping(err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return w, nil
}

// newID is a name that nobody can guess.
func newID() string {
	raw := make([]byte, 16)
	_, _ = rand.Read(raw) // it never fails
	return hex.EncodeToString(raw)
}

// end takes a workspace away with what is in it.
func (w *workspace) end() {
	_ = os.RemoveAll(w.path) // what stays is swept
	lock := w.path + ".lock"
	gone := os.Remove(lock)
	_ = w.lock.Close()
	if gone != nil {
		_ = os.Remove(lock) // where an open file cannot be removed
	}
}

// sweep takes away what processes that have died left behind. With all, also the
// folders of extensions that are not in the list, which another window may still
// show.
func (s *store) sweep(ctx context.Context, all bool) error {
	return s.locked(ctx, func() error {
		now, err := s.readWhole()
		if err != nil {
			return err
		}
		entries, err := os.ReadDir(s.folder)
		if err != nil {
			return keeping(err)
		}
		_, missing := os.Stat(s.path())
		all = all && missing == nil // without a list nothing says what is too much
		for _, entry := range entries {
			name := entry.Name()
			path := filepath.Join(s.folder, name)
			switch {
			case strings.HasPrefix(name, working):
				base := strings.TrimSuffix(path, ".lock")
				lock := openLock(base + ".lock")
				if ok, err := lock.TryLock(); err == nil && ok {
					s.restore(base, now)
					(&workspace{path: base, lock: lock}).end()
				}
			case all && entry.IsDir() && !now.holds(name):
				err = errors.Join(err, os.RemoveAll(path))
			case atomicfile.IsTemporary(name):
				err = errors.Join(err, os.Remove(path))
			}
		}
		return err
	})
}

// restore puts back what a process had taken aside before it died, to put the same
// version anew in its place.
func (s *store) restore(work string, now list) {
	aside := filepath.Join(work, asideName)
	text, err := readSmall(filepath.Join(aside, "package.json"))
	if err != nil {
		return
	}
	m, err := ReadManifest(text)
	if err != nil {
		return
	}
	folder := folderOf(m.ID(), m.Version)
	if _, err := os.Lstat(filepath.Join(s.folder, folder)); now.holds(folder) && errors.Is(err, fs.ErrNotExist) {
		_ = os.Rename(aside, filepath.Join(s.folder, folder)) // else it shows as lost, and can be installed again
	}
}

// holds tells whether a folder is that of an extension.
func (l *list) holds(folder string) bool {
	for _, each := range l.Extensions {
		if each.Folder == folder {
			return true
		}
	}
	return false
}
