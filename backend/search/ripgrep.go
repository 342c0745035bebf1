package search

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// scope is which files a search looks at.
type scope struct {
	root           string
	folder         string // as start returns it
	useIgnoreFiles bool
	hidden         bool
}

// arguments are those that every run shares. Ignore files above the root are
// not read: a home folder kept in git would otherwise hide everything.
func (s scope) arguments() []string {
	list := []string{"--no-config", "--no-messages", "--color=never"}
	if s.useIgnoreFiles {
		list = append(list, "--no-ignore-parent", "--no-ignore-global", "--no-require-git")
	} else {
		list = append(list, "--no-ignore")
	}
	if s.hidden {
		list = append(list, "--hidden")
	}
	return list
}

// run starts ripgrep, lets read have its output, and waits for its end. When
// ctx ends, or read returns an error, the process is killed.
func (e *Engine) run(ctx context.Context, root string, arguments []string, read func(io.Reader) error) error {
	running, kill := context.WithCancel(ctx)
	defer kill()
	command := exec.CommandContext(running, e.ripgrep, arguments...)
	command.Dir = root
	command.Env = []string{} // nothing of ours: RIPGREP_CONFIG_PATH could run programs
	command.WaitDelay = time.Second
	var complaint limitedBuffer
	command.Stderr = &complaint
	output, err := command.StdoutPipe()
	if err != nil {
		return fmt.Errorf("starting ripgrep: %w", err)
	}
	if err := command.Start(); err != nil {
		return fmt.Errorf("starting ripgrep %q: %w", e.ripgrep, pathCause(err))
	}
	readErr := read(output)
	if readErr != nil {
		kill()
	}
	waitErr := command.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if readErr != nil {
		return readErr
	}
	return outcome(waitErr, complaint.String())
}

// outcome reads ripgrep's exit status: 1 is "nothing found"; 2 with a complaint
// is an error; 2 without is files that could not be read, which are passed over.
func outcome(err error, complaint string) error {
	exit, ok := errors.AsType[*exec.ExitError](err)
	switch {
	case err == nil:
		return nil
	case !ok:
		return fmt.Errorf("running ripgrep: %w", err)
	case exit.ExitCode() == 1, exit.ExitCode() == 2 && complaint == "":
		return nil
	case exit.ExitCode() < 0:
		return fmt.Errorf("running ripgrep: it was ended from outside (%w)", err)
	}
	return &complaintError{complaint}
}

// complaintError is what ripgrep wrote before it gave up.
type complaintError struct{ text string }

func (e *complaintError) Error() string { return "running ripgrep: " + lastReason(e.text) }

// lastReason picks the sentence a person can use out of ripgrep's message,
// which otherwise repeats the pattern and underlines a place in it.
func lastReason(text string) string {
	reason := strings.TrimSpace(text)
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, "error: "); ok {
			reason = rest
		}
		if _, rest, ok := strings.Cut(line, "PCRE2: error compiling pattern at offset "); ok {
			if _, why, ok := strings.Cut(rest, ": "); ok {
				reason = why
			}
		}
	}
	return strings.TrimPrefix(reason, "rg: ")
}

// limitedBuffer keeps the beginning of what is written to it.
type limitedBuffer struct{ bytes.Buffer }

func (b *limitedBuffer) Write(data []byte) (int, error) {
	const most = 16 << 10
	if room := most - b.Len(); room > 0 {
		b.Buffer.Write(data[:min(room, len(data))])
	}
	return len(data), nil
}
