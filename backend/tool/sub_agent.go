package tool

import (
	"context"
	"fmt"
	"strings"

	"github.com/keel-ide/keel/backend/session"
)

func (s *Set) subAgent() definition {
	return definition{
		name: "sub_agent", spare: true, kind: session.KindOther, plan: s.planSubAgent,
		arguments: []argument{
			{name: "task", kind: textArgument, required: true, description: "The whole task: it knows nothing of this conversation. Say what it should answer with."},
			{name: "write", kind: booleanArgument, description: "It may change files and run commands. Default false: it only looks."},
		},
	}
}

func (s *Set) planSubAgent(_ context.Context, _ SessionView, a values) (plan, error) {
	task := SubTask{Prompt: strings.TrimSpace(a.texts["task"]), Write: a.boolean("write", false)}
	if task.Prompt == "" {
		return plan{}, refuse("sub_agent: the task is empty. Say what is to be done and what to answer with.")
	}
	return plan{
		Prepared: Prepared{
			Title: "Sub agent: " + firstLine(task.Prompt), Mutates: task.Write,
			Hash: digest("sub_agent", task.Prompt, fmt.Sprint(task.Write)),
		},
		act: func(ctx context.Context, host Host) (Result, error) {
			reply, err := host.SubAgent(ctx, task)
			switch {
			case err != nil && ctx.Err() != nil:
				return Result{}, ctx.Err()
			case err != nil:
				return Result{}, refuse("The sub agent did not finish: %v. Do the task yourself, or give it another one.", err)
			case strings.TrimSpace(reply) == "":
				return Result{Text: "The sub agent has finished without an answer."}, nil
			}
			return Result{Text: reply}, nil
		},
	}, nil
}
