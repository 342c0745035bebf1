package app

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/keel-ide/keel/app/cli"
	"github.com/keel-ide/keel/app/instance"
	"github.com/keel-ide/keel/app/notification"
	"github.com/keel-ide/keel/backend/link"
)

// own is what is left for this process to do: to be a window.
type own struct {
	folder   string
	empty    bool // without the folder that was open last
	requests []instance.Request
}

// asking is what has become of a start in the windows that run.
type asking struct {
	start   cli.Start
	windows launcher
	id      string            // of the start, so that no window does twice what it asks
	rest    []cli.Place       // that no window has taken yet
	asked   []*instance.Asked // what is waited for
	full    []string          // the windows that are about to show another folder
	failed  error             // of what is not tried again
}

func newAsking(start cli.Start, windows launcher) *asking {
	a := &asking{start: start, windows: windows, id: instance.NewID()}
	for _, place := range start.Paths {
		if !slices.Contains(a.rest, place) {
			a.rest = append(a.rest, place)
		}
	}
	return a
}

// handOn does what a start asks in the windows that run. It returns nil when that
// was all. The error is [*unreadyError] where it is worth looking again.
func (a *asking) handOn(ctx context.Context) (*own, error) {
	running, err := a.windows.register.Windows(ctx)
	if err != nil {
		return nil, err
	}
	switch {
	case a.start.Link != "":
		return a.handLink(ctx, running)
	case len(a.start.Paths) > 0:
		return a.handPlaces(ctx, running)
	case a.start.New:
		at := slices.IndexFunc(running, func(window instance.Window) bool { return window.Folder() == "" })
		if at < 0 {
			return &own{empty: true}, nil
		}
		return nil, a.ask(ctx, running[at], instance.Request{})
	}
	if asked, err := a.askFirst(ctx, running, instance.Request{}); asked {
		return nil, err
	}
	return &own{}, nil
}

// askFirst asks the window used last, and where that does not answer the next one.
// It returns false when there is none.
func (a *asking) askFirst(ctx context.Context, running []instance.Window, request instance.Request) (bool, error) {
	var silent error
	for _, window := range running {
		if window.Closing {
			continue
		}
		err := a.ask(ctx, window, request)
		if _, ok := errors.AsType[*instance.SilentError](err); !ok {
			return true, err
		}
		if silent == nil {
			silent = err
		}
	}
	return silent != nil, silent
}

// ask hands a request to a window, once, and keeps what is to be waited for.
func (a *asking) ask(ctx context.Context, window instance.Window, request instance.Request) error {
	asked, err := a.windows.register.Ask(ctx, window, request)
	switch {
	case errors.Is(err, instance.ErrElsewhere):
		a.full = append(a.full, window.ID)
		return &unreadyError{window, err}
	case errors.Is(err, instance.ErrGone):
		return &unreadyError{window, err}
	case err == nil:
		a.asked = append(a.asked, asked)
	}
	return err
}

// handLink has a link asked about in the window used last. One that is refused is
// told there as well, or by the system: who clicks on it sees no terminal.
func (a *asking) handLink(ctx context.Context, running []instance.Window) (*own, error) {
	address := a.start.Link
	target, refused := link.Parse(address)
	if refused == nil {
		_, refused = target.Check()
	}
	// One that is far too long is not handed on whole: it is refused all the same.
	request := instance.Request{ID: a.id, Link: address[:min(len(address), maxLink)]}
	if asked, err := a.askFirst(ctx, running, request); asked {
		return nil, errors.Join(refused, err)
	}
	if refused != nil {
		notifier := notification.New(notification.Options{})
		_ = notifier.Show(ctx, "Keel", refused.Error()) // it is said on standard error as well
		return nil, errors.Join(refused, notifier.Close())
	}
	return &own{requests: []instance.Request{request}}, nil
}

// maxLink is longer than any link that is followed.
const maxLink = 8192

// handPlaces hands on what no window has taken yet, and leaves what has to be tried
// again.
func (a *asking) handPlaces(ctx context.Context, running []instance.Window) (*own, error) {
	var left *own
	var unready error
	for _, one := range errands(a.rest, running, a.start.New) {
		window := one.window
		if window.ID == "" && !a.start.New {
			window = a.free(running)
			running = slices.DeleteFunc(slices.Clone(running), func(other instance.Window) bool { return other.ID == window.ID })
		}
		if window.ID == "" && left == nil && !a.start.Wait {
			left = &own{folder: one.folder.Path, requests: one.requests}
			continue
		}
		var err error
		if window.ID == "" {
			err = a.windows.launch(ctx, one.folder, func(window instance.Window) error { return a.hand(ctx, window, one) })
		} else if err = a.hand(ctx, window, one); again(err) {
			unready = err
			continue
		}
		a.failed = errors.Join(a.failed, err)
		for _, place := range one.places {
			a.done(place)
		}
	}
	return left, unready
}

// hand asks a window for what an errand is about, as far as nobody has taken it.
func (a *asking) hand(ctx context.Context, window instance.Window, one errand) error {
	for i, request := range one.requests {
		place := one.places[i]
		request.ID = fmt.Sprintf("%s %s:%d:%d", a.id, place.Path, place.Line, place.Column)
		request.Wait = a.start.Wait
		request.Replace = a.start.Reuse && one.window.ID == ""
		if err := a.ask(ctx, window, request); err != nil {
			return err
		}
		a.done(place)
	}
	return nil
}

func (a *asking) done(place cli.Place) {
	a.rest = slices.DeleteFunc(a.rest, func(other cli.Place) bool { return other == place })
}

// free is the window that a folder may be opened in: the one without a folder, or
// any with --reuse-window, the one used last first.
func (a *asking) free(running []instance.Window) instance.Window {
	for _, window := range running {
		if !window.Closing && !slices.Contains(a.full, window.ID) && (a.start.Reuse || window.Folder() == "") {
			return window
		}
	}
	return instance.Window{}
}
