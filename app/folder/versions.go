package folder

import (
	"context"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
)

// Name gives a checkpoint a name of the user's, or takes it away.
func (r *Restores) Name(ctx context.Context, id, label string) (wire.Checkpoint, error) {
	return wire.Checkpoint{}, agent.ErrNothing
}

// Versions lists the checkpoints in which a file is not what it was before, the
// newest first, at most limit of them; 0 for all.
func (r *Restores) Versions(ctx context.Context, path string, limit int) ([]wire.FileVersion, error) {
	return nil, agent.ErrNothing
}
