package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/keel-ide/keel/app/instance"
)

// launchLimit is how long a new window may take to be there.
const launchLimit = time.Minute

// launchedVariable tells a window that another process has started it.
const launchedVariable = "KEEL_LAUNCHED"

// launcher starts other windows: processes of their own, which go on when this
// one ends. Their environment is the one that this program was started with.
type launcher struct {
	register    *instance.Register
	environment []string
	program     string // empty: this one
}

// launch starts a window, without a folder where that has no path, and asks it once
// it can be reached. A folder that another window has taken meanwhile is there.
func (l launcher) launch(ctx context.Context, folder instance.Folder, ask func(window instance.Window) error) error {
	program, err := l.program, error(nil)
	if program == "" {
		program, err = os.Executable()
	}
	if err != nil {
		return fmt.Errorf("finding Keel's own program: %w", err)
	}
	arguments := []string{"--new-window"}
	if folder.Path != "" {
		arguments = append(arguments, "--", folder.Path)
	}
	// A file, not a pipe: nobody may be there to read from it later. The window lets
	// go of it when it has started.
	said, err := os.CreateTemp("", "keel-window-*")
	if err != nil {
		return fmt.Errorf("starting a window: %w", err)
	}
	defer func() {
		_ = said.Close()
		_ = os.Remove(said.Name())
	}()
	command := exec.Command(program, arguments...) //nolint:noctx // it outlives this program
	command.Env = append(slices.Clone(l.environment), launchedVariable+"=1")
	command.Stderr = said
	detach(command)
	if err := command.Start(); err != nil {
		return fmt.Errorf("starting a window: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	window, err := l.await(ctx, folder, command.Process.Pid, ended)
	if err == nil {
		err = ask(window)
	}
	if err == nil || ctx.Err() != nil {
		return err
	}
	if line := reason(said); line != "" {
		return fmt.Errorf("starting a window: %s", line)
	}
	return fmt.Errorf("starting a window: %w", err)
}

// pass starts Keel once more, as a person would from a terminal: what is asked goes
// to the window that it is for.
func (l launcher) pass(path string) error {
	program, err := l.program, error(nil)
	if program == "" {
		program, err = os.Executable()
	}
	if err != nil {
		return fmt.Errorf("finding Keel's own program: %w", err)
	}
	command := exec.Command(program, "--", path) //nolint:noctx // it may become a window, which outlives this program
	command.Env = l.environment
	detach(command)
	if err := command.Start(); err != nil {
		return fmt.Errorf("starting Keel for %q: %w", path, err)
	}
	go func() { _ = command.Wait() }() // or it would stay in the list of processes
	return nil
}

// await waits until a new window, or another one with its folder, is in the register.
func (l launcher) await(ctx context.Context, folder instance.Folder, pid int, ended <-chan error) (instance.Window, error) {
	limited, cancel := context.WithTimeout(ctx, launchLimit)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	over, failed := false, error(nil)
	for {
		windows, err := l.register.Windows(limited)
		if err != nil && limited.Err() == nil {
			return instance.Window{}, err
		}
		for _, window := range windows {
			if window.PID == pid || window.Shows().Is(folder) && !window.Closing {
				return window, nil
			}
		}
		switch {
		case failed != nil:
			return instance.Window{}, failed
		case over: // and nobody has its folder
			return instance.Window{}, errors.New("it was closed at once")
		}
		select {
		case <-limited.Done():
			if ctx.Err() != nil {
				return instance.Window{}, ctx.Err()
			}
			return instance.Window{}, fmt.Errorf("it is not there after %v", launchLimit)
		case failed = <-ended:
			over = true // another window may have the folder
		case <-tick.C:
		}
	}
}

// reason is what a window said before it ended.
func reason(said *os.File) string {
	text, _ := io.ReadAll(io.NewSectionReader(said, 0, 4096))
	return strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(string(text)), "keel:"))
}
