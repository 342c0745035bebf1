//go:build unix

package command

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

const (
	// launchLimit is how long a launcher may take, which needs milliseconds.
	launchLimit = 20 * time.Second
	// reasonLimit is how much of what a launcher says is taken.
	reasonLimit = 4 << 10
)

// startLaunched starts a child through its launcher and returns once that has
// become the shell. An error means that nothing of the command was run.
func startLaunched(child *exec.Cmd) error {
	status, writer, err := os.Pipe()
	if err != nil {
		return err
	}
	defer func() { _ = status.Close() }()
	child.ExtraFiles = []*os.File{writer} // file descriptor 3
	err = child.Start()
	_ = writer.Close()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotConfined, err)
	}
	why := heard(status)
	if why == nil {
		return nil
	}
	_ = child.Process.Kill()
	_ = child.Wait()
	return fmt.Errorf("%w: %w", ErrNotConfined, why)
}

// heard returns why the shell was not started, nil when it was.
func heard(status *os.File) error {
	if err := status.SetReadDeadline(time.Now().Add(launchLimit)); err != nil {
		return err
	}
	reason, err := io.ReadAll(io.LimitReader(status, reasonLimit))
	if text := strings.TrimSpace(string(reason)); text != "" {
		return errors.New(text)
	}
	return err
}
