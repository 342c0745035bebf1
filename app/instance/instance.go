// Package instance is the register of the Keel windows that run: which folder
// each has open, and how another start reaches it.
//
// # Promises
//
// A folder is open in one window at most, as its checkpoints have one owner, and
// one window at most is without a folder. Whether a window runs is decided by a
// lock that ends with its process, so a crash never blocks the next start; what it
// has left behind is swept. Requests go over a socket that only this user can
// reach. No D-Bus is needed. A folder of another window is never touched, and a
// process that does not answer is named instead of waited for.
//
// # Ordering
//
// The register changes only under its own lock, which is held for moments. A
// window listens, and has its folder, before others can find it.
package instance

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/keel-ide/keel/backend/atomicfile"
)

// Window is a window that runs.
type Window struct {
	ID      string   `json:"id"`
	PID     int      `json:"pid"`
	Folders []Folder `json:"folders"` // the last is shown, one before it is being closed
	Address string   `json:"address"` // of its socket
	UsedAt  int64    `json:"usedAt"`  // when it was last in front, in Unix milliseconds
	Closing bool     `json:"closing"` // it takes no more requests, and will soon be gone
}

// Shows is the folder that the window shows.
func (w Window) Shows() Folder {
	if len(w.Folders) == 0 {
		return Folder{}
	}
	return w.Folders[len(w.Folders)-1]
}

// Folder is the path of the folder that the window shows, empty for none.
func (w Window) Folder() string { return w.Shows().Path }

// String names the window for a person.
func (w Window) String() string {
	if folder := w.Folder(); folder != "" {
		return fmt.Sprintf("The Keel window of %s (process %d)", folder, w.PID)
	}
	return fmt.Sprintf("The Keel window without a folder (process %d)", w.PID)
}

// TakenError says that another window has a folder open, or is the one without.
type TakenError struct {
	Folder string // as the other window calls it
	Window Window
}

func (e *TakenError) Error() string {
	return fmt.Sprintf("claiming %q: another Keel window has it open", e.Folder)
}

// Options are the limits of what is waited for.
type Options struct {
	AnswerLimit time.Duration // for each word of a window that is asked; 0: 10 s
	LockLimit   time.Duration // for the register while another process changes it; 0: 10 s
}

func (o Options) withDefaults() Options {
	o.AnswerLimit = cmp.Or(o.AnswerLimit, 10*time.Second)
	o.LockLimit = cmp.Or(o.LockLimit, 10*time.Second)
	return o
}

// Register is the register in a data folder.
type Register struct {
	folder  string
	options Options
}

// Open opens the register of a data folder, made where it is missing.
func Open(data string, options Options) (*Register, error) {
	r := &Register{folder: filepath.Join(data, "windows"), options: options.withDefaults()}
	if err := os.MkdirAll(r.folder, 0o700); err != nil {
		return nil, fmt.Errorf("making the register of windows: %w", err)
	}
	return r, nil
}

// Windows returns the windows that run, the one used last first.
func (r *Register) Windows(ctx context.Context) ([]Window, error) {
	var windows []Window
	err := r.locked(ctx, func() error {
		var err error
		windows, err = r.alive()
		return err
	})
	return windows, err
}

// alive reads the records of those that run and sweeps the others'. The register
// is locked.
func (r *Register) alive() ([]Window, error) {
	entries, err := os.ReadDir(r.folder)
	if err != nil {
		return nil, fmt.Errorf("reading the register of windows: %w", err)
	}
	var windows []Window
	for _, entry := range entries {
		id, ok := strings.CutSuffix(entry.Name(), ".lock")
		if !ok || id == "register" {
			continue
		}
		if lock := newLock(r.lock(id)); claimed(lock) { // nobody lives there
			r.sweep(id, lock)
			continue
		}
		text, err := os.ReadFile(r.record(id))
		if errors.Is(err, fs.ErrNotExist) {
			continue // it is not ready
		}
		var window Window
		if err != nil || json.Unmarshal(text, &window) != nil {
			continue // what cannot be read cannot be reached, and takes its folder with it
		}
		windows = append(windows, window)
	}
	slices.SortStableFunc(windows, func(a, b Window) int { return cmp.Compare(b.UsedAt, a.UsedAt) })
	return windows, nil
}

// sweep takes away what a dead window has left.
func (r *Register) sweep(id string, lock *flock.Flock) {
	if text, err := os.ReadFile(r.record(id)); err == nil {
		var window Window
		if json.Unmarshal(text, &window) == nil && isSocket(window.Address) {
			_ = os.Remove(window.Address) // what stays does no harm
		}
	}
	_ = os.Remove(r.record(id))
	_ = os.Remove(r.lock(id))
	_ = lock.Close()
	_ = os.Remove(r.lock(id)) // where an open file cannot be removed
}

func (r *Register) lock(id string) string   { return filepath.Join(r.folder, id+".lock") }
func (r *Register) record(id string) string { return filepath.Join(r.folder, id+".json") }

func (r *Register) write(window Window) error {
	text, err := json.Marshal(window)
	if err != nil {
		return fmt.Errorf("encoding a window: %w", err)
	}
	if err := atomicfile.Write(r.record(window.ID), text, 0o600); err != nil {
		return fmt.Errorf("writing the register of windows: %w", err)
	}
	return nil
}
