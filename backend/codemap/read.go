package codemap

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/keel-ide/keel/backend/codemap/outline"
	"github.com/keel-ide/keel/backend/search"
)

// mostListed is how many paths a folder is asked for, to choose from.
const mostListed = 200_000

// publishEvery is how often what was read so far becomes known during the first look:
// or, where making it known takes long, publishTimes as seldom as that.
const (
	publishEvery = 400 * time.Millisecond
	publishTimes = 10
)

// file is what is known of one file. It never changes.
type file struct {
	path     string
	size     int64
	modified int64 // Unix nanoseconds
	symbols  []outline.Symbol
	mentions []mention
	failed   bool // the parser could not read it
}

// read looks at the disk and returns the index of what is there.
func (m *Map) read(ctx context.Context, l *look) (*index, error) {
	listed, err := m.list(ctx)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(m.options.Root)
	if err != nil {
		return nil, fmt.Errorf("opening folder %q: %w", m.options.Root, err)
	}
	defer func() { _ = root.Close() }() // it was only read
	m.mu.Lock()
	before, first := m.now, !m.whole
	m.mu.Unlock()

	r := reading{m: m, l: l, root: root, names: before.names, publish: first}
	r.files = make([]*file, 0, len(listed.paths))
	same := true
	for i, name := range listed.paths {
		if i%256 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		info, err := root.Lstat(filepath.FromSlash(name))
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		now := &file{path: name, size: info.Size(), modified: info.ModTime().UnixNano()}
		if known := before.byPath[name]; known != nil && known.size == now.size && known.modified == now.modified {
			now = known
		} else {
			same = false
			if now.size <= outline.MostBytes {
				r.todo = append(r.todo, len(r.files))
			}
		}
		r.files = append(r.files, now)
	}
	if same && len(r.files) == len(before.files) && !before.late {
		if before.left == listed.left {
			return before, nil
		}
	}
	if err := r.all(ctx); err != nil {
		return nil, err
	}
	found := newIndex(r.files, r.names)
	found.left, found.late, found.unparsed = listed.left, r.late, r.unparsed
	return found, nil
}

// listing is which files take part.
type listing struct {
	paths []string
	left  int // files that there is no room for
}

func (m *Map) list(ctx context.Context) (listing, error) {
	engine, err := m.options.Search()
	if err != nil {
		return listing{}, err
	}
	found, err := engine.Files(ctx, m.options.Root, search.FileQuery{UseIgnoreFiles: true, Hidden: true, Max: mostListed})
	if err != nil {
		return listing{}, err
	}
	kept := m.options.Kept()
	var code, other []string
	for i, name := range found.Paths {
		if i%256 == 0 && ctx.Err() != nil {
			return listing{}, ctx.Err()
		}
		switch {
		case kept(name):
		case outline.Language(name) != "":
			code = append(code, name)
		default:
			other = append(other, name)
		}
	}
	all := append(code, other...)
	l := listing{paths: all[:min(len(all), MostFiles)], left: max(0, len(all)-MostFiles)}
	slices.Sort(l.paths)
	return l, nil
}

// reading reads the files that have changed.
type reading struct {
	m       *Map
	l       *look
	root    *os.Root
	names   *names
	publish bool

	mu       sync.Mutex // guards what follows
	files    []*file
	todo     []int // places in files; those in front are being read or were
	next     int
	shown    time.Time
	showing  time.Duration // how long the last time took
	late     bool          // there was no time for all
	unparsed string        // why no file has symbols
}

// all reads what is to do, with a parser for each worker.
func (r *reading) all(ctx context.Context) error {
	r.m.mu.Lock()
	r.l.files = len(r.todo)
	r.m.mu.Unlock()
	command, err := r.m.options.Parser()
	if err != nil {
		r.unparsed = err.Error()
	}
	limited, cancel := context.WithTimeout(ctx, longestLook)
	defer cancel()
	r.shown = time.Now()
	workers := max(1, min(4, runtime.GOMAXPROCS(0), len(r.todo)/8))
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			parser := outline.NewReader(command)
			defer func() { _ = parser.Close() }()
			for r.one(limited, parser) {
			}
		})
	}
	group.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	r.late = limited.Err() != nil
	return nil
}

// one reads the next file, and tells whether there was one.
func (r *reading) one(ctx context.Context, parser *outline.Reader) bool {
	r.mu.Lock()
	if r.next == len(r.todo) || ctx.Err() != nil {
		r.mu.Unlock()
		return false
	}
	at := r.todo[r.next]
	bare, parsing := r.files[at], r.unparsed == ""
	r.next++
	r.mu.Unlock()
	if !parsing {
		parser = nil
	}
	filled := r.fill(ctx, parser, bare)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.files[at] = filled
	r.show()
	return true
}

// show makes known what was read so far, from time to time.
func (r *reading) show() {
	var part *index
	if began := time.Now(); r.publish && began.Sub(r.shown) > max(publishEvery, publishTimes*r.showing) {
		part = newIndex(slices.Clone(r.files), r.names)
		r.shown = time.Now()
		r.showing = r.shown.Sub(began)
	}
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	r.l.read++
	if part != nil && r.m.look == r.l {
		r.m.now = part
	}
}

// fill reads a file, without its symbols where there is no parser. What cannot be read
// stays a name, of no known size: the next look tries again.
func (r *reading) fill(ctx context.Context, parser *outline.Reader, bare *file) *file {
	text, info, err := readFile(r.root, bare.path)
	if err != nil {
		r.m.options.Log.Debug("reading for the code map", "path", bare.path, "error", err)
		return &file{path: bare.path, size: -1}
	}
	filled := &file{path: bare.path, size: info.Size(), modified: info.ModTime().UnixNano()}
	if bytes.IndexByte(text[:min(len(text), 8000)], 0) >= 0 {
		return filled // binary
	}
	filled.mentions = r.names.mentioned(text)
	language := outline.Language(bare.path)
	if language == "" || parser == nil {
		return filled
	}
	filled.symbols, err = parser.Read(ctx, language, outline.Text(bare.path, text))
	switch {
	case err == nil:
	case errors.Is(err, outline.ErrUnreadable):
		filled.failed = true
		r.m.options.Log.Debug("reading symbols", "path", bare.path, "error", err)
	case ctx.Err() != nil:
		filled.size = -1
	default:
		r.mu.Lock()
		r.unparsed = err.Error()
		r.mu.Unlock()
	}
	return filled
}

// readFile reads a regular file that no link leads to; a pipe does not hold it up.
func readFile(root *os.Root, name string) ([]byte, fs.FileInfo, error) {
	name = filepath.FromSlash(name)
	before, err := root.Lstat(name)
	if err != nil {
		return nil, nil, err
	}
	opened, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = opened.Close() }() // it was only read
	info, err := opened.Stat()
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() || !os.SameFile(before, info) {
		return nil, nil, errors.New("it is not a regular file any more")
	}
	text, err := io.ReadAll(io.LimitReader(opened, outline.MostBytes+1))
	if err == nil && len(text) > outline.MostBytes {
		err = errors.New("it has grown too large")
	}
	return text, info, err
}
