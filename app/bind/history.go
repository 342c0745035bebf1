package bind

import (
	"context"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
)

// Pin keeps a checkpoint from being cleaned up, or no longer does.
func (b *Checkpoints) Pin(id string, pinned bool) error {
	return do(b.seam, "Checkpoints.Pin", func(ctx context.Context, f *folder.Folder) error {
		return f.Restores.Pin(ctx, id, pinned)
	})
}

// Name gives a checkpoint a name of the user's, or takes it away.
func (b *Checkpoints) Name(id, label string) (wire.Checkpoint, error) {
	return with(b.seam, "Checkpoints.Name", func(ctx context.Context, f *folder.Folder) (wire.Checkpoint, error) {
		return f.Restores.Name(ctx, id, label)
	})
}

// Versions lists the checkpoints in which a file is not what it was before, the
// newest first, at most limit of them; 0 for all.
func (b *Checkpoints) Versions(path string, limit int) ([]wire.FileVersion, error) {
	return with(b.seam, "Checkpoints.Versions", func(ctx context.Context, f *folder.Folder) ([]wire.FileVersion, error) {
		return f.Restores.Versions(ctx, path, limit)
	})
}

// Usage tells what the checkpoints take.
func (b *Checkpoints) Usage() (wire.CheckpointUsage, error) {
	return with(b.seam, "Checkpoints.Usage", func(ctx context.Context, f *folder.Folder) (wire.CheckpointUsage, error) {
		return f.Restores.Usage(ctx)
	})
}

// Prune cleans up what is old.
func (b *Checkpoints) Prune() (wire.CheckpointsPruned, error) {
	return with(b.seam, "Checkpoints.Prune", func(ctx context.Context, f *folder.Folder) (wire.CheckpointsPruned, error) {
		return f.Restores.Prune(ctx)
	})
}

// Forget deletes the whole history of the folder, pinned or not.
func (b *Checkpoints) Forget() (wire.CheckpointsPruned, error) {
	return with(b.seam, "Checkpoints.Forget", func(ctx context.Context, f *folder.Folder) (wire.CheckpointsPruned, error) {
		return f.Restores.Forget(ctx)
	})
}

// Purge takes a path, and all below it, out of every checkpoint.
func (b *Checkpoints) Purge(path string) (wire.CheckpointsPurged, error) {
	return with(b.seam, "Checkpoints.Purge", func(ctx context.Context, f *folder.Folder) (wire.CheckpointsPurged, error) {
		return f.Restores.Purge(ctx, path)
	})
}

// Activity returns what the store is at; changes come as "checkpoints" events.
func (b *Checkpoints) Activity() (wire.CheckpointActivity, error) {
	return with(b.seam, "Checkpoints.Activity", func(_ context.Context, f *folder.Folder) (wire.CheckpointActivity, error) {
		return f.Activity.State(), nil
	})
}

// StopReading ends the first reading of the folder; the rest is read when a
// checkpoint is first needed.
func (b *Checkpoints) StopReading() error {
	return do(b.seam, "Checkpoints.StopReading", func(_ context.Context, f *folder.Folder) error {
		f.Activity.StopReading()
		return nil
	})
}

// Seen says that a notice has been shown.
func (b *Checkpoints) Seen(noticeID int64) error {
	return do(b.seam, "Checkpoints.Seen", func(_ context.Context, f *folder.Folder) error {
		f.Activity.Seen(noticeID)
		return nil
	})
}
