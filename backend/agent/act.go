package agent

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/session"
)

const resultKilled = "Stopped by the user while it ran. What it had done by then stays; look at the present state before you repeat it."

// act runs an allowed call, in its checkpoints. It returns true when nothing
// was done because what would happen is no longer what was allowed.
func (c *call) act(ctx context.Context) (changed bool) {
	t, tool := c.turn, c.item.Tool
	if ctx.Err() != nil {
		return c.end(session.CallCancelled, resultStopped)
	}
	if refused := c.unaudited(); refused != nil {
		return c.end(refused.status, refused.result)
	}
	var around *bracket
	mutates := c.plan.Mutates && tool.Name != nameSubAgent
	if mutates {
		var err error
		if around, err = t.before(ctx, c); err != nil {
			return c.refuse(ctx, err)
		}
	}
	started := t.agent.o.Now()
	tool.Status, tool.StartedAt = session.CallInProgress, started.UnixMilli()
	c.show()
	if !c.looks() {
		if err := t.live.sync(); err != nil {
			t.unbracket(around)
			return c.fail(fmt.Sprintf("Nothing was done: the session could not be saved first (%v). Tell the user to make room on the disk.", err))
		}
	}
	if c.decision.Rule == approval.RuleTrusted {
		t.agent.o.Used(t.live.id, c.decision)
	}
	out := &output{live: t.live, turn: t.head.ID, item: c.item.ID}
	c.log = &subLog{turn: t, item: c.item.ID}
	var result Result
	var goesOn *following
	ended, panicked := t.await(ctx, func() {
		result = c.prepared.Run(ctx, host{c, out})
		goesOn = t.leaves(ctx, &result)
	})
	tool.Output, tool.OutputAt = out.close()
	tool.Calls = c.log.close()
	tool.DurationMs = t.agent.o.Now().Sub(started).Milliseconds()
	if ended && panicked == nil && result.Changed && ctx.Err() == nil {
		t.unbracket(around)
		tool.Status, tool.StartedAt, tool.DurationMs = session.CallPending, 0, 0
		c.show()
		return true
	}
	if ended && around != nil && ctx.Err() == nil {
		t.after(ctx, around)
	}
	switch {
	case !ended:
		return c.end(session.CallCancelled, resultKilled)
	case panicked != nil:
		return c.fail(fmt.Sprintf("The tool failed by an error of its own: %v\nLook at the present state before you repeat the call.", panicked))
	}
	tool.ExitCode, tool.HasExit, tool.Background = result.ExitCode, result.HasExit, result.Living != nil
	if goesOn != nil {
		tool.Background, tool.Running, tool.CommandID = true, true, goesOn.background.ID()
		defer t.live.follow(ctx, t.head.ID, c.item.ID, goesOn) // when the call is shown to have ended
	}
	switch {
	case result.IsError && ctx.Err() != nil:
		return c.end(session.CallCancelled, resultKilled+"\n"+result.Text)
	case result.IsError:
		return c.fail(result.Text)
	}
	if c.explained != "" {
		result.Text += endLine(result.Text) + c.explained
	}
	return c.end(session.CallCompleted, result.Text)
}

// looks reports whether the call only looks at the workspace: what else it does,
// a web page that is asked for or a command that is ended, cannot be taken back.
func (c *call) looks() bool {
	return !c.plan.Mutates && (c.plan.Kind == session.KindRead || c.plan.Kind == session.KindSearch)
}

func (c *call) refuse(ctx context.Context, err error) bool {
	if ctx.Err() != nil {
		return c.end(session.CallCancelled, resultStopped)
	}
	return c.fail(fmt.Sprintf("Nothing was done: %v. Keel changes nothing that it could not bring back. Tell the user.", err))
}

// output passes a command's output on and keeps its end.
type output struct {
	live       *live
	turn, item string // their ids

	limit int64 // bytes that go into the journal; 0 for all

	mu     sync.Mutex // guards what follows
	closed bool
	passed int64 // bytes
	kept   []byte
	before int64  // bytes before kept
	rest   []byte // the start of a character whose end has not come yet
}

func (o *output) write(data []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed || len(data) == 0 {
		return
	}
	data = append(o.rest, data...)
	whole := wholeRunes(data)
	o.rest = append([]byte(nil), data[whole:]...)
	o.pass(data[:whole])
}

// pass sends text as valid UTF-8; o.mu is held.
func (o *output) pass(data []byte) {
	if len(data) == 0 {
		return
	}
	text := strings.ToValidUTF8(string(data), "\uFFFD")
	o.kept = append(o.kept, text...)
	if len(o.kept) > 2*session.MaxOutput {
		o.trim()
	}
	piece := session.Change{Kind: session.ChangeOutput, TurnID: o.turn, ItemID: o.item, Append: text}
	if o.passed += int64(len(text)); o.limit > 0 && o.passed > o.limit {
		o.live.pass(piece)
		return
	}
	o.live.emit(piece)
}

func (o *output) trim() {
	cut := session.TailStart(string(o.kept), session.MaxOutput)
	o.before += int64(cut)
	o.kept = append(o.kept[:0], o.kept[cut:]...)
}

// close returns the end of all output and how much came before it; what is
// written later is left out.
func (o *output) close() (string, int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.pass(o.rest)
	o.rest = nil
	o.closed = true
	o.trim()
	return string(o.kept), o.before
}

// over reports whether the call has ended, or was given up.
func (o *output) over() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.closed
}

// wholeRunes returns how much of data does not end in the middle of a
// character.
func wholeRunes(data []byte) int {
	for back := 1; back <= utf8.UTFMax && back <= len(data); back++ {
		if start := len(data) - back; utf8.RuneStart(data[start]) {
			if !utf8.FullRune(data[start:]) {
				return start
			}
			break
		}
	}
	return len(data)
}
