package folder

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// lockPatience is how long a change of a small file waits for another window's.
const lockPatience = 5 * time.Second

// locked runs work while no other window changes the file. The lock lies beside
// it and ends with its process.
func locked(ctx context.Context, file string, work func() error) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("making the folder of %q: %w", file, err)
	}
	limited, done := context.WithTimeout(ctx, lockPatience)
	defer done()
	lock := flock.New(file+".lock", flock.SetPermissions(0o600), flock.SetFlag(os.O_CREATE|os.O_RDWR))
	defer func() { _ = lock.Close() }() // and with it goes the lock
	if ok, err := lock.TryLockContext(limited, 5*time.Millisecond); err != nil || !ok {
		return fmt.Errorf("waiting for another window to write %q: %w", file, cmp.Or(ctx.Err(), err))
	}
	return work()
}
