package agent

import (
	"slices"
	"sync"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// subLog is what the calls of a sub agent look like in the call that it is.
// Once closed it takes nothing in: a stopped turn does not wait for it.
type subLog struct {
	turn *turn
	item string // the call's id

	mu      sync.Mutex // guards what follows
	closed  bool
	lines   []session.SubCall // the last ones
	dropped int               // lines before them
}

// add appends a line and returns its number.
func (l *subLog) add(title string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return -1 // its lines are the call's now
	}
	l.lines = append(l.lines, session.SubCall{Title: title, Status: session.CallPending})
	if more := len(l.lines) - subLines; more > 0 {
		l.lines = slices.Delete(l.lines, 0, more)
		l.dropped += more
	}
	return l.dropped + len(l.lines) - 1
}

func (l *subLog) set(line int, call session.SubCall) {
	l.mu.Lock()
	defer l.mu.Unlock()
	line -= l.dropped
	if l.closed || line < 0 || l.lines[line] == call {
		return
	}
	l.lines[line] = call
	l.turn.live.changeItem(l.turn.head.ID, l.item, func(item *session.Item) { item.Tool.Calls = slices.Clone(l.lines) })
}

// spend counts tokens to the turn.
func (l *subLog) spend(usage provider.Usage) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.turn.spend(l.turn.model, usage)
	}
}

// close returns the lines for the call's last state.
func (l *subLog) close() []session.SubCall {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for i := range l.lines {
		if l.lines[i].Status == session.CallPending || l.lines[i].Status == session.CallInProgress || l.lines[i].Status == session.CallWaiting {
			l.lines[i].Status = session.CallCancelled
		}
	}
	return l.lines
}
