package tool

import (
	"context"
	"fmt"
	"strings"

	"github.com/keel-ide/keel/backend/session"
)

func (s *Set) todo() definition {
	return definition{
		name: "todo", spare: true, kind: session.KindOther, plan: s.planTodo,
		arguments: []argument{
			{
				name: "items", kind: listArgument, required: true, maximum: session.MaxTodos,
				description: "The whole list, in order; it replaces the one before. Empty when there is no plan any more.",
				fields: []argument{
					{name: "text", kind: textArgument, required: true, description: "The step, in a few words."},
					{name: "status", kind: textArgument, required: true, description: "Where it stands; one step at a time is in_progress.",
						oneOf: []string{string(session.TodoPending), string(session.TodoInProgress), string(session.TodoDone)}},
				},
			},
		},
	}
}

func (s *Set) planTodo(_ context.Context, _ SessionView, a values) (plan, error) {
	list := make([]session.Todo, 0, len(a.objects["items"]))
	parts := []string{"todo"}
	done := 0
	for i, item := range a.objects["items"] {
		step := session.Todo{Text: strings.TrimSpace(item.texts["text"]), Status: session.TodoStatus(item.texts["status"])}
		if step.Text == "" {
			return plan{}, refuse("todo: item %d has no text. Say what the step is, or leave it out.", i+1)
		}
		if step.Status == session.TodoDone {
			done++
		}
		list = append(list, step)
		parts = append(parts, step.Text, string(step.Status))
	}
	return plan{
		Prepared: Prepared{Title: "Plan", Hash: digest(parts...)},
		act: func(_ context.Context, host Host) (Result, error) {
			host.Todo(list)
			if len(list) == 0 {
				return Result{Text: "The plan is empty now."}, nil
			}
			return Result{Text: fmt.Sprintf("The plan is shown: %d of %d done.", done, len(list))}, nil
		},
	}, nil
}
