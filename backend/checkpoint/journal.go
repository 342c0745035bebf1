package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// phase is how far a restore has come. A prepared one has changed nothing and
// is dropped; a staged one has all it needs and is finished; an applied one
// only has to be tidied up.
type phase string

const (
	prepared phase = "prepared"
	staged   phase = "staged"
	applied  phase = "applied"
)

// journal is the file that lets a restore survive a crash. It exists while one
// runs and is replaced whole.
type journal struct {
	ID    string `json:"id"` // the checkpoint taken before
	Phase phase  `json:"phase"`
	Stage string `json:"stage"` // the folder that holds what is to be placed
	// Steps in the order in which they are done, then the modes of folders.
	Steps []step `json:"steps"`
	Modes []mode `json:"modes"`
	// KeepStage is set when the stage holds bytes that could not be put back.
	KeepStage bool `json:"keepStage,omitempty"`
}

// step changes one path. Slot is its place in the stage.
type step struct {
	Path string `json:"path"` // encoded
	Slot string `json:"slot"`
	Want *saved `json:"want,omitempty"`
	Now  *saved `json:"now,omitempty"`
	// Whole replaces a file of which only the mode changes: it has other names,
	// which must keep theirs.
	Whole bool `json:"whole,omitempty"`
}

// mode sets a folder's permission bits at the end; From are those it had, or
// has while it is written to.
type mode struct {
	Path string `json:"path"` // encoded
	From uint32 `json:"from"`
	To   uint32 `json:"to"`
}

// saved is an entry as JSON keeps it.
type saved struct {
	Kind   Kind   `json:"kind"`
	Mode   uint32 `json:"mode"`
	Size   int64  `json:"size"`
	Hash   string `json:"hash,omitempty"`
	Target string `json:"target,omitempty"` // encoded
}

func save(e *entry) *saved {
	if e == nil {
		return nil
	}
	out := e.export()
	return &saved{Kind: out.Kind, Mode: out.Mode, Size: out.Size, Hash: out.Hash, Target: out.Target}
}

func (s *saved) entry(path string) (*entry, error) {
	if s == nil {
		return nil, nil
	}
	e := &entry{path: path, kind: s.Kind, mode: s.Mode, size: s.Size, target: DecodePath(s.Target)}
	if s.Kind != KindFile {
		return e, nil
	}
	var err error
	e.hash, err = parseHash(s.Hash)
	return e, err
}

func (s *Store) journalPath() string { return filepath.Join(s.dir, "journal.json") }

func (s *Store) writeJournal(j *journal, to phase) error {
	if err := s.o.Faults.step("journal %s", to); err != nil {
		return err
	}
	j.Phase = to
	if err := writeChecked(s.journalPath(), j); err != nil {
		return fmt.Errorf("writing restore journal: %w", err)
	}
	return nil
}

// recover finishes or drops what a killed process left. The caller holds the
// lock.
func (s *Store) recover(ctx context.Context) error {
	var j journal
	err := readChecked(s.journalPath(), &j)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if errors.Is(err, ErrDamaged) {
		// Nothing of it can be trusted; the checkpoint before the restore is there.
		s.o.Log.ErrorContext(ctx, "the journal of an interrupted restore is damaged; it was put aside", "journal", s.journalPath())
		return os.Rename(s.journalPath(), s.journalPath()+".damaged")
	}
	if err != nil {
		return fmt.Errorf("reading restore journal: %w", err)
	}
	if _, err := os.Lstat(j.Stage); j.Phase == staged && errors.Is(err, fs.ErrNotExist) {
		s.o.Log.ErrorContext(ctx, "the stage of an interrupted restore is gone; it stays as it is", "undo", j.ID)
		j.Phase = applied
	}
	if j.Phase == staged {
		outcome, err := s.apply(ctx, &j)
		if err != nil {
			return err
		}
		for path, reason := range outcome.failed {
			s.o.Log.WarnContext(ctx, "finishing an interrupted restore: left alone", "path", path, "reason", reason)
		}
	}
	return s.endJournal(&j)
}

// endJournal removes the stage and then the journal.
func (s *Store) endJournal(j *journal) error {
	if err := s.o.Faults.step("remove stage"); err != nil {
		return err
	}
	if j.KeepStage {
		s.o.Log.Error("a restore displaced files that could not be put back; they are kept", "folder", j.Stage)
	} else if err := removeTree(j.Stage); err != nil {
		return fmt.Errorf("removing stage: %w", err)
	}
	if err := s.o.Faults.step("remove journal"); err != nil {
		return err
	}
	if err := os.Remove(s.journalPath()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing restore journal: %w", err)
	}
	return syncPath(s.dir)
}

// removeTree removes a folder of ours, also where it holds folders that may
// not be written to.
func removeTree(path string) error {
	_ = filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			_ = os.Chmod(p, 0o700) // what it prevents shows below
		}
		return nil
	})
	return os.RemoveAll(path)
}
