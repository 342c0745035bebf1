package checkpoint

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/keel-ide/keel/backend/checkpoint/internal/meta"
	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
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

// journal is what lets a restore survive a crash. It exists from before the
// first change until what was displaced is done with, and is replaced whole.
type journal struct {
	ID    string `json:"id"` // the checkpoint taken before
	Phase phase  `json:"-"`
	Stage string `json:"-"` // the folder that holds what is to be placed, then what was displaced
	// StageAt is Stage as it is written down: relative to the store where it lies
	// in there, so that a store may be moved.
	StageAt string `json:"stage"`
	// Steps in the order in which they are done, then the modes of folders.
	Steps   []step       `json:"steps"`
	Modes   []mode       `json:"modes"`
	counted atomic.Int64 // how often a step was worked on, for a progress bar

	// KeepStage is set when the stage holds bytes that could not be put back.
	KeepStage bool `json:"keepStage,omitempty"`
	// AppliedAt is since when displaced files wait to be let go of, in Unix
	// milliseconds.
	AppliedAt int64 `json:"appliedAt,omitempty"`
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
	if e.hash, err = node.Parse(s.Hash); err != nil {
		return nil, fmt.Errorf("reading restore journal: %w: %w", ErrDamaged, err)
	}
	return e, nil
}

func (s *Store) writeJournal(j *journal, to phase) error {
	j.Phase, j.StageAt = to, j.Stage
	if inside, err := filepath.Rel(s.dir, j.Stage); err == nil && filepath.IsLocal(inside) {
		j.StageAt = filepath.ToSlash(inside)
	}
	body, err := json.Marshal(j)
	if err == nil {
		err = s.db.Write(func(tx *meta.Tx) error { return tx.SetRestore(meta.Restore{ID: j.ID, Phase: string(to), Body: body}) })
	}
	if err != nil {
		return fmt.Errorf("writing restore journal: %w", err)
	}
	return nil
}

// readJournal reads what writeJournal wrote, also before stages were written down
// relative to the store.
func (s *Store) readJournal(one meta.Restore) (*journal, error) {
	j := &journal{Phase: phase(one.Phase)}
	if err := json.Unmarshal(one.Body, j); err != nil {
		return nil, fmt.Errorf("reading restore journal: %w: %w", ErrDamaged, err)
	}
	j.Stage = filepath.FromSlash(j.StageAt)
	switch {
	case filepath.IsLocal(j.Stage):
		j.Stage = filepath.Join(s.dir, j.Stage)
	case !filepath.IsAbs(j.Stage):
		return nil, fmt.Errorf("reading restore journal: %w: its stage is %q", ErrDamaged, j.StageAt)
	}
	return j, nil
}

// recover finishes or drops what a killed process left, and lets go of what was
// displaced long enough ago. The caller holds the lock.
func (s *Store) recover(ctx context.Context) error {
	var left []meta.Restore
	err := s.db.Read(ctx, func(tx *meta.Tx) (err error) {
		left, err = tx.Restores()
		return err
	})
	if err != nil {
		return fmt.Errorf("reading restore journal: %w", err)
	}
	for _, one := range left {
		if due, waiting := s.settling[one.ID]; waiting && phase(one.Phase) == applied && s.o.Now().Before(due) {
			continue
		}
		if err := s.recoverFrom(ctx, one); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) recoverFrom(ctx context.Context, one meta.Restore) error {
	err := s.db.Read(ctx, func(tx *meta.Tx) (err error) {
		one.Body, err = tx.RestoreBody(one.ID)
		return err
	})
	if err != nil {
		return fmt.Errorf("reading restore journal: %w", err)
	}
	j, err := s.readJournal(one)
	if err != nil {
		// Nothing of it can be trusted; the checkpoint before the restore is there.
		s.notify(ctx, Notice{Kind: Damaged, Checkpoint: one.ID, Text: "The journal of an interrupted restore is damaged. The files are as the interruption left them; the state from before the restore can be restored from its checkpoint."})
		return s.db.Write(func(tx *meta.Tx) error { return tx.RemoveRestore(one.ID) })
	}
	return s.recoverOne(ctx, j)
}

func (s *Store) recoverOne(ctx context.Context, j *journal) error {
	switch {
	case j.Phase == applied && s.left(j) > 0:
		s.settleLater(j)
		return nil
	case j.Phase == applied:
		return s.settle(ctx, j)
	case j.Phase == prepared:
		if err := s.endJournal(j); err != nil {
			return err
		}
		s.notify(ctx, Notice{Kind: Recovered, Checkpoint: j.ID, Text: "A restore was interrupted before it had changed anything. It was dropped; all files are as they were."})
		return nil
	}
	if _, err := os.Lstat(j.Stage); errors.Is(err, fs.ErrNotExist) {
		s.notify(ctx, Notice{Kind: Damaged, Checkpoint: j.ID, Text: "A restore was interrupted, and the files it had prepared are gone. What it had done until then stays; undoing it, or restoring again, is possible."})
		return s.endJournal(j)
	}
	out, err := s.apply(ctx, j)
	if err != nil {
		return err
	}
	text := "A restore that was interrupted has been finished. Undo takes it back."
	if len(out.failed) > 0 {
		text = fmt.Sprintf("A restore that was interrupted has been finished, but for %d paths that had changed meanwhile and were left as they are. Undo takes it back.", len(out.failed))
	}
	s.notify(ctx, Notice{Kind: Recovered, Checkpoint: j.ID, Text: text})
	return s.release(ctx, j)
}

// endJournal removes the stage and then the journal.
func (s *Store) endJournal(j *journal) error {
	if err := s.faults.Before("remove stage"); err != nil {
		return err
	}
	if j.KeepStage {
		s.notify(context.Background(), Notice{Kind: LateChange, Checkpoint: j.ID, Text: fmt.Sprintf("A restore displaced files that could not be put back. They are kept in %q.", j.Stage)})
	} else if err := s.removeTree(j.Stage); err != nil {
		return fmt.Errorf("removing stage: %w", err)
	}
	if err := s.db.Write(func(tx *meta.Tx) error { return tx.RemoveRestore(j.ID) }); err != nil {
		return fmt.Errorf("removing restore journal: %w", err)
	}
	return nil
}

// removeTree removes a folder of ours, also where it holds folders that may
// not be written to.
func (s *Store) removeTree(path string) error {
	_ = filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			_ = os.Chmod(p, 0o700) // what it prevents shows below
		}
		return nil
	})
	listed, err := os.ReadDir(path)
	if err != nil {
		listed = nil // it is a file, or gone
	}
	for _, one := range listed {
		if err := s.faults.Before("remove %s", one.Name()); err != nil {
			return err
		}
		if err := os.RemoveAll(filepath.Join(path, one.Name())); err != nil {
			return err
		}
	}
	if err := s.faults.Before("remove %s", filepath.Base(path)); err != nil {
		return err
	}
	return os.RemoveAll(path)
}
