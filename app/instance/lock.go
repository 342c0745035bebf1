package instance

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// pause is how long a start waits for another one before it looks again.
const pause = 10 * time.Millisecond

// HeldError says that another process has kept the register to itself.
type HeldError struct{ PID int } // 0 where that is not known

func (e *HeldError) Error() string {
	holder, end := "Another process", "that process"
	if e.PID != 0 {
		holder, end = fmt.Sprintf("Process %d", e.PID), "it"
	}
	return fmt.Sprintf("%s holds Keel's list of windows and does not let go of it. Nothing was opened; end %s, then try again", holder, end)
}

// locked runs work while no other process changes the register. It is held for
// moments: a process that keeps it is named after a while.
func (r *Register) locked(ctx context.Context, work func() error) error {
	lock := newLock(filepath.Join(r.folder, "register.lock"))
	defer func() { _ = lock.Close() }() // and with it goes the lock
	limited, done := context.WithTimeout(ctx, r.options.LockLimit)
	defer done()
	if ok, err := lock.TryLockContext(limited, pause); err != nil || !ok {
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case limited.Err() != nil:
			return &HeldError{r.holder()}
		}
		return fmt.Errorf("locking the register of windows: %w", cmp.Or(err, errors.New("it is in use")))
	}
	// Beside the lock, since a locked file cannot be written on every system. It is
	// only told to people, and gone before another process may hold the lock.
	_ = os.WriteFile(r.holderFile(), strconv.AppendInt(nil, int64(os.Getpid()), 10), 0o600)
	defer func() { _ = os.Remove(r.holderFile()) }()
	return work()
}

func (r *Register) holderFile() string { return filepath.Join(r.folder, "register.holder") }

// holder is the process that has locked the register, 0 where it does not say.
func (r *Register) holder() int {
	text, err := os.ReadFile(r.holderFile())
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || pid < 0 {
		return 0
	}
	return pid
}

func newLock(path string) *flock.Flock {
	return flock.New(path, flock.SetPermissions(0o600), flock.SetFlag(os.O_CREATE|os.O_RDWR))
}

// claimed takes a lock that nobody holds.
func claimed(lock *flock.Flock) bool {
	ok, err := lock.TryLock()
	if err != nil || !ok {
		_ = lock.Close()
		return false
	}
	return true
}
