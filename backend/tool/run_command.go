package tool

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/keel-ide/keel/backend/command"
	"github.com/keel-ide/keel/backend/session"
	"github.com/keel-ide/keel/backend/workspace"
)

// Limits of one command.
const (
	defaultTimeout = 120 // seconds
	longestTimeout = 600 // seconds
	longestCommand = 64 << 10
)

func (s *Set) runCommand() definition {
	return definition{
		name: "run_command", kind: session.KindExecute, mutates: true, plan: s.planCommand,
		arguments: []argument{
			{name: "command", kind: textArgument, required: true, description: "The command line, run by bash."},
			{name: "cwd", kind: textArgument, description: "The folder to run in, relative to the workspace. Default: its top."},
			{name: "timeout_s", kind: integerArgument, minimum: 1, maximum: longestTimeout, description: "Seconds after which the command is ended. Default 120, at most 600."},
		},
	}
}

func (s *Set) planCommand(ctx context.Context, _ SessionView, a values) (plan, error) {
	line := a.texts["command"]
	switch {
	case strings.TrimSpace(line) == "":
		return plan{}, refuse("The command is empty. Give the command line to run.")
	case strings.ContainsRune(line, 0):
		return plan{}, refuse("A command cannot hold a null character.")
	case len(line) > longestCommand:
		return plan{}, refuse("The command has %d bytes; at most %d are taken. Write a script to a file and run that.", len(line), longestCommand)
	}
	folder, err := s.path(a.texts["cwd"])
	if err != nil {
		return plan{}, err
	}
	entry, err := s.workspace.Stat(ctx, folder)
	if err != nil {
		return plan{}, s.explain(ctx, folder, err)
	}
	if entry.Kind != workspace.Folder && entry.Target != workspace.Folder {
		return plan{}, refuse("%s is not a folder inside the workspace, so no command can run in it.", folder)
	}
	timeout := time.Duration(a.integer("timeout_s", defaultTimeout)) * time.Second
	return plan{
		Prepared: Prepared{
			Title: "Run " + firstLine(line), Command: line, Folder: folder, Timeout: timeout,
			Hash: digest("run_command", line, folder),
		},
		act: func(ctx context.Context, output func([]byte)) (Result, error) {
			spec := command.Spec{Command: line, Folder: filepath.Join(s.workspace.Path(), filepath.FromSlash(folder)), Timeout: timeout}
			done, err := s.command.Run(ctx, spec, output)
			if err != nil {
				return Result{}, commandError(ctx, err)
			}
			return commandResult(done, timeout), nil
		},
	}, nil
}

// firstLine is a command as a title.
func firstLine(line string) string {
	line = strings.TrimSpace(line)
	first, rest, _ := strings.Cut(line, "\n")
	if rest != "" {
		first += " …"
	}
	return shorten(first, 100)
}

func commandError(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return err
	}
	return refuse("The command could not be run: %v.", err)
}

// commandResult is what a model reads of a command: its output, then in
// brackets how it ended.
func commandResult(done command.Result, timeout time.Duration) Result {
	output := done.Head
	if done.Omitted > 0 {
		output = fmt.Sprintf("%s\n[… %d bytes left out; use grep, head or tail to see them …]\n%s", strings.TrimSuffix(done.Head, "\n"), done.Omitted, done.Tail)
	}
	how := fmt.Sprintf("exit code %d", done.ExitCode)
	if done.Signal != "" {
		how = "ended by " + done.Signal + "; " + how
	}
	switch {
	case done.TimedOut:
		how = fmt.Sprintf("ended after its time limit of %v; %s", timeout, how)
	case done.Cancelled:
		how = "stopped by the user; " + how
	}
	how += fmt.Sprintf(" after %v", done.Duration.Round(10*time.Millisecond))
	if len(done.Remaining) > 0 {
		how += fmt.Sprintf("; %d process(es) it started still run", len(done.Remaining))
	}
	text := output
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	if output == "" {
		how = "no output; " + how
	}
	return Result{
		Text: text + "[" + how + "]", Output: output, ExitCode: done.ExitCode, HasExit: true, Living: done.Living,
		IsError: done.ExitCode != 0 || done.TimedOut || done.Cancelled,
	}
}
