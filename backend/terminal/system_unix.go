//go:build unix

package terminal

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// start starts a shell in a new session on a pseudo-terminal of its own.
func start(shell Shell, environ []string, folder string, columns, rows uint16) (*exec.Cmd, *os.File, error) {
	master, tty, err := pty.Open()
	if err != nil {
		return nil, nil, fmt.Errorf("making a pseudo-terminal: %w", err)
	}
	defer func() { _ = master.Close() }()
	defer func() { _ = tty.Close() }()
	if err := pty.Setsize(master, &pty.Winsize{Cols: columns, Rows: rows}); err != nil {
		return nil, nil, fmt.Errorf("sizing a pseudo-terminal: %w", err)
	}
	eraseWholeCharacters(tty)
	usable, err := pollable(master)
	if err != nil {
		return nil, nil, fmt.Errorf("preparing a pseudo-terminal: %w", err)
	}
	child := &exec.Cmd{
		Path:        shell.Path,
		Args:        append([]string{shell.Path}, shell.Args...),
		Env:         environ,
		Dir:         folder,
		Stdin:       tty,
		Stdout:      tty,
		Stderr:      tty,
		SysProcAttr: &syscall.SysProcAttr{Setsid: true, Setctty: true},
	}
	if err := child.Start(); err != nil {
		_ = usable.Close()
		return nil, nil, fmt.Errorf("%w (%w)", ErrNoShell, err)
	}
	return child, usable, nil
}

// pollable returns a file for the same pseudo-terminal whose reads end with
// Close and with deadlines, which those of the library's file do not.
func pollable(master *os.File) (*os.File, error) {
	fd, err := unix.FcntlInt(master.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		_ = unix.Close(fd)
		return nil, err
	}
	return os.NewFile(uintptr(fd), master.Name()), nil
}

func resize(master *os.File, columns, rows uint16) error {
	connection, err := master.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = connection.Control(func(fd uintptr) {
		failed = unix.IoctlSetWinsize(int(fd), unix.TIOCSWINSZ, &unix.Winsize{Col: columns, Row: rows})
	})
	return errors.Join(err, failed)
}

// noHolder tells the error of a terminal that no process holds open.
func noHolder(err error) bool { return errors.Is(err, unix.EIO) }

func exitOf(state *os.ProcessState) Exit {
	status, ok := state.Sys().(syscall.WaitStatus)
	if ok && status.Signaled() {
		return Exit{Code: 128 + int(status.Signal()), Signal: unix.SignalName(status.Signal())}
	}
	return Exit{Code: state.ExitCode()}
}
