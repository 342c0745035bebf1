package folder

import (
	"context"
	"fmt"
	"slices"
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
	state, err := r.agent.Session(ctx, request.SessionID)
	if err != nil {
		return wire.RestorePlan{}, err
	}
	var plan wire.RestorePlan
	switch request.Scope {
	case wire.RestoreTurn, wire.RestorePoint:
		turn := state.Turn(request.TurnID)
		if turn == nil || turn.Before == "" {
			return wire.RestorePlan{}, agent.ErrNothing
		}
		if request.Scope == wire.RestoreTurn {
			err = r.previewTurn(ctx, &plan, *turn, request.Paths)
		} else {
			err = r.preview(ctx, &plan, checkpoint.RestoreRequest{ID: turn.Before, Verb: checkpoint.Exact})
		}
		return plan, err
	case wire.RestoreSession:
		for _, turn := range slices.Backward(state.Turns) {
			if turn.Before == "" || turn.After == "" || turn.Reverted != "" {
				continue
			}
			if err := r.previewTurn(ctx, &plan, turn, nil); err != nil {
				return plan, err
			}
		}
		return plan, nil
	}
	return plan, fmt.Errorf("previewing scope %q: no such scope", request.Scope)
}

// previewTurn adds what reverting a turn would do.
func (r *Restores) previewTurn(ctx context.Context, plan *wire.RestorePlan, turn session.Turn, paths []string) error {
	if len(paths) == 0 {
		scope, whole, left := agent.RevertScope(turn)
		plan.Conflicts = append(plan.Conflicts, wireConflicts(left)...)
		if !whole && len(scope) == 0 {
			return nil
		}
		paths = scope
	}
	return r.preview(ctx, plan, checkpoint.RestoreRequest{ID: turn.Before, Verb: checkpoint.Agent, After: turn.After, Paths: paths})
}

func (r *Restores) preview(ctx context.Context, plan *wire.RestorePlan, request checkpoint.RestoreRequest) error {
	p, err := r.store.Preview(ctx, request)
	if err != nil {
		return err
	}
	plan.Write = append(plan.Write, p.Write...)
	plan.Delete = append(plan.Delete, p.Delete...)
	plan.Unknown = append(plan.Unknown, p.Unknown...)
	for _, c := range p.Conflicts {
		plan.Conflicts = append(plan.Conflicts, wire.Conflict{Path: c.Path, Reason: c.Reason})
	}
	return nil
}

func wireConflicts(conflicts []agent.Conflict) []wire.Conflict {
	out := make([]wire.Conflict, len(conflicts))
	for i, c := range conflicts {
		out[i] = wire.Conflict{Path: c.Path, Reason: c.Reason}
	}
	return out
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
		out.Conflicts = append(out.Conflicts, wireConflicts(r.Conflicts)...)
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
