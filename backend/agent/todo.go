package agent

import (
	"slices"
	"strings"

	"github.com/keel-ide/keel/backend/session"
)

// What a plan may hold; the rest is left out.
const (
	maxTodos    = 50
	maxTodoText = 500 // characters
)

// bounded returns a plan within its limits, with states that there are.
func bounded(list []session.Todo) []session.Todo {
	plan := []session.Todo{}
	for _, todo := range list[:min(len(list), maxTodos)] {
		if runes := []rune(todo.Text); len(runes) > maxTodoText {
			todo.Text = string(runes[:maxTodoText-1]) + "…"
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
	marks := map[session.TodoStatus]string{session.TodoDone: "[x]", session.TodoInProgress: "[>]", session.TodoPending: "[ ]"}
	var b strings.Builder
	b.WriteString("(Your plan is not finished; [x] is done, [>] was under way:")
	for _, todo := range plan {
		b.WriteString("\n" + marks[todo.Status] + " " + todo.Text)
	}
	b.WriteString(")")
	return b.String()
}
