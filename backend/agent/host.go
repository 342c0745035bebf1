package agent

import (
	"context"
	"errors"

	"github.com/keel-ide/keel/backend/session"
)

// host is a [Host] for one call. Once the call has been given up it does
// nothing any more.
type host struct {
	call *call
	out  *output
}

func (h host) Output(data []byte) { h.out.write(data) }

func (h host) Todo(list []session.Todo) {
	if h.out.over() {
		return
	}
	plan := shortened(list)
	h.call.turn.change(func(head *session.Turn) { head.Todo = plan })
}

func (h host) Ask(ctx context.Context, question session.Question) (string, error) {
	if h.out.over() {
		return "", context.Canceled
	}
	question.Kind = session.QuestionModel
	return h.call.turn.question(ctx, question)
}

func (h host) SubAgent(context.Context, SubTask) (string, error) {
	return "", errors.New("not yet")
}

// Compact makes room in the model's context before the next request; where no
// turn runs, at once.
func (a *Agent) Compact(ctx context.Context, id string) error { return errors.New("not yet") }

// Search looks for text in the titles, prompts and replies of all sessions.
func (a *Agent) Search(ctx context.Context, text string) ([]session.Found, error) {
	return nil, errors.New("not yet")
}

// Export writes a session as Markdown.
func (a *Agent) Export(ctx context.Context, id string) (string, error) {
	return "", errors.New("not yet")
}
