// Package crash keeps what is to be known about a Keel that ended by a fault.
//
// # Promises
//
// A report holds the version, the system, Go's own account of the fault and the
// last lines of the log, without secrets, and no value of the environment. What is
// known as a secret only later goes when the report is read. It lies on this
// machine, is sent nowhere, and is bounded in size and number. A program that ends
// as it should, or that something else ends, leaves none. Where no report can be
// made the program works all the same.
//
// # Ordering
//
// Go writes of a fault into a file that stands while the program runs. Whether it
// runs is decided by a lock beside that file, which is taken before the file is
// there and ends with the process; what a later start finds unlocked it collects.
package crash

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/keel-ide/keel/backend/redact"
)

const (
	maxTrace = 256 << 10 // of what Go says about a fault
	runFile  = ".running"
	lockFile = ".lock" // of the program that a running file is of
	headEnd  = "\n\n"
)

// Options are what a report is made with.
type Options struct {
	Folder   string // where the reports lie
	Log      string // the log's file, for its last lines; empty for none
	Version  string
	Redactor *redact.Redactor
	Now      func() time.Time // nil: the clock
}

// Reports are the reports of one data folder.
type Reports struct {
	o Options

	mu   sync.Mutex // guards what follows
	file *os.File   // where Go writes of a fault; nil when it is not watched
	lock *flock.Flock
	page int // reports about the page and what draws it since the start
}

// New returns the reports of a folder, which is made with the first of them.
func New(o Options) *Reports {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Redactor == nil {
		o.Redactor = redact.New(redact.Options{})
	}
	return &Reports{o: o}
}

// Watch has Go write of a fault that ends this process, until Close. Another
// process that lives and watches is not disturbed.
func (r *Reports) Watch() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.makeFolder(); err != nil {
		return err
	}
	stem := filepath.Join(r.o.Folder, r.stem())
	lock := newLock(stem + lockFile)
	if ok, err := lock.TryLock(); err != nil || !ok {
		return fmt.Errorf("watching for a fault: %w", cmp.Or(err, errors.New("the lock is taken")))
	}
	file, err := os.OpenFile(stem+runFile, os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return errors.Join(fmt.Errorf("making the file for a fault: %w", err), end(lock))
	}
	_, err = io.WriteString(file, r.head()+headEnd)
	if err == nil {
		err = debug.SetCrashOutput(file, debug.CrashOptions{})
	}
	if err != nil {
		return errors.Join(fmt.Errorf("watching for a fault: %w", err), file.Close(), remove(file.Name()), end(lock))
	}
	r.file, r.lock = file, lock
	return nil
}

// Close ends watching: the program ends as it should.
func (r *Reports) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.file == nil {
		return nil
	}
	err := errors.Join(debug.SetCrashOutput(nil, debug.CrashOptions{}), r.file.Close(), remove(r.file.Name()), end(r.lock))
	r.file = nil
	return err
}

// stem begins the names of what belongs to one moment of this process.
func (r *Reports) stem() string { return fmt.Sprintf("%d-%d", r.o.Now().UnixMilli(), os.Getpid()) }

func (r *Reports) makeFolder() error {
	if err := os.MkdirAll(r.o.Folder, 0o700); err != nil {
		return fmt.Errorf("making %q: %w", r.o.Folder, err)
	}
	return nil
}

func newLock(name string) *flock.Flock {
	return flock.New(name, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600))
}

// end lets go of a lock, and takes its file away.
func end(lock *flock.Flock) error { return errors.Join(lock.Close(), remove(lock.Path())) }

// remove takes a file away; one that is gone is fine.
func remove(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (r *Reports) head() string {
	return fmt.Sprintf("Keel %s on %s/%s, built with %s\nStarted %s", r.o.Version, runtime.GOOS, runtime.GOARCH,
		runtime.Version(), r.o.Now().UTC().Format(time.RFC3339))
}

// Collect makes reports of what faults have left, and returns the name of the
// newest one that it made; empty for none.
func (r *Reports) Collect(ctx context.Context) (string, error) {
	names, err := r.names(runFile)
	if err != nil {
		return "", err
	}
	made := ""
	var failed error
	for _, name := range names {
		if ctx.Err() != nil {
			return made, ctx.Err()
		}
		report, err := r.collect(name)
		failed = errors.Join(failed, err)
		made = cmp.Or(report, made)
	}
	return made, errors.Join(failed, r.thin())
}

func (r *Reports) collect(name string) (string, error) {
	stem := strings.TrimSuffix(name, runFile)
	lock := newLock(filepath.Join(r.o.Folder, stem+lockFile))
	if ok, err := lock.TryLock(); err != nil || !ok {
		return "", err // it lives
	}
	report, err := r.fault(stem)
	return report, errors.Join(err, end(lock))
}

// fault makes a report of what a program that has ended left, if that is a fault.
func (r *Reports) fault(stem string) (string, error) {
	path := filepath.Join(r.o.Folder, stem+runFile)
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil // another start was faster
	}
	if err != nil {
		return "", fmt.Errorf("reading of a fault: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		return "", errors.Join(fmt.Errorf("reading of a fault: %w", err), file.Close())
	}
	text, err := io.ReadAll(io.LimitReader(file, maxTrace+1))
	if err := errors.Join(err, file.Close()); err != nil {
		return "", fmt.Errorf("reading of a fault: %w", err)
	}
	head, trace, _ := strings.Cut(cut(string(text), maxTrace), headEnd)
	report := ""
	if strings.TrimSpace(trace) != "" { // else something ended it from outside
		// Named after the moment of the fault, not of the start: the newest are kept.
		if report, err = r.write(fmt.Sprintf("%d-%s", info.ModTime().UnixMilli(), stem), head, trace); err != nil {
			return "", err
		}
	}
	if err := remove(path); err != nil {
		return report, fmt.Errorf("removing what a fault has left: %w", err)
	}
	return report, nil
}
