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

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/atomicfile"
	"github.com/keel-ide/keel/backend/settings"
)

const (
	lockPatience = 5 * time.Second
	lockPause    = 10 * time.Millisecond
)

// times is what the windows of a user share: moments in Unix milliseconds, 0 for
// never, and what was told last.
type times struct {
	SeenAt      int64  `json:"seenAt"`   // when Keel was first there with a feed
	LookedAt    int64  `json:"lookedAt"` // when the last look was begun
	AnsweredAt  int64  `json:"answeredAt"`
	AskedAt     int64  `json:"askedAt"`
	ToldVersion string `json:"toldVersion"`
	ToldRefusal string `json:"toldRefusal"` // since the last right answer
}

// due tells whether this window has to look by itself, and notes that it does.
func (u *Updates) due(ctx context.Context) bool {
	if u.o.Setting() != settings.UpdatesDaily || !u.State().Feed {
		return false
	}
	due := false
	err := u.share(ctx, func(t *times) {
		now := u.o.Now()
		due = past(now, t.LookedAt, day)
		if due {
			t.LookedAt = now.UnixMilli()
		}
	})
	if err != nil {
		u.o.Log.Warn("seeing whether to look for a newer version", "error", err)
	}
	return due && err == nil
}

// looked notes that there was a right answer. Who asked for it has seen what it is.
func (u *Updates) looked(ctx context.Context, version string, daily bool) error {
	return u.share(ctx, func(t *times) {
		t.LookedAt = u.o.Now().UnixMilli()
		t.AnsweredAt, t.ToldRefusal = t.LookedAt, ""
		if !daily {
			t.ToldVersion = version
		}
	})
}

// MayAsk tells whether this window is to ask whether Keel may look once a day: not
// on the first day, only where the user has not said, and only once. Who is told yes
// has asked.
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
		may = past(now, t.SeenAt, day) && t.AskedAt == 0
		if may {
			t.AskedAt = now.UnixMilli()
		}
	})
	return may && err == nil, err
}

// MayTell tells whether this window is to tell what the daily look has come to: each
// newer version once, and once that what the feed says cannot be believed. Who is
// told yes has told it.
func (u *Updates) MayTell(ctx context.Context) (bool, error) {
	s := u.State()
	if !s.Daily || s.Message == "" && s.Kind != wire.UpdateOffered || u.o.Setting() != settings.UpdatesDaily {
		return false, nil
	}
	may := false
	err := u.share(ctx, func(t *times) {
		told, what := &t.ToldVersion, s.Version
		if s.Message != "" {
			told, what = &t.ToldRefusal, s.Message
		}
		may = *told != what
		*told = what
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
	t, err := u.read()
	if err != nil {
		return err
	}
	before := t
	change(&t)
	if t == before {
		return nil
	}
	text, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("encoding when was looked: %w", err)
	}
	return atomicfile.Write(u.o.File, text, 0o600)
}

// read returns what the windows share. What cannot be understood is made anew: it
// holds nothing that would be missed.
func (u *Updates) read() (times, error) {
	text, err := os.ReadFile(u.o.File)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return times{}, fmt.Errorf("reading %q: %w", u.o.File, err)
	}
	var t times
	if json.Unmarshal(text, &t) != nil {
		return times{}, nil //nolint:nilerr // see above
	}
	return t, nil
}
