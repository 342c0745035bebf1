package tool

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keel-ide/keel/backend/command"
	"github.com/keel-ide/keel/backend/session"
)

// longestWait is how many seconds one look may wait.
const longestWait = 60

func (s *Set) commandOutput() definition {
	return definition{
		name: "command_output", kind: session.KindRead, plan: s.planOutput,
		arguments: []argument{
			{name: "id", kind: textArgument, required: true, description: "The background command's id, from run_command."},
			{name: "wait_s", kind: integerArgument, minimum: 0, maximum: longestWait, description: "Seconds to wait for new output or the end, when there is nothing new. Default 0."},
		},
	}
}

func (s *Set) planOutput(_ context.Context, view SessionView, a values) (plan, error) {
	info, err := s.background(view, a.texts["id"])
	if err != nil {
		return plan{}, err
	}
	wait := time.Duration(a.integer("wait_s", 0)) * time.Second
	return plan{
		Prepared: Prepared{Title: "Look at " + firstLine(info.Command), Hash: digest("command_output", info.ID, wait.String())},
		act: func(ctx context.Context, _ Host) (Result, error) {
			seen, err := s.command.Look(ctx, info.ID, wait)
			if err != nil {
				return Result{}, backgroundError(ctx, info.ID, err)
			}
			return outputResult(info.ID, seen), nil
		},
	}, nil
}

// outputResult is what a model reads of a look at a background command.
func outputResult(id string, seen command.View) Result {
	output := shownOutput(seen.Head, seen.Tail, seen.Omitted)
	state := fmt.Sprintf("%s still runs after %v", id, seen.Duration.Round(time.Second))
	if !seen.Running {
		state = fmt.Sprintf("%s has ended: %s", id, ending(seen.Result, "stopped", 0))
	}
	if !seen.Running {
		seen.Result.Head, seen.Result.Tail = seen.Head, seen.Tail // what is new
		if note := limitsNote(seen.Result); note != "" {
			output += note
		}
	}
	if output == "" {
		state = "nothing new; " + state
	}
	return Result{
		Text: endLine(output) + "[" + state + "]", Output: output,
		ExitCode: seen.Result.ExitCode, HasExit: !seen.Running,
	}
}

// background finds a background command of the session.
func (s *Set) background(view SessionView, id string) (command.Info, error) {
	list := s.command.List(view.Owner())
	i := slices.IndexFunc(list, func(info command.Info) bool { return info.ID == id })
	if i < 0 {
		return command.Info{}, refuse("There is no background command %q. %s", id, listCommands(list))
	}
	return list[i], nil
}

// listCommands says what a session has in the background.
func listCommands(list []command.Info) string {
	if len(list) == 0 {
		return "None was started in this session since Keel was opened."
	}
	entries := make([]string, len(list))
	for i, info := range list {
		state := "running"
		if !info.Running {
			state = fmt.Sprintf("ended with exit code %d", info.ExitCode)
		}
		entries[i] = fmt.Sprintf("%s: %s (%s)", info.ID, firstLine(info.Command), state)
	}
	return "There are: " + strings.Join(entries, "; ") + "."
}

func backgroundError(ctx context.Context, id string, err error) error {
	switch {
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return err
	case errors.Is(err, command.ErrNotFound):
		return refuse("There is no background command %q any more.", id)
	}
	return refuse("That did not work: %v.", err)
}
