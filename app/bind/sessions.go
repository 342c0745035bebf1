package bind

import (
	"context"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/backend/session"
)

// Sessions are the conversations of the opened folder.
type Sessions struct{ seam *Seam }

// NewSessions binds sessions.
func NewSessions(seam *Seam) *Sessions { return &Sessions{seam} }

// List returns all sessions, the last used first.
func (b *Sessions) List() ([]session.Summary, error) {
	return with(b.seam, "Sessions.List", func(ctx context.Context, f *folder.Folder) ([]session.Summary, error) {
		return f.Agent.Sessions(ctx)
	})
}

// Open returns a session whole; "session" events go on from its Seq.
func (b *Sessions) Open(id string) (session.Session, error) {
	return with(b.seam, "Sessions.Open", func(ctx context.Context, f *folder.Folder) (session.Session, error) {
		return f.Agent.Session(ctx, id)
	})
}

// Create starts an empty session.
func (b *Sessions) Create() (session.Session, error) {
	return with(b.seam, "Sessions.Create", func(ctx context.Context, f *folder.Folder) (session.Session, error) {
		return f.Agent.CreateSession(ctx)
	})
}

// Rename gives a session another title.
func (b *Sessions) Rename(id, title string) error {
	return do(b.seam, "Sessions.Rename", func(ctx context.Context, f *folder.Folder) error {
		return f.Agent.RenameSession(ctx, id, title)
	})
}

// Delete moves a session aside; Undelete brings it back.
func (b *Sessions) Delete(id string) error {
	return do(b.seam, "Sessions.Delete", func(ctx context.Context, f *folder.Folder) error {
		return f.DeleteSession(ctx, id)
	})
}

// Undelete brings a deleted session back.
func (b *Sessions) Undelete(id string) error {
	return do(b.seam, "Sessions.Undelete", func(ctx context.Context, f *folder.Folder) error {
		return f.RestoreSession(ctx, id)
	})
}

// SaveDraft keeps what is typed but not sent. Seq is a number that grows with
// each call of this page, since calls can overtake each other.
func (b *Sessions) SaveDraft(id string, seq int64, text string) error {
	return do(b.seam, "Sessions.SaveDraft", func(ctx context.Context, f *folder.Folder) error {
		return f.Drafts.Save(ctx, id, seq, text)
	})
}

// SaveDraftParts keeps what goes with a draft's text, whole; Seq is as for
// SaveDraft, counted apart.
func (b *Sessions) SaveDraftParts(id string, seq int64, parts session.DraftParts) error {
	return do(b.seam, "Sessions.SaveDraftParts", func(ctx context.Context, f *folder.Folder) error {
		return f.Drafts.SaveParts(ctx, id, seq, parts)
	})
}

// DraftParts returns what goes with a draft's text.
func (b *Sessions) DraftParts(id string) (session.DraftParts, error) {
	return with(b.seam, "Sessions.DraftParts", func(ctx context.Context, f *folder.Folder) (session.DraftParts, error) {
		return f.Drafts.Parts(ctx, id)
	})
}

// Rate keeps what the user thinks of a turn's reply.
func (b *Sessions) Rate(id, turnID string, rating session.Rating) error {
	return do(b.seam, "Sessions.Rate", func(ctx context.Context, f *folder.Folder) error {
		return f.Agent.Rate(ctx, id, turnID, rating)
	})
}

// Search looks for text in all sessions; the best match is first.
func (b *Sessions) Search(text string) ([]session.Found, error) {
	return with(b.seam, "Sessions.Search", func(ctx context.Context, f *folder.Folder) ([]session.Found, error) {
		return f.Agent.Search(ctx, text)
	})
}

// Export returns a session as Markdown.
func (b *Sessions) Export(id string) (string, error) {
	return with(b.seam, "Sessions.Export", func(ctx context.Context, f *folder.Folder) (string, error) {
		return f.Agent.Export(ctx, id)
	})
}
