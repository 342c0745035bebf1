package settings

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// alonePatience is how long a change waits for another window's.
const alonePatience = 5 * time.Second

// alone waits until no other window of Keel changes what lies in a folder. The
// lock ends with its process.
func alone(ctx context.Context, path string) (release func(), err error) {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("making %q: %w", folder, err)
	}
	limited, done := context.WithTimeout(ctx, alonePatience)
	defer done()
	lock := flock.New(filepath.Join(folder, ".settings.lock"), flock.SetPermissions(0o600), flock.SetFlag(os.O_CREATE|os.O_RDWR))
	if ok, err := lock.TryLockContext(limited, 5*time.Millisecond); err != nil || !ok {
		_ = lock.Close()
		return nil, fmt.Errorf("waiting for another window to write %q: %w", path, cmp.Or(ctx.Err(), err))
	}
	return func() { _ = lock.Close() }, nil
}
