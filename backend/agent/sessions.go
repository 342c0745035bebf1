package agent

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/keel-ide/keel/backend/session"
)

// CreateSession starts an empty session with the defaults.
func (a *Agent) CreateSession(ctx context.Context) (session.Session, error) {
	defaults := a.o.Defaults()
	if defaults.Mode == "" {
		defaults.Mode = session.Autopilot
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return session.Session{}, ErrClosed
	}
	journal, state, err := a.o.Sessions.Create(ctx, session.Session{
		Mode: defaults.Mode, Provider: defaults.Provider, Model: defaults.Model,
	})
	if err != nil {
		return session.Session{}, err
	}
	l := newLive(a, journal, state)
	a.lives[state.ID] = l
	return state.Clone(), nil
}

// Session returns a session whole. Events with a higher number than its Seq go
// on from there.
func (a *Agent) Session(ctx context.Context, id string) (session.Session, error) {
	if l := a.opened(id); l != nil {
		return l.snapshot(), nil
	}
	return a.o.Sessions.Load(ctx, id)
}

// Sessions lists the sessions, the last used first.
func (a *Agent) Sessions(ctx context.Context) ([]session.Summary, error) {
	summaries, err := a.o.Sessions.List(ctx)
	if err != nil {
		return nil, err
	}
	for i := range summaries {
		if l := a.opened(summaries[i].ID); l != nil {
			l.summarise(&summaries[i])
		}
	}
	return summaries, nil
}

func (l *live) summarise(summary *session.Summary) {
	l.mu.Lock()
	defer l.mu.Unlock()
	summary.Running = l.run != nil
	summary.CopyOf, summary.CopyUndo = l.state.CopyOf, l.state.CopyUndo
	summary.Grants = slices.Clone(l.state.Grants)
	summary.Waiting = slices.ContainsFunc(l.state.Turns, func(t session.Turn) bool { return t.Status == session.Waiting })
}

// RenameSession gives a session another title.
func (a *Agent) RenameSession(ctx context.Context, id, title string) error {
	return a.change(ctx, id, func(s *session.Session) { s.Title = strings.TrimSpace(title) })
}

// SaveDraft keeps what is typed but not sent.
func (a *Agent) SaveDraft(ctx context.Context, id, text string) error {
	return a.change(ctx, id, func(s *session.Session) { s.Draft = text })
}

// SaveDraftParts keeps what goes with what is typed but not sent. No event tells
// of it: who typed it has it.
func (a *Agent) SaveDraftParts(ctx context.Context, id string, parts session.DraftParts) error {
	return a.o.Sessions.SaveDraftParts(ctx, id, parts)
}

// DraftParts returns what goes with what is typed but not sent.
func (a *Agent) DraftParts(ctx context.Context, id string) (session.DraftParts, error) {
	return a.o.Sessions.DraftParts(ctx, id)
}

// SetMode says from the next decision on when the user is asked, also in
// mid-turn.
func (a *Agent) SetMode(ctx context.Context, id string, mode session.Mode) error {
	if mode != session.Autopilot && mode != session.Supervised {
		return fmt.Errorf("setting mode %q: not a mode", mode)
	}
	return a.change(ctx, id, func(s *session.Session) { s.Mode = mode })
}

// SetModel chooses what answers from the next turn on.
func (a *Agent) SetModel(ctx context.Context, id, providerID, model string) error {
	return a.change(ctx, id, func(s *session.Session) { s.Provider, s.Model = providerID, model })
}

func (a *Agent) change(ctx context.Context, id string, change func(*session.Session)) error {
	l, err := a.live(ctx, id)
	if err != nil {
		return err
	}
	l.header(change)
	return nil
}

// DeleteSession stops a session's turn and moves it aside.
func (a *Agent) DeleteSession(ctx context.Context, id string) error {
	if err := a.takeBack(ctx, id); err != nil {
		return err
	}
	if l := a.opened(id); l != nil {
		if err := l.stop(ctx, errStopped); err != nil {
			return err
		}
		release, err := l.claim(ctx)
		if err != nil {
			return err
		}
		defer release()
		if !l.retire() {
			return ErrRunning
		}
		l.stopCommands(ctx)
		l.header(func(s *session.Session) { s.Grants = nil })
		a.mu.Lock()
		delete(a.lives, id)
		a.mu.Unlock()
		if err := l.close(); err != nil {
			return err
		}
	}
	return a.o.Sessions.Delete(ctx, id)
}

// takeBack opens a session in which something is trusted, so that this goes
// before the session does: brought back, it is without.
func (a *Agent) takeBack(ctx context.Context, id string) error {
	if a.opened(id) != nil {
		return nil
	}
	state, err := a.o.Sessions.Load(ctx, id)
	if err != nil || len(state.Grants) == 0 {
		return nil //nolint:nilerr // deleting it says what is wrong
	}
	_, err = a.live(ctx, id)
	return err
}

// retire lets no turn start any more, unless one has.
func (l *live) retire() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.run != nil {
		return false
	}
	l.ending = true
	return true
}

// RestoreSession brings a deleted session back.
func (a *Agent) RestoreSession(ctx context.Context, id string) error {
	return a.o.Sessions.Restore(ctx, id)
}

// EditQueued changes the text of a message that waits for its place. Its images
// and references stay, and what has some needs no text.
func (a *Agent) EditQueued(ctx context.Context, id, queuedID, text string) error {
	empty := false
	err := a.queued(ctx, id, queuedID, func(s *session.Session, i int) {
		queued := &s.Queue[i]
		if empty = strings.TrimSpace(text) == "" && len(queued.Images)+len(queued.References) == 0; !empty {
			queued.Text = text
		}
	})
	if err == nil && empty {
		return ErrEmpty
	}
	return err
}

// RemoveQueued takes a message back that waits for its place.
func (a *Agent) RemoveQueued(ctx context.Context, id, queuedID string) error {
	return a.queued(ctx, id, queuedID, func(s *session.Session, i int) { s.Queue = slices.Delete(s.Queue, i, i+1) })
}

func (a *Agent) queued(ctx context.Context, id, queuedID string, change func(*session.Session, int)) error {
	l, err := a.live(ctx, id)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.IndexFunc(l.state.Queue, func(q session.Queued) bool { return q.ID == queuedID })
	if i < 0 {
		return fmt.Errorf("queued message %q: %w", queuedID, ErrNotFound)
	}
	l.headerLocked(func(s *session.Session) { change(s, i) })
	return nil
}
