package bind

import (
	"context"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
)

// Review is what the agent has changed, for a person to look at, keep or take
// back.
type Review struct{ seam *Seam }

// NewReview binds the review of changes.
func NewReview(seam *Seam) *Review { return &Review{seam} }

// State returns a session's change sets. What they say changes with "session"
// and "files" events.
func (b *Review) State(sessionID string) (wire.ReviewState, error) {
	return with(b.seam, "Review.State", func(ctx context.Context, f *folder.Folder) (wire.ReviewState, error) {
		return f.Review.State(ctx, sessionID)
	})
}

// File returns what the agent changed in a file, by lines as they are now.
func (b *Review) File(request wire.FileReviewRequest) (wire.FileReview, error) {
	return with(b.seam, "Review.File", func(ctx context.Context, f *folder.Folder) (wire.FileReview, error) {
		return f.Review.File(ctx, request)
	})
}

// Decide accepts changes or takes them back.
func (b *Review) Decide(decision wire.ReviewDecision) (wire.ReviewResult, error) {
	return with(b.seam, "Review.Decide", func(ctx context.Context, f *folder.Folder) (wire.ReviewResult, error) {
		return f.Review.Decide(ctx, decision)
	})
}

// Resolve says what becomes of a path that a revert has left alone.
func (b *Review) Resolve(resolution wire.ReviewResolution) (wire.ReviewResult, error) {
	return with(b.seam, "Review.Resolve", func(ctx context.Context, f *folder.Folder) (wire.ReviewResult, error) {
		return f.Review.Resolve(ctx, resolution)
	})
}

// Undo takes the last decision, revert or resolution of a session back.
func (b *Review) Undo(sessionID string, unsaved []wire.UnsavedText) (wire.ReviewResult, error) {
	return with(b.seam, "Review.Undo", func(ctx context.Context, f *folder.Folder) (wire.ReviewResult, error) {
		return f.Review.Undo(ctx, sessionID, unsaved)
	})
}

// Redo does again what Undo has taken back last.
func (b *Review) Redo(sessionID string, unsaved []wire.UnsavedText) (wire.ReviewResult, error) {
	return with(b.seam, "Review.Redo", func(ctx context.Context, f *folder.Folder) (wire.ReviewResult, error) {
		return f.Review.Redo(ctx, sessionID, unsaved)
	})
}

// DecideProposal decides about hunks of a change that waits for an approval. Code
// "changed" means that what was shown is no longer what would happen.
func (b *Review) DecideProposal(decision wire.ProposalDecision) error {
	return do(b.seam, "Review.DecideProposal", func(ctx context.Context, f *folder.Folder) error {
		return f.Review.DecideProposal(ctx, decision)
	})
}
