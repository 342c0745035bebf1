package folder

import (
	"context"
	"fmt"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
)

// DecideProposal decides about hunks of a change that waits for an approval.
func (r *Review) DecideProposal(ctx context.Context, decision wire.ProposalDecision) error {
	return r.agent.DecideProposal(ctx, agent.Decision{
		SessionID: decision.SessionID, ApprovalID: decision.ApprovalID, Hash: decision.Hash,
		Hunks: decision.Hunks, Decision: decision.Decision, Reason: decision.Reason,
	})
}

// ReadProposal returns one side of a change that waits for an approval, and the
// hash of what is shown. A file that is yet to be made is empty before.
func (r *Review) ReadProposal(sessionID, approvalID, side string) (content []byte, hash string, err error) {
	proposal, hash, err := r.agent.ReadProposal(sessionID, approvalID)
	if err != nil {
		return nil, "", err
	}
	switch side {
	case "before":
		return proposal.Before, hash, nil
	case "after":
		return proposal.After, hash, nil
	}
	return nil, "", fmt.Errorf("reading side %q of a proposal: %w", side, agent.ErrNotFound)
}

// EditProposal puts the user's own text in the place of what is proposed, and
// returns the new hash.
func (r *Review) EditProposal(ctx context.Context, sessionID, approvalID, hash string, after []byte) (newHash string, err error) {
	return r.agent.EditProposal(ctx, sessionID, approvalID, hash, after)
}
