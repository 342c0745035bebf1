// Package codemap knows what the files of a workspace define, and which of them
// matter for a question: a ranked map that a model reads before it opens files.
//
// # Promises
//
// Nothing leaves this machine, and no other service is asked: the map is made of
// the files that ripgrep lists, their symbols (package outline) and the words in
// them. The same files and the same prompt give the same text.
//
// Nothing is read before somebody asks. What ignore files leave out and what is
// kept from the agent ([Options].Kept) does not stand in the map, not even by name.
// Files are read through an [os.Root], links are not followed. At most [MostFiles]
// files take part; of one over 1 MB only the name does. A file is read again only when
// its size or time of change differs, and no look takes longer than two minutes: the
// next one goes on where it ended.
//
// Without a parser, for languages without a grammar, and for a file on which the
// parser crashes, files still take part by their names and their text.
package codemap

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/keel-ide/keel/backend/codemap/outline"
	"github.com/keel-ide/keel/backend/search"
)

// MostFiles is how many files of a workspace take part: those with a grammar first,
// then by path.
const MostFiles = 20_000

const (
	// freshFor is how long a look at the disk answers further questions for names: or
	// this many times as long as it took, so that typing is not held up by looks, but
	// no longer than mostFresh.
	freshFor   = 2 * time.Second
	freshTimes = 10
	mostFresh  = 30 * time.Second
	// longestLook bounds one look at the disk.
	longestLook = 2 * time.Minute
	// firstWait is how long a question for names waits for the first look when
	// nothing fits so far.
	firstWait = time.Second
)

// Options are what a [Map] works with; Root and Search are required.
type Options struct {
	Root   string                         // the workspace's absolute path
	Search func() (*search.Engine, error) // lists the files
	// Parser returns the command that reads symbols, see [outline.NewReader]; nil,
	// and where it fails: files are without symbols.
	Parser func() ([]string, error)
	// Kept returns, for one look at the folder, which paths are kept from the
	// agent. None is.
	Kept func() func(path string) bool
	// Log takes what went wrong with single files. None: it is dropped.
	Log *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.Parser == nil {
		o.Parser = func() ([]string, error) { return nil, outline.ErrUnavailable }
	}
	if o.Kept == nil {
		o.Kept = func() func(string) bool { return func(string) bool { return false } }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Symbol is a symbol with the file that defines it.
type Symbol struct {
	outline.Symbol
	Path string // workspace-relative, with forward slashes
}

// ReadingError comes with the symbols known so far while the first look goes on.
type ReadingError struct{ Done, Total int }

func (e *ReadingError) Error() string {
	if e.Total == 0 {
		return "the workspace is still being looked through"
	}
	return fmt.Sprintf("the symbols of %d of %d files are known so far", e.Done, e.Total)
}

// Map is the map of one workspace. Its methods may be called by several goroutines
// at once.
type Map struct {
	options Options
	ctx     context.Context //nolint:containedctx // of the looks, which outlive the question that began them; ended by Close
	cancel  context.CancelFunc
	group   sync.WaitGroup

	mu      sync.Mutex // guards what follows
	now     *index     // as of the last look, or a part of the one under way; never changed
	whole   bool       // a look has come to its end
	at      time.Time  // when it did
	took    time.Duration
	look    *look // under way; nil: none
	closing bool
}

// New returns the map of a workspace. It does nothing until it is asked.
func New(options Options) *Map {
	ctx, cancel := context.WithCancel(context.Background())
	return &Map{options: options.withDefaults(), ctx: ctx, cancel: cancel, now: newIndex(nil, nil)}
}

// Close ends what is under way and waits for it.
func (m *Map) Close() error {
	m.mu.Lock()
	m.closing = true
	m.mu.Unlock()
	m.cancel()
	m.group.Wait()
	return nil
}

// look is one look at the disk. It ends early when all that wait for it have left.
type look struct {
	cancel  context.CancelFunc
	waiting int           // guarded by the map's mu
	done    chan struct{} // closed when it has ended, and err is set
	err     error

	files, read int // how many there are to read, and were; guarded by the map's mu
}

// join starts a look, or joins the one under way. Whoever does not want it any more
// leaves.
func (m *Map) join() (*look, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closing {
		return nil, context.Canceled
	}
	if m.look == nil {
		ctx, cancel := context.WithCancel(m.ctx)
		l := &look{cancel: cancel, done: make(chan struct{})}
		m.look = l
		m.group.Go(func() {
			defer cancel()
			began := time.Now()
			found, err := m.read(ctx, l)
			m.mu.Lock()
			defer m.mu.Unlock()
			if err == nil {
				m.now, m.whole, m.at, m.took = found, true, time.Now(), time.Since(began)
			}
			if m.look == l {
				m.look = nil
			}
			l.err = err
			close(l.done)
		})
	}
	m.look.waiting++
	return m.look, nil
}

func (m *Map) leave(l *look) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if l.waiting--; l.waiting > 0 {
		return
	}
	l.cancel()
	if m.look == l {
		m.look = nil // whoever comes next does not want one that is being given up
	}
}

// fresh returns the index as the disk is now.
func (m *Map) fresh(ctx context.Context) (*index, error) {
	l, err := m.join()
	if err != nil {
		return nil, err
	}
	defer m.leave(l)
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-l.done:
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now, l.err
}

// Symbols returns the symbols whose names fit a query, best first. Pieces of the
// query that are separated by blanks must all fit, the name or the path. It answers
// from memory, and has what changed on the disk read for the next question; while
// the first look goes on, what is known comes with a [*ReadingError].
func (m *Map) Symbols(ctx context.Context, query string, most int) ([]Symbol, error) {
	return m.symbols(ctx, query, most, firstWait)
}

// Known is Symbols for somebody who types: it never waits for a look.
func (m *Map) Known(ctx context.Context, query string, most int) ([]Symbol, error) {
	return m.symbols(ctx, query, most, 0)
}

func (m *Map) symbols(ctx context.Context, query string, most int, wait time.Duration) ([]Symbol, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	known, whole := m.now, m.whole
	old := time.Since(m.at) > max(freshFor, min(freshTimes*m.took, mostFresh))
	m.mu.Unlock()
	if whole && !old {
		return known.find(ctx, query, most), ctx.Err()
	}
	l, err := m.join() // and never leaves: it goes on for the next question
	if err != nil {
		return nil, err
	}
	found := known.find(ctx, query, most)
	if whole || len(found) > 0 && len(found) == most {
		return found, ctx.Err()
	}
	waiting, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	select {
	case <-l.done:
	case <-waiting.Done():
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	known, whole = m.now, m.whole
	reading := &ReadingError{Done: l.read, Total: l.files}
	m.mu.Unlock()
	if !whole {
		select {
		case <-l.done:
			return nil, l.err
		default:
			return known.find(ctx, query, most), reading
		}
	}
	return known.find(ctx, query, most), ctx.Err()
}
