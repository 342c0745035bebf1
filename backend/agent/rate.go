package agent

import (
	"context"
	"errors"
	"fmt"

	"github.com/keel-ide/keel/backend/session"
)

// ErrRating is returned for a rating that there is not.
var ErrRating = errors.New("not a rating")

// Rate keeps what the user thinks of a turn's reply, also while it runs. No model
// is told. It is [ErrNotFound] or [ErrRating].
func (a *Agent) Rate(ctx context.Context, id, turnID string, rating session.Rating) error {
	if !rating.Known() {
		return fmt.Errorf("rating a turn %.40q: %w", rating, ErrRating)
	}
	l, err := a.live(ctx, id)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	turn := l.state.Turn(turnID)
	if turn == nil {
		return fmt.Errorf("turn %q: %w", turnID, ErrNotFound)
	}
	if turn.Rating != rating {
		header := turn.Header()
		header.Rating = rating
		l.emitLocked(turnChange(header))
	}
	return nil
}
