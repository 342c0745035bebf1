package session

import "fmt"

// OutcomeCrashed is the outcome of a turn that was running when Keel ended.
const OutcomeCrashed = "Keel ended while this turn was running."

// What the model and the user read about calls that Keel's end cut short.
const (
	resultUnknown = "Keel ended while this call ran, so its outcome is unknown. " +
		"Look at the present state before you repeat it."
	resultNotRun = "This call was not run: Keel ended before it started."
	hintCrashed  = "Look at its changes, then send a message to go on."

	noticeSummary = "Keel ended while a summary of the conversation was being made. It is not used; the conversation is whole."
)

// unreadCrashed is what a reference holds that was not read when Keel ended.
func unreadCrashed() Content {
	return Content{Problem: "Keel ended before it was read.", Hint: HintUnread}
}

// HintUnread is what to do about a reference that was not read.
const HintUnread = "Point at it again in your next message."

// Recover ends whatever was under way in s when its last writer ended, and
// returns the changes that say so; s has them already. A session that was
// closed in good order is left as it is, so recovering twice changes nothing.
func Recover(s *Session) []Change {
	changes := recoverTurns(s)
	if len(changes) > 0 && len(s.Queue) > 0 {
		Unqueue(s)
		header := s.Header()
		changes = append(changes, Change{Kind: ChangeSession, Session: &header})
	}
	return append(changes, recoverCommands(s)...)
}

func recoverTurns(s *Session) []Change {
	var changes []Change
	for t := range s.Turns {
		turn := &s.Turns[t]
		for i := range turn.Items {
			if item := &turn.Items[i]; item.Kind == ItemSummary && item.Streaming {
				// Half a summary must not stand for anything.
				*item = Item{ID: item.ID, Kind: ItemNotice, Text: noticeSummary}
				copied := item.Clone()
				changes = append(changes, Change{Kind: ChangeItem, TurnID: turn.ID, Item: &copied})
			}
		}
		if turn.Status == Done {
			continue
		}
		for i := range turn.Items {
			item := &turn.Items[i]
			unread, some := Unread(item.References, unreadCrashed())
			if some {
				item.References = unread
			}
			if recoverItem(item) || some {
				copied := item.Clone()
				changes = append(changes, Change{Kind: ChangeItem, TurnID: turn.ID, Item: &copied})
			}
		}
		turn.Status = Done
		turn.StopReason = StopInterrupted
		turn.Outcome = OutcomeCrashed
		turn.Hint = hintCrashed
		turn.EndedAt = max(turn.StartedAt, s.UpdatedAt)
		turn.Reading = false
		header := turn.Header()
		header.Images, header.References = nil, nil // they stay as they are
		if unread, some := Unread(turn.References, unreadCrashed()); some {
			turn.References, header.References = unread, unread
		}
		changes = append(changes, Change{Kind: ChangeTurn, Turn: &header})
	}
	return changes
}

// recoverCommands marks the background commands that Keel's end has taken with
// it, or left to themselves: nobody follows them any more.
func recoverCommands(s *Session) []Change {
	var changes []Change
	for t := range s.Turns {
		turn := &s.Turns[t]
		for i := range turn.Items {
			call := turn.Items[i].Tool
			if call == nil || !call.Running {
				continue
			}
			call.Running = false
			copied := turn.Items[i].Clone()
			last := &s.Turns[len(s.Turns)-1]
			notice := Item{
				ID: "ended-" + copied.ID, Step: last.Step(), Kind: ItemNotice, Told: true, Text: OutcomeUnfollowed(call.CommandID),
			}
			changes = append(changes,
				Change{Kind: ChangeItem, TurnID: turn.ID, Item: &copied},
				Change{Kind: ChangeItem, TurnID: last.ID, Item: &notice})
		}
	}
	for _, change := range changes {
		Apply(s, change)
	}
	return changes
}

// OutcomeUnfollowed is what became of a background command that ran when Keel
// ended, for the user and the model.
func OutcomeUnfollowed(commandID string) string {
	return fmt.Sprintf("Keel was closed while the background command %s ran. It is no longer followed, and how it ended is not known.", commandID)
}

// recoverItem reports whether item was under way.
func recoverItem(item *Item) bool {
	changed := item.Streaming || item.Until != 0
	item.Streaming, item.Until = false, 0
	if item.Question != nil && item.Question.Open {
		item.Question.Open = false
		changed = true
	}
	call := item.Tool
	if call == nil {
		return changed
	}
	switch call.Status {
	case CallInProgress:
		call.Status, call.Result = CallUnknown, resultUnknown
	case CallPending, CallWaiting:
		call.Status, call.Result = CallCancelled, resultNotRun
		if call.Approval != nil && call.Approval.Answer == "" {
			call.Approval.Answer = "cancelled"
		}
	default:
		return changed
	}
	return true
}

// Unqueue puts the queued messages in front of the draft, so that what was
// typed is neither lost nor sent. Those with images or references, which a draft
// cannot hold, stay where they are and are held.
func Unqueue(s *Session) {
	draft, held := "", []Queued{}
	for _, queued := range s.Queue {
		if len(queued.Images)+len(queued.References) > 0 {
			queued.Held = true
			held = append(held, queued)
			continue
		}
		draft = join(draft, queued.Text)
	}
	s.Draft, s.Queue = join(draft, s.Draft), held
}

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "\n\n" + b
}
