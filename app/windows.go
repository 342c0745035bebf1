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
	"github.com/keel-ide/keel/backend/link"
)

// Requests returns what other starts and links ask of this window, each once.
func (a *App) Requests(_ context.Context, loaded bool) ([]wire.OpenRequest, error) {
	path := ""
	if f := a.Folder(); f.Workspace != nil {
		path = f.Workspace.Path()
	}
	return a.requests.take(loaded, path), nil
}

// Closed notes that the editor that a request waits for is closed.
func (a *App) Closed(id string) { a.requests.end(id) }

// Used notes that this window is in front, and where.
func (a *App) Used(ctx context.Context) error {
	a.keepPlace()
	return a.claim.Used(ctx)
}

// later is another start's request: this window comes to the front.
func (a *App) later(ctx context.Context, request instance.Request) <-chan struct{} {
	if f := a.Folder(); f != nil && request.Folder != "" && request.File == "" && f.Holds(request.Folder) && !request.Wait {
		request = instance.Request{} // it is shown
	}
	var ended <-chan struct{}
	if request != (instance.Request{}) {
		ended = a.requests.add(ctx, request)
		a.events.Open(wire.OpenWaiting{})
	}
	a.raise()
	return ended
}

// NewWindow opens another window, empty or on a folder, which comes to the front
// where it is open already.
func (a *App) NewWindow(ctx context.Context, path string) error {
	if path == "" {
		windows, err := a.register.Windows(ctx)
		if err != nil {
			return err
		}
		return openEmpty(ctx, a.launcher(), windows)
	}
	return a.send(ctx, cli.Place{Path: path})
}

// openEmpty shows the window without a folder: there is one at most, since what is
// typed into it is kept in one place.
func openEmpty(ctx context.Context, windows launcher, running []instance.Window) error {
	for _, window := range running {
		if window.Folder() == "" {
			return instance.Tell(ctx, window, instance.Request{})
		}
	}
	_, err := windows.launch(ctx, "")
	return err
}

// ShowElsewhere brings the window that has a folder open to the front, if it is
// another one than this.
func (a *App) ShowElsewhere(ctx context.Context, path string) (bool, error) {
	windows, err := a.register.Windows(ctx)
	if err != nil {
		return false, err
	}
	one := find(cli.Place{Path: path}, windows, false)
	if one.window.ID == "" || one.window.ID == a.claim.ID() {
		return false, nil
	}
	return true, instance.Tell(ctx, one.window, instance.Request{})
}

// FollowLink opens what a link names, after the user has agreed to it.
func (a *App) FollowLink(ctx context.Context, id string) error {
	target, ok := a.requests.answer(id)
	if !ok {
		return &wire.Error{Code: wire.CodeNotFound, Message: "This link was answered already.", Hint: "Click on it again."}
	}
	if err := target.Check(); err != nil {
		refused, _ := errors.AsType[*link.Error](err)
		return &wire.Error{Code: wire.CodeNotFound, Message: refused.Message, Hint: "Nothing was opened."}
	}
	return a.send(ctx, cli.Place{Path: target.Path, File: target.File, Line: target.Line, Column: target.Column})
}

// DropLink forgets a link that the user has said no to.
func (a *App) DropLink(id string) { _, _ = a.requests.answer(id) }

// send shows a place where it belongs: in this window or another one, or in a new
// one, which this one is where it has no folder.
func (a *App) send(ctx context.Context, place cli.Place) error {
	windows, err := a.register.Windows(ctx)
	if err != nil {
		return err
	}
	one := find(place, windows, false)
	request := one.requests[0]
	switch {
	case one.window.ID == a.claim.ID(), one.window.ID == "" && a.Folder().Workspace == nil:
		a.later(ctx, request)
		return nil
	case one.window.ID != "":
		return instance.Tell(ctx, one.window, request)
	}
	window, err := a.launcher().launch(ctx, one.folder)
	if err != nil || request.File == "" {
		return err
	}
	return instance.Tell(ctx, window, request)
}

func (a *App) launcher() launcher { return launcher{a.register, a.environment} }

// claimFolder makes a folder this window's own. It returns what gives it back.
func (a *App) claimFolder(path string) (giveBack func(), err error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil || path == "" {
		return func() {}, nil //nolint:nilerr // opening it says what is wrong
	}
	if f := a.Folder(); f != nil && f.Holds(real) {
		return func() {}, nil
	}
	if err := a.claim.Take(a.ctx, real); err != nil {
		return nil, err
	}
	return func() { a.drop(real) }, nil
}

func (a *App) drop(path string) {
	if err := a.claim.Drop(a.ctx, path); err != nil {
		a.log.Warn("giving up a folder", "path", path, "error", err)
	}
}

// elsewhere brings the window that has a folder to the front, and says so.
func (a *App) elsewhere(ctx context.Context, taken *instance.TakenError) error {
	if err := instance.Tell(ctx, taken.Window, instance.Request{}); err != nil {
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
