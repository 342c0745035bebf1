package tool

import (
	"context"
	"fmt"

	"github.com/keel-ide/keel/backend/session"
)

func (s *Set) stopCommand() definition {
	return definition{
		name: "stop_command", kind: session.KindOther, plan: s.planStop,
		arguments: []argument{
			{name: "id", kind: textArgument, required: true, description: "The background command's id, from run_command."},
		},
	}
}

func (s *Set) planStop(_ context.Context, view SessionView, a values) (plan, error) {
	info, err := s.background(view, a.texts["id"])
	if err != nil {
		return plan{}, err
	}
	return plan{
		Prepared: Prepared{Title: "Stop " + firstLine(info.Command), Hash: digest("stop_command", info.ID)},
		act: func(ctx context.Context, _ Host) (Result, error) {
			if err := s.command.Stop(ctx, info.ID); err != nil {
				return Result{}, backgroundError(ctx, info.ID, err)
			}
			seen, err := s.command.Look(ctx, info.ID, 0)
			if err != nil {
				return Result{}, backgroundError(ctx, info.ID, err)
			}
			result := outputResult(info.ID, seen)
			return Result{Text: fmt.Sprintf("Stopped %s.\n%s", info.ID, result.Text), Output: result.Output}, nil
		},
	}, nil
}
