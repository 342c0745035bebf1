package app

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/keel-ide/keel/app/cli"
	"github.com/keel-ide/keel/app/folder"
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

// handOn does what a start asks in the windows that run. It returns nil when that
// was all.
func handOn(ctx context.Context, start cli.Start, windows launcher) (*own, error) {
	running, err := windows.register.Windows(ctx)
	if err != nil {
		return nil, err
	}
	switch {
	case start.Link != "":
		return handLink(ctx, start.Link, running)
	case len(start.Paths) > 0:
		return handPaths(ctx, start, windows, running)
	case start.New:
		at := slices.IndexFunc(running, func(window instance.Window) bool { return window.Folder() == "" })
		if at < 0 {
			return &own{empty: true}, nil
		}
		return nil, instance.Tell(ctx, running[at], instance.Request{})
	case len(running) == 0:
		return &own{}, nil
	}
	return nil, instance.Tell(ctx, running[0], instance.Request{})
}

// handLink has a link asked about in the window used last. One that is refused is
// told there as well, or by the system: who clicks on it sees no terminal.
func handLink(ctx context.Context, address string, running []instance.Window) (*own, error) {
	target, refused := link.Parse(address)
	if refused == nil {
		refused = target.Check()
	}
	request := instance.Request{Link: address}
	switch {
	case len(running) > 0:
		// One that is far too long is not handed on whole: it is refused all the same.
		request.Link = address[:min(len(address), maxLink)]
		return nil, errors.Join(refused, instance.Tell(ctx, running[0], request))
	case refused != nil:
		notifier := notification.New(notification.Options{})
		_ = notifier.Show(ctx, "Keel", refused.Error()) // it is said on standard error as well
		return nil, errors.Join(refused, notifier.Close())
	}
	return &own{requests: []instance.Request{request}}, nil
}

// maxLink is longer than any link that is followed.
const maxLink = 8192

func handPaths(ctx context.Context, start cli.Start, windows launcher, running []instance.Window) (*own, error) {
	var left *own
	var group sync.WaitGroup
	var mu sync.Mutex // guards failed
	var failed error
	for _, one := range errands(start.Paths, running, start.New) {
		window := one.window
		if window.ID == "" && !start.New {
			window = free(running, start.Reuse)
			running = slices.DeleteFunc(slices.Clone(running), func(other instance.Window) bool { return other.ID == window.ID })
		}
		if window.ID == "" && left == nil && !start.Wait {
			left = &own{folder: one.folder, requests: one.requests}
			continue
		}
		if window.ID == "" {
			launched, err := windows.launch(ctx, one.folder)
			if err != nil {
				return nil, err
			}
			window = launched
		}
		for _, request := range one.requests {
			request.Wait = start.Wait
			group.Go(func() {
				if err := instance.Tell(ctx, window, request); err != nil {
					mu.Lock()
					defer mu.Unlock()
					failed = errors.Join(failed, err)
				}
			})
		}
	}
	group.Wait()
	return left, failed
}

// free is the window that a folder may be opened in: the one without a folder, or
// any, the one used last first.
func free(running []instance.Window, any bool) instance.Window {
	for _, window := range running {
		if any || window.Folder() == "" {
			return window
		}
	}
	return instance.Window{}
}

// again is how often a start looks anew when a window ends while it is asked.
const again = 5

// begin is handOn, which a window that is just ending does not defeat. A wait is
// not begun twice.
func begin(ctx context.Context, start cli.Start, windows launcher) (*own, error) {
	for tries := 1; ; tries++ {
		left, err := handOn(ctx, start, windows)
		_, refused := errors.AsType[*link.Error](err)
		if err == nil || refused || start.Wait || ctx.Err() != nil || tries == again {
			return left, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// lastFolder is the folder that was open last, empty for none.
func lastFolder(paths folder.Paths) string {
	if recent := folder.ReadRecent(paths); len(recent) > 0 {
		return recent[0].Path
	}
	return ""
}

// tellAll hands requests to a window; none brings it to the front.
func tellAll(ctx context.Context, window instance.Window, requests []instance.Request) error {
	if len(requests) == 0 {
		requests = []instance.Request{{}}
	}
	for _, request := range requests {
		if err := instance.Tell(ctx, window, request); err != nil {
			return err
		}
	}
	return nil
}
