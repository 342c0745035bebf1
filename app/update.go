package app

import (
	"context"
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
		Update: update.Options{
			Feed: a.build.Feed, Key: a.build.FeedKey, Version: a.build.Version(), Client: a.outbound.Client(),
			Folder: updatesFolder(a.paths),
			Seen:   filepath.Join(a.paths.Data, "newest-version"), // beside: clearing the folder must not let an old one pass
		},
		Installation: update.Installed(folder.Near()),
		File:         filepath.Join(a.paths.Data, "update-times.json"),
		Setting:      func() string { return a.settings().UpdateCheck },
		Send:         a.events.Updates,
		Now:          time.Now,
		Log:          a.log,
	}
	underTest(&o)
	return updates.New(o)
}

// startNewVersion puts a version that waits in the place of this one, where nobody
// is at work with it, and then starts that one in the place of this process. It
// returns where there is none, and why it did not work.
func startNewVersion(ctx context.Context, paths folder.Paths, register *instance.Register, environment []string) error {
	staged, ok, err := update.Pending(updatesFolder(paths))
	if err != nil || !ok {
		return err
	}
	windows, err := register.Windows(ctx)
	if err != nil || len(windows) > 0 {
		return err // it waits on
	}
	release, alone, err := data.Alone(ctx, paths.Data)
	if err != nil || !alone {
		return err
	}
	now := update.Installed(folder.Near())
	err = update.Swap(updatesFolder(paths), staged, now)
	_ = release() // it only ends the lock
	if err != nil {
		return err
	}
	return startAgain(filepath.Join(now.Folder, "lib", "keel", "keel"), environment)
}

// notUpdated says that a newer version did not get to its place.
func notUpdated(err error) *wire.Error {
	return &wire.Error{
		Code:    wire.CodeInternal,
		Message: fmt.Sprintf("The newer version could not take this one's place: %v. This is still the version before.", err),
		Hint:    "Nothing of yours has changed. Look for the newer version again with Keel: Check for Updates.",
	}
}
