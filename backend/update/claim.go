package update

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/mod/semver"
)

const (
	lockFile     = "lock"
	lockPatience = 10 * time.Second
	lockPause    = 10 * time.Millisecond
)

// ErrBusy says that another process is at work with the version that waits.
var ErrBusy = errors.New("another Keel is at work with a newer version")

// Claim keeps other processes from the version that waits for an installation.
// It ends with the process, also where that becomes another program.
type Claim struct {
	u    *Updates
	now  Installation
	lock *flock.Flock
	done Staged // what Swap has put in place
}

// Claim waits some seconds for others, then the error is [ErrBusy].
func (u *Updates) Claim(ctx context.Context, now Installation) (*Claim, error) {
	if err := os.MkdirAll(u.o.Folder, 0o700); err != nil {
		return nil, fmt.Errorf("making %q: %w", u.o.Folder, err)
	}
	limited, done := context.WithTimeout(ctx, u.o.Patience)
	defer done()
	lock := flock.New(filepath.Join(u.o.Folder, lockFile), flock.SetPermissions(0o600), flock.SetFlag(os.O_CREATE|os.O_RDWR))
	_, err := lock.TryLockContext(limited, lockPause)
	switch {
	case err == nil:
		return &Claim{u: u, now: now, lock: lock}, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case limited.Err() != nil:
		return nil, fmt.Errorf("waiting for %q: %w", lock.Path(), ErrBusy)
	}
	return nil, fmt.Errorf("locking %q: %w", lock.Path(), err)
}

// Close lets others go on.
func (c *Claim) Close() error { return c.lock.Close() }

// Discard forgets the version that waits, and removes what was unpacked of it.
func (u *Updates) Discard(ctx context.Context, now Installation) error {
	c, err := u.Claim(ctx, now)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, ok, err := u.Pending(now); err != nil || !ok {
		return err
	}
	return c.forget()
}

// Sweep removes what was unpacked beside a program and does not wait for its next
// start, as after a process that was ended in between.
func (u *Updates) Sweep(ctx context.Context, now Installation) error {
	if now.Kind != Unpacked {
		return nil
	}
	_, missing := os.Lstat(stagedFor("", now.Folder).New)
	if _, ok, err := u.Pending(now); err != nil || ok || missing != nil {
		return err
	}
	c, err := u.Claim(ctx, now)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, ok, err := u.Pending(now); err != nil || ok {
		return err
	}
	return c.forget()
}

// forget removes the record of what waits, and then what it names: never is
// something named that is not whole. A record of another installation stays.
func (c *Claim) forget() error {
	if s, err := c.u.record(); err == nil && s.Folder != "" && s.Folder != c.now.Folder {
		return os.RemoveAll(stagedFor("", c.now.Folder).New)
	}
	if err := os.RemoveAll(filepath.Join(c.u.o.Folder, stagedFile)); err != nil {
		return fmt.Errorf("forgetting what was unpacked before: %w", err)
	}
	if err := os.RemoveAll(stagedFor("", c.now.Folder).New); err != nil {
		return fmt.Errorf("removing what was unpacked before: %w", err)
	}
	return nil
}

// forward tells whether a version leads forward from the running one and from
// every one that was offered.
func (u *Updates) forward(version string) (bool, error) {
	seen, err := u.seen()
	v, running := canonical(version), canonical(u.o.Version)
	return err == nil && v != "" && running != "" && semver.Compare(v, running) > 0 && (seen == "" || semver.Compare(v, seen) >= 0), err
}
