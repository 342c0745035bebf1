// Package updates looks for newer versions of Keel as far as the user has agreed
// to it, and brings one here step by step.
//
// # Promises
//
// Nothing is asked of the network before the user says so: by the setting, or by
// a command each time. Each further step, downloading and installing, waits for
// the user again. A step that fails says why, and leaves Keel as it was. The
// windows of a user look once a day together, and ask together whether they may.
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
	askAgain  = 30 * day
	progress  = 100 * time.Millisecond // between two events about a download
)

// Options is what updates stand on; all but First are required.
type Options struct {
	Update       update.Options
	Installation update.Installation
	File         string        // with what the windows share: when they looked, and asked
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

	mu     sync.Mutex // guards what follows; held while sending, so that Seq rises in the order of sending
	state  wire.UpdatesState
	offer  update.Feed
	staged update.Staged
	cancel context.CancelFunc // of a download; nil for none
	closed bool
}

// New returns what knows nothing yet but a version that waits for the next start.
func New(o Options) *Updates {
	if o.First == 0 {
		o.First = firstLook
	}
	u := &Updates{o: o, update: update.New(o.Update)}
	u.state = wire.UpdatesState{
		Feed: o.Update.Feed != "" && o.Update.Key != "", Running: o.Update.Version, Way: wire.UpdateByNobody,
		Manager: o.Installation.Manager, Command: o.Installation.Command,
	}
	if staged, ok, err := update.Pending(o.Update.Folder); err != nil {
		o.Log.Warn("looking for a version that waits", "error", err)
	} else if ok && o.Installation.Kind == update.Unpacked {
		u.staged = staged
		u.state.Kind, u.state.Way, u.state.Version, u.state.Old = wire.UpdateReady, wire.UpdateByKeel, staged.Version, staged.Old
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
		if u.due(ctx, first) {
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
	before := u.State()
	if before.Kind == wire.UpdateDownloading || before.Kind == wire.UpdateReady {
		return
	}
	if !daily {
		u.change(func(s *wire.UpdatesState) { s.Kind, s.Message, s.Hint = wire.UpdateChecking, "", "" })
	}
	offer, err := u.update.Check(ctx)
	if err == nil {
		err = u.looked(ctx)
	}
	if err != nil {
		u.o.Log.Warn("looking for a newer version", "error", err)
		if daily {
			return // the next look may have more luck; nobody waits for it
		}
		u.fail(before.Kind, err)
		return
	}
	u.change(func(s *wire.UpdatesState) {
		if s.Kind == wire.UpdateDownloading {
			return // it was begun meanwhile, and goes on
		}
		s.Daily, s.CheckedAt, s.Message, s.Hint = daily, u.o.Now().UnixMilli(), "", ""
		if offer.Current {
			s.Kind, s.Version, s.Notes = wire.UpdateCurrent, "", ""
			return
		}
		same := s.Version == offer.Feed.Version && s.Kind == wire.UpdateDownloaded
		u.offer = offer.Feed
		artifact, way := u.way(offer.Feed)
		s.Version, s.Notes, s.ReleasedAt = offer.Feed.Version, offer.Feed.Notes, offer.Feed.ReleasedAt.UnixMilli()
		s.Way, s.Size = way, artifact.Size
		if !same {
			s.Kind, s.Done, s.Path = wire.UpdateOffered, 0, ""
		}
	})
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
	case u.o.Installation.Kind == update.Unpacked:
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
	u.change(func(s *wire.UpdatesState) { s.Kind, s.Done, s.Message, s.Hint = kind, 0, message, hint })
}

// Close ends a download, and waits until nothing goes on any more.
func (u *Updates) Close() {
	u.mu.Lock()
	u.closed = true
	if u.cancel != nil {
		u.cancel()
	}
	u.mu.Unlock()
	u.group.Wait()
}
