package bind

import (
	"context"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
)

// Checkpoints are states of the workspace that can be restored. The bytes of a
// file in one come from GET /keel/checkpoint/ID?path=PATH.
type Checkpoints struct{ seam *Seam }

// NewCheckpoints binds checkpoints.
func NewCheckpoints(seam *Seam) *Checkpoints { return &Checkpoints{seam} }

// List returns all checkpoints, the newest first.
func (b *Checkpoints) List() ([]wire.Checkpoint, error) {
	return with(b.seam, "Checkpoints.List", func(ctx context.Context, f *folder.Folder) ([]wire.Checkpoint, error) {
		return f.Restores.List(ctx)
	})
}

// Create takes a checkpoint with a name.
func (b *Checkpoints) Create(label string) (wire.Checkpoint, error) {
	return with(b.seam, "Checkpoints.Create", func(ctx context.Context, f *folder.Folder) (wire.Checkpoint, error) {
		return f.Restores.Create(ctx, label)
	})
}

// Diff lists what differs between two checkpoints, or between one and the disk
// when to is empty.
func (b *Checkpoints) Diff(from, to string) ([]wire.PathChange, error) {
	return with(b.seam, "Checkpoints.Diff", func(ctx context.Context, f *folder.Folder) ([]wire.PathChange, error) {
		return f.Restores.Diff(ctx, from, to)
	})
}

// Preview says what a restore would do.
func (b *Checkpoints) Preview(request wire.RestoreRequest) (wire.RestorePlan, error) {
	return with(b.seam, "Checkpoints.Preview", func(ctx context.Context, f *folder.Folder) (wire.RestorePlan, error) {
		return f.Restores.Preview(ctx, request)
	})
}

// Restore brings files back. What it overwrites is kept: Undo takes the
// result's id.
func (b *Checkpoints) Restore(request wire.RestoreRequest) (wire.RestoreResult, error) {
	return with(b.seam, "Checkpoints.Restore", func(ctx context.Context, f *folder.Folder) (wire.RestoreResult, error) {
		return f.Restores.Restore(ctx, request)
	})
}

// Undo takes a restore back; the sessionID's turns are no longer marked as
// reverted by it. The sessionID of a restore that reverted no turn is empty.
func (b *Checkpoints) Undo(sessionID, id string) (wire.RestoreResult, error) {
	return with(b.seam, "Checkpoints.Undo", func(ctx context.Context, f *folder.Folder) (wire.RestoreResult, error) {
		return f.Restores.Undo(ctx, sessionID, id)
	})
}

// Unsaved returns the editor texts that were kept with a restore, by the id that
// undoes it.
func (b *Checkpoints) Unsaved(id string) ([]wire.UnsavedText, error) {
	return with(b.seam, "Checkpoints.Unsaved", func(ctx context.Context, f *folder.Folder) ([]wire.UnsavedText, error) {
		return f.Restores.Unsaved(ctx, id)
	})
}

// Last returns the restore that was done last, for Undo.
func (b *Checkpoints) Last() (wire.LastRestore, error) {
	return with(b.seam, "Checkpoints.Last", func(ctx context.Context, f *folder.Folder) (wire.LastRestore, error) {
		return f.Restores.Last(ctx)
	})
}
