package command

import (
	"context"
	"os/exec"
	"sync"
	"time"
)

// job is a command that was started. A goroutine of its own waits for its
// end; all others only look.
type job struct {
	runner  *Runner
	id      string
	spec    Spec
	pump    *pump
	child   *exec.Cmd
	tree    target
	started time.Time
	limits  string // what it cannot do

	ending sync.Once
	stop   chan struct{} // closed: it is to be ended
	done   chan struct{} // closed: it has ended, and result is whole
	result Result        // valid once done is closed

	mu     sync.Mutex // guards cursor
	cursor cursor     // where the next look begins
}

// Run runs one command and waits for it, as long as [Spec].Keep says. A command
// that was started gives a result, whatever became of it; an error means that
// nothing was run. Cancelling ctx ends the command, unless it has gone to the
// background.
//
// The raw output goes to output piece by piece, in order, each slice the
// reader's own; output may be nil. A reader that takes nothing for a quarter
// of a second loses output, which is said in its place; the log and the result
// do not. Only a call that is stuck for longer than a second outlasts Run.
func (r *Runner) Run(ctx context.Context, spec Spec, output func([]byte)) (Result, error) {
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	if spec.Keep > 0 {
		if err := r.room(spec.Owner); err != nil {
			return Result{}, err
		}
	}
	j, err := r.launch(spec, output)
	if err != nil {
		return Result{}, err
	}
	var over <-chan time.Time
	if spec.Keep > 0 {
		timer := time.NewTimer(spec.Keep)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-j.done:
		return j.result, nil
	case <-ctx.Done():
	case <-over:
		if ctx.Err() == nil {
			return j.detach(), nil
		}
	}
	j.end()
	<-j.done
	return j.result, nil
}

// end has the command ended; it does not wait.
func (j *job) end() { j.ending.Do(func() { close(j.stop) }) }

// running reports whether the command has not ended yet.
func (j *job) running() bool {
	select {
	case <-j.done:
		return false
	default:
		return true
	}
}

// detach lets the command go on in the background. One that has just ended has
// its result.
func (j *job) detach() Result {
	at := j.pump.detach()
	if !j.running() {
		return j.result
	}
	j.cursor = at
	j.runner.keep(j)
	result := Result{
		Running: true, ID: j.id, Offset: at.offset,
		ExitCode: -1, Duration: time.Since(j.started), LogPath: j.pump.log.path, Living: j.tree.living, Limits: j.limits,
	}
	result.Head, result.Tail, result.Omitted, result.LogIncomplete = j.pump.view()
	return result
}

// within reports whether done is closed before the time is up.
func within(done <-chan struct{}, limit time.Duration) bool {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C:
		return false
	}
}
