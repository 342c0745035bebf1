package command

import (
	"time"
)

// killWait is how long KILL is repeated before what still lives is given up: a
// process in an uninterruptible wait, or one of another user.
const killWait = time.Second

// target names the processes of one command, or of all commands of a runner.
type target struct {
	mark    string // of the command, or the runner's, which begins it
	session int    // the shell's process id; 0 when any
	strict  bool   // only what carries the mark itself, of this user
}

// living reports whether any process of the target still runs.
func (t target) living() bool { return len(t.processes()) > 0 }

// end asks the target's processes to end, then ends them, until none is left.
// It returns those that could not be ended.
func end(t target, grace time.Duration) []int {
	remaining := t.terminate()
	if len(remaining) > 0 {
		remaining = t.wait(grace, t.processes)
	}
	if len(remaining) > 0 {
		remaining = t.wait(killWait, t.kill)
	}
	return remaining
}

// wait calls look, ever more rarely, until nothing remains or the time is up.
func (t target) wait(limit time.Duration, look func() []int) []int {
	deadline := time.Now().Add(limit)
	pause := 2 * time.Millisecond
	for {
		remaining := look()
		left := time.Until(deadline)
		if len(remaining) == 0 || left <= 0 {
			return remaining
		}
		<-time.After(min(pause, left))
		pause = min(2*pause, 50*time.Millisecond)
	}
}
