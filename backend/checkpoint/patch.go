package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
)

// PatchRequest gives single files the content that is wanted. Nothing else is
// touched, but for parent folders that are missing.
type PatchRequest struct {
	Label string // of the checkpoint before it, for people
	Files []Patched
	// Unsaved counts as what stands at its paths now, as in [RestoreRequest].
	Unsaved []Unsaved
}

// Patched is what becomes of one file. Expect is the SHA-256, hexadecimal, of
// what the caller has looked at, on the disk or unsaved; empty when nothing stood
// there. Anything else at the path is a conflict and stays, unless it is what is
// wanted already.
type Patched struct {
	Path   string
	Expect string
	// Saved, where an unsaved text is what was looked at, is the SHA-256 of the
	// file that stands below it on the disk. Empty takes any file, or none, for the
	// one that the text was made of: it is kept with the checkpoint before.
	Saved   string
	Content []byte
	Mode    uint32 // of a new file; 0: as new files are. A file that is there keeps its own.
	Delete  bool   // Content is of no concern
}

// Patch writes files, with the promises of [Store.Restore]: a checkpoint first,
// all steps in the journal, only what is expected is overwritten, and
// [Store.Undo] takes it back. A path that no checkpoint could give back, as it is
// not covered, is a conflict. A folder that deleting has left empty stays.
func (s *Store) Patch(ctx context.Context, r PatchRequest) (Result, error) {
	patches, err := newPatches(r.Files)
	if err != nil {
		return Result{}, err
	}
	texts, err := unsavedTexts(r.Unsaved)
	if err != nil {
		return Result{}, err
	}
	release, err := s.begin(ctx)
	if err != nil {
		return Result{}, err
	}
	defer release()
	if err := s.completeModes(patches); err != nil {
		return Result{}, err
	}
	label := r.Label
	if label == "" {
		label = "before changing files"
	}
	return s.restore(ctx, restoring{before: label, after: "after changing files"}, nil, func(now *tree) (*plan, error) {
		p := newPlan(now)
		p.texts = texts
		ahead := s.foresee(now)
		for _, one := range patches {
			s.planPatch(p, one, ahead)
		}
		p.settle(now)
		return p, p.check(now)
	})
}

// patch is one file of a request, looked through.
type patch struct {
	raw, refused  string // refused is why it cannot be done at all
	expect, saved *node.ID
	content       []byte
	sum           node.ID
	mode          uint32
	remove        bool
}

// newPatches looks a request through. What only concerns one path is its conflict.
func newPatches(files []Patched) ([]patch, error) {
	out := make([]patch, 0, len(files))
	seen := make(map[string]bool, len(files))
	for _, f := range files {
		one := patch{content: f.Content, mode: f.Mode & 0o7777, remove: f.Delete}
		var err error
		if one.raw, err = given(f.Path); err != nil {
			one.raw, one.refused = DecodePath(f.Path), whyOutside
		}
		if seen[one.raw] {
			return nil, fmt.Errorf("changing files: %q is given twice", f.Path)
		}
		seen[one.raw] = true
		if one.expect, err = sumOf(f.Expect); err != nil {
			return nil, fmt.Errorf("changing %q: what is expected is no SHA-256: %w", f.Path, err)
		}
		if one.saved, err = sumOf(f.Saved); err != nil {
			return nil, fmt.Errorf("changing %q: what is saved is no SHA-256: %w", f.Path, err)
		}
		if !one.remove {
			one.sum = node.Sum(f.Content)
		}
		out = append(out, one)
	}
	return out, nil
}

func sumOf(text string) (*node.ID, error) {
	if text == "" {
		return nil, nil
	}
	id, err := node.Parse(text)
	return &id, err
}

// completeModes says of each file what it gets should it be new. How new files
// are made is looked at once for all: a thousand probes are a sixth of the work of
// a thousand changes.
func (s *Store) completeModes(patches []patch) error {
	var usual uint32
	for i := range patches {
		one := &patches[i]
		if one.mode != 0 || one.remove {
			continue
		}
		if usual == 0 {
			mode, err := s.newFileMode()
			if err != nil {
				return err
			}
			usual = mode
		}
		one.mode = usual
	}
	return nil
}

// newFileMode is what a new file gets where nobody says: everything but what the
// process was told to hold back, which only a new file tells.
func (s *Store) newFileMode() (uint32, error) {
	name := filepath.Join(s.dir, probeName)
	if err := s.faults.Before("make probe"); err != nil {
		return 0, err
	}
	_ = os.Remove(name) // of a process that was killed
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return 0, fmt.Errorf("looking how new files are made: %w", err)
	}
	info, err := file.Stat()
	if err = errors.Join(err, file.Close(), os.Remove(name)); err != nil {
		return 0, fmt.Errorf("looking how new files are made: %w", err)
	}
	return bits(info.Mode()), nil
}

const probeName = "probe"

// planPatch adds the goal of one file, or a conflict.
func (s *Store) planPatch(p *plan, one patch, ahead *foresight) {
	if one.refused == "" {
		one.refused = s.refusal(one)
	}
	if one.refused != "" {
		p.conflict(one.raw, one.refused)
		return
	}
	covered, now := p.now.find(one.raw)
	if reason := p.unpatchable(one.raw, covered, now); reason != "" {
		p.conflict(one.raw, reason)
		return
	}
	var want *entry
	if !one.remove {
		want = &entry{path: one.raw, kind: KindFile, mode: one.mode, size: int64(len(one.content)), hash: one.sum}
		if now != nil {
			want.mode = now.mode
		}
	}
	if reason := p.unexpected(one, want, now); reason != "" {
		p.conflict(one.raw, reason)
		return
	}
	if same(want, now) {
		if text, held := p.texts[one.raw]; held && (want == nil || node.Sum(text) != want.hash) {
			p.reread = append(p.reread, one.raw)
		}
		return
	}
	if want != nil && now == nil {
		if reason := ahead.missed(one.raw, want.size); reason != "" {
			p.conflict(one.raw, fmt.Sprintf("%s (%s)", whyUnknown, reason))
			return
		}
	}
	if want != nil {
		p.brought[want.hash] = one.content
	}
	p.add(one.raw, want, now)
}
