package folder

import (
	"context"
	"fmt"
	"strings"

	"github.com/keel-ide/keel/app/wire"
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
	result, err := b.store.Restore(ctx, restoreRequest(r))
	return restoredOf(result), err
}

func (b *bracket) Undo(ctx context.Context, id string) (agent.Restored, error) {
	result, err := b.store.Undo(ctx, id)
	return restoredOf(result), err
}

func (b *bracket) Changes(ctx context.Context, before, after string) ([]session.FileChange, error) {
	changes, err := b.sets.Compute(ctx, before, after)
	if err != nil {
		return nil, err
	}
	out := make([]session.FileChange, len(changes))
	for i, c := range changes {
		out[i] = session.FileChange{Path: c.Path, From: c.From, Kind: c.Kind, Added: c.Added, Removed: c.Removed, Binary: c.Binary}
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

// Restores is checkpoints and the reverting of turns, as the page sees them.
type Restores struct {
	store *checkpoint.Store
	agent *agent.Agent
}

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
	data, _, err := r.store.ReadFile(ctx, id, path)
	return data, err
}

// Diff lists what differs between two checkpoints, or one and the disk.
func (r *Restores) Diff(ctx context.Context, from, to string) ([]wire.PathChange, error) {
	changes, err := r.store.Diff(ctx, from, to)
	if err != nil {
		return nil, err
	}
	out := make([]wire.PathChange, len(changes))
	for i, c := range changes {
		out[i] = wire.PathChange{Path: c.Path, Kind: c.Kind, From: c.From}
	}
	return out, nil
}

// Preview says what a restore would do. A session's turns are previewed one
// after the other, the last first, as they would be reverted.
func (r *Restores) Preview(ctx context.Context, request wire.RestoreRequest) (wire.RestorePlan, error) {
	steps, err := r.steps(ctx, request)
	if err != nil {
		return wire.RestorePlan{}, err
	}
	var plan wire.RestorePlan
	for _, step := range steps {
		p, err := r.store.Preview(ctx, restoreRequest(step))
		if err != nil {
			return wire.RestorePlan{}, err
		}
		plan.Write = append(plan.Write, p.Write...)
		plan.Delete = append(plan.Delete, p.Delete...)
		plan.Unknown = append(plan.Unknown, p.Unknown...)
		for _, c := range p.Conflicts {
			plan.Conflicts = append(plan.Conflicts, wire.Conflict{Path: c.Path, Reason: c.Reason})
		}
	}
	return plan, nil
}

func (r *Restores) steps(ctx context.Context, request wire.RestoreRequest) ([]agent.RestoreRequest, error) {
	state, err := r.agent.Session(ctx, request.SessionID)
	if err != nil {
		return nil, err
	}
	switch request.Scope {
	case wire.RestoreTurn, wire.RestorePoint:
		turn := state.Turn(request.TurnID)
		if turn == nil || turn.Before == "" {
			return nil, agent.ErrNothing
		}
		step := agent.RestoreRequest{Before: turn.Before, Paths: request.Paths}
		if request.Scope == wire.RestoreTurn {
			step.After = turn.After
		}
		return []agent.RestoreRequest{step}, nil
	case wire.RestoreSession:
		var steps []agent.RestoreRequest
		for i := len(state.Turns) - 1; i >= 0; i-- {
			if t := state.Turns[i]; t.Before != "" && t.After != "" && t.Reverted == "" {
				steps = append(steps, agent.RestoreRequest{Before: t.Before, After: t.After, Paths: request.Paths})
			}
		}
		return steps, nil
	}
	return nil, fmt.Errorf("restoring scope %q: no such scope", request.Scope)
}

// Restore brings files back.
func (r *Restores) Restore(ctx context.Context, request wire.RestoreRequest) (wire.RestoreResult, error) {
	switch request.Scope {
	case wire.RestoreTurn:
		result, err := r.agent.RevertTurn(ctx, request.SessionID, request.TurnID, request.Paths)
		return wireResult(result), err
	case wire.RestoreSession:
		results, err := r.agent.RevertSession(ctx, request.SessionID)
		return wireResult(results...), err
	case wire.RestorePoint:
		result, err := r.agent.RestoreTo(ctx, request.SessionID, request.TurnID)
		return wireResult(result), err
	}
	return wire.RestoreResult{}, fmt.Errorf("restoring scope %q: no such scope", request.Scope)
}

// Undo takes a restore back.
func (r *Restores) Undo(ctx context.Context, sessionID, undo string) (wire.RestoreResult, error) {
	results, err := r.agent.UndoRevert(ctx, sessionID, strings.Fields(undo)...)
	return wireResult(results...), err
}

// wireResult sums up restores that were one act for the user. Their ids become
// one, in the order in which they were done.
func wireResult(results ...agent.Restored) wire.RestoreResult {
	var out wire.RestoreResult
	var undo []string
	for _, r := range results {
		out.Written += r.Written
		out.Deleted += r.Deleted
		out.Unknown = append(out.Unknown, r.Unknown...)
		for _, c := range r.Conflicts {
			out.Conflicts = append(out.Conflicts, wire.Conflict{Path: c.Path, Reason: c.Reason})
		}
		if r.Undo != "" {
			undo = append(undo, r.Undo)
		}
	}
	out.Undo = strings.Join(undo, " ")
	return out
}

func wireCheckpoint(c checkpoint.Checkpoint) wire.Checkpoint {
	out := wire.Checkpoint{
		ID:        c.ID,
		CreatedAt: c.CreatedAt,
		Reason:    string(c.Reason),
		Label:     c.Label,
		SessionID: c.SessionID,
		TurnID:    c.TurnID,
		Complete:  c.Complete,
		Files:     c.Files,
		Changed:   c.Changed,
	}
	for _, p := range c.Problems {
		out.Problems = append(out.Problems, p.Path+": "+p.Reason)
	}
	return out
}
