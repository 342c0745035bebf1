package folder

import (
	"context"
	"errors"
	"fmt"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/trust"
)

var (
	// ErrUntrusted is returned for trusting a command for longer than a session in a
	// folder that is not trusted.
	ErrUntrusted = errors.New("the folder is not trusted")
	// ErrNotKept is returned for a change of what is trusted that the audit log
	// could not take, so that it was not made.
	ErrNotKept = errors.New("nothing was changed, since it could not be kept in the audit log")
	// ErrScope is returned for a scope that there is not.
	ErrScope = errors.New("no such scope")
)

// Answer answers a question, after trusting a pattern where the user chose one.
// Where the question cannot be answered, the pattern is not trusted either.
func (f *Folder) Answer(ctx context.Context, answer wire.ApprovalAnswer) error {
	said := agent.Answer{
		SessionID: answer.SessionID, ApprovalID: answer.ApprovalID, Hash: answer.Hash,
		Approved: answer.Approved, Feedback: answer.Feedback, Command: answer.Command,
	}
	if answer.Trust == "" || !answer.Approved {
		return f.Agent.Answer(ctx, said)
	}
	switch answer.Scope {
	case wire.TrustSession:
		said.Grant = answer.Trust
		return f.Agent.Answer(ctx, said)
	case wire.TrustWorkspace, wire.TrustAlways:
	default:
		return fmt.Errorf("trusting %q for %q: %w", answer.Trust, answer.Scope, ErrScope)
	}
	if err := f.Agent.Offered(said, answer.Trust); err != nil {
		return err
	}
	if !f.trust.Folder().May(trust.Remembering) {
		return fmt.Errorf("trusting %q: %w", answer.Trust, ErrUntrusted)
	}
	entry := wire.TrustEntry{Pattern: answer.Trust, Scope: answer.Scope}
	known := f.trusts(entry)
	if err := f.AddTrusted(ctx, wire.TrustPlace{TrustEntry: entry, Index: -1}); err != nil {
		return err
	}
	err := f.Agent.Answer(ctx, said)
	if err != nil && !known {
		_, undone := f.RemoveTrusted(ctx, entry)
		err = errors.Join(err, undone)
	}
	return err
}
