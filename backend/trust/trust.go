// Package trust keeps which folders the user trusts, which commands they trust in
// one folder only, and how often what they trust has let a command run.
//
// # Promises
//
// A folder is untrusted until [Store.SetFolder] says otherwise; a folder below a
// trusted one is trusted with it. What an untrusted folder may not do is listed
// here and nowhere else: who is about to do something on a folder's behalf asks
// [Folder.May].
//
// Everything lies in Keel's own data, which the agent cannot write, and nothing
// in the folder itself. Several windows may use it at once: a change starts from
// what is on the disk, under a lock, and what another window has written counts
// the next time something is asked. A file that is damaged is set aside and told;
// until something is written again nothing is trusted by it.
//
// Counts of use are written now and then, and in [Store.Close]; the end of the
// program, by whatever cause, loses at most the last seconds of them.
package trust

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

var (
	// ErrParent is returned for taking the trust from a folder that is trusted with
	// the one above it.
	ErrParent = errors.New("a folder above it is trusted")
	// ErrTop is returned for trusting the top of a drive: every folder on it.
	ErrTop = errors.New("it is the top of a drive")
	// ErrMoved is returned for a folder whose path leads elsewhere by now.
	ErrMoved = errors.New("it leads elsewhere")
	// ErrNoFolder is returned for what needs an opened folder while none is.
	ErrNoFolder = errors.New("no folder is open")
	// ErrEmpty is returned for a pattern without text.
	ErrEmpty = errors.New("the pattern is empty")
	// ErrNotFound is returned for a pattern that is not there.
	ErrNotFound = errors.New("the pattern is not there")
)

// Paths are absolute. Folder is the opened folder with its links resolved, and
// Workspace where Keel keeps its data; both are empty when none is open.
type Paths struct {
	Data      string
	Workspace string
	Folder    string
}

// Options are what a [Store] can do without.
type Options struct {
	ThisRun bool             // the opened folder is trusted as long as the store is open; nothing is stored
	Now     func() time.Time // time.Now
	Log     *slog.Logger     // nothing is logged
	// Damaged is told of a file that was damaged, and where it now lies. Nothing is
	// told.
	Damaged func(file, aside string)
}

// usageInterval is how long counts of use are kept before they are written.
const usageInterval = 5 * time.Second

// Store is what the user trusts, for one opened folder. It is safe for concurrent
// use.
type Store struct {
	paths Paths
	o     Options
	locks lock

	mu       sync.Mutex // guards the rest
	folders  file[folders]
	commands file[commands]
	always   file[usages] // of the user's own patterns
	here     file[usages] // of the opened folder's and its sessions' patterns
	counted  []use        // not yet written
	written  time.Time
}

// folders is the content of trusted-folders.json.
type folders struct {
	Folders []string `json:"folders"` // absolute, links resolved
}

// commands is the content of a workspace's trusted-commands.json.
type commands struct {
	Commands []string `json:"commands"`
}

// Open returns the store for an opened folder, or for none. Files that are
// missing or damaged are no error.
func Open(paths Paths, o Options) *Store {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Damaged == nil {
		o.Damaged = func(string, string) {}
	}
	s := &Store{paths: paths, o: o, locks: lock{filepath.Join(paths.Data, "trust.lock")}, written: o.Now()}
	s.folders.path = filepath.Join(paths.Data, "trusted-folders.json")
	s.always.path = filepath.Join(paths.Data, "trusted-usage.json")
	if paths.Workspace != "" {
		s.commands.path = filepath.Join(paths.Workspace, "trusted-commands.json")
		s.here.path = filepath.Join(paths.Workspace, "trusted-usage.json")
	}
	return s
}

// Close writes what was counted.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.write()
}

// Folder says whether the opened folder is trusted.
func (s *Store) Folder() Folder {
	f := Folder{Path: s.paths.Folder}
	if f.Path == "" {
		return f
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	trusted := s.folders.read(s).Folders
	switch above := above(trusted, f.Path); {
	case s.o.ThisRun, slices.Contains(trusted, f.Path):
		f.trusted = true
	case above != "":
		f.trusted, f.Parent = true, above
	}
	return f
}

// above returns the nearest trusted folder above path, or "".
func above(trusted []string, path string) string {
	nearest := ""
	for _, folder := range trusted {
		if len(folder) > len(nearest) && below(path, folder) {
			nearest = folder
		}
	}
	return nearest
}

// below reports whether path lies below an absolute folder. Names are compared
// as they are: what some file system would take for the same is then not trusted,
// which is safe.
func below(path, folder string) bool {
	if !filepath.IsAbs(folder) {
		return false
	}
	inside, err := filepath.Rel(folder, path)
	return err == nil && inside != "." && filepath.IsLocal(inside)
}

// SetFolder says whether the opened folder is trusted. Taking the trust from one
// that is trusted with a folder above it is [ErrParent].
func (s *Store) SetFolder(trusted bool) error {
	path, err := s.opened()
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.folders.change(s, func(f *folders) error {
		if !trusted && above(f.Folders, path) != "" {
			return fmt.Errorf("taking the trust from %q: %q: %w", path, above(f.Folders, path), ErrParent)
		}
		f.set(path, trusted)
		return nil
	})
}

// SetParent trusts the folder above the opened one, which must not be the top of
// a drive: [ErrTop]. To take trust back, it takes it from the nearest folder above
// by which the opened one is trusted.
func (s *Store) SetParent(trusted bool) error {
	path, err := s.opened()
	if err != nil {
		return err
	}
	parent := filepath.Dir(path)
	if trusted && parent == filepath.Dir(parent) {
		return fmt.Errorf("trusting %q: %w", parent, ErrTop)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.folders.change(s, func(f *folders) error {
		if !trusted {
			parent = above(f.Folders, path)
		}
		f.set(parent, trusted)
		return nil
	})
}

// opened returns the opened folder, while its path still leads to it.
func (s *Store) opened() (string, error) {
	path := s.paths.Folder
	if path == "" {
		return "", ErrNoFolder
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", fmt.Errorf("trusting %q: %w", path, err)
	}
	if real != path {
		return "", fmt.Errorf("trusting %q: %w", path, ErrMoved)
	}
	return path, nil
}

// set puts a folder into the list once, or takes it out.
func (f *folders) set(path string, trusted bool) {
	f.Folders = slices.DeleteFunc(f.Folders, func(each string) bool { return each == path })
	if trusted {
		f.Folders = append(f.Folders, path)
		slices.Sort(f.Folders)
	}
}

// Commands are the patterns that are trusted in the opened folder only, in the
// user's order, whether or not the folder is trusted.
func (s *Store) Commands() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.commands.read(s).Commands)
}

// Add trusts a pattern in the opened folder, at a place in the list from 0, or at
// its end for -1. One that is there already stays where it is.
func (s *Store) Add(pattern string, index int) error {
	return s.edit(pattern, func(c *commands) error {
		if slices.Contains(c.Commands, pattern) {
			return nil
		}
		if index < 0 || index > len(c.Commands) {
			index = len(c.Commands)
		}
		c.Commands = slices.Insert(c.Commands, index, pattern)
		return nil
	})
}

// Replace puts one pattern in the place of another. A pattern that is there twice
// then is there once.
func (s *Store) Replace(from, to string) error {
	return s.edit(to, func(c *commands) error {
		at := slices.Index(c.Commands, from)
		if at < 0 {
			return fmt.Errorf("changing %q: %w", from, ErrNotFound)
		}
		if from == to {
			return nil
		}
		if other := slices.Index(c.Commands, to); other >= 0 {
			c.Commands = slices.Delete(c.Commands, at, at+1)
			return nil
		}
		c.Commands[at] = to
		return nil
	})
}

// Remove takes a pattern out and returns its place.
func (s *Store) Remove(pattern string) (index int, err error) {
	err = s.edit(pattern, func(c *commands) error {
		if index = slices.Index(c.Commands, pattern); index < 0 {
			return fmt.Errorf("removing %q: %w", pattern, ErrNotFound)
		}
		c.Commands = slices.Delete(c.Commands, index, index+1)
		return nil
	})
	return index, err
}

func (s *Store) edit(pattern string, change func(*commands) error) error {
	if strings.TrimSpace(pattern) == "" {
		return ErrEmpty
	}
	if s.paths.Workspace == "" {
		return ErrNoFolder
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.commands.change(s, change)
}
