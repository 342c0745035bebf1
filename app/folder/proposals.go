package folder

import (
	"context"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
)

// DecideProposal decides about hunks of a change that waits for an approval.
func (r *Review) DecideProposal(ctx context.Context, decision wire.ProposalDecision) error {
	return agent.ErrNothing
}
