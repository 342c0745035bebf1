package agent

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/keel-ide/keel/backend/session"
)

// Send starts a turn and returns its id at once. While a turn runs the prompt
// is queued instead, and the id is empty: it goes to the model with the next
// tool results, or as the next turn.
func (a *Agent) Send(ctx context.Context, id, prompt string) (string, error) {
	if strings.TrimSpace(prompt) == "" {
		return "", ErrEmpty
	}
	l, err := a.live(ctx, id)
	if err != nil {
		return "", err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ending {
		return "", ErrClosed
	}
	if l.run != nil {
		queued := session.Queued{ID: a.o.NewID(), Text: prompt, QueuedAt: a.now()}
		l.headerLocked(func(s *session.Session) {
			s.Queue = append(s.Queue, queued)
			sent(s, prompt)
		})
		return "", nil
	}
	running, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	r := &run{cancel: cancel, idle: make(chan struct{})}
	earlier, settled := l.settled, make(chan struct{})
	l.run, l.settled = r, settled
	head := l.begin(prompt)
	a.work.Go(func() {
		defer close(settled)
		defer cancel(nil)
		a.runTurns(running, l, r, head, earlier)
	})
	return head.ID, nil
}

func (a *Agent) now() int64 { return a.o.Now().UnixMilli() }

// begin makes a running turn; l.mu is held.
func (l *live) begin(prompt string) session.Turn {
	now := l.agent.now()
	l.headerLocked(func(s *session.Session) {
		s.UpdatedAt = now
		sent(s, prompt)
		if s.Title == "" {
			s.Title = title(prompt)
		}
	})
	head := session.Turn{
		ID: l.agent.o.NewID(), Prompt: prompt, Status: session.Running, StartedAt: now,
		Provider: l.state.Provider, Model: l.state.Model,
	}
	l.emitLocked(turnChange(head))
	return head
}

// sent clears the draft when it is what was sent. Anything else in it, what a
// stop put there for example, is not to be lost.
func sent(s *session.Session, prompt string) {
	if strings.TrimSpace(s.Draft) == strings.TrimSpace(prompt) {
		s.Draft = ""
	}
}

// titleLength is how many characters of a prompt make a title, about a line of
// the sessions list.
const titleLength = 60

// title is the start of a prompt's first line with text, cut between words.
func title(prompt string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(prompt), "\n")
	line = strings.Join(strings.Fields(line), " ")
	runes := []rune(line)
	if len(runes) <= titleLength {
		return line
	}
	cut := string(runes[:titleLength])
	if space := strings.LastIndex(cut, " "); space > titleLength/2 {
		cut = cut[:space]
	}
	return cut + "…"
}

// runTurns runs turns until the queue is empty or one did not end well.
func (a *Agent) runTurns(ctx context.Context, l *live, r *run, head session.Turn, earlier <-chan struct{}) {
	for more := true; more; {
		t := &turn{agent: a, live: l, head: head}
		end := t.run(ctx, earlier)
		work := t.settleLater(ctx)
		end.stopped(ctx)
		settled := false
		select {
		case <-work.done:
			settled = true
			t.record(work)
		case <-ctx.Done():
			end = cancelledEnd(ctx)
		}
		head, more = l.finish(r, t, end)
		if !settled {
			<-work.done
			t.record(work)
			l.emit(turnChange(t.head))
		}
		a.touches.end(t)
		if err := l.sync(); err != nil {
			a.o.Log.Error("session not saved at the end of its turn", "session", l.id, "error", err)
		}
	}
}

// finish ends a turn and starts the next one from the queue, or leaves the
// session idle. After a stop or a failure the queue becomes the draft.
func (l *live) finish(r *run, t *turn, end ending) (session.Turn, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t.head.Status = session.Done
	t.head.StopReason, t.head.Outcome, t.head.Hint = end.reason, end.outcome, end.hint
	t.head.EndedAt = l.agent.now()
	l.emitLocked(turnChange(t.head))
	queue := l.state.Queue
	next := end.goesOn() && len(queue) > 0 && !l.ending
	l.headerLocked(func(s *session.Session) {
		s.UpdatedAt = t.head.EndedAt
		if next {
			s.Queue = nil
		} else {
			session.Unqueue(s)
		}
	})
	if next {
		texts := []string{}
		for _, queued := range queue {
			texts = append(texts, queued.Text)
		}
		return l.begin(strings.Join(texts, "\n\n")), true
	}
	l.run = nil
	l.flushLocked()
	close(r.idle)
	return session.Turn{}, false
}

// Stop ends the running turn, at any moment, and returns when the session is
// idle. What was queued becomes the draft.
func (a *Agent) Stop(ctx context.Context, id string) error {
	if l := a.opened(id); l != nil {
		return l.stop(ctx, errStopped)
	}
	return nil
}

// Wait returns when the session is idle and nothing of its turns is left to be
// done: no process, no checkpoint.
func (a *Agent) Wait(ctx context.Context, id string) error {
	l := a.opened(id)
	if l == nil {
		return nil
	}
	for {
		l.mu.Lock()
		busy, settled := l.run != nil, l.settled
		l.mu.Unlock()
		if !busy && isClosed(settled) {
			return nil
		}
		select {
		case <-settled:
		case <-ctx.Done():
			return fmt.Errorf("waiting for session %q: %w", id, ctx.Err())
		}
	}
}

// turnOf returns a copy of a turn that has ended.
func (l *live) turnOf(id string) (session.Turn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.IndexFunc(l.state.Turns, func(t session.Turn) bool { return t.ID == id })
	if i < 0 {
		return session.Turn{}, fmt.Errorf("turn %q: %w", id, ErrNotFound)
	}
	return l.state.Turns[i].Clone(), nil
}
