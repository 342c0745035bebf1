package tool

import (
	"context"
	"errors"

	"github.com/keel-ide/keel/backend/session"
)

// ErrNobody is returned by [Host.Ask] where there is nobody to ask.
var ErrNobody = errors.New("there is nobody to ask")

// Host is what a running call can have of its turn.
type Host interface {
	// Output shows live output.
	Output(data []byte)
	// Todo shows the model's plan, whole, in place of the one before.
	Todo(list []session.Todo)
	// Ask puts a question to the user and waits for the answer. It is [ErrNobody]
	// where there is nobody to ask.
	Ask(ctx context.Context, question session.Question) (answer string, err error)
	// SubAgent has another conversation do a task and returns its last reply.
	SubAgent(ctx context.Context, task SubTask) (reply string, err error)
}

// SubTask is what a sub agent is to do. It has none of the conversation.
type SubTask struct {
	Prompt string
	Write  bool // it may change files and run commands, under the same rules
}

// Alone is a host without a turn: output goes to a function, which may be nil,
// and there is nobody to ask and nobody to help.
func Alone(output func([]byte)) Host { return alone{output} }

type alone struct{ output func([]byte) }

func (a alone) Output(data []byte) {
	if a.output != nil {
		a.output(data)
	}
}

func (alone) Todo([]session.Todo) {}

func (alone) Ask(context.Context, session.Question) (string, error) { return "", ErrNobody }

func (alone) SubAgent(context.Context, SubTask) (string, error) {
	return "", errors.New("there are no sub agents here")
}
