package folder

import (
	"context"
	"path/filepath"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/checkpoint"
)

// Name gives a checkpoint a name of the user's, or takes it away. Of one that the
// agent took its own label stays as well.
func (r *Restores) Name(ctx context.Context, id, label string) (wire.Checkpoint, error) {
	named, err := r.store.SetLabel(ctx, id, label)
	return wireCheckpoint(named), gone(err)
}

// Versions lists the checkpoints in which a file is not what it was before, the
// newest first, at most limit of them; 0 for all. The path may be absolute.
func (r *Restores) Versions(ctx context.Context, path string, limit int) ([]wire.FileVersion, error) {
	inside, ok := r.inside(path)
	if !ok {
		return nil, &wire.Error{
			Code:    wire.CodeOutside,
			Message: "This is not the path of a file or folder inside the opened folder, so no checkpoint knows of it.",
			Hint:    "Open the folder that holds it.",
		}
	}
	versions, err := r.store.Versions(ctx, inside, limit)
	if err != nil {
		return nil, err
	}
	out := make([]wire.FileVersion, len(versions))
	for i, v := range versions {
		c := v.Checkpoint
		out[i] = wire.FileVersion{
			CheckpointID: c.ID, CreatedAt: c.CreatedAt, Reason: string(c.Reason), Label: c.Label, Name: c.Name, SessionID: c.SessionID, TurnID: c.TurnID,
			Pinned: c.Pinned, State: wire.FileState(v.State), Size: v.Entry.Size,
		}
	}
	return out, nil
}

// inside is a path below the opened folder, relative to it and with forward
// slashes; the folder itself is none.
func (r *Restores) inside(path string) (string, bool) {
	inside := filepath.FromSlash(checkpoint.DecodePath(path))
	if filepath.IsAbs(inside) {
		if relative, err := filepath.Rel(r.root, inside); err == nil {
			inside = relative
		}
	}
	inside = filepath.Clean(inside)
	if path == "" || inside == "." || !filepath.IsLocal(inside) {
		return "", false
	}
	return filepath.ToSlash(inside), true
}
