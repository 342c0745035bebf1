package agent

import (
	"context"
	"errors"

	"github.com/keel-ide/keel/backend/session"
)

// host is a [Host] for one call.
type host struct {
	call *call
	out  *output
}

func (h host) Output(data []byte) { h.out.write(data) }

func (h host) Todo(list []session.Todo) {}

func (h host) Ask(context.Context, session.Question) (string, error) { return "", ErrNobody }

func (h host) SubAgent(context.Context, SubTask) (string, error) {
	return "", errors.New("not yet")
}

// AnswerQuestion answers a question of the running turn.
func (a *Agent) AnswerQuestion(ctx context.Context, id, questionID, answer string) error {
	return errors.New("not yet")
}

// StopCommand ends a command that goes on in the background.
func (a *Agent) StopCommand(ctx context.Context, id, commandID string) error {
	return errors.New("not yet")
}

// SendNow stops the running turn and starts the next one with a queued message.
// The other queued messages stay queued.
func (a *Agent) SendNow(ctx context.Context, id, queuedID string) error { return errors.New("not yet") }

// RetryNow ends the wait before the next attempt.
func (a *Agent) RetryNow(ctx context.Context, id string) error { return errors.New("not yet") }

// Compact makes room in the model's context before the next request; where no
// turn runs, at once.
func (a *Agent) Compact(ctx context.Context, id string) error { return errors.New("not yet") }

// Search looks for text in the titles, prompts and replies of all sessions.
func (a *Agent) Search(ctx context.Context, text string) ([]session.Found, error) {
	return nil, errors.New("not yet")
}

// Export writes a session as Markdown.
func (a *Agent) Export(ctx context.Context, id string) (string, error) { return "", errors.New("not yet") }
