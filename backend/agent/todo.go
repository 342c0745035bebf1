package agent

import (
	"slices"
	"strings"

	"github.com/keel-ide/keel/backend/session"
)

// bounded returns a plan within its limits, with states that there are.
func bounded(list []session.Todo) []session.Todo {
	plan := []session.Todo{}
	for _, todo := range list[:min(len(list), session.MaxTodos)] {
		if runes := []rune(todo.Text); len(runes) > session.MaxTodoText {
			todo.Text = string(runes[:session.MaxTodoText-1]) + "…"
		}
		switch todo.Status {
		case session.TodoPending, session.TodoInProgress, session.TodoDone:
		default:
			todo.Status = session.TodoPending
		}
		plan = append(plan, todo)
	}
	return plan
}

// unfinishedPlan is what the model is told of a turn's plan after it, or "".
func unfinishedPlan(plan []session.Todo) string {
	if !slices.ContainsFunc(plan, func(todo session.Todo) bool { return todo.Status != session.TodoDone }) {
		return ""
	}
	return "(Your plan is not finished; [x] is done, [>] was under way:" + planLines(plan) + ")"
}

// planLines is a plan as the model reads it, each step after a line break.
func planLines(plan []session.Todo) string {
	marks := map[session.TodoStatus]string{session.TodoDone: "[x]", session.TodoInProgress: "[>]", session.TodoPending: "[ ]"}
	var b strings.Builder
	for _, todo := range plan {
		b.WriteString("\n" + marks[todo.Status] + " " + todo.Text)
	}
	return b.String()
}
