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
	longestTimeout = 600 // seconds
	longestCommand = 64 << 10
)

// backgroundStart is how long a command that is to run in the background is
// watched first: many that cannot start say so at once.
const backgroundStart = time.Second

func (s *Set) runCommand() definition {
	return definition{
		name: "run_command", kind: session.KindExecute, mutates: true, plan: s.planCommand,
		arguments: []argument{
			{name: "command", kind: textArgument, required: true, description: "The command line, run by bash."},
			{name: "cwd", kind: textArgument, description: "The folder to run in, relative to the workspace. Default: its top."},
			{name: "timeout_s", kind: integerArgument, minimum: 1, maximum: longestTimeout, description: "Seconds after which the command is ended, in the background too. Default: no limit."},
			{name: "background", kind: booleanArgument, description: "Do not wait for its end: for servers and watchers. Default false."},
		},
	}
}

func (s *Set) planCommand(ctx context.Context, view SessionView, a values) (plan, error) {
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
	timeout := time.Duration(a.integer("timeout_s", 0)) * time.Second
	background := a.boolean("background", false)
	title, keep := "Run "+firstLine(line), s.keep
	if background {
		title, keep = title+" in the background", min(keep, backgroundStart)
	}
	return plan{
		Prepared: Prepared{
			Title: title, Command: line, Folder: folder, Timeout: timeout,
			Hash: digest("run_command", line, folder, timeout.String(), fmt.Sprint(background)),
		},
		act: func(ctx context.Context, host Host) (Result, error) {
			done, err := s.command.Run(ctx, command.Spec{
				Command: line, Folder: filepath.Join(s.workspace.Path(), filepath.FromSlash(folder)),
				Timeout: timeout, Keep: keep, Owner: view.Owner(),
			}, host.Output)
			if err != nil {
				return Result{}, s.commandError(ctx, view, err)
			}
			if done.Running {
				return s.wentOn(done, background), nil
			}
			note := limitsNote(done)
			if note != "" {
				host.Output([]byte(note))
			}
			return commandResult(done, timeout, note), nil
		},
	}, nil
}

// wentOn is the result of a command that goes on in the background.
func (s *Set) wentOn(done command.Result, asked bool) Result {
	how := "runs in the background"
	if !asked {
		how = fmt.Sprintf("still running after %v, so it goes on in the background", done.Duration.Round(time.Second))
	}
	output := shownOutput(done.Head, done.Tail, done.Omitted)
	return Result{
		Text: fmt.Sprintf("%s[%s with the id %s: command_output shows what it prints from here on and waits for its end, stop_command ends it]",
			endLine(output), how, done.ID),
		Output: output, Living: done.Living,
		Background: &BackgroundCommand{
			ID: done.ID,
			Follow: func(ctx context.Context, output func([]byte)) (int, error) {
				ended, err := s.command.Follow(ctx, done.ID, done.Offset, output)
				return ended.ExitCode, err
			},
		},
	}
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

func (s *Set) commandError(ctx context.Context, view SessionView, err error) error {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return err
	}
	if errors.Is(err, command.ErrTooMany) {
		return refuse("%d commands of this session run in the background, which is as many as may. Nothing was run. End one with stop_command first. %s", command.MostRunning, listCommands(s.command.List(view.Owner())))
	}
	if errors.Is(err, command.ErrNotConfined) {
		return refuse("%v. The user can find out more with \"keel doctor\", or switch keelAgent.sandbox off.", err)
	}
	return refuse("The command could not be run: %v.", err)
}

// commandResult is what a model reads of a command: its output, then in
// brackets how it ended. Note is a line about why.
func commandResult(done command.Result, timeout time.Duration, note string) Result {
	output := shownOutput(done.Head, done.Tail, done.Omitted) + note
	how := ending(done, "stopped by the user", timeout)
	if output == "" {
		how = "no output; " + how
	}
	return Result{
		Text: endLine(output) + "[" + how + "]", Output: output, ExitCode: done.ExitCode, HasExit: true, Living: done.Living,
		IsError: done.ExitCode != 0 || done.TimedOut || done.Cancelled,
	}
}

// ending says how a command ended; stopped says it of one that somebody ended.
func ending(done command.Result, stopped string, timeout time.Duration) string {
	how := fmt.Sprintf("exit code %d", done.ExitCode)
	if done.Signal != "" {
		how = "ended by " + done.Signal + "; " + how
	}
	switch {
	case done.TimedOut && timeout > 0:
		how = fmt.Sprintf("ended after its time limit of %v; %s", timeout, how)
	case done.TimedOut:
		how = "ended after its time limit; " + how
	case done.Cancelled:
		how = stopped + "; " + how
	}
	how += fmt.Sprintf(" after %v", done.Duration.Round(10*time.Millisecond))
	if len(done.Remaining) > 0 {
		how += fmt.Sprintf("; %d process(es) it started still run", len(done.Remaining))
	}
	return how
}

// shownOutput joins the beginning and the end of an output.
func shownOutput(head, tail string, omitted int64) string {
	if omitted == 0 {
		return head
	}
	return fmt.Sprintf("%s\n[… %d bytes left out; use grep, head or tail to see them …]\n%s", strings.TrimSuffix(head, "\n"), omitted, tail)
}

// endLine ends the last line of a text that is not empty.
func endLine(text string) string {
	if text == "" || strings.HasSuffix(text, "\n") {
		return text
	}
	return text + "\n"
}
