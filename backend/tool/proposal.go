package tool

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/keel-ide/keel/backend/diff"
	"github.com/keel-ide/keel/backend/workspace"
)

// Proposal is a call that would write one text file, in bytes: what a person can
// take in part, or change, before it is written.
type Proposal struct {
	Path   string
	Before []byte // nil when there is no file
	After  []byte
}

// Revision is what is to be written instead of what a call proposed.
type Revision struct {
	After []byte
	// Told is set when the model is told exactly how After differs from what it
	// proposed: only then it knows the file. Else it has to read it again.
	Told bool
}

// revised is the proposal that a prepared call writes in the place of what its
// arguments ask for.
type revised struct {
	Proposal
	told bool
}

// Revise is p with other bytes in the place of those that it would write, onto the
// same version of the file. Its error is a [*Refusal], or ctx's.
func (s *Set) Revise(ctx context.Context, p Prepared, r Revision) (Prepared, error) {
	if err := ctx.Err(); err != nil {
		return Prepared{}, err
	}
	if p.Proposal == nil {
		return Prepared{}, refuse("%s writes no text that could be changed. Nothing was changed.", p.Name)
	}
	return s.revision(p, Proposal{p.Proposal.Path, p.Proposal.Before, r.After}, r.Told)
}

// Rebase is p on top of the file as it is now: p itself when that is what it was.
// Where both changed the same lines, or the file is gone or something else, its
// error is a [*Refusal] that says so.
func (s *Set) Rebase(ctx context.Context, p Prepared) (Prepared, error) {
	if err := ctx.Err(); err != nil {
		return Prepared{}, err
	}
	if p.Proposal == nil {
		return p, nil
	}
	was := *p.Proposal
	now, err := s.present(ctx, was.Path)
	if err != nil {
		return Prepared{}, err
	}
	switch {
	case now == nil && was.Before == nil, now != nil && was.Before != nil && bytes.Equal(now, was.Before):
		return p, nil
	case now == nil:
		return Prepared{}, refuse("%s was deleted or renamed while the change waited for the user. Nothing was changed. Look where it is now before you go on.", was.Path)
	case was.Before == nil:
		return Prepared{}, refuse("%s was made by somebody else while the change waited for the user. Nothing was changed. Read it before you change it.", was.Path)
	case !slices.Equal(s.places(p), p.places):
		return Prepared{}, refuse("%s leads to another place than when this change was proposed. Nothing was changed. Look at it again.", was.Path)
	}
	merged, err := merge(was, now)
	if err != nil {
		return Prepared{}, err
	}
	return s.revision(p, Proposal{was.Path, now, merged}, false)
}

// present is what stands at a path now; nil for nothing.
func (s *Set) present(ctx context.Context, path string) ([]byte, error) {
	raw, _, err := s.workspace.ReadFile(ctx, path, largest)
	switch {
	case err == nil:
		return append([]byte{}, raw...), nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case errors.Is(err, workspace.ErrIsFolder), errors.Is(err, workspace.ErrSpecial):
		return nil, refuse("%s is no longer a file: something else was put in its place while the change waited for the user. Nothing was changed. Look at it again.", path)
	case errors.Is(err, workspace.ErrTooLarge):
		return nil, refuse("%s has become larger than 10 MiB while the change waited for the user. Nothing was changed.", path)
	}
	return nil, s.explain(ctx, path, err)
}

// merge puts the change that was proposed onto what the file holds now.
func merge(was Proposal, now []byte) ([]byte, error) {
	base, _ := newContent(was.Before)
	ours, ok := newContent(now)
	if !ok {
		return nil, refuse("%s is no longer text: it was replaced while the change waited for the user. Nothing was changed. Look at it again.", was.Path)
	}
	theirs, ok := newContent(was.After)
	if !ok || ours.encoding != base.encoding || ours.mark != base.mark {
		return nil, refuse("%s was saved in another encoding while the change waited for the user. Nothing was changed. Read it again and repeat the call.", was.Path)
	}
	conflict := refuse("%s was changed while the change waited for the user, in the same lines. Nothing was changed. Read it again, and propose what still fits.", was.Path)
	if base.encoding == utf8Text {
		merged, clean := diff.Merge(was.Before, now, was.After)
		if !clean {
			return nil, conflict
		}
		return merged, nil
	}
	for _, each := range []content{base, ours, theirs} {
		if each.encoding != base.encoding || !bytes.Equal(each.encode(each.text), each.raw[each.mark:]) {
			return nil, conflict // a lone surrogate would not survive
		}
	}
	merged, clean := diff.Merge([]byte(base.text), []byte(ours.text), []byte(theirs.text))
	if !clean {
		return nil, conflict
	}
	return append(bytes.Clone(now[:ours.mark]), ours.encode(string(merged))...), nil
}

// revision is p with another proposal.
func (s *Set) revision(p Prepared, proposed Proposal, told bool) (Prepared, error) {
	if len(proposed.After) > largest {
		return Prepared{}, refuse("%s would have %d bytes; more than 10 MiB cannot be written with this tool. Nothing was changed.", proposed.Path, len(proposed.After))
	}
	if _, ok := newContent(proposed.After); !ok {
		return Prepared{}, refuse("%s would not be text: it would hold a null character, or half of one. Nothing was changed.", proposed.Path)
	}
	if proposed.After == nil {
		proposed.After = []byte{}
	}
	difference := Compare(proposed.Path, proposed.Before, proposed.After)
	p.Proposal, p.revised, p.Diff = &proposed, &revised{proposed, told}, &difference
	p.Hash = digest(append([]string{"revised", proposed.hash()}, p.places...)...)
	return p, nil
}

// hash is of both of its sides.
func (p Proposal) hash() string {
	state := "over"
	if p.Before == nil {
		state = "new"
	}
	return digest(p.Path, state, string(p.Before), string(p.After))
}

// Compare compares two versions of a text file, in any of the encodings that the
// tools know. A nil version is no file.
func Compare(path string, before, after []byte) diff.File {
	return diff.Compute(path, shownText(before), shownText(after))
}

func shownText(raw []byte) []byte {
	if raw == nil {
		return nil
	}
	if c, ok := newContent(raw); ok {
		return c.shown()
	}
	return raw
}

// runRevised writes a revised proposal, if the file is still what it was.
func (s *Set) runRevised(ctx context.Context, view SessionView, p Prepared) (Result, error) {
	r := p.revised
	if err := s.mustBeSaved(r.Path); err != nil {
		return Result{}, err
	}
	if !slices.Equal(s.places(p), p.places) {
		return changedMeanwhile(p), nil
	}
	f := file{path: r.Path}
	if r.Before != nil {
		raw, entry, err := s.workspace.ReadFile(ctx, r.Path, largest)
		if err != nil {
			return Result{}, s.explain(ctx, r.Path, err)
		}
		if !bytes.Equal(raw, r.Before) {
			return changedMeanwhile(p), nil
		}
		f.entry, f.raw = entry, append([]byte{}, raw...)
	}
	if err := s.write(ctx, view, f, r.After); err != nil {
		return Result{}, err
	}
	if !r.told {
		view.Saw(r.Path, "")
	}
	if r.Before == nil {
		return Result{Text: fmt.Sprintf("Created %s (%d bytes).", r.Path, len(r.After))}, nil
	}
	return Result{Text: fmt.Sprintf("Wrote %s (%d bytes; +%d -%d lines).", r.Path, len(r.After), p.Diff.Added, p.Diff.Removed)}, nil
}
