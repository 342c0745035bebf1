package folder

import (
	"context"
	"sync"

	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/session"
)

// Drafts keeps what is typed but not sent, and what goes with it; of calls that
// overtake each other only the newest counts.
type Drafts struct {
	save      func(ctx context.Context, session, text string) error
	saveParts func(ctx context.Context, session string, parts session.DraftParts) error
	parts     func(ctx context.Context, session string) (session.DraftParts, error)

	mu   sync.Mutex // guards seen, and keeps saves in order
	seen map[string]int64

	partsMu   sync.Mutex // guards seenParts, and keeps saves of parts in order
	seenParts map[string]int64
}

// newDrafts returns drafts that the agent's sessions keep.
func newDrafts(a *agent.Agent) *Drafts {
	return &Drafts{
		save: a.SaveDraft, saveParts: a.SaveDraftParts, parts: a.DraftParts,
		seen: map[string]int64{}, seenParts: map[string]int64{},
	}
}

// Save keeps text as a session's draft unless a newer one was saved already.
func (d *Drafts) Save(ctx context.Context, session string, seq int64, text string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if seq <= d.seen[session] {
		return nil
	}
	d.seen[session] = seq
	return d.save(ctx, session, text)
}

// SaveParts keeps what goes with a session's draft unless newer parts were saved
// already.
func (d *Drafts) SaveParts(ctx context.Context, id string, seq int64, parts session.DraftParts) error {
	d.partsMu.Lock()
	defer d.partsMu.Unlock()
	if seq <= d.seenParts[id] {
		return nil
	}
	d.seenParts[id] = seq
	return d.saveParts(ctx, id, parts)
}

// Parts returns what goes with a session's draft.
func (d *Drafts) Parts(ctx context.Context, id string) (session.DraftParts, error) {
	return d.parts(ctx, id)
}
