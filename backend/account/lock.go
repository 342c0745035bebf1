package account

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

const (
	// lockLimit is how long a change waits for another process to finish its own.
	lockLimit = 10 * time.Second
	// lockPause is how often a taken lock is tried again.
	lockPause = 15 * time.Millisecond
)

// lock takes the lock of a file, which stands empty and stays, since deleting it
// would let two processes hold one each.
func lock(ctx context.Context, path string) (unlock func(), err error) {
	l := openLock(path)
	if _, err := l.TryLockContext(ctx, lockPause); err != nil {
		if ctx.Err() != nil {
			return nil, busy(ctx.Err())
		}
		return nil, fmt.Errorf("locking %q: %w", path, err)
	}
	return func() { _ = l.Close() }, nil // the end of the process would do the same
}

// openLock prepares a lock; its way to open the file does not wait where that is
// a pipe.
func openLock(path string) *flock.Flock {
	return flock.New(path, flock.SetPermissions(0o600), flock.SetFlag(os.O_CREATE|os.O_RDWR))
}

// tryLock is lock for who does not wait; false where it is taken.
func tryLock(path string) (unlock func(), ok bool) {
	l := openLock(path)
	if got, err := l.TryLock(); err != nil || !got {
		return nil, false
	}
	return func() { _ = l.Close() }, true
}

func busy(err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	return &Error{Message: "Another Keel is at work on the accounts; nothing was changed.", Hint: "Try again in a moment.", Err: err}
}

// alone runs work while nobody else, in this process or another one, changes an
// account's token.
func (a *Accounts) alone(ctx context.Context, accountID string, work func() error) error {
	if err := os.MkdirAll(filepath.Dir(a.options.File), 0o700); err != nil {
		return fmt.Errorf("making the folder of the accounts' locks: %w", err)
	}
	unlock, err := lock(ctx, a.lockOf(accountID))
	if err != nil {
		return err
	}
	defer unlock()
	return work()
}

// lockOf is where an account's lock stands. Its name tells nothing of the person.
func (a *Accounts) lockOf(accountID string) string {
	sum := sha256.Sum256([]byte(accountID))
	return a.options.File + "." + hex.EncodeToString(sum[:8]) + ".lock"
}
