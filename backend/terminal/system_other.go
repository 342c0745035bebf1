//go:build !unix

package terminal

import (
	"os"
	"os/exec"
	"time"
)

// start returns [ErrUnsupported]: a pseudo-console is not built yet.
func start(Shell, []string, string, uint16, uint16) (*exec.Cmd, *os.File, error) {
	return nil, nil, ErrUnsupported
}

func resize(*os.File, uint16, uint16) error { return ErrUnsupported }

func noHolder(error) bool { return false }

func endSession(int, time.Duration) {}

func exitOf(state *os.ProcessState) Exit { return Exit{Code: state.ExitCode()} }
