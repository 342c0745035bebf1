package folder

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/session"
	"github.com/keel-ide/keel/backend/settings"
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
	kind, err := f.Agent.Offered(said, answer.Trust)
	if err != nil {
		return err
	}
	if kind == session.KindFetch {
		return f.answerTrustingHost(ctx, answer, said)
	}
	if !f.trust.Folder().May(trust.Remembering) {
		return fmt.Errorf("trusting %q: %w", answer.Trust, ErrUntrusted)
	}
	entry := wire.TrustEntry{Pattern: answer.Trust, Scope: answer.Scope}
	known := f.trusts(entry)
	if err := f.AddTrusted(ctx, wire.TrustPlace{TrustEntry: entry, Index: -1}); err != nil {
		return err
	}
	err = f.Agent.Answer(ctx, said)
	if err != nil && !known {
		_, undone := f.RemoveTrusted(ctx, entry)
		err = errors.Join(err, undone)
	}
	return err
}

// answerTrustingHost answers a question about an address, after trusting its host,
// which is done in the user's settings or not at all. The settings' change is kept
// in the audit log as every one of them is.
func (f *Folder) answerTrustingHost(ctx context.Context, answer wire.ApprovalAnswer, said agent.Answer) error {
	if answer.Scope != wire.TrustAlways {
		return fmt.Errorf("trusting the host %q for %q: %w", answer.Trust, answer.Scope, ErrScope)
	}
	added := false
	err := f.Settings.EditList(ctx, settings.KeyTrustedHosts, func(hosts []string) ([]string, error) {
		if added = !slices.Contains(hosts, answer.Trust); !added {
			return hosts, nil
		}
		return append(hosts, answer.Trust), nil
	})
	if err != nil {
		return err
	}
	if err = f.Agent.Answer(ctx, said); err != nil && added {
		undone := f.Settings.EditList(ctx, settings.KeyTrustedHosts, func(hosts []string) ([]string, error) {
			return slices.DeleteFunc(hosts, func(host string) bool { return host == answer.Trust }), nil
		})
		err = errors.Join(err, undone)
	}
	return err
}
