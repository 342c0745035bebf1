package agent

import (
	"context"

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
	plan := bounded(list)
	h.call.turn.change(func(head *session.Turn) { head.Todo = plan })
}

func (h host) Ask(ctx context.Context, question session.Question) (string, error) {
	if h.out.over() {
		return "", context.Canceled
	}
	question.Kind = session.QuestionModel
	return h.call.turn.question(ctx, question)
}
