package instance

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

// Handler does what another start asks for. Of a request that waits, ended is
// closed when what it waits for has ended; none ends at once. The context ends
// when the other start no longer waits.
type Handler func(ctx context.Context, request Request) (ended <-chan struct{})

// Claim is this process's place in the register.
type Claim struct {
	register *Register
	lock     *flock.Flock
	listener net.Listener
	group    sync.WaitGroup
	end      context.CancelFunc

	mu     sync.Mutex // guards window
	window Window
}

// Join enters this process into the register, without a folder, until Close.
// Requests are handled as they come, each on its own goroutine.
func (r *Register) Join(ctx context.Context, handle Handler) (*Claim, error) {
	id := newID()
	address, err := socket(id)
	if err != nil {
		return nil, err
	}
	serving, end := context.WithCancel(context.WithoutCancel(ctx))
	c := &Claim{
		register: r, lock: newLock(r.lock(id)), end: end,
		window: Window{ID: id, PID: os.Getpid(), Address: address, UsedAt: time.Now().UnixMilli()},
	}
	err = r.locked(ctx, func() error {
		if !claimed(c.lock) {
			return fmt.Errorf("locking %q: it is in use", r.lock(id))
		}
		var config net.ListenConfig
		listener, err := config.Listen(ctx, "unix", address)
		if err != nil {
			return errors.Join(fmt.Errorf("listening for later starts: %w", err), c.lock.Close())
		}
		c.listener = listener
		if err := r.write(c.window); err != nil {
			return errors.Join(err, listener.Close(), c.lock.Close())
		}
		return nil
	})
	if err != nil {
		end()
		return nil, err
	}
	c.group.Go(func() { c.serve(serving, handle) })
	return c, nil
}

// ID names this window in the register.
func (c *Claim) ID() string { return c.window.ID }

// Take claims a folder beside what this window has. The error is [*TakenError]
// where another window has it open.
func (c *Claim) Take(ctx context.Context, folder string) error {
	return c.change(ctx, func(folders []string) ([]string, error) {
		others, err := c.register.alive()
		if err != nil {
			return nil, err
		}
		for _, other := range others {
			has := func(open string) bool { return same(open, folder) }
			if other.ID != c.window.ID && slices.ContainsFunc(other.Folders, has) {
				return nil, &TakenError{Folder: folder, Window: other}
			}
		}
		rest := slices.DeleteFunc(folders, func(open string) bool { return open == folder })
		return append(rest, folder), nil
	})
}

// Drop gives a folder up.
func (c *Claim) Drop(ctx context.Context, folder string) error {
	return c.change(ctx, func(folders []string) ([]string, error) {
		return slices.DeleteFunc(folders, func(open string) bool { return open == folder }), nil
	})
}

// Used notes that the window is in front.
func (c *Claim) Used(ctx context.Context) error {
	return c.change(ctx, func(folders []string) ([]string, error) { return folders, nil })
}

func (c *Claim) change(ctx context.Context, change func(folders []string) ([]string, error)) error {
	return c.register.locked(ctx, func() error {
		c.mu.Lock()
		defer c.mu.Unlock()
		folders, err := change(slices.Clone(c.window.Folders))
		if err != nil {
			return err
		}
		next := c.window
		next.Folders = folders
		next.UsedAt = max(time.Now().UnixMilli(), next.UsedAt+1)
		if err := c.register.write(next); err != nil {
			return err
		}
		c.window = next
		return nil
	})
}

// Close takes this process out of the register. Who waits for it is told that
// it has ended as it should.
func (c *Claim) Close() error {
	c.end()
	closed := c.listener.Close()
	c.group.Wait()
	limited, done := context.WithTimeout(context.Background(), time.Second)
	defer done()
	gone := c.register.locked(limited, func() error {
		return errors.Join(os.Remove(c.register.record(c.window.ID)), os.Remove(c.register.lock(c.window.ID)))
	})
	return errors.Join(closed, gone, c.lock.Close())
}

// newID is a name that nobody else has.
func newID() string {
	raw := make([]byte, 8)
	_, _ = rand.Read(raw) // it never fails
	return hex.EncodeToString(raw)
}

// socket returns where a window listens. It is not in the data folder, because
// a socket's address may only be about a hundred bytes long.
func socket(id string) (string, error) {
	runtime := os.Getenv("XDG_RUNTIME_DIR")
	if info, err := os.Stat(runtime); runtime == "" || err != nil || !info.IsDir() {
		runtime = filepath.Join(os.TempDir(), fmt.Sprintf("keel-%d", os.Getuid()))
		if err := private(runtime); err != nil {
			return "", err
		}
	}
	return filepath.Join(runtime, "keel-"+id+".sock"), nil
}

// private makes a folder that only this user can enter, and refuses one that
// somebody else made in its place.
func private(folder string) error {
	if err := os.Mkdir(folder, 0o700); err != nil && !os.IsExist(err) {
		return fmt.Errorf("making %q: %w", folder, err)
	}
	info, err := os.Lstat(folder)
	if err != nil {
		return fmt.Errorf("looking at %q: %w", folder, err)
	}
	if !info.IsDir() || info.Mode().Perm() != 0o700 || !ownedByUser(info) {
		return fmt.Errorf("using %q: it is not a folder of this user alone", folder)
	}
	return nil
}
