package app

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"
)

// detach lets a window go on when this program, or its terminal, ends.
func detach(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.DETACHED_PROCESS | windows.CREATE_NEW_PROCESS_GROUP}
}
