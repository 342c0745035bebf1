package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/keel-ide/keel/backend/session"
)

// Send starts a turn and returns its id at once. While a turn runs the prompt
// is queued instead, and the id is empty: it goes to the model with the next
// tool results, or as the next turn. It is [ErrEmpty], an [*ImageError] or a
// [*session.ReferenceError] for a prompt that cannot be sent. What the prompt
// points at is read later: by the turn, or when a queued prompt goes.
func (a *Agent) Send(ctx context.Context, id string, prompt Prompt) (string, error) {
	prompt, err := prompt.checked()
	if err != nil {
		return "", err
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
		queued := session.Queued{
			ID: a.o.NewID(), Text: prompt.Text, Images: prompt.Images, References: prompt.References, QueuedAt: a.now(),
		}
		l.headerLocked(func(s *session.Session) {
			s.Queue = append(s.Queue, queued)
			sent(s, prompt.Text)
		})
		return "", nil
	}
	return l.start(ctx, prompt), nil
}

// start begins a row of turns and returns the first one's id; l.mu is held.
func (l *live) start(ctx context.Context, prompt Prompt) string {
	ctx = context.WithoutCancel(ctx)
	r := &run{idle: make(chan struct{})}
	var earlier <-chan struct{} = l.settled
	settled := make(chan struct{})
	l.run, l.settled = r, settled
	running, t := l.begin(ctx, r, prompt)
	id := t.head.ID
	l.agent.work.Go(func() {
		defer close(settled)
		for t != nil {
			running, t, earlier = l.runTurn(ctx, running, r, t, earlier)
		}
		<-earlier
	})
	return id
}

// SendNow stops the running turn and starts the next one with a queued message.
// The other queued messages stay queued. It is [ErrNotFound] for a message that
// the model has got meanwhile.
func (a *Agent) SendNow(ctx context.Context, id, queuedID string) error {
	l, err := a.live(ctx, id)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ending {
		return ErrClosed
	}
	i := slices.IndexFunc(l.state.Queue, func(q session.Queued) bool { return q.ID == queuedID })
	if i < 0 {
		return fmt.Errorf("queued message %q: %w", queuedID, ErrNotFound)
	}
	if l.run != nil {
		l.run.next = queuedID
		l.run.cancel(errSentNow)
		return nil
	}
	queued := l.state.Queue[i : i+1 : i+1]
	prompt := joined(queued)
	l.headerLocked(func(s *session.Session) { dequeue(s, queued) })
	l.start(ctx, prompt)
	return nil
}

// errSentNow is the cause of the cancellation that SendNow makes.
var errSentNow = errors.New("stopped to send a message")

func (a *Agent) now() int64 { return a.o.Now().UnixMilli() }

// begin makes a running turn and what stops it; l.mu is held.
func (l *live) begin(ctx context.Context, r *run, prompt Prompt) (context.Context, *turn) {
	ctx, r.cancel = context.WithCancelCause(ctx)
	r.step, r.next = 0, ""
	now := l.agent.now()
	l.headerLocked(func(s *session.Session) {
		s.UpdatedAt = now
		s.CopyOf, s.CopyUndo = "", "" // a copy that goes on is a session of its own
		sent(s, prompt.Text)
		if s.Title == "" {
			s.Title = prompt.title()
		}
	})
	head := session.Turn{
		ID: l.agent.o.NewID(), Prompt: prompt.Text, Images: prompt.Images, Status: session.Running, StartedAt: now,
		References: prompt.References, Reading: len(prompt.References) > 0,
		Provider: l.state.Provider, Model: l.state.Model,
	}
	l.emitLocked(newTurnChange(head))
	return ctx, &turn{agent: l.agent, live: l, head: head, label: prompt.title()}
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

// runTurn runs a turn and begins the next one, which is nil when the session is
// idle then. What it returns last is closed when nothing of the turn is left.
func (l *live) runTurn(parent, ctx context.Context, r *run, t *turn, earlier <-chan struct{}) (context.Context, *turn, <-chan struct{}) {
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
	running, next := l.finish(parent, r, t, end)
	over := make(chan struct{})
	l.agent.work.Go(func() {
		defer close(over)
		<-earlier
		if !settled {
			<-work.done
			t.record(work)
			t.change(func(*session.Turn) {})
		}
		l.agent.touches.end(t)
		if err := l.sync(); err != nil {
			l.agent.o.Log.Error("session not saved at the end of its turn", "session", l.id, "error", err)
		}
	})
	return running, next, over
}

// finish ends a turn and starts the next one from the queue, or leaves the
// session idle. After a stop or a failure the queue becomes the draft, unless
// one message was to be sent now: then the others stay queued.
func (l *live) finish(ctx context.Context, r *run, t *turn, end ending) (context.Context, *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	r.cancel(nil)
	t.head.Status = session.Done
	t.head.StopReason, t.head.Outcome, t.head.Hint = end.reason, end.outcome, end.hint
	t.head.EndedAt = l.agent.now()
	l.keepReviewLocked(&t.head)
	t.stopReadingLocked()
	l.emitLocked(turnChange(t.head))
	next := l.upNext(r, end)
	prompt := joined(next)
	l.headerLocked(func(s *session.Session) {
		s.UpdatedAt = t.head.EndedAt
		dequeue(s, next)
		if len(next) == 0 {
			session.Unqueue(s)
		}
	})
	if len(next) > 0 {
		return l.begin(ctx, r, prompt)
	}
	l.run = nil
	l.flushLocked()
	close(r.idle)
	return nil, nil
}

// upNext returns the queued messages that make the next turn; l.mu is held.
func (l *live) upNext(r *run, end ending) []session.Queued {
	switch {
	case l.ending:
	case r.next != "":
		for _, queued := range l.state.Queue {
			if queued.ID == r.next {
				return []session.Queued{queued}
			}
		}
	case end.goesOn():
		return fitting(l.state.Queue)
	}
	return nil
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
