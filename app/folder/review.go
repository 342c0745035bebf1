package folder

import (
	"context"
	"errors"
	"strings"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/change"
	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/session"
)

// ErrNoChange is returned for a decision about a change that a session does not
// have.
var ErrNoChange = errors.New("there is no such change")

// Review is what the agent has changed, with what was decided about it, as the
// page sees it. What was decided is in the session; where a change stands is
// found out from the file, each time, so that nothing can come apart.
type Review struct {
	store *checkpoint.Store
	agent *agent.Agent
	sets  *change.Sets
	// restores is told of each restore, as the last one.
	restores *Restores

	known known
}

// State returns a session's change sets.
func (r *Review) State(ctx context.Context, sessionID string) (wire.ReviewState, error) {
	state, err := r.agent.Session(ctx, sessionID)
	if err != nil {
		return wire.ReviewState{}, err
	}
	v := r.view(state)
	r.prepare(ctx, state.Turns)
	out := wire.ReviewState{SessionID: sessionID, Sets: []wire.ChangeSet{}}
	pending := map[string]bool{}
	for i, turn := range state.Turns {
		if len(turn.Changes) == 0 {
			continue
		}
		set := changeSet(turn)
		for j := range turn.Changes {
			file, lines, err := r.file(ctx, v, i, &turn.Changes[j])
			if err != nil {
				return wire.ReviewState{}, err
			}
			set.Files = append(set.Files, file)
			if file.Pending > 0 {
				set.Pending++
				pending[file.Path] = true
			}
			out.Added, out.Removed = out.Added+lines.added, out.Removed+lines.removed
			if file.Agent {
				set.Added, set.Removed = set.Added+file.Added, set.Removed+file.Removed
			}
		}
		set.Status = setStatus(set.Files)
		out.Sets = append(out.Sets, set)
	}
	out.Files = len(pending)
	for _, act := range state.Acts {
		switch {
		case !act.Undone:
			out.Undo = act.Title
		case out.Redo == "":
			out.Redo = act.Title
		}
	}
	return out, nil
}

func changeSet(turn session.Turn) wire.ChangeSet {
	set := wire.ChangeSet{
		TurnID: turn.ID, Title: turnTitle(turn), At: turn.EndedAt, Before: turn.Before, After: turn.After,
		Reverted: turn.Reverted, Files: make([]wire.ReviewFile, 0, len(turn.Changes)), Left: turn.Left,
	}
	if set.Left == nil {
		set.Left = []session.LeftAlone{}
	}
	return set
}

// turnTitle is the first line of a prompt with text.
func turnTitle(turn session.Turn) string {
	line, _, _ := strings.Cut(strings.TrimSpace(turn.Prompt), "\n")
	return strings.Join(strings.Fields(line), " ")
}

// lines counts them.
type lines struct{ added, removed int }

// file is one file of a change set, and the lines of it that are pending.
func (r *Review) file(ctx context.Context, v *view, turn int, c *session.FileChange) (wire.ReviewFile, lines, error) {
	out := wire.ReviewFile{FileChange: *c, Agent: c.By.Agent()}
	if !out.Agent {
		out.Status = wire.ReviewAccepted // it is not the agent's: nothing is to be decided
		return out, lines{}, nil
	}
	found, err := r.standing(ctx, v, turn, c)
	if err != nil {
		return out, lines{}, err
	}
	out.Hunks, out.OldSize, out.NewSize = len(found.pieces), found.oldSize, found.newSize
	var pending lines
	for i, p := range found.pieces {
		if p.status == wire.ReviewPending {
			out.Pending++
			pending.added, pending.removed = pending.added+p.added, pending.removed+p.removed
		}
		out.Status = together(out.Status, p.status, i == 0)
	}
	return out, pending, nil
}

// together is the status of several things; first begins.
func together(all, one wire.ReviewStatus, first bool) wire.ReviewStatus {
	if first || all == one {
		return one
	}
	return wire.ReviewMixed
}

func setStatus(files []wire.ReviewFile) wire.ReviewStatus {
	status, first := wire.ReviewAccepted, true
	for _, file := range files {
		if file.Agent {
			status, first = together(status, file.Status, first), false
		}
	}
	return status
}
