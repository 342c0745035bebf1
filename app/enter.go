package app

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/keel-ide/keel/app/cli"
	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/instance"
)

// join makes this process the window of what is left.
type join func(ctx context.Context, left own) (*instance.Claim, error)

// enter does what a start asks, in the windows that run or in new ones; where one of
// those is to be this process, left and its claim are returned. The error is told
// also then: the rest of the start has failed.
//
// A window that is just closing does not take requests. It is waited for, for a
// while; what other windows have taken they are not asked again.
func enter(ctx context.Context, start cli.Start, windows launcher, limit time.Duration, join join) (*own, *instance.Claim, error) {
	a := newAsking(start, windows)
	for deadline := time.Now().Add(limit); ; {
		left, err := a.handOn(ctx)
		late := time.Now().After(deadline)
		if left != nil && (err == nil || late) {
			claim, refused := join(ctx, *left)
			if refused == nil {
				return left, claim, errors.Join(a.failed, err)
			}
			err = refused
			if taken, ok := errors.AsType[*instance.TakenError](err); ok {
				err = &unreadyError{taken.Window, err} // it was faster: now it can be asked
			}
		}
		if err == nil || !again(err) || late {
			return nil, nil, errors.Join(a.failed, err, a.wait(ctx))
		}
		select {
		case <-ctx.Done():
			return nil, nil, errors.Join(ctx.Err(), a.wait(ctx))
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// wait waits for all that was asked for. Who no longer waits hangs up.
func (a *asking) wait(ctx context.Context) error {
	failed := make([]error, len(a.asked))
	var group sync.WaitGroup
	for i, asked := range a.asked {
		group.Go(func() { failed[i] = asked.Wait(ctx) })
	}
	group.Wait()
	return errors.Join(failed...)
}

func again(err error) bool {
	_, ok := errors.AsType[*unreadyError](err)
	return ok
}

// unreadyError says that a window does not take what it is asked, but soon may, or
// will be gone. Nothing of it was done.
type unreadyError struct {
	window instance.Window
	cause  error
}

func (e *unreadyError) Error() string {
	if e.window.Closing && e.window.Folder() == "" {
		return fmt.Sprintf("Nothing was opened: the window without a folder is still closing (process %d). Try again in a moment", e.window.PID)
	}
	if e.window.Closing {
		return fmt.Sprintf("%s was not opened: its window is still closing (process %d). Try again in a moment", e.window.Folder(), e.window.PID)
	}
	if errors.Is(e.cause, instance.ErrElsewhere) { // it answers: it is in order
		return e.window.String() + " just opens another folder. Try again in a moment"
	}
	return (&instance.SilentError{Window: e.window}).Error()
}

func (e *unreadyError) Unwrap() error { return e.cause }

// lastFolder is the folder that was open last, empty for none.
func lastFolder(paths folder.Paths) string {
	if recent := folder.ReadRecent(paths); len(recent) > 0 {
		return recent[0].Path
	}
	return ""
}

// closingLimit is how long a start waits for a window that is closing.
const closingLimit = 15 * time.Second
