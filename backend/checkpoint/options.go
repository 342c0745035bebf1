package checkpoint

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"time"
)

// Options adjusts a store; the zero value is good for use.
type Options struct {
	Now   func() time.Time // time.Now when nil; only for what is shown
	NewID func() string    // letters, digits, - and _; random when nil
	Log   *slog.Logger     // discards when nil

	// Own are absolute folders that are never captured nor touched, wherever in
	// the workspace they lie: the program's own configuration and data. The
	// store's folder always is one of them.
	Own []string

	// MaxFile is the size in bytes above which a file is not captured, 64 MiB
	// when 0. A file is held in memory while it is captured or restored.
	MaxFile int64
	// LockWait is how long an operation waits for another process before it
	// gives [ErrBusy]: 10 s when 0.
	LockWait time.Duration
	// Slack is how much older than a capture a file's times must be for the file
	// not to be read again by the next one: 2 s when 0, the coarsest clock of
	// any usual file system.
	Slack time.Duration

	Faults Faults
}

// Faults lets tests make things fail.
type Faults struct {
	// Step is called before each step of a restore that changes something. An
	// error stops the store at this point as if its process had been killed:
	// nothing is tidied up.
	Step func(step string) error
	// Read is called before a file or folder is read; its error is the path's.
	Read func(path string) error
	// Reading is called in the middle of reading a file for a checkpoint.
	Reading func(path string)
	// NoExchange makes the store do without the system's exchange of two names.
	NoExchange bool
}

func (f Faults) read(path string) error {
	if f.Read == nil {
		return nil
	}
	return f.Read(path)
}

// during is Reading of one path.
func (f Faults) during(path string) func() {
	return func() {
		if f.Reading != nil {
			f.Reading(path)
		}
	}
}

// stopped is the error of a Step: nothing may be tidied up.
type stopped struct{ error }

func (s *stopped) Unwrap() error { return s.error }

func (f Faults) step(format string, operands ...any) error {
	if f.Step == nil {
		return nil
	}
	if err := f.Step(fmt.Sprintf(format, operands...)); err != nil {
		return &stopped{err}
	}
	return nil
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.NewID == nil {
		now := o.Now
		o.NewID = func() string { return newID(now()) }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.MaxFile == 0 {
		o.MaxFile = 64 << 20
	}
	if o.LockWait == 0 {
		o.LockWait = 10 * time.Second
	}
	if o.Slack == 0 {
		o.Slack = 2 * time.Second
	}
	return o
}

// newID is a time and 6 random bytes, so that ids sort by age.
func newID(now time.Time) string {
	var random [6]byte
	_, _ = rand.Read(random[:]) // never fails, says its documentation
	return fmt.Sprintf("%011x%s", now.UnixMilli(), hex.EncodeToString(random[:]))
}
