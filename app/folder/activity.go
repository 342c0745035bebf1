package folder

import (
	"context"
	"log/slog"
	"slices"
	"sync"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/event"
)

// maxNotices is how many unseen notices are kept: nobody reads more.
const maxNotices = 20

// warmer is the part of the checkpoint store that reads a workspace ahead.
type warmer interface {
	Warm(ctx context.Context) error
}

// Activity is what the checkpoint store is at, as the page sees it: works under
// way and notices that wait to be seen. Each change is sent whole.
type Activity struct {
	store warmer
	send  func(wire.CheckpointActivity)
	log   *slog.Logger

	mu      sync.Mutex // guards what follows; held while sending, so that Seq rises in the order of sending
	state   wire.CheckpointActivity
	told    map[wire.CheckpointNotice]bool // with ID 0
	stop    context.CancelFunc             // ends the first reading; nil when none runs
	stopped bool                           // the user wants none
}

func newActivity(store warmer, send func(wire.CheckpointActivity), log *slog.Logger) *Activity {
	return &Activity{store: store, send: send, log: log, told: map[wire.CheckpointNotice]bool{}}
}

// State returns what goes on now.
func (a *Activity) State() wire.CheckpointActivity {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.copyLocked()
}

func (a *Activity) copyLocked() wire.CheckpointActivity {
	state := a.state
	state.Works = slices.Clone(state.Works)
	state.Notices = slices.Clone(state.Notices)
	return state
}

// Seen takes a notice back: it has been shown.
func (a *Activity) Seen(id int64) {
	a.change(func() {
		a.state.Notices = slices.DeleteFunc(a.state.Notices, func(n wire.CheckpointNotice) bool { return n.ID == id })
	})
}

// StopReading ends the reading ahead. What was read is kept, and the rest is
// read when a checkpoint is first needed.
func (a *Activity) StopReading() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.stopped = true
	if a.stop != nil {
		a.stop()
	}
}

// read reads the workspace ahead until that is done, stopped, or ctx ends.
func (a *Activity) read(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a.mu.Lock()
	a.stop = cancel
	stopped := a.stopped
	a.mu.Unlock()
	if stopped {
		return
	}
	if err := a.store.Warm(ctx); err != nil && ctx.Err() == nil {
		a.log.Error("reading the folder for its first checkpoint", "error", err)
	}
	a.mu.Lock()
	a.stop = nil
	a.mu.Unlock()
	a.change(func() { a.end(string(checkpoint.FirstCapture)) })
}

// follow takes in what the store tells until ctx ends.
func (a *Activity) follow(ctx context.Context, events *event.Subscription[checkpoint.Event]) {
	defer events.Close()
	for {
		e, err := events.Next(ctx)
		if err != nil {
			return
		}
		switch {
		case e.Progress != nil:
			a.change(func() { a.progress(*e.Progress) })
		case e.Notice != nil:
			a.change(func() { a.notice(*e.Notice) })
		case e.Listed:
			a.change(func() { a.state.Listed++ })
		}
	}
}

func (a *Activity) change(change func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	change()
	a.state.Seq++
	a.send(a.copyLocked())
}

func (a *Activity) progress(p checkpoint.Progress) {
	work := wire.CheckpointWork{Work: string(p.Work), Done: p.Done, Total: p.Total}
	at := slices.IndexFunc(a.state.Works, func(w wire.CheckpointWork) bool { return w.Work == work.Work })
	switch {
	case p.Ended:
		a.end(work.Work)
	case at < 0:
		a.state.Works = append(a.state.Works, work)
	default:
		a.state.Works[at] = work
	}
}

func (a *Activity) end(work string) {
	a.state.Works = slices.DeleteFunc(a.state.Works, func(w wire.CheckpointWork) bool { return w.Work == work })
}

// notice keeps a notice until it is seen. The same is told once.
func (a *Activity) notice(n checkpoint.Notice) {
	told := wire.CheckpointNotice{Kind: string(n.Kind), Text: n.Text}
	if a.told[told] {
		return
	}
	a.told[told] = true
	told.ID = int64(len(a.told))
	a.state.Notices = append(a.state.Notices, told)
	if extra := len(a.state.Notices) - maxNotices; extra > 0 {
		a.state.Notices = slices.Delete(a.state.Notices, 0, extra)
	}
}
