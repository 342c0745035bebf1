package folder

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/session"
)

// rewound begins the part of an undo id that takes the going back of a
// conversation back; the id of the session that keeps it whole follows.
const rewound = "conversation:"

// undoID joins what takes a restore back: ids of the checkpoint store and the copy
// of a conversation, where there is one.
func undoID(files, copyID string) string {
	if copyID == "" {
		return files
	}
	return strings.TrimSpace(files + " " + rewound + copyID)
}

// undoOf takes an undo id apart.
func undoOf(undo string) (files []string, copyID string) {
	for _, part := range strings.Fields(undo) {
		if id, ok := strings.CutPrefix(part, rewound); ok {
			copyID = id
		} else {
			files = append(files, part)
		}
	}
	return files, copyID
}

// goesBack reports whether a restore is about the conversation too.
func goesBack(request wire.RestoreRequest) bool {
	return request.Scope == wire.RestorePoint && (request.What == wire.RestoreConversation || request.What == wire.RestoreBoth)
}

// goBack takes the conversation back to a point, and before that the files where
// both are asked for. One undo id takes back what was done.
func (r *Restores) goBack(ctx context.Context, around *editors, request wire.RestoreRequest) (wire.RestoreResult, error) {
	var restored agent.Restored
	var back agent.Rewound
	var err error
	if request.What == wire.RestoreBoth {
		restored, back, err = r.agent.RestoreAndRewind(ctx, request.SessionID, request.TurnID)
	} else {
		back, err = r.agent.Rewind(ctx, request.SessionID, request.TurnID)
	}
	result := wireResult(around, restored)
	result.Undo = undoID(result.Undo, back.Copy)
	result.Prompt, result.Copy = back.Prompt, back.Copy
	if back.Copy != "" {
		result.Note = fmt.Sprintf("%s left the conversation. What it was before is kept in the list of sessions.", messages(back.Turns))
	}
	return result, err
}

// previewPoint says what going back to before a turn would do.
func (r *Restores) previewPoint(ctx context.Context, plan *wire.RestorePlan, state session.Session, request wire.RestoreRequest) error {
	at := slices.IndexFunc(state.Turns, func(t session.Turn) bool { return t.ID == request.TurnID })
	if at < 0 {
		return agent.ErrNotFound
	}
	plan.Turns = len(state.Turns) - at
	for _, call := range agent.BackgroundSince(state, request.TurnID) {
		plan.Commands = append(plan.Commands, call.Command)
	}
	if request.What == wire.RestoreConversation {
		return nil
	}
	before := agent.PointBefore(state, request.TurnID)
	if before == "" {
		return agent.ErrNothing
	}
	return r.preview(ctx, plan, exactly(before, nil))
}

// lastRewind returns what takes the last going back of a conversation back, if it
// was not before since and can still be taken back.
func (r *Restores) lastRewind(ctx context.Context, since int64) (wire.LastRestore, error) {
	sessions, err := r.agent.Sessions(ctx)
	if err != nil {
		return wire.LastRestore{}, err
	}
	var last session.Summary
	for _, summary := range sessions {
		if summary.CopyOf != "" && summary.CreatedAt >= since && summary.CreatedAt > last.CreatedAt {
			last = summary
		}
	}
	if last.ID == "" {
		return wire.LastRestore{}, nil
	}
	state, err := r.agent.Session(ctx, last.CopyOf)
	if err != nil {
		return wire.LastRestore{}, nil //nolint:nilerr // it is gone or cannot be read, so nothing can come back to it
	}
	kept, err := r.agent.Session(ctx, last.ID)
	if err != nil || !agent.CanUnrewind(state, kept) {
		return wire.LastRestore{}, nil //nolint:nilerr // as above
	}
	return wire.LastRestore{SessionID: last.CopyOf, Undo: undoID(last.CopyUndo, last.ID)}, nil
}

// stays reports whether a conversation cannot come back for a reason that is no
// obstacle for files.
func stays(err error) bool {
	return errors.Is(err, agent.ErrMoved) || errors.Is(err, session.ErrNotFound)
}

func messages(n int) string {
	if n == 1 {
		return "1 message and its reply"
	}
	return fmt.Sprintf("%d messages and their replies", n)
}

const noteBack = "The conversation is as it was before."

// noteOf says why the conversation stays as it is while the files came back.
func noteOf(err error) string {
	if errors.Is(err, session.ErrNotFound) {
		return "The conversation stays as it is: the copy of it was deleted."
	}
	return "The conversation stays as it is, because it went on since. What it was before is in the list of sessions."
}
