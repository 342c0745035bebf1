//go:build unix

package terminal

import (
	"time"

	"golang.org/x/sys/unix"
)

// killWait is how long SIGKILL is repeated before what still lives, in an
// uninterruptible wait, is given up.
const killWait = time.Second

// endSession hangs up on a session, as closing a terminal does, and kills what
// does not go. Stopped jobs are woken to hear it.
func endSession(session int, grace time.Duration) {
	if !signalSession(session, unix.SIGHUP, unix.SIGCONT) {
		return
	}
	if gone(grace, func() bool { return signalSession(session) }) {
		return
	}
	gone(killWait, func() bool { return signalSession(session, unix.SIGKILL) })
}

// gone looks ever more rarely until nothing is left or the time is up.
func gone(limit time.Duration, look func() bool) bool {
	deadline := time.Now().Add(limit)
	pause := 2 * time.Millisecond
	for look() {
		if time.Now().After(deadline) {
			return false
		}
		<-time.After(pause)
		pause = min(2*pause, 50*time.Millisecond)
	}
	return true
}
