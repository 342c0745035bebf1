package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/keel-ide/keel/app/cli"
	"github.com/keel-ide/keel/app/instance"
	"github.com/keel-ide/keel/app/wire"
)

// Requests returns what other starts and links ask of this window, each once; a
// page that has just been loaded learns of all that is not done.
func (a *App) Requests(ctx context.Context, loaded bool) ([]wire.OpenRequest, error) {
	taken := a.requests.take(loaded)
	for i, request := range taken {
		if request.Kind == wire.OpenLink {
			taken[i] = a.question(ctx, request.ID)
		}
	}
	return taken, nil
}

// Shown notes that what a request asks for is shown.
func (a *App) Shown(id string) { a.requests.shown(id) }

// Closed notes that the editor that a request waits for was closed by a person; it
// is false where it could not be shown.
func (a *App) Closed(id string, shown bool) { a.requests.end(id, shown) }

// Used notes that this window is in front, and where.
func (a *App) Used(ctx context.Context) error {
	a.keepPlace()
	return a.claim.Used(ctx)
}

// arrived is called when another start has asked for something: this window comes to
// the front.
func (a *App) arrived(waiting bool) {
	if waiting {
		a.events.Open(wire.OpenWaiting{})
	}
	a.raise()
}

// NewWindow opens another window, empty or on a folder, which comes to the front
// where it is open already.
func (a *App) NewWindow(ctx context.Context, path string) error {
	if path != "" {
		return a.send(ctx, cli.Place{Path: path}, nil)
	}
	windows, err := a.windows.register.Windows(ctx)
	if err != nil {
		return err
	}
	// There is one without a folder at most, since what is typed into it is kept in one
	// place.
	for _, window := range windows {
		if window.Folder() == "" {
			return a.tell(ctx, window, instance.Request{})
		}
	}
	return a.windows.launch(ctx, instance.Folder{}, func(instance.Window) error { return nil })
}

// ShowElsewhere brings the window that has a folder open to the front, if it is
// another one than this.
func (a *App) ShowElsewhere(ctx context.Context, path string) (bool, error) {
	windows, err := a.windows.register.Windows(ctx)
	if err != nil {
		return false, err
	}
	one := find(cli.Place{Path: path}, windows, false)
	if one.window.ID == "" || one.window.ID == a.claim.ID() {
		return false, nil
	}
	return true, a.tell(ctx, one.window, instance.Request{})
}

// send shows a place where it belongs: in this window or another one, or in a new
// one, which this one is where it has no folder. It is not sent where fits says no.
func (a *App) send(ctx context.Context, place cli.Place, fits func(errand) error) error {
	windows, err := a.windows.register.Windows(ctx)
	if err != nil {
		return err
	}
	one := find(place, windows, false)
	if fits != nil {
		if err := fits(one); err != nil {
			return err
		}
	}
	request := one.requests[0]
	if one.window.ID == a.claim.ID() || one.window.ID == "" && a.Folder().Workspace == nil {
		_, err := a.requests.receive(ctx, request)
		if !errors.Is(err, instance.ErrElsewhere) {
			return err
		}
	} else if one.window.ID != "" {
		return a.tell(ctx, one.window, request)
	}
	return a.windows.launch(ctx, one.folder, func(window instance.Window) error {
		if request.File == "" {
			return nil
		}
		return a.windows.register.Tell(ctx, window, request)
	})
}

// tell asks another window, and says in words for a person why it cannot be asked.
func (a *App) tell(ctx context.Context, window instance.Window, request instance.Request) error {
	err := a.windows.register.Tell(ctx, window, request)
	if _, silent := errors.AsType[*instance.SilentError](err); silent {
		return &wire.Error{Code: wire.CodeElsewhere, Message: window.String() + " does not answer.", Hint: "End it, then try again."}
	}
	if errors.Is(err, instance.ErrGone) || errors.Is(err, instance.ErrElsewhere) {
		return &wire.Error{Code: wire.CodeElsewhere, Message: window.String() + " is closing, or opens another folder.", Hint: "Try again in a moment."}
	}
	return err
}

// passOn has the window without a folder say why this one's cannot be opened, and
// hands on what this one was asked for.
func (a *App) passOn(window instance.Window, path string, cause error) error {
	told := a.tell(a.ctx, window, instance.Request{Folder: path})
	for _, request := range a.requests.places() {
		if told == nil {
			told = a.tell(a.ctx, window, request)
		}
	}
	return fmt.Errorf("%s is not open; the window without a folder says more: %w", path, errors.Join(cause, told))
}

// claimFolder makes a folder this window's own. It returns what gives it back.
func (a *App) claimFolder(path string) (giveBack func(), err error) {
	folder, err := instance.Look(path)
	if err != nil || path == "" {
		return func() {}, nil //nolint:nilerr // opening it says what is wrong
	}
	if f := a.Folder(); f != nil && f.Holds(folder.Path) {
		return func() {}, nil
	}
	if err := a.claim.Take(a.ctx, folder.Path); err != nil {
		return nil, err
	}
	return func() {
		if err := a.claim.Drop(a.ctx, folder.Path); err != nil {
			a.log.Warn("giving up a folder", "path", folder.Path, "error", err)
		}
	}, nil
}

// elsewhere brings the window that has a folder to the front, and says so.
func (a *App) elsewhere(ctx context.Context, taken *instance.TakenError) error {
	if err := a.windows.register.Tell(ctx, taken.Window, instance.Request{}); err != nil {
		a.log.Warn("telling another window", "error", err)
	}
	return &wire.Error{
		Code:    wire.CodeElsewhere,
		Message: fmt.Sprintf("%s is open in another window. Nothing has changed in this one.", taken.Folder),
		Hint:    "Go on there, or close that window and open the folder here.",
	}
}

// expand is a path with the user's home for a ~ at its beginning.
func expand(path string) (string, error) {
	if path != "~" && (len(path) < 2 || path[:2] != "~/") {
		return path, nil
	}
	user, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("finding the home folder: %w", err)
	}
	return filepath.Join(user, path[1:]), nil
}
