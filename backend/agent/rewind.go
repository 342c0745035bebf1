package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keel-ide/keel/backend/session"
)

var (
	// ErrMoved is returned for turns that cannot come back, because the session or
	// the copy that keeps them went on since. The copy stays.
	ErrMoved = errors.New("the conversation went on since it went back; the copy from before is kept")
	// ErrGoesOn is returned when a background command of turns that are to be taken
	// out could not be ended. Nothing is taken out then.
	ErrGoesOn = errors.New("a background command that these turns started could not be ended")
)

// endLimit is how long a command may take to end: several times what the ending
// of a stubborn one takes.
const endLimit = 30 * time.Second

// Rewound is what taking the end of a conversation out has done.
type Rewound struct {
	Prompt string // that the first of the turns answered
	Copy   string // the session that keeps the conversation as it was
	Turns  int    // that were taken out
}

// Rewind takes a turn and all after it out of a session, which is kept whole as
// another one first. What was asked becomes the draft, where there is none; the
// queue, and what the turns have cost, stay. Files are not touched.
//
// Background commands of these turns are ended before: nobody would see them any
// more. While a turn runs it is [ErrRunning].
func (a *Agent) Rewind(ctx context.Context, id, turnID string) (Rewound, error) {
	var rewound Rewound
	err := a.idle(ctx, id, func(l *live) (err error) {
		if err = l.endCommands(ctx, turnID); err == nil {
			rewound, err = a.rewind(ctx, l, turnID, "")
		}
		return err
	})
	return rewound, err
}

// RestoreAndRewind is [Agent.RestoreTo], then [Agent.Rewind]. Where the files
// cannot be restored nothing is taken out, and where the copy cannot be kept they
// are put back again. A point without changes of files since is no error.
func (a *Agent) RestoreAndRewind(ctx context.Context, id, turnID string) (Restored, Rewound, error) {
	var restored Restored
	var rewound Rewound
	err := a.idle(ctx, id, func(l *live) (err error) {
		if err = l.endCommands(ctx, turnID); err != nil {
			return err
		}
		restored, err = a.restoreTo(ctx, l, turnID)
		if err != nil && !errors.Is(err, ErrNothing) {
			return err
		}
		if rewound, err = a.rewind(ctx, l, turnID, restored.Undo); err == nil || restored.Undo == "" {
			return err
		}
		_, undone := a.restore(ctx, restored.Undo, []string{"."}, func() (Restored, error) {
			return a.o.Checkpoints.Undo(context.WithoutCancel(ctx), restored.Undo)
		})
		if undone == nil {
			restored = Restored{}
		}
		return errors.Join(err, undone)
	})
	return restored, rewound, err
}

func (a *Agent) rewind(ctx context.Context, l *live, turnID, undo string) (Rewound, error) {
	state := l.snapshot()
	at := slices.IndexFunc(state.Turns, func(t session.Turn) bool { return t.ID == turnID })
	if at < 0 {
		return Rewound{}, fmt.Errorf("turn %q: %w", turnID, ErrNotFound)
	}
	kept, err := a.o.Sessions.Copy(ctx, state, undo)
	if err != nil {
		return Rewound{}, fmt.Errorf("keeping the conversation: %w", err)
	}
	gone := state.Turns[at:]
	l.mu.Lock()
	defer l.mu.Unlock()
	l.emitLocked(session.Change{Kind: session.ChangeRewound, TurnID: turnID})
	l.headerLocked(func(s *session.Session) {
		s.UpdatedAt = a.now()
		if strings.TrimSpace(s.Draft) == "" {
			s.Draft = gone[0].Prompt
		}
	})
	l.actsLocked(slices.DeleteFunc(slices.Clone(l.state.Acts), func(act session.Act) bool { return aboutAny(act, gone) }))
	l.compact, l.gauge = false, gauge{}
	l.flushLocked()
	return Rewound{Prompt: gone[0].Prompt, Copy: kept.ID, Turns: len(gone)}, nil
}

// aboutAny reports whether an act on changes was about those of one of turns.
func aboutAny(act session.Act, turns []session.Turn) bool {
	return slices.ContainsFunc(slices.Concat(act.Before, act.After), func(about session.TurnReview) bool {
		return slices.ContainsFunc(turns, func(t session.Turn) bool { return t.ID == about.TurnID })
	})
}

// endCommands ends what the turns from one on have left running and is followed.
func (l *live) endCommands(ctx context.Context, turnID string) error {
	for _, f := range l.followedSince(turnID) {
		id := f.background.ID()
		if l.stopping(id) {
			if err := l.agent.stopCommand(ctx, id); err != nil {
				return fmt.Errorf("ending command %q: %w: %w", id, ErrGoesOn, err)
			}
		}
		limit := time.NewTimer(endLimit)
		select {
		case <-f.ended:
			limit.Stop()
		case <-limit.C:
			return fmt.Errorf("ending command %q: %w", id, ErrGoesOn)
		case <-ctx.Done():
			limit.Stop()
			return ctx.Err()
		}
	}
	return nil
}

// BackgroundSince lists the background commands that run and were started in a
// turn or after it.
func BackgroundSince(s session.Session, turnID string) []*session.ToolCall {
	at := slices.IndexFunc(s.Turns, func(t session.Turn) bool { return t.ID == turnID })
	var calls []*session.ToolCall
	for _, turn := range s.Turns[max(at, 0):] {
		for i := range turn.Items {
			if call := turn.Items[i].Tool; call != nil && call.Running {
				calls = append(calls, call)
			}
		}
	}
	return calls
}

func (l *live) followedSince(turnID string) []*following {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.apply.apply(&l.state)
	var found []*following
	for _, call := range BackgroundSince(l.state, turnID) {
		if f := l.follows[call.CommandID]; f != nil {
			found = append(found, f)
		}
	}
	return found
}

// Unrewind brings the turns back that going back has taken out, from the copy,
// which then goes to the deleted sessions. It is [ErrMoved] where the session or
// the copy went on since, and [session.ErrNotFound] when the copy is gone.
func (a *Agent) Unrewind(ctx context.Context, id, copyID string) error {
	err := a.idle(ctx, id, func(l *live) error {
		kept, err := a.Session(ctx, copyID)
		if err != nil {
			return err
		}
		state := l.snapshot()
		from, ok := missing(state, kept)
		if !ok {
			return fmt.Errorf("bringing back %q: %w", copyID, ErrMoved)
		}
		l.bringBack(kept, from)
		return nil
	})
	if err != nil {
		return fmt.Errorf("going forward again in session %q: %w", id, err)
	}
	return a.DeleteSession(ctx, copyID)
}

// CanUnrewind reports whether [Agent.Unrewind] would bring turns back.
func CanUnrewind(state, kept session.Session) bool {
	_, ok := missing(state, kept)
	return ok
}

// missing returns the first of the turns in a copy that the session lacks, and
// whether there is nothing else that differs. A turn that came back in part, when
// Keel ended, is lacking.
func missing(state, kept session.Session) (from int, ok bool) {
	from = len(state.Turns)
	if kept.CopyOf != state.ID || len(kept.Turns) < from {
		return 0, false
	}
	for i := range state.Turns {
		if state.Turns[i].ID != kept.Turns[i].ID {
			return 0, false
		}
	}
	for from > 0 && len(state.Turns[from-1].Items) < len(kept.Turns[from-1].Items) {
		from--
	}
	return from, from < len(kept.Turns)
}

// bringBack adds the turns of a copy from one on, and what could be undone of
// their changes. The draft goes where it is only what was asked in them.
func (l *live) bringBack(kept session.Session, from int) {
	changes := []session.Change{}
	for _, turn := range kept.Turns[from:] {
		changes = append(changes, session.WholeTurn(turn)...)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flushLocked()
	l.emitLocked(changes...)
	l.headerLocked(func(s *session.Session) {
		s.UpdatedAt = l.agent.now()
		sent(s, kept.Turns[from].Prompt)
	})
	acts := slices.Clone(kept.Acts)
	for _, act := range l.state.Acts {
		known := slices.IndexFunc(acts, func(k session.Act) bool { return k.ID == act.ID })
		if known < 0 {
			acts = append(acts, act)
		} else {
			acts[known] = act
		}
	}
	l.actsLocked(acts)
	l.flushLocked()
}
