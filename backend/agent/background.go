package agent

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"

	"github.com/keel-ide/keel/backend/bug"
	"github.com/keel-ide/keel/backend/session"
	"github.com/sourcegraph/conc/panics"
)

// Commands ends what goes on in the background.
type Commands interface {
	// Stop ends a command by its [Background] id, with all that it started.
	Stop(ctx context.Context, id string) error
}

// following is a background command whose output and end are shown, also after
// its turn.
type following struct {
	background Background
	cancel     context.CancelFunc // guarded by the live's mu
	stopped    bool               // by the user; guarded by the live's mu
	over       atomic.Bool
	ended      chan struct{} // closed when its end is shown
}

// journalledOutput is how much of a background command's output is written down
// while it runs, 1 MiB: a server may talk for days. When it ends, what is kept of
// the output is written down anyway.
const journalledOutput = 1 << 20

// leaves takes in what a call has left running, in the moment in which it
// returned. A command that began while its turn was stopped is ended.
func (t *turn) leaves(ctx context.Context, result *Result) *following {
	var f *following
	if result.Background != nil && ctx.Err() != nil {
		if err := t.agent.stopCommand(context.WithoutCancel(ctx), result.Background.ID()); err != nil {
			t.agent.o.Log.Error("command of a stopped turn goes on", "command", result.Background.ID(), "error", err)
		}
		result.Background, result.IsError = nil, true
	}
	living := result.Living
	if result.Background != nil {
		f = &following{background: result.Background, ended: make(chan struct{})}
		if living == nil {
			living = func() bool { return !f.over.Load() }
		}
	}
	if living != nil {
		t.agent.touches.left(t, living)
	}
	return f
}

// follow shows what a background command says, in the item of its call, until
// it ends or the session is closed.
func (l *live) follow(ctx context.Context, turnID, itemID string, f *following) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ending {
		cancel()
	}
	f.cancel = cancel
	l.follows[f.background.ID()] = f
	l.agent.work.Go(func() {
		defer cancel()
		defer close(f.ended)
		out := &output{live: l, turn: turnID, item: itemID, limit: journalledOutput}
		var code int
		var err error
		if caught := panics.Try(func() { code, err = f.background.Follow(ctx, out.write) }); caught != nil {
			bug.Reportf(ctx, l.agent.o.Log, "following a command panicked: %v", caught.String())
			err = fmt.Errorf("%v", caught.Value)
		}
		out.close()
		f.over.Store(true)
		l.auditEnded(ctx, turnID, itemID, code, err)
		l.followed(ctx, turnID, itemID, f, code, err)
	})
}

// followed shows how a background command has ended, to the user and, with its
// next request, to the model.
func (l *live) followed(ctx context.Context, turnID, itemID string, f *following, code int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	id := f.background.ID()
	delete(l.follows, id)
	l.apply.apply(&l.state)
	item := l.state.Item(turnID, itemID)
	if item == nil || item.Tool == nil {
		return
	}
	copied := item.Clone()
	copied.Tool.Running = false
	if err == nil {
		copied.Tool.ExitCode, copied.Tool.HasExit = code, true
	}
	l.emitLocked(session.Change{Kind: session.ChangeItem, TurnID: turnID, Item: &copied})
	switch {
	case err != nil && ctx.Err() != nil:
		l.tellLocked(session.OutcomeUnfollowed(id))
	case err != nil:
		l.tellLocked(fmt.Sprintf("The background command %s has ended; how is not known (%v).", id, err))
	case f.stopped:
		l.tellLocked(fmt.Sprintf("The user stopped the background command %s; it ended with exit code %d.", id, code))
	default:
		l.tellLocked(fmt.Sprintf("The background command %s has ended with exit code %d.", id, code))
	}
}

// tell shows a notice that the model reads too: with the results of the step
// that it is at, or before the next prompt.
func (l *live) tell(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tellLocked(text)
}

func (l *live) tellLocked(text string) {
	if len(l.state.Turns) == 0 {
		return // the conversation went back to its beginning: it knows of nothing
	}
	last := &l.state.Turns[len(l.state.Turns)-1]
	step := last.Step()
	if l.run != nil {
		step = max(step, l.run.step)
	}
	l.emitLocked(itemChange(last.ID, session.Item{
		ID: l.agent.o.NewID(), Step: step, Kind: session.ItemNotice, Text: text, Told: true,
	}))
}

// StopCommand ends a command that goes on in the background. It is
// [ErrNoCommand] for one that does not.
func (a *Agent) StopCommand(ctx context.Context, id, commandID string) error {
	l := a.opened(id)
	if l == nil || !l.stopping(commandID) {
		return fmt.Errorf("stopping command %q: %w", commandID, ErrNoCommand)
	}
	return a.stopCommand(ctx, commandID)
}

// stopping notes that the user ends a command, and returns whether it runs.
func (l *live) stopping(commandID string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := l.follows[commandID]
	if f != nil {
		f.stopped = true
	}
	return f != nil
}

func (a *Agent) stopCommand(ctx context.Context, commandID string) error {
	if a.o.Commands == nil {
		return fmt.Errorf("stopping command %q: there is nothing to stop commands with", commandID)
	}
	if err := a.o.Commands.Stop(ctx, commandID); err != nil {
		return fmt.Errorf("stopping command %q: %w", commandID, err)
	}
	return nil
}

// unfollow ends the following of all background commands.
func (l *live) unfollow() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range l.follows {
		f.cancel()
	}
}

// stopCommands ends all background commands, where nobody could do it later.
func (l *live) stopCommands(ctx context.Context) {
	l.mu.Lock()
	ids := slices.Collect(maps.Keys(l.follows))
	l.mu.Unlock()
	for _, id := range ids {
		if err := l.agent.stopCommand(ctx, id); err != nil {
			l.agent.o.Log.Error("command of a deleted session goes on", "command", id, "error", err)
		}
	}
	l.unfollow()
}
