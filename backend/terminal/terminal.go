// Package terminal runs interactive shells in pseudo-terminals.
//
// # Promises
//
// A terminal's output is one stream of valid UTF-8 whose bytes are counted
// from the terminal's start. Bytes that are no UTF-8 become U+FFFD; a
// character is never split over two chunks. Any number of readers follow the
// stream, each from where it likes; at least the last MiB is kept, also after
// the shell has ended, so that a page that is loaded again sees what it had.
//
// A reader misses nothing: while one has more than 512 KiB of output that it
// did not acknowledge, the shell's output is not read and its programs wait.
// Without readers a shell runs on and the oldest output is forgotten.
//
// [Terminals.Kill] ends every process of the shell's session, background jobs
// included: SIGHUP, [Options.Grace], SIGKILL. A process that made a session of
// its own outlives it, as a daemon should. [Terminals.Close] does so for all
// terminals and leaves no goroutine behind.
//
// The shell gets the user's environment without what belongs to Keel itself.
//
// # Ordering
//
// What is written to one terminal arrives in the order of the calls. Exit is
// the last chunk of a stream.
package terminal

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// Errors a caller can branch on.
var (
	ErrNotFound    = errors.New("this terminal does not exist any more; open a new one")
	ErrNoFolder    = errors.New("the folder does not exist or cannot be entered; choose another one")
	ErrNoShell     = errors.New("the shell cannot be started; choose another one in the terminal's settings")
	ErrClosed      = errors.New("the terminal is closed")
	ErrUnsupported = errors.New("terminals are not supported on this system yet")
)

const (
	defaultColumns = 80
	defaultRows    = 24
	maximumSize    = 4096 // columns or rows; more is a mistake
	exitedKept     = 16   // ended terminals that can still be read
	closeWait      = 5 * time.Second
)

// Options are what [Terminals] can do without.
type Options struct {
	// Environ is the user's environment. Nil: os.Environ.
	Environ func() []string
	// Version is told to programs as TERM_PROGRAM_VERSION. Empty: not told.
	Version string
	// Grace is the time between SIGHUP and SIGKILL. 0: 1 s.
	Grace time.Duration
	// NewID names terminals. Nil: random.
	NewID func() string
}

func (o Options) withDefaults() Options {
	if o.Environ == nil {
		o.Environ = os.Environ
	}
	if o.Grace == 0 {
		o.Grace = time.Second
	}
	if o.NewID == nil {
		o.NewID = rand.Text
	}
	return o
}

// Spec is a shell to start.
type Spec struct {
	Shell   string   // path or name; empty for the user's own
	Args    []string // nil for the shell's usual ones
	Folder  string   // absolute
	Env     map[string]string
	Columns int // 0, or an absurd size: 80 by 24
	Rows    int
}

// Info describes a terminal.
type Info struct {
	ID      string
	Process int    // the shell's process id
	Title   string // the shell's name
	Shell   string // its path
	Folder  string // where it was started
}

// Terminals are the shells of one window; safe for concurrent use.
type Terminals struct {
	options Options

	mu     sync.Mutex // guards the rest
	closed bool
	order  int
	all    map[string]*terminal
}

// New returns an empty set; nothing is started yet.
func New(options Options) *Terminals {
	return &Terminals{options: options.withDefaults(), all: map[string]*terminal{}}
}

// Open starts a shell. Its output is kept from the start, so that nothing is
// missed before the first [Terminals.Read].
func (s *Terminals) Open(ctx context.Context, spec Spec) (Info, error) {
	if err := ctx.Err(); err != nil {
		return Info{}, err
	}
	if info, err := os.Stat(spec.Folder); !filepath.IsAbs(spec.Folder) || err != nil || !info.IsDir() {
		return Info{}, fmt.Errorf("opening terminal in %q: %w", spec.Folder, ErrNoFolder)
	}
	shell, err := s.findShell(ctx, spec)
	if err != nil {
		return Info{}, err
	}
	environ, err := environment(s.options.Environ(), spec, s.options.Version)
	if err != nil {
		return Info{}, fmt.Errorf("opening terminal: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return Info{}, ErrClosed
	}
	info := Info{ID: s.options.NewID(), Title: shell.Name, Shell: shell.Path, Folder: spec.Folder}
	columns, rows, ok := size(spec.Columns, spec.Rows)
	if !ok {
		columns, rows = defaultColumns, defaultRows
	}
	child, master, err := start(shell, environ, spec.Folder, columns, rows)
	if err != nil {
		return Info{}, fmt.Errorf("starting shell %q in %q: %w", shell.Path, spec.Folder, err)
	}
	info.Process = child.Process.Pid
	s.order++
	t := newTerminal(info, s.order, child, master, s.options.Grace)
	s.all[info.ID] = t
	s.forgetExited()
	return info, nil
}

func (s *Terminals) findShell(ctx context.Context, spec Spec) (Shell, error) {
	shell, ok := choose(s.Shells(ctx), spec.Shell)
	if !ok {
		return Shell{}, fmt.Errorf("looking for shell %q: %w", spec.Shell, ErrNoShell)
	}
	if spec.Args != nil {
		shell.Args = spec.Args
	}
	return shell, nil
}

// forgetExited drops the oldest ended terminals; called with mu held.
func (s *Terminals) forgetExited() {
	var exited []*terminal
	for _, t := range s.all {
		if t.exited() {
			exited = append(exited, t)
		}
	}
	slices.SortFunc(exited, byAge)
	for _, t := range exited[:max(0, len(exited)-exitedKept)] {
		delete(s.all, t.info.ID)
	}
}

func byAge(a, b *terminal) int { return cmp.Compare(a.order, b.order) }

func (s *Terminals) find(ctx context.Context, id string) (*terminal, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.all[id]
	if !ok {
		return nil, fmt.Errorf("looking for terminal %q: %w", id, ErrNotFound)
	}
	return t, nil
}

// List returns the terminals whose shell runs, oldest first.
func (s *Terminals) List(_ context.Context) []Info {
	s.mu.Lock()
	defer s.mu.Unlock()
	var running []*terminal
	for _, t := range s.all {
		if !t.exited() {
			running = append(running, t)
		}
	}
	slices.SortFunc(running, byAge)
	infos := make([]Info, len(running))
	for i, t := range running {
		infos[i] = t.info
	}
	return infos
}

// Write types text. It returns once the text is in its place in line; while
// more than a MiB waits for a program that does not read, it waits too.
func (s *Terminals) Write(ctx context.Context, id, data string) error {
	t, err := s.find(ctx, id)
	if err != nil {
		return err
	}
	return t.input.put(ctx, data)
}

// Resize tells the programs how large they are drawn. Zero, negative and
// absurd sizes, which a page that is being laid out can report, change
// nothing.
func (s *Terminals) Resize(ctx context.Context, id string, columns, rows int) error {
	t, err := s.find(ctx, id)
	if err != nil {
		return err
	}
	if columns, rows, ok := size(columns, rows); ok && !t.ended.Load() {
		if err := resize(t.master, columns, rows); err != nil && !t.ended.Load() {
			return fmt.Errorf("resizing terminal %q: %w", id, err)
		}
	}
	return nil
}

func size(columns, rows int) (uint16, uint16, bool) {
	if columns <= 0 || rows <= 0 || columns > maximumSize || rows > maximumSize {
		return 0, 0, false
	}
	return uint16(columns), uint16(rows), true
}

// Kill ends a shell and every process of its session, and waits until they are
// gone. Its readers get what is left and the exit; new ones do not find it. One
// that has ended by itself is only forgotten.
func (s *Terminals) Kill(ctx context.Context, id string) error {
	t, err := s.find(ctx, id)
	if err != nil {
		return err
	}
	s.mu.Lock()
	delete(s.all, id)
	s.mu.Unlock()
	t.kill()
	return t.wait(ctx)
}

// Close ends all terminals and waits until they are gone.
func (s *Terminals) Close() error {
	s.mu.Lock()
	s.closed = true
	all := s.all
	s.all = map[string]*terminal{}
	s.mu.Unlock()
	for _, t := range all {
		t.kill()
	}
	// Only a process that not even SIGKILL ends can make this late.
	ctx, cancel := context.WithTimeout(context.Background(), s.options.Grace+closeWait)
	defer cancel()
	for _, t := range all {
		if err := t.wait(ctx); err != nil {
			return fmt.Errorf("ending shell %d: %w", t.info.Process, err)
		}
	}
	return nil
}
