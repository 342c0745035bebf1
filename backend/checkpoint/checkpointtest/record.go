//go:build unix

package checkpointtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// recorder is a test's TB that keeps what it is told instead of failing the
// test: for stores that are expected to fail.
type recorder struct {
	testing.TB // for what is not overridden, and its unexported method
	name       string
	folder     string
	ctx        context.Context //nolint:containedctx // it stands for a test's own

	mu       sync.Mutex // guards what follows
	log      []string
	failed   bool
	skipped  bool
	cleanups []func()
	folders  int
}

// outcome is how a row ended. Why is empty where it passed.
type outcome struct {
	passed, skipped bool
	why             string
}

// record runs one test function with a time limit, its files in folder. What outlives the limit and
// its context is left behind.
func record(t testing.TB, name, folder string, limit time.Duration, test func(testing.TB)) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	r := &recorder{TB: t, name: name, folder: folder, ctx: ctx}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r.guarded(func() { test(r) })
		cancel() // as a test's context ends before its clean-up
		r.cleanUp()
	}()
	<-ctx.Done()
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		r.Error("it took too long")
	}
	late := time.NewTimer(limit)
	defer late.Stop()
	select {
	case <-ended:
	case <-late.C:
		return outcome{why: "it did not end"}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	out := outcome{passed: !r.failed && !r.skipped, skipped: r.skipped && !r.failed}
	if !out.passed {
		out.why = strings.Join(r.log, "; ")
	}
	return out
}

// guarded runs a function in a goroutine that FailNow may end.
func (r *recorder) guarded(run func()) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer func() {
			if reason := recover(); reason != nil {
				r.Errorf("%v", reason)
			}
		}()
		run()
	}()
	<-ended
}

func (r *recorder) cleanUp() {
	for {
		r.mu.Lock()
		last := len(r.cleanups) - 1
		if last < 0 {
			r.mu.Unlock()
			return
		}
		cleanup := r.cleanups[last]
		r.cleanups = r.cleanups[:last]
		r.mu.Unlock()
		r.guarded(cleanup)
	}
}

func (r *recorder) note(failed, skipped bool, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed, r.skipped = r.failed || failed, r.skipped || skipped
	if text = strings.TrimSpace(text); text != "" {
		r.log = append(r.log, text)
	}
}

func (r *recorder) Cleanup(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cleanups = append(r.cleanups, f)
}

func (r *recorder) TempDir() string {
	r.mu.Lock()
	r.folders++
	folder := fmt.Sprintf("%s/%d", r.folder, r.folders)
	r.mu.Unlock()
	if err := os.Mkdir(folder, 0o755); err != nil {
		r.Fatal(err)
	}
	return folder
}

func (r *recorder) Failed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failed
}

func (r *recorder) Skipped() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.skipped
}

func (r *recorder) Context() context.Context  { return r.ctx }
func (r *recorder) Helper()                   {}
func (r *recorder) Name() string              { return r.name }
func (r *recorder) Log(operands ...any)       { r.note(false, false, fmt.Sprintln(operands...)) }
func (r *recorder) Logf(f string, o ...any)   { r.note(false, false, fmt.Sprintf(f, o...)) }
func (r *recorder) Error(operands ...any)     { r.note(true, false, fmt.Sprintln(operands...)) }
func (r *recorder) Errorf(f string, o ...any) { r.note(true, false, fmt.Sprintf(f, o...)) }
func (r *recorder) Fail()                     { r.note(true, false, "") }
func (r *recorder) FailNow()                  { r.Fail(); runtime.Goexit() }
func (r *recorder) Fatal(operands ...any)     { r.Error(operands...); runtime.Goexit() }
func (r *recorder) Fatalf(f string, o ...any) { r.Errorf(f, o...); runtime.Goexit() }
func (r *recorder) SkipNow()                  { r.note(false, true, ""); runtime.Goexit() }
func (r *recorder) Skip(operands ...any) {
	r.note(false, true, fmt.Sprintln(operands...))
	runtime.Goexit()
}
func (r *recorder) Skipf(f string, o ...any) {
	r.note(false, true, fmt.Sprintf(f, o...))
	runtime.Goexit()
}
