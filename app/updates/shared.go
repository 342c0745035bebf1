package updates

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/keel-ide/keel/backend/atomicfile"
	"github.com/keel-ide/keel/backend/settings"
)

const (
	lockPatience = 5 * time.Second
	lockPause    = 10 * time.Millisecond
)

// times is what the windows of a user share, in Unix milliseconds; 0 is never.
type times struct {
	SeenAt   int64 `json:"seenAt"`   // when Keel was first there with a feed
	LookedAt int64 `json:"lookedAt"` // with an answer, or when it was last begun by itself
	AskedAt  int64 `json:"askedAt"`
}

// due tells whether this window has to look by itself, and notes that it does. The
// first time after a start that is so as well where a newer version is known of:
// what it is has to be asked again.
func (u *Updates) due(ctx context.Context, first bool) bool {
	if u.o.Setting() != settings.UpdatesDaily || !u.State().Feed {
		return false
	}
	due := false
	err := u.share(ctx, func(t *times) {
		now := u.o.Now()
		due = past(now, t.LookedAt, day) || first && u.update.KnowsNewer()
		if due {
			t.LookedAt = now.UnixMilli()
		}
	})
	if err != nil {
		u.o.Log.Warn("seeing whether to look for a newer version", "error", err)
	}
	return due && err == nil
}

// looked notes that there was an answer.
func (u *Updates) looked(ctx context.Context) error {
	return u.share(ctx, func(t *times) { t.LookedAt = u.o.Now().UnixMilli() })
}

// MayAsk tells whether this window is to ask whether Keel may look once a day: not
// on the first day, once among all windows, and only where the user has not said.
// Who is told yes has asked.
func (u *Updates) MayAsk(ctx context.Context) (bool, error) {
	if !u.State().Feed || u.o.Setting() != "" {
		return false, nil
	}
	may := false
	err := u.share(ctx, func(t *times) {
		now := u.o.Now()
		if t.SeenAt == 0 {
			t.SeenAt = now.UnixMilli()
		}
		may = past(now, t.SeenAt, day) && past(now, t.AskedAt, askAgain)
		if may {
			t.AskedAt = now.UnixMilli()
		}
	})
	return may && err == nil, err
}

// past tells whether so much time is over; a clock that was set back counts as over.
func past(now time.Time, since int64, long time.Duration) bool {
	gone := now.Sub(time.UnixMilli(since))
	return gone >= long || gone < 0
}

// share changes what the windows share while no other one does.
func (u *Updates) share(ctx context.Context, change func(t *times)) error {
	if err := os.MkdirAll(filepath.Dir(u.o.File), 0o700); err != nil {
		return fmt.Errorf("making the folder of %q: %w", u.o.File, err)
	}
	limited, done := context.WithTimeout(ctx, lockPatience)
	defer done()
	lock := flock.New(u.o.File+".lock", flock.SetPermissions(0o600), flock.SetFlag(os.O_CREATE|os.O_RDWR))
	defer func() { _ = lock.Close() }() // and with it goes the lock
	if ok, err := lock.TryLockContext(limited, lockPause); err != nil || !ok {
		return fmt.Errorf("waiting for another window to write %q: %w", u.o.File, errors.Join(ctx.Err(), err))
	}
	var t times
	text, err := os.ReadFile(u.o.File)
	if err == nil {
		// One that cannot be read is made anew: nothing but moments is in it.
		if json.Unmarshal(text, &t) != nil {
			t = times{}
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("reading %q: %w", u.o.File, err)
	}
	before := t
	change(&t)
	if t == before {
		return nil
	}
	if text, err = json.Marshal(t); err != nil {
		return fmt.Errorf("encoding when was looked: %w", err)
	}
	return atomicfile.Write(u.o.File, text, 0o600)
}
