//go:build unix

package app

import (
	"os/exec"
	"syscall"
)

// detach lets a window go on when this program, or its terminal, ends.
func detach(command *exec.Cmd) { command.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
