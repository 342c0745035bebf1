package folder

import (
	"context"

	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/change"
	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/session"
)

// bracket is the checkpoint store as the agent sees it.
type bracket struct {
	store *checkpoint.Store
	sets  *change.Sets
}

func (b *bracket) Create(ctx context.Context, r agent.CheckpointRequest) (agent.Checkpoint, error) {
	made, err := b.store.Create(ctx, checkpoint.CreateRequest{
		Reason:     checkpoint.Reason(r.Reason),
		SessionID:  r.SessionID,
		TurnID:     r.TurnID,
		ToolCallID: r.ToolCallID,
		Label:      r.Label,
		Targets:    r.Targets,
	})
	if err != nil {
		return agent.Checkpoint{}, err
	}
	return agent.Checkpoint{ID: made.ID, Uncovered: reasonsByPath(made.Problems)}, nil
}

func (b *bracket) Paths(ctx context.Context, from, to string) ([]string, error) {
	changes, err := b.store.Diff(ctx, from, to)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, c := range changes {
		paths = append(paths, c.Path)
		if c.From != "" {
			paths = append(paths, c.From)
		}
	}
	return paths, nil
}

func (b *bracket) Restore(ctx context.Context, r agent.RestoreRequest) (agent.Restored, error) {
	around := editorsOf(ctx)
	result, err := b.store.Restore(ctx, around.fill(restoreRequest(r)))
	if err == nil {
		around.note(result)
	}
	return restoredOf(result), err
}

func (b *bracket) Undo(ctx context.Context, id string) (agent.Restored, error) {
	around := editorsOf(ctx)
	result, err := b.store.TakeBack(ctx, checkpoint.UndoRequest{ID: id, Unsaved: around.unsaved, Merge: around.merge})
	if err == nil {
		around.note(result)
	}
	return restoredOf(result), err
}

func (b *bracket) Changes(ctx context.Context, before, after string) ([]session.FileChange, error) {
	changes, err := b.sets.Compute(ctx, before, after)
	if err != nil {
		return nil, err
	}
	out := make([]session.FileChange, len(changes))
	for i, c := range changes {
		out[i] = session.FileChange{
			Path: c.Path, From: c.From, Kind: c.Kind, Added: c.Added, Removed: c.Removed,
			Binary: c.Binary, TooLarge: c.TooLarge, OldMode: c.OldMode, NewMode: c.NewMode,
		}
	}
	return out, nil
}

func restoreRequest(r agent.RestoreRequest) checkpoint.RestoreRequest {
	request := checkpoint.RestoreRequest{ID: r.Before, Verb: checkpoint.Exact, Paths: r.Paths}
	if r.After != "" {
		request.Verb, request.After = checkpoint.Agent, r.After
	}
	return request
}

func restoredOf(r checkpoint.Result) agent.Restored {
	out := agent.Restored{Written: r.Written, Deleted: r.Deleted, Unknown: r.Unknown, Undo: r.Undo}
	for _, c := range r.Conflicts {
		out.Conflicts = append(out.Conflicts, agent.Conflict{Path: c.Path, Reason: c.Reason})
	}
	return out
}
