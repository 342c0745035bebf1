package session

// OutcomeCrashed is the outcome of a turn that was running when Keel ended.
const OutcomeCrashed = "Keel ended while this turn was running."

// What the model and the user read about calls that Keel's end cut short.
const (
	resultUnknown = "Keel ended while this call ran, so its outcome is unknown. " +
		"Look at the present state before you repeat it."
	resultNotRun = "This call was not run: Keel ended before it started."
	hintCrashed  = "Look at its changes, then send a message to go on."
)

// Recover ends whatever was under way in s when its last writer ended, and
// returns the changes that say so; s has them already. A session that was
// closed in good order is left as it is, so recovering twice changes nothing.
func Recover(s *Session) []Change {
	var changes []Change
	for t := range s.Turns {
		turn := &s.Turns[t]
		if turn.Status == Done {
			continue
		}
		for i := range turn.Items {
			if item := &turn.Items[i]; recoverItem(item) {
				copied := item.Clone()
				changes = append(changes, Change{Kind: ChangeItem, TurnID: turn.ID, Item: &copied})
			}
		}
		turn.Status = Done
		turn.StopReason = StopInterrupted
		turn.Outcome = OutcomeCrashed
		turn.Hint = hintCrashed
		turn.EndedAt = max(turn.StartedAt, s.UpdatedAt)
		header := turn.Header()
		changes = append(changes, Change{Kind: ChangeTurn, Turn: &header})
	}
	if len(changes) > 0 && len(s.Queue) > 0 {
		Unqueue(s)
		header := s.Header()
		changes = append(changes, Change{Kind: ChangeSession, Session: &header})
	}
	return changes
}

// recoverItem reports whether item was under way.
func recoverItem(item *Item) bool {
	changed := item.Streaming || item.Until != 0
	item.Streaming, item.Until = false, 0
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
// typed is neither lost nor sent.
func Unqueue(s *Session) {
	draft := ""
	for _, queued := range s.Queue {
		draft = join(draft, queued.Text)
	}
	s.Draft = join(draft, s.Draft)
	s.Queue = []Queued{}
}

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "\n\n" + b
}
