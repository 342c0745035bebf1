package instance

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

// Claim is this process's place in the register.
type Claim struct {
	register *Register
	id       string
	lock     *flock.Flock
	handle   Handler
	serving  context.Context // ends with the claim
	end      context.CancelFunc
	group    sync.WaitGroup

	mu       sync.Mutex // guards what follows
	window   Window
	listener net.Listener
	closing  bool
	known    []string // the requests that were taken last, by their ids
}

// Join enters this process into the register as the window of a folder, or as the
// one without a folder where the path is empty, until Close. The error is
// [*TakenError] where another window is that; then nothing was entered. Requests
// are handled as they come, each on its own goroutine, as soon as others can find
// the window.
func (r *Register) Join(ctx context.Context, path string, handle Handler) (*Claim, error) {
	folder := mayLook(path)
	id := NewID()
	address, err := socket(id)
	if err != nil {
		return nil, err
	}
	serving, end := context.WithCancel(context.WithoutCancel(ctx))
	c := &Claim{
		register: r, id: id, lock: newLock(r.lock(id)), handle: handle, serving: serving, end: end,
		window: Window{ID: id, PID: os.Getpid(), Folders: []Folder{folder}, Address: address, UsedAt: time.Now().UnixMilli()},
	}
	if err := r.locked(ctx, func() error { return c.enter(ctx, folder) }); err != nil {
		end()
		return nil, err
	}
	listener := c.listener // another one may take its place
	c.group.Go(func() { c.serve(listener) })
	return c, nil
}

// enter is Join while the register is locked.
func (c *Claim) enter(ctx context.Context, folder Folder) error {
	if err := c.free(folder); err != nil {
		return err
	}
	if !claimed(c.lock) {
		return fmt.Errorf("locking %q: it is in use", c.register.lock(c.id))
	}
	listener, err := listen(ctx, c.window.Address)
	if err != nil {
		return errors.Join(err, c.lock.Close())
	}
	if err := c.register.write(c.window); err != nil {
		return errors.Join(err, listener.Close(), c.lock.Close())
	}
	c.listener = listener
	return nil
}

// free returns a [*TakenError] where another window has a folder. The register is
// locked.
func (c *Claim) free(folder Folder) error {
	others, err := c.register.alive()
	if err != nil {
		return err
	}
	for _, other := range others {
		if at := slices.IndexFunc(other.Folders, folder.Is); at >= 0 && other.ID != c.id {
			return &TakenError{Folder: other.Folders[at].Path, Window: other}
		}
	}
	return nil
}

// ID names this window in the register.
func (c *Claim) ID() string { return c.id }

// Take claims a folder beside what this window has; an empty path is the place
// without a folder. The error is [*TakenError] where another window has it.
func (c *Claim) Take(ctx context.Context, path string) error {
	folder := mayLook(path) // before the lock: it may take long, which must hold nobody else up
	return c.change(ctx, func(window *Window) error {
		if err := c.free(folder); err != nil {
			return err
		}
		window.Folders = append(slices.DeleteFunc(window.Folders, named(folder.Path)), folder)
		return nil
	})
}

// Drop gives a folder up, by the path that it was taken by.
func (c *Claim) Drop(ctx context.Context, path string) error {
	real := mayLook(path).Path
	return c.change(ctx, func(window *Window) error {
		window.Folders = slices.DeleteFunc(window.Folders, named(real))
		return nil
	})
}

// Only gives up everything but what was taken last, which is shown.
func (c *Claim) Only(ctx context.Context) error {
	return c.change(ctx, func(window *Window) error {
		window.Folders = window.Folders[max(0, len(window.Folders)-1):]
		return nil
	})
}

// Used notes that the window is in front, and that it can be reached.
func (c *Claim) Used(ctx context.Context) error {
	return c.change(ctx, func(window *Window) error {
		window.UsedAt = max(time.Now().UnixMilli(), window.UsedAt+1)
		return c.listenAgain(c.serving)
	})
}

func (c *Claim) change(ctx context.Context, change func(window *Window) error) error {
	return c.register.locked(ctx, func() error {
		c.mu.Lock()
		defer c.mu.Unlock()
		next := c.window
		next.Folders = slices.Clone(next.Folders)
		if err := change(&next); err != nil {
			return err
		}
		if err := c.register.write(next); err != nil {
			return err
		}
		c.window = next
		return nil
	})
}

// goneLimit is how long leaving waits for the register: what stays in it is swept
// by the next start.
const goneLimit = time.Second

// Shut takes no more requests, and tells later starts that the window closes. Who
// waits goes on waiting, until Close.
func (c *Claim) Shut() error {
	c.mu.Lock()
	c.closing = true
	closed := c.listener.Close()
	c.mu.Unlock()
	limited, done := context.WithTimeout(context.Background(), goneLimit)
	defer done()
	return errors.Join(closed, c.change(limited, func(window *Window) error {
		window.Closing = true
		return nil
	}))
}

// Close takes this process out of the register. For who waits until now, what it
// waits for has failed.
func (c *Claim) Close() error {
	c.mu.Lock()
	c.closing = true
	closed := c.listener.Close()
	c.mu.Unlock()
	if errors.Is(closed, net.ErrClosed) {
		closed = nil // by Shut
	}
	c.end()
	c.group.Wait()
	limited, done := context.WithTimeout(context.Background(), goneLimit)
	defer done()
	gone := c.register.locked(limited, func() error {
		return errors.Join(os.Remove(c.register.record(c.id)), os.Remove(c.register.lock(c.id)))
	})
	return errors.Join(closed, gone, c.lock.Close())
}

// mayLook is what a path names, or the path alone where that cannot be looked at:
// opening it says what is wrong.
func mayLook(path string) Folder {
	folder, err := Look(path)
	if err != nil {
		return Folder{Path: path}
	}
	return folder
}

func named(path string) func(Folder) bool {
	return func(folder Folder) bool { return folder.Path == path }
}

// NewID is a name that nobody else has.
func NewID() string {
	raw := make([]byte, 8)
	_, _ = rand.Read(raw) // it never fails
	return hex.EncodeToString(raw)
}
