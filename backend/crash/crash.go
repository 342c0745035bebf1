// Package crash keeps what is to be known about a Keel that ended by a fault.
//
// # Promises
//
// A report holds the version, the system, Go's own account of the fault and the
// last lines of the log, without secrets, and no value of the environment. It
// lies on this machine, is sent nowhere, and is bounded in size and number. A
// program that ends as it should, or that something else ends, leaves none.
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
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/keel-ide/keel/backend/redact"
)

const (
	maxTrace   = 256 << 10 // of what Go says about a fault
	maxReports = 10
	maxLine    = 2000
	logLines   = 40
	maxPage    = 16 << 10 // of what the page says about a fault
	maxOfRun   = 3        // reports about the page in one run
	runFile    = ".running"
	lockFile   = ".lock" // of the program that a running file is of
	reportFile = ".txt"
	headEnd    = "\n\n"
)

// ErrNone is returned for a report that is not there.
var ErrNone = errors.New("there is no such report")

// Options are what a report is made with.
type Options struct {
	Folder   string // where the reports lie; made where it is missing
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

// Open makes the folder.
func Open(o Options) (*Reports, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Redactor == nil {
		o.Redactor = redact.New(redact.Options{})
	}
	if err := os.MkdirAll(o.Folder, 0o700); err != nil {
		return nil, fmt.Errorf("making %q: %w", o.Folder, err)
	}
	return &Reports{o: o}, nil
}

// Watch has Go write of a fault that ends this process, until Close. Another
// process that lives and watches is not disturbed.
func (r *Reports) Watch() error {
	r.mu.Lock()
	defer r.mu.Unlock()
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
	text, err := io.ReadAll(io.LimitReader(file, maxTrace))
	if err := errors.Join(err, file.Close()); err != nil {
		return "", fmt.Errorf("reading of a fault: %w", err)
	}
	head, trace, _ := strings.Cut(string(text), headEnd)
	report := ""
	if strings.TrimSpace(trace) != "" { // else something ended it from outside
		if report, err = r.write(stem, head, trace); err != nil {
			return "", err
		}
	}
	if err := remove(path); err != nil {
		return report, fmt.Errorf("removing what a fault has left: %w", err)
	}
	return report, nil
}

// names lists files of a kind, the oldest first: they begin with their time.
func (r *Reports) names(suffix string) ([]string, error) {
	entries, err := os.ReadDir(r.o.Folder)
	if err != nil {
		return nil, fmt.Errorf("listing the reports: %w", err)
	}
	var names []string
	for _, entry := range entries {
		if entry.Type().IsRegular() && strings.HasSuffix(entry.Name(), suffix) {
			names = append(names, entry.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}

// path is where a report lies; the name comes from the page.
func (r *Reports) path(name string) (string, error) {
	if !regexp.MustCompile(`^[0-9]+-[a-z0-9-]+\.txt$`).MatchString(name) {
		return "", fmt.Errorf("report %q: %w", name, ErrNone)
	}
	return filepath.Join(r.o.Folder, name), nil
}

// Read returns a report.
func (r *Reports) Read(name string) (string, error) {
	path, err := r.path(name)
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("report %q: %w", name, ErrNone)
	}
	return string(text), err
}

// Delete removes a report; one that is gone is fine.
func (r *Reports) Delete(name string) error {
	path, err := r.path(name)
	if err != nil {
		return err
	}
	if err := remove(path); err != nil {
		return fmt.Errorf("deleting report %q: %w", name, err)
	}
	return nil
}
