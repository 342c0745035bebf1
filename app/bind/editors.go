package bind

import (
	"context"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
)

// Editors takes in what the page's editors know, for the agent. Each call tells
// all of it; seq is a number that grows with each call, also from one page to
// the next (the time will do), since calls can overtake each other.
type Editors struct{ seam *Seam }

// NewEditors binds editors.
func NewEditors(seam *Seam) *Editors { return &Editors{seam} }

// SetProblems tells the problems that the language services know now: after each
// change of them, and once at the start even if there are none.
func (b *Editors) SetProblems(seq int64, problems []wire.Problem) error {
	return do(b.seam, "Editors.SetProblems", func(_ context.Context, f *folder.Folder) error {
		f.EditorState.SetProblems(seq, problems)
		return nil
	})
}

// SetUnsaved tells which of the folder's files have unsaved text now: as soon as
// one gets some, when it is saved or undone, and once at the start.
func (b *Editors) SetUnsaved(seq int64, paths []string) error {
	return do(b.seam, "Editors.SetUnsaved", func(_ context.Context, f *folder.Folder) error {
		f.EditorState.SetUnsaved(seq, paths)
		return nil
	})
}
