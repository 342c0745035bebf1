package session

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Errors that callers branch on.
var (
	ErrNotFound = errors.New("no such session")
	ErrBusy     = errors.New("the session is open in another window or command of Keel")
	ErrExists   = errors.New("a session with this id exists already")
	ErrNewer    = errors.New("the session was written by a newer version of Keel")
)

const (
	extension     = ".jsonl"
	deletedFolder = "deleted"
)

// Options has a useful zero value.
type Options struct {
	Now   func() time.Time // time.Now
	NewID func() string    // random, 26 letters and digits
	Log   *slog.Logger     // nothing
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.NewID == nil {
		o.NewID = rand.Text
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Store is a folder of sessions, one journal each.
type Store struct {
	dir string
	o   Options

	partsMu sync.Mutex // held while the parts of drafts are read, written and moved

	mu        sync.Mutex // guards summaries
	summaries map[string]cached
}

// cached is a summary and the state of the file that it was read from.
type cached struct {
	size     int64
	modified time.Time
	summary  Summary
}

// OpenStore makes dir, with mode 0700, where it is missing.
func OpenStore(ctx context.Context, dir string, o Options) (*Store, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(dir, deletedFolder), 0o700); err != nil {
		return nil, fmt.Errorf("making session folder %q: %w", dir, err)
	}
	return &Store{dir: dir, o: o.withDefaults(), summaries: map[string]cached{}}, nil
}

// Create starts a session with the fields of header, and an id and times of
// its own. The caller closes the journal.
func (s *Store) Create(ctx context.Context, header Session) (*Journal, Session, error) {
	if err := ctx.Err(); err != nil {
		return nil, Session{}, err
	}
	header = header.Header()
	header.ID = s.o.NewID()
	header.CreatedAt = s.o.Now().UnixMilli()
	header.UpdatedAt = header.CreatedAt
	path, err := s.path(header.ID)
	if err != nil {
		return nil, Session{}, err
	}
	journal, err := createJournal(path)
	if errors.Is(err, fs.ErrExist) {
		return nil, Session{}, fmt.Errorf("creating session %q: %w", header.ID, ErrExists)
	}
	if err != nil {
		return nil, Session{}, fmt.Errorf("creating session %q: %w", header.ID, err)
	}
	if err := s.start(journal, header); err != nil {
		return nil, Session{}, errors.Join(fmt.Errorf("creating session %q: %w", header.ID, err), journal.Close(), os.Remove(path))
	}
	return journal, header, nil
}

func (s *Store) start(journal *Journal, header Session) error {
	if err := journal.Append(Change{Kind: ChangeSession, Session: &header}); err != nil {
		return err
	}
	if err := journal.Sync(); err != nil {
		return err
	}
	return syncFolder(s.dir)
}

// Load reads a session without opening it for writing; what was under way when
// its last writer ended is marked so. It is [ErrNotFound] or [ErrNewer].
func (s *Store) Load(ctx context.Context, id string) (Session, error) {
	if err := ctx.Err(); err != nil {
		return Session{}, err
	}
	path, err := s.path(id)
	if err != nil {
		return Session{}, err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return Session{}, s.missing(id, err)
	}
	loaded, _, err := s.replay(id, data)
	if err != nil {
		return Session{}, err
	}
	Recover(&loaded)
	return loaded, nil
}

// Open reads a session and opens its journal for writing; what was under way
// when its last writer ended is marked so in the journal too. It is
// [ErrNotFound], [ErrNewer], or [ErrBusy] while somebody else writes it. The
// caller closes the journal.
func (s *Store) Open(ctx context.Context, id string) (*Journal, Session, error) {
	if err := ctx.Err(); err != nil {
		return nil, Session{}, err
	}
	path, err := s.path(id)
	if err != nil {
		return nil, Session{}, err
	}
	journal, data, err := openJournal(path)
	if err != nil {
		return nil, Session{}, s.missing(id, err)
	}
	opened, whole, err := s.replay(id, data)
	if err == nil {
		err = s.repair(journal, &opened, whole)
	}
	if err != nil {
		return nil, Session{}, errors.Join(err, journal.Close())
	}
	return journal, opened, nil
}

// repair cuts the journal to its whole lines and writes down how the work that
// was under way ended.
func (s *Store) repair(journal *Journal, opened *Session, whole int64) error {
	if err := journal.cut(whole); err != nil {
		return err
	}
	changes := Recover(opened)
	if whole == 0 {
		header := opened.Header()
		changes = append([]Change{{Kind: ChangeSession, Session: &header}}, changes...)
	}
	if len(changes) == 0 {
		return nil
	}
	if err := journal.Append(changes...); err != nil {
		return err
	}
	return journal.Sync()
}

// replay returns the state that data describes and how many of its bytes are
// whole lines. A line that is damaged is left out.
func (s *Store) replay(id string, data []byte) (Session, int64, error) {
	state := Session{Mode: Supervised}
	damaged := 0
	whole, err := eachLine(data, func(r record, valid bool) error {
		if !valid {
			damaged++
			return nil
		}
		if r.Version > journalVersion {
			return fmt.Errorf("reading session %q: %w", id, ErrNewer)
		}
		Apply(&state, r.Change)
		return nil
	})
	if err != nil {
		return Session{}, 0, err
	}
	if damaged > 0 {
		s.o.Log.Warn("session journal has damaged lines, which were left out", "session", id, "lines", damaged)
	}
	state.ID = id
	return state.Clone(), whole, nil
}

// List returns all sessions, the last used first. Whether they run is for
// their writer to say.
func (s *Store) List(ctx context.Context) ([]Summary, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, fmt.Errorf("listing sessions: %w", err)
	}
	summaries := []Summary{}
	for _, entry := range entries {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		id, ok := strings.CutSuffix(entry.Name(), extension)
		if !ok || entry.IsDir() {
			continue
		}
		summary, err := s.summary(id, entry)
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted meanwhile
		}
		if err != nil {
			s.o.Log.Warn("session left out of the list", "session", id, "error", err)
			continue
		}
		summaries = append(summaries, summary)
	}
	slices.SortFunc(summaries, func(a, b Summary) int {
		if a.UpdatedAt != b.UpdatedAt {
			return int(b.UpdatedAt - a.UpdatedAt)
		}
		return strings.Compare(a.ID, b.ID)
	})
	return summaries, nil
}

// summary reads a journal's headers only, and only when the file changed.
func (s *Store) summary(id string, entry fs.DirEntry) (Summary, error) {
	info, err := entry.Info()
	if err != nil {
		return Summary{}, err
	}
	s.mu.Lock()
	known, ok := s.summaries[id]
	s.mu.Unlock()
	if ok && known.size == info.Size() && known.modified.Equal(info.ModTime()) {
		return known.summary, nil
	}
	header, err := readHeader(filepath.Join(s.dir, entry.Name()))
	if err != nil {
		return Summary{}, err
	}
	summary := Summary{
		ID: id, Title: header.Title, CreatedAt: header.CreatedAt, UpdatedAt: header.UpdatedAt,
		CopyOf: header.CopyOf, CopyUndo: header.CopyUndo, Grants: header.Grants,
	}
	s.mu.Lock()
	s.summaries[id] = cached{size: info.Size(), modified: info.ModTime(), summary: summary}
	s.mu.Unlock()
	return summary, nil
}

// Delete moves a session aside; [Store.Restore] brings it back. Its journal
// must be closed.
func (s *Store) Delete(ctx context.Context, id string) error {
	return s.move(ctx, id, s.dir, filepath.Join(s.dir, deletedFolder))
}

// Restore brings a deleted session back.
func (s *Store) Restore(ctx context.Context, id string) error {
	return s.move(ctx, id, filepath.Join(s.dir, deletedFolder), s.dir)
}

func (s *Store) move(ctx context.Context, id, from, to string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := s.path(id); err != nil {
		return err
	}
	source, target := filepath.Join(from, id+extension), filepath.Join(to, id+extension)
	journal, _, err := openJournal(source)
	if err != nil {
		return s.missing(id, err)
	}
	if _, err := os.Lstat(target); err == nil {
		return errors.Join(fmt.Errorf("moving session %q: %w", id, ErrExists), journal.Close())
	}
	s.partsMu.Lock()
	defer s.partsMu.Unlock()
	if err := os.Rename(source, target); err != nil {
		return errors.Join(fmt.Errorf("moving session %q: %w", id, err), journal.Close())
	}
	if err := s.moveParts(id, from, to); err != nil {
		s.o.Log.Warn("what goes with a draft did not move with its session", "session", id, "error", err)
	}
	return errors.Join(syncFolder(to), syncFolder(from), journal.Close())
}

func (s *Store) path(id string) (string, error) {
	if !validID(id) {
		return "", fmt.Errorf("session %q: %w", id, ErrNotFound)
	}
	return filepath.Join(s.dir, id+extension), nil
}

// validID keeps ids from naming anything but a file in the store.
func validID(id string) bool {
	foreign := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	}
	return id != "" && len(id) <= 64 && !strings.ContainsFunc(id, foreign)
}

func (s *Store) missing(id string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("session %q: %w", id, ErrNotFound)
	}
	return fmt.Errorf("opening session %q: %w", id, err)
}
