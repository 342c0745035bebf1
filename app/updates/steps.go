package updates

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/update"
)

// Download begins to bring the offered version here; how it goes on is sent.
func (u *Updates) Download(ctx context.Context) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	artifact, way := u.way(u.offer)
	if u.closed || u.state.Kind != wire.UpdateOffered || way != wire.UpdateByKeel && way != wire.UpdateByHand {
		return moved()
	}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	running, done := u.own(running)
	u.cancel = cancel
	u.state.Kind, u.state.Done, u.state.Message, u.state.Hint = wire.UpdateDownloading, 0, "", ""
	u.state.Seq++
	u.o.Send(u.state)
	go func() { // Close waits for it
		defer done()
		defer cancel()
		u.download(running, artifact)
	}()
	return nil
}

func (u *Updates) download(ctx context.Context, artifact update.File) {
	told := time.Time{}
	path, err := u.update.Download(ctx, artifact, func(so int64) {
		if now := u.o.Now(); now.Sub(told) >= progress {
			told = now
			u.change(func(s *wire.UpdatesState) { s.Done = so })
		}
	})
	u.mu.Lock()
	u.cancel = nil
	u.mu.Unlock()
	if err != nil {
		u.o.Log.Warn("downloading a newer version", "error", err)
		u.fail(wire.UpdateOffered, err)
		return
	}
	u.change(func(s *wire.UpdatesState) { s.Kind, s.Done, s.Path = wire.UpdateDownloaded, artifact.Size, path })
}

// Cancel ends a download; nothing of it stays.
func (u *Updates) Cancel() {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.cancel != nil {
		u.cancel()
	}
}

// Install unpacks the downloaded version beside this one, which it replaces at the
// next start; the user has agreed to it.
func (u *Updates) Install(ctx context.Context) error {
	u.act.Lock()
	defer u.act.Unlock()
	ctx, done, state := u.begin(ctx)
	defer done()
	u.mu.Lock()
	artifact, way := u.way(u.offer)
	u.mu.Unlock()
	if ctx.Err() != nil || state.Kind != wire.UpdateDownloaded || way != wire.UpdateByKeel {
		return moved()
	}
	u.change(func(s *wire.UpdatesState) { s.Kind, s.Message, s.Hint = wire.UpdateInstalling, "", "" })
	staged, err := u.update.Stage(ctx, state.Path, artifact, state.Version, u.o.Installation)
	if err != nil {
		u.o.Log.Warn("unpacking a newer version", "error", err)
		u.fail(u.keepDownload(state.Path, err), err)
		return nil
	}
	u.change(func(s *wire.UpdatesState) { s.Kind, s.Old = wire.UpdateReady, staged.Old })
	return nil
}

// keepDownload says what to go back to after an error, and deletes a file that is not
// the released one.
func (u *Updates) keepDownload(path string, err error) wire.UpdateKind {
	if errors.Is(err, update.ErrMismatch) || errors.Is(err, update.ErrArchive) {
		if err := os.Remove(path); err != nil {
			u.o.Log.Warn("removing a download", "error", err)
		}
	}
	if _, err := os.Lstat(path); err != nil {
		return wire.UpdateOffered
	}
	return wire.UpdateDownloaded
}

// Discard takes back that a version waits for the next start.
func (u *Updates) Discard(ctx context.Context) error {
	u.act.Lock()
	defer u.act.Unlock()
	ctx, done, state := u.begin(ctx)
	defer done()
	if state.Kind != wire.UpdateReady {
		return moved()
	}
	if err := u.update.Discard(ctx, u.o.Installation); err != nil {
		u.o.Log.Warn("taking a newer version back", "error", err)
		message, hint := explain(err)
		return &wire.Error{Code: wire.CodeInternal, Message: message, Hint: hint}
	}
	u.change(func(s *wire.UpdatesState) {
		s.Kind, s.Old = wire.UpdateIdle, ""
		switch {
		case s.Path != "":
			s.Kind = wire.UpdateDownloaded
		case u.offer.Version != "":
			u.show(s, u.offer)
		default:
			s.Version = ""
		}
	})
	return nil
}

// moved is the error of a step that no longer fits.
func moved() error {
	return &wire.Error{Code: wire.CodeChanged, Message: "The update has come to another step meanwhile; nothing was changed.", Hint: "Look at the page again."}
}
