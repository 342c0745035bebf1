package folder

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/session"
)

// lastSessions is among how many sessions the one is looked for that the last
// restore belongs to.
const lastSessions = 20

// Restores is checkpoints, what they take, and the reverting of turns, as the
// page sees them.
type Restores struct {
	store *checkpoint.Store
	agent *agent.Agent
	root  string // the opened folder

	mu   sync.Mutex // guards last
	last wire.LastRestore
}

// Preview says what a restore would do. A session's turns are previewed one
// after the other, the last first, as they would be reverted.
func (r *Restores) Preview(ctx context.Context, request wire.RestoreRequest) (wire.RestorePlan, error) {
	ctx, _, err := withEditors(ctx, request)
	if err != nil {
		return wire.RestorePlan{}, err
	}
	var plan wire.RestorePlan
	if request.Scope == wire.RestoreCheckpoint {
		return plan, gone(r.preview(ctx, &plan, exactly(request.CheckpointID, request.Paths)))
	}
	state, err := r.agent.Session(ctx, request.SessionID)
	if err != nil {
		return plan, err
	}
	switch request.Scope {
	case wire.RestorePoint:
		return plan, gone(r.previewPoint(ctx, &plan, state, request))
	case wire.RestoreTurn:
		turn := state.Turn(request.TurnID)
		if turn == nil || turn.Before == "" {
			return plan, agent.ErrNothing
		}
		return plan, gone(r.previewTurn(ctx, &plan, *turn, request.Paths))
	case wire.RestoreSession:
		for _, turn := range slices.Backward(state.Turns) {
			if turn.Before == "" || turn.After == "" || turn.Reverted != "" {
				continue
			}
			if err := r.previewTurn(ctx, &plan, turn, nil); err != nil {
				return plan, gone(err)
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
	p, err := r.store.Preview(ctx, editorsOf(ctx).fill(request))
	if err != nil {
		return err
	}
	plan.Write = append(plan.Write, p.Write...)
	plan.Delete = append(plan.Delete, p.Delete...)
	plan.Merge = append(plan.Merge, p.Merge...)
	plan.Unknown = append(plan.Unknown, p.Unknown...)
	plan.Unsaved = append(plan.Unsaved, p.Unsaved...)
	plan.Large = plan.Large || p.Large
	for _, c := range p.Conflicts {
		if slices.Contains(p.Merge, c.Path) {
			continue // the page asks about it, and says itself what becomes of it
		}
		plan.Conflicts = append(plan.Conflicts, wire.Conflict{Path: c.Path, Reason: c.Reason})
	}
	return nil
}

// Restore brings files back.
func (r *Restores) Restore(ctx context.Context, request wire.RestoreRequest) (wire.RestoreResult, error) {
	ctx, around, err := withEditors(ctx, request)
	if err != nil {
		return wire.RestoreResult{}, err
	}
	if goesBack(request) {
		result, err := r.goBack(ctx, around, request)
		r.remember(request.SessionID, result)
		return result, gone(err)
	}
	results, err := r.restore(ctx, request)
	result := wireResult(around, results...)
	r.remember(request.SessionID, result)
	return result, gone(err)
}

func (r *Restores) restore(ctx context.Context, request wire.RestoreRequest) ([]agent.Restored, error) {
	switch request.Scope {
	case wire.RestoreTurn:
		return one(r.agent.RevertTurn(ctx, request.SessionID, request.TurnID, request.Paths))
	case wire.RestoreSession:
		return r.agent.RevertSession(ctx, request.SessionID)
	case wire.RestorePoint:
		return one(r.agent.RestoreTo(ctx, request.SessionID, request.TurnID))
	case wire.RestoreCheckpoint:
		return one(r.restoreCheckpoint(ctx, request))
	}
	return nil, fmt.Errorf("restoring scope %q: no such scope", request.Scope)
}

// restoreCheckpoint puts the workspace back to a checkpoint that need not belong
// to any session; so no session may be at work.
func (r *Restores) restoreCheckpoint(ctx context.Context, request wire.RestoreRequest) (agent.Restored, error) {
	if err := idle(ctx, r.agent); err != nil {
		return agent.Restored{}, fmt.Errorf("restoring checkpoint %q: %w", request.CheckpointID, err)
	}
	around := editorsOf(ctx)
	paths := about(request.Paths)
	done := r.agent.NoteRestore(paths...)
	defer func() { done(paths...) }() // what the plan said may have changed since
	result, err := r.store.Restore(ctx, around.fill(exactly(request.CheckpointID, request.Paths)))
	if err != nil {
		return agent.Restored{}, err
	}
	around.note(result)
	return restoredOf(result), nil
}

// Undo takes a restore back. Without a session no turn was reverted by it.
func (r *Restores) Undo(ctx context.Context, sessionID, undo string) (wire.RestoreResult, error) {
	around := &editors{}
	ctx = context.WithValue(ctx, editorsKey{}, around)
	ids, copyID := undoOf(undo)
	var note string
	if copyID != "" {
		err := r.agent.Unrewind(ctx, sessionID, copyID)
		if err != nil && (len(ids) == 0 || !stays(err)) {
			return wire.RestoreResult{}, err
		}
		note = noteBack
		if err != nil {
			note = noteOf(err)
		}
	}
	results, err := r.undo(ctx, sessionID, ids)
	result := wireResult(around, results...)
	result.Note = note
	if copyID != "" && result.Undo == "" {
		r.forgetLast()
	}
	r.remember(sessionID, result)
	return result, gone(err)
}

func (r *Restores) undo(ctx context.Context, sessionID string, ids []string) ([]agent.Restored, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	if sessionID != "" {
		return r.agent.UndoRevert(ctx, sessionID, ids...)
	}
	if err := idle(ctx, r.agent); err != nil {
		return nil, fmt.Errorf("undoing restore %q: %w", ids, err)
	}
	everything := about(nil)
	done := r.agent.NoteRestore(everything...)
	defer func() { done(everything...) }()
	var results []agent.Restored
	for _, id := range slices.Backward(ids) {
		result, err := r.store.Undo(ctx, id)
		if err != nil {
			return results, fmt.Errorf("undoing restore %q: %w", id, err)
		}
		editorsOf(ctx).note(result)
		results = append(results, restoredOf(result))
	}
	return results, nil
}

// Unsaved returns the editor texts that were kept with a restore, under the id
// that undoes it. Of a path with several the oldest counts: the first of the
// restores took it out of the editor.
func (r *Restores) Unsaved(ctx context.Context, undo string) ([]wire.UnsavedText, error) {
	var out []wire.UnsavedText
	ids, _ := undoOf(undo)
	for _, id := range ids {
		texts, err := r.store.Unsaved(ctx, id)
		if err != nil {
			return nil, gone(err)
		}
		for _, text := range wireUnsaved(texts) {
			if !slices.ContainsFunc(out, func(known wire.UnsavedText) bool { return known.Path == text.Path }) {
				out = append(out, text)
			}
		}
	}
	return out, nil
}

// Last returns the restore that was done last; [checkpoint.ErrNothingToUndo]
// when there was none.
func (r *Restores) Last(ctx context.Context) (wire.LastRestore, error) {
	r.mu.Lock()
	last := r.last
	r.mu.Unlock()
	if last.Undo != "" {
		return last, nil
	}
	all, err := r.store.List(ctx)
	if err != nil {
		return last, err
	}
	at := slices.IndexFunc(all, func(c checkpoint.Checkpoint) bool { return c.Reason == checkpoint.PreRestore })
	since := int64(0)
	if at >= 0 {
		since = all[at].CreatedAt
	}
	if wentBack, err := r.lastRewind(ctx, since); err != nil || wentBack.Undo != "" {
		return wentBack, err
	}
	if at < 0 {
		return last, checkpoint.ErrNothingToUndo
	}
	last.Undo = all[at].ID
	last.SessionID, err = r.sessionOf(ctx, last.Undo)
	return last, err
}

// sessionOf finds the session in which a turn was reverted, or changes were
// decided on, under this id.
func (r *Restores) sessionOf(ctx context.Context, undo string) (string, error) {
	sessions, err := r.agent.Sessions(ctx)
	if err != nil {
		return "", err
	}
	for _, summary := range sessions[:min(len(sessions), lastSessions)] {
		state, err := r.agent.Session(ctx, summary.ID)
		if err != nil {
			continue // it cannot be read, so no turn of it is shown as reverted either
		}
		acted := func(a session.Act) bool { return slices.Contains(strings.Fields(a.Undo+" "+a.Redo), undo) }
		if slices.ContainsFunc(state.Acts, acted) || slices.ContainsFunc(state.Turns, func(t session.Turn) bool { return t.Reverted == undo }) {
			return summary.ID, nil
		}
	}
	return "", nil
}

func (r *Restores) remember(sessionID string, result wire.RestoreResult) {
	if result.Undo == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = wire.LastRestore{SessionID: sessionID, Undo: result.Undo}
}

// forgetLast is for when there is nothing left that could be undone.
func (r *Restores) forgetLast() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = wire.LastRestore{}
}

// about is what a restore of paths is about, as the agent takes it.
func about(paths []string) []string {
	if len(paths) == 0 {
		return []string{"."}
	}
	return paths
}

func exactly(id string, paths []string) checkpoint.RestoreRequest {
	return checkpoint.RestoreRequest{ID: id, Verb: checkpoint.Exact, Paths: paths}
}

func one(restored agent.Restored, err error) ([]agent.Restored, error) {
	return []agent.Restored{restored}, err
}

// gone says of what was cleaned up that it was: a turn outlives its checkpoints.
func gone(err error) error {
	if !errors.Is(err, checkpoint.ErrNotFound) && !errors.Is(err, checkpoint.ErrNothingToUndo) {
		return err
	}
	return &wire.Error{
		Code:    wire.CodeNotFound,
		Message: "The checkpoint that this needs is gone: this folder's history was deleted or cleaned up. Your files stay as they are.",
	}
}

func wireConflicts(conflicts []agent.Conflict) []wire.Conflict {
	out := make([]wire.Conflict, len(conflicts))
	for i, c := range conflicts {
		out[i] = wire.Conflict{Path: c.Path, Reason: c.Reason}
	}
	return out
}

// wireResult sums up restores that were one act for the user. Their ids become
// one, in the order in which they were done.
func wireResult(around *editors, results ...agent.Restored) wire.RestoreResult {
	out := wire.RestoreResult{Merged: around.merged, Unsaved: around.reread}
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
