// Package updates looks for newer versions of Keel as far as the user has agreed
// to it, and brings one here step by step.
//
// # Promises
//
// Nothing is asked of the network before the user says so: by the setting, or by
// a command each time. Each further step, downloading and installing, waits for
// the user again. A step that fails says why, and leaves Keel as it was. The
// windows of a user look once a day together, and ask once together whether they
// may. What the daily look finds, or refuses to believe, is told once.
package updates

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/update"
)

const (
	firstLook = 20 * time.Second // after the window is there: its start goes first
	nextLook  = time.Hour        // how often it is seen whether a day is over
	day       = 24 * time.Hour
	progress  = 100 * time.Millisecond // between two events about a download
)

// Options is what updates stand on; all but First are required.
type Options struct {
	Update       update.Options
	Installation update.Installation
	File         string        // with what the windows share: when they looked and asked, and what they told
	Setting      func() string // off or daily; empty where the user has not said
	Send         func(wire.UpdatesState)
	Now          func() time.Time
	Log          *slog.Logger
	First        time.Duration // until the first look; 0: some seconds
}

// Updates is what one window knows of a newer version.
type Updates struct {
	o      Options
	update *update.Updates
	group  sync.WaitGroup
	act    sync.Mutex // held by what one step does

	whenClosed func(func()) (forget func() bool)
	close      func()

	mu     sync.Mutex // guards what follows; held while sending, so that Seq rises in the order of sending
	state  wire.UpdatesState
	offer  update.Feed
	cancel context.CancelFunc // of a download; nil for none
	closed bool
}

// New returns what knows no more than what lies on the disk: a version that waits
// for the next start, or one that was offered before.
func New(o Options) *Updates {
	if o.First == 0 {
		o.First = firstLook
	}
	u := &Updates{o: o, update: update.New(o.Update)}
	life, end := context.WithCancel(context.Background())
	u.whenClosed = func(work func()) func() bool { return context.AfterFunc(life, work) }
	u.close = end
	u.state = wire.UpdatesState{
		Feed: o.Update.Feed != "" && o.Update.Key != "", Source: o.Update.Feed, Running: o.Update.Version, Way: wire.UpdateByNobody,
		Folder: o.Installation.Folder, Manager: o.Installation.Manager, Command: o.Installation.Command,
	}
	if t, err := u.read(); err != nil {
		o.Log.Warn("reading when was looked", "error", err)
	} else {
		u.state.CheckedAt = t.AnsweredAt
	}
	if feed, ok, err := u.update.Known(); err != nil {
		o.Log.Warn("reading what was offered before", "error", err)
	} else if ok {
		u.state.Daily = true
		u.show(&u.state, feed)
	}
	if staged, ok, err := u.update.Pending(o.Installation); err != nil {
		o.Log.Warn("looking for a version that waits", "error", err)
	} else if ok {
		u.state.Kind, u.state.Way, u.state.Version, u.state.Old = wire.UpdateReady, wire.UpdateByKeel, staged.Version, staged.Old
		if u.offer.Version != staged.Version {
			u.state.Notes = ""
		}
	}
	return u
}

// State returns what is known now.
func (u *Updates) State() wire.UpdatesState {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.state
}

// Run looks once a day where the user has agreed to it, until the context ends.
func (u *Updates) Run(ctx context.Context) {
	timer := time.NewTimer(u.o.First)
	defer timer.Stop()
	for first := true; ; first = false {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		if first {
			if err := u.update.Sweep(ctx, u.o.Installation); err != nil {
				u.o.Log.Warn("removing what was left of a newer version", "error", err)
			}
		}
		if u.due(ctx) {
			u.look(ctx, true)
		}
		timer.Reset(nextLook)
	}
}

// Check looks now: the user asks for it.
func (u *Updates) Check(ctx context.Context) wire.UpdatesState {
	u.look(ctx, false)
	return u.State()
}

func (u *Updates) look(ctx context.Context, daily bool) {
	if !u.act.TryLock() {
		return // a step is under way, which needs no other version
	}
	defer u.act.Unlock()
	ctx, done, before := u.begin(ctx)
	defer done()
	if before.Kind == wire.UpdateDownloading || before.Kind == wire.UpdateReady {
		return
	}
	if !daily {
		u.change(func(s *wire.UpdatesState) {
			s.Kind, s.Daily, s.Message, s.Hint = wire.UpdateChecking, false, "", ""
		})
	}
	offer, err := u.update.Check(ctx)
	if err == nil {
		err = u.looked(ctx, offer.Feed.Version, daily)
	}
	switch {
	case err == nil:
		u.found(offer, before.Kind, daily)
	case !daily:
		u.o.Log.Warn("looking for a newer version", "error", err)
		u.fail(before.Kind, err)
	default:
		u.o.Log.Warn("looking for a newer version", "error", err)
		if refused(err) { // else the next look may have more luck; nobody waits for it
			message, hint := explain(err)
			u.change(func(s *wire.UpdatesState) { s.Daily, s.Message, s.Hint = true, message, hint })
		}
	}
}

// found shows what the feed says. Before is what was known when it was asked.
func (u *Updates) found(offer update.Offer, before wire.UpdateKind, daily bool) {
	u.change(func(s *wire.UpdatesState) {
		s.CheckedAt = u.o.Now().UnixMilli()
		if s.Kind == wire.UpdateDownloading {
			return // it was begun meanwhile, and goes on
		}
		if s.Kind == wire.UpdateChecking {
			s.Kind = before
		}
		s.Daily, s.Message, s.Hint = daily, "", ""
		if offer.Current {
			s.Kind, s.Version, s.Notes, s.Path = wire.UpdateCurrent, "", "", ""
			return
		}
		u.show(s, offer.Feed)
	})
}

// show puts an offer into the state; a download of the same file stays. The mutex
// is held.
func (u *Updates) show(s *wire.UpdatesState, feed update.Feed) {
	had, _ := u.way(u.offer)
	artifact, way := u.way(feed)
	u.offer = feed
	s.Version, s.Notes, s.ReleasedAt = feed.Version, feed.Notes, feed.ReleasedAt.UnixMilli()
	s.Way, s.Size = way, artifact.Size
	if s.Kind != wire.UpdateDownloaded || artifact != had {
		s.Kind, s.Done, s.Path = wire.UpdateOffered, 0, ""
	}
}

// way is the file for this program, and how it gets to its place.
func (u *Updates) way(feed update.Feed) (update.File, wire.UpdateWay) {
	if u.o.Installation.Kind == update.Managed {
		return update.File{}, wire.UpdateByManager
	}
	kinds := map[string]string{"linux": "tar.gz", "darwin": "dmg", "windows": "exe"}
	artifact, ok := feed.For(runtime.GOOS, runtime.GOARCH, kinds[runtime.GOOS])
	switch {
	case !ok:
		return update.File{}, wire.UpdateByNobody
	case u.o.Installation.Kind == update.Unpacked && !u.o.Installation.Fixed:
		return artifact, wire.UpdateByKeel
	default:
		return artifact, wire.UpdateByHand
	}
}

// change changes the state and sends it.
func (u *Updates) change(change func(s *wire.UpdatesState)) {
	u.mu.Lock()
	defer u.mu.Unlock()
	change(&u.state)
	u.state.Seq++
	u.o.Send(u.state)
}

// fail goes back to what was before, and says why.
func (u *Updates) fail(kind wire.UpdateKind, err error) {
	message, hint := explain(err)
	if errors.Is(err, context.Canceled) {
		message, hint = "", ""
	}
	u.change(func(s *wire.UpdatesState) {
		s.Kind, s.Message, s.Hint = kind, message, hint
		if kind != wire.UpdateDownloaded {
			s.Done, s.Path = 0, ""
		}
	})
}

// begin starts what Close ends and waits for. Whoever begins looks at the state, and
// calls done. After Close what is begun has ended already.
func (u *Updates) begin(ctx context.Context) (running context.Context, done func(), state wire.UpdatesState) {
	u.mu.Lock()
	defer u.mu.Unlock()
	running, done = u.own(ctx)
	return running, done, u.state
}

// own is begin for who holds the mutex.
func (u *Updates) own(ctx context.Context) (running context.Context, done func()) {
	running, cancel := context.WithCancel(ctx)
	if u.closed {
		cancel()
		return running, func() {}
	}
	forget := u.whenClosed(cancel)
	u.group.Add(1)
	return running, func() {
		forget()
		cancel()
		u.group.Done()
	}
}

// Close ends what goes on, and waits until nothing does any more.
func (u *Updates) Close() {
	u.mu.Lock()
	u.closed = true
	u.mu.Unlock()
	u.close()
	u.group.Wait()
}
