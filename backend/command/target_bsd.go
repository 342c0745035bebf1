//go:build unix && !linux

package command

import (
	"golang.org/x/sys/unix"
)

// Without /proc a target is the shell's process group; a process that left it
// is not found.

func (t target) processes() []int { return t.signal(0) }
func (t target) terminate() []int { return t.signal(unix.SIGTERM) }
func (t target) kill() []int      { return t.signal(unix.SIGKILL) }

func (t target) signal(signal unix.Signal) []int {
	if t.session == 0 || unix.Kill(-t.session, signal) != nil {
		return nil
	}
	return []int{t.session}
}
