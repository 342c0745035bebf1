package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/keel-ide/keel/app/instance"
)

// launchLimit is how long a new window may take to be there.
const launchLimit = time.Minute

// launcher starts other windows: processes of their own, which go on when this
// one ends. Their environment is the one that this program was started with.
type launcher struct {
	register    *instance.Register
	environment []string
}

// launch starts a window, with no folder where it is empty, and returns it once
// it can be asked. A folder that another window has taken meanwhile is there.
func (l launcher) launch(ctx context.Context, folder string) (instance.Window, error) {
	ctx, cancel := context.WithTimeout(ctx, launchLimit)
	defer cancel()
	program, err := os.Executable()
	if err != nil {
		return instance.Window{}, fmt.Errorf("finding Keel's own program: %w", err)
	}
	arguments := []string{"--new-window"}
	if folder != "" {
		arguments = append(arguments, "--", folder)
	}
	// A file, not a pipe: nobody may be there to read from it later.
	said, err := os.CreateTemp("", "keel-window-*")
	if err != nil {
		return instance.Window{}, fmt.Errorf("starting a window: %w", err)
	}
	defer func() {
		_ = said.Close()
		_ = os.Remove(said.Name())
	}()
	command := exec.Command(program, arguments...) //nolint:noctx // it outlives this program
	command.Env = l.environment
	command.Stderr = said
	detach(command)
	if err := command.Start(); err != nil {
		return instance.Window{}, fmt.Errorf("starting a window: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	return l.await(ctx, folder, command.Process.Pid, ended, said)
}

func (l launcher) await(ctx context.Context, folder string, pid int, ended <-chan error, said *os.File) (instance.Window, error) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		windows, err := l.register.Windows(ctx)
		if err != nil {
			return instance.Window{}, err
		}
		for _, window := range windows {
			if window.PID == pid || folder != "" && window.Folder() == folder {
				return window, nil
			}
		}
		select {
		case <-ctx.Done():
			return instance.Window{}, fmt.Errorf("waiting for a new window: %w", ctx.Err())
		case err := <-ended:
			if err == nil {
				ended = nil // another window has the folder, or it was closed at once
				continue
			}
			return instance.Window{}, fmt.Errorf("starting a window: %w", reason(said, err))
		case <-tick.C:
		}
	}
}

// reason is what a window said before it ended.
func reason(said *os.File, err error) error {
	text, _ := io.ReadAll(io.NewSectionReader(said, 0, 4096))
	if line := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(string(text)), "keel:")); line != "" {
		return errors.New(line)
	}
	return err
}
