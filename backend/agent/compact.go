package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/keel-ide/keel/backend/session"
)

// ErrShort is returned when there is nothing yet that could make room in the
// model's context.
var ErrShort = errors.New("the conversation is too short to make room in it")

// Compact makes room in the model's context before the next request; where no
// turn runs, at once.
func (a *Agent) Compact(ctx context.Context, id string) error {
	l, err := a.live(ctx, id)
	if err != nil {
		return err
	}
	release, err := l.claim(ctx)
	if errors.Is(err, ErrRunning) {
		l.askCompact()
		return nil
	}
	if err != nil {
		return err
	}
	defer release()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	l.compacts(cancel)
	defer l.compacts(nil)
	return errors.Join(a.compact(ctx, l), l.sync())
}

func (a *Agent) compact(ctx context.Context, l *live) error {
	var head session.Turn
	l.read(func(s session.Session) {
		if len(s.Turns) > 0 {
			head = s.Turns[len(s.Turns)-1].Header()
		}
	})
	if head.ID == "" {
		return fmt.Errorf("making room: %w", ErrShort)
	}
	t := &turn{agent: a, live: l, head: head}
	m, err := t.resume(ctx)
	if err != nil {
		return err
	}
	done := 0
	l.read(func(s session.Session) { done = lastStep(s.Turns[len(s.Turns)-1]) })
	_, made := t.fit(ctx, m, done, demanded)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case !made:
		return fmt.Errorf("making room: %w", ErrShort)
	}
	return nil
}

// resume makes a turn that has ended ready for a request of its own.
func (t *turn) resume(ctx context.Context) (model, error) {
	var providerID, modelID string
	t.live.read(func(s session.Session) { providerID, modelID = s.Provider, s.Model })
	var m model
	var err error
	ended, panicked := t.await(ctx, func() { m, err = t.agent.choose(ctx, providerID, modelID) })
	switch {
	case !ended:
		return model{}, context.Cause(ctx)
	case panicked != nil:
		return model{}, panicked
	}
	t.model, t.facts = m, t.agent.o.Facts(ctx)
	t.system = systemPrompt(t.facts)
	return m, err
}

// read lets look see the session up to the turn: one that was sent while room is
// made comes after it, and is no part of what is made shorter.
func (t *turn) read(look func(session.Session)) {
	t.live.read(func(s session.Session) {
		if own := slices.IndexFunc(s.Turns, func(turn session.Turn) bool { return turn.ID == t.head.ID }); own >= 0 {
			s.Turns = s.Turns[:own+1]
		}
		look(s)
	})
}

// askCompact has room made before the next request.
func (l *live) askCompact() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.compact = true
}

func (l *live) takeCompact() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	asked := l.compact
	l.compact = false
	return asked
}

// compacts notes how the making of room is stopped, or that it has ended.
func (l *live) compacts(cancel context.CancelCauseFunc) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.compacting = cancel
}
