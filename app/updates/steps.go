package updates

import (
	"context"
	"errors"
	"fmt"
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
	u.cancel = cancel
	u.state.Kind, u.state.Done, u.state.Message, u.state.Hint = wire.UpdateDownloading, 0, "", ""
	u.state.Seq++
	u.o.Send(u.state)
	u.group.Go(func() {
		defer cancel()
		u.download(running, artifact)
	})
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
	state := u.State()
	u.mu.Lock()
	artifact, way := u.way(u.offer)
	u.mu.Unlock()
	if state.Kind != wire.UpdateDownloaded || way != wire.UpdateByKeel {
		return moved()
	}
	u.change(func(s *wire.UpdatesState) { s.Kind, s.Message, s.Hint = wire.UpdateInstalling, "", "" })
	staged, err := update.Stage(ctx, state.Path, artifact, state.Version, u.o.Installation.Folder)
	if err == nil {
		err = u.update.Keep(staged)
	}
	if err != nil {
		u.o.Log.Warn("unpacking a newer version", "error", err)
		u.fail(wire.UpdateDownloaded, err)
		return nil
	}
	u.mu.Lock()
	u.staged = staged
	u.mu.Unlock()
	u.change(func(s *wire.UpdatesState) { s.Kind, s.Old = wire.UpdateReady, staged.Old })
	return nil
}

// Discard takes back that a version waits for the next start.
func (u *Updates) Discard() error {
	u.act.Lock()
	defer u.act.Unlock()
	if u.State().Kind != wire.UpdateReady {
		return moved()
	}
	if err := u.update.Discard(); err != nil {
		return err
	}
	u.change(func(s *wire.UpdatesState) {
		s.Kind, s.Old = wire.UpdateIdle, ""
		if s.Path != "" {
			s.Kind = wire.UpdateDownloaded
		}
	})
	return nil
}

// moved is the error of a step that no longer fits.
func moved() error {
	return &wire.Error{Code: wire.CodeChanged, Message: "The update has come to another step meanwhile; nothing was changed.", Hint: "Look at the page again."}
}

// explain says an error in words for a person.
func explain(err error) (message, hint string) {
	for _, known := range []struct {
		err           error
		message, hint string
	}{
		{update.ErrSignature, "What the update feed says is not signed by Keel, so nothing of it was used.", "Somebody on the way may have changed it. Try again on another network; this Keel stays as it is."},
		{update.ErrExpired, "What the update feed says is too old to be relied on, so nothing of it was used.", "Look at this machine's clock, or try again later; this Keel stays as it is."},
		{update.ErrRollback, "The update feed offers a version that is older than one it has offered before, so nothing of it was used.", "Somebody on the way may have put an old answer in place of the present one. Try again on another network."},
		{update.ErrMalformed, "The update feed cannot be understood, so nothing of it was used.", "Try again later; this Keel stays as it is."},
		{update.ErrAddress, "The update feed leads to an address that is not https, so it was not asked.", "Try again later; this Keel stays as it is."},
		{update.ErrMismatch, "The downloaded file is not the one that was released. It was deleted.", "Try again, or on another network; this Keel stays as it is."},
		{update.ErrArchive, "The downloaded file does not hold Keel as it should. Nothing was installed.", "Try again later; this Keel stays as it is."},
		{update.ErrTooOld, "This Keel is too old to be updated by itself.", "Download the newest version from where you have this one, and install it the same way."},
		{update.ErrVersion, "This build of Keel has no version that could be compared with a newer one.", "Take a released version to be told of newer ones."},
		{update.ErrNoFeed, "This build of Keel has no update feed.", "Take a released version to be told of newer ones."},
	} {
		if errors.Is(err, known.err) {
			return known.message, known.hint
		}
	}
	return fmt.Sprintf("It did not work: %v.", err), "Look at your connection and at keelAgent.network.proxy, then try again. This Keel stays as it is."
}
