package bind

import (
	"context"

	"github.com/keel-ide/keel/app/wire"
)

// Shell is what a window can be asked for, whatever draws it.
type Shell interface {
	State() wire.WindowState
	OpenFolder(ctx context.Context, request wire.OpenFolderRequest) error
	PickFolder(ctx context.Context) (string, error)
	SetTitle(title string)
	OpenExternal(ctx context.Context, address string) error
	Timing(timing wire.Timing)
	Notify(ctx context.Context, notification wire.Notification) error
	About() wire.About
	Quit()
	Stay()
	Requests(ctx context.Context, loaded bool) ([]wire.OpenRequest, error)
	Shown(id string)
	Closed(id string, shown bool)
	Used(ctx context.Context) error
	NewWindow(ctx context.Context, path string) error
	ShowElsewhere(ctx context.Context, path string) (bool, error)
	FollowLink(ctx context.Context, id string) error
	DropLink(id string)
}

// Window is the window itself: which folder it shows, its title, its end.
type Window struct {
	seam  *Seam
	shell Shell
}

// NewWindow binds a window.
func NewWindow(seam *Seam, shell Shell) *Window { return &Window{seam, shell} }

// State returns what the page needs to start.
func (w *Window) State() (wire.WindowState, error) {
	return call(w.seam, "Window.State", func(context.Context) (wire.WindowState, error) {
		return w.shell.State(), nil
	})
}

// OpenFolder shows another folder in this window; the page reloads itself
// afterwards. Code "needs_consent" asks for the same request with Consent,
// "no_record" for one with Rescue, and "set_aside" for one with SetAside.
func (w *Window) OpenFolder(request wire.OpenFolderRequest) error {
	return w.do("Window.OpenFolder", func(ctx context.Context) error {
		return w.shell.OpenFolder(ctx, request)
	})
}

// PickFolder shows the system's folder dialog and returns the chosen folder, or
// nothing when the dialog was cancelled.
func (w *Window) PickFolder() (string, error) {
	return call(w.seam, "Window.PickFolder", w.shell.PickFolder)
}

// SetTitle names the window.
func (w *Window) SetTitle(title string) error {
	return w.do("Window.SetTitle", func(context.Context) error {
		w.shell.SetTitle(title)
		return nil
	})
}

// OpenExternal opens a web or mail address in the system's browser, after the
// user clicked on it and saw it whole.
func (w *Window) OpenExternal(address string) error {
	return w.do("Window.OpenExternal", func(ctx context.Context) error {
		return w.shell.OpenExternal(ctx, address)
	})
}

// Timing reports how long the page took to start.
func (w *Window) Timing(timing wire.Timing) error {
	return w.do("Window.Timing", func(context.Context) error {
		w.shell.Timing(timing)
		return nil
	})
}

// Notify shows a notification of the system, where it has such a thing; the page
// asks for it when something waits and the window is not in front.
func (w *Window) Notify(notification wire.Notification) error {
	return w.do("Window.Notify", func(ctx context.Context) error {
		return w.shell.Notify(ctx, notification)
	})
}

// About says which build this is, and what it runs on.
func (w *Window) About() (wire.About, error) {
	return call(w.seam, "Window.About", func(context.Context) (wire.About, error) {
		return w.shell.About(), nil
	})
}

// Ping answers with what it was given; it measures the seam.
func (w *Window) Ping(text string) (string, error) { return text, nil }

// Stay answers a "closing" event: the window stays open.
func (w *Window) Stay() error {
	return w.do("Window.Stay", func(context.Context) error {
		w.shell.Stay()
		return nil
	})
}

// Quit closes the window, also while a turn runs.
func (w *Window) Quit() error {
	return w.do("Window.Quit", func(context.Context) error {
		w.shell.Quit()
		return nil
	})
}

// Requests returns what other starts of Keel and links from outside ask of this
// window, each once. An "open" event says that there is something. A page that
// has just been loaded is given again what the one before has not said Shown, Closed,
// FollowLink or DropLink of, and the editors that are waited for.
func (w *Window) Requests(loaded bool) ([]wire.OpenRequest, error) {
	return call(w.seam, "Window.Requests", func(ctx context.Context) ([]wire.OpenRequest, error) {
		return w.shell.Requests(ctx, loaded)
	})
}

// Shown says that a request is carried out: the file is shown, the folder, or what
// is refused.
func (w *Window) Shown(id string) error {
	return w.do("Window.Shown", func(context.Context) error {
		w.shell.Shown(id)
		return nil
	})
}

// Closed ends a request: its file was shown, and a person has closed its editor in
// all groups; or, where shown is false, it could not be carried out.
func (w *Window) Closed(id string, shown bool) error {
	return w.do("Window.Closed", func(context.Context) error {
		w.shell.Closed(id, shown)
		return nil
	})
}

// Used notes that this window is in front, which orders the windows, and how large
// it is and where it stands.
func (w *Window) Used() error { return w.do("Window.Used", w.shell.Used) }

// NewWindow opens a window of its own, empty or on a folder; one that has the
// folder open comes to the front.
func (w *Window) NewWindow(path string) error {
	return w.do("Window.NewWindow", func(ctx context.Context) error { return w.shell.NewWindow(ctx, path) })
}

// ShowElsewhere brings another window that has a folder open to the front, and
// returns false when there is none.
func (w *Window) ShowElsewhere(path string) (bool, error) {
	return call(w.seam, "Window.ShowElsewhere", func(ctx context.Context) (bool, error) {
		return w.shell.ShowElsewhere(ctx, path)
	})
}

// FollowLink opens what a link from outside names; the user has seen it whole and
// agreed. Each link is answered once.
func (w *Window) FollowLink(id string) error {
	return w.do("Window.FollowLink", func(ctx context.Context) error { return w.shell.FollowLink(ctx, id) })
}

// DropLink forgets a link that the user has said no to.
func (w *Window) DropLink(id string) error {
	return w.do("Window.DropLink", func(context.Context) error {
		w.shell.DropLink(id)
		return nil
	})
}

func (w *Window) do(name string, work func(ctx context.Context) error) error {
	_, err := call(w.seam, name, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, work(ctx)
	})
	return err
}
