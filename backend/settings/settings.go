// Package settings keeps the user's settings.json and keybindings.json, and
// says which settings are in force.
//
// Files are JSON with comments and trailing commas, as in VS Code. What a file
// holds beyond Keel's own keys is kept as it is.
//
// # Promises
//
// A broken file changes nothing: what it last said when it was whole stays in
// force, and a [Problem] says where it is broken. A key with a value of the
// wrong type does the same for that key alone. Where the user's file was never
// whole since it was opened, nothing it says is known, and what could have
// tightened counts as if it did: supervised mode, no trusted commands.
//
// The opened folder's settings can only tighten: they may ask for supervised
// mode, add to the deny list and switch the command guard and the sandbox on;
// everything else of Keel's in them is ignored and said to be. So no folder can
// grant itself anything.
//
// A change made by [Store.Set] leaves every byte that it does not concern as
// it was, comments among them, and keeps what another program wrote meanwhile.
// Files are replaced whole. What another program writes is in force, and told
// to every [Subscription], within a second.
//
// # Ordering
//
// When Write, Set or Append return, the new values are in force. Changes of
// one file reach a subscription in order; older ones that were not yet read
// give way to the newest.
package settings

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/keel-ide/keel/backend/atomicfile"
)

// Names of the files in [Store.Read], [Store.Write] and [Change].
const (
	UserName        = "settings.json"
	KeybindingsName = "keybindings.json"
	WorkspaceName   = ".vscode/settings.json" // in changes only
)

// Reasons for which a file was not read or changed.
var (
	ErrUnknownFile = errors.New("not a settings file")
	ErrUnknownKey  = errors.New("no such setting")
	ErrValue       = errors.New("the setting was not changed")
	ErrBroken      = errors.New("the settings file is broken and was not changed; correct it there first")
	ErrClosed      = errors.New("settings are closed")
)

// Paths are absolute; Workspace is empty when no folder is open. The files and
// their folders need not exist.
type Paths struct {
	User        string
	Keybindings string
	Workspace   string
}

// Options are what a [Store] can do without.
type Options struct {
	// Log gets what cannot be told to the caller. Nil: nothing is logged.
	Log *slog.Logger
	// Debounce is how long a file has to be quiet before it is read: some
	// programs empty a file before they fill it. 0: 75 ms.
	Debounce time.Duration
	// Poll is how often files are looked at where the system offers no
	// notification. 0: 1 s.
	Poll time.Duration
}

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Debounce == 0 {
		o.Debounce = 75 * time.Millisecond
	}
	if o.Poll == 0 {
		o.Poll = time.Second
	}
	return o
}

// Store is the settings of one window; it is safe for concurrent use.
type Store struct {
	options Options
	stop    chan struct{}
	moved   chan struct{} // buffered 1: the workspace file is another one
	watch   sync.WaitGroup

	disk sync.Mutex // held while files are read or replaced; before mu

	mu            sync.Mutex // guards the rest
	closed        bool
	files         map[string]*file
	values        Values
	subscriptions map[*Subscription]bool
}

// Open reads the files and watches them until [Store.Close]. Files that are
// missing or broken are no error.
func Open(ctx context.Context, paths Paths, options Options) (*Store, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, path := range []string{paths.User, paths.Keybindings} {
		if !filepath.IsAbs(path) {
			return nil, fmt.Errorf("opening settings %q: %w", path, ErrUnknownFile)
		}
	}
	s := &Store{
		options: options.withDefaults(),
		stop:    make(chan struct{}),
		moved:   make(chan struct{}, 1),
		files: map[string]*file{
			UserName:        {name: UserName, path: paths.User},
			KeybindingsName: {name: KeybindingsName, path: paths.Keybindings},
			WorkspaceName:   {name: WorkspaceName, path: paths.Workspace},
		},
		subscriptions: map[*Subscription]bool{},
	}
	ready := make(chan struct{})
	s.watch.Go(func() { s.watchFiles(ready) })
	<-ready
	return s, nil
}

// Close stops watching; every waiting [Subscription] ends.
func (s *Store) Close() error {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.stop)
	}
	s.mu.Unlock()
	s.watch.Wait()
	return nil
}

// SetWorkspace goes on with another folder's file, or with none. What the old
// one tightened is no longer in force.
func (s *Store) SetWorkspace(path string) {
	s.disk.Lock()
	s.mu.Lock()
	s.files[WorkspaceName] = &file{name: WorkspaceName, path: path}
	s.mu.Unlock()
	s.reload(WorkspaceName)
	s.disk.Unlock()
	select {
	case s.moved <- struct{}{}:
	default:
	}
}

// Values returns what is in force; it never waits for the disk.
func (s *Store) Values() Values {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.values.clone()
}

// Problems returns what is wrong in all files, in the files' order.
func (s *Store) Problems() []Problem {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.problems()
}

func (s *Store) problems() []Problem {
	var all []Problem
	for _, name := range []string{UserName, WorkspaceName, KeybindingsName} {
		all = append(all, s.files[name].problems...)
	}
	return all
}

// Read returns the text of a file; of one that is missing, nothing. A name
// other than [UserName] and [KeybindingsName] is [ErrUnknownFile].
func (s *Store) Read(ctx context.Context, name string) (string, error) {
	path, err := s.editable(ctx, name)
	if err != nil {
		return "", err
	}
	data, err := readFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("reading %s: %w", name, err)
	}
	return string(data), nil
}

// Write replaces the text of a file, as it is: a person may be in the middle
// of typing. A broken text is reported as a problem, not as an error.
func (s *Store) Write(ctx context.Context, name, text string) error {
	path, err := s.editable(ctx, name)
	if err != nil {
		return err
	}
	s.disk.Lock()
	defer s.disk.Unlock()
	release, err := alone(ctx, path)
	if err != nil {
		return err
	}
	defer release()
	if err := replace(path, []byte(text)); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	s.reload(name)
	return nil
}

func (s *Store) editable(ctx context.Context, name string) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if name != UserName && name != KeybindingsName {
		return "", fmt.Errorf("looking for %q: %w", name, ErrUnknownFile)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return "", ErrClosed
	}
	return s.files[name].path, nil
}

// reload reads the named files again and tells what changed; called with disk
// held.
func (s *Store) reload(names ...string) {
	s.mu.Lock()
	files := maps.Clone(s.files)
	s.mu.Unlock()
	for _, name := range names {
		next, changed := files[name].load()
		if !changed {
			continue
		}
		s.mu.Lock()
		s.files[name] = next
		s.values = merge(s.files[UserName].layer, s.files[WorkspaceName].layer)
		change := Change{Name: name, Problems: slices.Clone(next.problems)}
		for subscription := range s.subscriptions {
			subscription.offer(change)
		}
		s.mu.Unlock()
	}
}

// replace writes a file and the folders above it; a new file is the user's
// alone.
func replace(path string, data []byte) error {
	mode := fs.FileMode(0)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		mode = 0o600
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return atomicfile.Write(path, data, mode)
}
