package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/keel-ide/keel/backend/session"
)

// live is a session that is open for writing. All changes go through emit,
// which keeps state, journal and subscribers the same.
type live struct {
	agent *Agent
	id    string

	mu      sync.Mutex // guards what follows
	state   session.Session
	journal *session.Journal
	apply   pending // pieces of text not yet in state
	show    pending // what the next event holds
	save    pending // pieces of text not yet in the journal
	showing *time.Timer
	shown   time.Time // when something was shown last
	saving  *time.Timer
	unsaved error            // the journal lacks something; nil when it has all
	missed  []session.Change // what the journal lacks of what was taken out
	ending  bool             // no turn may start
	closed  bool

	run     *run          // the running turns; nil when idle
	settled chan struct{} // closed when no process or checkpoint of an earlier run is left

	proposals map[string]*proposal   // that wait, by the id of their approval
	questions map[string]*asked      // that wait, by id
	waits     map[chan struct{}]bool // for next attempts; closed to end one
	follows   map[string]*following  // background commands that run, by id

	compact    bool                    // room is to be made before the next request
	compacting context.CancelCauseFunc // while room is made and no turn runs

	gauge gauge // of the run, or of what has claimed the session

	reviewing chan struct{} // holds a value while the reviews of turns are changed; not guarded by mu
}

// run is a row of turns: the first and those from the queue. The live's mu
// guards it.
type run struct {
	cancel context.CancelCauseFunc // of its present turn
	idle   chan struct{}           // closed when the session is idle again
	step   int                     // that the model is at in the present turn
	next   string                  // the queued message that goes next, ahead of all others; empty for the queue
}

func newLive(a *Agent, journal *session.Journal, state session.Session) *live {
	settled := make(chan struct{})
	close(settled)
	return &live{
		agent: a, id: state.ID, state: state, journal: journal, settled: settled,
		proposals: map[string]*proposal{}, questions: map[string]*asked{}, waits: map[chan struct{}]bool{}, follows: map[string]*following{},
		reviewing: make(chan struct{}, 1),
	}
}

// emit makes changes, which it then owns.
func (l *live) emit(changes ...session.Change) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.emitLocked(changes...)
}

func (l *live) emitLocked(changes ...session.Change) {
	for _, change := range changes {
		if change.Kind == session.ChangeRewound {
			l.flushLocked() // what was before it is not mixed with what comes after
		}
		switch change.Kind {
		case session.ChangeText, session.ChangeOutput, session.ChangeArgs:
			l.apply.add(change)
			l.save.add(change)
			l.saveLater()
		default:
			l.apply.apply(&l.state)
			session.Apply(&l.state, change)
			l.write(append(l.save.take(&l.state), change)...)
		}
		l.show.add(change)
	}
	l.showLater()
}

// pass shows a piece of output that the journal does not hold: its item, whole,
// is to follow.
func (l *live) pass(piece session.Change) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.apply.add(piece)
	l.show.add(piece)
	l.showLater()
}

// showLater has what is pending shown: at once after a pause, since then someone
// waits for it, else once a frame.
func (l *live) showLater() {
	if l.showing == nil && !l.closed {
		l.showing = time.AfterFunc(max(0, eventInterval-time.Since(l.shown)), l.flush)
	}
}

func (l *live) saveLater() {
	if l.saving == nil && !l.closed {
		l.saving = time.AfterFunc(saveInterval, func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.saveLocked()
		})
	}
}

func (l *live) saveLocked() {
	l.saving = nil
	l.apply.apply(&l.state)
	if !l.save.empty() {
		l.write(l.save.take(&l.state)...)
	}
}

// write appends to the journal. After a failure the next write brings the
// whole session, so that nothing is missing once there is room again.
func (l *live) write(changes ...session.Change) {
	if l.closed {
		return
	}
	missed := append(slices.Clip(l.missed), takenOut(changes)...)
	if l.unsaved != nil {
		changes = append(slices.Clip(missed), session.Whole(l.state)...)
	}
	l.unsaved, l.missed = l.journal.Append(changes...), nil
	if l.unsaved != nil {
		l.missed = missed
		l.agent.o.Log.Error("session not saved", "session", l.id, "error", l.unsaved)
	}
}

// takenOut are the changes that take something out of the session: that it is
// gone does not show in the session itself.
func takenOut(changes []session.Change) []session.Change {
	var out []session.Change
	for _, change := range changes {
		if change.Kind == session.ChangeRemoved || change.Kind == session.ChangeRewound {
			out = append(out, change)
		}
	}
	return out
}

func itemChange(turnID string, item session.Item) session.Change {
	copied := item.Clone()
	return session.Change{Kind: session.ChangeItem, TurnID: turnID, Item: &copied}
}

// turnChange shows a turn that is known already: its images and references stay
// as they are.
func turnChange(turn session.Turn) session.Change {
	turn.Images, turn.References = nil, nil
	return newTurnChange(turn)
}

func newTurnChange(turn session.Turn) session.Change {
	header := turn.Header()
	return session.Change{Kind: session.ChangeTurn, Turn: &header}
}

// sync returns when everything so far is on the disk.
func (l *live) sync() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return ErrClosed
	}
	l.saveLocked()
	if l.unsaved != nil {
		l.write()
	}
	if l.unsaved != nil {
		return l.unsaved
	}
	return l.journal.Sync()
}

// flush sends what is pending as one event.
func (l *live) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flushLocked()
}

func (l *live) flushLocked() {
	if l.showing != nil {
		l.showing.Stop()
		l.showing = nil
	}
	l.apply.apply(&l.state)
	if l.show.empty() {
		return
	}
	l.shown = time.Now()
	changes := l.show.take(&l.state)
	l.state.Seq++
	for _, change := range changes {
		if change.Kind == session.ChangeSession {
			change.Session.Seq = l.state.Seq
		}
	}
	l.agent.feed.Send(session.Event{SessionID: l.id, Seq: l.state.Seq, Changes: changes})
}

// snapshot returns the state; every later change is in an event after its Seq.
func (l *live) snapshot() session.Session {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flushLocked()
	return l.state.Clone()
}

// read lets look see the state, which it may neither write to nor keep.
func (l *live) read(look func(session.Session)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.apply.apply(&l.state)
	look(l.state)
}

// header changes the session's own fields.
func (l *live) header(change func(*session.Session)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.headerLocked(change)
}

func (l *live) headerLocked(change func(*session.Session)) {
	header := l.state.Header()
	change(&header)
	header = header.Header()
	header.Acts = nil // they are many bytes, and stay as they are, as does what is queued already
	for i := range header.Queue {
		if queued := &header.Queue[i]; slices.ContainsFunc(l.state.Queue, func(q session.Queued) bool { return q.ID == queued.ID }) {
			queued.Images, queued.References = nil, nil
		}
	}
	l.emitLocked(session.Change{Kind: session.ChangeSession, Session: &header})
}

func (l *live) close() error {
	l.flush()
	err := l.sync()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.saving != nil {
		l.saving.Stop()
	}
	if l.closed {
		return nil
	}
	l.closed = true
	return errors.Join(err, l.journal.Close())
}

// end stops the running turns for good.
func (l *live) end(ctx context.Context) error {
	l.mu.Lock()
	l.ending = true
	l.mu.Unlock()
	return l.stop(ctx, ErrClosed)
}

// stop ends the running turns, for a cause that their ending tells, and waits
// until the session is idle.
func (l *live) stop(ctx context.Context, cause error) error {
	l.mu.Lock()
	r, compacting, settled := l.run, l.compacting, l.settled
	if r != nil {
		r.next = ""
		r.cancel(cause)
	}
	l.mu.Unlock()
	if compacting != nil {
		compacting(cause)
	}
	idle := settled
	switch {
	case r != nil:
		idle = r.idle
	case compacting == nil:
		return nil
	}
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("stopping session %q: %w", l.id, ctx.Err())
	}
}

// errStopped is the cause of the cancellation that Stop makes.
var errStopped = errors.New("stopped by the user")

// claim makes the session busy with something that is not a turn, a revert for
// example; release ends it.
func (l *live) claim(ctx context.Context) (release func(), err error) {
	for {
		l.mu.Lock()
		if l.run != nil || l.ending {
			l.mu.Unlock()
			return nil, ErrRunning
		}
		settled := l.settled
		if isClosed(settled) {
			own := make(chan struct{})
			l.settled = own
			l.mu.Unlock()
			return func() { close(own) }, nil
		}
		l.mu.Unlock()
		select {
		case <-settled:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// atStep notes what step the model is at.
func (l *live) atStep(step int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.run.step = step
}

// takeQueue takes the messages for a turn's next request out of the queue.
func (l *live) takeQueue() []session.Queued {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.run.next != "" {
		return nil // the turn is being stopped for one of them
	}
	taken := fitting(l.state.Queue)
	if len(taken) > 0 {
		l.headerLocked(func(s *session.Session) { dequeue(s, taken) })
	}
	return taken
}

func dequeue(s *session.Session, taken []session.Queued) {
	s.Queue = slices.DeleteFunc(s.Queue, func(q session.Queued) bool {
		return slices.ContainsFunc(taken, func(t session.Queued) bool { return t.ID == q.ID })
	})
}
