package bind

import (
	"context"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
)

// Imports take settings, key bindings and snippets over from other editors.
type Imports struct{ seam *Seam }

// NewImports binds imports.
func NewImports(seam *Seam) *Imports { return &Imports{seam} }

// Find looks for other editors on this machine; nothing is changed.
func (b *Imports) Find() ([]wire.ImportEditor, error) {
	return home(b.seam, "Imports.Find", func(ctx context.Context, f *folder.Folder) ([]wire.ImportEditor, error) {
		return f.FindImports(ctx)
	})
}

// Import takes over what the person has chosen. It is refused when it is no longer
// what they saw.
func (b *Imports) Import(request wire.ImportRequest) (wire.ImportDone, error) {
	return home(b.seam, "Imports.Import", func(ctx context.Context, f *folder.Folder) (wire.ImportDone, error) {
		return f.Import(ctx, request)
	})
}

// Last is the import that Undo would take back.
func (b *Imports) Last() (wire.ImportDone, error) {
	return home(b.seam, "Imports.Last", func(ctx context.Context, f *folder.Folder) (wire.ImportDone, error) {
		return f.LastImport(ctx)
	})
}

// Undo takes the last import back. What was changed since stays.
func (b *Imports) Undo() (wire.ImportUndone, error) {
	return home(b.seam, "Imports.Undo", func(ctx context.Context, f *folder.Folder) (wire.ImportUndone, error) {
		return f.UndoImport(ctx)
	})
}
