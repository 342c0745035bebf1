package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/instance"
	"github.com/keel-ide/keel/app/updates"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/data"
	"github.com/keel-ide/keel/backend/update"
)

// updatesFolder is where what is downloaded lies, and what waits for the next start.
func updatesFolder(paths folder.Paths) string { return filepath.Join(paths.Data, "updates") }

func (a *App) newUpdates() *updates.Updates {
	o := updates.Options{
		Update:       updateOptions(a.paths, a.build.Version()),
		Installation: update.Installed(folder.Near()),
		File:         filepath.Join(a.paths.Data, "update-times.json"),
		Setting:      func() string { return a.settings().UpdateCheck },
		Send:         a.events.Updates,
		Now:          time.Now,
		Log:          a.log,
	}
	o.Update.Feed, o.Update.Key, o.Update.Client = a.build.Feed, a.build.FeedKey, a.outbound.Client()
	underTest(&o)
	return updates.New(o)
}

func updateOptions(paths folder.Paths, version string) update.Options {
	return update.Options{
		Version: version,
		Folder:  updatesFolder(paths),
		Seen:    filepath.Join(paths.Data, "newest-version"), // beside: clearing the folder must not let an old one pass
	}
}

// nextStart is a start that may be the first one of a newer version.
type nextStart struct {
	updates  *update.Updates
	now      update.Installation
	data     string // the folder with what Keel keeps
	register *instance.Register
	run      func(program string) error // in the place of this process; returns why that cannot be
	waiting  func()                     // for tests: a version waits, and others are waited for; may be nil
}

// newVersion puts a version that waits in the place of this one, where nobody is at
// work with it, and then starts that one in the place of this process. It returns
// where there is none, and why it did not work. Of several starts at once one does
// so, and the others start what has come into the place.
func (s nextStart) newVersion(ctx context.Context) error {
	if _, ok, err := s.updates.Pending(s.now); err != nil || !ok {
		return err
	}
	if s.waiting != nil {
		s.waiting()
	}
	claim, err := s.updates.Claim(ctx, s.now)
	if errors.Is(err, update.ErrBusy) {
		return nil // a window is at work with it; it waits on
	}
	if err != nil {
		return err
	}
	defer claim.Close() // it ends with the process, too
	program := update.Program(s.now.Folder)
	_, ok, err := s.updates.Pending(s.now)
	if err != nil {
		return err
	}
	if !ok { // another start was faster
		return s.run(program)
	}
	windows, err := s.register.Windows(ctx)
	if err != nil || len(windows) > 0 {
		return err // it waits on
	}
	release, alone, err := data.Alone(ctx, s.data)
	if err != nil || !alone {
		return err
	}
	defer func() { _ = release() }() // it only ends the lock
	if swapped, err := claim.Swap(ctx); err != nil || !swapped {
		return err
	}
	failed := s.run(program)
	if err := claim.Back(); err != nil {
		return &notBackError{errors.Join(failed, err)}
	}
	return failed
}

// notBackError says that a newer version stands in the place of this one, which runs.
type notBackError struct{ error }

// notUpdated says that a newer version did not get to its place.
func notUpdated(err error) *wire.Error {
	if _, ok := errors.AsType[*notBackError](err); ok {
		return &wire.Error{
			Code:    wire.CodeInternal,
			Message: fmt.Sprintf("The newer version is in place, but could not be started: %v. This window is still the version before.", err),
			Hint:    "Nothing of yours has changed. If Keel does not start the next time, use the version before: it is in the folder beside it whose name ends in .old.",
		}
	}
	message, hint := updates.Explain(err)
	return &wire.Error{
		Code:    wire.CodeInternal,
		Message: "The newer version could not take this one's place, so this is still the version before. " + message,
		Hint:    cmp.Or(hint, "Nothing of yours has changed. Look for the newer version again with Keel: Check for Updates."),
	}
}
