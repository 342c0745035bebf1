package folder

import (
	"context"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/checkpoint"
)

// Name gives a checkpoint a name of the user's, or takes it away.
func (r *Restores) Name(ctx context.Context, id, label string) (wire.Checkpoint, error) {
	named, err := r.store.SetLabel(ctx, id, label)
	if err != nil {
		return wire.Checkpoint{}, gone(err)
	}
	return wireCheckpoint(named), nil
}

// Versions lists the checkpoints in which a file is not what it was before, the
// newest first, at most limit of them; 0 for all.
func (r *Restores) Versions(ctx context.Context, path string, limit int) ([]wire.FileVersion, error) {
	versions, err := r.store.Versions(ctx, path, limit)
	if err != nil {
		return nil, gone(err)
	}
	out := make([]wire.FileVersion, len(versions))
	for i, v := range versions {
		out[i] = wireVersion(v)
	}
	return out, nil
}

func wireVersion(v checkpoint.Version) wire.FileVersion {
	c := v.Checkpoint
	return wire.FileVersion{
		CheckpointID: c.ID,
		CreatedAt:    c.CreatedAt,
		Reason:       string(c.Reason),
		Label:        c.Label,
		Name:         c.Name,
		SessionID:    c.SessionID,
		TurnID:       c.TurnID,
		Pinned:       c.Pinned,
		State:        wire.FileState(v.State),
		Size:         v.Entry.Size,
	}
}
