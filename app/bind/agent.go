package bind

import (
	"context"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/session"
)

// Agent answers prompts.
type Agent struct{ seam *Seam }

// NewAgent binds the agent.
func NewAgent(seam *Seam) *Agent { return &Agent{seam} }

// Send starts a turn and returns its id; everything else comes as "session"
// events. During a turn the prompt is queued.
func (b *Agent) Send(sessionID string, prompt wire.Prompt) (string, error) {
	return with(b.seam, "Agent.Send", func(ctx context.Context, f *folder.Folder) (string, error) {
		return f.Agent.Send(ctx, sessionID, agent.Prompt(prompt))
	})
}

// Stop ends the running turn, at any moment.
func (b *Agent) Stop(sessionID string) error {
	return do(b.seam, "Agent.Stop", func(ctx context.Context, f *folder.Folder) error {
		return f.Agent.Stop(ctx, sessionID)
	})
}

// SetMode switches a session between Autopilot and Supervised, also in mid-turn.
func (b *Agent) SetMode(sessionID string, mode session.Mode) error {
	return do(b.seam, "Agent.SetMode", func(ctx context.Context, f *folder.Folder) error {
		return f.Agent.SetMode(ctx, sessionID, mode)
	})
}

// SetModel chooses what answers from the next turn on.
func (b *Agent) SetModel(choice wire.ModelChoice) error {
	return do(b.seam, "Agent.SetModel", func(ctx context.Context, f *folder.Folder) error {
		return f.Agent.SetModel(ctx, choice.SessionID, choice.Provider, choice.Model)
	})
}

// Answer answers the question a tool call waits for. Code "changed" means that
// what was shown is no longer what would happen: it is asked again.
func (b *Agent) Answer(answer wire.ApprovalAnswer) error {
	return do(b.seam, "Agent.Answer", func(ctx context.Context, f *folder.Folder) error {
		return f.Answer(ctx, answer)
	})
}

// Providers lists the model providers with their state and their models; it may
// ask the network and takes at most some seconds.
func (b *Agent) Providers() ([]wire.ProviderState, error) {
	return with(b.seam, "Agent.Providers", func(ctx context.Context, f *folder.Folder) ([]wire.ProviderState, error) {
		return f.Providers.States(ctx), nil
	})
}

// Examples lists prompts that work in the folder as it is now.
func (b *Agent) Examples() ([]wire.Example, error) {
	return with(b.seam, "Agent.Examples", func(ctx context.Context, f *folder.Folder) ([]wire.Example, error) {
		return f.Examples(ctx), nil
	})
}

// EditQueued changes a message that waits for its turn.
func (b *Agent) EditQueued(sessionID, queuedID, text string) error {
	return do(b.seam, "Agent.EditQueued", func(ctx context.Context, f *folder.Folder) error {
		return f.Agent.EditQueued(ctx, sessionID, queuedID, text)
	})
}

// RemoveQueued takes a waiting message back.
func (b *Agent) RemoveQueued(sessionID, queuedID string) error {
	return do(b.seam, "Agent.RemoveQueued", func(ctx context.Context, f *folder.Folder) error {
		return f.Agent.RemoveQueued(ctx, sessionID, queuedID)
	})
}

// AnswerQuestion answers a question of the running turn.
func (b *Agent) AnswerQuestion(sessionID, questionID, answer string) error {
	return do(b.seam, "Agent.AnswerQuestion", func(ctx context.Context, f *folder.Folder) error {
		return f.Agent.AnswerQuestion(ctx, sessionID, questionID, answer)
	})
}

// StopCommand ends a command that goes on in the background.
func (b *Agent) StopCommand(sessionID, commandID string) error {
	return do(b.seam, "Agent.StopCommand", func(ctx context.Context, f *folder.Folder) error {
		return f.Agent.StopCommand(ctx, sessionID, commandID)
	})
}

// SendNow stops the running turn and goes on with a waiting message.
func (b *Agent) SendNow(sessionID, queuedID string) error {
	return do(b.seam, "Agent.SendNow", func(ctx context.Context, f *folder.Folder) error {
		return f.Agent.SendNow(ctx, sessionID, queuedID)
	})
}

// RetryNow ends the wait before the next attempt.
func (b *Agent) RetryNow(sessionID string) error {
	return do(b.seam, "Agent.RetryNow", func(ctx context.Context, f *folder.Folder) error {
		return f.Agent.RetryNow(ctx, sessionID)
	})
}

// Compact makes room in the model's context.
func (b *Agent) Compact(sessionID string) error {
	return do(b.seam, "Agent.Compact", func(ctx context.Context, f *folder.Folder) error {
		return f.Agent.Compact(ctx, sessionID)
	})
}
