package folder

import (
	"context"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/change"
	"github.com/keel-ide/keel/backend/checkpoint"
)

// Review is what the agent has changed, with what was decided about it, as the
// page sees it.
type Review struct {
	store *checkpoint.Store
	agent *agent.Agent
	sets  *change.Sets
}

// State returns a session's change sets.
func (r *Review) State(ctx context.Context, sessionID string) (wire.ReviewState, error) {
	return wire.ReviewState{}, agent.ErrNothing
}

// File returns what the agent changed in a file, by lines as they are now.
func (r *Review) File(ctx context.Context, request wire.FileReviewRequest) (wire.FileReview, error) {
	return wire.FileReview{}, agent.ErrNothing
}

// Decide accepts changes or takes them back.
func (r *Review) Decide(ctx context.Context, decision wire.ReviewDecision) (wire.ReviewResult, error) {
	return wire.ReviewResult{}, agent.ErrNothing
}

// Resolve says what becomes of a path that a revert has left alone.
func (r *Review) Resolve(ctx context.Context, resolution wire.ReviewResolution) (wire.ReviewResult, error) {
	return wire.ReviewResult{}, agent.ErrNothing
}

// Undo takes the last act of a session back.
func (r *Review) Undo(ctx context.Context, sessionID string, unsaved []wire.UnsavedText) (wire.ReviewResult, error) {
	return wire.ReviewResult{}, agent.ErrNothing
}

// Redo does again what Undo has taken back last.
func (r *Review) Redo(ctx context.Context, sessionID string, unsaved []wire.UnsavedText) (wire.ReviewResult, error) {
	return wire.ReviewResult{}, agent.ErrNothing
}
