package folder

import (
	"context"
	"fmt"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/checkpoint"
)

// List returns all checkpoints, the newest first.
func (r *Restores) List(ctx context.Context) ([]wire.Checkpoint, error) {
	all, err := r.store.List(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]wire.Checkpoint, len(all))
	for i, c := range all {
		out[i] = wireCheckpoint(c)
	}
	return out, nil
}

// Create takes a checkpoint that a person asked for.
func (r *Restores) Create(ctx context.Context, label string) (wire.Checkpoint, error) {
	made, err := r.store.Create(ctx, checkpoint.CreateRequest{Reason: checkpoint.Manual, Label: label})
	return wireCheckpoint(made), err
}

// ReadFile returns a file's bytes at a checkpoint.
func (r *Restores) ReadFile(ctx context.Context, id, path string) ([]byte, error) {
	data, _, err := r.ReadEntry(ctx, id, path)
	return data, err
}

// ReadEntry is ReadFile, with what the checkpoint knows about the file.
func (r *Restores) ReadEntry(ctx context.Context, id, path string) ([]byte, checkpoint.Entry, error) {
	data, entry, err := r.store.ReadFile(ctx, id, path)
	return data, entry, gone(err)
}

// Diff lists what differs between two checkpoints, or one and the disk.
func (r *Restores) Diff(ctx context.Context, from, to string) ([]wire.PathChange, error) {
	changes, err := r.store.Diff(ctx, from, to)
	if err != nil {
		return nil, gone(err)
	}
	out := make([]wire.PathChange, len(changes))
	for i, c := range changes {
		file := func(k checkpoint.Kind) bool { return k == "" || k == checkpoint.KindFile }
		out[i] = wire.PathChange{Path: c.Path, Kind: c.Kind, From: c.From, File: file(c.OldKind) && file(c.NewKind)}
	}
	return out, nil
}

// Pin keeps a checkpoint from being cleaned up, or no longer does.
func (r *Restores) Pin(ctx context.Context, id string, pinned bool) error {
	return gone(r.store.Pin(ctx, id, pinned))
}

// Usage tells what the checkpoints take.
func (r *Restores) Usage(ctx context.Context) (wire.CheckpointUsage, error) {
	u, err := r.store.Usage(ctx)
	return wire.CheckpointUsage{Bytes: u.Bytes, Cap: u.Cap, Checkpoints: u.Checkpoints, Pinned: u.Pinned, OldestAt: u.OldestAt}, err
}

// Prune cleans up what is old.
func (r *Restores) Prune(ctx context.Context) (wire.CheckpointsPruned, error) {
	open, err := r.open(ctx)
	if err != nil {
		return wire.CheckpointsPruned{}, err
	}
	pruned, err := r.store.Prune(ctx, checkpoint.PruneRequest{Open: open})
	return wirePruned(pruned), err
}

// open lists the sessions of which everything is kept: the ones at work, and the
// one used last, which is the one a window shows.
func (r *Restores) open(ctx context.Context) ([]string, error) {
	sessions, err := r.agent.Sessions(ctx)
	if err != nil {
		return nil, err
	}
	var open []string
	for i, s := range sessions {
		if i == 0 || s.Running {
			open = append(open, s.ID)
		}
	}
	return open, nil
}

// Forget deletes the whole history of the folder. While a turn runs it is
// [agent.ErrRunning]: what the turn has done could no longer be taken back.
func (r *Restores) Forget(ctx context.Context) (wire.CheckpointsPruned, error) {
	if err := idle(ctx, r.agent); err != nil {
		return wire.CheckpointsPruned{}, fmt.Errorf("deleting the history: %w", err)
	}
	pruned, err := r.store.Forget(ctx)
	if err == nil {
		r.forgetLast()
	}
	return wirePruned(pruned), err
}

// Purge takes a path out of every checkpoint. It may be absolute.
func (r *Restores) Purge(ctx context.Context, path string) (wire.CheckpointsPurged, error) {
	inside, ok := r.inside(path)
	if !ok {
		return wire.CheckpointsPurged{}, &wire.Error{
			Code:    wire.CodeInvalid,
			Message: "This is not the path of a file or folder inside the opened folder; nothing was removed.",
			Hint:    "Give it as it stands in the explorer, like config/secrets.json.",
		}
	}
	purged, err := r.store.Purge(ctx, inside)
	return wire.CheckpointsPurged{Checkpoints: purged.Checkpoints, Contents: purged.Contents, Freed: purged.Freed}, err
}

// idle is [agent.ErrRunning] while a turn runs in any session.
func idle(ctx context.Context, a *agent.Agent) error {
	sessions, err := a.Sessions(ctx)
	if err != nil {
		return err
	}
	for _, s := range sessions {
		if s.Running {
			return fmt.Errorf("in session %q: %w", s.ID, agent.ErrRunning)
		}
	}
	return nil
}

func wirePruned(p checkpoint.Pruned) wire.CheckpointsPruned {
	return wire.CheckpointsPruned{Removed: len(p.Removed), Kept: p.Kept, Freed: p.Freed, OverCap: p.OverCap}
}

func wireCheckpoint(c checkpoint.Checkpoint) wire.Checkpoint {
	out := wire.Checkpoint{
		ID:        c.ID,
		CreatedAt: c.CreatedAt,
		Reason:    string(c.Reason),
		Label:     c.Label,
		Name:      c.Name,
		SessionID: c.SessionID,
		TurnID:    c.TurnID,
		Complete:  c.Complete,
		Files:     c.Files,
		Changed:   c.Changed,
		Pinned:    c.Pinned,
	}
	for _, p := range c.Problems {
		out.Problems = append(out.Problems, p.Path+": "+p.Reason)
	}
	return out
}
