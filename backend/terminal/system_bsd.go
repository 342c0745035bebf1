//go:build unix && !linux

package terminal

import (
	"os"

	"golang.org/x/sys/unix"
)

func eraseWholeCharacters(*os.File) {}

// signalSession signals the shell's own group; the system hangs up on the
// other jobs when the pseudo-terminal is closed.
func signalSession(session int, signals ...unix.Signal) bool {
	found := false
	for _, signal := range signals {
		found = unix.Kill(-session, signal) == nil || found
	}
	return found
}
