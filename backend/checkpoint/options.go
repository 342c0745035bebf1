package checkpoint

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"time"

	"github.com/keel-ide/keel/backend/checkpoint/internal/fault"
	"github.com/keel-ide/keel/backend/checkpoint/internal/watch"
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

	// MaxFile is the size in bytes above which a file is not captured, 256 MiB
	// when 0.
	MaxFile int64
	// Cap is how many bytes the checkpoints may take before old ones go: the
	// smaller of 2 GiB and 5 % of the disk when 0.
	Cap int64
	// LockWait is how long an operation waits for another process before it
	// gives [ErrBusy]: 10 s when 0.
	LockWait time.Duration
	// Slack is how much older than a capture a file's times must be for the file
	// not to be read again by the next one. When 0 it is probed: 20 ms where the
	// file system's clock is fine enough, 2 s elsewhere.
	Slack time.Duration
	// Grace is how long files that a restore displaced are kept, for programs
	// that still write to them: 10 s when 0, not at all when negative.
	Grace time.Duration
	// NoWatch reads every folder at each checkpoint, also after [Store.Warm].
	NoWatch bool

	Faults Faults
}

// Faults lets tests make things fail.
type Faults struct {
	// Step is called before each call that changes something on the disk. An
	// error stops the store at this point as if its process had been killed:
	// nothing is tidied up.
	Step func(step string) error
	// Fail is called likewise; its error is the call's, such as ENOSPC.
	Fail func(call string) error
	// Read is called before a file or folder is read; its error is the path's.
	Read func(path string) error
	// Reading is called in the middle of reading a file for a checkpoint.
	Reading func(path string)
	// NoExchange makes the store do without the system's exchange of two names.
	NoExchange bool

	watch func([]watch.Event) []watch.Event // lets the watcher lie
}

func (f *Faults) calls() *fault.Calls { return &fault.Calls{Step: f.Step, Fail: f.Fail} }

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
		o.MaxFile = 256 << 20
	}
	if o.LockWait == 0 {
		o.LockWait = 10 * time.Second
	}
	if o.Grace == 0 {
		o.Grace = 10 * time.Second
	}
	return o
}

// newID is a time and 6 random bytes, so that ids sort by age.
func newID(now time.Time) string {
	var random [6]byte
	_, _ = rand.Read(random[:]) // never fails, says its documentation
	return fmt.Sprintf("%011x%s", now.UnixMilli(), hex.EncodeToString(random[:]))
}
